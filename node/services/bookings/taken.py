"""What is taken of each unit of a calendar: by bookings, by what is late, and by what other calendars say."""

from __future__ import annotations

from dataclasses import dataclass, field

from node.services.bookings.free import Taken
from node.services.bookings.keeping import Kept
from node.services.bookings.opening import Span, day_at, whole_day
from node.storage import booking_spans, bookings, busy
from node.storage.engine import Tx

AROUND_S = 62 * 86_400
"""How far around a booking its neighbours are looked at, to choose the unit that it leaves the least gap on."""


@dataclass(slots=True)
class TakenSpans:
    """``booked`` is certain; ``late`` is out though it should be back; ``busy`` is what other calendars say."""

    booked: dict[int, list[Span]] = field(default_factory=dict)
    late: dict[int, list[Span]] = field(default_factory=dict)
    busy: dict[int, list[Span]] = field(default_factory=dict)

    def all(self) -> Taken:
        return together(self.booked, self.late, self.busy)


def together(*parts: Taken) -> Taken:
    """What is taken by any of these."""
    joined: dict[int, list[Span]] = {}
    for part in parts:
        for unit, spans in part.items():
            joined.setdefault(unit, []).extend(spans)
    return joined


def taken_of(tx: Tx, kept: Kept, first: int, last: int, now: int, besides: int | None = None) -> TakenSpans:
    """What meets the time from ``first`` to ``last``; one booking's own time left out."""
    found, number = TakenSpans(), kept.row.id
    for unit, starts, ends in booking_spans.taken(tx, number, first, last, besides):
        found.booked.setdefault(unit, []).append(Span(starts, ends))
    today = whole_day(day_at(now, kept.calendar.zone), kept.calendar.zone)
    for booking in bookings.overdue(tx, [number], now):
        # It may come back today, but nobody can count on it.
        if booking.id != besides:
            found.late.setdefault(booking.unit, []).append(Span(booking.ends_at, today.ends))
    units = range(1, kept.rules.units + 1)
    for which, starts, ends in busy.spans(tx, number, first, last):
        for unit in units if which is None else (which,):
            found.busy.setdefault(unit, []).append(Span(starts, ends))
    return found
