"""Reading the sources that are due: claim, poll, plan. What the worker's clock calls, and `sharefeed source poll`."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from federation.addresses import AddressPolicy
from federation.fetch import Fetcher, FetchPolicy, user_agent
from federation.pipeline import Limits, Poll
from federation.records import PollResult, Source
from federation.refresh import Refresh
from federation.schedule import Pace
from node import __version__
from node.context import Node
from node.services.aggregating.decoding import DecodePool
from node.services.health.other_clocks import OtherClocks
from node.storage import sources
from node.storage.ledger import StoredBook

log = logging.getLogger(__name__)

LEASE_S = 600
PARALLEL = 6
# A poll ends well within its lease; the rest of a large source follows in the next one.
POLL_SECONDS = 240.0


def make_fetcher(node: Node) -> Fetcher:
    """The guarded client as this node's settings want it."""
    settings = node.settings
    loopback = bool(settings.allow_loopback)
    policy = FetchPolicy(
        addresses=AddressPolicy(allow_loopback=loopback, allow_http=loopback),
        deadline_s=settings.fetch_deadline,
        max_bytes=settings.fetch_bytes,
        user_agent=user_agent("sharefeed", __version__, settings.url),
    )
    return Fetcher(policy)


class Poller:
    """Reads sources for one node, several at a time. Close it, or use it in a ``with`` block."""

    def __init__(self, node: Node, parallel: int = PARALLEL) -> None:
        self.node = node
        self.fetcher = make_fetcher(node)
        self.clocks = OtherClocks(self.fetcher, node.clock)
        self.decode = DecodePool(node.settings.decoders)
        self._threads = ThreadPoolExecutor(parallel, thread_name_prefix="poll")
        self._running: set[Future[None]] = set()
        self._parallel = parallel
        self._closing = threading.Event()

    def poll(self, source: Source) -> PollResult:
        """Read one source that this worker has leased."""
        settings = self.node.settings
        poll = Poll(
            book=StoredBook(self.node.database),
            fetcher=self.clocks,
            decode=self.decode,
            own_id=settings.url,
            pace=Pace(settings.poll_interval, settings.poll_minimum),
            limits=Limits(listings=settings.source_listings_limit, seconds=POLL_SECONDS),
            now=self.node.now,
            chance=random.random(),  # noqa: S311 - spreads the load, keeps no secret
        )
        result = poll.run(source)
        Refresh(poll.book, poll.fetcher, poll.own_id, poll.now).run(source, result)
        return result

    def start_due(self) -> int:
        """Begin reading what is due, as far as there is room; how many were begun. Each goes on to the next that is."""
        self._running = {future for future in self._running if not future.done()}
        room = self._parallel - len(self._running)
        claimed = self._claim(room) if room > 0 else []
        self._running |= {self._threads.submit(self._read_on, source) for source in claimed}
        return len(claimed)

    def _claim(self, room: int) -> list[Source]:
        with self.node.database.write() as tx:
            return sources.claim(tx, self.node.now, LEASE_S, room)

    def _read_on(self, source: Source) -> None:
        """Read a source and then, without waiting for the clock, whatever else is due."""
        following = [source]
        while following:
            self._safely(following[0])
            following = [] if self._closing.is_set() else self._claim(1)

    def read_now(self, source_ids: Sequence[int]) -> list[tuple[Source, PollResult]]:
        """Read these sources now, whatever their time, and wait for them."""
        with self.node.database.write() as tx:
            leased = sources.lease(tx, source_ids, self.node.now, LEASE_S)
        return list(zip(leased, self._threads.map(self._safely, leased), strict=True))

    def _safely(self, source: Source) -> PollResult:
        try:
            return self.poll(source)
        except Exception:
            # A bug must not end the reading of the other sources; it is logged whole, and the lease runs out.
            log.exception("reading source %s failed", source.id)
            return PollResult("bug", "Reading failed for a reason that is this program's fault; see its log.")

    def close(self) -> None:
        """Wait for what is being read, and stop."""
        self._closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.decode.close()
        self.fetcher.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
