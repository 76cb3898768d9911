"""What CommonsBooking (the WordPress plugin of wielebenwir) gives of its items, as rows of an import.

Three things, after its source at github.com/wielebenwir/commonsbooking:

- its CSV of time frames and bookings (``src/Service/TimeframeExport.php``; semicolons; ``item-post_title`` and
  ``location-post_title`` among the headings): one row for each item that it names;
- its Commons API, ``/wp-json/commonsbooking/v1/items`` (``src/API/ItemsRoute.php``, ``LocationsRoute.php``): the items
  with pictures and booking pages, their places and who has what when;
- its GBFS, which says where stations are and not what can be borrowed: refused, with the address of the other.

Times, bookings and everything about people are left out. CommonsBooking has no prices, so nothing of them is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from node.services.file_formats.spreadsheet import Sheet, SheetRow, SpreadsheetError, text_of

_ITEM, _PLACE = "item-post_title", "location-post_title"
_TABLE_HEADINGS = ("title", "kind", "action", "place")
_API_HEADINGS = (
    *("id", "title", "kind", "action", "description", "place", "locality", "postcode", "lat", "lon", "image"),
    *("terms", "request_url"),
)
_LEFT_OUT = (
    "Of CommonsBooking, the items were taken. Its times and bookings and everything about people were left out: say at "
    "each listing's calendar when it can be had."
)
_CITY = re.compile(r"(?:\A|,\s*)(?P<postcode>\d{4,5})\s+(?P<locality>[^,]{2,60}?)\s*(?:,|\Z)")
_MARKUP = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?\s*>", re.IGNORECASE)
_API = "/wp-json/commonsbooking/v1/items"


def is_timeframes(headings: Sequence[str]) -> bool:
    return {_ITEM, _PLACE} <= set(headings)


def from_timeframes(sheet: Sheet) -> Sheet:
    """A row for each item that the table names, at the first place that it names for it."""
    item, place = sheet.headings.index(_ITEM), sheet.headings.index(_PLACE)
    rows: dict[str, SheetRow] = {}
    for row in sheet.rows:
        cells = [text_of(cell) for cell in row.cells]
        title = cells[item] if len(cells) > item else ""
        if title and title not in rows:
            where = cells[place] if len(cells) > place else ""
            rows[title] = SheetRow(row.number, (title, "equipment", "lend", where), row.fault)
    return Sheet(_TABLE_HEADINGS, tuple(rows.values()), (*sheet.remarks, _LEFT_OUT))


def is_commons_api(document: Mapping[str, Any]) -> bool:
    items = document.get("items")
    if not isinstance(items, list) or "version" in document:
        return False
    api = any(name in document for name in ("availability", "locations", "projects"))
    return api or any(isinstance(one, dict) and {"ownerId", "projectId"} & one.keys() for one in items[:5])


def from_commons_api(document: Mapping[str, Any]) -> Sheet:
    """A row for each item of its Commons API, at the place where it can be had soonest."""
    places = _places(document)
    where: dict[str, str] = {}
    for slot in _dicts(document.get("availability")):
        where.setdefault(str(slot.get("itemId")), str(slot.get("locationId")))
    rows = [
        SheetRow(number, _cells(one, places.get(where.get(_said(one, "id"), ""), {})))
        for number, one in enumerate(_dicts(document.get("items")), start=1)
    ]
    return Sheet(_API_HEADINGS, tuple(rows), (_LEFT_OUT,))


def refuse_others(document: Mapping[str, Any]) -> None:
    """Raise `SpreadsheetError` for what is of such a site and holds nothing to borrow."""
    data = document.get("data")
    if isinstance(data, dict) and "ttl" in document:
        raise SpreadsheetError(f"This is GBFS, which says where stations are. Take {_API} of the same site instead.")
    if document.get("type") == "FeatureCollection":
        raise SpreadsheetError(f"These are places, not things. Take {_API} of the same site instead.")


def _places(document: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    locations = document.get("locations")
    found: dict[str, dict[str, str]] = {}
    for feature in _dicts(locations.get("features")) if isinstance(locations, dict) else ():
        told = feature.get("properties")
        if isinstance(told, dict):
            found[_said(told, "id")] = _place(told, feature.get("geometry"))
    return found


def _place(told: Mapping[str, Any], geometry: Any) -> dict[str, str]:
    address = _said(told, "address")
    city = _CITY.search(address)
    point = geometry.get("coordinates") if isinstance(geometry, dict) else None
    located = isinstance(point, list) and len(point) == 2 and all(isinstance(part, int | float) for part in point)
    return {
        "place": _said(told, "name"),
        "locality": city["locality"] if city else "",
        "postcode": city["postcode"] if city else "",
        "lat": repr(point[1]) if located and point else "",
        "lon": repr(point[0]) if located and point else "",
        "terms": _plain(_said(told, "pickupInstructions")),
    }


def _cells(one: Mapping[str, Any], place: Mapping[str, str]) -> tuple[str, ...]:
    told = {
        "id": _said(one, "id"),
        "title": unescape(_said(one, "name")),
        "kind": "equipment",
        "action": "lend",
        "description": _plain(_said(one, "description")),
        "image": _said(one, "image").replace(";", "%3B").replace("|", "%7C"),
        "request_url": _said(one, "url"),
        **place,
    }
    return tuple(told.get(name, "") for name in _API_HEADINGS)


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    for one in value if isinstance(value, list) else ():
        if isinstance(one, dict):
            yield one


def _said(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _plain(markup: str) -> str:
    text = unescape(_MARKUP.sub("", _BREAK.sub("\n", markup)))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
