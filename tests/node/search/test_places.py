"""Squares instead of distances: nothing within the radius is missed, and little beyond it is found."""

from __future__ import annotations

from math import cos, degrees, pi, radians, sin

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from node.search.places import EARTH_M, haversine_km, squares_of, squares_within

_HALF_ROUND_KM = pi * EARTH_M / 1000
_points = st.tuples(st.floats(-80, 80), st.floats(-180, 180))
_anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def _towards(point: tuple[float, float], km: float, bearing: float) -> tuple[float, float]:
    """Roughly ``km`` away; near enough for choosing points, since the distance is measured afterwards."""
    lat = max(-90.0, min(90.0, point[0] + degrees(km * 1000 / EARTH_M * cos(bearing))))
    lon = point[1] + degrees(km * 1000 / EARTH_M * sin(bearing) / max(0.01, cos(radians(lat))))
    return lat, (lon + 180) % 360 - 180


def _found(centre: tuple[float, float], radius: float, there: tuple[float, float], precision_m: float | None) -> bool:
    return not set(squares_within(*centre, radius)).isdisjoint(squares_of(*there, precision_m))


@given(
    centre=_anywhere,
    radius=st.sampled_from([0.05, 0.7, 5.0, 40.0, 300.0, 1000.0]),
    share=st.floats(0, 1.2),
    bearing=st.floats(0, 2 * pi),
    precision_m=st.sampled_from([None, 0.0, 80.0, 1500.0, 1e6]),
)
@example(centre=(0.0, 180.0), radius=5.0, share=0.9, bearing=pi / 2, precision_m=None)
@example(centre=(89.99, 10.0), radius=40.0, share=0.9, bearing=0.0, precision_m=None)
@example(centre=(-90.0, 0.0), radius=5.0, share=0.5, bearing=1.0, precision_m=None)
def test_nothing_within_the_radius_is_missed(
    centre: tuple[float, float], radius: float, share: float, bearing: float, precision_m: float | None
) -> None:
    there = _towards(centre, radius * share, bearing)
    if haversine_km(*centre, *there) <= radius:
        assert _found(centre, radius, there, precision_m)


@given(centre=_points, radius=st.sampled_from([0.7, 5.0, 40.0]), share=st.floats(1, 2), bearing=st.floats(0, 2 * pi))
def test_little_beyond_it_is_found(centre: tuple[float, float], radius: float, share: float, bearing: float) -> None:
    there = _towards(centre, radius * share, bearing)
    # Squares are at most twice as wide as high, and the finest are 76 m high.
    slack = max(radius / 18, 0.18)
    if haversine_km(*centre, *there) > radius + slack:
        assert not _found(centre, radius, there, None)


@pytest.mark.parametrize(
    ("precision_m", "km", "found"),
    [
        pytest.param(None, 2.5, False, id="exact-and-beyond"),
        pytest.param(2000, 2.5, True, id="vague-and-near"),
        pytest.param(2000, 12.0, False, id="vague-and-far"),
        pytest.param(1e6, 40.0, False, id="hopelessly-vague-counts-as-ten-kilometres"),
    ],
)
def test_a_listing_is_as_exact_as_it_says(precision_m: float | None, km: float, found: bool) -> None:
    centre = (52.5733, -0.2441)
    # In some direction at least: where the edges of the squares lie is chance.
    ways = [_found(centre, 2.0, _towards(centre, km, bearing), precision_m) for bearing in (0.3, 1.9, 3.5, 5.1)]
    assert any(ways) is found


@pytest.mark.parametrize("radius", [0.05, 1.0, 10.0, 100.0, 1000.0])
@pytest.mark.parametrize("lat", [0.0, 52.57, 75.0, -89.9])
def test_a_circle_is_a_bounded_number_of_squares(lat: float, radius: float) -> None:
    assert 1 <= len(squares_within(lat, -0.2441, radius)) < 4000


def test_distance() -> None:
    assert haversine_km(52.5733, -0.2441, 51.5074, -0.1278) == pytest.approx(118.8, abs=0.3)
    assert haversine_km(10.0, 20.0, 10.0, 20.0) == 0
    assert haversine_km(0.0, 0.0, 0.0, 180.0) == pytest.approx(_HALF_ROUND_KM)
