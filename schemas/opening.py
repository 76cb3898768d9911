"""When an organisation is open: weekly hours by the clock on its wall, closed days, or a line in its own words."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from schemas.document import Document
from schemas.event import ClockTime, Zone
from schemas.fields import Choice, Day, Flag, Many, Part, Text, refuse
from schemas.records import dataclass

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MIDNIGHT = "24:00"
MOST_WEEKLY, MOST_CLOSED = 28, 60


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """From ``opens`` up to ``closes`` on one weekday, as ``HH:MM``; ``24:00`` is the end of the day."""

    day: str
    opens: str
    closes: str


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Days on which it is closed, both ends among them; ``yearly`` by the calendar, whatever the year."""

    from_: date
    until: date
    yearly: bool | None = None


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """``timezone`` is the IANA name of the clock that ``weekly`` goes by; ``note`` says the rest, or all of it."""

    timezone: str | None = None
    weekly: tuple[WeeklyHours, ...] = ()
    closed: tuple[ClosedDays, ...] = ()
    note: str | None = None


class TimeOfDay(ClockTime):
    """A time of day at which something opens or closes: ``24:00`` as well, the end of the day."""

    form = re.compile(r"(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)\Z", re.ASCII)


class WeeklyHoursSchema(Document):
    made = WeeklyHours
    day = Choice(WEEKDAYS, required=True)
    opens = TimeOfDay(limit=5, required=True)
    closes = TimeOfDay(limit=5, required=True)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["closes"] <= loaded["opens"]:
            raise refuse("bad-time", "It must close after it opens; what is open past midnight is two times.", "closes")


class ClosedDaysSchema(Document):
    made = ClosedDays
    from_ = Day(data_key="from", required=True)
    until = Day(required=True)
    yearly = Flag()

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["until"] < loaded["from_"]:
            raise refuse("bad-date", "This lies before the first day.", "until")


class OpeningHoursSchema(Document):
    made = OpeningHours
    timezone = Zone(limit=60)
    weekly = Many(Part(WeeklyHoursSchema()), limit=MOST_WEEKLY)
    closed = Many(Part(ClosedDaysSchema()), limit=MOST_CLOSED)
    note = Text(limit=300)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded.get("weekly") and "timezone" not in loaded:
            raise refuse("missing", "Say by which clock these hours are.", "timezone")
