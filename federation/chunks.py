"""Long lists in pieces: small enough for memory, and for one statement of a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500


def chunked(values: Iterable[T]) -> Iterator[list[T]]:
    """``values`` in lists of at most `CHUNK`."""
    iterator = iter(values)
    while piece := list(islice(iterator, CHUNK)):
        yield piece
