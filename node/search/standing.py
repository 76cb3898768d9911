"""What a listing has going for it besides its words: how much it tells, and whether and when it can be had.

One number of the index holds it all, so that ranking reads one column. Days are counted as `date.toordinal` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from federation.facts import Facts
from schemas.canonical import EXTENSION

ALWAYS = date(1, 1, 1).toordinal()
FOR_EVER = date(9999, 12, 31).toordinal()

_DAY_BITS, _SHARE_BITS = 22, 7
_DAY, _SHARE = (1 << _DAY_BITS) - 1, (1 << _SHARE_BITS) - 1
_PHOTO, _PLACE, _WHEN, _SOME_TEXT, _MORE_TEXT = 35, 20, 15, 15, 15
_SOME, _MORE = 40, 120


class Standing(NamedTuple):
    """``completeness`` from 0 to 100; ``first`` and ``last`` day on which it can be had."""

    completeness: int
    reserved: bool
    first: int
    last: int


def standing_of(facts: Facts, item: Mapping[str, Any], text: str) -> Standing:
    """The standing of a listing; ``text`` is its description without markup."""
    first, last = day(facts.available_from, ALWAYS), day(facts.available_until, FOR_EVER)
    return Standing(_completeness(facts, item, text), facts.status == "reserved", first, last)


def day(text: str | None, open_end: int) -> int:
    """An ISO date as a number, ``open_end`` where none is named."""
    return date.fromisoformat(text).toordinal() if text else open_end


def packed(standing: Standing) -> int:
    """The standing as the index holds it."""
    days = standing.first << _DAY_BITS | standing.last
    return (days << _SHARE_BITS | standing.completeness) << 1 | standing.reserved


def unpacked(number: int) -> Standing:
    """The standing of which `packed` made this number."""
    share, days = number >> 1 & _SHARE, number >> 1 + _SHARE_BITS
    return Standing(share, bool(number & 1), days >> _DAY_BITS & _DAY, days & _DAY)


def _completeness(facts: Facts, item: Mapping[str, Any], text: str) -> int:
    extension = item[EXTENSION]
    length = len(text.strip())
    told = (
        (_PHOTO, bool(extension.get("images") or item.get("image"))),
        (_PLACE, facts.lat is not None or bool((extension.get("place") or {}).get("postcode")) or bool(facts.locality)),
        (_WHEN, bool(facts.available_from or facts.available_until)),
        (_SOME_TEXT, length >= _SOME),
        (_MORE_TEXT, length >= _MORE),
    )
    return sum(share for share, is_told in told if is_told)
