"""Mails about what meets one listing: what is new of it, and the last mail, when the listing is gone.

Of a search, what is shown for the first time is new. Of a listing, what did not meet it before: a new offer, one that
is to be had again, one that says something else by now, or any, once the listing itself was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from node.context import Node
from node.search.errors import IndexUnavailableError
from node.search.index import Snapshot
from node.services.alerts import links
from node.services.alerts.items import NewsItem, item_of, listing_url
from node.services.alerts.words import AlertWords
from node.services.catalogue import matching
from node.services.catalogue.distances import in_miles
from node.services.catalogue.match_words import why
from node.services.catalogue.matching import Partner
from node.services.catalogue.search import reader
from node.services.mail.letters import Letter, post, render
from node.storage import alerts as stored
from node.storage import catalogue, outbox
from node.storage.alerts import ACTIVE, Alert
from node.storage.catalogue import Shown
from node.storage.engine import Tx
from schemas.records import dataclass

MAY_COME_BACK_S = 3 * 86_400
"""A listing that is gone for another reason than its owner's may be back: a source that was suspended, a mistake."""
AT_ONCE = 50
LISTED = 20


@dataclass(frozen=True, slots=True)
class There:
    """What met a listing at a state of the index that has everything up to ``position``; None without an index."""

    position: int | None = None
    keys: tuple[str, ...] = ()

    def position_from(self, head: int) -> int:
        """From where on to look for news, when the change log has reached ``head``."""
        return head if self.position is None else min(self.position, head)


def there_already(node: Node, alert: Alert) -> There:
    """What meets the listing of an alert now; nothing for an alert of a search."""
    if not alert.listing:
        return There()
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return There()
    with node.database.read() as tx:
        published, own = catalogue.state(tx), catalogue.by_key(tx, alert.listing)
    if own is None or snapshot.state.epoch != published.epoch:
        return There()
    found = matching.found_in(node, snapshot, own)
    return There(snapshot.state.position, tuple(one.shown.entry.key for one in found))


def candidates(
    node: Node, snapshot: Snapshot, alert: Alert, changed: Iterable[Sequence[str]], through: int
) -> list[str]:
    """Keys of what may newly meet an alert's listing, out of what ``changed``; of everything if itself has changed."""
    with node.database.read() as tx:
        own = catalogue.by_key(tx, alert.listing)
    if own is None or own.entry.facts.expires_at <= node.now:
        return []
    if alert.position < own.position <= through:
        return matching.candidates(snapshot, own, node.now)
    found = (matching.candidates(snapshot, own, node.now, keys) for keys in changed if keys)
    return [key for keys in found for key in keys]


def fresh_partners(tx: Tx, alert: Alert, keys: Sequence[str], now: int) -> tuple[Shown | None, list[Partner]]:
    """The alert's listing, and what of this meets it and was not told before, the best first."""
    own = catalogue.by_key(tx, alert.listing)
    if own is None:
        return None, []
    told = stored.told(tx, alert.id, keys)
    shown = catalogue.by_keys(tx, [key for key in keys if key not in told])
    return own, matching.best(own, shown.values(), now)


def news(node: Node, alert: Alert, own: Shown, fresh: Sequence[Partner], through: int) -> Letter:
    """The mail that tells what newly meets a listing, the best first, each with the reason."""
    base, site, words = node.settings.url, node.settings.node_name, AlertWords(alert, node.settings)
    miles = in_miles(node.settings)
    items = [item_of(node, one.shown, words, why(own, one, words.voice, miles)) for one in fresh]
    stop_url = links.stop_url(node, alert.id)
    title = " ".join(own.entry.facts.title.split())
    text, html = render(
        node.settings,
        "alert_matches",
        alert.language,
        site=site,
        home_url=base,
        heading=_heading(words, title, items),
        is_want=words.is_of_want,
        items=items[:LISTED],
        more=len(items[LISTED:]),
        listing_url=listing_url(node, alert.listing),
        stop_url=stop_url,
        manage_url=links.manage_url(node, alert.person),
    )
    key = f"alert-news:{alert.id}:{alert.position}-{through}"
    return Letter(alert.email, _subject(words, title, items), text, html, key, links.topic_of(alert.id), stop_url)


def _subject(words: AlertWords, title: str, items: Sequence[NewsItem]) -> str:
    if len(items) > 1:
        return _heading(words, title, items)
    if words.is_of_want:
        return words.voice.say("Fits “%(title)s”: %(item)s", title=title, item=items[0].title)
    return words.voice.say("Somebody looks for “%(title)s”: %(item)s", title=title, item=items[0].title)


def _heading(words: AlertWords, title: str, items: Sequence[NewsItem]) -> str:
    voice, count = words.voice, len(items)
    if count == 1 and words.is_of_want:
        return voice.say("A new offer fits “%(title)s”", title=title)
    if count == 1:
        return voice.say("Somebody looks for “%(title)s”", title=title)
    if words.is_of_want:
        return voice.say_many("%(count)s new offer fits “%(title)s”", "%(count)s new offers fit “%(title)s”", count,
                              count=voice.number(count), title=title)  # fmt: skip
    return voice.say_many("%(count)s more looks for “%(title)s”", "%(count)s more look for “%(title)s”", count,
                          count=voice.number(count), title=title)  # fmt: skip


def end_of_gone(node: Node) -> int:
    """End the alerts of listings that are gone, each with a last mail; how many. For a worker, now and then."""
    with node.database.write() as tx:
        over = stored.of_gone(tx, node.now - MAY_COME_BACK_S, AT_ONCE)
        for alert, reason in over:
            outbox.call_back(tx, links.topic_of(alert.id))
            if alert.state == ACTIVE:
                _say_goodbye(tx, node, alert, reason)
            stored.remove(tx, [alert.id])
    return len(over)


def _say_goodbye(tx: Tx, node: Node, alert: Alert, reason: str) -> None:
    words = AlertWords(alert, node.settings)
    others = [one for one in stored.of_person(tx, alert.person) if one.id != alert.id]
    text, html = render(
        node.settings,
        "alert_over",
        alert.language,
        site=node.settings.node_name,
        home_url=node.settings.url,
        title=alert.words,
        why=words.gone(reason),
        is_want=words.is_of_want,
        others=bool(others),
        search_url=f"{node.settings.url}search",
        manage_url=links.manage_url(node, alert.person),
    )
    subject = words.voice.say("Gone from the board: %(title)s", title=alert.words)
    post(tx, node, Letter(alert.email, subject, text, html, f"alert-over:{alert.id}", f"alert-over:{alert.id}"))
