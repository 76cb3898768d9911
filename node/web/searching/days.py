"""On which days something is wanted: the usual days as links, and the two fields as they were typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from babel.dates import format_interval, get_month_names

from node.search.request import SearchRequest
from node.web.view_models.parts import Link
from node.web.view_models.search import DaysFilter
from node.web.wording import words
from node.web.wording.phrases import say as _
from schemas.errors import Problem

_SATURDAY, _WEEK = 5, 7
Span = tuple[date, date]


def usual_days(today: date) -> tuple[tuple[str, Span], ...]:
    """Days that people mean, as (words, first and last day): today, this weekend, next week, the next month.

    On a Saturday or Sunday "this weekend" is what is left of it.
    """
    monday = today - timedelta(days=today.weekday())
    saturday, sunday = monday + timedelta(days=_SATURDAY), monday + timedelta(days=_WEEK - 1)
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    month_end = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    name = get_month_names("wide", "stand-alone", words.locale())[month.month]
    return (
        (_("Today"), (today, today)),
        (_("This weekend"), (max(today, saturday), sunday)),
        (_("Next week"), (sunday + timedelta(days=1), sunday + timedelta(days=_WEEK))),
        (_("In %(month)s", month=name), (month, month_end)),
    )


def days_filter(
    asked: SearchRequest,
    today: date,
    path_of: Callable[[SearchRequest], str],
    typed: Mapping[str, str],
    problems: Sequence[Problem],
) -> DaysFilter:
    """The filter of days. ``typed`` holds what stood in the fields ``from`` and ``to``; ``path_of`` gives addresses."""
    wrong, error = _error(problems, typed)
    return DaysFilter(
        quick=tuple(_quick(asked, today, path_of)),
        first=_kept(asked.available_from, typed.get("from", ""), wrong),
        last=_kept(asked.available_until, typed.get("to", ""), wrong),
        error=error,
        wrong=wrong,
        open=True,
    )


def in_words(first: date | None, last: date | None) -> str:
    """A stretch of days, "5–12 Dec 2026", or one that is open at an end."""
    reader = words.locale()
    if first and last:
        return str(format_interval(first, last, "yMMMd", locale=reader))
    day = format_interval(first or last, first or last, "yMMMd", locale=reader)
    return _("from %(day)s", day=day) if first else _("until %(day)s", day=day)


def _quick(asked: SearchRequest, today: date, path_of: Callable[[SearchRequest], str]) -> Iterator[Link]:
    chosen = asked.available_from, asked.available_until
    for label, (first, last) in usual_days(today):
        current = chosen == (first, last)
        ends = (None, None) if current else (first, last)
        yield Link(label, path_of(asked.changed(available_from=ends[0], available_until=ends[1])), current)


def _kept(day: date | None, typed: str, wrong: str) -> str:
    """What stands in a field: the day in force, or what was typed where something was wrong with it."""
    if day is not None:
        return day.isoformat()
    return typed if wrong else ""


def _error(problems: Sequence[Problem], typed: Mapping[str, str]) -> tuple[str, str | None]:
    """The field that is wrong, and what is wrong with it."""
    for problem in problems:
        name = problem.pointer.removeprefix("/")
        if name not in ("from", "to"):
            continue
        if problem.code == "bad-date":
            return name, _("The last day lies before the first, so only the first was used.")
        return name, _("“%(typed)s” is not a day that can be read, so it was left out.", typed=typed.get(name, ""))
    return "", None
