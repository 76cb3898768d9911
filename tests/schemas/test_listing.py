"""Every rule of a listing, one named case for each way to break it, and the way there and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentError
from schemas.fields import rfc3339
from schemas.listing import Listing, Quantity, dump_listing, load_listing, without_passing_marks
from schemas.page import with_hash
from schemas.place import Place
from tests.schemas import made
from tests.schemas.made import DESK, NOW, desk_item
from tests.thorough import examples

LATE = rfc3339(NOW + timedelta(days=367))
LAST = rfc3339(NOW + timedelta(days=366))


def faults(item: Any) -> dict[str, str]:
    """Pointer -> code of everything that is wrong with the item."""
    with pytest.raises(DocumentError) as caught:
        load_listing(item)
    return {problem.pointer: problem.code for problem in caught.value.problems}


SF = "/_sharefeed"
ON = {"dates": ["2026-12-03", "2026-12-10"], "zone": "Europe/London", "starts": "18:00"}
SPACE = {"_sharefeed__kind": "space", "_sharefeed__action": "host", "_sharefeed__condition": None}
SPACE |= {"_sharefeed__expires": "2026-12-12T12:00:00Z"}


def event(**members: Any) -> dict[str, Any]:
    """A space with an event in which these members are different; None takes one away."""
    stated = {name: value for name, value in {**ON, **members}.items() if value is not None}
    return {**SPACE, "_sharefeed__event": stated}


EVENT = f"{SF}/event"
RULES = [
    ("event no object", {**SPACE, "_sharefeed__event": "Thursdays"}, EVENT, "not-an-object"),
    ("event without dates", event(dates=None), f"{EVENT}/dates", "missing"),
    ("event on no date", event(dates=[]), f"{EVENT}/dates", "too-few"),
    ("event on too many dates", event(dates=["2026-12-03"] * 367), f"{EVENT}/dates", "too-many"),
    ("event on no day", event(dates=["2026-12-03", "2026-13-01"]), f"{EVENT}/dates/1", "bad-date"),
    ("event with a rule for dates", event(dates="FREQ=SECONDLY"), f"{EVENT}/dates", "not-a-list"),
    ("event at no time", event(starts="6pm"), f"{EVENT}/starts", "bad-time"),
    ("event at midnight's end", event(ends="24:00"), f"{EVENT}/ends", "bad-time"),
    ("event in other digits", event(starts="1\u0668:00"), f"{EVENT}/starts", "bad-time"),
    ("event with an end alone", event(starts=None, ends="20:00"), f"{EVENT}/starts", "missing"),
    ("event without a zone", event(zone=None), f"{EVENT}/zone", "missing"),
    ("event in a file", event(zone="../../etc/passwd"), f"{EVENT}/zone", "bad-zone"),
    ("event cancelled on another day", event(cancelled=["2026-12-10", "2026-12-11"]),
     f"{EVENT}/cancelled/1", "bad-date"),
    ("event for nobody", event(places=0), f"{EVENT}/places", "bad-number"),
    ("event with another way in", event(sign_up="maybe"), f"{EVENT}/sign_up", "not-a-choice"),
    ("event of a thing", {"_sharefeed__event": ON}, EVENT, "event-does-not-fit"),
    ("event wanted", {**event(), "_sharefeed__direction": "want"}, EVENT, "event-does-not-fit"),
    ("event that is over", {**event(), "_sharefeed__expires": "2026-12-13T00:00:00Z"}, f"{SF}/expires",
     "expires-after-event"),
    # The item itself.
    ("id missing", {"id": None}, "/id", "missing"),
    ("id empty", {"id": ""}, "/id", "missing"),
    ("id relative", {"id": "listings/1"}, "/id", "bad-uri"),
    ("id with a space", {"id": "https://a.example/a b"}, "/id", "bad-uri"),
    ("id a number", {"id": 7}, "/id", "not-text"),
    ("id too long", {"id": "https://a.example/" + "a" * 2031}, "/id", "too-long"),
    ("url for a program", {"url": "javascript:alert(1)"}, "/url", "bad-url"),
    ("url with a name and password", {"url": "https://a:b@c.example/"}, "/url", "bad-url"),
    ("url without a host", {"url": "https:///a"}, "/url", "bad-url"),
    ("url with a backslash", {"url": "https://a.example\\b"}, "/url", "bad-url"),
    ("url with a line end", {"url": "https://a.example/\n"}, "/url", "bad-url"),
    ("title missing", {"title": None}, "/title", "missing"),
    ("title blank", {"title": " \n"}, "/title", "missing"),
    ("title too long", {"title": "a" * 201}, "/title", "too-long"),
    ("title a list", {"title": ["Desk"]}, "/title", "not-text"),
    ("title with NUL", {"title": "a\x00"}, "/title", "bad-text"),
    ("title with a bell", {"title": "a\x07"}, "/title", "bad-text"),
    ("title with a C1 control", {"title": "a\x85"}, "/title", "bad-text"),
    ("title with half a character", {"title": "a\ud83d"}, "/title", "bad-text"),
    ("title with a non-character", {"title": "a\uffff"}, "/title", "bad-text"),
    ("text too long", {"content_text": "a" * 10_001}, "/content_text", "too-long"),
    ("text no text", {"content_text": 1}, "/content_text", "not-text"),
    ("markup too long", {"content_html": "a" * 40_001}, "/content_html", "too-long"),
    ("markup with NUL", {"content_html": "<p>\x00"}, "/content_html", "bad-text"),
    ("language a word", {"language": "English, mostly"}, "/language", "bad-language"),
    ("language empty", {"language": ""}, "/language", "bad-language"),
    ("image relative", {"image": "a.jpg"}, "/image", "bad-url"),
    ("tags no list", {"tags": "oak"}, "/tags", "not-a-list"),
    ("tags too many", {"tags": [str(n) for n in range(21)]}, "/tags", "too-many"),
    ("one tag no text", {"tags": ["a", 2]}, "/tags/1", "not-text"),
    ("one tag too long", {"tags": ["a" * 61]}, "/tags/0", "too-long"),
    ("published no date", {"date_published": "yesterday"}, "/date_published", "bad-date"),
    ("published on no day", {"date_published": "2026-02-30T00:00:00Z"}, "/date_published", "bad-date"),
    ("modified missing", {"date_modified": None}, "/date_modified", "missing"),
    ("modified without a zone", {"date_modified": "2026-11-22T10:00:00"}, "/date_modified", "bad-date"),
    ("modified a day only", {"date_modified": "2026-11-22"}, "/date_modified", "bad-date"),
    ("modified a number", {"date_modified": 1763805600}, "/date_modified", "bad-date"),
    ("modified before the calendar", {"date_modified": "0000-01-01T00:00:00Z"}, "/date_modified", "bad-date"),
    ("modified beyond it", {"date_modified": "0001-01-01T00:00:00+23:00"}, "/date_modified", "bad-date"),
    ("our members missing", {"_sharefeed": None}, SF, "missing"),
    ("our members a list", {"_sharefeed": []}, SF, "not-an-object"),
    # Under _sharefeed.
    ("direction missing", {"_sharefeed__direction": None}, f"{SF}/direction", "missing"),
    ("direction unknown", {"_sharefeed__direction": "sale"}, f"{SF}/direction", "not-a-choice"),
    ("direction in capitals", {"_sharefeed__direction": "OFFER"}, f"{SF}/direction", "not-a-choice"),
    ("kind missing", {"_sharefeed__kind": None}, f"{SF}/kind", "missing"),
    ("kind unknown", {"_sharefeed__kind": "pet"}, f"{SF}/kind", "not-a-choice"),
    ("kind a list", {"_sharefeed__kind": ["item"]}, f"{SF}/kind", "not-a-choice"),
    ("action missing", {"_sharefeed__action": None}, f"{SF}/action", "missing"),
    ("action unknown", {"_sharefeed__action": "sell"}, f"{SF}/action", "not-a-choice"),
    ("action of another kind", {"_sharefeed__action": "host"}, f"{SF}/action", "action-does-not-fit"),
    ("category missing", {"_sharefeed__category": None}, f"{SF}/category", "missing"),
    ("category no path", {"_sharefeed__category": "Office Desks"}, f"{SF}/category", "bad-category"),
    ("category too deep", {"_sharefeed__category": "a/b/c/d"}, f"{SF}/category", "bad-category"),
    ("category a number", {"_sharefeed__category": 3}, f"{SF}/category", "not-text"),
    ("condition unknown", {"_sharefeed__condition": "mint"}, f"{SF}/condition", "not-a-choice"),
    ("status unknown", {"_sharefeed__status": "sold"}, f"{SF}/status", "not-a-choice"),
    ("quantity no object", {"_sharefeed__quantity": 2}, f"{SF}/quantity", "not-an-object"),
    ("quantity none", {"_sharefeed__quantity": {"available": 0}}, f"{SF}/quantity/available", "bad-number"),
    ("quantity a part", {"_sharefeed__quantity": {"available": 1.5}}, f"{SF}/quantity/available", "bad-number"),
    ("quantity as text", {"_sharefeed__quantity": {"available": "2"}}, f"{SF}/quantity/available", "bad-number"),
    ("quantity true", {"_sharefeed__quantity": {"available": True}}, f"{SF}/quantity/available", "bad-number"),
    ("quantity too many", {"_sharefeed__quantity": {"available": 1_000_001}}, f"{SF}/quantity/available", "bad-number"),
    ("unit too long", {"_sharefeed__quantity": {"unit": "a" * 41}}, f"{SF}/quantity/unit", "too-long"),
    ("images no list", {"_sharefeed__images": {}}, f"{SF}/images", "not-a-list"),
    ("images too many", {"_sharefeed__images": [{"url": "https://a.example/"}] * 21}, f"{SF}/images", "too-many"),
    ("one image no object", {"_sharefeed__images": ["https://a.example/"]}, f"{SF}/images/0", "not-an-object"),
    ("one image without url", {"_sharefeed__images": [{"alt": "a"}]}, f"{SF}/images/0/url", "missing"),
    ("one image alt too long", {"_sharefeed__images": [{"url": "https://a.example/", "alt": "a" * 501}]},
     f"{SF}/images/0/alt", "too-long"),
    ("place no object", {"_sharefeed__place": "the hall"}, f"{SF}/place", "not-an-object"),
    ("place without lon", {"_sharefeed__place": {"lat": 1}}, f"{SF}/place/lon", "missing"),
    ("place without lat", {"_sharefeed__place": {"lon": 1}}, f"{SF}/place/lat", "missing"),
    ("place beyond the pole", {"_sharefeed__place": {"lat": 90.1, "lon": 0}}, f"{SF}/place/lat", "bad-number"),
    ("place beyond the date line", {"_sharefeed__place": {"lat": 0, "lon": -181}}, f"{SF}/place/lon", "bad-number"),
    ("place with text as number", {"_sharefeed__place": {"lat": "1", "lon": 0}}, f"{SF}/place/lat", "bad-number"),
    ("place nowhere", {"_sharefeed__place": {"lat": float("inf"), "lon": 0}}, f"{SF}/place/lat", "bad-number"),
    ("place no number", {"_sharefeed__place": {"lat": float("nan"), "lon": 0}}, f"{SF}/place/lat", "bad-number"),
    ("precision below nought", {"_sharefeed__place": {"precision_m": -1}}, f"{SF}/place/precision_m", "bad-number"),
    ("country by name", {"_sharefeed__place": {"country": "England"}}, f"{SF}/place/country", "too-long"),
    ("country in small letters", {"_sharefeed__place": {"country": "gb"}}, f"{SF}/place/country", "bad-country"),
    ("postcode too long", {"_sharefeed__place": {"postcode": "a" * 21}}, f"{SF}/place/postcode", "too-long"),
    ("locality too long", {"_sharefeed__place": {"locality": "a" * 121}}, f"{SF}/place/locality", "too-long"),
    ("place name too long", {"_sharefeed__place": {"name": "a" * 201}}, f"{SF}/place/name", "too-long"),
    ("available no object", {"_sharefeed__available": "now"}, f"{SF}/available", "not-an-object"),
    ("available from no day", {"_sharefeed__available": {"from": "soon"}}, f"{SF}/available/from", "bad-date"),
    ("available until no day", {"_sharefeed__available": {"until": "2026-13-01"}}, f"{SF}/available/until", "bad-date"),
    ("available backwards", {"_sharefeed__available": {"from": "2026-12-02", "until": "2026-12-01"}},
     f"{SF}/available/until", "bad-date"),
    ("calendar no address", {"_sharefeed__calendar_url": "calendar"}, f"{SF}/calendar_url", "bad-url"),
    ("expires missing", {"_sharefeed__expires": None}, f"{SF}/expires", "missing"),
    ("expires no date", {"_sharefeed__expires": "never"}, f"{SF}/expires", "bad-date"),
    ("expires too late", {"_sharefeed__expires": LATE}, f"{SF}/expires", "expires-too-late"),
    ("organisation missing", {"_sharefeed__organisation": None}, f"{SF}/organisation", "missing"),
    ("organisation a name", {"_sharefeed__organisation": "Park"}, f"{SF}/organisation", "not-an-object"),
    ("weight below nought", {"_sharefeed__weight_kg": -0.1}, f"{SF}/weight_kg", "bad-number"),
    ("weight too great", {"_sharefeed__weight_kg": 100_001}, f"{SF}/weight_kg", "bad-number"),
    ("weight as text", {"_sharefeed__weight_kg": "30 kg"}, f"{SF}/weight_kg", "bad-number"),
    ("hours below nought", {"_sharefeed__hours": -1}, f"{SF}/hours", "bad-number"),
    ("value a number", {"_sharefeed__replacement_value": 120}, f"{SF}/replacement_value", "not-an-object"),
    ("value without currency", {"_sharefeed__replacement_value": {"amount": 1}},
     f"{SF}/replacement_value/currency", "missing"),
    ("value without amount", {"_sharefeed__replacement_value": {"currency": "GBP"}},
     f"{SF}/replacement_value/amount", "missing"),
    ("value in pounds", {"_sharefeed__replacement_value": {"amount": 1, "currency": "£"}},
     f"{SF}/replacement_value/currency", "bad-currency"),
    ("terms too long", {"_sharefeed__terms": "a" * 4001}, f"{SF}/terms", "too-long"),
    ("accessibility no text", {"_sharefeed__accessibility": True}, f"{SF}/accessibility", "not-text"),
    ("safety with NUL", {"_sharefeed__safety": "\x00"}, f"{SF}/safety", "bad-text"),
    ("request by mail", {"_sharefeed__request_url": "mailto:a@b.example"}, f"{SF}/request_url", "bad-url"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "pointer", "code"), [pytest.param(*case, id=name) for name, *case in RULES])
def test_each_broken_rule_is_named_where_it_is_broken(changes: dict[str, Any], pointer: str, code: str) -> None:
    assert faults(desk_item(**changes)) == {pointer: code}


@pytest.mark.parametrize(
    "path",
    ["url", "content_text", "tags", "_sharefeed/place", "_sharefeed/quantity", "_sharefeed/organisation/url"],
)
def test_null_is_not_the_same_as_nothing(path: str) -> None:
    item = desk_item()
    holder = item
    *outer, name = path.split("/")
    for part in outer:
        holder = holder[part]
    holder[name] = None
    assert faults(item) == {f"/{path}": "missing"}


CLOCK = {"timezone": "Europe/London"}
MONDAY = {"day": "monday", "opens": "09:00", "closes": "17:00"}
CHRISTMAS = {"from": "2026-12-24", "until": "2027-01-01"}
BACKWARDS = {"from": "2027-01-01", "until": "2026-12-24"}


def week(**changes: str) -> dict[str, Any]:
    return {**CLOCK, "weekly": [{**MONDAY, **changes}]}


ORGANISATION = [
    ("id missing", "id", None, "", "missing"),
    ("id relative", "id", "park", "", "bad-uri"),
    ("name missing", "name", None, "", "missing"),
    ("name too long", "name", "a" * 201, "", "too-long"),
    ("type missing", "type", None, "", "missing"),
    ("type unknown", "type", "club", "", "not-a-choice"),
    ("url no address", "url", "www.park.example", "", "bad-url"),
    ("logo no address", "logo", "logo.png", "", "bad-url"),
    ("description too long", "description", "a" * 2001, "", "too-long"),
    ("identifiers no list", "identifiers", {"scheme": "GB-CHC"}, "", "not-a-list"),
    ("identifier without scheme", "identifiers", [{"id": "1"}], "/0/scheme", "missing"),
    ("identifier without id", "identifiers", [{"scheme": "GB-CHC"}], "/0/id", "missing"),
    ("identifiers too many", "identifiers", [{"scheme": "a", "id": "b"}] * 11, "", "too-many"),
    ("place with half a point", "place", {"lat": 52.5}, "/lon", "missing"),
    ("hours without a clock", "opening_hours", {"weekly": [MONDAY]}, "/timezone", "missing"),
    ("hours by no clock", "opening_hours", {"timezone": "../etc/passwd"}, "/timezone", "bad-zone"),
    ("hours that end before", "opening_hours", week(closes="08:00"), "/weekly/0/closes", "bad-time"),
    ("hours at no time", "opening_hours", week(opens="9:00"), "/weekly/0/opens", "bad-time"),
    ("hours after midnight", "opening_hours", week(closes="24:30"), "/weekly/0/closes", "bad-time"),
    ("hours on no day", "opening_hours", week(day="payday"), "/weekly/0/day", "not-a-choice"),
    ("hours too many", "opening_hours", {**CLOCK, "weekly": [MONDAY] * 29}, "/weekly", "too-many"),
    ("closed backwards", "opening_hours", {"closed": [BACKWARDS]}, "/closed/0/until", "bad-date"),
    ("closed too often", "opening_hours", {"closed": [CHRISTMAS] * 61}, "/closed", "too-many"),
    ("note too long", "opening_hours", {"note": "a" * 301}, "/note", "too-long"),
]


@pytest.mark.parametrize(
    ("member", "value", "below", "code"), [pytest.param(*case, id=name) for name, *case in ORGANISATION]
)
def test_each_rule_of_an_organisation(member: str, value: Any, below: str, code: str) -> None:
    item = desk_item()
    made.put(item, ["_sharefeed", "organisation", member], value)
    assert faults(item) == {f"/_sharefeed/organisation/{member}{below}": code}


def test_every_fault_is_told_at_once() -> None:
    item = desk_item(title=None, url="x", _sharefeed__kind="pet", _sharefeed__place={"lat": 100, "lon": 0}, fee=3)
    assert faults(item) == {
        "/title": "missing",
        "/url": "bad-url",
        "/_sharefeed/kind": "not-a-choice",
        "/_sharefeed/place/lat": "bad-number",
        "/fee": "not-free",
    }


@pytest.mark.parametrize("document", [None, 7, "listing", ["listing"]], ids=str)
def test_a_document_that_is_no_object_is_refused(document: Any) -> None:
    assert faults(document) == {"": "not-an-object"}


ALLOWED = [
    ("no optional member", dict.fromkeys(("url", "content_text", "language", "image", "tags", "authors"))),
    ("a URN as id", {"id": "urn:uuid:5a0b3a0e-8f0e-4c58-9d7b-2f6f0f8f3c11"}),
    ("a tag URI as id", {"id": "tag:park.example,2026:desk"}),
    ("the longest title", {"title": "a" * 200}),
    ("line ends and tabs in text", {"content_text": "a\r\n\tb\n"}),
    ("emoji beyond the basic plane", {"title": "🌻"}),
    ("empty text", {"content_text": ""}),
    ("http", {"url": "http://a.example"}),
    ("a port and a query", {"url": "https://a.example:8443/?q=ü#x"}),
    ("small letters in a date", {"date_modified": "2026-11-22t10:00:00z"}),
    ("a space and no seconds in a date", {"date_modified": "2026-11-22 10:00Z"}),
    ("an offset and fractions in a date", {"date_modified": "2026-11-22T11:00:00.250+01:00"}),
    ("a year and a day", {"_sharefeed__expires": LAST}),
    ("expired already", {"_sharefeed__expires": "2020-01-01T00:00:00Z"}),
    ("an unknown leaf of a known root", {"_sharefeed__category": "furniture/hammock"}),
    ("an unknown root", {"_sharefeed__category": "submarines"}),
    ("the last whole number", {"_sharefeed__quantity": {"available": 1_000_000.0}}),
    ("a place without a point", {"_sharefeed__place": {"locality": "Ely"}}),
    ("the pole on the date line", {"_sharefeed__place": {"lat": -90, "lon": 180.0}}),
    ("one day", {"_sharefeed__available": {"from": "2026-12-01", "until": "2026-12-01"}}),
    ("a date and time as a day", {"_sharefeed__available": {"from": "2026-12-01T09:00:00Z"}}),
    ("no weight", {"_sharefeed__weight_kg": 0}),
    ("unknown members anywhere", {"later": {"a": [None]}, "_sharefeed__later": 1, "_sharefeed__place": {"floor": 2}}),
]


@pytest.mark.parametrize("changes", [pytest.param(changes, id=name) for name, changes in ALLOWED])
def test_what_is_allowed_is_read(changes: dict[str, Any]) -> None:
    assert load_listing(desk_item(**changes)).organisation == DESK.organisation


@pytest.mark.parametrize(
    ("kind", "action", "condition"),
    [
        pytest.param("item", "give", "good", id="item given"),
        pytest.param("item", "lend", None, id="item lent"),
        pytest.param("equipment", "lend", "fair", id="equipment lent"),
        pytest.param("equipment", "give", "for_parts", id="equipment given"),
        pytest.param("space", "host", None, id="space"),
        pytest.param("skill", "help", None, id="skill"),
    ],
)
def test_kinds_and_actions_that_fit(kind: str, action: str, condition: str | None) -> None:
    item = desk_item(_sharefeed__kind=kind, _sharefeed__action=action, _sharefeed__condition=condition)
    assert (load_listing(item).kind, load_listing(item).action) == (kind, action)


@pytest.mark.parametrize(("kind", "action"), [("space", "host"), ("skill", "help")])
def test_only_goods_have_a_condition(kind: str, action: str) -> None:
    item = desk_item(_sharefeed__kind=kind, _sharefeed__action=action)
    assert faults(item) == {"/_sharefeed/condition": "condition-does-not-fit"}


def test_what_is_left_out_has_its_default() -> None:
    absent = ("quantity", "status", "images", "place", "condition", "available")
    listing = load_listing(desk_item(image=None, **{f"_sharefeed__{name}": None for name in absent}))
    assert (listing.quantity, listing.status, listing.images) == (Quantity(1), "available", ())
    assert (listing.place, listing.condition, listing.available) == (None, None, None)


def test_a_picture_alone_is_the_only_picture() -> None:
    listing = load_listing(desk_item(_sharefeed__images=None))
    assert [image.url for image in listing.images] == ["https://node.example/media/desk.jpg"]


@settings(max_examples=examples(80), deadline=None)
@given(made.listings())
def test_every_listing_survives_the_way_there_and_back(listing: Listing) -> None:
    assert load_listing(dump_listing(listing)) == listing


def test_plain_readers_find_picture_and_author() -> None:
    item = dump_listing(DESK)
    assert item["image"] == "https://node.example/media/desk.jpg"
    assert item["authors"] == [{"name": "Gladstone Park community group", "url": "https://gladstone.example/"}]


def test_what_says_nothing_is_not_written() -> None:
    bare = replace(DESK, images=(), tags=(), place=Place(), terms=None, url=None)
    item = dump_listing(bare)
    assert not {"image", "tags", "url"} & item.keys()
    assert not {"images", "place", "terms"} & item["_sharefeed"].keys()


@settings(max_examples=examples(80), deadline=None)
@given(st.one_of(made.raw_items(), made.json_values(made.loose_text())))
def test_anything_is_read_or_refused_with_pointers(item: Any) -> None:
    try:
        found: Any = load_listing(item)
    except DocumentError as error:
        found = error.problems
    assert found
    assert isinstance(found, Listing) or all(problem.code for problem in found)


def test_marks_of_passing_on_come_off() -> None:
    sent = with_hash(desk_item(), ("https://a.example/",))
    assert without_passing_marks(sent) == desk_item()
    assert {"hash", "via"} <= sent["_sharefeed"].keys()
