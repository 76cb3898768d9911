"""Handovers: one row an exchange, what its receipt says. `put` and `drop` are the only ways to change them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, delete, or_, select

from node.storage import rollups
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.receipt_tables import handovers
from node.storage.upsert import upsert
from schemas.handover import Handover as Handover

_c = handovers.c
_NAMES = Handover._fields
_ALL = select(*(_c[name] for name in _NAMES))


def put(tx: Tx, rows: Sequence[Handover]) -> None:
    """Keep these handovers as they are now, whether or not they were known. No exchange may stand there twice."""
    if not rows:
        return
    rollups.lock(tx)
    before = by_exchanges(tx, [row.exchange for row in rows])
    upsert(tx, handovers, [row._asdict() for row in rows])
    rollups.move(tx, before.values(), rows)


def drop(tx: Tx, exchanges: Collection[str]) -> None:
    """Forget the handovers of these exchanges: no half of them is known any more."""
    if exchanges:
        rollups.lock(tx)
        before = by_exchanges(tx, exchanges)
        tx.execute(delete(handovers).where(among(tx, _c.exchange, exchanges)))
        rollups.move(tx, before.values(), ())


def by_exchange(tx: Tx, exchange: str) -> Handover | None:
    return by_exchanges(tx, [exchange]).get(exchange)


def by_exchanges(tx: Tx, exchanges: Collection[str]) -> dict[str, Handover]:
    """Those of these exchanges that are known."""
    rows = tx.execute(_ALL.where(among(tx, _c.exchange, exchanges)))
    return {row.exchange: _handover(row) for row in rows}


def of_organisation(tx: Tx, organisation_id: str) -> list[Handover]:
    """What an organisation gave or took, whatever became of it, the latest end first."""
    theirs = or_(_c.giver_id == organisation_id, _c.taker_id == organisation_id)
    return [_handover(row) for row in tx.execute(_ALL.where(theirs).order_by(_c.ended_on.desc(), _c.exchange))]


def after(tx: Tx, exchange: str, limit: int) -> list[Handover]:
    """The handovers of the exchanges that come after this one, in order."""
    return [_handover(row) for row in tx.execute(_ALL.where(_c.exchange > exchange).order_by(_c.exchange).limit(limit))]


def every(tx: Tx) -> Iterator[Handover]:
    """All of them in the order of their exchanges, some hundreds at a time in memory."""
    rows = tx.execute(_ALL.order_by(_c.exchange), execution_options={"yield_per": 500})
    return (_handover(row) for row in rows)


def of_month(tx: Tx, month: str) -> Iterator[Handover]:
    """Those that ended in a month (YYYY-MM), the latest first, some hundreds at a time in memory."""
    query = _ALL.where(_c.month == month).order_by(_c.ended_on.desc(), _c.exchange)
    return (_handover(row) for row in tx.execute(query, execution_options={"yield_per": 500}))


def months(tx: Tx) -> list[str]:
    """Every month in which one ended, in order."""
    return sorted(month for (month,) in tx.execute(select(_c.month).distinct()))


def _handover(row: Row[Any]) -> Handover:
    return Handover(*tuple(row))
