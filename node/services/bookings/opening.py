"""When it is open: from weekly hours, closed days and a season to moments. Pure.

Hours are what the clock on the wall says, so that an opening over a change of the clocks is an hour shorter or longer.
A time that is skipped that night is read by the clock before the change; of a time that comes twice, an opening begins
with the first and ends with the second.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from node.services.bookings.rules import DAY_MINUTES, Closure, Opening, Rules


class Span(NamedTuple):
    """From ``starts`` up to but not including ``ends``, in whole seconds since 1970 in UTC."""

    starts: int
    ends: int

    def meets(self, other: Span) -> bool:
        """Whether the two have any time in common."""
        return self.starts < other.ends and other.starts < self.ends


def ordered(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, those that overlap or touch as one."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.starts <= joined[-1].ends:
            joined[-1] = Span(joined[-1].starts, max(joined[-1].ends, span.ends))
        else:
            joined.append(span)
    return joined


def moment(day: date, minutes: int, zone: ZoneInfo, ends: bool = False) -> int:
    """When the clocks of ``zone`` show that many minutes after midnight of ``day``; 1440 is the next midnight.

    ``ends``: of a time that comes twice, the second is meant.
    """
    at = datetime.combine(day + timedelta(days=minutes // DAY_MINUTES), time(*divmod(minutes % DAY_MINUTES, 60)), zone)
    read = int(at.timestamp())
    # In a gap the second reading lies before the first one (PEP 495).
    return max(read, int(at.replace(fold=1).timestamp())) if ends else read


def is_skipped(day: date, minutes: int, zone: ZoneInfo) -> bool:
    """Whether the clocks of ``zone`` never show that many minutes after midnight of ``day``."""
    shown = datetime.fromtimestamp(moment(day, minutes, zone), UTC).astimezone(zone)
    return (shown.hour, shown.minute) != divmod(minutes % DAY_MINUTES, 60)


def day_at(moment_s: int, zone: ZoneInfo) -> date:
    """The day on the calendar of ``zone``."""
    return datetime.fromtimestamp(moment_s, UTC).astimezone(zone).date()


def whole_day(day: date, zone: ZoneInfo) -> Span:
    """From midnight to midnight, which on two days of a year is not 24 hours."""
    return Span(moment(day, 0, zone), moment(day, DAY_MINUTES, zone))


def are_midnights(starts: datetime, ends: datetime) -> bool:
    """Whether a span between these moments, by the clock on the wall, is one of whole days."""
    return starts.time() == ends.time() == time.min


def closed_on(closures: Iterable[Closure], day: date) -> Closure | None:
    """The closure that ``day`` falls into."""
    return next((closure for closure in closures if _covers(closure, day)), None)


def in_season(rules: Rules, day: date) -> bool:
    return (rules.first_day or day) <= day <= (rules.last_day or day)


def open_on(rules: Rules, closures: Iterable[Closure], day: date, zone: ZoneInfo) -> list[Span]:
    """When it is open on ``day``, in order; hours that touch or overlap are one."""
    if not in_season(rules, day) or closed_on(closures, day):
        return []
    hours = [opening for opening in rules.openings if _applies(opening, day)]
    spans = [Span(moment(day, o.opens, zone), moment(day, o.closes, zone, ends=True)) for o in hours]
    return ordered([span for span in spans if span.starts < span.ends])


def _covers(closure: Closure, day: date) -> bool:
    if not closure.yearly:
        return closure.first <= day <= closure.last
    if (closure.last - closure.first).days >= 365:
        return True
    first, last = (closure.first.month, closure.first.day), (closure.last.month, closure.last.day)
    here = (day.month, day.day)
    return first <= here <= last if first <= last else here >= first or here <= last


def _applies(opening: Opening, day: date) -> bool:
    if day.weekday() != opening.weekday:
        return False
    if opening.every > 1 and opening.since and (_week(day) - _week(opening.since)) % opening.every:
        return False
    if opening.nth == -1:
        return day.day + 7 > monthrange(day.year, day.month)[1]
    return opening.nth in (0, (day.day - 1) // 7 + 1)


def _week(day: date) -> int:
    """Weeks from Monday to Sunday, numbered without end."""
    return (day.toordinal() - 1) // 7
