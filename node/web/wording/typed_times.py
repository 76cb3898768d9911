"""Days and times as people type them into forms: read, or said to be wrong beside their field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from node.services.bookings.rules import DAY_MINUTES
from node.voices import later
from node.web.wording.phrases import say

WRONG_DAY, WRONG_TIME = later("Write the day like this: 2026-12-31."), later("Write the time like this: 14:30.")
_TIME = re.compile(r"(\d{1,2})[:.]([0-5]\d)", re.ASCII)


def minutes_of(text: str) -> int | None:
    """Minutes after midnight of a time as it is typed, "9:05" or "24:00"; None where it is none."""
    found = _TIME.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else None
    return minutes if minutes is not None and minutes <= DAY_MINUTES else None


def typed_day(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    """The day in a field; None where there is none, and then ``errors`` says so."""
    try:
        day = date.fromisoformat(typed[name].strip())
        if 2000 <= day.year <= 2999:
            return day
    except ValueError:
        pass
    errors[name] = say(WRONG_DAY)
    return None


def typed_time(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> int:
    """Minutes after midnight of the time in a field; 0 where there is none, and then ``errors`` says so."""
    minutes = minutes_of(typed[name])
    if minutes is None:
        errors[name] = say(WRONG_TIME)
    return minutes or 0


def time_if_any(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> int | None:
    """The same of a field that may be empty: None where it is, and for what is no time."""
    if not typed[name].strip():
        return None
    minutes = minutes_of(typed[name])
    if minutes is None:
        errors[name] = say(WRONG_TIME)
    return minutes
