"""Long lists in pieces that one statement can carry: databases bound the number of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

SIZE = 500


def chunked(values: Iterable[T]) -> Iterator[list[T]]:
    """``values`` in lists of at most `SIZE`."""
    iterator = iter(values)
    while piece := list(islice(iterator, SIZE)):
        yield piece
