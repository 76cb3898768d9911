"""The form in which the rules of a calendar are written: from what was typed to rules, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from babel.dates import get_day_names

from node.services.bookings.rules import DAYS, FREE, SLOTS, Opening, Rules, problems_of
from node.voices import later
from node.web.desk import booking_words as say_of
from node.web.view_models.calendar import OpeningDay
from node.web.view_models.parts import Choice
from node.web.wording import words
from node.web.wording.phrases import say
from node.web.wording.said import plain
from node.web.wording.typed_times import WRONG_DAY, minutes_of, time_if_any
from schemas.errors import Problem

_PLAIN = (
    *("taking", "mode", "stays", "step", "longest", "longest_in", "before", "after", "notice", "notice_in"),
    *("ahead_days", "quota", "units", "unit_names", "first_day", "last_day"),
)
_OF_DAY = ("open", "close", "again", "until", "often", "since")
FIELDS = (*_PLAIN, *(f"{name}_{day}" for day in range(7) for name in _OF_DAY), "like_monday")

MODES = {
    SLOTS: later("In fixed times, one after another"),
    FREE: later("For any length of time"),
    DAYS: later("By the day"),
}
PLACES = {"1": later("It is used here: all of the time lies in opening times"), "": later("It is taken home")}
TAKING = {"1": later("Yes"), "": later("Not at the moment")}
LENGTHS = {"1": later("minutes"), "60": later("hours"), "1440": later("days")}
OFTEN = {
    "": later("every week"),
    "2": later("every second week"),
    "3": later("every third week"),
    "4": later("every fourth week"),
    "n1": later("the first of the month"),
    "n2": later("the second of the month"),
    "n3": later("the third of the month"),
    "n4": later("the fourth of the month"),
    "n-1": later("the last of the month"),
}
LIKE_MONDAY = {
    "": later("no other day"),
    "5": later("Tuesday to Friday"),
    "6": later("Tuesday to Saturday"),
    "7": later("every day"),
}
_WRONG_NUMBER = later("Write a whole number.")
_MOST = 10_000_000


def typed_of(rules: Rules, taking: bool) -> dict[str, str]:
    """What stands in the fields for these rules."""
    by_day = rules.mode == DAYS
    longest, longest_in = (rules.longest, "1440") if by_day else _parted(rules.longest)
    notice, notice_in = _parted(rules.notice)
    typed = {
        "taking": "1" if taking else "",
        "mode": rules.mode,
        "stays": "1" if rules.stays else "",
        "step": str(rules.step),
        "longest": str(longest or ""),
        "longest_in": longest_in,
        "before": str(rules.before or ""),
        "after": str(rules.after or ""),
        "notice": str(notice or ""),
        "notice_in": notice_in,
        "ahead_days": str(rules.ahead_days),
        "quota": str(rules.quota or ""),
        "units": str(rules.units),
        "unit_names": "\n".join(rules.unit_names),
        "first_day": rules.first_day.isoformat() if rules.first_day else "",
        "last_day": rules.last_day.isoformat() if rules.last_day else "",
    }
    return {**dict.fromkeys(FIELDS, ""), **typed, **dict(_typed_openings(rules))}


def as_monday(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with Monday's times on the days that are to be like it.

    They stay as they are, and the wish stays chosen, where Monday has no times or none that can be read.
    """
    told, monday = dict(typed), [typed[f"{name}_0"] for name in _OF_DAY[:4]]
    wish, times = told["like_monday"], [time for time in monday if time.strip()]
    if wish in LIKE_MONDAY and wish and times and None not in map(minutes_of, times):
        days = range(1, int(wish))
        told |= {f"{name}_{day}": told[f"{name}_0"] for day in days for name in _OF_DAY if f"{name}_0" in told}
        told["like_monday"] = ""
    return told


def like_nothing(typed: Mapping[str, str], errors: dict[str, str]) -> None:
    """Say it where days are to be like a Monday that has no times."""
    if typed["like_monday"] and not any(f"{name}_0" in errors for name in _OF_DAY):
        errors["open_0"] = say("Say when it is open on Monday, if other days are to be the same.")


