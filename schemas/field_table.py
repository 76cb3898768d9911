"""The one table of a listing's fields: what each is, and what it is called elsewhere.

Type, limit and whether a field is required are read off the schema, Atom names off the Atom codec, so that they cannot
differ from what the code does. What a field means and its names in other vocabularies stand here. The specification
(``docs/protocol.md``) and the published JSON Schemas are made from this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from marshmallow import Schema
from marshmallow import fields as marshmallow_fields

from schemas import fields
from schemas.atom_names import CATEGORY_SCHEME, Shape, extension
from schemas.canonical import EXTENSION
from schemas.event import ClockTime, Zone
from schemas.listing import CategoryPath, Currency, ItemSchema
from schemas.node_document import Version
from schemas.opening import TimeOfDay
from schemas.page import Cursor, Digest
from schemas.place import Country
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """What a field means, its unit, and its equivalents; "" where there is none.

    ``valueflows``: properties of vf:Intent, of the vf:Proposal that publishes it where "Proposal" is said, with
    ``vf:`` for https://w3id.org/valueflows/ont/vf#. ``schema_org``: properties of Offer or Demand, of what it offers
    where "item" is said. ``murmurations``: members of ``offers_wants_schema-v0.1.0`` of the Murmurations library.
    """

    meaning: str
    valueflows: str = ""
    schema_org: str = ""
    murmurations: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One field. ``path`` is its place in the JSON item, with ``[]`` for the members of a list."""

    path: str
    type: str
    limit: str
    required: bool
    atom: str
    names: Names


_CORE: Mapping[str, Names] = {
    "id": Names(
        "Absolute URI, unique in the node. The same thing may come back under it, another thing never.", "@id", "@id"
    ),
    "url": Names("A page about this listing, for people.", "", "url", "details_url"),
    "title": Names("What it is, in a few words.", "vf:name", "name", "title"),
    "content_text": Names("What it is like, as plain text.", "vf:note", "item: description", "description"),
    "content_html": Names("The same as markup, which every reader cleans before showing it."),
    "language": Names("Language of the texts (BCP 47).", "", "inLanguage"),
    "image": Names("The main picture, where readers of JSON Feed look for it.", "vf:image", "item: image", "image"),
    "tags": Names("Free words; what the category says need not be repeated.", "", "item: keywords", "tags"),
    "date_published": Names("When it was first published.", "Proposal: vf:created", "validFrom"),
    "date_modified": Names("When the listing last changed. Decides between two versions of one listing."),
    EXTENSION: Names("Everything that JSON Feed has no member for."),
}

