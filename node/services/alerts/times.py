"""When an alert is looked after next. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

INSTANT, DAILY, WEEKLY = "instant", "daily", "weekly"
FREQUENCIES = (INSTANT, DAILY, WEEKLY)
MORNING = time(8)
MONDAY = 0
REST_S = 600
"""After a mail at once, the next one comes no sooner: what is published in a row comes in one mail."""


def next_due(frequency: str, now: int, timezone: str) -> int:
    """The next moment for this frequency after ``now`` (seconds since 1970): at 08:00, on Mondays or every day."""
    if frequency == INSTANT:
        return now
    zone = ZoneInfo(timezone)
    here = datetime.fromtimestamp(now, UTC).astimezone(zone)
    days = (datetime.combine(here.date() + timedelta(days=ahead), MORNING, zone) for ahead in range(9))
    wanted = (day for day in days if frequency == DAILY or day.weekday() == MONDAY)
    return next(moment for day in wanted if (moment := int(day.timestamp())) > now)


def after_mail(frequency: str, now: int, timezone: str) -> int:
    """The same, when a mail has just been written."""
    return now + REST_S if frequency == INSTANT else next_due(frequency, now, timezone)
