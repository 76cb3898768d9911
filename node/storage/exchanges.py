"""Exchanges: one row each, changed only under a lock, and what was done, in rows that are only added."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Select, and_, func, select, tuple_, update

from node.storage.engine import Tx
from node.storage.exchange_tables import exchange_events, exchanges
from schemas.exchange import CLOSED, OPEN, UNCONFIRMED, Exchange, next_at
from schemas.records import dataclass
from schemas.vocabulary import fold

_c = exchanges.c


@dataclass(frozen=True, slots=True)
class Stored:
    """An exchange with what it is about: ``listing`` is what its listing said then. Names no person.

    ``contact_id`` is who answers for an organisation that is not of this node (`owner_contacts`): the owner, or where
    the owner is at home elsewhere, the asker. ``asker_id`` is the organisation on the asker's side where this node is
    home to both.
    ``weight_g`` are grams of all units together and ``minutes`` what a room or help took, as the side ``measured_by``
    says; None and blank where nobody has.
    """

    id: str
    listing_id: str
    organisation_id: str
    listing: dict[str, Any]
    exchange: Exchange
    need: int = 0
    booking_id: int | None = None
    closed_at: int | None = None
    contact_id: str | None = None
    weight_g: int | None = None
    minutes: int | None = None
    measured_by: str = ""
    asker_id: str = ""

    @property
    def title(self) -> str:
        return str(self.listing["title"])

    @property
    def listed(self) -> int:
        """How many of it there were on the board when it was asked for."""
        return int(self.listing.get("quantity") or 1)

    @property
    def key(self) -> str:
        """The key of the listing on this node."""
        return str(self.listing["key"])


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done: ``act`` by ``side``, and the ``state`` after it."""

    at: int
    side: str
    act: str
    state: str
    quantity: int


_AT_ONCE = 500
_MEMBERS = tuple(field.name for field in fields(Exchange))
_MEASURED = ("weight_g", "minutes", "measured_by")
_ROW = ("id", "listing_id", "organisation_id", "need", "booking_id", "closed_at", "contact_id", "asker_id", *_MEASURED)


def add(tx: Tx, stored: Stored) -> None:
    """A new exchange."""
    told = {"listing": orjson.dumps(stored.listing).decode(), "words": f" {fold(stored.title)}"}
    tx.execute(exchanges.insert().values(**_values(stored), **told))


def change(tx: Tx, stored: Stored, at: int) -> None:
    """Keep an exchange as it is now; it is closed ``at`` this moment if it was not before."""
    closed = at if stored.exchange.state in CLOSED and stored.closed_at is None else stored.closed_at
    values = {**_values(stored), "closed_at": closed}
    tx.execute(update(exchanges).where(_c.id == stored.id).values(**values))


def by_id(tx: Tx, exchange_id: str, lock: bool = False) -> Stored | None:
    """An exchange; with ``lock`` others who would change it wait until this transaction ends."""
    query = select(exchanges).where(_c.id == exchange_id)
    row = tx.execute(query.with_for_update() if lock else query).first()
    return _stored(row) if row else None


def by_ids(tx: Tx, ids: Collection[str]) -> dict[str, Stored]:
    """Exchanges by their ids."""
    return {row.id: _stored(row) for row in tx.execute(select(exchanges).where(_c.id.in_(list(ids))))}


def every_of(tx: Tx, organisation_id: str) -> Iterator[Stored]:
    """All exchanges of an organisation of this node that somebody has confirmed, the oldest first.

    A few hundred at a time in memory.
    """
    mine, last = and_(of(organisation_id), _c.state != UNCONFIRMED), (-1, "")
    query = select(exchanges).where(mine).order_by(_c.opened_at, _c.id).limit(_AT_ONCE)
    while rows := tx.execute(query.where(tuple_(_c.opened_at, _c.id) > last)).fetchall():
        yield from map(_stored, rows)
        last = (rows[-1].opened_at, rows[-1].id)


def by_booking(tx: Tx, organisation_id: str, booking_id: int) -> Stored | None:
    """The exchange for which an organisation of this node has made a booking."""
    row = tx.execute(select(exchanges).where(of(organisation_id), _c.booking_id == booking_id)).first()
    return _stored(row) if row else None


def of_listing(tx: Tx, listing_id: str) -> list[Stored]:
    """The exchanges of a listing that are open, but for those whose address is not confirmed, the oldest first."""
    open_ = [state for state in OPEN if state != UNCONFIRMED]
    query = select(exchanges).where(_c.listing_id == listing_id, _c.state.in_(open_))
    return [_stored(row) for row in tx.execute(query.order_by(_c.since, _c.id))]


