"""The regular tasks of a worker. None of them ever stops the clock by failing; what keeps failing is known.

A task that fails each second would fill the log and hide what else stands there: the same fault is told once, every ten
minutes while it lasts, and once more when it is over.
"""

from __future__ import annotations

import functools
import itertools
import logging
import time
from collections.abc import Callable
from operator import itemgetter
from threading import Lock
from typing import Any, TypeAlias

from schemas.errors import SharefeedError
from schemas.records import dataclass

_Key: TypeAlias = tuple[str, int]
"""The name of a task, and a number, as two may be called alike."""

log = logging.getLogger(__name__)

TOLD_AGAIN_S = 600.0
SURE_S, SURE_AFTER = 600.0, 2
"""So long, and so often in a row, a task must have failed before it is said to keep failing."""


@dataclass(slots=True)
class _Fault:
    """What a task met since when, how often in a row, and when that was told last; seconds of a clock of its own."""

    problem: str
    since: float
    told_at: float
    count: int = 1


class Tasks:
    """The tasks of one worker, by their names. ``clock`` gives seconds that only go on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._numbers = itertools.count()
        self._faults: dict[_Key, _Fault] = {}

    def careful(self, job: Callable[[], Any]) -> Callable[[], None]:
        """The same, but it never fails."""
        key = (name_of(job), next(self._numbers))

        def run() -> None:
            try:
                job()
            except SharefeedError as error:
                # No fault of the program's, and said in a sentence of its own; the next firing tries again.
                self._failed(key, str(error), trace=False)
            except Exception as error:
                # The next firing tries again; a clock that stops would stop for ever.
                self._failed(key, f"{type(error).__name__}: {error}", trace=True)
            else:
                self._done(key)

        return run

    def failing(self) -> str:
        """Which tasks keep failing, and what they met; nothing where none does."""
        now = self._clock()
        with self._lock:
            found = [
                f"{name}: {fault.problem}"
                for (name, _), fault in sorted(self._faults.items(), key=itemgetter(0))
                if fault.count >= SURE_AFTER and now - fault.since >= SURE_S
            ]
        return "; ".join(found)

    def _failed(self, key: _Key, problem: str, trace: bool) -> None:
        now = self._clock()
        with self._lock:
            known = self._faults.get(key)
            if known is not None and known.problem == problem and now - known.told_at < TOLD_AGAIN_S:
                known.count += 1
                return
            fault = _Fault(problem, now, now) if known is None else known
            fault.problem, fault.told_at = problem, now
            fault.count += known is not None
            self._faults[key] = fault
        again = f" ({fault.count} times in a row)" if fault.count > 1 else ""
        log.log(logging.ERROR if trace else logging.WARNING, "%s failed%s: %s", key[0], again, problem, exc_info=trace)

    def _done(self, key: _Key) -> None:
        if key not in self._faults:
            return
        with self._lock:
            fault = self._faults.pop(key, None)
        if fault is not None:
            log.warning("%s works again, after it had failed (%d times in a row)", key[0], fault.count)


def name_of(job: Callable[[], Any]) -> str:
    """What a task is called in the log, such as ``expiry.prune``."""
    inner = job
    while isinstance(inner, functools.partial):
        inner = inner.func
    name = getattr(inner, "__qualname__", type(inner).__qualname__).rpartition("<locals>.")[2]
    return f"{getattr(inner, '__module__', '').rpartition('.')[2]}.{name}"
