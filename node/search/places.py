"""Places as terms: squares of the map in levels, and the squares that a circle touches.

Tantivy cannot compute distances, so each listing carries the square it stands in at every level, and a search within
a radius asks for a few hundred squares. List, total and facet counts then come from one and the same condition. A
listing is as exact as its publisher said: one that is known to a kilometre stands in a square of that size and is found
when any part of that square lies within the circle. Nothing within the radius is missed; what is found beyond it lies
at most an eighteenth of the radius, or the size of its own square, further away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from math import acos, asin, cos, degrees, floor, log2, pi, radians, sin, sqrt
from typing import NamedTuple

EARTH_M = 6_371_008.8
HALF_ROUND_M = pi * EARTH_M
COARSEST, FINEST = 7, 18
"""Squares of level n are 180/2^n degrees high and 360/2^n wide: 76 m by 93 m at level 18 in Peterborough."""

VAGUEST = 11
"""However vague a listing says it is, it counts as known to about ten kilometres."""

LOCATED = 0
"""The term of every listing that has a point."""

VAGUE = 1 << 60
"""Marks the square of a listing that is known no better than to that square."""

ROWS = 160
_BITS = 24
_WIDEST_ROW = 512


class Row(NamedTuple):
    """A row of squares: the first and last that a circle touches, and those wholly inside; none where first > last."""

    first: int
    last: int
    inner: int
    outer: int


NO_ROW = Row(1, 0, 1, 0)


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres along the great circle between two points in degrees (WGS 84 taken as a sphere)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, half))) / 1000


@lru_cache(maxsize=8192)
def squares_of(lat: float, lon: float, precision_m: float | None) -> tuple[int, ...]:
    """The terms of a listing at this point, known to ``precision_m`` metres.

    Remembered, for many listings lie at one address: without that, a third of indexing went into squares.
    """
    x, y = _square(FINEST, lat, lon)
    # The square around a square is found by dropping its last bit.
    terms = [_term(level, x >> FINEST - level, y >> FINEST - level) for level in range(COARSEST, FINEST + 1)]
    vague = _level_of(precision_m)
    return tuple(terms) if vague == FINEST else (*terms, VAGUE | terms[vague - COARSEST])


def levels_of(lat: float, lon: float) -> Iterator[tuple[int, int]]:
    """Each level with the square in which a point stands, the coarsest first."""
    return ((level, _term(level, *_square(level, lat, lon))) for level in range(COARSEST, FINEST + 1))


def height_km(level: int) -> float:
    """From the south to the north of a square of this level."""
    return HALF_ROUND_M / (1 << level) / 1000


def squares_within(lat: float, lon: float, radius_km: float, rows: int = ROWS) -> tuple[int, ...]:
    """The terms of which a listing has at least one exactly when it lies within the circle (see above).

    ``rows`` is about how many rows of squares make up the circle: the more, the finer its edge.
    """
    circle = _Circle(lat, lon, radius_km)
    finest = circle.finest_level(rows)
    terms: list[int] = []
    coarser: dict[int, Row] = {}
    for level in range(COARSEST, finest + 1):
        spans = circle.rows(level)
        terms += _newly_inside(level, spans, coarser)
        if level == finest:
            terms += _edge(level, spans, 0)
        elif level >= VAGUEST:
            terms += _edge(level, spans, VAGUE)
        coarser = spans
    return tuple(terms)


def _newly_inside(level: int, spans: Mapping[int, Row], coarser: Mapping[int, Row]) -> list[int]:
    """Squares wholly inside whose parent is not."""
    terms: list[int] = []
    for y, (_, _, inner, outer) in spans.items():
        if inner > outer:
            continue
        _, _, since, until = coarser.get(y >> 1, NO_ROW)
        if since > until:
            terms += _across(level, inner, outer, y)
            continue
        if inner < 2 * since:
            terms += _across(level, inner, min(outer, 2 * since - 1), y)
        if outer > 2 * until + 1:
            terms += _across(level, max(inner, 2 * until + 2), outer, y)
    return terms


def _edge(level: int, spans: Mapping[int, Row], mark: int) -> list[int]:
    """Squares that the circle touches without holding them."""
    terms: list[int] = []
    for y, (first, last, inner, outer) in spans.items():
        if inner > outer:
            terms += _across(level, first, last, mark | y)
            continue
        if first < inner:
            terms += _across(level, first, inner - 1, mark | y)
        if outer < last:
            terms += _across(level, outer + 1, last, mark | y)
    return terms


def _across(level: int, first: int, last: int, y: int) -> Iterable[int]:
    """The terms of neighbours in one row; ``y`` may carry a mark. Columns may run past the date line."""
    if first < 0 or last >> level:
        return [_term(level, x & (1 << level) - 1, y) for x in range(first, last + 1)]
    start = (level << _BITS | first) << _BITS | y
    return range(start, start + (last - first << _BITS) + 1, 1 << _BITS)


def _level_of(precision_m: float | None) -> int:
    """The finest level whose squares are at least as large as the precision."""
    if not precision_m:
        return FINEST
    return max(VAGUEST, min(FINEST, floor(log2(HALF_ROUND_M / precision_m))))


def _square(level: int, lat: float, lon: float) -> tuple[int, int]:
    count = 1 << level
    x = floor((lon + 180) / 360 * count) % count
    return x, min(count - 1, max(0, floor((lat + 90) / 180 * count)))


def _term(level: int, x: int, y: int) -> int:
    return (level << _BITS | x) << _BITS | y


class _Circle:
    """A circle on the sphere, seen row by row of each level; columns may run past the date line."""

    def __init__(self, lat: float, lon: float, radius_km: float) -> None:
        self.lat, self.lon = radians(lat), lon
        self.sin, self.cos = sin(self.lat), cos(self.lat)
        self.angle = min(pi, max(radius_km, 0.001) * 1000 / EARTH_M)
        reach = self.sin / cos(self.angle) if abs(cos(self.angle)) > 1e-9 else 2.0
        self.widest = asin(reach) if abs(reach) <= 1 else self.lat

    def finest_level(self, rows: int) -> int:
        """The level at which about ``rows`` rows make up the circle; coarser near the poles, where rows get long."""
        level = max(COARSEST, min(FINEST, floor(log2(rows * pi / (2 * self.angle)))))
        width = max(self._half_width(self.lat), self._half_width(self.widest))
        while level > COARSEST and 2 * width / 360 * (1 << level) > _WIDEST_ROW:
            level -= 1
        return level

    def rows(self, level: int) -> dict[int, Row]:
        """The rows that the circle touches, from south to north."""
        count, height = 1 << level, pi / (1 << level)
        low = max(0, floor((self.lat - self.angle + pi / 2) / height))
        high = min(count - 1, floor((self.lat + self.angle + pi / 2) / height))
        found = {}
        south = self._reach(count, low * height - pi / 2)
        for y in range(low, high + 1):
            bottom = y * height - pi / 2
            north = self._reach(count, bottom + height)
            narrow, wide = (south, north) if south[0] <= north[0] else (north, south)
            if bottom < self.widest < bottom + height:
                wide = self._reach(count, self.widest)
            half, inner, outer = narrow
            if half < 180:
                inner, outer = inner + 1, outer - 1
            found[y] = Row(wide[1], wide[2], inner, outer)
            south = north
        return found

    def _reach(self, count: int, latitude: float) -> tuple[float, int, int]:
        """The half width at a latitude, and the columns in which it begins and ends, of ``count`` round the globe."""
        half = self._half_width(latitude)
        if half < 0:
            return half, 1, 0
        if half >= 180:
            return half, 0, count - 1
        left = floor((self.lon - half + 180) / 360 * count)
        return half, left, min(floor((self.lon + half + 180) / 360 * count), left + count - 1)

    def _half_width(self, latitude: float) -> float:
        """Degrees of longitude from the centre to the circle's edge at a latitude; -1 where it does not reach."""
        across = self.cos * cos(latitude)
        along = cos(self.angle) - self.sin * sin(latitude)
        if across <= 1e-12:
            return 180.0 if along <= 0 else -1.0
        ratio = along / across
        if ratio > 1:
            return -1.0
        return 180.0 if ratio <= -1 else degrees(acos(ratio))
