"""What one cell means, in the spellings that people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.importing import cells
from node.services.importing.cells import CellError

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        pytest.param("2026-12-05", date(2026, 12, 5), id="ISO"),
        pytest.param("2026-1-5", date(2026, 1, 5), id="ISO without zeros"),
        pytest.param("2026-12-05T09:00:00Z", date(2026, 12, 5), id="ISO with a time"),
        pytest.param("2026/12/05", date(2026, 12, 5), id="the year first, with strokes"),
        pytest.param("05/12/2026", date(2026, 12, 5), id="day first"),
        pytest.param("5.12.2026", date(2026, 12, 5), id="dots"),
        pytest.param("05-12-26", date(2026, 12, 5), id="two-digit year"),
        pytest.param("05/12/2026 00:00:00", date(2026, 12, 5), id="day first with a time"),
        pytest.param("5 Dec 2026", date(2026, 12, 5), id="short month"),
        pytest.param("Saturday 5th December 2026", date(2026, 12, 5), id="long, with the weekday"),
        pytest.param("Dec 5, 2026", date(2026, 12, 5), id="the month first, in letters"),
        pytest.param("Saturday, December 5th 2026", date(2026, 12, 5), id="the weekday, then the month"),
        pytest.param("5 grudnia 2026", date(2026, 12, 5), id="in Polish"),
        pytest.param("5. Dezember 2026", date(2026, 12, 5), id="in German"),
        pytest.param("5. gru 2026", date(2026, 12, 5), id="in Polish, short"),
        pytest.param("+30d", date(2026, 12, 22), id="days from today"),
        pytest.param("+ 1 day", date(2026, 11, 23), id="one day, in words"),
        pytest.param("'+30d", date(2026, 12, 22), id="guarded against formulas"),
        pytest.param("Today", TODAY, id="today"),
        pytest.param(datetime(2026, 12, 5, 14, 30), date(2026, 12, 5), id="a date and time cell"),
        pytest.param(date(2026, 12, 5), date(2026, 12, 5), id="a date cell"),
    ],
)
def test_a_day_is_understood(cell: Any, day: date) -> None:
    assert cells.day(cell, TODAY) == day


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        pytest.param("31/02/2026", "no such date", id="the 31st of February"),
        pytest.param("12/25/2026", "The day comes first", id="month first"),
        pytest.param("2026-13-01", "no such date", id="the thirteenth month"),
        pytest.param("soon", "must be a date", id="a word"),
        pytest.param("5 Decembruary 26", "must be a date", id="no month"),
        pytest.param("-3d", "must be a date", id="days ago"),
        pytest.param(46_000, "not formatted as a date", id="a bare number"),
        pytest.param(time(12), "not formatted as a date", id="a time of day"),
        pytest.param("#REF!", "formula", id="a failed formula"),
    ],
)
def test_a_day_that_cannot_be_known_is_not_guessed(cell: Any, says: str) -> None:
    with pytest.raises(CellError, match=says):
        cells.day(cell, TODAY)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        pytest.param("3", 3, id="whole"),
        pytest.param("52.5733", 52.5733, id="decimal"),
        pytest.param("-0.2441", -0.2441, id="negative"),
        pytest.param(3.0, 3, id="a whole float"),
        pytest.param("1,200", 1200, id="thousands"),
        pytest.param("1,234,567.5", 1234567.5, id="more thousands"),
        pytest.param("2,5", 2.5, id="decimal comma"),
        pytest.param("1.234,50", 1234.5, id="thousands as in German"),
        pytest.param("1.234.567", 1234567, id="more thousands as in German"),
        pytest.param("1\u00a0234,50 kg", 1234.5, id="thousands as in Polish"),
        pytest.param("1.234", 1.234, id="a scale's three decimals"),
        pytest.param("12 kg", 12, id="with its unit"),
        pytest.param("£400", 400, id="pounds"),
        pytest.param("1200 GBP", 1200, id="currency code"),
        pytest.param(" 7 ", 7, id="blanks around it"),
        pytest.param("1e9", 1_000_000_000, id="1e9"),
    ],
)
def test_a_number_is_understood(cell: Any, number: float) -> None:
    assert cells.number(cell) == number


@pytest.mark.parametrize(
    "cell", ["lots", "1.2.3", "nan", "inf", "1e999", "9" * 5000, True, "٣", "", "12 stone", 10**400, "1,23,4"]
)
def test_what_is_no_number_is_refused(cell: Any) -> None:
    with pytest.raises(CellError):
        cells.number(cell)


@pytest.mark.parametrize(
    ("cell", "number"), [("1000", 1000), ("1,000", 1000), ("0.250", 0.25), ("1.5", 1.5), (1.25, 1.25)]
)
def test_how_many_is_understood(cell: Any, number: float) -> None:
    assert cells.count(cell) == number


def test_how_many_is_asked_where_a_point_may_mean_thousands() -> None:
    with pytest.raises(CellError, match="Write 1000, without the point"):
        cells.count("1.000")


def test_text_keeps_its_line_breaks_emoji_and_direction() -> None:
    assert cells.paragraphs("یک میز ⚽\r\ntwo\x0bthree") == "یک میز ⚽\ntwo\nthree"
    assert cells.line("  one \n  two ") == "one two"


def test_a_cell_larger_than_any_spreadsheet_has_names_the_usual_cause() -> None:
    with pytest.raises(CellError, match="quotation mark"):
        cells.words("x" * 32_768)


@pytest.mark.parametrize("text", ["=1+1", "+44 20", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "+30d"])
def test_dangerous_text_is_guarded_and_comes_back_as_it_was(text: str) -> None:
    assert cells.guarded(text) == "'" + text
    assert cells.words(cells.guarded(text)) == text.strip("\t") or text.startswith("\t")


@pytest.mark.parametrize("text", ["-0.2441", "+3", "plain", "'quoted'", ""])
def test_harmless_text_is_left_alone(text: str) -> None:
    assert cells.guarded(text) == text


@given(st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.dates() | st.times() | st.none())
def test_no_cell_raises_anything_but_a_cell_error(cell: Any) -> None:
    for read in (cells.line, cells.paragraphs, cells.number, cells.several, partial(cells.day, today=TODAY)):
        assert _said(read, cell) is None or _said(read, cell).endswith(".")


def _said(read: Callable[..., Any], cell: Any) -> Any:
    """What `read` objects to in the cell, None if nothing."""
    try:
        read(cell)
    except CellError as error:
        return str(error)
    return None


def test_the_furthest_relative_day_exists() -> None:
    assert cells.day("+9999d", TODAY) == TODAY + timedelta(days=9999)
