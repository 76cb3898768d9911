"""How long something takes, as far as somebody could tell who does it again and again from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter


def least_s(acts: Iterable[Callable[[], object]]) -> float:
    """The shortest of them, in seconds: what else the machine does makes others longer."""

    def spent(act: Callable[[], object]) -> float:
        start = perf_counter()
        act()
        return perf_counter() - start

    return min(map(spent, acts))
