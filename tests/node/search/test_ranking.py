"""What puts a listing before another that says the same words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.search.ranking import availability, worth
from node.search.standing import ALWAYS, FOR_EVER, Standing, packed, unpacked
from schemas.listing import Available, Image
from tests.fakes.publisher import START
from tests.node.search.board import Board, at, listing

TODAY = START.date().toordinal()
_TEXT = "It stood in an office, was cleaned last week, and one of its drawers sticks a little; two people can carry it."


@given(st.integers(0, 100), st.booleans(), st.integers(ALWAYS, FOR_EVER), st.integers(ALWAYS, FOR_EVER))
def test_a_standing_survives_packing(share: int, reserved: bool, first: int, last: int) -> None:
    standing = Standing(share, reserved, first, last)
    assert unpacked(packed(standing)) == standing
    assert 0 <= packed(standing) < 2**63


@pytest.mark.parametrize(
    ("first", "last", "reserved", "expected"),
    [
        pytest.param(ALWAYS, FOR_EVER, False, 1.0, id="free-now"),
        pytest.param(TODAY, TODAY, False, 1.0, id="today-alone"),
        pytest.param(ALWAYS, FOR_EVER, True, 0.8, id="reserved"),
        pytest.param(ALWAYS, TODAY - 1, False, 0.7, id="over"),
        pytest.param(TODAY + 60, FOR_EVER, False, 0.95, id="in-two-months"),
        pytest.param(TODAY + 60, FOR_EVER, True, 0.76, id="reserved-and-later"),
    ],
)
def test_availability(first: int, last: int, reserved: bool, expected: float) -> None:
    assert availability(Standing(100, reserved, first, last), TODAY) == pytest.approx(expected)


def test_what_tells_nothing_loses_eight_per_cent() -> None:
    assert worth(Standing(0, False, ALWAYS, FOR_EVER), TODAY) == pytest.approx(0.92)
    assert worth(Standing(100, False, ALWAYS, FOR_EVER), TODAY) == 1.0


_DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param({}, {"status": "reserved"}, id="free-before-reserved"),
        pytest.param({}, {"available": Available(None, date(2026, 11, 1))}, id="still-before-no-longer"),
        pytest.param({}, {"available": Available(date(2027, 6, 1), None)}, id="now-before-later"),
        pytest.param({"images": (Image("https://o.example/a.jpg"),)}, {}, id="photo"),
        pytest.param({"place": at(52.5, -0.2)}, {}, id="place"),
        pytest.param({"content_text": _TEXT}, {}, id="text"),
        pytest.param({"available": Available(START.date() - _DAY, START.date() + 30 * _DAY)}, {}, id="days-stated"),
        pytest.param({}, {"date_modified": START - timedelta(days=200)}, id="newer"),
    ],
)
def test_of_two_that_say_the_same(board: Board, better: dict, worse: dict) -> None:
    board.put([listing("worse", "Lectern", **worse), listing("better", "Lectern", **better)]).follow()
    assert board.names(q="lectern") == ["better", "worse"]


def test_words_count_more_than_all_of_it(board: Board) -> None:
    bare = listing("named", "Lectern", status="reserved", date_modified=START - timedelta(days=90))
    full = {"content_text": f"{_TEXT} It goes with a lectern.", "place": at(52.5, -0.2), "category": "furniture/other"}
    others = (listing(f"other{number}", f"Thing {number}") for number in range(40))
    board.put([bare, listing("mentioned", "Tall oak furniture of a chapel", **full), *others]).follow()
    assert board.names(q="lectern")[0] == "named"


def test_offers_come_before_wants_unless_wants_are_asked_for(board: Board) -> None:
    board.put([listing("want", "Lectern", direction="want"), listing("offer", "Lectern")]).follow()
    assert board.names(q="lectern") == ["offer", "want"]
    assert board.names(q="lectern wanted") == ["want", "offer"]
