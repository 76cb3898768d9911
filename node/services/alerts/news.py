"""Telling people what is new: in the worker, by the position of the change log, each listing once an alert.

What an alert is told and how far it was looked after are kept in one transaction with the mail. A worker that dies
before has done nothing; one that dies after has done it all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from federation.chunks import chunked
from node.context import Node
from node.search.errors import IndexUnavailableError
from node.search.fitting import fitting
from node.search.index import Snapshot
from node.search.request import SearchRequest, from_args
from node.services.alerts import links, matches
from node.services.alerts.choices import JUST_SHOWN_S
from node.services.alerts.items import NewsItem, item_of
from node.services.alerts.times import INSTANT, after_mail, next_due
from node.services.alerts.words import AlertWords
from node.services.catalogue.search import reader
from node.services.mail.letters import Letter, post, render
from node.services.mail.mail_settings import can_mail
from node.storage import alerts as stored
from node.storage import catalogue
from node.storage.alerts import Alert
from node.storage.catalogue import Shown
from node.storage.engine import Tx

AT_ONCE = 100
CHUNK = 2000
_CHUNKS_KEPT = 50
LISTED = 50
"""So many listings are named in one mail; it says how many more there are, and where."""

log = logging.getLogger(__name__)


def look(node: Node) -> int:
    """Look after every alert that is due; how many mails were written. Does nothing where none could be sent."""
    if not can_mail(node.settings):
        return 0
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return 0
    with node.database.read() as tx:
        published = catalogue.state(tx)
    if snapshot.state.epoch != published.epoch:
        return 0
    # An index may be ahead of the position that it names, never behind: all up to there can be found.
    return _Round(node, snapshot, min(snapshot.state.position, published.head)).run()


class _Round:
    """One look at all alerts, on one state of the index. What changed since the same position is read once."""

    def __init__(self, node: Node, snapshot: Snapshot, through: int) -> None:
        self.node, self.snapshot, self.through = node, snapshot, through
        self.now = node.now
        self._chunks: dict[int, list[tuple[int, str, int]]] = {}

    def run(self) -> int:
        mails, after = 0, (-1, "")
        while due := self._due(after):
            fits = {alert.id: self._fits(alert) for alert in due}
            self._pass_over([alert for alert in due if not fits[alert.id]])
            mails += sum(self._tell(alert, fits[alert.id]) for alert in due if fits[alert.id])
            after = due[-1].due_at, due[-1].id
        return mails

    def _due(self, after: tuple[int, str]) -> list[Alert]:
        with self.node.database.read() as tx:
            return stored.due(tx, self.now, self.through, INSTANT, after, AT_ONCE)

    def _fits(self, alert: Alert) -> list[str]:
        """Keys of what fits and may be new, of a search in the order of the change log."""
        if alert.listing:
            return matches.candidates(self.node, self.snapshot, alert, self._changed(alert), self.through)
        asked, problems = from_args(MultiDict(parse_qsl(alert.search)))
        if problems:
            # What is left out of a search makes it wider: better silent than wrong.
            log.warning("alert %s cannot be read any more: %s", alert.id, problems[0])
            return []
        return [key for keys in self._candidates(alert) for key in self._fitting(asked, keys)]

    def _fitting(self, asked: SearchRequest, keys: list[str]) -> list[str]:
        found = fitting(self.snapshot, asked, keys, self.now)
        return [key for key in keys if key in found]

    def _candidates(self, alert: Alert) -> Iterator[list[str]]:
        """What changed and was not shown yet when the alert began, some at a time."""
        since = (alert.confirmed_at or 0) - JUST_SHOWN_S
        for chunk in self._chunks_after(alert.position):
            yield [key for _, key, first_shown_at in chunk if first_shown_at >= since]

    def _changed(self, alert: Alert) -> Iterator[list[str]]:
        """What changed, some at a time."""
        return ([key for _, key, _ in chunk] for chunk in self._chunks_after(alert.position))

    def _chunks_after(self, position: int) -> Iterator[list[tuple[int, str, int]]]:
        while chunk := self._chunk(position):
            yield chunk
            position = chunk[-1][0]

    def _chunk(self, position: int) -> list[tuple[int, str, int]]:
        if position not in self._chunks:
            if len(self._chunks) >= _CHUNKS_KEPT:
                self._chunks.clear()
            with self.node.database.read() as tx:
                self._chunks[position] = stored.changed_between(tx, position, self.through, CHUNK)
        return self._chunks[position]

    def _pass_over(self, alerts: Sequence[Alert]) -> None:
        if alerts:
            with self.node.database.write() as tx:
                for alert in alerts:
                    self._advance(tx, alert)

    def _advance(self, tx: Tx, alert: Alert) -> bool:
        due_at = next_due(alert.frequency, self.now, self.node.settings.timezone)
        return stored.advance(tx, alert, max(alert.position, self.through), due_at)

    def _tell(self, alert: Alert, keys: list[str]) -> bool:
        """Write the mail, unless another worker was here before; whether there was something to write."""
        with self.node.database.write() as tx:
            if not self._advance(tx, alert):
                return False
            told, letter = self._letter(tx, alert, keys)
            if letter is None:
                return False
            stored.tell(tx, alert.id, told, self.now)
            stored.change(tx, alert.id, due_at=after_mail(alert.frequency, self.now, self.node.settings.timezone))
            return post(tx, self.node, letter)

    def _letter(self, tx: Tx, alert: Alert, keys: list[str]) -> tuple[list[str], Letter | None]:
        """Keys of what is told, and the mail that does; None where nothing of it is news."""
        if not alert.listing:
            fresh = _untold(tx, alert, keys)
            return [one.entry.key for one in fresh], news(self.node, alert, fresh, self.through) if fresh else None
        own, partners = matches.fresh_partners(tx, alert, keys, self.now)
        if own is None or not partners:
            return [], None
        letter = matches.news(self.node, alert, own, partners, self.through)
        return [one.shown.entry.key for one in partners], letter


def _untold(tx: Tx, alert: Alert, keys: Sequence[str]) -> list[Shown]:
    """What of this is shown now and was not told before, in the same order."""
    fresh: list[Shown] = []
    for part in chunked(keys):
        told = stored.told(tx, alert.id, part)
        shown = catalogue.by_keys(tx, [key for key in part if key not in told])
        fresh += [shown[key] for key in part if key in shown]
    return fresh


def news(node: Node, alert: Alert, fresh: Sequence[Shown], through: int) -> Letter:
    """The mail that tells of these listings, the newest first; ``through`` is the position that it reaches to."""
    base, site = node.settings.url, node.settings.node_name
    words = AlertWords(alert, node.settings)
    items = [item_of(node, one, words) for one in reversed(fresh)]
    stop_url = links.stop_url(node, alert.id)
    text, html = render(
        node.settings,
        "alert_news",
        alert.language,
        site=site,
        home_url=base,
        heading=_heading(words),
        items=items[:LISTED],
        more=len(items[LISTED:]),
        search_url=f"{base}search?{alert.search}{'&' if alert.search else ''}sort=newest",
        stop_url=stop_url,
        manage_url=links.manage_url(node, alert.person),
    )
    key = f"alert-news:{alert.id}:{alert.position}-{through}"
    return Letter(alert.email, _subject(words, items), text, html, key, links.topic_of(alert.id), stop_url)


def _subject(words: AlertWords, items: Sequence[NewsItem]) -> str:
    voice, site, count = words.voice, words.site, len(items)
    if count == 1:
        return voice.say("New at %(site)s: %(title)s", site=site, title=items[0].title)
    number = voice.number(count)
    if words.is_of_everything:
        return voice.say_many("%(count)s new at %(site)s", "%(count)s new at %(site)s", count, count=number, site=site)
    return voice.say_many("%(count)s new at %(site)s: %(words)s", "%(count)s new at %(site)s: %(words)s", count,
                          count=number, site=site, words=words.alert.words)  # fmt: skip


def _heading(words: AlertWords) -> str:
    if words.is_of_everything:
        return words.voice.say("New on the board")
    return words.voice.say("New for %(words)s", words=words.alert.words)
