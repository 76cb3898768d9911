"""The receipts of a node, read to their end by somebody who keeps nothing: for working out what others make of them.

While one page is fetched, others are judged in other processes. Of a feed that could not be read to its end, or is not
what it states of itself, nothing is believed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field
from itertools import islice

import orjson

from federation.fetch import FetchError
from federation.receipts import Teller, address, check_page
from node.processes import Workshop
from node.services.receipts.keeping import REPEATED
from node.services.receipts.piecework import Owned, Told, handovers_of, judged_page
from schemas import json_feed
from schemas.canonical import EXTENSION, digest_hex
from schemas.errors import SharefeedError
from schemas.handover import Handover
from schemas.node_document import NodeDocument
from schemas.page import PageHead
from schemas.records import dataclass

MOST_PAGES, MOST_ITEMS = 20_000, 1_000_000
"""Of one feed. A catalogue keeps half a million halves of it; the rest is room for what was signed anew."""
_INLINE_BYTES = 64 * 1024
_INLINE_EXCHANGES, _EXCHANGES_AT_ONCE = 100, 1000
_AHEAD = 16
_PIECE_S = 120.0

Judging = Future[tuple[PageHead, list[Told]]]


class FeedError(SharefeedError):
    """A feed of receipts cannot be read to its end."""


@dataclass
class Feed:
    """The receipts of one node: how many halves are believed, what was set aside, and why it could not be read."""

    node: str
    url: str
    halves: int = 0
    aside: list[tuple[str, str]] = field(default_factory=list)
    failure: str = ""


@dataclass
class Begun:
    """One feed, and its pages as they are judged elsewhere meanwhile."""

    feed: Feed
    pages: list[Judging] = field(default_factory=list)

    def finish(self) -> list[Told]:
        """Each half under its latest id, in the order of the feed; none of a feed that could not be read to its end."""
        if self.feed.failure:
            return []
        try:
            return _once(self.feed, _latest([page.result() for page in self.pages]))
        except SharefeedError as error:
            self.feed.failure = str(error)
            return []


class Reader:
    """Reads feeds with ``body_of``, which gives the bytes of an address; ``workers`` processes judge (0: one a core).

    Of one feed at most ``most`` items are read.
    """

    def __init__(self, body_of: Callable[[str], bytes], workers: int = 0, most: int = MOST_ITEMS) -> None:
        self._body_of = body_of
        self._most = most
        self._workers = workers or os.cpu_count() or 1
        self._workshop = Workshop(self._workers, _PIECE_S)
        self._threads = ThreadPoolExecutor(self._workers, thread_name_prefix="verify")

    def begin(self, node: str, url: str, teller: Teller, document: NodeDocument | str) -> Begun:
        """Fetch the receipts of one node and have them judged. In place of its document may stand why there is none."""
        begun = Begun(Feed(node, url))
        if isinstance(document, str):
            begun.feed.failure = document
            return begun
        keys = {key.id: key.public for key in document.keys}
        try:
            self._pages(begun, teller, keys)
        except (FetchError, SharefeedError) as error:
            begun.feed.failure = str(error)
        return begun

    def _pages(self, begun: Begun, teller: Teller, keys: Mapping[str, str]) -> None:
        feed, pages = begun.feed, begun.pages
        asked: set[str] = set()
        cursor, epoch, items = None, None, 0
        for _ in range(MOST_PAGES):
            asking = address(feed.url, cursor)
            asked.add(asking)
            body = self._body_of(asking)
            lead = _lead(body, feed)
            items += lead.items
            if epoch is not None and lead.epoch != epoch:
                raise FeedError("its history began anew while it was read; try again")
            if lead.more and address(feed.url, lead.checkpoint) in asked:
                raise FeedError("it says that more follows, at a page that was read already")
            pages.append(self._threads.submit(self._judged, body, feed, teller, keys))
            if len(pages) > _AHEAD:
                # No more pages are held than can be judged soon.
                pages[-_AHEAD].result()
            cursor, epoch = lead.checkpoint, lead.epoch
            if not lead.more:
                return
            if items > self._most:
                break
        raise FeedError("it never ends")

    def _judged(self, body: bytes, feed: Feed, teller: Teller, keys: Mapping[str, str]) -> tuple[PageHead, list[Told]]:
        if len(body) < _INLINE_BYTES:
            return judged_page(body, feed.node, feed.url, teller, keys)
        return self._workshop.run(judged_page, body, feed.node, feed.url, teller, keys)

    def matched(self, exchanges: Mapping[str, list[bytes]], owned: Owned) -> list[tuple[Handover, Handover]]:
        """What the packed halves of these exchanges make (`handovers_of`)."""
        if len(exchanges) <= _INLINE_EXCHANGES:
            return handovers_of(exchanges.values(), owned)
        rest = iter(exchanges.values())
        pieces = []
        while some := list(islice(rest, _EXCHANGES_AT_ONCE)):
            pieces.append(self._threads.submit(self._workshop.run, handovers_of, some, owned))
        return [one for piece in pieces for one in piece.result()]

    def close(self) -> None:
        """End the threads and processes."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._workshop.close()


@dataclass(frozen=True, slots=True)
class _Lead:
    """Where a page leads on, and how many items it has."""

    epoch: str
    checkpoint: str
    more: bool
    items: int


def _lead(body: bytes, feed: Feed) -> _Lead:
    """Where a page leads on, read in a hurry: whether it can be taken at all is said where it is judged.

    Raises `DocumentError` for what has no such head.
    """
    try:
        document = orjson.loads(body)
        head = document[EXTENSION]
        epoch, checkpoint, more = head["epoch"], head["checkpoint"], head.get("more", False)
        if type(epoch) is str and type(checkpoint) is str and type(more) is bool:
            return _Lead(epoch, checkpoint, more, len(document["items"]))
    except (orjson.JSONDecodeError, LookupError, TypeError, AttributeError):
        pass
    page = json_feed.decode(body)
    strict = check_page(page, feed.node, feed.url, ())
    return _Lead(strict.epoch or "", strict.checkpoint or "", strict.more, len(page.items))


def _latest(pages: list[tuple[PageHead, list[Told]]]) -> list[Told]:
    """What the feed holds at its end, which must be what it states of itself."""
    found: dict[str, Told] = {}
    for head, told in pages:
        for one in told:
            found.pop(one.id, None)
            found[one.id] = one
        for gone in head.deleted:
            found.pop(gone.id, None)
    total, last = digest_hex(sum(one.adds for one in found.values())), pages[-1][0]
    if (last.count, last.digest) not in ((None, None), (len(found), total)):
        raise FeedError("its count or digest is not that of what it sent; it may have changed meanwhile, so try again")
    return list(found.values())


def _once(feed: Feed, told: list[Told]) -> list[Told]:
    """One half of each side and exchange; what is set aside is noted in the feed."""
    taken: set[tuple[str, str, str]] = set()
    found = []
    for one in told:
        if not one.half:
            feed.aside.append((one.id, one.problem))
        elif (name := (one.exchange, one.side, one.signed_by)) in taken:
            feed.aside.append((one.id, str(REPEATED)))
            continue
        else:
            taken.add(name)
            feed.halves += 1
        found.append(one)
    return found
