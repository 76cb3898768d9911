"""The calendars of listings that can be booked: one row each, the rules kept as their document."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select, update

from node.storage.booking_tables import calendars
from node.storage.engine import Tx
from node.storage.listings import LIVE
from node.storage.tables import catalogue, listings
from schemas.records import dataclass

_c = calendars.c


@dataclass(frozen=True, slots=True)
class StoredCalendar:
    """One calendar. ``rules`` is JSON text; ``key`` and ``document`` are its listing's; ``open``: it takes bookings."""

    id: int
    listing_id: str
    organisation_id: str
    open: bool
    rules: str
    changed_at: int
    key: str
    document: str
    state: str


_NAMES = tuple(StoredCalendar.__slots__)
_EVERY = select(calendars, listings.c.key, listings.c.document, listings.c.state).join(
    listings, listings.c.id == _c.listing_id
)


def put(tx: Tx, listing_id: str, organisation_id: str, taking: bool, rules: str, now: int) -> int:
    """Keep the calendar of a listing in place of what stood there; its number."""
    values = {"open": taking, "rules": rules, "changed_at": now}
    changed = update(calendars).where(_c.listing_id == listing_id).values(**values).returning(_c.id)
    number = tx.execute(changed).scalar()
    if number is None:
        row = {"listing_id": listing_id, "organisation_id": organisation_id, **values}
        number = tx.execute(calendars.insert().values(**row).returning(_c.id)).scalar_one()
    return int(number)


def lock(tx: Tx, calendar_id: int) -> None:
    """Wait until nobody else books here, and let nobody until this transaction ends. SQLite has one writer anyway."""
    tx.execute(select(_c.id).where(_c.id == calendar_id).with_for_update())


def by_key(tx: Tx, key: str) -> StoredCalendar | None:
    """The calendar of the listing with this key."""
    row = tx.execute(_EVERY.where(listings.c.key == key)).first()
    return _calendar(row) if row else None


def by_id(tx: Tx, calendar_id: int) -> StoredCalendar | None:
    row = tx.execute(_EVERY.where(_c.id == calendar_id)).first()
    return _calendar(row) if row else None


def open_by_keys(tx: Tx, keys: Collection[str]) -> dict[str, bool]:
    """Of the listings with these keys (several hundred at most), those that have a calendar: whether it is open."""
    query = select(listings.c.key, _c.open).join(listings, listings.c.id == _c.listing_id)
    return {row.key: bool(row.open) for row in tx.execute(query.where(listings.c.key.in_(list(keys))))}


def of_organisation(tx: Tx, organisation_id: str) -> list[StoredCalendar]:
    """The calendars of an organisation, in the order in which they were made."""
    return [_calendar(row) for row in tx.execute(_EVERY.where(_c.organisation_id == organisation_id).order_by(_c.id))]


def without(tx: Tx, organisation_id: str, actions: Collection[str], limit: int) -> list[tuple[str, str]]:
    """Key and title of what an organisation offers in one of these ways and has no calendar for."""
    c = catalogue.c
    query = (
        select(listings.c.key, c.title)
        .join(catalogue, c.id == listings.c.id)
        .outerjoin(calendars, _c.listing_id == listings.c.id)
        .where(listings.c.organisation_id == organisation_id, listings.c.state == LIVE, _c.id.is_(None))
        .where(c.live, c.direction == "offer", c.action.in_(actions))
        .order_by(c.changed_at.desc(), listings.c.key)
    )
    return [tuple(row) for row in tx.execute(query.limit(limit))]


def _calendar(row: Row[Any]) -> StoredCalendar:
    return StoredCalendar(*(getattr(row, name) for name in _NAMES))
