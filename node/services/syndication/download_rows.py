"""A listing as one flat record, and as a line of each download: CSV, GeoJSON and newline-delimited JSON. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from html import unescape
from typing import Any, NamedTuple

import orjson

from node.services.importing import event_cells
from node.services.importing.cells import BOM, guarded
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION
from schemas.fields import rfc3339_of
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One member of a record. ``type`` and ``format`` are Table Schema's (Frictionless Data)."""

    name: str
    type: str
    description: str
    format: str = "default"


COLUMNS = (
    Column("id", "string", "The listing's own address or name, the same on every node.", "uri"),
    Column("url", "string", "Where a person reads about it.", "uri"),
    Column("title", "string", "What it is, in a line."),
    Column("description", "string", "What its owner says of it; markup removed."),
    Column("direction", "string", "offer or want."),
    Column("kind", "string", "item, equipment, space or skill."),
    Column("action", "string", "give, lend, host or help."),
    Column("category", "string", "Path in the vocabulary, such as furniture/desk."),
    Column("condition", "string", "State of an item."),
    Column("status", "string", "available, reserved or paused."),
    Column("quantity", "integer", "How many units can still be had."),
    Column("unit", "string", "What a unit is."),
    Column("tags", "string", "Words to find it by, with semicolons between."),
    Column("language", "string", "Language of title and description (BCP 47)."),
    Column("organisation", "string", "Who shares it."),
    Column("organisation_id", "string", "The organisation's own address or name.", "uri"),
    Column("organisation_type", "string", "What kind of organisation that is."),
    Column("locality", "string", "Town or part of town."),
    Column("postcode", "string", "Postcode, as far as it is stated."),
    Column("lat", "number", "Latitude in degrees (WGS 84)."),
    Column("lon", "number", "Longitude in degrees (WGS 84)."),
    Column("precision_m", "number", "How exact the point is, in metres."),
    Column("available_from", "date", "First day on which it can be had."),
    Column("available_until", "date", "Last day on which it can be had."),
    Column("modified", "datetime", "When it was last changed (UTC)."),
    Column("expires", "datetime", "When it ends unless it is renewed (UTC)."),
    Column("weight_kg", "number", "Weight of one unit in kilograms."),
    Column("image", "string", "Address of a picture, at its owner's node.", "uri"),
    Column("event_dates", "string", "Days on which a workshop or an open day takes place, with semicolons between."),
    Column("event_cancelled", "string", "Those of its days that are cancelled."),
    Column("event_starts", "string", "When it begins, on the clocks of its time zone; nothing where it is all day."),
    Column("event_ends", "string", "When it ends."),
    Column("event_zone", "string", "Time zone of these times."),
    Column("event_places", "integer", "For how many people there is room."),
    Column("event_sign_up", "string", "needed or none: whether people have to sign up."),
)
NAMES = tuple(column.name for column in COLUMNS)

_POINT = ("lat", "lon")


def record(shown: Shown) -> dict[str, Any]:
    """The listing as one flat record with the members of `COLUMNS`; None where it says nothing."""
    item: dict[str, Any] = orjson.loads(shown.entry.item)
    facts = shown.entry.facts
    extension = item[EXTENSION]
    quantity, place = extension.get("quantity", {}), extension.get("place", {})
    values = {
        **dict.fromkeys(event_cells.COLUMNS),
        **event_cells.texts_of(extension.get("event")),
        **{name: getattr(facts, name) for name in NAMES if hasattr(facts, name)},
        "id": shown.entry.id,
        "url": item.get("url"),
        "description": _words(item),
        "quantity": quantity.get("available", 1),
        "unit": quantity.get("unit"),
        "tags": ";".join(item.get("tags", ())) or None,
        "organisation": facts.organisation_name,
        "postcode": place.get("postcode"),
        "modified": rfc3339_of(facts.modified_at),
        "expires": rfc3339_of(facts.expires_at),
        "weight_kg": extension.get("weight_kg"),
        "image": item.get("image"),
        "event_places": extension.get("event", {}).get("places"),
    }
    return {name: values[name] for name in NAMES}


def _words(item: Mapping[str, Any]) -> str | None:
    """What the item says in plain words."""
    if item.get("content_text"):
        return str(item["content_text"])
    if not item.get("content_html"):
        return None
    import nh3

    return unescape(nh3.clean(item["content_html"], tags=set())).strip()


class Format(NamedTuple):
    """How a file is written: ``begin``, a piece for each listing with ``between`` between them, ``end``."""

    begin: bytes
    piece: Callable[[Shown, Mapping[str, Any]], bytes]
    between: bytes
    end: bytes


def _row(values: Iterable[Any]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(guarded(value) if isinstance(value, str) else value for value in values)
    return line.getvalue().encode()


def _as_row(_shown: Shown, one: Mapping[str, Any]) -> bytes:
    return _row(one.values())


def _as_feature(_shown: Shown, one: Mapping[str, Any]) -> bytes:
    located = one["lat"] is not None and one["lon"] is not None
    feature = {
        "type": "Feature",
        "id": one["id"],
        "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]} if located else None,
        "properties": {name: value for name, value in one.items() if name not in _POINT},
    }
    return orjson.dumps(feature)


def _as_published(shown: Shown, _one: Mapping[str, Any]) -> bytes:
    return shown.entry.item.encode()


CSV = Format(BOM.encode() + _row(NAMES), _as_row, b"", b"")
"""RFC 4180 with a header, in UTF-8. Text that a spreadsheet would run as a formula begins with an apostrophe."""

GEOJSON = Format(b'{"type":"FeatureCollection","features":[\n', _as_feature, b",\n", b"\n]}\n")
"""A FeatureCollection (RFC 7946), a feature a line; what has no point has a null geometry."""

NDJSON = Format(b"", _as_published, b"\n", b"\n")
"""The JSON Feed items as they are published, one a line."""
