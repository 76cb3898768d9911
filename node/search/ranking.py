"""The order of what the words found: how well they fit, how new it is, how far away. Pure, for a few thousand hits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tantivy import DocAddress

from node.search.places import haversine_km

_FRESH_DAYS = 60.0
_FRESH_SHARE = 0.15
_NEAR_KM = 8.0
_NEAR_SHARE = 0.25
_DAY_S = 86_400


class Candidate(NamedTuple):
    """One hit: ``score`` of its text, ``order`` as `documents.order_of` made it, its point where it has one."""

    address: DocAddress
    score: float
    order: int
    distance_km: float | None


def by_fit(candidates: Sequence[Candidate], age_of: Sequence[float], placed: bool) -> list[Candidate]:
    """Best first. ``age_of`` holds each one's age in seconds; ``placed`` says that there is a point to measure from."""
    weights = [
        candidate.score * freshness(age) * (nearness(candidate.distance_km) if placed else 1.0)
        for candidate, age in zip(candidates, age_of, strict=True)
    ]
    ranked = sorted(zip(weights, candidates, strict=True), key=lambda pair: (-pair[0], -pair[1].order))
    return [candidate for _, candidate in ranked]


def by_distance(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Nearest first; at one distance the newest first; those without a point last."""
    far = float("inf")
    return sorted(candidates, key=lambda one: (far if one.distance_km is None else one.distance_km, -one.order))


def freshness(age_s: float) -> float:
    """1 for what is new, falling slowly to 0.85: half of the fall is over after sixty days."""
    days = max(0.0, age_s / _DAY_S)
    return 1 - _FRESH_SHARE * days / (days + _FRESH_DAYS)


def nearness(distance_km: float | None) -> float:
    """1 for what is here, falling slowly to 0.75, which is also given to what has no point."""
    if distance_km is None:
        return 1 - _NEAR_SHARE
    return 1 - _NEAR_SHARE * distance_km / (distance_km + _NEAR_KM)


def distance(point: tuple[float, float] | None, lat: float | None, lon: float | None) -> float | None:
    """Kilometres from the point, where there are two ends to measure between."""
    if point is None or lat is None or lon is None:
        return None
    return haversine_km(*point, lat, lon)