_EXTENSION: Mapping[str, Names] = {
    "direction": Names(
        "An offer, or a want.", "Proposal: vf:purpose (offer, request)", "Offer or Demand", "exchange_type"
    ),
    "kind": Names(
        "A thing to keep, a thing to use, a room, or a person's help.",
        "",
        "item: Product, Place or Service",
        "item_type (good, service)",
    ),
    "action": Names(
        "What happens to it: ownership passes (give), it comes back (lend), it is used where it stands (host), "
        "someone does something (help).",
        "vf:action (transfer, transferCustody, use, deliverService)",
        "businessFunction",
        "transaction_type (receive-donate, borrow-lend)",
    ),
    "category": Names(
        "A path of the category vocabulary. An unknown path under a known root is kept and shown under the root.",
        "vf:resourceClassifiedAs",
        "category",
    ),
    "condition": Names("Only of items and equipment.", "", "item: itemCondition"),
    "quantity": Names("How many there are. Left out, it is one."),
    "quantity.available": Names("Units that can still be had.", "vf:availableQuantity", "inventoryLevel"),
    "quantity.unit": Names("The unit in the giver's words.", "vf:availableQuantity, unit"),
    "status": Names("Reserved is still shown. Left out, it is available.", "", "availability"),
    "images": Names("Pictures, the main one first.", "vf:imageList", "item: image"),
    "images[].url": Names("Where the picture is.", "vf:imageList", "item: image"),
    "images[].alt": Names("What it shows, for those who cannot see it.", "", "item: image, caption"),
    "place": Names("Where it is, as exactly as the giver wants to say.", "Proposal: vf:eligibleLocation", "areaServed"),
    "place.name": Names("Name of the building or spot.", "vf:name", "areaServed: name"),
    "place.locality": Names("Town, village or part of a city.", "", "areaServed: addressLocality"),
    "place.postcode": Names("All of it or its first half.", "", "areaServed: postalCode"),
    "place.country": Names("ISO 3166-1 alpha-2.", "", "areaServed: addressCountry"),
    "place.lat": Names(
        "Latitude, WGS 84. Needs a longitude.", "geo:lat", "areaServed: latitude", "geolocation.lat", "degrees"
    ),
    "place.lon": Names(
        "Longitude, WGS 84. Needs a latitude.", "geo:long", "areaServed: longitude", "geolocation.lon", "degrees"
    ),
    "place.precision_m": Names("How far the true place may lie from the point.", "", "", "", "metres"),
    "available": Names("When it can be collected or booked."),
    "available.from": Names("First day.", "vf:hasBeginning", "availabilityStarts"),
    "available.until": Names("Last day; not before the first.", "vf:hasEnd", "availabilityEnds"),
    "available.full": Names("Days on which nothing is left, though it can be had around them."),
    "event": Names(
        "A workshop, a drop-in or an open day, and when it takes place. Only of a space or a skill on offer. "
        "A reader that does not know it shows the listing.",
        "",
        "Event, subjectOf of the offer",
    ),
    "event.dates": Names("The days on which it takes place, every one. There are no rules to unroll.", "", "startDate"),
    "event.starts": Names("When it begins on each of the dates. Left out, it goes on all day.", "", "startDate"),
    "event.ends": Names(
        "When it ends; a time that is not later than `starts` is on the next day. Needs `starts`.", "", "endDate"
    ),
    "event.zone": Names("Where clocks show these times (IANA). A reader that lacks the zone takes its own."),
    "event.cancelled": Names("Those of the dates on which it does not take place after all.", "", "eventStatus"),
    "event.places": Names("How many people can come.", "", "maximumAttendeeCapacity"),
    "event.sign_up": Names("Whether one has to sign up. Where, `request_url` says."),
    "calendar_url": Names("A calendar (iCalendar) of when it is free or taken."),
    "expires": Names(
        "From then on the listing is hidden everywhere. At most 366 days after `date_modified`; renewable.",
        "Proposal: vf:hasEnd",
        "validThrough",
        "expires_at (Unix time)",
    ),
    "organisation": Names("Who it is from.", "vf:provider, or vf:receiver of a want", "offeredBy"),
    "organisation.id": Names("Absolute URI of the organisation.", "@id", "offeredBy: @id"),
    "organisation.name": Names("Its name.", "vf:name", "offeredBy: name"),
    "organisation.type": Names("What sort of organisation it is.", "vf:classifiedAs", "offeredBy: @type"),
    "organisation.url": Names("Its website.", "", "offeredBy: url"),
    "organisation.logo": Names("Its logo.", "vf:image", "offeredBy: logo"),
    "organisation.description": Names("A few words about it.", "vf:note", "offeredBy: description"),
    "organisation.identifiers": Names("Its numbers in public registers.", "", "offeredBy: identifier"),
    "organisation.identifiers[].scheme": Names(
        "The register as org-id.guide names it, such as GB-CHC.", "", "identifier: propertyID"
    ),
    "organisation.identifiers[].id": Names("The number in it.", "", "identifier: value"),
    "organisation.place": Names("Where it is, as exactly as it wants to say.", "vf:primaryLocation", "location"),
    "organisation.place.name": Names("Name of the building or spot.", "vf:name", "location: name"),
    "organisation.place.locality": Names("Town, village or part of a city.", "", "location: addressLocality"),
    "organisation.place.postcode": Names("All of it or its first half.", "", "location: postalCode"),
    "organisation.place.country": Names("ISO 3166-1 alpha-2.", "", "location: addressCountry"),
    "organisation.place.lat": Names(
        "Latitude, WGS 84. Needs a longitude.", "geo:lat", "location: latitude", "", "degrees"
    ),
    "organisation.place.lon": Names(
        "Longitude, WGS 84. Needs a latitude.", "geo:long", "location: longitude", "", "degrees"
    ),
    "organisation.place.precision_m": Names("How far the true place may lie from the point.", "", "", "", "metres"),
    "organisation.opening_hours": Names("When somebody is there.", "", "location: openingHoursSpecification"),
    "organisation.opening_hours.timezone": Names(
        "The clock that these hours go by, a name of the tz database. Needed where there are any."
    ),
    "organisation.opening_hours.weekly": Names("The hours of a usual week."),
    "organisation.opening_hours.weekly[].day": Names("The weekday.", "", "dayOfWeek"),
    "organisation.opening_hours.weekly[].opens": Names("From then on.", "", "opens"),
    "organisation.opening_hours.weekly[].closes": Names(
        "Up to then, later than `opens`; 24:00 is the end of the day.", "", "closes"
    ),
    "organisation.opening_hours.closed": Names("Days on which it is closed in spite of that."),
    "organisation.opening_hours.closed[].from": Names("First of these days.", "", "validFrom"),
    "organisation.opening_hours.closed[].until": Names("Last of these days.", "", "validThrough"),
    "organisation.opening_hours.closed[].yearly": Names("Whether they are closed every year."),
    "organisation.opening_hours.note": Names("What else is to be said of it, in a line."),
    "weight_kg": Names("Weight of one unit, as the giver states it.", "", "item: weight", "", "kilograms"),
    "replacement_value": Names("What a new one would cost. Not a price: nothing is to be paid."),
    "replacement_value.amount": Names("The figure.", "", "", "", "units of the currency"),
    "replacement_value.currency": Names("ISO 4217."),
    "hours": Names("How long the help or the use takes.", "vf:effortQuantity", "", "", "hours"),
    "terms": Names("What the taker should agree to."),
    "accessibility": Names("Steps, lifts, hearing loops and the like.", "", "item: accessibilitySummary"),
    "safety": Names("What has been checked, and what to look out for."),
    "appeal": Names(
        "Why this is free although its words may read otherwise, for those who run catalogues. Not shown to visitors."
    ),
    "request_url": Names("Where a person asks for it.", "", "potentialAction", "contact_details.contact_form"),
}

