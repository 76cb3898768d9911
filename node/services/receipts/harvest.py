"""An aggregator reads the receipts of its sources: what each node has signed, checked, and matched with the others'.

The rules are those of the change feed: a page is applied whole with its cursor or not at all, unreachable is not
deleted, and what a feed no longer holds goes at the end of a reading from the start. Refuses a half that is not the
node's own to tell (`federation.receipts`); it is set aside with its reasons, and its neighbours are kept.
"""

from __future__ import annotations

import logging
import random
import time
from dataclasses import field, replace

from federation.fetch import Answer, Fetcher, FetchError
from federation.ports import Fetching, StaleError
from federation.reading import storable
from federation.receipts import KeyOf, Teller, address, check_page, judge
from federation.records import PollResult, Source
from federation.schedule import FIRST_REREAD_S, LONGEST_REREAD_S, Pace, next_wait
from node.context import Node
from node.services.receipts.keeping import Page, keep, sweep
from node.services.receipts.tellers import receipts_url, teller_of
from node.storage import receipt_readings, sources
from node.storage.receipt_readings import Reading
from schemas import json_feed
from schemas.errors import DocumentError
from schemas.page import PageHead
from schemas.problem import RESYNC, problem_type
from schemas.records import dataclass

log = logging.getLogger(__name__)

LEASE_S = 300
_AT_ONCE = 4
_NO_FEED_S, _NO_DOCUMENT_S = 3600, 60
_TOMORROW_S = 3600.0
"""How often it is looked whether that has come."""
_ACCEPT = "application/feed+json, application/json;q=0.8"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one node is read at once, and how many ``halves`` are taken from it in all.

    ``day_bytes`` of what is new or has changed are taken in a day, some 70,000 halves: no disk is full overnight.
    ``keys`` are those of one node that are looked up in one reading: each may cost a request.
    """

    seconds: float = 60.0
    pages: int = 400
    bytes: int = 2 * 2**20
    halves: int = 500_000
    day_bytes: int = 64 * 2**20
    keys: int = 20


class _Stop(Exception):  # noqa: N818 - control flow of one reading, caught in `_read`
    def __init__(self, code: str, message: str, retry_after_s: float | None = None) -> None:
        self.result = PollResult(code, message, retry_after_s=retry_after_s)
        super().__init__(message)


@dataclass
class _Keys:
    """Keys of the node that is read, each looked up once, and only so many."""

    look_up: KeyOf
    most: int
    known: dict[str, str | None] = field(default_factory=dict)

    def __call__(self, node_id: str, key_id: str) -> str | None:
        if key_id not in self.known and len(self.known) < self.most:
            self.known[key_id] = self.look_up(node_id, key_id)
        return self.known.get(key_id)


@dataclass
class _Going:
    """How far one reading has come. ``url`` is the feed's address."""

    source: Source
    url: str
    reading: Reading
    teller: Teller
    keys: _Keys
    started: float
    asked: set[str] = field(default_factory=set)
    pages: int = 0
    beginnings: int = 0


