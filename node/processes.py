"""Other processes of this program, for work that would hold the interpreter too long."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from threading import Thread
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

P = ParamSpec("P")
R = TypeVar("R")

_PATIENCE = 10


class GivenUpError(SharefeedError):
    """A piece of work took too long, or cost the process that did it its life."""


class FullError(SharefeedError):
    """As much work is being done as can be at once. Nothing of this piece was begun."""


def spawned(workers: int, memory_bytes: int | None = None) -> ProcessPoolExecutor:
    """That many processes, each started when it is first needed. Whoever asked for them also ends them.

    None of them is given more than ``memory_bytes`` of address space, where the system can hold it to that.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # "spawn": a process with threads and database connections must not be forked.
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_follow_the_parent, initargs=(memory_bytes,)
    )


class Workshop:
    """Work in other processes, one piece of it harming no other: `run` it there, for at most ``longest_s`` seconds.

    The processes start with the first piece of work. Where ``rest_s`` is given they end once there was nothing to do
    for so long, so that a node at rest stays small. At most ``most`` pieces are done or wait at the same time.
    """

    def __init__(
        self,
        workers: int,
        longest_s: float,
        rest_s: float | None = None,
        memory_bytes: int | None = None,
        most: int | None = None,
    ) -> None:
        self._workers = workers
        self._longest_s = longest_s
        self._rest_s = rest_s
        self._memory_bytes = memory_bytes
        self._most = most
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._busy = 0
        self._rest: threading.Timer | None = None

    def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What ``function`` returns, or raises, with these arguments. Raises `GivenUpError` and `FullError`."""
        pool = self._begin()
        try:
            return self._within(pool, function, *args, **kwargs)
        except (BrokenExecutor, CancelledError):
            # Another piece of work may have cost this one its process: alone, each is judged by itself.
            self._forget(pool)
            return self._alone(function, *args, **kwargs)
        finally:
            self._end()

    def _within(self, pool: ProcessPoolExecutor, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        future = _submit(pool, function, *args, **kwargs)
        try:
            return future.result(timeout=self._longest_s)
        except FutureTimeoutError as error:
            self._forget(pool)
            raise GivenUpError(f"It took longer than {self._longest_s:g} seconds.") from error

    def _alone(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        pool = spawned(1, self._memory_bytes)
        try:
            return self._within(pool, function, *args, **kwargs)
        except BrokenExecutor as error:
            raise GivenUpError("The process that did it ended.") from error
        finally:
            _kill(pool)

    def close(self) -> None:
        """End the processes, after what they are doing. The next piece of work starts others."""
        with self._lock:
            pool, self._pool = self._pool, None
            if self._rest is not None:
                self._rest.cancel()
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _begin(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._most is not None and self._busy >= self._most:
                raise FullError(f"{self._most} pieces of work are being done already.")
            self._busy += 1
            if self._rest is not None:
                self._rest.cancel()
            if self._pool is None:
                self._pool = spawned(self._workers, self._memory_bytes)
            return self._pool

    def _end(self) -> None:
        with self._lock:
            self._busy -= 1
            if self._rest_s is None or self._busy:
                return
            self._rest = threading.Timer(self._rest_s, self._end_at_rest)
            self._rest.daemon = True
            self._rest.start()

    def _end_at_rest(self) -> None:
        with self._lock:
            if self._busy:
                return
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)

    def _forget(self, broken: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        _kill(broken)


def _submit(pool: ProcessPoolExecutor, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
    try:
        return pool.submit(function, *args, **kwargs)
    except RuntimeError as error:
        # It was shut down since it was handed out, because of somebody else's work.
        raise BrokenExecutor(str(error)) from error


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):
        process.kill()
    pool.shutdown(wait=False, cancel_futures=True)


def give_way() -> None:
    """Let this process wait where others need the machine: nobody looks on while it works. Not on Windows."""
    if hasattr(os, "nice"):
        os.nice(max(0, _PATIENCE - os.nice(0)))


def look_for_cycles_less() -> None:
    """Let Python look for cycles of unused objects thirty times less often than it does by itself.

    Loading the program makes hundreds of thousands of objects that stay, and a page tens of thousands and hardly any
    cycle; looking for them took a sixteenth of the time of a page of results. What may lie about unused meanwhile is a
    few megabytes.
    """
    gc.set_threshold(20_000, 20, 50)


def _follow_the_parent(memory_bytes: int | None = None) -> None:
    give_way()
    _stay_below(memory_bytes)
    # Ctrl-C reaches every process of a terminal; the parent ends its own when what is being done is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A parent that was killed says nothing: its children would wait for work for ever.
    Thread(target=_end_with_the_parent, daemon=True).start()


def _stay_below(memory_bytes: int | None) -> None:
    if memory_bytes is None:
        return
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    except (ImportError, OSError, ValueError):
        # Not on Windows, and not everywhere else: the limits of what is taken hold there alone.
        return


def _end_with_the_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
