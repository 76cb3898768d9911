"""Who asked, and what both sides wrote: all that must be forgotten of an exchange, in one place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, and_, delete, func, or_, select, update

from node.storage.engine import Tx
from node.storage.exchange_tables import exchange_letters, exchange_people, exchanges
from schemas.exchange import HALF_SAID, HAPPENED
from schemas.records import dataclass
from schemas.vocabulary import fold

_c = exchange_people.c


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: ``person`` is a keyed hash of their address, ``sender`` of the network that they asked from.

    Of whom another node is told the rest, only those two are kept; the texts are blank.
    """

    exchange_id: str
    name: str
    email: str
    for_whom: str
    language: str
    person: str
    sender: str
    asked_at: int


@dataclass(frozen=True, slots=True)
class Letter:
    """What a side wrote to the other."""

    at: int
    side: str
    words: str


def add(tx: Tx, person: Person) -> None:
    values = {name: getattr(person, name) for name in Person.__slots__}
    tx.execute(exchange_people.insert().values({**values, "words": f" {fold(person.name)}"}))


def of(tx: Tx, exchange_id: str) -> Person | None:
    """Who asked; None once they are forgotten."""
    row = tx.execute(select(exchange_people).where(_c.exchange_id == exchange_id)).first()
    return _person(row) if row else None


def of_many(tx: Tx, exchange_ids: Sequence[str]) -> dict[str, Person]:
    """Who asked, by exchange; the forgotten are left out."""
    query = select(exchange_people).where(_c.exchange_id.in_(list(exchange_ids)))
    return {row.exchange_id: _person(row) for row in tx.execute(query)}


def marks(tx: Tx, exchange_ids: Sequence[str]) -> set[str]:
    """Who asked in these exchanges, each once: the hash of their address, or, of the forgotten, the exchange's id."""
    query = select(_c.exchange_id, _c.person).where(_c.exchange_id.in_(list(exchange_ids)))
    known = {row.exchange_id: row.person for row in tx.execute(query)}
    return {known.get(one, one) for one in exchange_ids}


def write(tx: Tx, exchange_id: str, letter: Letter) -> None:
    """Keep a letter."""
    values = {name: getattr(letter, name) for name in Letter.__slots__}
    tx.execute(exchange_letters.insert().values(exchange_id=exchange_id, **values))


def letters(tx: Tx, exchange_id: str) -> list[Letter]:
    """The letters of an exchange, in order."""
    c = exchange_letters.c
    query = select(exchange_letters).where(c.exchange_id == exchange_id).order_by(c.id)
    return [Letter(*(getattr(row, name) for name in Letter.__slots__)) for row in tx.execute(query)]


def count_letters(tx: Tx, exchange_id: str, side: str, since: int) -> int:
    """How many letters a side has written since a moment."""
    c = exchange_letters.c
    mine = and_(c.exchange_id == exchange_id, c.side == side, c.at > since)
    return int(tx.execute(select(func.count()).select_from(exchange_letters).where(mine)).scalar_one())


def count_from(tx: Tx, sender: str, since: int) -> int:
    """How many requests came from one network since then."""
    lately = and_(_c.sender == sender, _c.asked_at > since)
    return int(tx.execute(select(func.count()).select_from(exchange_people).where(lately)).scalar_one())


def asked_by(tx: Tx, person: str, since: int, states: Collection[str], sender: str | None = None) -> int:
    """How many requests in these states one address has made since then, from one network or from all."""
    x = exchanges.c
    mine = and_(_c.person == person, _c.asked_at > since, x.state.in_(list(states)))
    query = select(func.count()).select_from(exchange_people).join(exchanges, x.id == _c.exchange_id).where(mine)
    return int(tx.execute(query if sender is None else query.where(_c.sender == sender)).scalar_one())


def open_of(tx: Tx, person: str, listing_id: str, states: Collection[str]) -> list[str]:
    """The exchanges that an address has about this listing in one of these states, the oldest first."""
    x = exchanges.c
    query = select(x.id).join(exchange_people, _c.exchange_id == x.id).where(_c.person == person)
    found = query.where(x.listing_id == listing_id, x.state.in_(list(states))).order_by(x.opened_at, x.id)
    return [row.id for row in tx.execute(found)]


def had_before(
    tx: Tx,
    people: Sequence[str],
    organisation_id: str,
    contact_id: str | None = None,
    but: str = "",
) -> set[str]:
    """Which of these people are known to have had something of this organisation.

    One side's word is enough where the other never says anything: nobody becomes new again by being silent.
    ``but`` is the id of an exchange that does not count, such as the one that is looked at.
    """
    x = exchanges.c
    if not people:
        return set()
    query = select(_c.person).distinct().join(exchanges, x.id == _c.exchange_id).where(_c.person.in_(list(people)))
    theirs = and_(x.organisation_id == organisation_id, x.contact_id.is_not_distinct_from(contact_id))
    return {row.person for row in tx.execute(query.where(theirs, had(exchanges), x.id != but))}


def had(which: FromClause) -> ColumnElement[bool]:
    """Whether who asked in one of these exchanges got something, by both sides' word or by one alone."""
    x = which.c
    half_said = and_(x.state.in_(HALF_SAID), or_(x.owner_said, x.asker_said))
    return and_(x.direction == "offer", or_(x.state.in_(HAPPENED), half_said))


def over_before(tx: Tx, moment: int, limit: int) -> list[str]:
    """The exchanges that ended before a moment and whose asker is still known."""
    x = exchanges.c
    query = select(x.id).join(exchange_people, _c.exchange_id == x.id).where(x.closed_at < moment)
    return [row.id for row in tx.execute(query.order_by(x.closed_at).limit(limit))]


def hand_on(tx: Tx, exchange_id: str) -> bool:
    """Keep of who asked the hashes alone: another node knows the rest, and has the letters. Whether more was known."""
    tx.execute(delete(exchange_letters).where(exchange_letters.c.exchange_id == exchange_id))
    blank = {"name": "", "words": "", "email": "", "for_whom": "", "language": ""}
    known = update(exchange_people).where(_c.exchange_id == exchange_id, _c.email != "")
    return tx.execute(known.values(blank)).rowcount == 1


def forget(tx: Tx, exchange_id: str) -> bool:
    """Delete who asked, and the letters; whether there was somebody."""
    tx.execute(delete(exchange_letters).where(exchange_letters.c.exchange_id == exchange_id))
    return tx.execute(delete(exchange_people).where(_c.exchange_id == exchange_id)).rowcount == 1


def forget_networks(tx: Tx, before: int) -> None:
    """Blank the hashes of networks that requests older than this came from."""
    tx.execute(update(exchange_people).where(_c.sender != "", _c.asked_at < before).values(sender=""))


def _person(row: Row[Any]) -> Person:
    return Person(*(getattr(row, name) for name in Person.__slots__))
