"""What this node publishes, as bytes: the change feed and the feeds that everyone can read.

The change feed follows the protocol's rules for a publisher. Each answer comes from one read transaction, so that its
listings, its count and its digest describe one state. Rendering is pure; the bytes of a state are kept in memory,
because every reader of a node asks for the same few pages.
"""

from __future__ import annotations

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import cached_property
from threading import Lock
from urllib.parse import urlencode

import orjson

from node.context import Node
from node.services.syndication.cursor import Cursor, parse
from node.settings import Settings
from node.storage import catalogue, receipts
from node.storage.catalogue import LogRow, Publication
from node.storage.engine import Tx
from schemas import json_feed
from schemas.errors import SharefeedError
from schemas.page import (
    MAX_COMPLETE_BYTES,
    MAX_PAGE_BYTES,
    MAX_PAGE_ENTRIES,
    Page,
    PageHead,
    Tombstone,
    dump_tombstone,
)
from schemas.records import dataclass

CHANGES_PATH, JSON_PATH, ATOM_PATH = "changes.json", "feed.json", "feed.atom"
RECEIPTS_PATH, HANDOVERS_PATH = "receipts.json", "handovers.json"
RECENT_LISTINGS = 200
_SMALLEST_ITEM_BYTES = 256
"""No valid listing is smaller (its required members alone take 300 bytes), so a larger set is not worth measuring."""


class ResyncError(SharefeedError):
    """This reading cannot go on without missing something: the reader must begin at the start (rule 5)."""


@dataclass(frozen=True)
class Rendered:
    """One answer: its bytes and the strong ETag over epoch and bytes, without quotes.

    ``effort`` is how hard gzip tries, 1 to 9: what is made anew for every reader is not worth much.
    """

    body: bytes
    etag: str
    effort: int = 6

    @cached_property
    def gzipped(self) -> bytes:
        """The same bytes under gzip, always alike (no time stands in the header)."""
        return gzip.compress(self.body, compresslevel=self.effort, mtime=0)


