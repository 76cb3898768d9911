"""What is taken of each unit of a calendar: by bookings, by what is late, and by what other calendars say."""

from __future__ import annotations

from collections.abc import Sequence
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
    return taken_of_all(tx, [kept], first, last, now, besides)[kept.row.id]


def taken_of_all(
    tx: Tx, every: Sequence[Kept], first: int, last: int, now: int, besides: int | None = None
) -> dict[int, TakenSpans]:
    """The same of many calendars, by their numbers, with as many queries as for one."""
    found = {kept.row.id: TakenSpans() for kept in every}
    zones = {kept.row.id: kept.calendar.zone for kept in every}
    units = {kept.row.id: range(1, kept.rules.units + 1) for kept in every}
    for number, unit, starts, ends in booking_spans.taken(tx, found, first, last, besides):
        found[number].booked.setdefault(unit, []).append(Span(starts, ends))
    for booking in bookings.overdue(tx, list(found), now):
        # It may come back today, but nobody can count on it.
        if booking.id != besides:
            zone = zones[booking.calendar_id]
            span = Span(booking.ends_at, whole_day(day_at(now, zone), zone).ends)
            found[booking.calendar_id].late.setdefault(booking.unit, []).append(span)
    for number, which, starts, ends in busy.spans(tx, found, first, last):
        for unit in units[number] if which is None else (which,):
            found[number].busy.setdefault(unit, []).append(Span(starts, ends))
    return found
