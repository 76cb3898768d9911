"""What an operator says in place of a plain feed, from the fields of a form or the options of a command."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from schemas.errors import DocumentError, Problem
from schemas.vocabulary import DEFAULT_ACTION

if TYPE_CHECKING:
    from federation.plain import Defaults

FIELDS = (
    "organisation",
    "organisation_type",
    "organisation_url",
    "direction",
    "kind",
    "action",
    "category",
    "locality",
    "lat",
    "lon",
    "language",
    "days",
)
AT_FIRST: Mapping[str, str] = {
    "organisation_type": "community_group",
    "direction": "offer",
    "kind": "item",
    "category": "other",
    "days": "60",
}
"""What is filled in before the operator says anything."""
_WHERE = {
    "/organisation/name": "organisation",
    "/organisation/type": "organisation_type",
    "/organisation/id": "organisation_url",
    "/organisation/url": "organisation_url",
    "/place/locality": "locality",
    "/place/lat": "lat",
    "/place/lon": "lon",
    "/days_until_expiry": "days",
}
_POINT_PRECISION_M = 1000
"""A place that stands for a whole feed is a district, not a doorstep."""


def from_fields(fields: Mapping[str, str], feed_url: str) -> Defaults:
    """The defaults in these fields (names as in `FIELDS`, texts as typed; what is empty is left to the default).

    Raises `DocumentError`, whose pointers name the fields (``/organisation``, ``/days``).
    """
    from federation.plain import Defaults

    said = {name: fields.get(name, "").strip() for name in FIELDS}
    said["action"] = said["action"] or DEFAULT_ACTION.get(said["kind"], "")
    problems: list[Problem] = []
    document = _document(said, feed_url, problems)
    try:
        defaults = Defaults.from_json(orjson.dumps(document).decode())
    except DocumentError as error:
        problems += [Problem(_field(found.pointer), found.code, found.message) for found in error.problems]
    if problems:
        # One thing typed may fill two places: once is enough to be told of it.
        raise DocumentError(list({problem.pointer: problem for problem in problems}.values()))
    return defaults


def _document(said: Mapping[str, str], feed_url: str, problems: list[Problem]) -> dict[str, Any]:
    parts = urlsplit(feed_url)
    organisation = {
        "id": said["organisation_url"] or feed_url,
        "name": said["organisation"],
        "type": said["organisation_type"],
        "url": said["organisation_url"] or f"{parts.scheme}://{parts.netloc}/",
    }
    place: dict[str, Any] = {"locality": said["locality"]} if said["locality"] else {}
    for name in ("lat", "lon"):
        number = _number(name, said[name], problems)
        if number is not None:
            place |= {name: number, "precision_m": _POINT_PRECISION_M}
    document: dict[str, Any] = {"organisation": organisation, **({"place": place} if place else {})}
    document |= {name: said[name] for name in ("direction", "kind", "action", "category", "language") if said[name]}
    days = _number("days", said["days"], problems)
    return document if days is None else {**document, "days_until_expiry": days}


def _number(name: str, text: str, problems: list[Problem]) -> float | int | None:
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        problems.append(Problem(f"/{name}", "bad-number", "This must be a number."))
        return None
    return int(number) if number.is_integer() else number


def _field(pointer: str) -> str:
    return "/" + _WHERE.get(pointer, pointer.lstrip("/").partition("/")[0])
