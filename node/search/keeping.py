"""Keeping the index in step while the same process answers requests and reads sources.

A few changes are indexed here. A large backlog (a first reading, a restored backup, a new version of the index) would
hold the interpreter for seconds, so another process works it off; it ends once nothing has come for a while.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path

from node.context import Node
from node.processes import spawned
from node.search.follow import Follower
from node.search.index import read_state
from node.settings import Settings
from node.storage import catalogue

LARGE = 1000
"""From how many changes on another process is worth its start, half a second."""

IDLE_S = 30.0

log = logging.getLogger(__name__)


class IndexKeeper:
    """Brings one node's index up to date, here or in another process. Call it from one thread, and close it."""

    def __init__(self, node: Node, large: int = LARGE, idle_s: float = IDLE_S) -> None:
        self._node, self._large, self._idle_s = node, large, idle_s
        self._here = Follower(node)
        self._aside: ProcessPoolExecutor | None = None
        self._used = 0.0

    @property
    def is_aside(self) -> bool:
        """Whether another process is at hand."""
        return self._aside is not None

    def catch_up(self) -> int:
        """Apply what the catalogue has changed; how many changes that was. Raises as `Follower.catch_up` does."""
        if self._behind() < self._large:
            self._rest()
            return self._here.catch_up()
        self._used = time.monotonic()
        try:
            settings = self._node.settings
            return self._running().submit(_catch_up, settings.home, settings.database).result()
        except BrokenExecutor as error:
            log.warning("the process that writes the search index ended: %s; the next one goes on", error)
            self.close()
            return 0

    def _behind(self) -> int:
        with self._node.database.read() as tx:
            now = catalogue.state(tx)
        state = read_state(self._node.settings.home)
        return now.head - state.position if state and state.epoch == now.epoch else now.live_count

    def _running(self) -> ProcessPoolExecutor:
        if self._aside is None:
            self._aside = spawned(1)
        return self._aside

    def _rest(self) -> None:
        if time.monotonic() - self._used > self._idle_s:
            self.close()

    def close(self) -> None:
        """End the other process, if there is one; what it had not committed, the next catch-up does again."""
        aside, self._aside = self._aside, None
        if aside is not None:
            aside.shutdown(wait=True, cancel_futures=True)


def _catch_up(home: Path, database_url: str) -> int:
    return _follower(home, database_url).catch_up()


@lru_cache(maxsize=1)
def _follower(home: Path, database_url: str) -> Follower:
    """What the other process keeps from one call to the next."""
    return Follower(Node.open(Settings(home, {"database_url": database_url})))