def rules_of(typed: Mapping[str, str]) -> tuple[Rules, dict[str, str]]:
    """The rules that were typed, and a sentence for each field that is wrong; the rules count only without any."""
    errors: dict[str, str] = {}
    number = _numbers(typed, errors)
    mode = typed["mode"]
    lengths = int(typed["longest_in"]) if typed["longest_in"] in LENGTHS else 60
    longest = number("longest", 0) * lengths
    rules = Rules(
        openings=tuple(_openings(typed, errors)),
        mode=mode,
        step=number("step", 60),
        longest=-(-longest // 1440) if mode == DAYS else longest,
        stays=bool(typed["stays"]),
        before=number("before", 0),
        after=number("after", 0),
        notice=number("notice", 0) * (int(typed["notice_in"]) if typed["notice_in"] in LENGTHS else 60),
        ahead_days=number("ahead_days", 180),
        quota=number("quota", 0),
        units=number("units", 1),
        unit_names=tuple(name.strip() for name in typed["unit_names"].strip().splitlines()),
        first_day=_day(typed, "first_day", errors),
        last_day=_day(typed, "last_day", errors),
    )
    like_nothing(typed, errors)
    if not rules.openings:
        errors.setdefault("open_0", say("Say when it is open, on one day at least."))
    for problem in problems_of(rules):
        errors.setdefault(field_of(problem), plain(problem.message))
    return rules, errors


def field_of(problem: Problem) -> str:
    """The field in which a problem of rules is mended."""
    name = problem.pointer.removeprefix("/")
    if name.startswith("openings/"):
        return f"open_{name.removeprefix('openings/')}"
    return "open_0" if name == "openings" else name


def opening_days(typed: Mapping[str, str], errors: Mapping[str, str]) -> tuple[OpeningDay, ...]:
    """The weekdays with their choices."""
    names = get_day_names("wide", "stand-alone", words.locale())
    return tuple(
        OpeningDay(
            number=day,
            name=names[day],
            often=choices(OFTEN, typed[f"often_{day}"]),
            more=any(typed[f"{name}_{day}"] for name in _OF_DAY[2:])
            or any(f"{name}_{day}" in errors for name in _OF_DAY[2:]),
        )
        for day in range(7)
    )


def choices(texts: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(code, say(text), code == chosen) for code, text in texts.items())


def _parted(minutes: int) -> tuple[int, str]:
    """A length in the largest unit that it is whole in."""
    size = next(size for size in (1440, 60, 1) if minutes % size == 0)
    return (minutes // size, str(size)) if minutes else (0, "60")


def _typed_openings(rules: Rules) -> Iterator[tuple[str, str]]:
    for day in range(7):
        hours = sorted((one for one in rules.openings if one.weekday == day), key=lambda one: one.opens)
        for names, opening in zip((("open", "close"), ("again", "until")), hours, strict=False):
            yield f"{names[0]}_{day}", clock(opening.opens)
            yield f"{names[1]}_{day}", clock(opening.closes)
        for opening in hours[:1]:
            yield f"often_{day}", f"n{opening.nth}" if opening.nth else str(opening.every) if opening.every > 1 else ""
            yield f"since_{day}", opening.since.isoformat() if opening.since else ""


def _openings(typed: Mapping[str, str], errors: dict[str, str]) -> Iterator[Opening]:
    for day in range(7):
        often = typed[f"often_{day}"]
        every = int(often) if often in OFTEN and often.isdecimal() else 1
        nth = int(often[1:]) if often in OFTEN and often.startswith("n") else 0
        since = _day(typed, f"since_{day}", errors) if every > 1 else None
        for begins, ends in (("open", "close"), ("again", "until")):
            opens, closes = (time_if_any(typed, f"{name}_{day}", errors) for name in (begins, ends))
            if opens is None and closes is None:
                continue
            if opens is None or closes is None:
                errors.setdefault(f"{begins if opens is None else ends}_{day}", say("Say from when and until when."))
                continue
            # Midnight is the end of a day where something closes.
            yield Opening(day, opens, closes or 1440, every, since, nth)


def clock(minutes: int) -> str:
    """A time of day as fields hold it."""
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _day(typed: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    text = typed[name].strip()
    if text and not say_of.is_day(text):
        errors[name] = say(WRONG_DAY)
    return date.fromisoformat(text) if text and say_of.is_day(text) else None


def _numbers(typed: Mapping[str, str], errors: dict[str, str]) -> Callable[[str, int], int]:
    def number(name: str, empty: int) -> int:
        text = typed[name].strip()
        if not text:
            return empty
        if not (text.isascii() and text.isdecimal()) or int(text[:12]) > _MOST:
            errors[name] = say(_WRONG_NUMBER)
            return empty
        return int(text)

    return number