_MARKS: Mapping[str, tuple[str, Names]] = {
    "hash": ("43 characters", Names("SHA-256 of the item in canonical form. See [Hash](#hash).")),
    "sig": ("86 characters", Names("The origin's Ed25519 signature over id and hash. Level L2, not implemented yet.")),
    "via": ("at most 8", Names("Ids of the nodes that passed it on, the origin first.")),
}

NODE_MEANINGS: Mapping[str, str] = {
    "sharefeed": 'Version of the protocol: "1.0", or a later minor version.',
    "id": "The node's identity, which never changes.",
    "name": "Its name.",
    "licence": "Licence of everything it publishes (SPDX), such as CC0-1.0 or CC-BY-4.0.",
    "description": "What the node is for.",
    "languages": "Languages of its listings (BCP 47).",
    "area": "Where it is at home: `name`, `country` (ISO 3166-1), `bbox` (west, south, east, north in degrees).",
    "attribution": "How its publisher wants to be named.",
    "contact": "Whom to ask: `email`, `url`.",
    "ttl": "Seconds that a reader may wait before it asks again. Left out, it is 3600.",
    "feeds": "Addresses: `changes` (level L1), `json` (JSON Feed), `atom`, `receipts` (level L2), `stories`, and "
    "`handovers`, what the node makes of receipts.",
    "inbox": "Where [messages](#messages) go, below `id`. Level L2.",
    "hub": "WebSub hub. Level L2, not implemented yet.",
    "keys": "Public keys, the present one first: `id`, `type` (Ed25519), `public` (base64url), `from`, `until`, `by` "
    "and `sig` (the key before it, and its word that this one follows). Other types are passed over.",
    "organisations": "The organisations whose listings it publishes, as in a listing.",
    "aggregates": "Ids of the nodes that it reads.",
    "moved_to": "Id of the node that has taken its place.",
    "moved_from": "Ids that this node had before. A reader follows `moved_to` only to a node that names it here.",
    "handed_on": "What another node publishes in its place: listings with ids that begin with `ids`, by the node `to`, "
    "since `at`.",
    "asking": "How requests are taken at its inbox: for each `organisation`, who has it if several ask as `turn`: "
    "`first` (who asked first), `need` (who needs it most) or `new` (who has not had anything before); `none` where it "
    "takes none. A reader passes over other words.",
    "software": "What runs it: `name`, `version`.",
}
HEAD_MEANINGS: Mapping[str, str] = {
    "version": "Version of the protocol.",
    "node": "Id of the node whose page it is.",
    "epoch": "Changes whenever history was lost.",
    "checkpoint": "The cursor from which reading goes on.",
    "more": "Whether another page follows at once, at `next_url`.",
    "complete": "Whether this one document holds every live listing.",
    "count": "How many listings the whole live set has.",
    "digest": "The sum of the whole live set. See [Count and digest](#count-and-digest).",
    "licence": "Licence of what the page holds (SPDX).",
}
TOMBSTONE_MEANINGS: Mapping[str, str] = {
    "id": "Id of the listing that is gone.",
    "at": "When it went.",
    "reason": "Why. A reader takes an unknown reason for `removed`.",
    "sig": "The origin's signature. Level L2, not implemented yet.",
}

_ATOM_CORE: Mapping[str, str] = {
    "id": "id",
    "url": "link rel=alternate",
    "title": "title",
    "content_text": "content type=text; sf:content_text beside markup",
    "content_html": "content type=html",
    "language": "xml:lang",
    "image": "link rel=enclosure type=image/…",
    "tags": "category",
    "date_published": "published",
    "date_modified": "updated",
}
_ATOM_ELSEWHERE: Mapping[str, str] = {
    "category": f"category scheme={CATEGORY_SCHEME}",
    "place.lat": "georss:point, first",
    "place.lon": "georss:point, second",
}

