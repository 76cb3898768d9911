"""The number beside a facet's value is what ticking it leads to, and nothing goes away by being ticked."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from bench.entries import made_up
from node.search.find import Found
from node.search.query import FACETS
from node.search.request import SearchRequest
from node.services.catalogue.search import FacetValue, search
from node.storage import catalogue
from schemas.organisation import Organisation
from schemas.vocabulary import categories
from tests.node.search.board import Board, listing

LISTINGS, WALKS, STEPS, LOOKS = 600, 40, 4, 6
SINGLE = ("direction", "kind", "action", "organisation_type", "condition")
"""Facets of which a listing has one value at most."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    board = Board(tmp_path_factory.mktemp("market"))
    with board.node.database.write() as tx:
        catalogue.apply(tx, list(made_up(LISTINGS, seed=5)), [], board.node.now)
    yield board.follow()
    board.node.database.close()


def begun(dice: random.Random) -> SearchRequest:
    """A search as somebody begins it: perhaps with words, around a place, on some days."""
    things = sorted({thing for one in categories().values() for thing in (*one.examples, *one.synonyms)})
    words = dice.choice(("", "", dice.choice(things), f"{dice.choice(things)} {dice.choice(('oak', 'large', 'zzq'))}"))
    asked: dict[str, Any] = {"q": words, "limit": 1}
    if dice.random() < 0.3:
        asked |= {"lat": 52.5733, "lon": -0.2441, "within": dice.choice((2.0, 8.0, 40.0))}
    if dice.random() < 0.2:
        day = date(2026, 12, dice.randint(1, 28))
        asked |= {"available_from": day, "available_until": day + timedelta(3)}
    return SearchRequest(**asked)


def find(board: Board, request: SearchRequest) -> Found:
    return board.find(**{name: getattr(request, name) for name in SearchRequest.__slots__})


def ticked(request: SearchRequest, name: str, value: str) -> SearchRequest:
    return request.changed(**{name: tuple(sorted({*getattr(request, name), value}))})


def shown(facets: Mapping[str, Mapping[str, int]]) -> list[tuple[str, str, int]]:
    """What can be ticked: facet, value and count."""
    return [(name, value, count) for name in FACETS for value, count in facets[name].items() if count]


@pytest.mark.parametrize("seed", range(WALKS))
def test_counts_agree_with_the_list_along_any_walk_of_ticks(market: Board, seed: int) -> None:
    dice = random.Random(seed)
    request = begun(dice)
    for _ in range(STEPS):
        found = find(market, request)
        offered = shown(found.facets)
        for name, value, count in dice.sample(offered, min(LOOKS, len(offered))):
            assert find(market, request.changed(**{name: (value,)})).total == count, (request.to_args(), name, value)
        if not offered:
            break
        name, value, count = dice.choice(offered)
        request = ticked(request, name, value)
        after = find(market, request)
        assert after.facets[name][value] == count
        if after.how == found.how:
            assert after.facets[name].keys() == found.facets[name].keys() | set(getattr(request, name))
        for single in SINGLE:
            chosen = getattr(request, single)
            assert not chosen or after.total == sum(after.facets[single][one] for one in chosen)


def test_where_filters_leave_nothing_of_the_words_other_values_count_what_ticking_them_finds(board: Board) -> None:
    school = Organisation("https://o.example/1", "One", "school")
    board.put(
        [
            *(listing(f"oak{number}", "Oak desk", organisation=school) for number in range(3)),
            *(listing(f"desk{number}", "Desk") for number in range(2)),
        ]
    ).follow()
    request = SearchRequest(q="oak desk", organisation_type=("charity",))
    found = find(board, request)
    assert (found.how, found.total) == ("most", 2)
    assert find(board, request.changed(organisation_type=("school",))).total == 3
    assert found.facets["organisation_type"] == {"charity": 2, "school": 3}


def test_known_categories_are_counted_however_many_others_there_are(board: Board) -> None:
    made = [listing(f"odd{number}", "Thing", category=f"odd/number{number // 2}") for number in range(1200)]
    known = [path for path, one in categories().items() if "/" in path]
    made += [listing(f"known{number}", "Thing", category=path) for number, path in enumerate(known)]
    counts = find(board.put(made).follow(), SearchRequest(limit=1)).facets["category"]
    assert {path: counts.get(path) for path in known} == dict.fromkeys(known, 1)
    roots = {path.partition("/")[0] for path in known}
    assert counts["other"] >= 1200
    assert roots <= counts.keys()


def test_a_category_that_is_not_known_can_be_filtered_by_and_stays_ticked(board: Board) -> None:
    board.put([listing("a", "A", category="odd/thing"), listing("b", "B", category="odd/thing/more")]).follow()
    facets = {one.name: one.values for one in search(board.node, SearchRequest(category=("odd/thing",))).facets}
    assert FacetValue("odd/thing", 2, True, "thing") in facets["category"]
