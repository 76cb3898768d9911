"""What search engines are told: what the page says, at a price of nothing, safe inside a script element."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.syndication.json_ld import (
    MOST_EVENTS,
    event_document,
    listing_document,
    organisation_document,
    script_text,
)
from schemas.event import Event
from schemas.free.prices import price_members
from schemas.listing import Available, Image, Listing, Money, Quantity
from schemas.organisation import Identifier, Organisation
from schemas.place import Place
from schemas.strict_json import loads
from schemas.vocabulary import ORGANISATION_TYPES

HERE = "https://share.example.org/listings/school.1"
SCHOOL = Organisation("https://share.example.org/organisations/school", "School", "school", "https://school.example/")
WHOLE = Listing(
    id="https://share.example.org/listings/school.1",
    title="A desk",
    date_modified=datetime(2026, 11, 22, tzinfo=UTC),
    direction="offer",
    kind="item",
    action="give",
    category="furniture/desk",
    expires=datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC),
    organisation=SCHOOL,
    content_text="Oak",
    images=(Image("https://share.example.org/media/a.jpg"),),
    date_published=datetime(2026, 11, 20, tzinfo=UTC),
    condition="for_parts",
    quantity=Quantity(3),
    place=Place("Old Mill", "Stanground", "PE2", "GB", 52.5, -0.2, 50),
    available=Available(date(2026, 12, 1), date(2026, 12, 31)),
    weight_kg=30,
    replacement_value=Money(400, "EUR"),
)


def described(**changes: Any) -> dict[str, Any]:
    return listing_document(replace(WHOLE, **changes), HERE)


def test_an_offer_is_free_and_says_what_the_page_says() -> None:
    document = described()
    assert (document["@type"], document["price"], document["priceCurrency"]) == ("Offer", 0, "EUR")
    assert document["isAccessibleForFree"] is True
    assert (document["@id"], document["url"]) == (WHOLE.id, HERE)
    assert document["validThrough"] == "2027-01-31T23:59:59Z"
    assert (document["availabilityStarts"], document["availabilityEnds"]) == ("2026-12-01", "2026-12-31")
    assert document["inventoryLevel"]["value"] == 3
    assert document["offeredBy"]["@type"] == "School"
    assert document["areaServed"]["geo"]["latitude"] == 52.5
    item = document["itemOffered"]
    assert (item["@type"], item["description"], item["weight"]["value"]) == ("Product", "Oak", 30)
    assert item["itemCondition"] == "https://schema.org/DamagedCondition"
    assert item["image"] == ["https://share.example.org/media/a.jpg"]


@pytest.mark.parametrize(
    ("kind", "action", "type_", "function"),
    [
        ("item", "give", "Product", None),
        ("equipment", "lend", "Product", "LeaseOut"),
        ("space", "host", "Place", "LeaseOut"),
        ("skill", "help", "Service", "ProvideService"),
    ],
)
def test_each_kind_has_its_type(kind: str, action: str, type_: str, function: str | None) -> None:
    document = described(kind=kind, action=action, condition=None)
    assert document["itemOffered"]["@type"] == type_
    assert document.get("businessFunction", "#None").rpartition("#")[2] == str(function)


def test_a_place_is_described_where_it_is() -> None:
    item = described(kind="space", action="host", condition=None)["itemOffered"]
    assert (item["name"], item["address"]["addressLocality"]) == ("A desk", "Stanground")
    assert item["isAccessibleForFree"] is True


def test_a_want_is_a_demand_of_its_organisation() -> None:
    document = described(direction="want")
    assert document["@type"] == "Demand"
    assert "offeredBy" not in document
    assert document["@reverse"]["seeks"]["name"] == "School"


def test_what_is_reserved_is_hardly_available() -> None:
    assert described()["availability"].endswith("/InStock")
    assert described(status="reserved")["availability"].endswith("/LimitedAvailability")


def test_the_least_that_a_listing_says_is_enough() -> None:
    bare = dict.fromkeys(("content_text", "date_published", "condition", "place", "available", "weight_kg"))
    document = described(**bare, replacement_value=None, images=())
    assert document["priceCurrency"] == "GBP"
    assert "areaServed" not in document
    assert None not in document.values()


@pytest.mark.parametrize("direction", ["offer", "want"])
@pytest.mark.parametrize("kind", ["item", "space", "skill"])
def test_by_our_own_rule_nothing_here_states_a_price(direction: str, kind: str) -> None:
    actions = {"item": "give", "space": "host", "skill": "help"}
    document = described(direction=direction, kind=kind, action=actions[kind], condition=None)
    assert list(price_members(document)) == []


@pytest.mark.parametrize("type_", ORGANISATION_TYPES)
def test_an_organisation_of_every_type_is_described(type_: str) -> None:
    organisation = replace(SCHOOL, type=type_, identifiers=(Identifier("GB-CHC", "123"),), description="Us")
    document = organisation_document(organisation, HERE)
    assert document["@context"] == "https://schema.org"
    assert (document["name"], document["url"]) == ("School", "https://school.example/")
    assert document["mainEntityOfPage"] == HERE
    assert document["identifier"] == [{"@type": "PropertyValue", "propertyID": "GB-CHC", "value": "123"}]


@given(st.text() | st.sampled_from(["</script><script>alert(1)</script>", "<!-- <script>", "]]>", "\u2028"]))
def test_no_text_can_end_the_script_element(text: str) -> None:
    try:
        written = script_text({"name": text})
    except TypeError:
        assert any("\ud800" <= c <= "\udfff" for c in text)
        return
    assert not set(written) & set("<>&\u2028\u2029")
    assert loads(written.encode()) == {"name": text}


def test_an_event_is_one_for_each_of_its_dates_beside_the_offer() -> None:
    dates = tuple(date(2026, month, 3) for month in (10, 11, 12))
    event = Event((*dates, date(2026, 12, 10)), "Europe/London", "18:00", "20:00", dates[-1:], 12)
    workshop = replace(WHOLE, kind="skill", action="help", condition=None, event=event)
    document = event_document(workshop, HERE)
    assert document is not None
    offer, first, second = document["@graph"]
    assert {"@context": document["@context"], **offer} == listing_document(workshop, HERE)
    assert (first["startDate"], first["endDate"]) == ("2026-12-03T18:00+00:00", "2026-12-03T20:00+00:00")
    assert first["eventStatus"].endswith("EventCancelled")
    assert second["eventStatus"].endswith("EventScheduled")
    assert (first["location"]["name"], first["organizer"]["name"]) == ("Old Mill", "School")
    assert (first["maximumAttendeeCapacity"], first["isAccessibleForFree"]) == (12, True)
    assert first["offers"] == {"@id": offer["@id"]}
    assert next(price_members(first), None) is None


def test_an_event_all_day_and_one_without_end() -> None:
    many = tuple(date(2026, 12, 1) for _ in range(400)) + tuple(date.fromordinal(740_000 + day) for day in range(300))
    all_day = event_document(replace(WHOLE, kind="space", action="host", event=Event(many, "Mars/Dome")), HERE)
    assert all_day is not None
    assert len(all_day["@graph"]) == 1 + MOST_EVENTS
    assert all_day["@graph"][1]["startDate"] == all_day["@graph"][1]["endDate"] == "2026-12-01"
    assert event_document(WHOLE, HERE) is None
