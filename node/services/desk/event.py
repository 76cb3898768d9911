"""The dates of an event as the desk asks for them, and back: a first day, how it repeats, other days, cancelled ones.

Every date is written into the listing; nothing of how it was typed is kept. So what comes back is read off the dates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import TypeVar

from node.services.importing import cells
from node.services.importing.cells import CellError, day
from node.services.importing.event_cells import clock, over
from node.services.importing.row_values import LONGEST_SHOWING, Defaults
from node.services.listings.drafts import end_of_day
from schemas.event import MOST_DATES, SIGN_UP, Event
from schemas.records import dataclass

FIELDS = ("on", "starts", "ends", "repeat", "repeat_until", "also", "off", "people", "sign_up")
ONCE, DAILY, WEEKLY, FORTNIGHTLY, MONTHLY = REPEATS = ("once", "daily", "weekly", "fortnightly", "monthly")
GATHERINGS = ("help", "host")
"""What kind of event: somebody shows or teaches something, or the doors are open. It is the action of its listing."""

_SEPARATORS = ";,"
_T = TypeVar("_T")
_STEPS = {DAILY: timedelta(days=1), WEEKLY: timedelta(days=7), FORTNIGHTLY: timedelta(days=14)}


@dataclass(frozen=True, slots=True)
class Dated:
    """An event with the moment at which the last of its dates is over."""

    event: Event
    ends: datetime


def read(said: Mapping[str, str], defaults: Defaults, faults: MutableMapping[str, str]) -> Dated | None:
    """The event that the fields make; None where ``faults`` says, by field, what is wrong."""
    before = len(faults)
    dates = _dates(said, defaults.today, faults)
    off = _days("off", said, defaults.today, faults)
    starts, ends = (_clock(name, said, faults) for name in ("starts", "ends"))
    people = _people(said, faults)
    if ends and not starts:
        faults["starts"] = "Say when it begins, too."
    strange = sorted(set(off) - set(dates))
    if strange and dates:
        faults["off"] = f"{strange[0].isoformat()} is none of its days, so it cannot be cancelled."
    if len(faults) > before:
        return None
    sign_up = said["sign_up"] if said["sign_up"] in SIGN_UP else None
    event = Event(dates, defaults.timezone, starts, ends, off, people, sign_up)
    return _still_to_come(event, defaults, faults)


def _still_to_come(event: Event, defaults: Defaults, faults: MutableMapping[str, str]) -> Dated | None:
    last = over(event)
    end = last if isinstance(last, datetime) else end_of_day(last, defaults.timezone)
    if end <= defaults.now:
        faults["on"] = "This is over. Choose a day that is still to come."
        return None
    return Dated(event, end)


def _dates(said: Mapping[str, str], today: date, faults: MutableMapping[str, str]) -> tuple[date, ...]:
    """All the days, in order, each once; none where something is wrong with them."""
    first = _day("on", said, today, faults)
    if first is None:
        faults.setdefault("on", "Say on which day it takes place; of several, the first.")
        return ()
    latest = today + LONGEST_SHOWING
    found = {first, *_repeated(first, said, today, faults), *_days("also", said, today, faults)}
    if max(found) > latest:
        faults["on"] = f"A listing is shown for a year at most: choose days up to {latest.isoformat()}."
    if len(found) > MOST_DATES:
        faults["on"] = f"These are {len(found)} days; at most {MOST_DATES} are possible."
    return tuple(sorted(found))


def _repeated(first: date, said: Mapping[str, str], today: date, faults: MutableMapping[str, str]) -> list[date]:
    if said["repeat"] not in REPEATS[1:]:
        return []
    last = _day("repeat_until", said, today, faults)
    if last is None:
        faults.setdefault("repeat_until", "Say until when it repeats.")
        return []
    if last < first:
        faults["repeat_until"] = "This lies before the first day."
        return []
    if last > today + LONGEST_SHOWING:
        latest = (today + LONGEST_SHOWING).isoformat()
        faults["repeat_until"] = f"A listing is shown for a year at most: choose a day up to {latest}."
        return []
    if (last - first).days > MOST_DATES:
        faults["on"] = "This lies more than a year before the last day."
        return []
    return repeated(first, said["repeat"], last)


def repeated(first: date, repeat: str, last: date) -> list[date]:
    """The days from ``first`` to ``last`` that a repetition falls on; a month's is its first, second … such weekday."""
    if repeat == MONTHLY:
        return list(takewhile(lambda one: one <= last, _monthly(first)))
    step = _STEPS[repeat]
    return [first + number * step for number in range((last - first) // step + 1)]


def _monthly(first: date) -> Iterator[date]:
    """The same weekday of each month, such as its first Thursday; a fifth one only where there is one."""
    which, month = (first.day - 1) // 7, first.replace(day=1)
    while month.year < date.max.year:
        begin = month + timedelta(days=(first.weekday() - month.weekday()) % 7)
        found = begin + timedelta(days=7 * which)
        if found.month == month.month:
            yield found
        month = (month + timedelta(days=32)).replace(day=1)


def _day(name: str, said: Mapping[str, str], today: date, faults: MutableMapping[str, str]) -> date | None:
    if not said[name].strip():
        return None
    return _readable(name, faults, lambda: day(said[name], today))


def _days(name: str, said: Mapping[str, str], today: date, faults: MutableMapping[str, str]) -> tuple[date, ...]:
    if not said[name].strip():
        return ()
    parts = _readable(name, faults, lambda: cells.several(said[name], _SEPARATORS)) or ()
    found = (_readable(name, faults, partial(day, part, today)) for part in parts[:MOST_DATES])
    return tuple(sorted({one for one in found if one is not None}))


def _readable(name: str, faults: MutableMapping[str, str], read: Callable[[], _T]) -> _T | None:
    try:
        return read()
    except CellError as error:
        faults[name] = str(error)
        return None


def _clock(name: str, said: Mapping[str, str], faults: MutableMapping[str, str]) -> str | None:
    """A time of day as it is written in a listing."""
    text = said[name].strip()
    return _readable(name, faults, partial(clock, text)) if text else None


def _people(said: Mapping[str, str], faults: MutableMapping[str, str]) -> int | None:
    if not said["people"].strip():
        return None
    count = _readable("people", faults, lambda: cells.number(said["people"]))
    if count is None:
        return None
    if not isinstance(count, int) or not 1 <= count <= 1_000_000:
        faults["people"] = "This must be a whole number, one or more."
        return None
    return count


def typed_of(event: Event) -> dict[str, str]:
    """What the fields would have to hold for this event."""
    dates = tuple(sorted(set(event.dates)))
    repeat = _repeat_of(dates)
    return {
        "on": dates[0].isoformat(),
        "starts": event.starts or "",
        "ends": event.ends or "",
        "repeat": repeat,
        "repeat_until": "" if repeat == ONCE else dates[-1].isoformat(),
        "also": "\n".join(one.isoformat() for one in dates[1:]) if repeat == ONCE else "",
        "off": "\n".join(one.isoformat() for one in sorted(set(event.cancelled))),
        "people": str(event.places) if event.places else "",
        "sign_up": event.sign_up or "",
    }


def _repeat_of(dates: tuple[date, ...]) -> str:
    """How these days repeat, if they do so without a gap."""
    if len(dates) < 3 or (dates[-1] - dates[0]).days > MOST_DATES:
        return ONCE
    return next((repeat for repeat in REPEATS[1:] if tuple(repeated(dates[0], repeat, dates[-1])) == dates), ONCE)
