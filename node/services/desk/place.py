"""Where a thing is, said as exactly as its giver wants and not more: what is left out is not in the listing. Pure."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import astuple, replace
from types import MappingProxyType

from schemas.place import Place

PRECISIONS: Mapping[str, int] = MappingProxyType({"door": 50, "street": 200, "area": 1000, "town": 5000})
"""How exactly a place is told, and how many metres its point is then true to."""
DOOR, STREET = "door", "street"
_METRES_A_DEGREE = 111_320.0


def told(place: Place, precision: str) -> Place:
    """The place as it is told: the point moved to the middle of a square of that size, and less of the address.

    A part of town names no building and no more than the first half of a postcode; a town has no postcode.
    """
    metres = PRECISIONS[precision]
    if precision == DOOR:
        return replace(place, precision_m=metres if place.lat is not None else None)
    coarse = _moved(place, metres)
    if precision == STREET:
        return coarse
    return replace(coarse, name=None, postcode=_outward(place.postcode) if precision == "area" else None)


def precision_of(place: Place) -> str:
    """The choice that comes closest to what a place says of itself."""
    if place.precision_m is None:
        return DOOR if place.name or place.lat is not None or not place.locality else "area"
    return min(PRECISIONS, key=lambda name: abs(math.log(max(place.precision_m or 1, 1) / PRECISIONS[name])))


def key_of(place: Place) -> str:
    """A short name of a place, the same while it says the same."""
    return hashlib.sha256(repr(astuple(place)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _moved(place: Place, metres: int) -> Place:
    if place.lat is None or place.lon is None:
        return place
    lat = max(-90.0, min(90.0, _middle(place.lat, metres / _METRES_A_DEGREE)))
    # Close to the poles a degree of longitude is hardly anything: there the square is as wide as it gets.
    width = metres / (_METRES_A_DEGREE * max(math.cos(math.radians(lat)), 0.01))
    lon = max(-180.0, min(180.0, _middle(place.lon, width)))
    return replace(place, lat=round(lat, 5), lon=round(lon, 5), precision_m=metres)


def _middle(value: float, step: float) -> float:
    return (math.floor(value / step) + 0.5) * step


def _outward(postcode: str | None) -> str | None:
    return (postcode or "").partition(" ")[0] or None