@dataclass(frozen=True)
class Harvest:
    """Reads receipts for one node, with its guarded client and the keys that it believes."""

    node: Node
    client: Fetching
    key_of: KeyOf
    limits: Limits = Limits()

    @classmethod
    def of(cls, node: Node, client: Fetcher) -> Harvest:
        """With the keys that the node has pinned, looked up with the same client."""
        from node.services.aggregating import peers

        return cls(node, client, lambda node_id, key_id: peers.key_of(node, node_id, key_id, client, former=True))

    def due(self) -> int:
        """Read what is due, a few sources; how many."""
        with self.node.database.write() as tx:
            claimed = receipt_readings.claim(tx, self.node.now, LEASE_S, _AT_ONCE)
        for reading in claimed:
            try:
                self._read(reading)
            except Exception:
                # A bug must not end the reading of the other sources; it is logged whole, and the lease runs out.
                log.exception("reading the receipts of source %s failed", reading.source_id)
        return len(claimed)

    def now(self, source_id: int) -> PollResult:
        """Read the receipts of one source now, whatever their time."""
        with self.node.database.write() as tx:
            leased = receipt_readings.lease(tx, source_id, self.node.now, LEASE_S)
        return self._read(leased)

    def _read(self, reading: Reading) -> PollResult:
        with self.node.database.read() as tx:
            source = sources.by_id(tx, reading.source_id)
            if source is None:
                return PollResult("removed", "This source is not there any more.")
            teller = teller_of(tx, self.node, source)
        url = receipts_url(source)
        if url is None:
            return self._finish(source, reading, PollResult("no-receipts", "This node publishes no receipts."))
        going = _Going(source, url, reading, teller, _Keys(self.key_of, self.limits.keys), time.monotonic())
        try:
            result = self._pages(going)
        except _Stop as stop:
            result = stop.result
        except FetchError as error:
            result = PollResult(error.code, str(error))
        except DocumentError as error:
            result = PollResult(error.problems[0].code, str(error))
        except StaleError as error:
            return PollResult("stale", str(error))
        return self._finish(source, going.reading, result)

    def _pages(self, going: _Going) -> PollResult:
        if _wants_whole(going.reading, self.node.now):
            self._begin_whole(going)
        while True:
            answer = self._fetch(going)
            if answer.status == 304:
                return PollResult("unchanged", "Nothing changed since the last reading.", max_age_s=answer.max_age_s)
            head = None if answer.status == 410 else self._take(going, answer)
            if head is None:
                self._begin_again(going)
                continue
            going.pages += 1
            if not head.more:
                return PollResult("ok", "Read to its end.", max_age_s=answer.max_age_s)
            if time.monotonic() - going.started > self.limits.seconds or going.pages >= self.limits.pages:
                return PollResult("more", "Read as far as one reading may; the rest follows.")

    def _fetch(self, going: _Going) -> Answer:
        reading = going.reading
        asking = address(going.url, reading.cursor)
        going.asked.add(asking)
        etag = None if reading.reading_open else reading.etag
        answer = self.client.get(asking, accept=_ACCEPT, etag=etag, no_cache=reading.reading_open)
        if len(answer.body) > self.limits.bytes:
            raise _Stop("too-large", f"A page of receipts has at most {self.limits.bytes} bytes.")
        if answer.status == 200 or (answer.status == 304 and etag is not None):
            return answer
        if answer.status == 410 and problem_type(answer.body) == RESYNC:
            if reading.cursor is None:
                raise _Stop("repeated-resync", "The node keeps sending its reader back to the start.")
            return answer
        raise _Stop(f"http-{answer.status}", f"The node answered with status {answer.status}.", answer.retry_after_s)

    def _take(self, going: _Going, answer: Answer) -> PageHead | None:
        """Apply a page; its head, or None where the history that the cursor speaks of was lost."""
        reading, source, node = going.reading, going.source, self.node
        page = json_feed.decode(answer.body)
        head = check_page(page, source.node_id or "", going.url, going.asked)
        if reading.cursor is not None and head.epoch != reading.epoch:
            return None
        judged = [judge(item, going.teller, going.keys) for item in page.items]
        taken = Page(tuple(one for one in judged if one is not None), tuple(gone.id for gone in head.deleted))
        with node.database.write() as tx:
            after = keep(tx, node, reading, taken)
            if after.count > self.limits.halves:
                message = f"At most {self.limits.halves} halves of receipts are taken from one source."
                raise _Stop("too-many", message)
            if after.day_bytes > self.limits.day_bytes:
                raise _Stop("more", "So much of it is new that the rest is taken tomorrow.", _TOMORROW_S)
            etag = answer.etag if head.checkpoint == reading.cursor else None
            unripe = after.unripe or any(one.is_for_later for one in taken.items)
            after = replace(after, epoch=head.epoch, cursor=head.checkpoint, etag=etag, unripe=unripe)
            if not head.more:
                after = _ended(sweep(tx, node, after), head, node.now)
            receipt_readings.save(tx, after, asked_with=reading.cursor)
        going.reading = after
        return head

    def _begin_whole(self, going: _Going) -> None:
        """Begin a reading from the start: new marks, no cursor."""
        before = going.reading
        fresh = replace(before, cursor=None, etag=None, epoch=None, again_at=None)
        begun = replace(fresh, reading=before.reading + 1, reading_open=True, unripe=False)
        with self.node.database.write() as tx:
            receipt_readings.save(tx, begun, asked_with=before.cursor)
        going.reading = begun
        going.asked.clear()

    def _begin_again(self, going: _Going) -> None:
        """The node has lost the history that the cursor speaks of. Once in a reading is enough."""
        going.beginnings += 1
        if going.beginnings > 1:
            raise _Stop("repeated-resync", "The node keeps sending its reader back to the start.")
        self._begin_whole(going)

    def _finish(self, source: Source, reading: Reading, result: PollResult) -> PollResult:
        node = self.node
        failures = 0 if result.fine or result.code == "no-receipts" else reading.failures + 1
        due = node.now + self._wait(replace(source, failures=failures), result)
        told = replace(reading, failures=failures, due_at=due, lease_until=0, last_at=node.now)
        told = replace(told, last_code=result.code, last_message=storable(result.message, 500))
        try:
            with node.database.write() as tx:
                receipt_readings.save(tx, told, asked_with=reading.cursor)
        except StaleError:
            log.info("the receipts of source %s were read by another worker", source.id)
        return result

    def _wait(self, source: Source, result: PollResult) -> int:
        if result.code == "no-receipts":
            return _NO_FEED_S if source.node_document else _NO_DOCUMENT_S
        settings = self.node.settings
        chance = random.random()  # noqa: S311 - spreads the load, keeps no secret
        return next_wait(source, result, Pace(settings.poll_interval, settings.poll_minimum), chance)


def _ended(reading: Reading, head: PageHead, now: int) -> Reading:
    """At the end of a feed: whether what is known is what the node states; if not, it is read anew in time.

    So it is where something of it waits for a key, which may be there or believed by then, or for its day.
    """
    same = head.count is None or (head.count == reading.count and head.digest == reading.digest)
    whole = now if reading.reading_open else reading.whole_at
    after = replace(reading, reading_open=False, whole_at=whole)
    if same:
        after = replace(after, verified_at=now)
    if same and not after.unripe:
        return replace(after, again_at=None, again_s=0)
    if after.again_at is not None and after.again_at > now:
        return after
    following = FIRST_REREAD_S if after.again_s == 0 else min(after.again_s * 2, LONGEST_REREAD_S)
    return replace(after, again_at=now + after.again_s, again_s=following)


def _wants_whole(reading: Reading, now: int) -> bool:
    due = reading.again_at is not None and reading.again_at <= now
    return not reading.reading_open and (reading.whole_at is None or due)
