"""When an event takes place: dates on clocks that change, past midnight, without a time, and at the calendar's ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given

from schemas.event import Event, occurrences
from tests.schemas import made

WINTER, SUMMER = date(2026, 10, 22), date(2026, 10, 29)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "spans"),
    [
        pytest.param(
            Event((SUMMER, WINTER, SUMMER), "Europe/London", "18:00", "20:00"),
            [(at(22, 17), at(22, 19)), (at(29, 18), at(29, 20))],
            id="clocks-go-back-between",
        ),
        pytest.param(
            Event((WINTER,), "Europe/London", "23:00", "01:00"), [(at(22, 22), at(23, 0))], id="past-midnight"
        ),
        pytest.param(Event((WINTER,), "Europe/London"), [(at(21, 23), at(22, 23))], id="all-day"),
        pytest.param(Event((WINTER,), "Europe/London", "18:00"), [(at(22, 17), at(22, 17))], id="no-end"),
        pytest.param(Event((WINTER,), "Mars/Dome", "18:00", "19:00"), [(at(22, 18), at(22, 19))], id="unknown-zone"),
        pytest.param(Event((date.min, date.max), "Asia/Tokyo"), [], id="the-calendars-ends"),
    ],
)
def test_occurrences(event: Event, spans: list[tuple[datetime, datetime]]) -> None:
    assert [(one.starts, one.ends) for one in occurrences(event)] == spans


def test_cancelled_dates_are_told_apart() -> None:
    event = Event((SUMMER, WINTER), "Europe/London", cancelled=(WINTER,))
    assert [(one.day, one.cancelled) for one in occurrences(event)] == [(WINTER, True), (SUMMER, False)]
    assert event.on == (SUMMER,)


@given(made.events())
def test_any_event_takes_place_in_order_and_ends_within_two_days(event: Event) -> None:
    found = occurrences(event)
    assert [one.day for one in found] == sorted({one.day for one in found})
    assert all(timedelta() <= one.ends - one.starts <= timedelta(days=2) for one in found)
