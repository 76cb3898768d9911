"""A few weeks of a calendar beside the words that say when a thing can be had."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from node.web.portal.day_strip import MOST_WEEKS, DayStrip, full_days, strip
from node.web.view_models.all_pages import Card
from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import application

SITE = make.site()
# The town's today is Sunday, 22 November 2026.


@pytest.fixture(autouse=True)
def in_a_request() -> Iterator[None]:
    with application().test_request_context("/"):
        yield


def strip_of(first: int | None, last: int | None) -> DayStrip | None:
    """The strip of a thing that can be had from so many days after today to so many."""
    days = {"available_from": first, "available_until": last}
    known = {name: make.NOW + timedelta(days=gap) for name, gap in days.items() if gap is not None}
    return strip(Card("/l", "A hall", "host", **known), SITE)


def test_full_days_are_shut_and_said() -> None:
    today = date(2026, 11, 22)
    full = tuple(today + timedelta(days=gap) for gap in (-1, 2, 4))
    card = Card("/l", "A hall", "host", full=full)
    assert states(strip(card, SITE)) == ["------o", "o.o.ooo", "ooooooo"]
    assert full_days(card, SITE) == "24 November, 26 November"
    many = replace(card, full=tuple(today + timedelta(days=gap) for gap in range(20)))
    assert full_days(many, SITE).endswith("29 November and more")
    assert full_days(replace(card, full=full[:1]), SITE) == ""


def test_closed_days_are_shut_and_not_said() -> None:
    sundays = tuple(date(2026, 11, 22) + timedelta(days=7 * week) for week in range(5))
    card = Card("/l", "A hall", "host", available_from=make.NOW, available_until=make.NOW + timedelta(days=10))
    assert states(strip(card, SITE, sundays)) == ["------.", "oooooo.", "ooo...."]
    assert full_days(card, SITE) == ""


def states(made: DayStrip | None) -> list[str]:
    letters = {"open": "o", "shut": ".", "past": "-"}
    assert made is not None
    return ["".join(letters[day.state] for day in week) for week in made.weeks]


@pytest.mark.parametrize(
    ("first", "last", "weeks", "more"),
    [
        pytest.param(11, 17, ["...oooo", "ooo...."], False, id="from-one-week-into-the-next"),
        pytest.param(-30, 1, ["------o", "o......"], False, id="begun-long-ago"),
        pytest.param(None, 0, ["------o"], False, id="the-last-day"),
        pytest.param(1, None, ["ooooooo"] * 3, True, id="open-end"),
        pytest.param(2, 400, [".oooooo", *["ooooooo"] * 4], True, id="longer-than-there-is-room"),
        pytest.param(1, 35, ["ooooooo"] * 5, False, id="just-as-long"),
    ],
)
def test_weeks_begin_with_the_first_day_and_end_with_the_last(
    first: int | None, last: int | None, weeks: list[str], more: bool
) -> None:
    made = strip_of(first, last)
    assert states(made) == weeks
    assert made is not None
    assert made.more is more
    assert len(made.weeks) <= MOST_WEEKS
    assert made.names[0] == "Mon"


@pytest.mark.parametrize(("first", "last"), [(None, None), (None, -1), (-20, -2)])
def test_without_days_to_come_there_is_nothing_to_see(first: int | None, last: int | None) -> None:
    assert strip_of(first, last) is None


def test_months_are_named_where_they_begin() -> None:
    made = strip_of(1, 20)
    assert made is not None
    named = {(day.number, day.month) for week in made.weeks for day in week if day.month}
    assert named == {(23, "Nov"), (1, "Dec")}
    today = strip_of(None, 3)
    assert today is not None
    assert [day.number for week in today.weeks for day in week if day.today] == [22]
