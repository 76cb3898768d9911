"""Turns at what makes a request wait for another site: few at the same time, so that a thread is free for all others.

Anybody can have a site answer slowly, or not at all. Refuses to let anyone queue: what finds no turn is to come again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from schemas.errors import SharefeedError


class NoTurnError(SharefeedError):
    """As many requests as may wait for other sites already; it is worth trying again in ``retry_s`` seconds."""

    retry_s = 5

    def __init__(self) -> None:
        super().__init__("Others wait for answers of other sites just now. Nothing was changed; try again shortly.")


class Turns:
    """Who waits for another site in this process; threads share it."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def take(self, who: str, threads: int, most: int = 1) -> Iterator[None]:
        """Wait as ``who`` (a network, an account), at most ``most`` times at once, while half of ``threads`` may wait.

        Raises `NoTurnError`.
        """
        with self._lock:
            if self._held[who] >= most or self._held.total() >= max(1, threads // 2):
                raise NoTurnError
            self._held[who] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held[who] -= 1
                # What nobody holds is not remembered: anybody may come from anywhere.
                self._held += Counter()
