"""How dates, distances, counts and addresses are worded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.web.view_models.all_pages import Place
from node.web.wording import words
from node.web.wording.code_words import VOCABULARIES, word
from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import application

SITE = make.site()
MILES = make.site(miles=True)


@pytest.fixture(autouse=True)
def in_a_request() -> Iterator[None]:
    with application().test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("days", "shown", "far"),
    [
        pytest.param(0, "22 November", "today", id="today"),
        pytest.param(1, "23 November", "tomorrow", id="tomorrow"),
        pytest.param(-1, "21 November", "yesterday", id="yesterday"),
        pytest.param(9, "1 December", "in 9 days", id="days"),
        pytest.param(20, "12 December", "in 3 weeks", id="weeks"),
        pytest.param(-13, "9 November", "13 days ago", id="days-ago"),
        pytest.param(90, "20 February", "in 3 months", id="next-year-but-near"),
        pytest.param(-80, "3 September 2026", "3 months ago", id="long-ago-with-year"),
        pytest.param(340, "28 October 2027", "in 11 months", id="far-with-year"),
    ],
)
def test_every_day_says_how_far_away_it_is(days: int, shown: str, far: str) -> None:
    then = make.NOW + timedelta(days=days)
    assert (words.day(then, SITE), words.away(then, SITE)) == (shown, far)
    assert (words.day(then.date(), SITE), words.away(then.date(), SITE)) == (shown, far)


def test_days_are_those_of_the_towns_clock() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    summer = make.site(now=late)
    assert words.day(late, summer) == "2 July"
    assert words.clock(late, summer) == "00:30"


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        pytest.param(timedelta(seconds=-20), "just now", id="now"),
        pytest.param(timedelta(minutes=-5), "5 minutes ago", id="minutes"),
        pytest.param(timedelta(hours=-7), "7 hours ago", id="hours"),
        pytest.param(timedelta(minutes=12), "in 12 minutes", id="soon"),
        pytest.param(timedelta(days=-2), "2 days ago", id="days"),
    ],
)
def test_moments(gap: timedelta, said: str) -> None:
    assert words.ago(make.NOW + gap, SITE) == said


@pytest.mark.parametrize(
    ("metres", "precision", "km", "miles"),
    [
        pytest.param(2340, 100, "about 2.3 km", "about 1.5 miles", id="exact"),
        pytest.param(2340, 500, "about 2.5 km", "about 1.5 miles", id="street"),
        pytest.param(2340, 1000, "about 2 km", "about 1 mile", id="district"),
        pytest.param(2340, 5000, "within 5 km", "within 5 miles", id="town"),
        pytest.param(101, 101, "within 0.5 km", "within 0.1 miles", id="nearer than a step"),
        pytest.param(40, None, "within 0.1 km", "within 0.1 miles", id="around-the-corner"),
        pytest.param(61_000, 2000, "about 60 km", "about 38 miles", id="far"),
    ],
)
def test_distances_claim_no_more_than_is_known(metres: float, precision: float | None, km: str, miles: str) -> None:
    place = Place(precision_m=precision, distance_m=metres)
    assert words.distance(place, SITE).replace("\u00a0", " ") == km
    assert words.distance(place, MILES).replace("\u00a0", " ") == miles


def test_without_a_distance_nothing_is_said() -> None:
    assert words.distance(Place("Hall"), SITE) == ""


@given(st.floats(0, 200_000), st.floats(0, 60_000))
def test_a_distance_is_never_off_by_more_than_its_precision(metres: float, precision: float) -> None:
    with application().test_request_context("/"):
        said = words.distance(Place(precision_m=precision, distance_m=metres), SITE)
    kilometres = float(said.removeprefix("about ").removeprefix("within ").removesuffix("\u00a0km").replace(",", ""))
    step = max(precision, 100) / 1000
    if said.startswith("within"):
        assert metres / 1000 <= kilometres + 1e-9
    else:
        assert abs(kilometres - metres / 1000) <= max(2.5 * step, 0.05) + 1e-9


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param(Place(), "", id="no-point"),
        pytest.param(Place(lat=1, lon=1), "How exact this point is was not said.", id="not-said"),
        pytest.param(Place(lat=1, lon=1, precision_m=20), "The point is the place itself.", id="exact"),
        pytest.param(Place(lat=1, lon=1, precision_m=500), "The point is right to about 500 m.", id="metres"),
        pytest.param(Place(lat=1, lon=1, precision_m=2500), "The point is right to about 2.5 km.", id="kilometres"),
    ],
)
def test_precision(place: Place, said: str) -> None:
    assert words.precision(place) == said


@pytest.mark.parametrize(
    ("place", "line"),
    [
        pytest.param(Place("Hall", "Eye"), "Hall, Eye", id="both"),
        pytest.param(Place("Eye", "Eye"), "Eye", id="the-same-twice"),
        pytest.param(Place(postcode="PE6"), "PE6", id="postcode"),
        pytest.param(Place(), "", id="nothing"),
    ],
)
def test_place_line(place: Place, line: str) -> None:
    assert words.place_line(place) == line


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        pytest.param("/listings/1?a=b#c", True, id="path"),
        pytest.param("https://example.org/x", True, id="https"),
        pytest.param("http://127.0.0.1:8000/", True, id="http"),
        pytest.param("mailto:a@example.org", True, id="mail"),
        pytest.param("javascript:alert(1)", False, id="script"),
        pytest.param("JaVaScRiPt:alert(1)", False, id="script-in-capitals"),
        pytest.param(" javascript:alert(1)", False, id="script-behind-a-space"),
        pytest.param("java\nscript:alert(1)", False, id="script-broken-by-a-line"),
        pytest.param("data:text/html,x", False, id="data"),
        pytest.param("//evil.example/", False, id="another-host"),
        pytest.param("/\\evil.example/", False, id="another-host-with-backslash"),
        pytest.param("http://[bad", False, id="not-an-address"),
        pytest.param("", False, id="empty"),
        pytest.param(None, False, id="none"),
    ],
)
def test_addresses_that_a_page_may_link_to(address: str | None, kept: bool) -> None:
    assert words.href(address) == (address if kept else "")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_in_a_script_element_is_the_same_json_and_cannot_end_it(value: object) -> None:
    written = words.script_json(json.dumps(value))
    assert json.loads(written) == value
    assert not set(written) & {"<", ">", "&"}


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param("Short", "Short", id="short"),
        pytest.param("  two \n lines ", "two lines", id="white-space"),
        pytest.param("a" * 60, "a" * 60, id="just-fits"),
        pytest.param("a" * 61, "a" * 59 + "…", id="one-long-word"),
        pytest.param("word " * 20, "word " * 10 + "word…", id="at-a-word"),
    ],
)
def test_clip(text: str, cut: str) -> None:
    assert words.clip(text) == cut
    assert len(words.clip(text)) <= 60


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        pytest.param(0, "0 bytes", id="none"),
        pytest.param(18_400, "18\u00a0kB", id="kilo"),
        pytest.param(2_400_000, "2.4\u00a0MB", id="mega"),
    ],
)
def test_size(octets: int, said: str) -> None:
    assert words.size(octets) == said


@pytest.mark.parametrize(
    ("function", "given_value", "said"),
    [
        pytest.param(words.initials, "Ottersedge Scout Group", "OS", id="initials"),
        pytest.param(words.initials, "(Eye)", "·", id="initials-of-nothing"),
        pytest.param(words.drawing, "furniture", "furniture", id="drawn"),
        pytest.param(words.drawing, "submarines", "other", id="not-drawn"),
        pytest.param(words.sign, "wanted", "wanted", id="sign"),
        pytest.param(words.sign, "mend", "give", id="unknown-sign"),
        pytest.param(words.listings, 1, "1 listing", id="one"),
        pytest.param(words.listings, 1200, "1,200 listings", id="many"),
        pytest.param(words.span, 900, "15 minutes", id="span"),
        pytest.param(words.ahead, 900, "in 15 minutes", id="ahead"),
        pytest.param(words.machine, date(2026, 12, 1), "2026-12-01", id="day"),
        pytest.param(words.machine, make.NOW, "2026-11-22T14:05:00Z", id="moment"),
    ],
)
def test_small_words(function: object, given_value: object, said: str) -> None:
    assert callable(function)
    assert function(given_value) == said


@pytest.mark.parametrize(
    ("code", "vocabulary", "said"),
    [
        pytest.param("for_parts", "condition", "For parts or repair", id="known"),
        pytest.param("slightly_worn", "condition", "Slightly worn", id="unknown"),
        pytest.param("x" * 80, "kind", "X" + "x" * 23 + "…", id="unknown-and-long"),
    ],
)
def test_codes(code: str, vocabulary: str, said: str) -> None:
    assert word(code, vocabulary) == said


def test_every_code_has_words_of_its_own() -> None:
    assert all(str(said) for known in VOCABULARIES.values() for said in known.values())
