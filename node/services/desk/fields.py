"""The fields of the desk's forms: which are asked for each way of sharing, and where each stands in a listing. Data."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from node.services.desk import event

GIVE, LEND, HOST, HELP, WANTED = SHARED = ("give", "lend", "host", "help", "wanted")
EVENT = "event"
SIGNS = (*SHARED, EVENT)
"""Every form: one for each way of sharing, and that of an event, which is help or a space by the calendar."""

_SAFE = ("check", "food_until", "recall", "safety")
PLACE = ("place", "place_name", "locality", "postcode", "lat", "lon", "precision")
_DAYS = ("from", "until")
_END = ("terms", "contact", "expires", "accessibility", "tags", "language", "appeal")
FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        GIVE: ("title", "text", "category", "count", "unit", "condition", *_SAFE, *PLACE, *_DAYS, "weight", *_END),
        LEND: ("title", "text", "category", "count", "unit", "condition", *_SAFE, *PLACE, *_DAYS, "weight", *_END),
        HOST: ("title", "text", "category", *PLACE, *_DAYS, "safety", *_END),
        HELP: ("title", "text", "category", "hours", *PLACE, *_DAYS, *_END),
        WANTED: ("title", "text", "need", "category", "count", "unit", *PLACE, *_DAYS, *_END),
        EVENT: (
            "title",
            "text",
            "gathering",
            "category",
            *event.FIELDS,
            *PLACE,
            *(name for name in _END if name != "expires"),
        ),
    }
)
"""What is asked for each way of sharing, in this order."""
EVERY_FIELD = tuple(dict.fromkeys(name for names in FIELDS.values() for name in names))

COLUMNS = {
    "title": "title",
    "text": "description",
    "category": "category",
    "count": "quantity",
    "unit": "unit",
    "condition": "condition",
    "from": "available_from",
    "until": "available_until",
    "weight": "weight_kg",
    "hours": "hours",
    "terms": "terms",
    "expires": "expires",
    "accessibility": "accessibility",
    "tags": "tags",
    "language": "language",
    "appeal": "appeal",
    "place_name": "place",
    "locality": "locality",
    "postcode": "postcode",
    "lat": "lat",
    "lon": "lon",
}
MEMBERS = {"condition": "condition", "weight": "weight_kg", "hours": "hours", "safety": "safety"}
"""What some forms ask for and others do not: where they do not, it stays as it was."""
FIELD_OF = {column: name for name, column in COLUMNS.items()}
AT = {
    "/title": "title",
    "/content_text": "text",
    "/tags": "tags",
    "/language": "language",
    "category": "category",
    "condition": "condition",
    "quantity/available": "count",
    "quantity/unit": "unit",
    "quantity": "count",
    "place/name": "place_name",
    "place/locality": "locality",
    "place/postcode": "postcode",
    "place/lat": "lat",
    "place/lon": "lon",
    "place": "place",
    "available/from": "from",
    "available/until": "until",
    "available": "from",
    "event": "on",
    "expires": "expires",
    "weight_kg": "weight",
    "hours": "hours",
    "terms": "terms",
    "accessibility": "accessibility",
    "safety": "safety",
    "appeal": "appeal",
    "request_url": "contact",
}
