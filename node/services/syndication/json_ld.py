"""schema.org documents (JSON-LD) of a listing, an organisation and a story, for search engines. Pure.

A listing is an Offer or a Demand at a price of 0, of a Product, a Place or a Service. Nothing is said here that the
page does not say, and no other price can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from schemas.event import Event, Occurrence, occurrences, zone_of
from schemas.fields import rfc3339, without_empty
from schemas.listing import Listing
from schemas.opening import MIDNIGHT, OpeningHours
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.story import Story
from schemas.vocabulary import label

CONTEXT = "https://schema.org"
DEFAULT_CURRENCY = "GBP"
MOST_EVENTS = 20
_ITEM_TYPES = {"item": "Product", "equipment": "Product", "space": "Place", "skill": "Service"}
_ORGANISATION_TYPES = {"charity": "NGO", "school": "School", "public_body": "GovernmentOrganization"}
_CONDITIONS = {
    "new": "NewCondition",
    "good": "UsedCondition",
    "fair": "UsedCondition",
    "for_parts": "DamagedCondition",
}
_FUNCTIONS = {"lend": "LeaseOut", "host": "LeaseOut", "help": "ProvideService"}
_GOOD_RELATIONS = "http://purl.org/goodrelations/v1#"


def listing_document(listing: Listing, page_url: str) -> dict[str, Any]:
    """A listing as ``Offer`` or ``Demand``; ``page_url`` is the page that carries the document."""
    money = listing.replacement_value
    available = listing.available
    organisation = _organisation(listing.organisation)
    # A Demand has no member for the one who asks; JSON-LD says it from the other end.
    who = {"offeredBy": organisation} if listing.direction == "offer" else {"@reverse": {"seeks": organisation}}
    document = {
        "@context": CONTEXT,
        "@type": "Demand" if listing.direction == "want" else "Offer",
        "@id": listing.id,
        "url": page_url,
        "name": listing.title,
        "price": 0,
        "priceCurrency": money.currency if money else DEFAULT_CURRENCY,
        "isAccessibleForFree": True,
        "businessFunction": _function(listing.action),
        "category": label(listing.category),
        "availability": _availability(listing),
        "availabilityStarts": available.from_.isoformat() if available and available.from_ else None,
        "availabilityEnds": available.until.isoformat() if available and available.until else None,
        "validFrom": rfc3339(listing.date_published) if listing.date_published else None,
        "validThrough": rfc3339(listing.expires),
        "inventoryLevel": {"@type": "QuantitativeValue", "value": listing.quantity.available},
        **who,
        "itemOffered": _item(listing),
        "areaServed": None if listing.kind == "space" else _place(listing.place),
    }
    return without_empty(document)


def event_document(listing: Listing, page_url: str) -> dict[str, Any] | None:
    """A workshop or the like as one ``Event`` for each of its dates since it last changed, with the offer beside them.

    None for a listing that is no event.
    """
    if listing.event is None:
        return None
    offer = listing_document(listing, page_url)
    offer.pop("@context")
    found = [one for one in occurrences(listing.event) if one.ends >= listing.date_modified]
    dates = [_event(listing, listing.event, one, page_url) for one in found[:MOST_EVENTS]]
    return {"@context": CONTEXT, "@graph": [offer, *dates]}


def _event(listing: Listing, event: Event, one: Occurrence, page_url: str) -> dict[str, Any]:
    zone = zone_of(event.zone, "UTC")
    timed = event.starts is not None
    starts, ends = (moment.astimezone(zone).isoformat(timespec="minutes") for moment in (one.starts, one.ends))
    members = {
        "@type": "Event",
        "@id": f"{page_url}#{one.day.isoformat()}",
        "name": listing.title,
        "description": listing.content_text,
        "startDate": starts if timed else one.day.isoformat(),
        "endDate": (ends if event.ends else None) if timed else one.day.isoformat(),
        "eventStatus": f"{CONTEXT}/Event{'Cancelled' if one.cancelled else 'Scheduled'}",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "maximumAttendeeCapacity": event.places,
        "isAccessibleForFree": True,
        "image": [image.url for image in listing.images],
        "url": page_url,
        "location": _place(listing.place),
        "organizer": _organisation(listing.organisation),
        "offers": {"@id": listing.id},
    }
    return without_empty(members)


def organisation_document(organisation: Organisation, page_url: str) -> dict[str, Any]:
    """An organisation by its kind; ``page_url`` is its page here, ``url`` in the document its own website."""
    return {"@context": CONTEXT, **_organisation(organisation), "mainEntityOfPage": page_url}


def story_document(story: Story, page_url: str) -> dict[str, Any]:
    """A success story as ``Article``; ``page_url`` is the page that carries the document."""
    mentioned = story.other
    other = {"@type": "Organization", "@id": mentioned.id, "name": mentioned.name} if mentioned.name else None
    teller = story.organisation
    members = {
        "@context": CONTEXT,
        "@type": "Article",
        "@id": story.id,
        "url": page_url,
        "mainEntityOfPage": page_url,
        "headline": story.title,
        "articleBody": story.content_text,
        "inLanguage": story.language,
        "image": [image.url for image in story.images],
        "datePublished": rfc3339(story.date_published),
        "dateModified": rfc3339(story.date_modified),
        "author": {
            "@type": _ORGANISATION_TYPES.get(teller.type, "Organization"),
            "@id": teller.id,
            "name": teller.name,
        },
        "mentions": other,
        "about": label(story.handed.category),
        "isAccessibleForFree": True,
    }
    return without_empty(members)


def script_text(document: Mapping[str, Any]) -> str:
    """The document as JSON that may stand in a script element: no ``</script>`` or ``<!--`` can end it."""
    text = orjson.dumps(document).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _function(action: str) -> str | None:
    return _GOOD_RELATIONS + _FUNCTIONS[action] if action in _FUNCTIONS else None


def _availability(listing: Listing) -> str:
    return f"{CONTEXT}/{'LimitedAvailability' if listing.status == 'reserved' else 'InStock'}"


def _item(listing: Listing) -> dict[str, Any]:
    common = {
        "@type": _ITEM_TYPES[listing.kind],
        "name": listing.title,
        "description": listing.content_text,
        "image": [image.url for image in listing.images],
    }
    return without_empty({**common, **_particulars(listing)})


def _particulars(listing: Listing) -> dict[str, Any]:
    if listing.kind == "space":
        return {**_place(listing.place), "@type": "Place", "name": listing.title, "isAccessibleForFree": True}
    if listing.kind == "skill":
        return {"serviceType": label(listing.category), "provider": {"@id": listing.organisation.id}}
    weight = {"@type": "QuantitativeValue", "value": listing.weight_kg, "unitCode": "KGM"}
    return {
        "itemCondition": f"{CONTEXT}/{_CONDITIONS[listing.condition]}" if listing.condition else None,
        "weight": weight if listing.weight_kg else None,
        "category": label(listing.category),
    }


def _place(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {}
    address = without_empty(
        {"addressLocality": place.locality, "postalCode": place.postcode, "addressCountry": place.country}
    )
    point = {"@type": "GeoCoordinates", "latitude": place.lat, "longitude": place.lon}
    members = {
        "name": place.name,
        "address": {"@type": "PostalAddress", **address} if address else None,
        "geo": point if place.lat is not None else None,
    }
    stated = without_empty(members)
    return {"@type": "Place", **stated} if stated else {}


def _organisation(organisation: Organisation) -> dict[str, Any]:
    identifiers = [{"@type": "PropertyValue", "propertyID": i.scheme, "value": i.id} for i in organisation.identifiers]
    members = {
        "@type": _ORGANISATION_TYPES.get(organisation.type, "Organization"),
        "@id": organisation.id,
        "name": organisation.name,
        "url": organisation.url,
        "logo": organisation.logo,
        "description": organisation.description,
        "identifier": identifiers,
        "location": _found_at(organisation),
    }
    return without_empty(members)


def _found_at(organisation: Organisation) -> dict[str, Any] | None:
    """Where and when people find it; hours belong to the place, which may have nothing else to it."""
    place, hours = _place(organisation.place), _hours(organisation.opening_hours)
    return {"@type": "Place", **place, **hours} if place or hours else None


def _hours(hours: OpeningHours | None) -> dict[str, Any]:
    if hours is None or not hours.weekly:
        return {}
    weekly = [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"{CONTEXT}/{one.day.capitalize()}",
            "opens": one.opens,
            "closes": "23:59" if one.closes == MIDNIGHT else one.closes,
        }
        for one in hours.weekly
    ]
    # Days on which it neither opens nor closes are how search engines read "closed"; they know no "every year".
    closed = [
        {
            "@type": "OpeningHoursSpecification",
            "opens": "00:00",
            "closes": "00:00",
            "validFrom": one.from_.isoformat(),
            "validThrough": one.until.isoformat(),
        }
        for one in hours.closed
        if not one.yearly
    ]
    return {"openingHoursSpecification": weekly + closed}
