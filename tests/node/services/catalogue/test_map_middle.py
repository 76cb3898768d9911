"""Where a map begins that is to show most of what there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.context import Node
from node.services.catalogue.map_middle import CLOSEST, FARTHEST, Start, middle, start_of
from node.services.listings.publishing import put_listings
from schemas.place import Place
from tests.fakes.publisher import draft

TOWN = [(52.55 + number / 1000, -0.26 + number / 1000) for number in range(50)]


def test_the_middle_of_a_town_holds_most_of_it() -> None:
    start = start_of(TOWN)
    assert start is not None
    assert (start.lat, start.lon) == (52.5745, -0.2355)
    assert start.zoom == 13


def test_what_is_far_away_moves_it_little() -> None:
    start = start_of([*TOWN, (-33.9, 151.2)])
    assert start is not None
    assert (round(start.lat, 2), round(start.lon, 2), start.zoom) == (52.57, -0.23, 13)


@pytest.mark.parametrize(
    ("points", "zoom"),
    [
        pytest.param([(52.5, -0.2)], CLOSEST, id="one"),
        pytest.param([(52.5, -0.2)] * 20, CLOSEST, id="all at one place"),
        pytest.param([(-60.0, -170.0), (60.0, 170.0)] * 9, FARTHEST, id="the whole world"),
    ],
)
def test_a_map_is_never_closer_or_farther_than_it_is_of_use(points: list[tuple[float, float]], zoom: int) -> None:
    start = start_of(points)
    assert start is not None
    assert start.zoom == zoom


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1))
def test_it_is_always_a_place(points: list[tuple[float, float]]) -> None:
    start = start_of(points)
    assert start is not None
    assert -90 <= start.lat <= 90
    assert -180 <= start.lon <= 180
    assert FARTHEST <= start.zoom <= CLOSEST


def test_it_is_taken_from_what_is_shown(node: Node) -> None:
    assert middle(node) is None
    places = {"a": Place(locality="Eye", lat=52.6, lon=-0.19), "b": Place(locality="Orton", lat=52.5, lon=-0.29)}
    put_listings(node, [draft(node, "c"), *(draft(node, ref, place=place) for ref, place in places.items())])
    assert middle(node) == Start(52.55, -0.24, 11)