_TYPES: Mapping[type, str] = {
    fields.Text: "text",
    fields.HttpUrl: "web address",
    fields.AbsoluteUri: "URI",
    fields.Language: "language tag",
    fields.Moment: "date and time",
    fields.Day: "date",
    fields.Flag: "true or false",
    fields.Part: "object",
    CategoryPath: "category path",
    Country: "country code",
    Currency: "currency code",
    ClockTime: "time of day",
    TimeOfDay: "time of day, or 24:00",
    Zone: "time zone",
    Cursor: "cursor",
    Digest: "64 hex digits",
    Version: "version",
}


@cache
def table() -> tuple[Row, ...]:
    """Every field of a listing, in the order of the schema."""
    core = tuple(_core_rows())
    inside = tuple(_rows(ItemSchema().fields["extension"], "", extension()))
    marks = tuple(
        Row(
            f"{EXTENSION}.{name}", "list of web address" if name == "via" else "text", limit, False, f"sf:{name}", names
        )
        for name, (limit, names) in _MARKS.items()
    )
    return core + inside + marks


def _core_rows() -> Iterator[Row]:
    for key, found in _members(ItemSchema()).items():
        yield Row(key, type_of(found), limit_of(found), found.required, _ATOM_CORE.get(key, ""), _CORE[key])


def _rows(holder: Any, path: str, shape: Shape, element: str = "") -> Iterator[Row]:
    """Rows of all that stands inside ``holder``, a part or a list of parts; ``element`` is its Atom path."""
    for key, found in _members(_part(holder).schema).items():
        inner, part = f"{path}{key}", shape.parts[key]
        atom = f"{element}sf:{part.element}"
        yield Row(
            f"{EXTENSION}.{inner}",
            type_of(found),
            limit_of(found),
            found.required,
            _ATOM_ELSEWHERE.get(inner, atom),
            _EXTENSION[inner],
        )
        if part.parts:
            yield from _rows(found, f"{inner}{'[]' if part.repeated else ''}.", part, f"{atom}/")


def _members(schema: Schema) -> dict[str, marshmallow_fields.Field[Any]]:
    return {found.data_key or name: found for name, found in schema.fields.items()}


def _part(found: Any) -> fields.Part:
    inner = found.inner if isinstance(found, fields.Many) else found
    if not isinstance(inner, fields.Part):
        raise TypeError(f"{found} holds no object")
    return inner


def type_of(found: Any) -> str:
    """The type of a field in a word or two."""
    if isinstance(found, fields.Many):
        return f"list of {type_of(found.inner)}"
    if isinstance(found, fields.Choice):
        return "one of " + ", ".join(f"`{word}`" for word in found.words)
    if isinstance(found, fields.Number):
        return "whole number" if found.whole else "number"
    return next(_TYPES[kind] for kind in type(found).__mro__ if kind in _TYPES)


def limit_of(found: Any) -> str:
    """What bounds a field beside its type, in words; "" if nothing does."""
    if isinstance(found, fields.Many):
        inner = limit_of(found.inner)
        count = f"exactly {found.limit}" if found.least == found.limit else f"at most {found.limit}"
        return count + (f", each {inner}" if inner else "")
    if isinstance(found, fields.Number):
        return f"{found.low:,g} to {found.high:,.0f}"
    if type(found) in (Country, Currency, ClockTime, TimeOfDay, Digest, Version) or not isinstance(found, fields.Text):
        return ""
    return f"≤ {found.limit:,} characters"


def meaning_table() -> str:
    """Markdown: what each field of a listing is."""
    cells = ((row.path, row.required, row.type, row.limit, row.names.unit, row.names.meaning) for row in table())
    return _markdown(
        ("Field", "Required", "Type", "Limit", "Unit", "Meaning"),
        [(f"`{path}`", "yes" if required else "", *rest) for path, required, *rest in cells],
    )


def names_table() -> str:
    """Markdown: what each field of a listing is called elsewhere."""
    return _markdown(
        ("Field", "Atom", "ValueFlows", "schema.org", "Murmurations"),
        [
            (
                f"`{row.path}`",
                f"`{row.atom}`" if row.atom else "",
                row.names.valueflows,
                row.names.schema_org,
                row.names.murmurations,
            )
            for row in table()
        ],
    )


def members_table(schema: Schema, meanings: Mapping[str, str]) -> str:
    """Markdown: the members of a document other than the listing, with what each means."""
    return _markdown(
        ("Member", "Required", "Type", "Limit", "Meaning"),
        [
            (f"`{key}`", "yes" if found.required else "", type_of(found), limit_of(found), meanings[key])
            for key, found in _members(schema).items()
        ],
    )


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
