"""What columns mean whose headings nobody understands, by what stands in their cells. Pure; somebody looks at it then.

Only what cannot well be anything else is guessed: words from a fixed set, a category, a picture, a point, and what
names each thing. A postcode, an address and a longer text may be meant for nobody's eyes, as in "notes for us":
those are guessed only where the heading says nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from urllib.parse import urlsplit

from node.services.importing.columns import code_of, field_of
from schemas.vocabulary import categories, fold

LOOKED_AT = 60
"""So many rows are looked at."""
_LEAST, _SHARE = 3, 0.9
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?(?: ?[0-9][A-Z]{2})?\Z", re.IGNORECASE)
_DEGREES = re.compile(r"-?\d{1,3}\.\d{3,}\Z", re.ASCII)
_PICTURE = re.compile(r"[^;|\n]+\.(?:jpe?g|png|webp|gif|heic|avif)\Z", re.IGNORECASE)
_NOTHING = re.compile(r"(?:unnamed|column|col|field|kolumna|pole)?[\W_]*\d*[a-z]?\Z", re.IGNORECASE)
_PRIVATE = ("postcode", "url", "description")
"""Columns that are only guessed where the heading says nothing."""
_FIXED = ("condition", "direction", "kind", "action", "organisation_type")
_LONGEST_TITLE, _LONG_TEXT = 120, 60
Cells = Sequence[str]


def guess(headings: Sequence[str], rows: Sequence[Cells], known: Mapping[str, int]) -> dict[str, int]:
    """Column -> its place, of those that are not in ``known`` and whose headings nobody understands."""
    used = set(known.values())
    rest = {at: _filled(rows, at) for at in range(len(headings)) if at not in used and not field_of(headings[at])}
    found: dict[str, int] = {}
    for look in (_by_signs, _point, _words):
        for column, at in look(rest).items():
            silent = _NOTHING.match(headings[at]) is not None
            if column not in known and (silent or column not in _PRIVATE):
                found.setdefault(column, at)
        rest = {at: cells for at, cells in rest.items() if at not in found.values()}
    return found


def _by_signs(columns: Mapping[int, Cells]) -> dict[str, int]:
    """The first column that fits each sign; each column has one meaning."""
    found: dict[str, int] = {}
    for at, cells in columns.items():
        column = next((name for name, fits in _signs() if _mostly(cells, fits)), None)
        if column is not None:
            found.setdefault(column, at)
    return found


def _filled(rows: Sequence[Cells], at: int) -> list[str]:
    texts = (row[at].strip() for row in rows[:LOOKED_AT] if at < len(row))
    return [text for text in texts if text]


def _signs() -> Iterator[tuple[str, Callable[[str], object]]]:
    yield "postcode", _POSTCODE.match
    yield "image", _PICTURE.match
    yield "url", _is_address
    yield "category", _is_category
    yield from ((column, partial(code_of, column)) for column in _FIXED)


def _mostly(cells: Cells, fits: Callable[[str], object]) -> bool:
    return len(cells) >= _LEAST and sum(bool(fits(text)) for text in cells) >= _SHARE * len(cells)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not _PICTURE.match(parts.path)


def _is_category(text: str) -> bool:
    return text.lower() in categories() or fold(text) in _labels()


@cache
def _labels() -> frozenset[str]:
    return frozenset(fold(word) for one in categories().values() for word in (one.label, one.plural))


def _point(columns: Mapping[int, Cells]) -> dict[str, int]:
    """Two columns side by side that are degrees: latitude, then longitude."""
    for at, cells in columns.items():
        beside = columns.get(at + 1, ())
        if _mostly(cells, _is_latitude) and _mostly(beside, _DEGREES.match):
            return {"lat": at, "lon": at + 1}
    return {}


def _is_latitude(text: str) -> bool:
    return _DEGREES.match(text) is not None and abs(float(text)) <= 90


def _words(columns: Mapping[int, Cells]) -> dict[str, int]:
    """The column that names each thing: short, and hardly twice the same; and the one that says more about it."""
    texts = {at: cells for at, cells in columns.items() if _mostly(cells, _has_words)}
    long = {at: sum(map(len, cells)) / len(cells) for at, cells in texts.items()}
    description = max(long, key=lambda at: long[at], default=None)
    found = {}
    if description is not None and long[description] > _LONG_TEXT:
        found["description"] = description
    for at, cells in texts.items():
        telling = len(set(cells)) >= 0.8 * len(cells) and max(map(len, cells)) <= _LONGEST_TITLE
        if telling and at != found.get("description"):
            return {**found, "title": at}
    return found


def _has_words(text: str) -> bool:
    return sum(letter.isalpha() for letter in text) >= max(3, len(text) / 2)
