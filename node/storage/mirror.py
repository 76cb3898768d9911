"""What each source has sent: one row a source and listing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson
from sqlalchemy import Row, and_, bindparam, delete, func, select, update

from federation.records import Mirrored
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.prefix import begins_with, origin_is
from node.storage.tables import FORWARDED, mirror
from node.storage.upsert import upsert
from schemas.errors import Problem

_NONE = "[]"
_LIGHT = [column for column in mirror.c if column.name != "item"]


def known(tx: Tx, source_id: int, ids: Collection[str]) -> dict[str, Mirrored]:
    """The rows of one source with these ids, without their texts."""
    query = select(*_LIGHT).where(mirror.c.source_id == source_id, among(tx, mirror.c.id, ids))
    return {row.id: mirrored(row) for row in tx.execute(query)}


def texts(tx: Tx, source_id: int, ids: Collection[str]) -> dict[str, str]:
    """The JSON texts of these rows, as the source sent them."""
    query = select(mirror.c.id, mirror.c.item).where(mirror.c.source_id == source_id, among(tx, mirror.c.id, ids))
    return {row.id: row.item for row in tx.execute(query)}


def routes(tx: Tx, ids: Collection[str], besides: int | None = None) -> dict[str, list[Mirrored]]:
    """Every source's row of each of these listings, the oldest source first; ``besides`` leaves one source out."""
    found: dict[str, list[Mirrored]] = {}
    query = select(*_LIGHT).where(among(tx, mirror.c.id, ids)).order_by(mirror.c.source_id)
    if besides is not None:
        query = query.where(mirror.c.source_id != besides)
    for row in tx.execute(query):
        found.setdefault(row.id, []).append(mirrored(row))
    return found


def put(tx: Tx, rows: Sequence[tuple[Mirrored, str]]) -> None:
    """Keep these versions; an earlier version of the same listing from the same source gives way."""
    upsert(tx, mirror, [_values(row, item) for row, item in rows], kept=("first_seen_at",))


def set_state(tx: Tx, rows: Sequence[Mirrored]) -> None:
    """Change only what became of these listings."""
    if not rows:
        return
    one = and_(mirror.c.source_id == bindparam("of_source"), mirror.c.id == bindparam("of_id"))
    change = update(mirror).where(one).values(state=bindparam("to_state"), reasons=bindparam("to_reasons"))
    tx.execute(
        change,
        [
            {"of_source": r.source_id, "of_id": r.id, "to_state": r.state, "to_reasons": reasons_text(r.reasons)}
            for r in rows
        ],
    )


def mark(tx: Tx, source_id: int, ids: Collection[str], reading: int) -> None:
    """Note that a reading met these listings unchanged."""
    met = and_(mirror.c.source_id == source_id, among(tx, mirror.c.id, ids), mirror.c.reading != reading)
    tx.execute(update(mirror).where(met).values(reading=reading))


def drop(tx: Tx, source_id: int, ids: Collection[str]) -> None:
    """Forget these listings of one source."""
    tx.execute(delete(mirror).where(mirror.c.source_id == source_id, among(tx, mirror.c.id, ids)))


def unmarked(tx: Tx, source_id: int, reading: int) -> list[Mirrored]:
    """What the reading with this number did not meet."""
    query = select(*_LIGHT).where(mirror.c.source_id == source_id, mirror.c.reading < reading)
    return [mirrored(row) for row in tx.execute(query)]


def ids_of(tx: Tx, source_id: int, after: str, limit: int) -> list[str]:
    """Ids that the source sent, in order, from the one after ``after``."""
    query = select(mirror.c.id).where(mirror.c.source_id == source_id, mirror.c.id > after)
    return list(tx.execute(query.order_by(mirror.c.id).limit(limit)).scalars())


def under(tx: Tx, address: str, except_source: int) -> list[str]:
    """Ids that begin with ``address`` and came from other sources than this one."""
    query = select(mirror.c.id).where(begins_with(tx, mirror.c.id, address), mirror.c.source_id != except_source)
    return list(tx.execute(query.distinct()).scalars())


def first_from(tx: Tx, node_id: str, except_source: int) -> list[str]:
    """Ids that name this node as their origin and came from other sources than this one."""
    theirs = and_(FORWARDED, origin_is(tx, mirror.c.via, node_id), mirror.c.source_id != except_source)
    # Made distinct here: asked to do so, SQLite walks the whole table in the order of ids.
    return sorted(set(tx.execute(select(mirror.c.id).where(theirs)).scalars()))


def of_source(tx: Tx, source_id: int, after: str = "", limit: int = 500, state: str | None = None) -> list[Mirrored]:
    """The listings of one source by id, from the one after ``after``."""
    query = select(*_LIGHT).where(mirror.c.source_id == source_id, mirror.c.id > after)
    if state is not None:
        query = query.where(mirror.c.state == state)
    return [mirrored(row) for row in tx.execute(query.order_by(mirror.c.id).limit(limit))]


def in_states(tx: Tx, states: Collection[str], limit: int, offset: int = 0) -> list[tuple[Mirrored, str]]:
    """Listings in any of these states, the longest waiting first, with their texts."""
    query = select(mirror).where(mirror.c.state.in_(list(states)))
    query = query.order_by(mirror.c.changed_at, mirror.c.source_id, mirror.c.id).limit(limit).offset(offset)
    return [(mirrored(row), row.item) for row in tx.execute(query)]


def count_states(tx: Tx, source_id: int | None = None) -> dict[int, dict[str, int]]:
    """How many listings of each source, or of one, are in each state."""
    counts: dict[int, dict[str, int]] = {}
    query = select(mirror.c.source_id, mirror.c.state, func.count()).group_by(mirror.c.source_id, mirror.c.state)
    if source_id is not None:
        query = query.where(mirror.c.source_id == source_id)
    for number, state, count in tx.execute(query):
        counts.setdefault(number, {})[state] = count
    return counts


def reasons_text(reasons: Sequence[Problem]) -> str:
    return orjson.dumps([problem.as_json() for problem in reasons]).decode() if reasons else _NONE


def _values(row: Mirrored, item: str) -> dict[str, Any]:
    return {
        "source_id": row.source_id,
        "id": row.id,
        "hash": row.hash,
        "via": orjson.dumps(list(row.via)).decode() if row.via else _NONE,
        "item": item,
        "state": row.state,
        "reasons": reasons_text(row.reasons),
        "reading": row.reading,
        "first_seen_at": row.first_seen_at,
        "changed_at": row.changed_at,
    }


def mirrored(row: Row[Any]) -> Mirrored:
    """A database row as the engine knows it."""
    return Mirrored(
        source_id=row.source_id,
        id=row.id,
        hash=row.hash,
        via=tuple(orjson.loads(row.via)),
        state=row.state,
        reasons=tuple(Problem.from_json(reason) for reason in orjson.loads(row.reasons)),
        reading=row.reading,
        first_seen_at=row.first_seen_at,
        changed_at=row.changed_at,
    )
