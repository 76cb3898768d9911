"""What the desk says of bookings: times, lengths, and why something cannot be booked. On the clock of the town."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from babel.dates import format_interval, format_skeleton, format_time
from babel.units import format_unit

from node.services.bookings.opening import Span, are_midnights
from node.services.bookings.refusals import REASONS, Refusal
from node.voices import later
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.wording import words
from node.web.wording.phrases import say

_UNITS = (("duration-day", 1440), ("duration-hour", 60), ("duration-minute", 1))
CALENDAR_PROBLEMS = {
    "refused-address": later("its address leads to a place that may not be read from here"),
    "bad-url": later("its address cannot be used"),
    "dns": later("its address is not known"),
    "connect": later("its server does not answer"),
    "tls": later("its server cannot prove who it is"),
    "deadline": later("its server is too slow"),
    "too-large": later("it is too large"),
    "truncated": later("it arrived in part only"),
    "too-many-redirects": later("its address leads in circles"),
    "bad-redirect": later("its address leads to a place that may not be read from here"),
    "bad-answer": later("its server answers with an error"),
    "gone": later("there is nothing at its address any more"),
    "not-allowed": later("its server asks for a password"),
    "not-a-calendar": later("what is at its address is no calendar"),
    "too-many": later("it has more events than can be read"),
    "too-costly": later("reading it took too long"),
}


def local(moment: int) -> datetime:
    """The moment on the clock of the town."""
    return words.local(datetime.fromtimestamp(moment, UTC), site_of(current_node()))


def clock(moment: int) -> str:
    """The time of day."""
    return format_time(local(moment), "short", locale=words.locale())


def day_name(day: date) -> str:
    """ "Wednesday 2 December", as the reader's language has it."""
    return format_skeleton("MMMMEEEEd", day, locale=words.locale())


def short_day(day: date) -> str:
    return format_skeleton("MMMEd", day, locale=words.locale())


def shortest_day(day: date) -> str:
    """ "Wed 2", for a list of the days of one week."""
    return format_skeleton("Ed", day, locale=words.locale())


def days(first: date, last: date) -> str:
    """A stretch of days with its year."""
    return str(format_interval(first, last, "yMMMd", locale=words.locale()))


def hours(span: Span) -> str:
    """From when to when on one day; midnight at its end is 24:00."""
    end = local(span.ends)
    ends = "24:00" if end.hour == end.minute == 0 and span.ends > span.starts else clock(span.ends)
    return f"{clock(span.starts)}–{ends}"


def when(span: Span) -> str:
    """A span with its days: "Wed 2 Dec, 09:00–10:00", with both days where there are two, without times if all day."""
    first, last = local(span.starts).date(), local(span.ends - 1).date()
    if are_midnights(local(span.starts), local(span.ends)):
        return short_day(first) if first == last else f"{short_day(first)} – {short_day(last)}"
    if first == last:
        return f"{short_day(first)}, {hours(span)}"
    return f"{short_day(first)}, {clock(span.starts)} – {short_day(last)}, {hours(span).partition('–')[2]}"


def until(moment: int) -> str:
    """The last moment of a span with its day: "Wed 2 Dec, 10:00", the day before without a time for midnight."""
    end = local(moment)
    last = local(moment - 1).date()
    return short_day(last) if end.hour == end.minute == 0 else f"{short_day(last)}, {clock(moment)}"


def part_on(span: Span, day: date) -> str:
    """The part of a span that lies on one day, in words."""
    first, last = local(span.starts).date(), local(span.ends - 1).date()
    if first == last:
        return say("all day") if are_midnights(local(span.starts), local(span.ends)) else hours(span)
    if day == first and local(span.starts).time() != time.min:
        return say("from %(time)s", time=clock(span.starts))
    if day == last and local(span.ends).time() != time.min:
        return say("until %(time)s", time=hours(span).partition("–")[2])
    return say("all day")


def length(minutes: int) -> str:
    """A length of time as people say it: "90 minutes", "2 hours", "3 days"."""
    unit, size = next((unit, size) for unit, size in _UNITS if minutes % size == 0)
    return format_unit(minutes // size, unit, "long", locale=words.locale())


def refused(refusal: Refusal) -> str:
    """Why something cannot be booked, in one sentence."""
    values = {name: _value(name, value) for name, value in refusal.values.items()}
    return say(REASONS[refusal.code]) % values


def _value(name: str, value: object) -> object:
    if isinstance(value, date):
        return day_name(value)
    if name == "time" and isinstance(value, int):
        return length(value)
    if name == "days" and isinstance(value, int):
        return length(value * 1440)
    if name == "hours" and isinstance(value, Sequence):
        return ", ".join(hours(span) for span in value)
    return value


def is_day(text: str) -> bool:
    """Whether this is a day as forms send it."""
    try:
        return 2000 <= date.fromisoformat(text).year <= 2999
    except ValueError:
        return False


def ago(moment: int) -> str:
    """How long ago a moment was."""
    return words.ago(datetime.fromtimestamp(moment, UTC), site_of(current_node()))
