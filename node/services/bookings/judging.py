"""Whether what was asked for may be booked, and of which piece; or exactly why not. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from node.services.bookings.free import Calendar, Taken, best_unit, free_units, slots_on
from node.services.bookings.opening import Span, closed_on, day_at, in_season, ordered, whole_day
from node.services.bookings.refusals import Refusal
from node.services.bookings.rules import DAYS, FREE, SLOTS
from schemas.records import dataclass

LONGEST_S = 366 * 86_400


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants: ``unit`` where it must be this piece; ``others`` are their bookings that are not over.

    ``insists``: somebody at the desk has decided, and only what cannot be is refused.
    """

    span: Span
    unit: int | None = None
    name: str = ""
    others: int = 0
    insists: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """It may be booked: this piece, for ``span``, which blocks it for ``blocked``."""

    unit: int
    span: Span
    blocked: Span


def judge(calendar: Calendar, taken: Taken, asked: Asked, now: int) -> Fit | Refusal:
    """The first thing that stands against it, in the order in which people would ask; or the piece to give."""
    for refusal in _impossible(calendar, asked):
        return refusal
    if not asked.insists:
        for refusal in _unwanted(calendar, asked, now):
            return refusal
    return _place(calendar, taken, asked)


def span_of_days(calendar: Calendar, first: date, last: date) -> Span:
    """From opening on the first day to closing on the last; from or to midnight where it is closed that day."""
    begin, end = calendar.open_on(first), calendar.open_on(last)
    starts = begin[0].starts if begin else whole_day(first, calendar.zone).starts
    return Span(starts, end[-1].ends if end else whole_day(last, calendar.zone).ends)


def _impossible(calendar: Calendar, asked: Asked) -> Iterator[Refusal]:
    if asked.span.ends <= asked.span.starts:
        yield Refusal("backwards")
    if asked.span.ends - asked.span.starts > LONGEST_S:
        yield Refusal("endless")
    if asked.unit is not None and not 1 <= asked.unit <= calendar.rules.units:
        yield Refusal("no-unit")


def _unwanted(calendar: Calendar, asked: Asked, now: int) -> Iterator[Refusal]:
    yield from _when(calendar, asked.span, now)
    yield from _days(calendar, asked.span)
    yield from _FITS[calendar.rules.mode](calendar, asked.span)
    yield from _length(calendar, asked.span)
    if 0 < calendar.rules.quota <= asked.others:
        yield Refusal("quota", {"name": asked.name, "count": asked.others, "most": calendar.rules.quota})


def _when(calendar: Calendar, span: Span, now: int) -> Iterator[Refusal]:
    rules = calendar.rules
    if span.starts < now:
        yield Refusal("past")
    if span.starts < now + 60 * rules.notice:
        yield Refusal("notice", {"time": rules.notice})
    last = day_at(now, calendar.zone) + timedelta(days=rules.ahead_days)
    if day_at(span.ends - 1, calendar.zone) > last:
        yield Refusal("ahead", {"day": last})


def _days(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    """The days on which it begins and ends; and those between for what is used where it is."""
    rules, first, last = calendar.rules, day_at(span.starts, calendar.zone), day_at(span.ends - 1, calendar.zone)
    for day in (first, last):
        if not in_season(rules, day):
            yield _season(rules.first_day, rules.last_day)
        closure = closed_on(calendar.closures, day)
        if closure and closure.reason:
            yield Refusal("closed-for", {"day": day, "reason": closure.reason})
        if closure:
            yield Refusal("closed", {"day": day})
        if not calendar.open_on(day):
            yield Refusal("not-open", {"day": day})


def _season(first: date | None, last: date | None) -> Refusal:
    if first and last:
        return Refusal("season", {"first": first, "last": last})
    return Refusal("season-begins", {"first": first}) if first else Refusal("season-ends", {"last": last})


def _fits_slots(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    yield from _inside(calendar, span)
    day, length = day_at(span.starts, calendar.zone), calendar.rules.step * 60
    begins = {slot.starts for slot in slots_on(calendar, day)}
    if span.starts not in begins or (span.ends - span.starts) % length:
        yield Refusal("slot")


def _fits_freely(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    yield from _inside(calendar, span) if calendar.rules.stays else _ends_open(calendar, span)


def _fits_days(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    first, last = day_at(span.starts, calendar.zone), day_at(span.ends - 1, calendar.zone)
    if span != span_of_days(calendar, first, last):
        yield Refusal("whole-days")


_FITS: dict[str, Callable[[Calendar, Span], Iterator[Refusal]]] = {
    SLOTS: _fits_slots,
    FREE: _fits_freely,
    DAYS: _fits_days,
}


def _inside(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    """The whole of it lies in opening times, which may go on over midnight."""
    first, last = day_at(span.starts, calendar.zone), day_at(span.ends - 1, calendar.zone)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    hours = ordered([part for day in days for part in calendar.open_on(day)])
    if not any(part.starts <= span.starts and span.ends <= part.ends for part in hours):
        yield Refusal("outside", {"day": first, "hours": calendar.open_on(first)})


def _ends_open(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    """Somebody is there to hand it out and to take it back."""
    first, last = day_at(span.starts, calendar.zone), day_at(span.ends - 1, calendar.zone)
    begin, end = calendar.open_on(first), calendar.open_on(last)
    if not any(hours.starts <= span.starts < hours.ends for hours in begin):
        yield Refusal("outside", {"day": first, "hours": begin})
    if not any(hours.starts < span.ends <= hours.ends for hours in end):
        yield Refusal("outside", {"day": last, "hours": end})


def _length(calendar: Calendar, span: Span) -> Iterator[Refusal]:
    rules = calendar.rules
    if not rules.longest:
        return
    if rules.mode == DAYS:
        days = (day_at(span.ends - 1, calendar.zone) - day_at(span.starts, calendar.zone)).days + 1
        if days > rules.longest:
            yield Refusal("longest-days", {"days": rules.longest})
    elif span.ends - span.starts > 60 * rules.longest:
        yield Refusal("longest", {"time": rules.longest})


def _place(calendar: Calendar, taken: Taken, asked: Asked) -> Fit | Refusal:
    unit = best_unit(calendar, taken, asked.span)
    if unit is None:
        units = calendar.rules.units
        return Refusal("taken") if units == 1 else Refusal("all-taken", {"units": units})
    if asked.unit is not None:
        busy = {number: ordered(spans) for number, spans in taken.items()}
        if asked.unit not in free_units(calendar, busy, asked.span):
            return Refusal("unit-taken", {"free": calendar.rules.unit_name(unit)})
        unit = asked.unit
    return Fit(unit, asked.span, calendar.blocked(asked.span))
