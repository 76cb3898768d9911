"""Workshops and open days in a spreadsheet: what their cells mean, and that a table of them comes back as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from node.services.file_formats.spreadsheet import Sheet, SheetRow
from node.services.importing.cells import CellError
from node.services.importing.event_cells import COLUMNS, clock, days, span, texts_of
from node.services.importing.item_cells import cells_of, said_so
from node.services.importing.row_values import Defaults
from node.services.importing.rows import Reading, RowProblem, Table, read_table
from schemas.event import Event
from schemas.listing import Available, dump_listing

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DEFAULTS = Defaults(NOW, organisation="Riverside School")
THIRD, TENTH = date(2026, 12, 3), date(2026, 12, 10)


def table_of(**cells: Any) -> Table:
    given = {"title": "Mending evening", **cells}
    return read_table(Sheet(tuple(given), (SheetRow(2, tuple(given.values())),)), DEFAULTS)


def taken(**cells: Any) -> Reading:
    table = table_of(**cells)
    assert [str(p) for refusal in table.refusals for p in refusal.problems] == []
    return table.readings[0]


def refused(**cells: Any) -> RowProblem:
    [problem] = table_of(**cells).refusals[0].problems
    return problem


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        pytest.param("2026-12-03", (THIRD,), id="one"),
        pytest.param(datetime(2026, 12, 3), (THIRD,), id="a-date-cell"),
        pytest.param("Thu, 3 Dec 2026", (THIRD,), id="with-a-comma-of-its-own"),
        pytest.param("10/12/2026; 3 Dec 2026;2026-12-10", (THIRD, TENTH), id="several-in-any-order"),
        pytest.param("2026-12-03, 2026-12-10", (THIRD, TENTH), id="commas"),
        pytest.param("+2d\n+9d", (THIRD, TENTH), id="lines-from-today"),
    ],
)
def test_days_are_read_as_people_write_them(cell: Any, found: tuple[date, ...]) -> None:
    assert days(cell, NOW.date()) == found


@pytest.mark.parametrize("cell", ["Thursdays", "2026-12-03; soon", "31/02/2027", ""])
def test_what_is_no_day_is_said(cell: str) -> None:
    with pytest.raises(CellError):
        days(cell, NOW.date())


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        pytest.param("18:30", ("18:30", None), id="plain"),
        pytest.param("6.30 pm", ("18:30", None), id="half-a-day"),
        pytest.param("18:30:00", ("18:30", None), id="as-a-spreadsheet-writes-it"),
        pytest.param(time(18, 30), ("18:30", None), id="a-cell-with-a-time"),
        pytest.param("18:30–20:00", ("18:30", "20:00"), id="from-and-until"),
        pytest.param("6 pm to 8 pm", ("18:00", "20:00"), id="in-words"),
    ],
)
def test_times_are_read_as_people_write_them(cell: Any, found: tuple[str, str | None]) -> None:
    assert span(cell) == found


@pytest.mark.parametrize("cell", ["evening", "25:00", "13 pm", "18:75", "18:30-", "1-2-3"])
def test_what_is_no_time_is_said(cell: str) -> None:
    with pytest.raises(CellError):
        span(cell)
    with pytest.raises(CellError):
        clock(cell)


def test_a_row_becomes_an_event() -> None:
    reading = taken(
        event_dates="2026-12-10;2026-12-03;2026-12-17",
        event_cancelled="17/12/2026",
        event_starts="18:30",
        event_ends="20:00",
        event_places="12",
        sign_up="Yes",
    )
    listing = reading.listing
    dates = (THIRD, TENTH, date(2026, 12, 17))
    assert listing.event == Event(dates, "Europe/London", "18:30", "20:00", dates[2:], 12, "needed")
    assert (listing.kind, listing.action) == ("skill", "help")
    assert listing.available == Available(THIRD, TENTH)
    assert listing.expires == datetime(2026, 12, 17, 20, tzinfo=UTC)
    assert not reading.open_end


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        pytest.param({"category": "space/hall"}, "space", id="a-room-opens"),
        pytest.param({"category": "furniture/desk"}, "skill", id="about-things"),
        pytest.param({"action": "host"}, "space", id="as-its-action-says"),
    ],
)
def test_what_takes_place_is_help_or_a_room(cells: dict[str, str], kind: str) -> None:
    assert taken(event_dates="2026-12-03", **cells).listing.kind == kind


@pytest.mark.parametrize(
    ("cells", "end"),
    [
        pytest.param({"event_dates": "2026-12-03"}, datetime(2026, 12, 4, tzinfo=UTC), id="all-day"),
        pytest.param(
            {"event_dates": "2026-12-03", "event_starts": "18:30"},
            datetime(2026, 12, 3, 23, 59, 59, tzinfo=UTC),
            id="without-an-end",
        ),
        pytest.param(
            {"event_dates": "2026-12-03", "event_starts": "22-02"}, datetime(2026, 12, 4, 2, tzinfo=UTC), id="at-night"
        ),
        pytest.param(
            {"event_dates": "2026-12-03", "expires": "2026-12-02"},
            datetime(2026, 12, 2, 23, 59, 59, tzinfo=UTC),
            id="sooner-if-it-says-so",
        ),
        pytest.param(
            {"event_dates": "2026-12-03", "expires": "2027-02-01"}, datetime(2026, 12, 4, tzinfo=UTC), id="never-later"
        ),
        pytest.param(
            {"event_dates": "2026-12-03", "available_until": "2027-02-01"},
            datetime(2026, 12, 4, tzinfo=UTC),
            id="whatever-its-days-are",
        ),
    ],
)
def test_it_ends_with_its_last_date(cells: dict[str, str], end: datetime) -> None:
    assert taken(**cells).listing.expires == end


def test_a_last_day_after_the_event_is_said() -> None:
    [note] = table_of(event_dates="2026-12-03", expires="2027-02-01").notes
    assert (note.column, "over before this" in note.message) == ("expires", True)


def test_what_is_over_is_not_shown_and_no_mistake() -> None:
    assert taken(event_dates="2026-11-03").closed == "expired"


def test_a_date_too_far_ahead_is_shown_for_a_year() -> None:
    table = table_of(event_dates="2028-01-03")
    assert table.readings[0].capped
    assert table.notes[0].column == "event_dates"


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        pytest.param({"event_dates": "Thursdays"}, "event_dates", "a date such as", id="no-date"),
        pytest.param({"event_dates": "2026-12-03", "kind": "item"}, "event_dates", "space or a skill", id="a-thing"),
        pytest.param(
            {"event_dates": "2026-12-03", "event_cancelled": "2026-12-04"}, "event_cancelled", "none of", id="strange"
        ),
        pytest.param({"event_dates": "2026-12-03", "event_ends": "20:00"}, "event_starts", "beginning", id="half"),
        pytest.param({"event_dates": "2026-12-03", "event_places": "0"}, "event_places", "from 1", id="no-room"),
        pytest.param({"event_dates": "2026-12-03", "event_zone": "here!"}, "event_zone", "time zone", id="zone"),
        pytest.param(
            {"event_dates": "2026-12-03", "event_sign_up": "perhaps"}, "event_sign_up", "not known", id="sign"
        ),
        pytest.param({"event_dates": ";".join(f"+{n}d" for n in range(367))}, "event_dates", "366", id="too-many"),
    ],
)
def test_a_bad_cell_is_named(cells: dict[str, str], column: str, says: str) -> None:
    problem = refused(**cells)
    assert problem.column == column
    assert says in problem.message


def test_times_without_a_day_are_left_out_and_said() -> None:
    table = table_of(event_starts="18:30", event_places="12")
    assert table.readings[0].listing.event is None
    assert [note.column for note in table.notes] == ["event_starts"]


def test_the_cells_of_an_event_make_it_again() -> None:
    first = taken(
        event_dates="2026-12-03;2026-12-10",
        event_cancelled="2026-12-10",
        event_starts="18:30",
        event_ends="20:00",
        event_zone="Europe/Warsaw",
        event_places="12",
        event_sign_up="none",
    ).listing
    cells = cells_of(dump_listing(first))
    assert set(COLUMNS) <= set(cells)
    again = taken(**{name: text for name, text in cells.items() if name != "title"}).listing
    assert (again.event, again.available, again.expires) == (first.event, first.available, first.expires)


def test_a_corrected_time_counts_and_the_dates_stay() -> None:
    item = dump_listing(taken(event_dates="2026-12-03", event_starts="18:30").listing)
    cells = {**cells_of(item), "event_starts": "19:00"}
    made = said_so(item, cells, dump_listing(taken(event_dates="2026-12-03", event_starts="19:00").listing))
    assert made["_sharefeed"]["event"]["starts"] == "19:00"
    assert made["_sharefeed"]["event"]["dates"] == ["2026-12-03"]


@pytest.mark.parametrize("stated", [None, [], "soon", {"dates": "soon", "places": None}])
def test_an_event_of_another_shape_has_no_cells(stated: Any) -> None:
    assert texts_of(stated) == {}
