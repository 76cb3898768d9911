"""When a workshop, a drop-in or an open day takes place: the member ``event`` of a listing.

A listing lives for a year at most, so its dates are named one by one and no rule is to be unrolled: what is in the
document is all there is, and no document can make a reader count to the end of time. Knows no clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from marshmallow.exceptions import ValidationError

from schemas.document import Document
from schemas.fields import Choice, Day, Many, Number, Pattern, refuse
from schemas.records import dataclass

MOST_DATES = 366
NEEDED, NOT_NEEDED = SIGN_UP = ("needed", "none")
_DAY = timedelta(days=1)


class ClockTime(Pattern):
    """A time of day as clocks show it, 00:00 to 23:59."""

    form = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d\Z", re.ASCII)
    code, message = "bad-time", "This must be a time of day such as 18:30."


class Zone(Pattern):
    """A time zone by its shape: which zones there are changes several times a year."""

    form = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,3}\Z")
    code, message = "bad-zone", "This must be a time zone such as Europe/London."


@dataclass(frozen=True, slots=True)
class Event:
    """``dates`` are the days on which it takes place, but for those that are ``cancelled``.

    ``starts`` and ``ends`` are what clocks in ``zone`` show, on each of the dates; an end that is not later is on the
    next day. Without ``starts`` it goes on all day. ``places`` is how many people can come. ``sign_up`` says whether
    one has to sign up; where, the listing's ``request_url`` says.
    """

    dates: tuple[date, ...]
    zone: str
    starts: str | None = None
    ends: str | None = None
    cancelled: tuple[date, ...] = ()
    places: int | None = None
    sign_up: str | None = None

    @property
    def last(self) -> date:
        """The last of its dates, whether or not it is cancelled."""
        return max(self.dates)

    @property
    def on(self) -> tuple[date, ...]:
        """The dates on which it takes place, each once, in order."""
        return tuple(sorted({*self.dates} - {*self.cancelled}))


class EventSchema(Document):
    made = Event
    dates = Many(Day(), limit=MOST_DATES, least=1, required=True)
    starts = ClockTime(limit=5)
    ends = ClockTime(limit=5)
    zone = Zone(limit=64, required=True)
    cancelled = Many(Day(), limit=MOST_DATES)
    places = Number(1, 1_000_000, whole=True)
    sign_up = Choice(SIGN_UP)

    def check(self, loaded: dict[str, Any]) -> None:
        if "ends" in loaded and "starts" not in loaded:
            raise refuse("missing", "What has an end needs a beginning.", "starts")
        known = set(loaded["dates"])
        strange = [at for at, day in enumerate(loaded.get("cancelled", ())) if day not in known]
        if strange:
            message = "This is none of the dates, so it cannot be cancelled."
            raise ValidationError({"cancelled": {at: refuse("bad-date", message).messages for at in strange}})


class Occurrence(NamedTuple):
    """One time that it takes place, or would have. ``day`` is its date where it is; the moments are aware UTC.

    Without a time of day, it begins and ends at midnight where it is.
    """

    day: date
    starts: datetime
    ends: datetime
    cancelled: bool = False


def zone_of(name: str, otherwise: str) -> ZoneInfo:
    """The zone of this name, or of the other one where this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(otherwise)


def occurrences(event: Event, otherwise: str = "UTC") -> tuple[Occurrence, ...]:
    """Every date of an event in order, cancelled ones too; ``otherwise`` is the zone taken for one unknown here."""
    return tuple(_occurrences(event, zone_of(event.zone, otherwise)))


def _occurrences(event: Event, zone: ZoneInfo) -> Iterator[Occurrence]:
    starts, ends = _clock(event.starts), _clock(event.ends)
    cancelled = set(event.cancelled)
    for day in sorted(set(event.dates)):
        try:
            begin = datetime.combine(day, starts or time(), zone).astimezone(UTC)
            end = _end(day, starts, ends, begin, zone)
        except OverflowError:
            # The first or the last day that a calendar has.
            continue
        yield Occurrence(day, begin, end, day in cancelled)


def _end(day: date, starts: time | None, ends: time | None, begin: datetime, zone: ZoneInfo) -> datetime:
    if starts is None:
        return datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
    if ends is None:
        return begin
    last = day if ends > starts else day + _DAY
    return datetime.combine(last, ends, zone).astimezone(UTC)


def _clock(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
