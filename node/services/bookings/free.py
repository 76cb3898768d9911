"""Which times are free, and which piece to give. Pure: from the rules, what is taken of each piece, and the time.

What is taken of a piece is spans with their buffers, in order and without overlap, as the database holds them; what
other calendars say may overlap it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from node.services.bookings.opening import Span, day_at, open_on, ordered
from node.services.bookings.rules import DAYS, Closure, Rules
from schemas.records import dataclass

Taken = Mapping[int, Sequence[Span]]
"""What is taken of each piece, by its number; of a piece that is not named, nothing is."""

_FAR = 10**12


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked if anything is left of it: ``free`` says how many pieces are."""

    span: Span
    free: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Everything about one calendar but its bookings."""

    rules: Rules
    closures: tuple[Closure, ...]
    zone: ZoneInfo

    def open_on(self, day: date) -> list[Span]:
        return open_on(self.rules, self.closures, day, self.zone)

    def blocked(self, span: Span) -> Span:
        """A span with the time before and after it that nobody else can have."""
        return Span(span.starts - 60 * self.rules.before, span.ends + 60 * self.rules.after)

    def last_day(self, now: int) -> date:
        """The last day that can be booked."""
        end = day_at(now, self.zone) + timedelta(days=self.rules.ahead_days)
        return min(end, self.rules.last_day or end)


def slots_on(calendar: Calendar, day: date) -> list[Span]:
    """What can be booked on ``day`` by the rules alone: each slot or step, or the day from opening to closing."""
    spans = calendar.open_on(day)
    if calendar.rules.mode == DAYS:
        return [Span(spans[0].starts, spans[-1].ends)] if spans else []
    return [slot for span in spans for slot in cut(span, calendar.rules.step * 60)]


def cut(span: Span, length: int) -> Iterator[Span]:
    """``span`` in pieces of ``length`` seconds, from its beginning; what is left at its end is none."""
    for starts in range(span.starts, span.ends - length + 1, length):
        yield Span(starts, starts + length)


def free_slots(calendar: Calendar, taken: Taken, first: date, last: date, now: int) -> list[Slot]:
    """Every slot from ``first`` to ``last`` that the rules allow now, with how many pieces are free for it."""
    busy = {unit: ordered(spans) for unit, spans in taken.items()}
    found = []
    for day in _days(max(first, day_at(now, calendar.zone)), min(last, calendar.last_day(now))):
        for span in slots_on(calendar, day):
            if span.starts >= now + 60 * calendar.rules.notice:
                found.append(Slot(span, len(free_units(calendar, busy, span))))
    return found


@dataclass(frozen=True, slots=True)
class FreeDays:
    """``possible`` are the days that the rules allow, in order; ``full`` those of them on which all is taken."""

    possible: tuple[date, ...]
    full: tuple[date, ...]


def free_days(calendar: Calendar, taken: Taken, now: int) -> FreeDays:
    """The days from now to the last one that can be booked."""
    busy = {unit: ordered(spans) for unit, spans in taken.items()}
    soonest, possible, full = now + 60 * calendar.rules.notice, [], []
    for day in _days(day_at(now, calendar.zone), calendar.last_day(now)):
        slots = [span for span in slots_on(calendar, day) if span.starts >= soonest]
        if slots:
            possible.append(day)
            if not any(_any_free(calendar, busy, span) for span in slots):
                full.append(day)
    return FreeDays(tuple(possible), tuple(full))


def free_units(calendar: Calendar, busy: Taken, span: Span) -> list[int]:
    """The pieces that are free for ``span`` and its buffers. ``busy`` is in order."""
    asked = calendar.blocked(span)
    return [unit for unit in range(1, calendar.rules.units + 1) if is_free(busy.get(unit, ()), asked)]


def _any_free(calendar: Calendar, busy: Taken, span: Span) -> bool:
    asked = calendar.blocked(span)
    return any(is_free(busy.get(unit, ()), asked) for unit in range(1, calendar.rules.units + 1))


def best_unit(calendar: Calendar, taken: Taken, span: Span) -> int | None:
    """The free piece on which ``span`` leaves the least gap: long stretches stay whole. None where none is free."""
    busy = {unit: ordered(spans) for unit, spans in taken.items()}
    free = free_units(calendar, busy, span)
    asked = calendar.blocked(span)
    return min(free, key=lambda unit: (_room(busy.get(unit, ()), asked), unit)) if free else None


def is_free(busy: Sequence[Span], asked: Span) -> bool:
    """Whether ``asked`` meets nothing of ``busy``, which is in order and has no overlaps."""
    after = bisect_left(busy, asked.ends, key=lambda span: span.starts)
    return after == 0 or busy[after - 1].ends <= asked.starts


def _room(busy: Sequence[Span], asked: Span) -> int:
    """Seconds between what comes before ``asked`` and what comes after it."""
    after = bisect_left(busy, asked.ends, key=lambda span: span.starts)
    before = busy[after - 1].ends if after else -_FAR
    return (busy[after].starts if after < len(busy) else _FAR) - before


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
