"""From when until when somebody would like something: typed days and times, on the clock of the organisation's town."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from node.context import Node
from node.services.bookings.judging import span_of_days
from node.services.bookings.keeping import Kept, UnknownCalendarError, calendar_of
from node.services.bookings.opening import Span, moment, whole_day
from node.services.bookings.rules import DAY_MINUTES, DAYS
from node.services.exchanges.asking import Askable
from node.web.wording.typed_times import typed_day, typed_time

TIMES = ("first", "starts", "last", "ends")


def by_day(node: Node, what: Askable) -> bool:
    """Whether it is had by the day: as its calendar says, and without one what is taken home."""
    if what.booked:
        try:
            return calendar_of(node, what.row.key, what.row.organisation_id).rules.mode == DAYS
        except UnknownCalendarError:
            pass
    return bool(what.row.listing().action == "lend")


def span_of(node: Node, what: Askable, typed: Mapping[str, str], errors: dict[str, str]) -> Span | None:
    """The time that was typed; what cannot be read stands in ``errors``."""
    days = by_day(node, what)
    if not (days and what.booked):
        return plain_span(node, days, typed, errors)
    return span_of_open_days(calendar_of(node, what.row.key, what.row.organisation_id), typed, errors)


def span_of_open_days(kept: Kept, typed: Mapping[str, str], errors: dict[str, str]) -> Span | None:
    """The days that were typed for what has a calendar by the day, from when it opens until when it closes."""
    first = typed_day(typed, "first", errors)
    last = typed_day(typed, "last", errors) if typed["last"].strip() else first
    if errors or first is None or last is None:
        return None
    return span_of_days(kept.calendar, first, last)


def plain_span(node: Node, days: bool, typed: Mapping[str, str], errors: dict[str, str]) -> Span | None:
    """The time that was typed for what has no calendar by the day; whole ``days``, or from one time to another."""
    first = typed_day(typed, "first", errors)
    last = typed_day(typed, "last", errors) if typed["last"].strip() else first
    starts = 0 if days else typed_time(typed, "starts", errors)
    ends = DAY_MINUTES if days else typed_time(typed, "ends", errors)
    if errors or first is None or last is None:
        return None
    zone = ZoneInfo(node.settings.timezone)
    if not days:
        # Midnight as an end is that of the day's end, unless another day was named for it.
        until = DAY_MINUTES if ends == 0 and not typed["last"].strip() else ends
        return Span(moment(first, starts, zone), moment(last, until, zone, ends=True))
    return Span(whole_day(first, zone).starts, whole_day(last, zone).ends)
