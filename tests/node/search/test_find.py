"""What a search finds, counts and puts first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.search import find as find_module
from node.search.cursors import decode
from node.search.find import Found, find, pins
from node.search.places import haversine_km
from node.search.query import FACETS, any_event
from node.search.request import SearchRequest
from schemas.event import Event
from schemas.listing import Available, Listing
from schemas.organisation import Organisation
from schemas.vocabulary import ACTIONS_OF_KIND, CONDITIONS, KINDS
from tests.fakes.publisher import START, clock_of
from tests.node.search.board import PETERBOROUGH, WHO, Board, at, listing
from tests.thorough import examples

_THINGS = [
    listing("desk", "Two oak desks", category="furniture/desk"),
    listing("settee", "Grey settee, seats three", category="furniture/sofa"),
    listing("cabinet", "Filing-cabinet, four drawers", category="furniture/storage"),
    listing("bookcase", "Tall bookcase", category="furniture/storage"),
    listing("beamer", "Beamer with cable", kind="equipment", action="lend", category="av/projector"),
    listing("printer", "3D printer", kind="equipment", action="lend", category="making/3d-printer"),
    listing("wheelchair", "Wheelchair, self propel", kind="equipment", action="lend", category="medical-mobility"),
    listing("books", "Książki dla dzieci po polsku", category="books", language="pl"),
    listing("urdu", "بچوں کی کتابیں", category="books", language="ur"),
    listing("chairs", "Cadeiras de escritório", category="furniture/chair", language="pt"),
    listing("welsh", "Llyfrau Cymraeg am ddim", category="books", language="cy"),
    listing("hall", "Church hall on weekday mornings", kind="space", action="host", category="space/hall"),
    listing("store", "Dry room for six pallets", kind="space", action="host", category="space/storage"),
    listing("accounts", "Bookkeeping by the hour", kind="skill", action="help", category="skill/finance"),
    listing("fleece", "Warm clothes", content_text="Fleeces, and a coat by a wheelwright.", category="textiles"),
    listing("tagged", "A box of things", tags=("juggling balls",), category="toys"),
    listing("html", "A notice", content_html="<p>With a <b>lectern</b></p>"),
    listing("named", "Nothing else", organisation=replace(WHO, id="https://o.example/1", name="Dykeside Rowing Club")),
    listing("town", "Plain", place=at(52.5, -0.2, locality="Whittlesey")),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Board(tmp_path_factory.mktemp("shop") / "node").put(_THINGS).follow()
    yield made
    made.node.database.close()


@pytest.mark.parametrize(
    ("q", "name"),
    [
        pytest.param("oak desk", "desk", id="words"),
        pytest.param("DESKS OAK", "desk", id="any-order-any-case"),
        pytest.param("desk", "desk", id="stem"),
        pytest.param("desk with oak please", "desk", id="stop-words"),
        pytest.param("sofa", "settee", id="synonym"),
        pytest.param("couch", "settee", id="another-synonym"),
        pytest.param("projector", "beamer", id="synonym-that-is-no-english-word"),
        pytest.param("projetcor", "beamer", id="slip-then-synonym"),
        pytest.param("wheelchiar", "wheelchair", id="swap"),
        pytest.param("whelchair", "wheelchair", id="lost-letter"),
        pytest.param("wheel chair", "wheelchair", id="written-apart"),
        pytest.param("book case", "bookcase", id="written-apart-too"),
        pytest.param("filing cabinet", "cabinet", id="hyphen-in-the-listing"),
        pytest.param("filing-cabinets", "cabinet", id="hyphen-in-the-query"),
        pytest.param("3d printing", "printer", id="doing-for-doer"),
        pytest.param("wheelc", "wheelchair", id="as-you-type"),
        pytest.param("oak de", "desk", id="last-word-unfinished"),
        pytest.param("ksiazki", "books", id="without-polish-letters"),
        pytest.param("książki po polsku", "books", id="polish"),
        pytest.param("كتابيں", "urdu", id="urdu-from-another-keyboard"),
        pytest.param("cadeira", "chairs", id="portuguese-stem"),
        pytest.param("llyfrau", "welsh", id="welsh"),
        pytest.param("fleece", "fleece", id="text"),
        pytest.param("juggling", "tagged", id="tag"),
        pytest.param("lectern", "html", id="html-text"),
        pytest.param("dykeside", "named", id="organisation"),
        pytest.param("whittlesey", "town", id="locality"),
        pytest.param("hall for weekday", "hall", id="space"),
        pytest.param("somewhere to store furniture", "store", id="a-purpose"),
        pytest.param("charity accounts", "accounts", id="filed-there"),
    ],
)
def test_what_is_found_first(shop: Board, q: str, name: str) -> None:
    assert shop.names(q=q)[:1] == [name]


@pytest.mark.parametrize(
    "q",
    [
        pytest.param("swimming pool", id="no-such-thing"),
        pytest.param("trampoline", id="known-thing-that-nobody-has"),
        pytest.param("xqzvw", id="no-word"),
        pytest.param("mobile phone", id="no-phone"),
    ],
)
def test_nothing_is_found_where_nothing_is(shop: Board, q: str) -> None:
    found = shop.find(q=q)
    assert (found.total, found.hits) == (0, ())


@pytest.mark.parametrize(
    "q", ["", "!!!", "the of and", '"', "AND OR NOT", "a:b", "(((", "*", "title:*", "-", "\u200b", "🎉", "a " * 140]
)
def test_odd_queries_are_answered(shop: Board, q: str) -> None:
    found = shop.find(q=q, limit=5)
    assert len(found.hits) == min(5, found.total)


def test_a_slip_is_told(shop: Board) -> None:
    found = shop.find(q="grey projetcor")
    assert found.corrected == (("projetcor", "projector"),)
    assert shop.find(q="projector").corrected == ()


def test_a_whole_word_comes_before_a_longer_one(board: Board) -> None:
    board.put([listing("longer", "Oakham stand"), listing("oak", "Oak")]).follow()
    assert board.names(q="oak") == ["oak", "longer"]


def test_the_name_of_a_thing_is_not_taken_for_the_beginning_of_another(board: Board) -> None:
    board.put([listing("top", "Desktop stand"), listing("desk", "Desk")]).follow()
    assert board.names(q="desk") == ["desk"]
    assert set(board.names(q="des")) == {"desk", "top"}


def test_all_of_the_words_come_before_most_of_them(board: Board) -> None:
    board.put([listing("one", "Gazebo gazebo gazebo"), listing("both", "Gazebo, good for a fete in rain")]).follow()
    assert board.names(q="gazebo for a fete")[0] == "both"


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        pytest.param({"kind": ("space",)}, {"hall", "store"}, id="kind"),
        pytest.param({"action": ("help", "host")}, {"accounts", "hall", "store"}, id="any-of-two"),
        pytest.param({"action": ("lend",), "category": ("av",)}, {"beamer"}, id="both-filters"),
        pytest.param({"category": ("furniture",)}, {"desk", "settee", "cabinet", "bookcase", "chairs"}, id="subtree"),
        pytest.param({"category": ("furniture/storage",)}, {"cabinet", "bookcase"}, id="leaf"),
        pytest.param({"direction": ("want",)}, set(), id="nobody-wants"),
        pytest.param({"q": "tall", "kind": ("item",)}, {"bookcase"}, id="words-and-filter"),
        pytest.param({"source": (2,)}, set(), id="other-source"),
        pytest.param({"source": (1,), "kind": ("skill",)}, {"accounts"}, id="source"),
    ],
)
def test_filters(shop: Board, asked: dict[str, Any], names: set[str]) -> None:
    assert set(shop.names(**asked)) == names


def test_a_category_that_is_not_known_yet_is_found_above(board: Board) -> None:
    board.put([listing("a", "A", category="furniture/hammock"), listing("b", "B", category="spaceship/seat")]).follow()
    assert board.names(category=("furniture",)) == ["a"]
    assert board.names(category=("other",)) == ["b"]


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        pytest.param(None, None, {"always", "till", "from", "both"}, id="any-day"),
        pytest.param(10, 10, {"always", "till", "from", "both"}, id="one-day"),
        pytest.param(11, None, {"always", "from", "both"}, id="after-the-end"),
        pytest.param(None, 9, {"always", "till"}, id="before-the-start"),
        pytest.param(12, 20, {"always", "from", "both"}, id="overlap-at-its-last-day"),
        pytest.param(13, 20, {"always", "from"}, id="too-late"),
    ],
)
def test_available_days(board: Board, first: int | None, last: int | None, names: set[str]) -> None:
    spans = {"always": None, "till": (None, 10), "from": (10, None), "both": (10, 12)}
    board.put(
        listing(name, name, available=Available(_day(span[0]), _day(span[1])) if span else None)
        for name, span in spans.items()
    ).follow()
    assert set(board.names(available_from=_day(first), available_until=_day(last))) == names


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        pytest.param(4, 4, {"always", "between"}, id="full-that-day"),
        pytest.param(4, 5, {"always", "between"}, id="full-on-both"),
        pytest.param(4, 6, {"always", "between", "mostly", "season"}, id="free-on-one-of-them"),
        pytest.param(3, 4, {"always", "between", "mostly", "season"}, id="free-on-the-first"),
        pytest.param(1, 2, {"always", "between", "mostly"}, id="the-season-begins-full"),
        pytest.param(9, 9, {"always", "between", "mostly"}, id="the-season-ends-full"),
        pytest.param(4, None, {"always", "between", "mostly", "season"}, id="open-ended"),
    ],
)
def test_what_is_full_on_every_day_asked_for_is_not_offered(
    board: Board, first: int, last: int | None, names: set[str]
) -> None:
    def days(*numbers: int) -> tuple[date, ...]:
        return tuple(date(2026, 12, number) for number in numbers)

    stated = {
        "always": None,
        "between": Available(full=days(8)),
        "mostly": Available(full=days(4, 5, 7)),
        "season": Available(*days(2, 9), full=days(2, 4, 5, 9)),
        "never": Available(*days(2, 9), full=days(*range(2, 10))),
    }
    board.put(listing(name, name, available=available) for name, available in stated.items()).follow()
    assert set(board.names(available_from=_day(first), available_until=_day(last))) == names


def test_an_event_is_found_on_its_dates_alone(board: Board) -> None:
    dates = tuple(date(2026, 12, day) for day in (3, 10, 17))
    space: dict[str, Any] = {"kind": "space", "action": "host", "available": Available(dates[0], dates[-1])}
    space["expires"] = datetime(2026, 12, 18, tzinfo=UTC)
    board.put(
        [
            listing("repair", "Repair café", event=Event(dates, "Europe/London", cancelled=dates[1:2]), **space),
            listing("off", "Story time", event=Event(dates, "Europe/London", cancelled=dates), **space),
            listing("far", "Always", event=Event((*dates, date.max), "Europe/London"), **space),
        ]
    ).follow()
    found = {
        (first, last): board.names(available_from=_day(first), available_until=_day(last))
        for first, last in ((3, 3), (4, 9), (9, 11), (11, 17), (18, 20))
    }
    assert {days: sorted(names) for days, names in found.items()} == {
        (3, 3): ["far", "repair"],
        (4, 9): [],
        (9, 11): ["far"],
        (11, 17): ["far", "repair"],
        (18, 20): [],
    }


def test_what_takes_place_can_be_all_that_is_asked_for(board: Board) -> None:
    assert not any_event(board.follow().reader.snapshot())
    dates = (date(2026, 12, 3), date(2026, 12, 10))
    room: dict[str, Any] = {"kind": "space", "action": "host", "expires": datetime(2026, 12, 11, tzinfo=UTC)}
    board.put([listing("open", "Hall", event=Event(dates, "Europe/London"), **room), listing("hall", "Hall", **room)])
    assert set(board.follow().names(q="hall")) == {"open", "hall"}
    assert board.names(q="hall", event=("yes",)) == ["open"]
    assert board.names(event=("yes",), available_from=dates[0], available_until=dates[0]) == ["open"]
    assert board.names(event=("yes",), available_from=date(2026, 12, 4), available_until=date(2026, 12, 9)) == []
    assert any_event(board.reader.snapshot())


def test_a_day_that_is_over_makes_nothing_free(board: Board) -> None:
    today = START.date()
    board.put([listing("hall", "A hall", available=Available(full=(today, today + timedelta(days=1))))]).follow()
    week = {"available_from": today - timedelta(days=3), "available_until": today + timedelta(days=1)}
    assert board.names(**week) == []
    assert board.names(**week | {"available_until": today + timedelta(days=2)}) == ["hall"]


def _day(number: int | None) -> date | None:
    return date(2026, 12, number) if number else None


def test_what_has_expired_is_gone_at_once(board: Board) -> None:
    board.put([listing("soon", "Desk", expires=START + timedelta(days=2)), listing("late", "Desk")]).follow()
    clock_of(board.node).pass_by(days=2)
    found = board.find(q="desk")
    assert [hit.key for hit in found.hits] == ["late"]
    assert found.facets["kind"] == {"item": 1}


@pytest.mark.parametrize("sort", ["newest", "nearest", "relevance"])
def test_counts_that_were_kept_end_with_what_is_over(board: Board, monkeypatch: pytest.MonkeyPatch, sort: str) -> None:
    monkeypatch.setattr(find_module, "MANY", 0)
    soon, here = START + timedelta(days=2), at(52.5, -0.2)
    board.put([listing("soon", "Desk", expires=soon, place=here), listing("late", "Desk", place=here)]).follow()
    asked: dict[str, Any] = {"q": "desk", "sort": sort, "lat": 52.5, "lon": -0.2}
    for moment, left in ((soon - timedelta(seconds=1), 2), (soon, 1), (soon + timedelta(days=1), 1)):
        for page in (1, 2):
            found = find(board.reader.snapshot(), SearchRequest(limit=1, page=page, **asked), int(moment.timestamp()))
            assert (found.total, found.facets["kind"]) == (left, {"item": left})


def test_newest_is_by_when_it_was_new_and_never_newer_than_first_shown(board: Board) -> None:
    ago = {"old": 9, "new": 1, "middle": 5}
    board.put(listing(n, n, date_modified=START - timedelta(days=d)) for n, d in ago.items())
    board.put([listing("future", "future", date_modified=START + timedelta(days=3))]).follow()
    assert board.names(sort="newest") == ["future", "new", "middle", "old"]
    clock_of(board.node).pass_by(days=1)
    board.put([listing("next", "next", date_modified=START + timedelta(hours=20))]).follow()
    assert board.names(sort="newest")[:2] == ["next", "future"]


def test_nearest(board: Board) -> None:
    lat, lon = PETERBOROUGH
    places = {"far": at(lat + 1, lon), "near": at(lat + 0.001, lon), "town": at(lat + 0.05, lon), "nowhere": None}
    board.put(listing(name, "Desk", place=place) for name, place in places.items()).follow()
    found = board.find(lat=lat, lon=lon, sort="nearest")
    assert [hit.key for hit in found.hits] == ["near", "town", "far", "nowhere"]
    assert found.hits[0].distance_km == pytest.approx(0.11, abs=0.01)
    assert found.hits[-1].distance_km is None
    assert board.names(lat=lat, lon=lon, within=10.0) == ["near", "town"]
    assert board.names(lat=lat, lon=lon, limit=2, page=2) == ["far", "nowhere"]


def test_of_equals_the_nearer_comes_first_and_of_those_the_newer(board: Board) -> None:
    lat, lon = PETERBOROUGH
    board.put(
        [
            listing("far", "Oak desk", place=at(lat + 0.5, lon)),
            listing("near", "Oak desk", place=at(lat, lon)),
            listing("old", "Oak desk", place=at(lat, lon), date_modified=START - timedelta(days=300)),
        ]
    ).follow()
    assert board.names(q="oak desk", lat=lat, lon=lon)[0] == "near"
    assert board.names(q="oak desk")[-1] == "old"


def test_pins(shop: Board) -> None:
    found = pins(shop.reader.snapshot(), SearchRequest(), shop.node.now)
    facts = {pin.key: orjson.loads(pin.facts) for pin in found}
    assert facts.keys() == {"town"}
    assert facts["town"]["geometry"] == {"type": "Point", "coordinates": [-0.2, 52.5]}
    assert facts["town"]["properties"]["place"] == "Whittlesey"


_kinds = st.sampled_from(KINDS)
_MOST = 14


@st.composite
def _random_listing(draw: st.DrawFn, number: int) -> Listing:
    kind = draw(_kinds)
    return listing(
        f"n{number}",
        draw(st.sampled_from(["Oak desk", "Desk lamp", "Bright lamp", "Room with a desk"])),
        kind=kind,
        action=draw(st.sampled_from(ACTIONS_OF_KIND[kind])),
        direction=draw(st.sampled_from(["offer", "want"])),
        category=draw(st.sampled_from(["furniture/desk", "furniture", "other", "furniture/hammock"])),
        condition=draw(st.sampled_from([None, *CONDITIONS])) if kind in ("item", "equipment") else None,
        organisation=Organisation("https://o.example/1", "One", draw(st.sampled_from(["charity", "school"]))),
        date_modified=START - timedelta(hours=draw(st.integers(0, 9))),
        place=draw(st.sampled_from([None, at(52.57, -0.24), at(52.6, -0.24), at(52.7, 0.1), at(52.57, -0.24, 3000.0)])),
    )


@st.composite
def _boards(draw: st.DrawFn) -> list[Listing]:
    return [draw(_random_listing(number)) for number in range(draw(st.integers(0, _MOST)))]


_searches = st.builds(
    SearchRequest,
    q=st.sampled_from(["", "desk", "oak lamp", "lamp"]),
    kind=st.sampled_from([(), ("item",), ("item", "space")]),
    action=st.sampled_from([(), ("give",), ("host", "help")]),
    direction=st.sampled_from([(), ("offer",)]),
    category=st.sampled_from([(), ("furniture",), ("furniture/desk", "other")]),
    condition=st.sampled_from([(), ("good",), ("new", "fair")]),
    organisation_type=st.sampled_from([(), ("charity",)]),
    lat=st.just(52.57),
    lon=st.just(-0.24),
    within=st.sampled_from([None, 2.0, 20.0]),
    sort=st.sampled_from(["", "newest", "nearest"]),
    limit=st.just(100),
)


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listings=_boards(), request=_searches)
def test_list_total_facets_and_pages_agree(listings: list[Listing], request: SearchRequest, board: Board) -> None:
    board.drop(*(f"n{number}" for number in range(_MOST))).put(listings).follow()
    made = {one.id.rpartition("/")[2]: one for one in listings}
    found = board.find(**_members(request))
    names = [hit.key for hit in found.hits]
    assert found.total == len(names) == len(set(names))
    for facet in FACETS:
        wider = board.find(**_members(request.changed(**{facet: ()})))
        if wider.how == found.how:
            counted = _counts(facet, [made[hit.key] for hit in wider.hits], getattr(request, facet))
            assert found.facets[facet] == counted
    assert _by_pages(board, request.changed(limit=3)) == names
    if request.order == "nearest":
        _assert_by_distance(found)


def _members(request: SearchRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in SearchRequest.__slots__}


def _counts(facet: str, listings: list[Listing], chosen: tuple[str, ...]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in listings:
        if facet == "category":
            parts = one.category.removesuffix("/hammock").split("/")
            counts.update("/".join(parts[:end]) for end in range(1, len(parts) + 1))
        else:
            value = one.organisation.type if facet == "organisation_type" else getattr(one, facet)
            counts.update([value] if value else [])
    return {**dict.fromkeys(chosen, 0), **counts}


def _by_pages(board: Board, request: SearchRequest) -> list[str]:
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        mark = decode(cursor, request) if cursor else None
        found = find(board.reader.snapshot(), request, board.node.now, mark)
        names += [hit.key for hit in found.hits]
        cursor = found.next_cursor
    return names


def _assert_by_distance(found: Found) -> None:
    distances = [hit.distance_km for hit in found.hits]
    placed = [distance for distance in distances if distance is not None]
    assert placed == sorted(placed)
    assert distances[: len(placed)] == placed


def test_nearest_over_many_pages_is_in_order(tmp_path: Path) -> None:
    board = Board(tmp_path / "node")
    lat, lon = PETERBOROUGH
    spots = {f"n{number}": at(lat + number * number * 0.0004, lon) for number in range(60)}
    board.put(listing(name, "Desk", place=place) for name, place in spots.items()).follow()
    request = SearchRequest(lat=lat, lon=lon, limit=7)
    by_distance = sorted(spots, key=lambda name: haversine_km(lat, lon, spots[name].lat or 0, spots[name].lon or 0))
    assert _by_pages(board, request) == by_distance
    board.node.database.close()


def test_a_listing_that_comes_between_two_pages_repeats_nothing(board: Board) -> None:
    board.put(listing(f"n{number}", "Desk") for number in range(6)).follow()
    request = SearchRequest(limit=3)
    first = find(board.reader.snapshot(), request, board.node.now)
    board.put([listing("late", "Desk", date_modified=START)]).follow()
    second = find(board.reader.snapshot(), request, board.node.now, decode(first.next_cursor or "", request))
    keys = [hit.key for hit in (*first.hits, *second.hits)]
    assert sorted(keys) == [f"n{number}" for number in range(6)]


@pytest.mark.parametrize("sort", ["newest", "relevance", "nearest"])
def test_the_last_page_leads_nowhere(board: Board, sort: str) -> None:
    board.put(listing(f"n{number}", "Desk") for number in range(4)).follow()
    request = SearchRequest(q="desk", lat=1.0, lon=1.0, sort=sort, limit=2)
    first = find(board.reader.snapshot(), request, board.node.now)
    last = find(board.reader.snapshot(), request, board.node.now, decode(first.next_cursor or "", request))
    assert (len(first.hits), len(last.hits), last.next_cursor) == (2, 2, None)
