"""Opening hours as they are published: by the clock that they name, in few lines, and how they stand at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from node.services.bookings.rules import Closure
from node.services.organisations.opening_times import (
    Standing,
    by_days,
    closed_of,
    openings_of,
    standing,
    weekly_of,
    zone_of,
)
from schemas.opening import ClosedDays, OpeningHours, WeeklyHours

LONDON = ZoneInfo("Europe/London")
WEEK = tuple(WeeklyHours(day, "09:00", "17:00") for day in ("monday", "tuesday", "wednesday", "friday"))
HOURS = OpeningHours("Europe/London", (*WEEK, WeeklyHours("saturday", "20:00", "24:00")))


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp())


@pytest.mark.parametrize(
    ("now", "until", "opens"),
    [
        pytest.param("2026-11-23T08:59", None, "2026-11-23T09:00", id="before it opens"),
        pytest.param("2026-11-23T09:00", "2026-11-23T17:00", None, id="as it opens"),
        pytest.param("2026-11-23T17:00", None, "2026-11-24T09:00", id="as it closes"),
        pytest.param("2026-11-25T18:00", None, "2026-11-27T09:00", id="over a day that is shut"),
        pytest.param("2026-11-28T23:59", "2026-11-29T00:00", None, id="up to midnight"),
        pytest.param("2026-12-23T18:00", None, "2027-01-04T09:00", id="over closed days"),
        pytest.param("2026-07-06T08:30", None, "2026-07-06T09:00", id="by summer time"),
    ],
)
def test_how_it_stands(now: str, until: str | None, opens: str | None) -> None:
    hours = OpeningHours(HOURS.timezone, HOURS.weekly, (ClosedDays(date(2026, 12, 24), date(2027, 1, 3)),))
    found = standing(hours, at(now), LONDON)
    assert found == Standing(at(until) if until else None, at(opens) if opens else None)


def test_days_that_are_closed_every_year_are_closed_in_each() -> None:
    hours = OpeningHours(HOURS.timezone, HOURS.weekly, (ClosedDays(date(2020, 12, 24), date(2020, 12, 31), True),))
    assert standing(hours, at("2026-12-28T10:00"), LONDON).opens == at("2027-01-01T09:00")


def test_nothing_is_said_of_hours_that_are_words_alone_or_never_come() -> None:
    now = at("2026-11-23T10:00")
    assert standing(OpeningHours(note="ring the bell"), now, LONDON) == Standing()
    for_ever = ClosedDays(date(2026, 1, 1), date(2030, 1, 1))
    assert standing(OpeningHours("Europe/London", WEEK, (for_ever,)), now, LONDON) == Standing()


def test_an_unknown_clock_is_read_by_that_of_the_node() -> None:
    assert zone_of(OpeningHours("Mars/Olympus", WEEK), "Europe/London") == LONDON
    assert zone_of(OpeningHours("Europe/Warsaw", WEEK), "Europe/London") == ZoneInfo("Europe/Warsaw")


def test_the_same_hours_in_a_row_are_one_line() -> None:
    nine = (("09:00", "17:00"),)
    assert by_days(HOURS) == [(0, 2, nine), (4, 4, nine), (5, 5, (("20:00", "24:00"),))]


def test_hours_are_the_openings_of_a_calendar_and_back() -> None:
    assert weekly_of(openings_of(HOURS)) == HOURS.weekly
    assert openings_of(None) == ()


def test_closed_days_that_are_over_and_reasons_are_not_published() -> None:
    today = datetime(2026, 11, 23, tzinfo=UTC).date()
    past, now, yearly = (
        Closure(date(2026, 8, 1), date(2026, 8, 9), "Holiday"),
        Closure(date(2026, 11, 20), today, "Flood"),
        Closure(date(2020, 12, 25), date(2020, 12, 26), "Christmas", yearly=True),
    )
    assert closed_of([past, now, yearly], today) == (
        ClosedDays(date(2026, 11, 20), today),
        ClosedDays(date(2020, 12, 25), date(2020, 12, 26), True),
    )
