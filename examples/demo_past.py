"""When the past of the demo's nodes happens: once all of them are there, and before any has listings or is served."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import TypeVar

from examples.demo_plan import Member
from examples.demo_processes import READY_S, DemoError

Started = TypeVar("Started")


class Past:
    """Where the threads that set these nodes up meet. A node alone has nobody to have lived through anything with."""

    def __init__(self, members: Sequence[Member]) -> None:
        self._homes: dict[Path, Member] = {}
        self._failed: BaseException | None = None
        self._all_there = Barrier(len(members), self._live) if len(members) > 1 else None

    def lived(self, member: Member, home: Path) -> None:
        """Wait until every node is there and its past has happened. Raises `DemoError` where one does not come."""
        if self._all_there is None:
            return
        self._homes[home] = member
        try:
            self._all_there.wait(READY_S)
        except BrokenBarrierError as error:
            raise DemoError(str(self._failed or "The nodes took too long to be set up.")) from error

    def or_nobody(self, start: Callable[[], Started]) -> Started:
        """Start a member; where that fails, nobody waits for it."""
        try:
            return start()
        except BaseException as error:
            self._failed = self._failed or error
            if self._all_there is not None:
                self._all_there.abort()
            raise

    def _live(self) -> None:
        from examples.demo_history import History

        History(self._homes).live()
