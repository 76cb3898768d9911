"""What a source becomes when its node says something new about itself. Pure.

A name that the operator chose stays. What is read in place of another feed is read from the start, so that what the
node no longer has goes, by the same rules as ever; nothing goes because an address changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from federation.discovery import Discovered, without_cursor
from federation.facts import seconds
from federation.pasted import origin
from federation.records import (
    ANOTHER_FEED,
    HANDED_ON,
    L0,
    L1,
    MOVED,
    NOT_FOLLOWED,
    PLAIN,
    RENAMED,
    PollResult,
    Source,
)
from schemas.errors import DocumentError
from schemas.node_document import NodeDocument, load_node_document
from schemas.records import dataclass
from schemas.strict_json import loads

MOST_FORMER_IDS = 10
_RANK = {PLAIN: 0, L0: 1, L1: 2}


class Event(NamedTuple):
    """Something that happened to a source, in words; ``code`` is one of `federation.records.EVENTS`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """A node document as it is now, and where it came from. ``at_home``: on the site of the id that it states."""

    document: NodeDocument
    text: str
    url: str
    etag: str | None
    last_modified: str | None
    at_home: bool


@dataclass(frozen=True, slots=True)
class News:
    """What there is to be followed. ``feed`` is another feed of the node, or that of the node that took its place;
    ``url`` another address of the feed that is read; ``refused`` says what is not followed, and why.
    """

    read: DocumentRead | None = None
    feed: Discovered | None = None
    url: str | None = None
    refused: str | None = None


def document_of(source: Source) -> NodeDocument | None:
    """The node document as it was last read."""
    if source.node_document is None:
        return None
    try:
        return load_node_document(loads(source.node_document.encode()))
    except DocumentError:
        return None


def listed(document: NodeDocument | None) -> tuple[str, ...]:
    """The feeds that a document names, the best first."""
    feeds = (document.feeds.changes, document.feeds.json, document.feeds.atom) if document else ()
    return tuple(url for url in feeds if url)


def wants_feed(source: Source, document: NodeDocument) -> bool:
    """Whether the document may name a better feed than the one that is read."""
    feeds = listed(document)
    return bool(feeds) and source.url != feeds[0]


def is_better(source: Source, document: NodeDocument, found: Discovered) -> bool:
    """Whether ``found`` is to be read in place of the present feed: of a higher level, or because the document names
    the present one no more. A change feed that is broken today is no reason to read less for good.
    """
    if found.node_id != source.node_id or found.level == PLAIN or found.feed_url == source.url:
        return False
    if _RANK[found.level] > _RANK[source.level]:
        return True
    is_lower = _RANK[found.level] < _RANK[source.level]
    return source.url not in listed(document) and not (is_lower and document.feeds.changes)


def led_to(source: Source, result: PollResult, document: NodeDocument | None) -> News:
    """What follows from a feed whose address leads elsewhere for good. The document's word on it comes first."""
    if not result.fine or result.permanent_url is None or source.url in listed(document):
        return News()
    to = without_cursor(result.permanent_url)
    if to == source.url:
        return News()
    if origin(to) == origin(source.url):
        return News(url=to)
    message = f"The feed's address leads to {to} for good, on another site, and the node document does not name that."
    return News(refused=f"{message} It is read where it was.")


def refusal_of_move(source: Source, to: str, found: Discovered, own_id: str) -> str | None:
    """Why a move to ``to``, where ``found`` was found, is not believed; None if it is.

    A node can say of itself alone that it moved, and the new place must name the old id: otherwise anyone could have a
    node read that did not ask for it, or lend its listings to another.
    """
    if found.node_id.rstrip("/") != to.rstrip("/"):
        return f"what is there calls itself {found.node_id}"
    if found.node_id == own_id:
        return "that is this aggregator itself"
    if found.node_document is None or found.level == PLAIN:
        return "there is no node document with a feed of ours"
    if source.node_id not in found.node_document.moved_from:
        return f"the node document there does not name {source.node_id} under moved_from"
    return None


