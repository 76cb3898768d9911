"""The removals of the last day, as a window that slides. Pure.

A window that is reset would let the limit pass twice within minutes, just before its end and just after. This one
forgets a quarter of an hour at a time, and only when all of it is more than a day old: it may count a removal for up to
fifteen minutes too long, and never for too short.
"""

from __future__ import annotations

import json
from typing import NamedTuple

WINDOW_S = 86_400
SLICE_S = 900


class Slice(NamedTuple):
    """The removals of a quarter of an hour: when it began, how large the source was before the first of them."""

    began_at: int
    size: int
    removed: int


class Day(NamedTuple):
    """A day's removals: the text that is kept, the size of the source before the first, and how many they are."""

    text: str
    size: int
    removed: int


def slices(text: str, now: int) -> list[Slice]:
    """What of a kept window may still lie within the last day, the oldest first."""
    kept = (Slice(*one) for one in json.loads(text))
    return [one for one in kept if one.began_at + SLICE_S > now - WINDOW_S]


def counted(text: str, size: int, removed: int, now: int) -> Day:
    """The day with ``removed`` listings more, taken now from a source of ``size``."""
    day, began_at = slices(text, now), now - now % SLICE_S
    if day and day[-1].began_at == began_at:
        day[-1] = day[-1]._replace(removed=day[-1].removed + removed)
    else:
        day.append(Slice(began_at, size, removed))
    return Day(json.dumps(day, separators=(",", ":")), day[0].size, sum(one.removed for one in day))
