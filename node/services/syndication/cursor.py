"""The cursor of the change feed: where a reading stands. Readers hand it back as they got it.

``base`` is the head at the moment when a reading from the start began: what was deleted before then was never given to
that reader, so it needs no tombstones up to there. It is dropped once the position has come as far.
"""

from __future__ import annotations

import re

from schemas.errors import SharefeedError
from schemas.records import dataclass

_FORM = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,18})(?:\.(\d{1,18}))?", re.ASCII)


class CursorError(SharefeedError):
    """A cursor that no node of this software has given out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``epoch`` is a UUID, ``position`` and ``base`` are positions of its change log."""

    epoch: str
    position: int
    base: int = 0

    @property
    def tombstones_after(self) -> int:
        return max(self.position, self.base)

    def moved(self, position: int) -> Cursor:
        """The same reading, further on."""
        return Cursor(self.epoch, position, self.base if position < self.base else 0)

    def __str__(self) -> str:
        return f"{self.epoch}.{self.position}" + (f".{self.base}" if self.base else "")


def parse(text: str) -> Cursor:
    """The cursor in ``text``. Raises `CursorError`."""
    found = _FORM.fullmatch(text)
    if not found:
        raise CursorError("The cursor in ?after= is none that this node gives out.")
    epoch, position, base = found.groups()
    return Cursor(epoch, int(position), int(base or 0))
