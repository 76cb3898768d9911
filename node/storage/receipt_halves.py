"""Every half of a receipt that is known here: this node's own, those from messages, and those read from sources."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, and_, delete, select, tuple_

from node.storage.among import among
from node.storage.engine import Tx
from node.storage.receipt_tables import receipt_halves
from node.storage.upsert import upsert
from schemas.records import dataclass

_c = receipt_halves.c


@dataclass(frozen=True, slots=True)
class KnownHalf:
    """One half as its node sent it: ``item`` is JSON text, ``source_id`` is empty for what was not read from a source.

    ``verified``: its signature is that of a key of ``signed_by``. ``problem`` says why it is not believed; blank where
    it is.
    """

    exchange: str
    side: str
    signed_by: str
    item: str
    source_id: int | None = None
    verified: bool = True
    problem: str = ""
    changed_at: int = 0


_NAMES = tuple(field.name for field in fields(KnownHalf))
_ALL = select(*(_c[name] for name in _NAMES))


def put(tx: Tx, rows: Sequence[KnownHalf]) -> None:
    """Keep these halves as they are now. None may stand there twice."""
    upsert(tx, receipt_halves, [{name: getattr(row, name) for name in _NAMES} for row in rows])


def of_exchanges(tx: Tx, exchanges: Collection[str]) -> dict[str, list[KnownHalf]]:
    """All that is known of these exchanges, in a lasting order."""
    found: dict[str, list[KnownHalf]] = {}
    query = _ALL.where(among(tx, _c.exchange, exchanges)).order_by(_c.exchange, _c.side, _c.signed_by)
    for row in tx.execute(query):
        found.setdefault(row.exchange, []).append(_half(row))
    return found


def exchanges_after(tx: Tx, after: str, limit: int) -> list[str]:
    """The names of exchanges of which something is known, in order, from the one after ``after``."""
    query = select(_c.exchange).where(_c.exchange > after).distinct().order_by(_c.exchange).limit(limit)
    return list(tx.execute(query).scalars())


def every(tx: Tx) -> Iterator[KnownHalf]:
    """All of them by exchange, some hundreds at a time in memory."""
    query = _ALL.order_by(_c.exchange, _c.side, _c.signed_by)
    return (_half(row) for row in tx.execute(query, execution_options={"yield_per": 500}))


def _half(row: Row[Any]) -> KnownHalf:
    return KnownHalf(*tuple(row))


def drop(tx: Tx, source_id: int, keys: Collection[tuple[str, str, str]]) -> None:
    """Forget these halves (exchange, side, signer) as far as they came from this source."""
    for exchange, side, signed_by in keys:
        one = and_(_c.exchange == exchange, _c.side == side, _c.signed_by == signed_by)
        tx.execute(delete(receipt_halves).where(one, _c.source_id == source_id))


def of_source(tx: Tx, source_id: int, limit: int) -> list[KnownHalf]:
    """Some of the halves that came from this source."""
    query = _ALL.where(_c.source_id == source_id).order_by(_c.exchange).limit(limit)
    return [_half(row) for row in tx.execute(query)]


def waiting(tx: Tx, after: tuple[str, str, str], limit: int) -> list[KnownHalf]:
    """Halves whose signature was not checked yet and which nothing speaks against, from the one ``after`` on."""
    name = tuple_(_c.exchange, _c.side, _c.signed_by)
    query = _ALL.where(_c.verified.is_(False), _c.problem == "", name > after)
    rows = tx.execute(query.order_by(_c.exchange, _c.side, _c.signed_by).limit(limit))
    return [_half(row) for row in rows]


def tellers(tx: Tx) -> list[str]:
    """The nodes whose halves are believed here although they were read from no source."""
    query = select(_c.signed_by).where(_c.source_id.is_(None), _c.verified.is_(True), _c.problem == "")
    return sorted(tx.execute(query.distinct()).scalars())
