"""The days on which a thing can be had, as a few weeks of a calendar to look at. The words beside it say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from babel.dates import format_skeleton, get_day_names

from node.web.view_models.parts import Card, Site
from node.web.wording import words
from node.web.wording.phrases import say as _
from schemas.records import dataclass

MOST_WEEKS = 5
_WEEK = timedelta(days=7)
_MOST_FULL = 8


@dataclass(frozen=True, slots=True)
class StripDay:
    """One day: its number, its month in short where one begins, and whether the thing can be had then.

    ``state`` is ``open``, ``shut`` or ``past``.
    """

    number: int
    month: str
    state: str
    today: bool = False


@dataclass(frozen=True, slots=True)
class DayStrip:
    """Weeks from Monday to Sunday under the names of their days; ``more`` says that it goes on after the last."""

    names: tuple[str, ...]
    weeks: tuple[tuple[StripDay, ...], ...]
    more: bool = False


def strip(card: Card, site: Site, closed: Sequence[date] = ()) -> DayStrip | None:
    """The weeks from the first day on which the card's thing can be had; None where it names no day or all are past.

    ``closed`` are days on which nothing can be had either, and which nobody needs to be told of one by one.
    """
    first = None if card.available_from is None else words.day_of(card.available_from, site)
    last = None if card.available_until is None else words.day_of(card.available_until, site)
    today = words.day_of(site.now, site)
    if card.event:
        return None
    if ((first or last) is None and not card.full) or (last is not None and last < today):
        return None
    begin = max(first or today, today)
    monday = begin - timedelta(days=begin.weekday())
    weeks = _weeks(monday, last)
    shut = frozenset((*card.full, *closed))
    days = [[_day(monday + week * _WEEK + timedelta(days=at), begin, last, today) for at in range(7)] for week in weeks]
    for number, week in enumerate(days):
        for at, day in enumerate(week):
            if day.state == "open" and monday + number * _WEEK + timedelta(days=at) in shut:
                week[at] = replace(day, state="shut")
    days[0][0] = _named(days[0][0], monday)
    goes_on = last is None or last >= monday + len(days) * _WEEK
    return DayStrip(_names(), tuple(tuple(week) for week in days), goes_on)


def _weeks(monday: date, last: date | None) -> Sequence[int]:
    if last is None:
        return range(MOST_WEEKS - 2)
    return range(min(MOST_WEEKS, (last - monday).days // 7 + 1))


def _day(day: date, begin: date, last: date | None, today: date) -> StripDay:
    state = "past" if day < today else "open" if day >= begin and (last is None or day <= last) else "shut"
    made = StripDay(day.day, "", state, day == today)
    return _named(made, day) if day.day == 1 else made


def _named(made: StripDay, day: date) -> StripDay:
    month = str(format_skeleton("MMM", day, locale=words.locale()))
    return StripDay(made.number, month, made.state, made.today)


def _names() -> tuple[str, ...]:
    names = get_day_names("abbreviated", "stand-alone", words.locale())
    return tuple(names[at] for at in range(7))


def full_days(card: Card, site: Site) -> str:
    """The days to come on which nothing is left, the first of them: "3 December, 5 December"; empty without any."""
    today = words.day_of(site.now, site)
    coming = sorted({day for day in card.full if day >= today})
    said = ", ".join(words.day(day, site) for day in coming[:_MOST_FULL])
    return _("%(days)s and more", days=said) if len(coming) > _MOST_FULL else said


FILTERS = {"strip": strip, "full_days": full_days}
