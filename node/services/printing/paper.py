"""How much stands on a sheet of paper: so many posters, labels, cards or lines on each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

POSTER, LABELS, CARDS, SIGNUP = "poster", "labels", "cards", "signup"
KINDS = (POSTER, LABELS, CARDS, SIGNUP)
PER_SHEET = {POSTER: 1, LABELS: 8, CARDS: 10}
"""Labels of 105 by 74 mm (A7) and cards of 85 by 55 mm, on A4."""
LINES_A_SHEET = 16
MOST_SHEETS = 40
MOST_LINES = 200


def sheets(kind: str, things: Sequence[T], copies: int) -> list[list[T]]:
    """The things as they stand on sheets, each of them ``copies`` times in a row; without copies they fill a sheet.

    At most `MOST_SHEETS`.
    """
    most = PER_SHEET[kind]
    if copies <= 0:
        copies = max(1, most // max(1, len(things)))
    whole = [thing for thing in things for _ in range(copies)][: most * MOST_SHEETS]
    return [whole[start : start + most] for start in range(0, len(whole), most)]


def lines(count: int) -> Iterator[tuple[int, ...]]:
    """The numbers of the lines of a sign-up sheet, from 1, a tuple for each page."""
    count = max(1, min(count, MOST_LINES))
    for start in range(1, count + 1, LINES_A_SHEET):
        yield tuple(range(start, min(start + LINES_A_SHEET, count + 1)))
