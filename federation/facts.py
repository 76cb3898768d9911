"""What is searched, filtered and sorted by, drawn once out of a valid listing.

Flat and of plain values only, so that a worker process hands it over cheaply and storage writes it as it is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.listing import Listing
from schemas.place import Place
from schemas.records import dataclass
from schemas.vocabulary import home_of


class Facts(NamedTuple):
    """The facts of one listing. Days are ISO 8601 dates; moments are whole seconds since 1970 in UTC."""

    title: str
    direction: str
    kind: str
    action: str
    category: str
    condition: str | None
    status: str
    language: str | None
    organisation_id: str
    organisation_key: str
    organisation_name: str
    organisation_type: str
    locality: str | None
    lat: float | None
    lon: float | None
    precision_m: float | None
    available_from: str | None
    available_until: str | None
    modified_at: int
    expires_at: int
    event_until: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One listing as the catalogue shows and publishes it.

    ``item`` is the JSON text of the published JSON Feed item (with its hash and via), ``source_id`` is None for a
    listing written on this node, ``via`` the nodes that passed it on, the origin first.
    """

    id: str
    key: str
    source_id: int | None
    item: str
    hash: str
    via: tuple[str, ...]
    facts: Facts


@dataclass(frozen=True, slots=True)
class Removal:
    """A listing that the catalogue stops showing; ``reason`` is one of `schemas.vocabulary.REMOVAL_REASONS`."""

    id: str
    reason: str


def seconds(moment: datetime) -> int:
    """The moment as whole seconds since 1970 in UTC."""
    return int(moment.timestamp())


def facts_of(listing: Listing) -> Facts:
    """The facts of a valid listing; a category that the vocabulary lacks is shown under its nearest known ancestor."""
    place = listing.place or Place()
    available = listing.available
    home = home_of(listing.category)
    return Facts(
        title=listing.title,
        direction=listing.direction,
        kind=listing.kind,
        action=listing.action,
        category=home.path if home else listing.category,
        condition=listing.condition,
        status=listing.status,
        language=listing.language,
        organisation_id=listing.organisation.id,
        organisation_key=short_key(listing.organisation.id),
        organisation_name=listing.organisation.name,
        organisation_type=listing.organisation.type,
        locality=place.locality,
        lat=place.lat,
        lon=place.lon,
        precision_m=place.precision_m,
        available_from=available.from_.isoformat() if available and available.from_ else None,
        available_until=available.until.isoformat() if available and available.until else None,
        modified_at=seconds(listing.date_modified),
        expires_at=seconds(listing.expires),
        event_until=listing.event.last.isoformat() if listing.event else None,
    )


def short_key(listing_id: str) -> str:
    """A short name for a listing in this node's own addresses: 96 bits of SHA-256 of its id, base64url."""
    digest = hashlib.sha256(listing_id.encode("utf-8", "surrogatepass")).digest()[:12]
    return base64.urlsafe_b64encode(digest).decode("ascii")


def passed_on(via: Sequence[str], node_id: str) -> tuple[str, ...]:
    """The chain of a listing once this node has taken it from ``node_id``."""
    return (*via, node_id)