def of_organisation(tx: Tx, organisation_id: str, states: Collection[str], limit: int, offset: int = 0) -> list[Stored]:
    """The exchanges of an organisation of this node in these states, the latest change first."""
    mine = and_(of(organisation_id), _c.state.in_(list(states)))
    query = select(exchanges).where(mine).order_by(_c.since.desc(), _c.id)
    return [_stored(row) for row in tx.execute(query.limit(limit).offset(offset))]


def local_askers(tx: Tx, organisation_id: str, limit: int) -> list[dict[str, Any]]:
    """The organisations that were asked here whether they got something of this one, the latest first."""
    mine = and_(of(organisation_id), _c.asker_id != "")
    rows = tx.execute(
        select(_c.asker_id, _c.listing).where(mine).order_by(_c.opened_at.desc(), _c.id).limit(20 * limit)
    )
    found = {row.asker_id: orjson.loads(row.listing).get("asker") or {} for row in rows}
    return list(found.values())[:limit]


def count(tx: Tx, organisation_id: str, states: Collection[str]) -> int:
    """How many exchanges of an organisation of this node are in these states."""
    mine = and_(of(organisation_id), _c.state.in_(list(states)))
    return int(tx.execute(select(func.count()).select_from(exchanges).where(mine)).scalar_one())


def of(organisation_id: str) -> ColumnElement[bool]:
    """Whether an exchange is about a listing of this organisation of this node."""
    # What another node publishes may name one of our organisations: that is not its request.
    return and_(_c.organisation_id == organisation_id, _c.contact_id.is_(None))


def of_contact(tx: Tx, contact_id: str, states: Collection[str], limit: int) -> list[Stored]:
    """The exchanges in these states for which a contact answers, the oldest first."""
    mine = and_(_c.contact_id == contact_id, _c.state.in_(list(states)))
    query = select(exchanges).where(mine).order_by(_c.since, _c.id).limit(limit)
    return [_stored(row) for row in tx.execute(query)]


def counted_since(tx: Tx, listing_id: str, moment: int) -> int:
    """How many of a listing were handed over since then."""
    gone = and_(_c.listing_id == listing_id, _c.since >= moment)
    return int(tx.execute(select(func.coalesce(func.sum(_c.counted), 0)).where(gone)).scalar_one())


def count_unconfirmed(tx: Tx, organisation_id: str | None = None, contact_id: str | None = None) -> int:
    """How many requests wait for their address to be confirmed: an organisation's, or all of the node."""
    query = _unconfirmed(select(func.count()).select_from(exchanges), organisation_id, contact_id)
    return int(tx.execute(query).scalar_one())


def oldest_unconfirmed(
    tx: Tx, limit: int, organisation_id: str | None = None, contact_id: str | None = None
) -> list[str]:
    """Those of them that have waited longest."""
    query = _unconfirmed(select(_c.id), organisation_id, contact_id).order_by(_c.since, _c.id).limit(limit)
    return [row.id for row in tx.execute(query)]


def _unconfirmed(query: Select[Any], organisation_id: str | None, contact_id: str | None) -> Select[Any]:
    found = query.where(_c.state == UNCONFIRMED)
    if contact_id is not None:
        return found.where(_c.contact_id == contact_id)
    return found if organisation_id is None else found.where(of(organisation_id))


def due(tx: Tx, now: int, limit: int) -> list[str]:
    """The exchanges with which the clock has something to do, the longest due first."""
    query = select(_c.id).where(_c.next_at <= now).order_by(_c.next_at, _c.id).limit(limit)
    return [row.id for row in tx.execute(query)]


def note(tx: Tx, exchange_id: str, event: Event) -> None:
    """Add what was done."""
    values = {name: getattr(event, name) for name in Event.__slots__}
    tx.execute(exchange_events.insert().values(exchange_id=exchange_id, **values))


def events(tx: Tx, exchange_id: str) -> list[Event]:
    """What was done in an exchange, in order."""
    e = exchange_events.c
    query = select(exchange_events).where(e.exchange_id == exchange_id).order_by(e.id)
    return [Event(*(getattr(row, name) for name in Event.__slots__)) for row in tx.execute(query)]


def _values(stored: Stored) -> dict[str, Any]:
    members = {name: getattr(stored.exchange, name) for name in _MEMBERS}
    row = {name: getattr(stored, name) for name in _ROW}
    return {**members, **row, "next_at": next_at(stored.exchange)}


def _stored(row: Row[Any]) -> Stored:
    exchange = Exchange(**{name: getattr(row, name) for name in _MEMBERS})
    return Stored(**{name: getattr(row, name) for name in _ROW}, listing=orjson.loads(row.listing), exchange=exchange)
