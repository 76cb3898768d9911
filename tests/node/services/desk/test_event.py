"""The dates that the desk's fields make, and the fields that dates make."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from node.services.desk.event import FIELDS, read, typed_of
from node.services.desk.fields import EVENT
from node.services.desk.form import Read, Setting, sign_of
from node.services.desk.form import read as read_form
from node.services.desk.form import typed_of as form_of
from node.services.importing.row_values import Defaults
from schemas.event import Event
from schemas.listing import Available
from schemas.organisation import Organisation

DEFAULTS = Defaults(datetime(2026, 12, 1, 9, tzinfo=UTC))
SCHOOL = Organisation("https://share.example.org/organisations/school", "School", "school")
SETTING = Setting(SCHOOL, DEFAULTS)
EMPTY = dict.fromkeys(FIELDS, "")
THIRD, LAST = date(2026, 12, 3), date(2026, 12, 31)
THURSDAYS = tuple(date(2026, 12, day) for day in (3, 10, 17, 24, 31))


def dates(**typed: str) -> tuple[date, ...]:
    faults: dict[str, str] = {}
    dated = read({**EMPTY, "on": "2026-12-03", **typed}, DEFAULTS, faults)
    assert dated is not None, faults
    return dated.event.dates


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        pytest.param({}, (THIRD,), id="once"),
        pytest.param({"repeat": "once", "repeat_until": "2026-12-31"}, (THIRD,), id="once-with-a-stray-end"),
        pytest.param({"repeat": "weekly", "repeat_until": "2026-12-31"}, THURSDAYS, id="weekly"),
        pytest.param({"repeat": "fortnightly", "repeat_until": "2026-12-30"}, THURSDAYS[:3:2], id="every-other-week"),
        pytest.param({"repeat": "daily", "repeat_until": "2026-12-04"}, (THIRD, date(2026, 12, 4)), id="daily"),
        pytest.param(
            {"repeat": "monthly", "repeat_until": "2027-03-01"},
            (THIRD, date(2027, 1, 7), date(2027, 2, 4)),
            id="first-thursdays",
        ),
        pytest.param(
            {"on": "2026-12-29", "repeat": "monthly", "repeat_until": "2027-06-30"},
            (date(2026, 12, 29), date(2027, 3, 30), date(2027, 6, 29)),
            id="fifth-tuesdays",
        ),
        pytest.param(
            {"also": "2026-12-05; 3 Dec 2026\n24/12/2026"}, (THIRD, date(2026, 12, 5), THURSDAYS[3]), id="also"
        ),
    ],
)
def test_the_days_that_are_typed(typed: dict[str, str], days: tuple[date, ...]) -> None:
    assert dates(**typed) == days


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        pytest.param({"on": ""}, "on", id="no-day"),
        pytest.param({"on": "soon"}, "on", id="no-date"),
        pytest.param({"on": "2026-11-30"}, "on", id="over"),
        pytest.param({"on": "2028-01-01"}, "on", id="too-far"),
        pytest.param(
            {"on": "1000-01-01", "repeat": "daily", "repeat_until": "2026-12-31"}, "on", id="a-thousand-years"
        ),
        pytest.param({"repeat": "weekly"}, "repeat_until", id="without-an-end"),
        pytest.param({"repeat": "weekly", "repeat_until": "2026-12-02"}, "repeat_until", id="ends-before"),
        pytest.param({"repeat": "daily", "repeat_until": "9999-12-31"}, "repeat_until", id="without-end"),
        pytest.param({"also": "2026-12-05, nonsense"}, "also", id="another-day-is-none"),
        pytest.param({"off": "2026-12-04"}, "off", id="cancelled-on-another-day"),
        pytest.param({"starts": "25:00"}, "starts", id="no-time"),
        pytest.param({"starts": "13 pm"}, "starts", id="no-hour-of-the-afternoon"),
        pytest.param({"ends": "18:00"}, "starts", id="an-end-alone"),
        pytest.param({"people": "0"}, "people", id="nobody"),
        pytest.param({"people": "a few"}, "people", id="no-number"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(typed: dict[str, str], field: str) -> None:
    faults: dict[str, str] = {}
    assert read({**EMPTY, "on": "2026-12-03", **typed}, DEFAULTS, faults) is None
    assert list(faults) == [field]


@pytest.mark.parametrize(
    ("typed", "clock"), [("18:30", "18:30"), ("6.30 pm", "18:30"), ("6PM", "18:00"), ("12 am", "00:00"), ("9", "09:00")]
)
def test_times_as_people_type_them(typed: str, clock: str) -> None:
    dated = read({**EMPTY, "on": "2026-12-03", "starts": typed}, DEFAULTS, {})
    assert dated is not None
    assert dated.event.starts == clock


FULL = Event(THURSDAYS, "Europe/London", "18:00", "20:00", (THURSDAYS[3],), 12, "none")


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(FULL, id="weekly-but-for-one"),
        pytest.param(Event((THIRD,), "Europe/London"), id="once"),
        pytest.param(Event(THURSDAYS[:2], "Europe/London", "23:00", "01:00"), id="twice"),
        pytest.param(Event((*THURSDAYS, date(2027, 1, 2)), "Europe/London", "18:00"), id="now-and-then"),
        pytest.param(Event((THIRD, date(2027, 1, 7), date(2027, 2, 4)), "Europe/London"), id="monthly"),
    ],
)
def test_what_is_typed_comes_back(event: Event) -> None:
    dated = read(typed_of(event), DEFAULTS, {})
    assert dated is not None
    assert dated.event == event


def filled(**typed: str) -> Read:
    return read_form(EVENT, {"title": "Mend your bicycle", "locality": "Werrington", **typed}, SETTING)


def test_the_form_makes_a_listing_that_ends_with_its_event() -> None:
    typed = {**typed_of(FULL), "contact": "https://school.example/sign-up"}
    found = filled(**typed, gathering="help")
    made = found.listing
    assert made is not None, found.errors
    assert (made.kind, made.action, made.event, found.open_end) == ("skill", "help", FULL, False)
    assert made.available == Available(THIRD, LAST)
    assert made.expires == datetime(2026, 12, 31, 20, tzinfo=UTC)
    assert (sign_of(made), made.request_url) == (EVENT, "https://school.example/sign-up")
    again = read_form(EVENT, form_of(made, "Europe/London"), replace(SETTING, known=made))
    assert again.listing == made
    sooner = read_form(EVENT, {**form_of(made, "Europe/London"), "ends": "19:00"}, replace(SETTING, known=made))
    assert sooner.listing is not None
    assert sooner.listing.expires == datetime(2026, 12, 31, 19, tzinfo=UTC)


def test_open_doors_are_a_space_and_end_with_their_day() -> None:
    made = filled(on="2026-12-03", gathering="host").listing
    assert made is not None
    assert (made.kind, made.action) == ("space", "host")
    assert made.expires == datetime(2026, 12, 4, tzinfo=UTC)
    assert "on" in filled().errors
