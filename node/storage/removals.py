"""Removals that wait for a word, or that may still be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, delete, func, select, update

from federation.records import APPLIED, KEPT, WAITING, Withdrawn
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.prefix import begins_with, origin_is
from node.storage.tables import removals
from node.storage.upsert import upsert


class Batch(NamedTuple):
    """The removals that one page brought; ``removed_at`` in seconds."""

    batch: str
    source_id: int
    state: str
    size: int
    removed_at: int


def of_ids(tx: Tx, ids: Collection[str]) -> dict[str, list[Withdrawn]]:
    found: dict[str, list[Withdrawn]] = {}
    for row in tx.execute(select(removals).where(among(tx, removals.c.id, ids))):
        found.setdefault(row.id, []).append(_withdrawn(row))
    return found


def put(tx: Tx, rows: Sequence[Withdrawn]) -> None:
    upsert(tx, removals, [_values(row) for row in rows])


def forget(tx: Tx, source_id: int, ids: Collection[str]) -> None:
    """The source sent these again, or they are settled."""
    tx.execute(delete(removals).where(removals.c.source_id == source_id, among(tx, removals.c.id, ids)))


def of_source(tx: Tx, source_id: int, states: Collection[str]) -> list[Withdrawn]:
    """The removals of one source in these states."""
    query = select(removals).where(removals.c.source_id == source_id, removals.c.state.in_(list(states)))
    return [_withdrawn(row) for row in tx.execute(query.order_by(removals.c.id))]


def under(tx: Tx, address: str, except_source: int) -> list[str]:
    """Ids that begin with ``address`` and were removed by other sources than this one."""
    query = select(removals.c.id).where(begins_with(tx, removals.c.id, address), removals.c.source_id != except_source)
    return list(tx.execute(query.distinct()).scalars())


def first_from(tx: Tx, node_id: str, except_source: int) -> list[str]:
    """Ids that name this node as their origin and were removed by other sources than this one."""
    query = select(removals.c.id).where(origin_is(tx, removals.c.via, node_id), removals.c.source_id != except_source)
    return list(tx.execute(query.distinct()).scalars())


def batches(tx: Tx, states: Collection[str] = (WAITING,), minimum: int = 1) -> list[Batch]:
    """The batches in these states with at least ``minimum`` listings, the oldest first."""
    c = removals.c
    query = select(c.batch, c.source_id, c.state, func.count(), func.min(c.removed_at))
    query = query.where(c.state.in_(list(states))).group_by(c.batch, c.source_id, c.state)
    query = query.having(func.count() >= minimum).order_by(func.min(c.removed_at), c.batch)
    return [Batch(*row) for row in tx.execute(query)]


def in_batch(tx: Tx, batch: str, state: str | None = None) -> list[Withdrawn]:
    query = select(removals).where(removals.c.batch == batch)
    if state is not None:
        query = query.where(removals.c.state == state)
    return [_withdrawn(row) for row in tx.execute(query.order_by(removals.c.id))]


def decide(tx: Tx, batch: str, state: str, now: int) -> None:
    """The word on a batch: `APPLIED` or `KEPT`."""
    tx.execute(update(removals).where(removals.c.batch == batch).values(state=state, decided_at=now))


def overdue(tx: Tx, before: int) -> list[str]:
    """Batches that have waited since before ``before``."""
    query = select(removals.c.batch).where(removals.c.state == WAITING, removals.c.removed_at <= before).distinct()
    return [row.batch for row in tx.execute(query)]


def purge(tx: Tx, before: int) -> int:
    """Forget removals that were applied before ``before``; how many. One that waited long can still be undone."""
    applied_at = func.coalesce(removals.c.decided_at, removals.c.removed_at)
    old = delete(removals).where(removals.c.state == APPLIED, applied_at < before)
    return tx.execute(old).rowcount


def _values(row: Withdrawn) -> dict[str, Any]:
    return {
        "source_id": row.source_id,
        "id": row.id,
        "batch": row.batch,
        "state": row.state,
        "reason": row.reason,
        "item": row.item,
        "hash": row.hash,
        "via": orjson.dumps(list(row.via)).decode(),
        "removed_at": row.removed_at,
        "decided_at": None,
    }


def _withdrawn(row: Row[Any]) -> Withdrawn:
    via = tuple(orjson.loads(row.via))
    return Withdrawn(row.source_id, row.id, row.batch, row.state, row.reason, row.item, row.hash, via, row.removed_at)


__all__ = ["KEPT", "Batch", "batches", "decide", "forget", "in_batch", "of_ids", "overdue", "purge", "put"]
