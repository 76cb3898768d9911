"""An organisation's opening hours as it publishes them: how they stand at a moment, what a calendar begins with. Pure.

They go by the clock that they name. Where this machine does not know that clock, another is taken: roughly right is
more use to a reader than nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from node.services.bookings.opening import day_at, open_on
from node.services.bookings.rules import DAY_MINUTES, Closure, Opening, Rules
from schemas.opening import MOST_CLOSED, WEEKDAYS, ClosedDays, OpeningHours, WeeklyHours
from schemas.records import dataclass

LOOKED_AHEAD_DAYS = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Open now ``until`` a moment, or shut and open again at ``opens``; seconds since 1970, None for not known."""

    until: int | None = None
    opens: int | None = None


def standing(hours: OpeningHours, now: int, zone: ZoneInfo) -> Standing:
    """Whether somebody is there at ``now`` (seconds), by hours of a week and closed days, within sixty days."""
    rules, closures = Rules(openings=openings_of(hours)), closures_of(hours)
    if not rules.openings:
        return Standing()
    today = day_at(now, zone)
    # What opened yesterday may go on past midnight: such hours end at midnight and begin again.
    for day in (today + timedelta(days=n) for n in range(LOOKED_AHEAD_DAYS)):
        for span in open_on(rules, closures, day, zone):
            if span.starts <= now < span.ends:
                return Standing(until=span.ends)
            if span.starts > now:
                return Standing(opens=span.starts)
    return Standing()


def zone_of(hours: OpeningHours, otherwise: str) -> ZoneInfo:
    """The clock that the hours go by; that of ``otherwise`` where it is not known here."""
    try:
        return ZoneInfo(hours.timezone or otherwise)
    except (OSError, ValueError, KeyError):
        return ZoneInfo(otherwise)


def openings_of(hours: OpeningHours | None) -> tuple[Opening, ...]:
    """The hours of a week as the rules of a calendar have them."""
    weekly = hours.weekly if hours else ()
    return tuple(Opening(WEEKDAYS.index(one.day), _minutes(one.opens), _minutes(one.closes)) for one in weekly)


def closures_of(hours: OpeningHours) -> tuple[Closure, ...]:
    return tuple(Closure(one.from_, one.until, yearly=bool(one.yearly)) for one in hours.closed)


def weekly_of(openings: Iterable[Opening]) -> tuple[WeeklyHours, ...]:
    """Openings as hours of a week, in order."""
    ordered = sorted(openings, key=lambda one: (one.weekday, one.opens))
    return tuple(WeeklyHours(WEEKDAYS[one.weekday], _clock(one.opens), _clock(one.closes)) for one in ordered)


def closed_of(closures: Iterable[Closure], today: date) -> tuple[ClosedDays, ...]:
    """Closed days as they are published: those that are not over, without their reasons."""
    ahead = [one for one in closures if one.yearly or one.last >= today]
    return tuple(ClosedDays(one.first, one.last, True if one.yearly else None) for one in ahead)[:MOST_CLOSED]


def by_days(hours: OpeningHours) -> list[tuple[int, int, tuple[tuple[str, str], ...]]]:
    """The week in few lines: first and last day (0 for Monday) of days in a row that have the same times."""
    lines: list[tuple[int, int, tuple[tuple[str, str], ...]]] = []
    for number, name in enumerate(WEEKDAYS):
        times = tuple(sorted((one.opens, one.closes) for one in hours.weekly if one.day == name))
        if lines and lines[-1][2] == times:
            lines[-1] = (lines[-1][0], number, times)
        else:
            lines.append((number, number, times))
    return [line for line in lines if line[2]]


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _clock(minutes: int) -> str:
    return "24:00" if minutes == DAY_MINUTES else f"{minutes // 60:02}:{minutes % 60:02}"
