"""Where something is: a listing, or an organisation."""

from __future__ import annotations

import re
from typing import Any

from schemas.document import Document
from schemas.fields import Number, Pattern, Text, refuse
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is. ``lat``, ``lon`` in WGS 84 degrees; ``precision_m`` says in metres how exact the point is."""

    name: str | None = None
    locality: str | None = None
    postcode: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision_m: float | None = None


class Country(Pattern):
    """An ISO 3166-1 alpha-2 code, by its shape."""

    form, code, message = re.compile(r"[A-Z]{2}\Z"), "bad-country", "This must be a country code such as GB."


class PlaceSchema(Document):
    made = Place
    name = Text(limit=200)
    locality = Text(limit=120)
    postcode = Text(limit=20)
    country = Country(limit=2)
    lat = Number(-90, 90)
    lon = Number(-180, 180)
    precision_m = Number(0, 1_000_000)

    def check(self, loaded: dict[str, Any]) -> None:
        if ("lat" in loaded) != ("lon" in loaded):
            missing = "lon" if "lat" in loaded else "lat"
            raise refuse("missing", "A point needs both lat and lon.", missing)