def handed_on(
    source: Source, document: NodeDocument, read_at: Mapping[str, int], own: Collection[str]
) -> tuple[tuple[str, str], ...]:
    """What counts of that which a node says it handed on: what ids begin with, and whose they are now.

    ``read_at`` says of other nodes when they were last read, in seconds. What is new counts once the other node was
    read after it was handed on, so that what is there now is known here and nothing is missing in between. ``own`` are
    beginnings of the ids that it may hand on; what concerns none of them is nothing to it.
    """
    before = {(ids, to) for ids, to in json.loads(source.handed_on)}
    said = {
        (one.ids, one.to)
        for one in document.handed_on
        if one.to != source.node_id
        and shared(one.ids, own)
        and ((one.ids, one.to) in before or read_at.get(one.to, -1) >= seconds(one.at))
    }
    return tuple(sorted(said))


def shared(ids: str, own: Iterable[str]) -> tuple[str, ...]:
    """What all ids begin with that begin with ``ids`` and with one of ``own``."""
    return tuple(max(ids, one, key=len) for one in own if ids.startswith(one) or one.startswith(ids))


def handing_on(before: Source, after: Source) -> Iterator[Event]:
    """What is to be told of a change in what a node handed on."""
    was, now = json.loads(before.handed_on), json.loads(after.handed_on)
    for ids, to in now:
        if [ids, to] not in was:
            yield Event(HANDED_ON, f"What has an id that begins with {ids} is read from {to} now, as this node says.")
    for ids, to in was:
        if [ids, to] not in now:
            yield Event(HANDED_ON, f"What has an id that begins with {ids} is read here again, and no more from {to}.")


def renewed(source: Source, news: News, now: int) -> tuple[Source, list[Event]]:
    """The source with what is new, and what happened to it."""
    after, events = replace(source, document_asked_at=now), list[Event]()
    if news.read is not None:
        read = news.read
        after = _described(after, read.document, read.text, read.url, now)
        after = replace(after, document_etag=read.etag, document_last_modified=read.last_modified)
    if news.url is not None:
        after = replace(after, url=news.url)
        events.append(Event(ANOTHER_FEED, f"The feed's address leads to {news.url} for good, so that is read now."))
    if news.feed is not None:
        after, event = (_moved if news.feed.node_id != source.node_id else _fed)(after, news.feed, now)
        events.append(event)
    if news.refused is not None:
        events.append(Event(NOT_FOLLOWED, news.refused))
    return after, [*_renamed(source, after), *events]


def _described(source: Source, document: NodeDocument, text: str, url: str, now: int) -> Source:
    before = document_of(source)
    name = document.name if before is not None and source.name == before.name else source.name
    return replace(source, name=name, ttl_s=document.ttl, node_document=text, document_url=url, document_read_at=now)


def _renamed(before: Source, after: Source) -> Iterator[Event]:
    if after.name != before.name:
        yield Event(RENAMED, f"It calls itself {after.name} now; before, it was {before.name}.")


def _fed(source: Source, found: Discovered, now: int) -> tuple[Source, Event]:
    message = f"The node document names {found.feed_url} (level {found.level}), which is read from now on; "
    return _from_start(source, found, now), Event(
        ANOTHER_FEED, f"{message}before, it was {source.url} ({source.level})."
    )


def _moved(source: Source, found: Discovered, now: int) -> tuple[Source, Event]:
    """The source at its node's new place. It goes on speaking for what lies under the old one."""
    former = [one for one in (*json.loads(source.former_ids), source.node_id) if one != found.node_id]
    after = replace(
        _from_start(source, found, now),
        node_id=found.node_id,
        former_ids=json.dumps(list(dict.fromkeys(former))[-MOST_FORMER_IDS:]),
    )
    if found.node_document is not None and found.node_document_text is not None and found.document_url is not None:
        after = _described(after, found.node_document, found.node_document_text, found.document_url, now)
    after = replace(after, document_etag=None, document_last_modified=None)
    return after, Event(MOVED, f"The node moved from {source.node_id} to {found.node_id}, as both places say.")


def _from_start(source: Source, found: Discovered, now: int) -> Source:
    """The source with another feed, to be read whole, at once."""
    other = replace(source, url=found.feed_url, format=found.format, level=found.level, failures=0, due_at=now)
    fresh = replace(other, epoch=None, cursor=None, etag=None, last_modified=None, reading_open=False)
    return replace(fresh, reread_at=now, mismatch_backoff_s=0)
