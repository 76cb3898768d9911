"""Writes the documents' schemas as JSON Schema (draft 2020-12) to ``schemas/published``, and the tables of the
specification: ``python -m schemas.publish``.

They are for other people's software, and say what can be said in JSON Schema: a document that they refuse is refused by
us, but they let some things pass that we do not (a price, a life of more than a year). Each file stands by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marshmallow import Schema

from schemas import fields
from schemas.event import ClockTime, EventSchema, Zone
from schemas.field_table import (
    HEAD_MEANINGS,
    NODE_MEANINGS,
    TOMBSTONE_MEANINGS,
    meaning_table,
    members_table,
    names_table,
    table,
)
from schemas.json_feed import VERSION_URL
from schemas.listing import (
    GOODS,
    AvailableSchema,
    CategoryPath,
    Currency,
    ExtensionSchema,
    ImageSchema,
    ItemSchema,
    MoneySchema,
    QuantitySchema,
)
from schemas.node_document import KeySchema, NodeDocumentSchema, Version
from schemas.opening import ClosedDaysSchema, OpeningHoursSchema, TimeOfDay, WeeklyHoursSchema
from schemas.organisation import IdentifierSchema, OrganisationSchema
from schemas.page import Digest, PageHeadSchema, TombstoneSchema
from schemas.place import Country, PlaceSchema
from schemas.receipt import HalfSchema, PartySchema, ReceiptSchema
from schemas.receipt_table import HALF_MEANINGS, PARTY_MEANINGS, RECEIPT_MEANINGS
from schemas.vocabulary import ACTIONS_OF_KIND

FOLDER = Path(__file__).parent / "published"
SPECIFICATION = Path(__file__).parent.parent / "docs" / "protocol.md"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://w3id.org/sharefeed/1.0/"

_MOMENT = r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$"

# ECMA-262 regular expressions, as JSON Schema has them; the first class in this order that a field belongs to counts.
_PATTERNS: Mapping[type, str] = {
    fields.HttpUrl: r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#@\\<>\"{}|^`]+([/?#][^\s\\<>\"{}|^`]*)?$",
    fields.AbsoluteUri: r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$",
    fields.Language: r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
    Country: r"^[A-Z]{2}$",
    Currency: r"^[A-Z]{3}$",
    # The narrower first: a time of day is a clock time as well.
    TimeOfDay: r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
    ClockTime: r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
    Zone: r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,3}$",
    Digest: r"^[0-9a-f]{64}$",
    CategoryPath: r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*){0,2}$",
    Version: r"^1(\..*)?$",
    fields.Text: fields.NO_CONTROLS,
}


def published() -> dict[str, dict[str, Any]]:
    """File name -> JSON Schema."""
    made = {
        "listing": (
            _with_marks(_document(ItemSchema())),
            "A listing: a JSON Feed item with our members under _sharefeed.",
        ),
        "organisation": (_document(OrganisationSchema()), "Who a listing is from."),
        "node": (_node(), "The node document, /.well-known/sharefeed.json."),
        "page": (_page(), "One page of a feed: a JSON Feed with our members under _sharefeed."),
        "receipt": (_document(HalfSchema()), "One half of a receipt: a JSON Feed item, signed by one node."),
    }
    return {
        f"{name}.schema.json": {
            "$schema": DIALECT,
            "$id": f"{BASE}{name}.schema.json",
            "title": f"Sharefeed {name}",
            "description": words,
            **schema,
        }
        for name, (schema, words) in made.items()
    }


def text_of(schema: Mapping[str, Any]) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _document(schema: Schema) -> dict[str, Any]:
    meanings = _meanings(schema)
    members, required = {}, []
    for name, found in schema.fields.items():
        key = found.data_key or name
        members[key] = _field(found)
        if key in meanings:
            members[key]["description"] = meanings[key]
        if found.required:
            required.append(key)
    needed = {"required": required} if required else {}
    return {"type": "object", "properties": members, **needed, **_rules(schema)}


def _node() -> dict[str, Any]:
    """The node document; keys of a type that we do not know are passed over, so they are not judged here either."""
    node = _document(NodeDocumentSchema())
    ours = {"properties": {"type": {"const": "Ed25519"}}, "required": ["type"]}
    keys = {"type": "array", "items": {"type": "object", "if": ours, "then": _document(KeySchema())}}
    node["properties"]["keys"] = {**keys, "description": NODE_MEANINGS["keys"]}
    return node


def _tombstone() -> dict[str, Any]:
    """A tombstone; a reason that is unknown, or not given, still removes."""
    tombstone = _document(TombstoneSchema())
    known = tombstone["properties"]["reason"].pop("enum")
    tombstone["properties"]["reason"]["examples"] = known
    return {**tombstone, "required": ["id", "at"]}


def _field(found: Any) -> dict[str, Any]:
    if isinstance(found, fields.Many):
        least = {"minItems": found.least} if found.least else {}
        return {"type": "array", "items": _field(found.inner), **least, "maxItems": found.limit}
    if isinstance(found, fields.Part):
        return _document(found.schema)
    if isinstance(found, fields.Choice):
        return {"enum": list(found.words)}
    if isinstance(found, fields.Number):
        kind = "integer" if found.whole else "number"
        return {"type": kind, "minimum": found.low, "maximum": found.high}
    if isinstance(found, fields.Flag):
        return {"type": "boolean"}
    if isinstance(found, fields.Moment):
        return {"type": "string", "pattern": _MOMENT}
    if isinstance(found, fields.Day):
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}"}
    return _text(found)


def _text(found: fields.Text) -> dict[str, Any]:
    pattern = next(pattern for kind, pattern in _PATTERNS.items() if isinstance(found, kind))
    least = {"minLength": 1} if found.required else {}
    return {"type": "string", **least, "maxLength": found.limit, "pattern": pattern}


def _rules(schema: Schema) -> dict[str, Any]:
    """Rules over several members, as far as JSON Schema can say them."""
    if isinstance(schema, ExtensionSchema):
        return {"allOf": [_fits(kind, actions) for kind, actions in ACTIONS_OF_KIND.items()]}
    if isinstance(schema, PlaceSchema):
        return {"dependentRequired": {"lat": ["lon"], "lon": ["lat"]}}
    if isinstance(schema, EventSchema):
        return {"dependentRequired": {"ends": ["starts"]}}
    if isinstance(schema, OpeningHoursSchema):
        return {"dependentRequired": {"weekly": ["timezone"]}}
    return {}


def _fits(kind: str, actions: tuple[str, ...]) -> dict[str, Any]:
    then: dict[str, Any] = {"properties": {"action": {"enum": list(actions)}}}
    if kind not in GOODS:
        then["not"] = {"required": ["condition"]}
    else:
        then["not"] = {"required": ["event"]}
    return {"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]}, "then": then}


# Where the members of each document stand in the table of a listing's fields.
_PLACES: Mapping[type[Schema], str] = {
    ItemSchema: "",
    ExtensionSchema: "_sharefeed.",
    QuantitySchema: "_sharefeed.quantity.",
    ImageSchema: "_sharefeed.images[].",
    PlaceSchema: "_sharefeed.place.",
    AvailableSchema: "_sharefeed.available.",
    EventSchema: "_sharefeed.event.",
    MoneySchema: "_sharefeed.replacement_value.",
    OrganisationSchema: "_sharefeed.organisation.",
    IdentifierSchema: "_sharefeed.organisation.identifiers[].",
    OpeningHoursSchema: "_sharefeed.organisation.opening_hours.",
    WeeklyHoursSchema: "_sharefeed.organisation.opening_hours.weekly[].",
    ClosedDaysSchema: "_sharefeed.organisation.opening_hours.closed[].",
}
_OTHERS: Mapping[type[Schema], Mapping[str, str]] = {
    NodeDocumentSchema: NODE_MEANINGS,
    PageHeadSchema: HEAD_MEANINGS,
    TombstoneSchema: TOMBSTONE_MEANINGS,
    HalfSchema: HALF_MEANINGS,
    ReceiptSchema: RECEIPT_MEANINGS,
    PartySchema: PARTY_MEANINGS,
}


def _meanings(schema: Schema) -> Mapping[str, str]:
    if type(schema) in _OTHERS:
        return _OTHERS[type(schema)]
    place = _PLACES.get(type(schema))
    if place is None:
        return {}
    return {row.path.removeprefix(place): row.names.meaning for row in table() if row.path.startswith(place)}


def _with_marks(item: dict[str, Any]) -> dict[str, Any]:
    """The item as it is sent: with the marks of passing on, which are judged apart from the listing."""
    texts = {"type": "string"}
    marks: dict[str, dict[str, Any]] = {"hash": texts, "sig": texts, "via": {"type": "array", "items": texts}}
    meanings = _meanings(ExtensionSchema())
    members = item["properties"]["_sharefeed"]["properties"]
    members.update({name: {**mark, "description": meanings[name]} for name, mark in marks.items()})
    return item


def _page() -> dict[str, Any]:
    head = _document(PageHeadSchema())
    head["properties"]["deleted"] = {"type": "array", "items": _tombstone()}
    members = {
        "version": {"type": "string", "pattern": f"^{VERSION_URL.removesuffix('.1').replace('.', '[.]')}"},
        **{name: {"type": "string"} for name in ("title", "home_page_url", "feed_url", "next_url")},
        "items": {"type": "array", "items": _with_marks(_document(ItemSchema()))},
        "_sharefeed": head,
    }
    return {"type": "object", "properties": members, "required": ["version", "items"]}


def regions() -> dict[str, str]:
    """The parts of ``docs/protocol.md`` that are made from the tables, by the name of their region."""
    return {
        "listing-fields": meaning_table(),
        "listing-names": names_table(),
        "node-members": members_table(NodeDocumentSchema(), NODE_MEANINGS),
        "head-members": members_table(PageHeadSchema(), HEAD_MEANINGS),
        "tombstone-members": members_table(TombstoneSchema(), TOMBSTONE_MEANINGS),
        "receipt-members": members_table(ReceiptSchema(), RECEIPT_MEANINGS),
    }


def refreshed(text: str) -> str:
    """The specification with every region as the tables have it now."""
    for name, made in regions().items():
        start, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = f"{before}{start}{made}{end}{after}"
    return text


def main() -> None:
    """Writes every schema, and the tables in the specification where that is at hand."""
    FOLDER.mkdir(exist_ok=True)
    for name, schema in published().items():
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8")
    if SPECIFICATION.exists():
        SPECIFICATION.write_text(refreshed(SPECIFICATION.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
