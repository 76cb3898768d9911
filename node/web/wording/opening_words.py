"""Opening hours as people read them: the week in a few lines, and whether somebody is there now."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from babel.dates import format_skeleton, format_time, get_day_names

from node.services.organisations.opening_times import Standing, by_days, standing, zone_of
from node.web.view_models.listing import OpeningBox, OpeningLine
from node.web.wording import words
from node.web.wording.phrases import say as _
from schemas.opening import MIDNIGHT, OpeningHours

_SOON_DAYS = 7


def opening_box(hours: OpeningHours | None, timezone: str, now: datetime | None = None) -> OpeningBox | None:
    """The hours for a page; without ``now`` they say nothing of this moment, for pages that are kept for long."""
    if hours is None or not (hours.weekly or hours.note):
        return None
    names = get_day_names("abbreviated", "stand-alone", words.locale())
    lines = tuple(
        OpeningLine(
            names[first] if first == last else f"{names[first]}\u2013{names[last]}",
            ", ".join(f"{_clock(opens)}\u2013{_clock(closes)}" for opens, closes in times),
        )
        for first, last, times in by_days(hours)
    )
    return OpeningBox(lines, hours.note or "", _now(hours, timezone, now) if now else "")


def _now(hours: OpeningHours, timezone: str, now: datetime) -> str:
    zone = zone_of(hours, timezone)
    found: Standing = standing(hours, int(now.timestamp()), zone)
    if found.until is not None:
        until = datetime.fromtimestamp(found.until, UTC).astimezone(zone)
        return _("Open now, until %(time)s", time=_time(until.time()))
    if found.opens is None:
        return ""
    opens, today = datetime.fromtimestamp(found.opens, UTC).astimezone(zone), now.astimezone(zone).date()
    at = _time(opens.time())
    if opens.date() == today:
        return _("Opens today at %(time)s", time=at)
    if opens.date() == today + timedelta(days=1):
        return _("Opens tomorrow at %(time)s", time=at)
    skeleton = "EEEE" if (opens.date() - today).days < _SOON_DAYS else "MMMMEEEEd"
    return _(
        "Opens on %(day)s at %(time)s", day=format_skeleton(skeleton, opens.date(), locale=words.locale()), time=at
    )


def _clock(text: str) -> str:
    return _("midnight") if text == MIDNIGHT else _time(time(int(text[:2]), int(text[3:])))


def _time(at: time) -> str:
    return str(format_time(at, "short", locale=words.locale()))
