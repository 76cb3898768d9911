"""What the API's answers look like: an example of each for its OpenAPI document, held against the schemas by tests."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from node.web.errors import PROBLEMS_URL, QUOTA_EXCEEDED
from schemas.canonical import listing_hash

AS_PUBLISHED = "Exactly as it is published, with members that are not described here."
MEANINGS: Mapping[str, str] = {
    "searchListings": "One page of what was found. With no words and no filters it is everything, the newest first.",
    "suggestWords": "Ways on from what was typed.",
    "getListing": "The listing.",
    "getMatches": "What meets it, the best first.",
    "getOrganisation": "The organisation, with its newest listings.",
    "getCategories": "Every category, in the order of the vocabulary.",
    "getSources": "Every source.",
    "proposeSource": "It is kept, or was already; an operator will look at it.",
}
KEY = "aB3dE5gH7jK9mN1p"
ORGANISATION_KEY = "Zq81nV0cT4sLw2Ye"

_HALL = {
    "id": "https://hall.example.org/organisations/hall",
    "name": "Jackdaw Drove Hall",
    "type": "community_group",
    "url": "https://hall.example.org/",
}


@cache
def item() -> dict[str, Any]:
    """A listing as it is published, with its hash."""
    made: dict[str, Any] = {
        "id": "https://hall.example.org/listings/trestle-tables",
        "url": "https://hall.example.org/listings/trestle-tables",
        "title": "Trestle tables",
        "content_text": "Twelve, six feet long. They fold.",
        "language": "en",
        "tags": ["tables"],
        "date_published": "2026-12-01T09:00:00Z",
        "date_modified": "2026-12-01T09:00:00Z",
        "_sharefeed": {
            "direction": "offer",
            "kind": "equipment",
            "action": "lend",
            "category": "furniture/table",
            "condition": "good",
            "quantity": {"available": 12, "unit": "tables"},
            "place": {"locality": "Eye", "postcode": "PE6", "lat": 52.6, "lon": -0.19, "precision_m": 1000},
            "expires": "2027-02-01T00:00:00Z",
            "organisation": _HALL,
            "via": ["https://hall.example.org/"],
        },
    }
    made["_sharefeed"]["hash"] = listing_hash(made)
    return made


def answers(url: str) -> dict[str, Any]:
    """An example answer for each operation of a node at ``url``."""
    listing = _listing(url)
    return {
        "searchListings": {**_SEARCH, "listings": [listing]},
        "suggestWords": {
            "suggestions": [
                {"text": "Office chairs", "kind": "category", "category": "furniture/chair"},
                {"text": "office chair", "kind": "thing"},
            ]
        },
        "getListing": listing,
        "getMatches": {"direction": "want", "matches": [{**_MATCH, "listing": listing}]},
        "getOrganisation": {
            "key": ORGANISATION_KEY,
            "url": f"{url}organisations/{ORGANISATION_KEY}",
            "organisation": _HALL,
            "listings": [listing],
        },
        "getCategories": {"categories": [_CATEGORY]},
        "getSources": {"sources": [{**_SOURCE, "url": f"{url}sources/3"}]},
        "proposeSource": {"id": 7, "state": "waiting", "url": PROPOSAL["url"]},
    }


def _listing(url: str) -> dict[str, Any]:
    return {
        "key": KEY,
        "url": f"{url}listings/{KEY}",
        "source": 3,
        "via": ["https://hall.example.org/"],
        "first_shown": "2026-12-01T09:05:00Z",
        "item": item(),
    }


_SEARCH = {
    "total": 1,
    "how": "spelling",
    "corrected": {"tressle": "trestle"},
    "next": None,
    "facets": {
        "kind": [{"value": "equipment", "count": 1}],
        "category": [{"value": "furniture/table", "label": "Table", "count": 1}],
    },
}
_MATCH = {
    "score": 0.871,
    "why": "Both name “tables”, same category (Table), about 1.2 miles",
    "reasons": [
        {"code": "things", "values": ["tables", "table"]},
        {"code": "category", "values": ["furniture/table"]},
        {"code": "distance", "values": [], "km": 2.0},
    ],
}
_CATEGORY = {
    "path": "furniture/table",
    "root": "furniture",
    "label": "Table",
    "plural": "Tables",
    "kinds": ["item", "equipment"],
    "synonyms": ["trestle table"],
    "count": 12,
}
_SOURCE = {
    "id": 3,
    "name": "Jackdaw Drove Hall",
    "node": "https://hall.example.org/",
    "feed": "https://hall.example.org/changes.json",
    "level": "L1",
    "state": "active",
    "shown": 12,
    "held": 0,
    "quarantined": 1,
    "merged": 0,
    "last_read": "2026-12-01T09:05:00Z",
    "verified_identical": "2026-12-01T09:05:00Z",
}
PROPOSAL = {
    "url": "https://hall.example.org/",
    "name": "Somebody",
    "email": "somebody@example.org",
    "note": "Our hall.",
}


def _problem(status: int, title: str, detail: str, type_: str = "about:blank", **members: Any) -> dict[str, Any]:
    return {"type": type_, "title": title, "status": status, "detail": detail, **members}


_KIND = "One value of kind was left out: it must be one of item, equipment, space, skill."
_NO_ADDRESS = "This must be a web address, such as https://hall.example.org/."
PROBLEMS: Mapping[int, dict[str, Any]] = {
    400: _problem(
        400,
        "Bad Request",
        _KIND,
        PROBLEMS_URL + "bad-parameter",
        problems=[{"pointer": "/kind", "code": "not-a-choice", "message": _KIND}],
    ),
    404: _problem(404, "Not Found", "There is no listing with this key."),
    406: _problem(406, "Not Acceptable", "Answers of the API are application/json."),
    410: _problem(410, "Gone", "This listing is gone: given."),
    413: _problem(413, "Request Entity Too Large", "The data value transmitted exceeds the capacity limit."),
    415: _problem(415, "Unsupported Media Type", "Send the proposal as application/json."),
    422: _problem(
        422,
        "Unprocessable Entity",
        _NO_ADDRESS,
        PROBLEMS_URL + "invalid",
        problems=[{"pointer": "/url", "code": "bad-url", "message": _NO_ADDRESS}],
    ),
    429: _problem(
        429,
        "Too Many Requests",
        "This connection has asked for too much at once. Ask again in 2 s.",
        QUOTA_EXCEEDED,
        **{"violated-policies": ["api"]},
    ),
    500: _problem(
        500, "Internal Server Error", "Something went wrong on this side; nothing was changed.", reference="7f3ac2d1"
    ),
    503: _problem(
        503,
        "Service Unavailable",
        "The search is being prepared. Ask again in a few seconds.",
        PROBLEMS_URL + "index",
        reference="7f3ac2d1",
    ),
}
