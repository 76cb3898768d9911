"""Where a map begins that is to show most of what there is: in the middle of the listings, and not too close."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from node.context import Node
from node.storage import catalogue
from schemas.records import dataclass

LOOKED_AT = 5000
FARTHEST, CLOSEST = 3, 14
_WIDTH_PX, _TILE_PX = 400, 256
_LEFT_OUT = 0.1


@dataclass(frozen=True, slots=True)
class Start:
    """A point in degrees, and a zoom as web maps count it: one more is twice as close."""

    lat: float
    lon: float
    zoom: int


def middle(node: Node) -> Start | None:
    """Where a map of the listings begins; None while none of them says where it is."""
    with node.database.read() as tx:
        return start_of(catalogue.points(tx, node.now, LOOKED_AT))


def start_of(points: Sequence[tuple[float, float]]) -> Start | None:
    """The start for these points (lat, lon). Medians, so that a few far away move nothing."""
    if not points:
        return None
    lats, lons = sorted(lat for lat, _ in points), sorted(lon for _, lon in points)
    lat, lon = median(lats), median(lons)
    # A degree of longitude is shorter away from the equator; both as if they were longitudes there.
    span = max(_span(lons), _span(lats) / max(math.cos(math.radians(lat)), 0.01))
    zoom = CLOSEST if span <= 0 else math.floor(math.log2(360 * _WIDTH_PX / (_TILE_PX * span)))
    return Start(round(lat, 5), round(lon, 5), min(max(zoom, FARTHEST), CLOSEST))


def _span(ordered: Sequence[float]) -> float:
    """How far most of the values lie apart, without a tenth at either end."""
    left_out = int(len(ordered) * _LEFT_OUT)
    return ordered[len(ordered) - 1 - left_out] - ordered[left_out]
