"""The columns of an import: their names, what else people call them, and the words that their cells may use.

Data, and the folding that makes "Available until" and ``available_until`` one. ``docs/import.md`` is held against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from node.services.importing import words_elsewhere
from schemas.event import SIGN_UP
from schemas.records import dataclass
from schemas.vocabulary import ACTIONS, CONDITIONS, DIRECTIONS, KINDS, ORGANISATION_TYPES, STATUSES

_SEPARATORS = re.compile(r"[\W_]+")
_ASIDE = re.compile(r"\(.*?\)")


@dataclass(frozen=True, slots=True)
class Column:
    """``pointer`` is where the value stands in the listing (RFC 6901); ``help`` is for the person who fills it in."""

    name: str
    pointer: str
    help: str
    aliases: tuple[str, ...] = ()


def folded(heading: str) -> str:
    """A heading as it is compared: lower case, without what stands in brackets, words joined by "_"."""
    return _SEPARATORS.sub("_", _ASIDE.sub("", heading).casefold()).strip("_")


_X = "/_sharefeed"
_TABLE = (
    Column(
        "id",
        "/id",
        "Your own number or code for the row. Keep it the same for ever: it is how the next import finds the listing. "
        "Without one, the title takes its place.",
        ("ref", "reference", "listing id", "code"),
    ),
    Column("direction", f"{_X}/direction", "Either offer or want. Empty means offer.", ("offer or want",)),
    Column(
        "kind",
        f"{_X}/kind",
        "One of item, equipment, space and skill. Empty: taken from the action, else from the category.",
        ("type", "listing type"),
    ),
    Column(
        "action",
        f"{_X}/action",
        "One of give, lend, host and help. Empty: item give, equipment lend, space host, skill help.",
        (),
    ),
    Column(
        "title",
        "/title",
        "What it is, in up to 200 characters. The only column that must be filled.",
        ("name", "heading", "what", "item name", "listing"),
    ),
    Column(
        "description",
        "/content_text",
        "Plain text, up to 10,000 characters; line breaks are kept.",
        ("details", "text", "content", "more information"),
    ),
    Column(
        "category",
        f"{_X}/category",
        "A path such as furniture/desk, or a plain word such as desk. Empty means other.",
        ("categories",),
    ),
    Column("condition", f"{_X}/condition", "One of new, good, fair and for_parts. For items and equipment.", ()),
    Column(
        "quantity",
        f"{_X}/quantity/available",
        "How many can be had, a whole number. Empty means 1.",
        ("qty", "count", "how many", "number available"),
    ),
    Column("unit", f"{_X}/quantity/unit", "What is counted: each, sets, hours.", ("units",)),
    Column(
        "organisation",
        f"{_X}/organisation/name",
        "Who it is from. Empty: the one named by --organisation.",
        ("organization", "organisation name", "organization name", "org", "donor", "giver", "provider"),
    ),
    Column(
        "organisation_type",
        f"{_X}/organisation/type",
        "One of business, charity, school, community_group, faith_group and public_body. Empty means community_group.",
        ("organization type", "org type", "type of organisation", "type of organization"),
    ),
    Column(
        "locality",
        f"{_X}/place/locality",
        "Town, village or part of a city.",
        ("town", "area", "village", "neighbourhood", "city", "location", "district"),
    ),
    Column(
        "postcode",
        f"{_X}/place/postcode",
        "As exact as you want to be.",
        ("post code", "postal code", "zip", "zip code"),
    ),
    Column("lat", f"{_X}/place/lat", "Latitude in degrees, such as 52.5733.", ("latitude",)),
    Column("lon", f"{_X}/place/lon", "Longitude in degrees, such as -0.2441.", ("longitude", "lng", "long")),
    Column(
        "available_from",
        f"{_X}/available/from",
        "First day on which it can be collected or booked.",
        ("from date", "start", "start date", "date from"),
    ),
    Column(
        "available_until",
        f"{_X}/available/until",
        "Last day on which it can be collected or booked.",
        ("available to", "until", "end", "end date", "date to", "until date"),
    ),
    Column("weight_kg", f"{_X}/weight_kg", "Weight of one unit in kilograms.", ("weight", "weight in kg", "kg")),
    Column("tags", "/tags", "Words to find it by, with semicolons between; at most 20.", ("keywords",)),
    Column("language", "/language", "Language of the text, such as en or pl.", ("lang",)),
    Column(
        "expires",
        f"{_X}/expires",
        "Last day on which it is shown, at most a year ahead. Empty: the last day of availability.",
        ("expiry", "expiry date", "expires on", "show until"),
    ),
    Column(
        "image",
        f"{_X}/images",
        "Web address of a picture, or its file name in the folder given by --images; several with semicolons between.",
        ("images", "photo", "photos", "picture", "pictures", "image file", "image url", "photo file"),
    ),
    Column(
        "image_alt",
        f"{_X}/images/0/alt",
        "What the picture shows, for people who do not see it; several with | between.",
        ("alt", "alt text", "photo description", "image description"),
    ),
    Column("terms", f"{_X}/terms", "What the taker must know or agree to.", ("conditions", "rules")),
    Column("accessibility", f"{_X}/accessibility", "Steps, doors, lifts, parking, hearing loops.", ("access",)),
    Column("safety", f"{_X}/safety", "Tests, labels, warnings.", ("safety notes", "safety information")),
    Column(
        "appeal",
        f"{_X}/appeal",
        "Only where a row was refused because of its words, and they were misread: why it is free all the same. "
        "Those who run catalogues read it.",
        ("why it is free",),
    ),
    Column(
        "status",
        f"{_X}/status",
        "Either available or reserved; given or withdrawn takes the listing down. Empty means available.",
        (),
    ),
    Column("place", f"{_X}/place/name", "Name of the building or site.", ("venue", "place name", "building", "site")),
    Column(
        "country", f"{_X}/place/country", "Two letters, such as GB. Empty: the node's own country.", ("country code",)
    ),
    Column(
        "precision_m",
        f"{_X}/place/precision_m",
        "How exact lat and lon are, in metres. Empty: 50 where place names a building, else 500.",
        ("precision", "accuracy", "accuracy m", "precision in metres"),
    ),
    Column("hours", f"{_X}/hours", "Hours of help in all.", ("hours of help",)),
    Column(
        "replacement_value",
        f"{_X}/replacement_value/amount",
        "What one would cost to buy, for the impact figures. Never a price to pay.",
        ("value", "replacement cost", "cost new", "price new", "new price"),
    ),
    Column(
        "currency",
        f"{_X}/replacement_value/currency",
        "Currency of replacement_value, three letters. Empty: GBP, or EUR where the value is written with €.",
        (),
    ),
    Column(
        "url",
        f"{_X}/request_url",
        "Your own page about this listing; people are sent there to ask, unless request_url says otherwise.",
        ("link", "web page", "page", "web address"),
    ),
    Column(
        "request_url",
        f"{_X}/request_url",
        "Page where a person can ask for it.",
        ("ask url", "request link", "booking url", "booking link", "contact url"),
    ),
    Column(
        "organisation_url",
        f"{_X}/organisation/url",
        "The organisation's own website.",
        ("organization url", "organisation website", "organization website", "website"),
    ),
    Column(
        "event_dates",
        f"{_X}/event",
        "For a workshop, a drop-in or an open day: each day on which it takes place, with semicolons between.",
        ("event date", "event dates", "date of event", "dates of event", "takes place on", "workshop date"),
    ),
    Column(
        "event_cancelled",
        f"{_X}/event/cancelled",
        "Those of its dates that are cancelled, with semicolons between.",
        ("cancelled dates", "cancelled on"),
    ),
    Column(
        "event_starts",
        f"{_X}/event/starts",
        "When it begins, such as 18:30; or 18:30-20:00. Empty: it goes on all day.",
        ("event starts", "event start", "event time", "start time", "starts at"),
    ),
    Column(
        "event_ends",
        f"{_X}/event/ends",
        "When it ends, such as 20:00; before it begins means on the next day.",
        ("event ends", "event end", "end time", "ends at"),
    ),
    Column(
        "event_zone",
        f"{_X}/event/zone",
        "Time zone of these times, such as Europe/London. Empty: the node's own.",
        ("time zone", "timezone"),
    ),
    Column("event_places", f"{_X}/event/places", "For how many people there is room.", ("number of places",)),
    Column(
        "event_sign_up",
        f"{_X}/event/sign_up",
        "Either needed or none: whether people have to sign up for it.",
        ("sign up", "sign-up needed", "booking needed"),
    ),
)

COLUMNS: Mapping[str, Column] = MappingProxyType({column.name: column for column in _TABLE})
"""Every column by its name, in the order of the template."""

PROBLEM = "problem"
"""The column in which refused rows say what is wrong; an import passes it over."""
PRICE = "price"
_PRICE_HEADINGS = ("price", "prices", "cost", "fee", "fees", "charge", "charges", "hire fee", "hire charge", "rate")
_FIELDS: Mapping[str, str] = MappingProxyType(
    {folded(word): column for word, column in words_elsewhere.headings()}
    | {folded(word): PRICE for word in (*_PRICE_HEADINGS, *words_elsewhere.prices())}
    | {folded(word): column.name for column in _TABLE for word in (column.name, *column.aliases)}
    | {"item_post_title": "title"}  # of CommonsBooking, which calls nothing else so
)


def field_of(heading: str) -> str | None:
    """The column that a heading means, `PRICE` for one that states what must be paid, None for any other."""
    return _FIELDS.get(folded(heading))


CLOSED = ("given", "withdrawn")
"""What ``status`` may say of a listing that is over; `schemas.vocabulary.REMOVAL_REASONS` has the rest."""

CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "direction": DIRECTIONS,
        "kind": KINDS,
        "action": ACTIONS,
        "condition": CONDITIONS,
        "status": (*STATUSES, *CLOSED),
        "organisation_type": ORGANISATION_TYPES,
        "event_sign_up": SIGN_UP,
    }
)
"""Column -> the codes that it takes."""

_SYNONYMS: Mapping[str, Mapping[str, str]] = {
    "direction": {
        "offer": "offers, offered, offering, give, giving",
        "want": "wants, wanted, need, needed, request, requested, looking for, wish",
    },
    "kind": {
        "item": "items, thing, things, goods, product, object",
        "equipment": "tool, tools, kit, machine",
        "space": "spaces, room, rooms, venue, hall, place, building, land",
        "skill": "skills, service, services, help, time, volunteering, advice, training",
    },
    "action": {
        "give": "gives, giving, give away, giveaway, donate, donation, gift, transfer, keep",
        "lend": "lends, lending, loan, borrow, share",
        "host": "hosts, hosting, room use, use",
        "help": "helps, helping, service, volunteer, teach, advise",
    },
    "condition": {
        "new": "brand new, unused, boxed, new with tags, unopened",
        "good": "very good, as new, like new, nearly new, excellent, used good, good used, working, used",
        "fair": "ok, okay, worn, acceptable, well used, tired, average, needs tlc",
        "for_parts": "parts, for parts or repair, spares, spares or repair, broken, faulty, poor, repair, "
        "needs repair, not working",
    },
    "status": {
        "available": "yes, open, free, live, active, in stock",
        "reserved": "on hold, held, pending, promised, allocated",
        "given": "gone, taken, collected, given away, rehomed, done, found",
        "withdrawn": "closed, no longer available, unavailable, cancelled, no",
    },
    "organisation_type": {
        "business": "company, firm, shop, ltd, limited company, plc, llp, sole trader, social enterprise, "
        "co-operative, cooperative, cafe, private, commercial, landlord",
        "charity": "registered charity, cio, charitable trust, foundation, trust, hospice, charity shop, ngo",
        "school": "schools, primary school, secondary school, academy, college, university, nursery, preschool, "
        "pre-school, sixth form, education, ptfa, pta",
        "community_group": "community, cic, community interest company, club, society, association, "
        "residents association, voluntary group, voluntary, non profit, nonprofit, not for profit, scouts, guides, "
        "scout group, youth group, sports club, group, mutual aid, community centre",
        "faith_group": "faith, church, chapel, cathedral, parish church, mosque, temple, gurdwara, synagogue, mandir, "
        "religious, religious group, place of worship",
        "public_body": "public, council, parish council, city council, local authority, nhs, nhs trust, hospital, "
        "library, libraries, museum, police, fire service, government, public sector",
    },
    "event_sign_up": {
        "needed": "yes, required, necessary, please sign up, please book, book",
        "none": "no, not needed, not necessary, just come, drop in",
    },
}


def _codes(column: str) -> Mapping[str, str]:
    synonyms = {folded(word): code for code, words in _SYNONYMS[column].items() for word in words.split(", ")}
    elsewhere = {folded(word): code for word, code in words_elsewhere.words(column)}
    return MappingProxyType({**elsewhere, **synonyms, **{folded(code): code for code in CHOICES[column]}})


_CODES: Mapping[str, Mapping[str, str]] = MappingProxyType({column: _codes(column) for column in CHOICES})


def code_of(column: str, word: str) -> str | None:
    """The code that a word in this column means: "Church" is ``faith_group``; None where it is not known."""
    return _CODES[column].get(folded(word))
