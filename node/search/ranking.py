"""The order of what the words found. Pure, for a few thousand hits.

How well the words fit is lowered by what else speaks against a listing: its age, its distance, what it leaves open, and
whether it can be had. Each takes away a share that is known (`docs/search.md` has them), so that words stay first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tantivy import DocAddress

from node.search.places import haversine_km
from node.search.standing import Standing

_FRESH_DAYS = 60.0
_FRESH_SHARE = 0.15
_NEAR_KM = 8.0
_NEAR_SHARE = 0.25
_TOLD_SHARE = 0.08
_RESERVED, _OVER = 0.8, 0.7
_WAIT_SHARE, _WAIT_DAYS = 0.1, 60.0
_DAY_S = 86_400


class Candidate(NamedTuple):
    """One hit: ``score`` of its text, ``order`` as `documents.order_of` made it, its point where it has one."""

    address: DocAddress
    score: float
    order: int
    distance_km: float | None


class Merit(NamedTuple):
    """What a candidate has for and against it besides its words: its age in seconds, the `worth` of its standing."""

    age_s: float
    worth: float


def by_fit(candidates: Sequence[Candidate], merits: Sequence[Merit], placed: bool) -> list[Candidate]:
    """Best first. ``placed`` says that there is a point to measure from."""
    weights = [
        candidate.score * freshness(merit.age_s) * merit.worth * (nearness(candidate.distance_km) if placed else 1.0)
        for candidate, merit in zip(candidates, merits, strict=True)
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


def worth(standing: Standing, today: int) -> float:
    """1 for what tells all and can be had today; less for what leaves things open or cannot be had just now.

    ``today`` counts as `date.toordinal` does.
    """
    told = 1 - _TOLD_SHARE * (1 - standing.completeness / 100)
    return told * availability(standing, today)


def availability(standing: Standing, today: int) -> float:
    """1 for what can be had today, 0.8 for what is reserved, 0.7 for what is over, up to 0.9 for what comes later."""
    if standing.last < today:
        return _OVER
    wait = max(0, standing.first - today)
    free = 1 - _WAIT_SHARE * wait / (wait + _WAIT_DAYS)
    return free * _RESERVED if standing.reserved else free


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
