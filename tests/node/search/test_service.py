"""The search as pages, feeds and the API call it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node.search.postcodes import postcode_terms
from node.search.request import SearchRequest
from node.services.catalogue.search import FacetValue, ParameterError, search
from tests.fakes.publisher import clock_of
from tests.node.search.board import Board, asked, at, listing


def _tree(values: tuple[FacetValue, ...]) -> dict[str, tuple[int, dict[str, int]]]:
    return {one.value: (one.count, {child.value: child.count for child in one.children}) for one in values}


def test_categories_form_a_tree(board: Board) -> None:
    board.put(
        listing(f"n{number}", "Thing", category=category)
        for number, category in enumerate(("furniture/desk", "furniture/sofa", "furniture", "it/laptop", "odd/thing"))
    ).follow()
    facet = next(one for one in search(board.node, asked("category=furniture/desk")).facets if one.name == "category")
    assert _tree(facet.values) == {
        "furniture": (3, {"furniture/desk": 1, "furniture/sofa": 1}),
        "it": (1, {"it/laptop": 1}),
        "other": (1, {}),
    }
    desk = facet.values[0].children[0]
    assert (desk.label, desk.selected) == ("Desk", True)


def test_a_chosen_category_without_listings_is_still_there(board: Board) -> None:
    board.put([listing("a", "Thing", category="it/laptop")]).follow()
    facet = next(one for one in search(board.node, asked("category=books")).facets if one.name == "category")
    assert _tree(facet.values) == {"it": (1, {"it/laptop": 1}), "books": (0, {})}


def test_other_facets_stand_by_count(board: Board) -> None:
    board.put([listing("a", "A"), listing("b", "B"), listing("c", "C", kind="space", action="host")]).follow()
    facet = next(one for one in search(board.node, SearchRequest()).facets if one.name == "action")
    assert [(one.value, one.count) for one in facet.values] == [("give", 2), ("host", 1)]


@pytest.mark.parametrize(
    ("near", "known", "first"),
    [
        pytest.param("Whittlesey", True, "whittlesey", id="its-name"),
        pytest.param("whitlesey", True, "whittlesey", id="a-slip"),
        pytest.param("Eye, Peterborough", True, "eye", id="more-than-its-name"),
        pytest.param("Timbuktu", False, None, id="unknown"),
    ],
)
def test_a_place_by_its_name(board: Board, near: str, known: bool, first: str | None) -> None:
    places = {"eye": at(52.60, -0.19, locality="Eye"), "whittlesey": at(52.556, -0.128, locality="Whittlesey")}
    board.put(listing(name, "Desk", place=place) for name, place in places.items()).follow()
    result = search(board.node, SearchRequest(near=near))
    assert result.place_known is known
    if first:
        assert result.matches[0].shown.entry.key == first
        assert result.matches[0].distance_km == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("near", "first"),
    [
        pytest.param("PE1 1AA", "centre", id="the whole"),
        pytest.param("pe11aa", "centre", id="without its space"),
        pytest.param("PE2", "south", id="the first half"),
        pytest.param("PE2 9", "south", id="a little more"),
        pytest.param("PE1 9ZZ", "centre", id="one that nothing names, with its first half"),
        pytest.param("PE11", None, id="another first half"),
        pytest.param("PE19 1AA", None, id="far off"),
        pytest.param("1000-001", "lisbon", id="of another country"),
        pytest.param("1000-002", None, id="unknown in another country"),
    ],
)
def test_a_place_by_its_postcode(board: Board, near: str, first: str | None) -> None:
    places = {"centre": (52.57, -0.24, "PE1 1AA"), "south": (52.55, -0.25, "PE2"), "lisbon": (38.7, -9.1, "1000-001")}
    board.put(
        listing(name, "Desk", place=replace(at(lat, lon), postcode=postcode))
        for name, (lat, lon, postcode) in places.items()
    ).follow()
    result = search(board.node, SearchRequest(near=near))
    assert result.place_known is (first is not None)
    if first:
        assert result.matches[0].shown.entry.key == first
        assert result.matches[0].distance_km == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param(" EC1A 1bb ", ("ec1a 1bb", "ec1a"), id="long"),
        pytest.param("ec1a1bb", ("ec1a 1bb", "ec1a"), id="long, without its space"),
        pytest.param("M1 1AE", ("m1 1ae", "m1"), id="short"),
        pytest.param("PE11", ("pe11",), id="a first half of four signs"),
        pytest.param("PE1 1", ("pe1",), id="a sector"),
        pytest.param("00-950", ("00-950",), id="elsewhere"),
        pytest.param("Eye", ("eye",), id="no postcode at all"),
    ],
)
def test_terms_of_postcodes(text: str, terms: tuple[str, ...]) -> None:
    assert postcode_terms(text) == terms


def test_what_the_catalogue_no_longer_has_is_not_shown(board: Board) -> None:
    board.put([listing("a", "Desk"), listing("b", "Desk")]).follow().drop("a")
    assert [match.shown.entry.key for match in search(board.node, SearchRequest(q="desk")).matches] == ["b"]


def test_without_an_index_the_result_says_so(board: Board) -> None:
    result = search(board.node, SearchRequest(q="desk"))
    assert (result.ready, result.total, result.matches) == (False, 0, ())


def test_a_cursor_of_another_search_is_a_located_problem(board: Board) -> None:
    board.put(listing(f"n{number}", "Desk") for number in range(3)).follow()
    first = search(board.node, SearchRequest(q="desk", limit=2))
    with pytest.raises(ParameterError) as caught:
        search(board.node, SearchRequest(q="bed", limit=2, cursor=first.next_cursor or ""))
    assert [problem.pointer for problem in caught.value.problems] == ["/cursor"]


def test_reserved_can_be_left_out(board: Board) -> None:
    board.put([listing("a", "Desk", status="reserved"), listing("b", "Desk")]).follow()
    result = search(board.node, asked("status=available"))
    assert [match.shown.entry.key for match in result.matches] == ["b"]


def test_the_clock_of_the_node_decides(board: Board) -> None:
    board.put([listing("a", "Desk")]).follow()
    clock_of(board.node).pass_by(days=61)
    assert search(board.node, SearchRequest()).total == 0
