"""Decoding and judging pages in other processes, so that the writer's process stays free.

A large page costs a third of a millisecond a listing, and a hostile one may try to cost far more: a worker that takes
too long or dies is replaced, and its page becomes an error of that one source.
"""

from __future__ import annotations

import os

from federation.reading import Context, read_page
from federation.records import ReadPage
from node.processes import GivenUpError, Workshop
from schemas.errors import DocumentError

# Below this size a page is decoded here: handing it over would cost more than it saves.
INLINE_BYTES = 64 * 1024
LONGEST_S = 60.0


def default_workers() -> int:
    """One process fewer than there are processors, at least one: the writer needs the other."""
    return max(1, (os.cpu_count() or 2) - 1)


class DecodePool:
    """A `federation.ports.Decoding` over worker processes, started when the first large page comes."""

    def __init__(self, workers: int = 0, inline_bytes: int = INLINE_BYTES, longest_s: float = LONGEST_S) -> None:
        self._inline_bytes = inline_bytes
        self._workshop = Workshop(workers or default_workers(), longest_s)

    def __call__(self, body: bytes, media_type: str | None, context: Context) -> ReadPage:
        """The judged page. Raises `DocumentError`, with code ``too-costly`` where decoding was given up."""
        if len(body) < self._inline_bytes:
            return read_page(body, media_type, context)
        try:
            return self._workshop.run(read_page, body, media_type, context)
        except GivenUpError as error:
            message = "Reading this page took too long or too much memory."
            raise DocumentError.of("too-costly", message) from error

    def close(self) -> None:
        """Stop the worker processes."""
        self._workshop.close()
