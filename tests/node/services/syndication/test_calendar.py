"""Rooms and loans as a calendar: every line is one that RFC 5545 allows, and says what was put in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.search.request import SearchRequest
from node.services.catalogue import search_calendar
from node.services.syndication import listing_calendar
from node.services.syndication.listing_calendar import Event, encode, escaped, folded
from schemas.event import Event as EventOf
from schemas.listing import Available, Listing
from schemas.place import Place
from tests.fakes.publisher import START
from tests.node.search.board import Board, entry, listing

DAY = date(2026, 12, 10)
_PLAIN = re.compile(r"\\(.)")


def unfolded(data: bytes) -> list[str]:
    """The content lines, read as section 3.1 says."""
    assert data.endswith(b"\r\n")
    return data.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def read(text: str) -> str:
    """A TEXT value as meant."""
    return _PLAIN.sub(lambda found: "\n" if found[1] in "nN" else found[1], text)


@given(st.text())
def test_any_text_comes_back_from_its_escapes(text: str) -> None:
    value = escaped(text)
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value)
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value)
    meant = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", text).replace("\r\n", "\n").replace("\r", "\n")
    assert read(value) == meant


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc",))))
def test_any_line_is_folded_within_its_octets(text: str) -> None:
    line = folded(text)
    pieces = line.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert all(piece.decode() is not None for piece in pieces)
    assert unfolded(line) == [text]


@given(st.text(), st.text(), st.text(), st.text())
def test_whatever_is_said_no_line_is_added(title: str, text: str, place: str, name: str) -> None:
    event = Event("x:1", title, DAY, DAY, START, "https://a.example/\r\nATTENDEE:x", text, place)
    names = [re.split("[:;]", line)[0] for line in unfolded(encode(name, "https://a.example/", [event]))]
    optional = {"DESCRIPTION": bool(text), "LOCATION": bool(place)}
    expected = ["BEGIN", "UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY"]
    expected += ["DESCRIPTION", "LOCATION"]
    begin = names.index("BEGIN", 1)
    kept = [one for one in expected if optional.get(one, True)]
    assert names[begin:] == [*kept, "URL", "STATUS", "TRANSP", "END", "END"]


HALL = {"kind": "space", "action": "host", "category": "space/hall"}
LOAN = {"kind": "equipment", "action": "lend", "category": "tools"}


def event_of(board: Board, made: Listing) -> Event | None:
    shown = listing_calendar.Shown(entry(made), 1, int(START.timestamp()), 0)
    return listing_calendar.event_of(shown, board.node.settings)


@pytest.fixture
def board(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return Board(tmp_path_factory.mktemp("calendar") / "node")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(Available(DAY, DAY), (DAY, DAY), id="one day"),
        pytest.param(Available(DAY, DAY + timedelta(days=3)), (DAY, DAY + timedelta(days=3)), id="some days"),
        pytest.param(Available(DAY, None), (DAY, date(2027, 1, 30)), id="no last day"),
        pytest.param(Available(None, DAY), (date(2026, 12, 1), DAY), id="no first day"),
        pytest.param(Available(None, date(2026, 11, 1)), None, id="over before it was here"),
        pytest.param(None, None, id="no day"),
    ],
)
def test_the_days_of_an_event(board: Board, days: Available | None, expected: tuple[date, date] | None) -> None:
    event = event_of(board, listing("hall", "Hall", available=days, **HALL))
    assert (None if event is None else (event.first, event.last)) == expected


def test_an_event_says_what_where_and_until_when(board: Board) -> None:
    where = Place(name="Old hall", locality="Eye", postcode="PE6", lat=52.6, lon=-0.19)
    made = listing("hall", "Hall, warm; dry", available=Available(DAY, DAY), place=where, content_text="a\nb", **HALL)
    event = event_of(board, made)
    assert event is not None
    lines = unfolded(encode("Rooms", "https://a.example/search", [event]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert not [line for line in lines if line.startswith("METHOD")]
    for line in (
        "UID:https://elsewhere.example.org/listings/hall",
        "DTSTAMP:20261130T090000Z",
        "LAST-MODIFIED:20261130T090000Z",
        f"SEQUENCE:{listing_calendar.sequence(datetime(2026, 11, 30, 9, tzinfo=UTC))}",
        "STATUS:CONFIRMED",
        "DTSTART;VALUE=DATE:20261210",
        "DTEND;VALUE=DATE:20261211",
        r"SUMMARY:Hall\, warm\; dry",
        r"DESCRIPTION:Nene Hub\na\nb\nhttps://share.example.org/listings/hall",
        r"LOCATION:Old hall\, Eye\, PE6",
        "GEO:52.600000;-0.190000",
    ):
        assert line in lines


def test_the_last_day_there_is_has_none_after_it() -> None:
    event = Event("x:1", "x", DAY, date.max, datetime(2026, 1, 1, tzinfo=UTC), "https://a.example/")
    assert not [line for line in unfolded(encode("x", "x:", [event])) if line.startswith("DTEND")]


def titles(board: Board, **asked: object) -> set[str]:
    made = search_calendar.document(board.node, SearchRequest().changed(**asked), "x")
    return {line.partition(":")[2] for line in unfolded(made.body) if line.startswith("SUMMARY")}


def test_only_rooms_and_loans_are_in_it(board: Board) -> None:
    days = {"available": Available(DAY, DAY)}
    things = [
        listing("hall", "Hall", **HALL, **days),
        listing("drill", "Drill", **LOAN, **days),
        listing("desk", "Desk", **days),
        listing("wish", "Hall wanted", direction="want", **HALL, **days),
        listing("open", "Hall at any time", **HALL),
    ]
    board.put(things).follow()
    assert titles(board) == {"Hall", "Drill"}
    assert titles(board, action=("lend", "give")) == {"Drill"}
    assert titles(board, action=("give",)) == set()
    assert titles(board, direction=("want",)) == {"Hall wanted"}
    assert titles(board, q="hall") == {"Hall"}


def test_what_takes_place_has_its_dates_in_it_and_no_stretch_of_days(board: Board) -> None:
    dates = tuple(date(2026, 12, number) for number in (3, 10, 17))
    made = EventOf(dates, "Europe/London", "18:00", "20:00", dates[1:2])
    ends = {"available": Available(dates[0], dates[-1]), "expires": datetime(2026, 12, 17, 20, tzinfo=UTC)}
    board.put(
        [
            listing("mend", "Mending", kind="skill", action="help", category="skill", event=made, **ends),
            listing("doors", "Open doors", event=made, **{**HALL, **ends}),
            listing("hall", "Hall", **HALL, available=Available(DAY, DAY)),
        ]
    ).follow()
    assert titles(board) == {"Mending", "Open doors", "Hall"}
    assert titles(board, event=("yes",)) == {"Mending", "Open doors"}
    assert titles(board, action=("help",)) == {"Mending"}
    assert titles(board, action=("host",)) == {"Open doors", "Hall"}
    assert titles(board, q="mending") == {"Mending"}
    lines = unfolded(search_calendar.document(board.node, SearchRequest(q="mending"), "x").body)
    assert [line for line in lines if line.startswith("DTSTART")] == [
        f"DTSTART:202612{day}T180000Z" for day in ("03", 10, 17)
    ]
    assert [line for line in lines if line.startswith("STATUS")][1] == "STATUS:CANCELLED"
    assert len({line for line in lines if line.startswith("UID")}) == 3


def test_more_than_one_page_of_results_is_in_it(board: Board) -> None:
    days = {"available": Available(DAY, DAY)}
    board.put(listing(f"hall{number}", f"Hall {number}", **HALL, **days) for number in range(130)).follow()
    assert len(titles(board)) == 130


def lines_of(board: Board) -> list[str]:
    return unfolded(search_calendar.document(board.node, SearchRequest(), "x").body)


def value(lines: list[str], name: str) -> str:
    [found] = [line.partition(":")[2] for line in lines if line.partition(":")[0] == name]
    return found


def test_a_change_keeps_the_event_and_raises_its_number_and_what_is_taken_back_goes(board: Board) -> None:
    made = listing("hall", "Hall", available=Available(DAY, DAY), **HALL)
    board.put([made]).follow()
    before = lines_of(board)
    later = replace(made, title="Hall, warm", date_modified=START, status="reserved")
    board.put([later]).follow()
    after = lines_of(board)
    assert value(before, "UID") == value(after, "UID")
    assert int(value(before, "SEQUENCE")) < int(value(after, "SEQUENCE"))
    assert value(before, "LAST-MODIFIED") < value(after, "LAST-MODIFIED")
    assert (value(before, "STATUS"), value(after, "STATUS")) == ("CONFIRMED", "TENTATIVE")
    board.drop("hall").follow()
    assert "BEGIN:VEVENT" not in lines_of(board)


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        pytest.param(datetime(2020, 1, 1, tzinfo=UTC), 0, id="the first"),
        pytest.param(datetime(1999, 1, 1, tzinfo=UTC), 0, id="before it"),
        pytest.param(datetime(2020, 1, 1, 0, 1, tzinfo=UTC), 60, id="a minute later"),
        pytest.param(datetime(2200, 1, 1, tzinfo=UTC), 2**31 - 1, id="the largest integer that there is"),
    ],
)
def test_numbers_of_changes(changed: datetime, number: int) -> None:
    assert listing_calendar.sequence(changed) == number


def test_a_day_is_that_of_the_site_s_town(board: Board) -> None:
    made = listing(
        "hall", "Hall", available=Available(DAY, None), expires=datetime(2026, 12, 31, 20, tzinfo=UTC), **HALL
    )
    shown = listing_calendar.Shown(entry(made), 1, int(START.timestamp()), 0)
    here, there = (
        listing_calendar.event_of(shown, board.node.settings.changed(timezone=zone))
        for zone in ("Europe/London", "Asia/Karachi")
    )
    assert here is not None
    assert there is not None
    assert (here.last, there.last) == (date(2026, 12, 31), date(2027, 1, 1))
