"""Places as terms: squares of the map in levels, and the squares that a circle touches.

Tantivy cannot compute distances, so each listing carries the square it stands in at every level, and a search within
a radius asks for a few hundred squares. List, total and facet counts then come from one and the same condition. A
listing is as exact as its publisher said: one that is known to a kilometre stands in a square of that size and is found
when any part of that square lies within the circle. Nothing within the radius is missed; what is found beyond it lies
at most a thirtieth of the radius, or the size of its own square, further away.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import acos, asin, cos, degrees, floor, log2, pi, radians, sin, sqrt

EARTH_M = 6_371_008.8
HALF_ROUND_M = pi * EARTH_M
COARSEST, FINEST = 3, 19
"""Squares of level n are 180/2^n degrees high and 360/2^n wide: 38 m by 47 m at level 19 in Peterborough."""

VAGUEST = 11
"""However vague a listing says it is, it counts as known to about ten kilometres."""

ROWS = 160
_WIDEST_ROW = 512

Span = tuple[int, int]
"""First and last column of a row of squares, both included; the first is larger than the last when there is none."""


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Kilometres along the great circle between two points in degrees (WGS 84 taken as a sphere)."""
    phi1, phi2 = radians(lat1), radians(lat2)
    half = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, half))) / 1000


@lru_cache(maxsize=8192)
def squares_of(lat: float, lon: float, precision_m: float | None) -> tuple[str, ...]:
    """The terms of a listing at this point, known to ``precision_m`` metres.

    Remembered, for many listings lie at one address: without that, a third of indexing went into squares.
    """
    x, y = _square(FINEST, lat, lon)
    # The square around a square is found by dropping its last bit.
    terms = [_term(level, x >> FINEST - level, y >> FINEST - level) for level in range(COARSEST, FINEST + 1)]
    vague = _level_of(precision_m)
    return tuple(terms) if vague == FINEST else (*terms, "~" + terms[vague - COARSEST])


@lru_cache(maxsize=256)
def squares_within(lat: float, lon: float, radius_km: float) -> tuple[str, ...]:
    """The terms of which a listing has at least one exactly when it lies within the circle (see above)."""
    circle = _Circle(lat, lon, radius_km)
    finest = circle.finest_level()
    terms = [_term(level, x, y) for level in range(COARSEST, finest + 1) for x, y in circle.newly_inside(level)]
    terms += [_term(finest, x, y) for x, y in circle.edge(finest)]
    vague = (("~" + _term(level, x, y)) for level in range(VAGUEST, finest) for x, y in circle.edge(level))
    return tuple(sorted({*terms, *vague}))


def _level_of(precision_m: float | None) -> int:
    """The finest level whose squares are at least as large as the precision."""
    if not precision_m:
        return FINEST
    return max(VAGUEST, min(FINEST, floor(log2(HALF_ROUND_M / precision_m))))


def _square(level: int, lat: float, lon: float) -> tuple[int, int]:
    count = 1 << level
    x = floor((lon + 180) / 360 * count) % count
    return x, min(count - 1, max(0, floor((lat + 90) / 180 * count)))


def _term(level: int, x: int, y: int) -> str:
    return f"{level:x}/{x:x}/{y:x}"


class _Circle:
    """A circle on the sphere, seen row by row of each level; columns may run past the date line."""

    def __init__(self, lat: float, lon: float, radius_km: float) -> None:
        self.lat, self.lon = radians(lat), lon
        self.angle = min(pi, max(radius_km, 0.001) * 1000 / EARTH_M)
        reach = sin(self.lat) / cos(self.angle) if abs(cos(self.angle)) > 1e-9 else 2.0
        self.widest = asin(reach) if abs(reach) <= 1 else self.lat

    def finest_level(self) -> int:
        """The level at which about `ROWS` rows make up the circle; fewer near the poles, where rows get long."""
        level = max(COARSEST, min(FINEST, floor(log2(ROWS * pi / (2 * self.angle)))))
        width = max((half for half in (self._half_width(self.lat), self._half_width(self.widest)) if half), default=0)
        while level > COARSEST and 2 * width / 360 * (1 << level) > _WIDEST_ROW:
            level -= 1
        return level

    def rows(self, level: int) -> range:
        count = 1 << level
        low = floor((degrees(self.lat - self.angle) + 90) / 180 * count)
        high = floor((degrees(self.lat + self.angle) + 90) / 180 * count)
        return range(max(0, low), min(count - 1, high) + 1)

    def touched(self, level: int, y: int) -> Span:
        """The columns of the squares in row ``y`` that the circle touches."""
        south, north = self._latitudes(level, y)
        half = self._half_width(min(max(self.widest, south), north))
        if half is None:
            return 1, 0
        return self._columns(level, half)

    def inside(self, level: int, y: int) -> Span:
        """The columns of the squares in row ``y`` that lie wholly within the circle."""
        halves = [self._half_width(latitude) for latitude in self._latitudes(level, y)]
        if any(half is None for half in halves):
            return 1, 0
        half = min(half for half in halves if half is not None)
        first, last = self._columns(level, half)
        return (first, last) if half >= 180 else (first + 1, last - 1)

    def newly_inside(self, level: int) -> Iterator[tuple[int, int]]:
        """Squares wholly inside whose parent is not."""
        for y in self.rows(level):
            first, last = self.inside(level, y)
            above, below = self.inside(level - 1, y >> 1) if level > COARSEST else (1, 0)
            for x in range(first, last + 1):
                if not above <= x >> 1 <= below:
                    yield x % (1 << level), y

    def edge(self, level: int) -> Iterator[tuple[int, int]]:
        """Squares that the circle touches without holding them."""
        for y in self.rows(level):
            first, last = self.touched(level, y)
            inner, outer = self.inside(level, y)
            for x in range(first, last + 1):
                if not inner <= x <= outer:
                    yield x % (1 << level), y

    def _latitudes(self, level: int, y: int) -> tuple[float, float]:
        height = pi / (1 << level)
        return -pi / 2 + y * height, -pi / 2 + (y + 1) * height

    def _columns(self, level: int, half: float) -> Span:
        count = 1 << level
        if half >= 180:
            return 0, count - 1
        left, right = (floor((self.lon + side + 180) / 360 * count) for side in (-half, half))
        return left, min(right, left + count - 1)

    def _half_width(self, latitude: float) -> float | None:
        """Degrees of longitude from the centre to the circle's edge at a latitude; None where it does not reach."""
        across = cos(self.lat) * cos(latitude)
        along = cos(self.angle) - sin(self.lat) * sin(latitude)
        if across <= 1e-12:
            return 180.0 if along <= 0 else None
        ratio = along / across
        if ratio > 1:
            return None
        return 180.0 if ratio <= -1 else degrees(acos(ratio))
