"""When a calendar of somebody else (iCalendar, RFC 5545) is busy. For a process of its own: see `busy`.

A hostile calendar can ask for more events than there are seconds in a year; how many are taken is bounded here, how
long and how much memory that takes by the process. Only times are read, no names and no words. What is transparent or
called off keeps nobody away; a time without a zone is one on the clock of the town.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schemas.errors import DocumentError

MOST_EVENTS, MOST_SPANS = 5_000, 10_000
MOST_MEMORY = 512 * 2**20
_STEP = timedelta(days=7)
_TOO_FINE = re.compile(rb"^RRULE[^\r\n]*FREQ=(?:SECONDLY|MINUTELY)", re.IGNORECASE | re.MULTILINE)


def busy_spans(body: bytes, first: int, last: int, zone_name: str) -> list[tuple[int, int]]:
    """The spans between ``first`` and ``last``, whole seconds since 1970, in order; those that touch are one.

    Raises `DocumentError` with the code ``not-a-calendar`` or ``too-many``.
    """
    if not body.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper().startswith(b"BEGIN:VCALENDAR"):
        raise DocumentError.of("not-a-calendar", "This is no calendar in the form iCalendar.")
    # Folded lines (section 3.1) must not hide a rule.
    if body.upper().count(b"BEGIN:VEVENT") > MOST_EVENTS or _TOO_FINE.search(re.sub(rb"\r?\n[ \t]", b"", body)):
        raise DocumentError.of("too-many", "This calendar has more events than can be read.")
    return _joined(_spans(body, first, last, ZoneInfo(zone_name)))


def bound_memory() -> None:
    """Let this process have no more memory than a calendar may take. Not on Windows."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (4 * MOST_MEMORY, 4 * MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


def _spans(body: bytes, first: int, last: int, zone: ZoneInfo) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for event in _events(body, datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)):
        if str(event.get("STATUS", "")).upper() == "CANCELLED" or str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
            continue
        starts, ends = _moment(event.start, zone), _moment(event.end, zone)
        if starts < ends:
            found.add((max(starts, first), min(ends, last)))
        if len(found) > MOST_SPANS:
            raise DocumentError.of("too-many", "This calendar has more events than can be read.")
    return {span for span in found if span[0] < span[1]}


def _events(body: bytes, first: datetime, last: datetime) -> Iterator[Any]:
    import recurring_ical_events
    from icalendar import Calendar

    try:
        query = recurring_ical_events.of(Calendar.from_ical(body), skip_bad_series=True)
        begin = first
        while begin < last:
            # By weeks, so that what is endless is noticed before all of it is made.
            yield from query.between(begin, min(begin + _STEP, last))
            begin += _STEP
    except DocumentError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, ArithmeticError) as error:
        # What two parsers make of bytes from anywhere: nothing of it is ours.
        raise DocumentError.of("not-a-calendar", "This is no calendar in the form iCalendar.") from error


def _moment(when: date | datetime, zone: ZoneInfo) -> int:
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    return int((when if when.tzinfo else when.replace(tzinfo=zone)).timestamp())


def _joined(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for starts, ends in sorted(spans):
        if joined and starts <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], ends)
        else:
            joined.append((starts, ends))
    return joined
