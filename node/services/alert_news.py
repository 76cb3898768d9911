"""Telling people what is new: in the worker, by the position of the change log, each listing once an alert.

What an alert is told and how far it was looked after are kept in one transaction with the mail. A worker that dies
before has done nothing; one that dies after has done it all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import orjson
from werkzeug.datastructures import MultiDict

from federation.chunks import chunked
from node.context import Node
from node.languages import translations
from node.search.errors import IndexUnavailableError
from node.search.fitting import fitting
from node.search.index import Snapshot
from node.search.request import SearchRequest, from_args
from node.services import alert_links as links
from node.services.alert_times import INSTANT, after_mail, next_due
from node.services.alerts import JUST_SHOWN_S, manage_url, topic_of
from node.services.mail import Letter, post, render
from node.services.mail_settings import can_mail
from node.services.search import reader
from node.storage import alerts as stored
from node.storage import catalogue
from node.storage.alerts import Alert
from node.storage.catalogue import Shown
from node.storage.engine import Tx
from schemas.canonical import EXTENSION

AT_ONCE = 100
CHUNK = 2000
_CHUNKS_KEPT = 50
LISTED = 50
"""So many listings are named in one mail; it says how many more there are, and where."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One listing in a mail; ``place`` is empty where none is stated."""

    title: str
    place: str
    organisation: str
    url: str
    language: str


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
        """Keys of what fits and may be new, in the order of the change log."""
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
        since, position = (alert.confirmed_at or 0) - JUST_SHOWN_S, alert.position
        while chunk := self._chunk(position):
            yield [key for _, key, first_shown_at in chunk if first_shown_at >= since]
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
            fresh = _untold(tx, alert, keys)
            if not fresh:
                return False
            stored.tell(tx, alert.id, [one.entry.key for one in fresh], self.now)
            stored.change(tx, alert.id, due_at=after_mail(alert.frequency, self.now, self.node.settings.timezone))
            return post(tx, self.node, news(self.node, alert, fresh, self.through))


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
    items = [_item(node, one) for one in reversed(fresh)]
    stop_url = f"{base}{links.STOP_PATH}{links.stop_token(node, alert.id)}"
    text, html = render(
        node.settings,
        "alert_news",
        alert.language,
        site=site,
        home_url=base,
        words=alert.words,
        items=items[:LISTED],
        more=len(items[LISTED:]),
        search_url=f"{base}search?{alert.search}{'&' if alert.search else ''}sort=newest",
        stop_url=stop_url,
        manage_url=manage_url(node, alert.person),
    )
    key = f"alert-news:{alert.id}:{alert.position}-{through}"
    return Letter(alert.email, _subject(node, alert, items), text, html, key, topic_of(alert.id), stop_url)


def _subject(node: Node, alert: Alert, items: Sequence[NewsItem]) -> str:
    say, site = translations(alert.language, node.settings), node.settings.node_name
    if len(items) == 1:
        return say.gettext("New at %(site)s: %(title)s") % {"site": site, "title": items[0].title}
    words = say.ngettext("%(count)s new at %(site)s: %(words)s", "%(count)s new at %(site)s: %(words)s", len(items))
    return words % {"count": len(items), "site": site, "words": alert.words}


def _item(node: Node, shown: Shown) -> NewsItem:
    facts = shown.entry.facts
    place = orjson.loads(shown.entry.item)[EXTENSION].get("place") or {}
    named = ", ".join(dict.fromkeys(part for part in (place.get("name"), facts.locality) if part))
    url = f"{node.settings.url}listings/{quote(shown.entry.key)}"
    return NewsItem(" ".join(facts.title.split()), named, facts.organisation_name, url, facts.language or "")