@dataclass(slots=True)
class FeedCache:
    """The latest answers of one process; threads share it. The oldest goes once ``limit_bytes`` are held."""

    limit_bytes: int = 8 * 2**20
    _held: OrderedDict[tuple[str, ...], Rendered] = field(default_factory=OrderedDict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def get(self, key: tuple[str, ...], make: Callable[[], Rendered]) -> Rendered:
        """What is held under ``key``, or what ``make`` makes now."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: tuple[str, ...], made: Rendered) -> None:
        if key in self._held or len(made.body) > self.limit_bytes:
            return
        self._held[key] = made
        self._bytes += len(made.body)
        while self._bytes > self.limit_bytes:
            _, dropped = self._held.popitem(last=False)
            self._bytes -= len(dropped.body)


@dataclass(frozen=True, slots=True)
class Log:
    """Something that is published as a change feed at ``path``: its state, and its rows after a position and a base.

    ``title`` is what the feed is called, with the node's name in it.
    """

    path: str
    title: str
    state: Callable[[Tx], Publication]
    rows: Callable[[Tx, int, int, int], list[LogRow]]


LISTINGS = Log(CHANGES_PATH, "{}", catalogue.state, catalogue.log_after)
RECEIPTS = Log(RECEIPTS_PATH, "Receipts of {}", receipts.state, receipts.log_after)


def changes(node: Node, after: str | None, cache: FeedCache, log: Log = LISTINGS) -> Rendered:
    """The page of a change feed after the cursor ``after``; from the start without one.

    Raises `CursorError` for what is no cursor and `ResyncError` where rule 5 demands it.
    """
    asked = parse(after) if after else None
    with node.database.read() as tx:
        state = log.state(tx)
        cursor = _begin(state) if asked is None else _continued(asked, state)
        key = (log.path, *_known_by(node.settings, state), str(cursor), after or "")
        return cache.get(key, lambda: _change_page(node.settings, log, tx, state, cursor, after))


def _known_by(settings: Settings, state: Publication) -> tuple[str, ...]:
    """What every answer depends on: the catalogue's state, and what the node is called, which may change without it."""
    return (settings.url, settings.node_name, settings.node_description, state.epoch, str(state.head))


def _begin(state: Publication) -> Cursor:
    return Cursor(state.epoch, 0, state.head)


def _continued(cursor: Cursor, state: Publication) -> Cursor:
    if cursor.epoch != state.epoch:
        raise ResyncError("This node's history begins anew; the cursor belongs to an earlier one.")
    if cursor.tombstones_after > state.head:
        raise ResyncError("The cursor lies beyond the newest change.")
    if state.pruned_through > cursor.tombstones_after:
        raise ResyncError("Records of removed listings that this reading still needs have been discarded.")
    return cursor


def _change_page(
    settings: Settings, log: Log, tx: Tx, state: Publication, cursor: Cursor, after: str | None
) -> Rendered:
    most = max(1, min(settings.page_entries, MAX_PAGE_ENTRIES))
    rows = log.rows(tx, cursor.position, cursor.base, most + 1)
    taken = _fitting(rows[:most], MAX_PAGE_BYTES - _envelope_bytes(settings))
    more = len(taken) < len(rows)
    checkpoint = cursor.moved(taken[-1].position if more else state.head)
    head = replace(_head(settings, state, taken), checkpoint=str(checkpoint), more=more)
    page = replace(
        _page(settings, log.path, head),
        title=log.title.format(settings.node_name),
        feed_url=_changes_url(settings, log, after),
        next_url=_changes_url(settings, log, str(checkpoint)) if more else None,
    )
    return rendered(state.epoch, json_feed.encode(page, _items(taken)))


def _fitting(rows: list[LogRow], limit_bytes: int) -> list[LogRow]:
    """The first rows that fit into one page; one at least, so that a reading always gets on."""
    room = limit_bytes
    for index, row in enumerate(rows):
        room -= _row_bytes(row)
        if room < 0 and index > 0:
            return rows[:index]
    return rows


def _row_bytes(row: LogRow) -> int:
    body = row.item.encode() if row.item is not None else orjson.dumps(dump_tombstone(_tombstone(row)))
    return len(body) + 1


def _envelope_bytes(settings: Settings) -> int:
    """Room for everything in a page but its listings and tombstones, cursors at their longest."""
    texts = (settings.node_name, settings.node_description, settings.licence)
    return 2048 + 4 * len(settings.url.encode()) + sum(len(orjson.dumps(text)) for text in texts)


def _items(rows: Iterable[LogRow]) -> list[bytes]:
    return [row.item.encode() for row in rows if row.item is not None]


def _tombstone(row: LogRow) -> Tombstone:
    return Tombstone(row.id, datetime.fromtimestamp(row.changed_at, UTC), row.removed_reason or "removed")


def _head(settings: Settings, state: Publication, rows: Iterable[LogRow] = ()) -> PageHead:
    return PageHead(
        node=settings.url,
        epoch=state.epoch,
        count=state.live_count,
        digest=state.digest,
        licence=settings.licence,
        deleted=tuple(_tombstone(row) for row in rows if not row.live),
    )


def _page(settings: Settings, path: str, head: PageHead) -> Page:
    return Page(
        format="json",
        title=settings.node_name,
        head=head,
        home_page_url=settings.url,
        feed_url=settings.url + path,
        description=settings.node_description or None,
        language=settings.language,
        author=settings.node_name,
    )


def _changes_url(settings: Settings, log: Log, after: str | None) -> str:
    query = f"?{urlencode({'after': after})}" if after else ""
    return f"{settings.url}{log.path}{query}"


def rendered(epoch: str, body: bytes) -> Rendered:
    """An answer with its ETag (RFC 9110 section 8.8.3): 128 bits of SHA-256 over epoch and bytes."""
    return Rendered(body, hashlib.sha256(epoch.encode() + b"\0" + body).hexdigest()[:32])


def json_document(node: Node, cache: FeedCache) -> Rendered:
    """``feed.json``: the whole live set where it fits into one document (L0), else the newest of it."""
    return _document(node, cache, JSON_PATH, _as_json)


def atom_document(node: Node, cache: FeedCache) -> Rendered:
    """``feed.atom``: the same as ``feed.json``, for readers of Atom."""
    return _document(node, cache, ATOM_PATH, _as_atom)


_Encoder = Callable[[Page, list[bytes]], bytes]


def _document(node: Node, cache: FeedCache, path: str, encode: _Encoder) -> Rendered:
    with node.database.read() as tx:
        state = catalogue.state(tx)
        key = (*_known_by(node.settings, state), path)
        return cache.get(key, lambda: _make_document(node.settings, tx, state, path, encode))


def _make_document(settings: Settings, tx: Tx, state: Publication, path: str, encode: _Encoder) -> Rendered:
    """The complete document if it is small enough; what Atom adds in markup counts, so it is measured when made."""
    items = _whole_set(tx, state)
    if items is not None:
        head = replace(_head(settings, state), complete=True)
        body = encode(_page(settings, path, head), items)
        if len(body) <= MAX_COMPLETE_BYTES:
            return rendered(state.epoch, body)
    return rendered(state.epoch, encode(*_recent(settings, tx, state, path)))


def _whole_set(tx: Tx, state: Publication) -> list[bytes] | None:
    if state.live_count * _SMALLEST_ITEM_BYTES > MAX_COMPLETE_BYTES:
        return None
    items, room = [], MAX_COMPLETE_BYTES
    for shown in catalogue.live(tx, state.live_count or 1):
        items.append(shown.entry.item.encode())
        room -= len(items[-1])
        if room < 0:
            return None
    return items


def _recent(settings: Settings, tx: Tx, state: Publication, path: str) -> tuple[Page, list[bytes]]:
    items = [shown.entry.item.encode() for shown in catalogue.live(tx, RECENT_LISTINGS)]
    since = max(0, state.head - RECENT_LISTINGS)
    gone = [row for row in catalogue.log_after(tx, since, since, RECENT_LISTINGS) if not row.live]
    return _page(settings, path, _head(settings, state, gone)), items


def _as_json(page: Page, items: list[bytes]) -> bytes:
    return json_feed.encode(page, items)


def _as_atom(page: Page, items: list[bytes]) -> bytes:
    from schemas import atom_feed

    return atom_feed.encode(replace(page, format="atom", items=tuple(orjson.loads(item) for item in items)))
