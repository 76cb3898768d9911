"""Lists of an organisation's exchanges, a page at a time: whose turn it is, what is due next, what is over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, union

from node.storage import exchange_people as people
from node.storage import exchanges as stored
from node.storage.asking_rules import FIRST, NEED
from node.storage.engine import Tx
from node.storage.exchange_tables import exchange_people, exchanges
from node.storage.exchanges import Stored
from node.storage.message_tables import exchange_homes
from schemas.exchange import ACCEPTED, ASKER, DISPUTED, LENT
from schemas.records import dataclass
from schemas.vocabulary import fold

_c, _p = exchanges.c, exchange_people.c
DUE, ENDED = "due", "ended"
"""What is due first, the longest due before all; what ended last."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which exchanges of an organisation of this node are asked for: those with a listing of its own, in ``states``;
    of one listing alone where its id is given.

    Each of the ``words`` begins a word of the listing's title or of the name of who asks, where that is still known.
    ``until``: the day that was named for it, if any, is not after this moment.
    """

    organisation_id: str
    states: tuple[str, ...]
    words: str = ""
    listing_id: str = ""
    until: int | None = None


def page(tx: Tx, wanted: Wanted, order: str, limit: int, offset: int = 0) -> list[Stored]:
    """Some of these exchanges. ``order`` is a rule of fairness (`asking_rules.FAIRNESS`), `DUE` or `ENDED`."""
    # First which, then what they say: sorting thousands of whole rows would take longer than reading fifty.
    return _read(tx, _found(select(_c.id), wanted).order_by(*_order(wanted, order)).limit(limit).offset(offset))


def in_order(tx: Tx, wanted: Wanted, order: str) -> list[str]:
    """The numbers of all of these exchanges, in an order as in `page`."""
    return [row.id for row in tx.execute(_found(select(_c.id), wanted).order_by(*_order(wanted, order)))]


def count(tx: Tx, wanted: Wanted) -> int:
    """How many exchanges are asked for."""
    return int(tx.execute(_found(select(func.count(_c.id)), wanted)).scalar_one())


def asked(tx: Tx, organisation_id: str, words: str, limit: int, offset: int = 0) -> list[Stored]:
    """What an organisation of this node has asked of others, here or at other nodes: what is open first, the latest
    change before all. Each of the ``words`` begins a word of the listing's title."""
    order = (_c.closed_at.is_not(None), _c.since.desc(), _c.id)
    return _read(tx, _asked(select(_c.id), organisation_id, words).order_by(*order).limit(limit).offset(offset))


def count_asked(tx: Tx, organisation_id: str, words: str) -> int:
    """How much it has asked of others."""
    return int(tx.execute(_asked(select(func.count(_c.id)), organisation_id, words)).scalar_one())


def disputed(tx: Tx, limit: int) -> list[Stored]:
    """What both sides see differently, of all organisations, where this node has to decide; the longest so first."""
    home = exchange_homes.c
    here = or_(home.side.is_(None), home.side != ASKER)
    found = select(_c.id).outerjoin(exchange_homes, home.exchange_id == _c.id)
    # What is open has its next moment, by which there is an index; of what is over there may be very much.
    return _read(
        tx,
        found.where(_c.next_at.is_not(None), _c.state == DISPUTED, here).order_by(_c.since, _c.id).limit(limit),
    )


def _read(tx: Tx, query: Select[Any]) -> list[Stored]:
    ids = [row.id for row in tx.execute(query)]
    found = stored.by_ids(tx, ids)
    return [found[one] for one in ids if one in found]


def _found(query: Select[Any], wanted: Wanted) -> Select[Any]:
    mine = query.where(stored.of(wanted.organisation_id), _c.state.in_(wanted.states))
    if wanted.listing_id:
        mine = mine.where(_c.listing_id == wanted.listing_id)
    if wanted.until is not None:
        mine = mine.where(_day() <= wanted.until)
    return mine.where(*(_is_called(word) for word in fold(wanted.words).split()))


def _asked(query: Select[Any], organisation_id: str, words: str) -> Select[Any]:
    h = exchange_homes.c
    here = select(_c.id).where(_c.asker_id == organisation_id)
    elsewhere = select(h.exchange_id).where(h.own_id == organisation_id, h.side == ASKER)
    return query.where(_c.id.in_(union(here, elsewhere)), *(_begins(_c.words, word) for word in fold(words).split()))


def _is_called(word: str) -> ColumnElement[bool]:
    # Who asks is known of what is open, and for a month: those are looked through once, and not for every exchange.
    by_them = _c.id.in_(select(_p.exchange_id).where(_begins(_p.words, word)))
    return or_(_begins(_c.words, word), by_them)


def _begins(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return column.contains(f" {word}", autoescape=True)


def _order(wanted: Wanted, order: str) -> tuple[ColumnElement[Any], ...]:
    if order == ENDED:
        return (_c.closed_at.desc(), _c.id)
    if order == DUE:
        return (func.coalesce(_day(), _c.since), _c.id)
    turn = {FIRST: [], NEED: [_c.need.desc()]}.get(order, [_had_before(wanted.organisation_id)])
    return (*turn, _c.since, _c.id)


def _day() -> ColumnElement[Any]:
    """When it is handed over, or while it is lent, brought back, where both have named a day."""
    return case((_c.state == LENT, _c.ends_at), (_c.state == ACCEPTED, _c.starts_at))


def _had_before(organisation_id: str) -> ColumnElement[bool]:
    asks, had = exchange_people.alias(), exchange_people.alias()
    then = exchanges.alias()
    theirs = and_(asks.c.exchange_id == _c.id, had.c.person == asks.c.person, then.c.id == had.c.exchange_id)
    happened = and_(then.c.organisation_id == organisation_id, then.c.contact_id.is_(None), people.had(then))
    return exists(select(1).select_from(asks).where(theirs, happened)).correlate(exchanges)
