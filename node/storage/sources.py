"""The sources: which feeds are read, how far, and by whom just now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import orjson
from sqlalchemy import Row, and_, bindparam, delete, select, update

from federation.merge import KnownNode
from federation.ports import StaleError
from federation.records import ACTIVE, SUSPENDED, Source
from node.storage.engine import Tx
from node.storage.tables import sources

_NAMES = tuple(field.name for field in fields(Source))


def add(tx: Tx, source: Source) -> Source:
    """Keep a new source; it comes back with its number."""
    values = {name: value for name, value in asdict(source).items() if name != "id"}
    number = tx.execute(sources.insert().values(values).returning(sources.c.id)).scalar_one()
    return Source(**{**values, "id": number})


def by_id(tx: Tx, source_id: int, lock: bool = False) -> Source | None:
    """The source; with ``lock``, nobody else changes it until this transaction ends."""
    query = select(sources).where(sources.c.id == source_id)
    # Not the strongest lock: rows that refer to the source may still be written.
    row = tx.execute(query.with_for_update(key_share=True) if lock else query).first()
    return _source(row) if row else None


def by_url(tx: Tx, url: str) -> Source | None:
    row = tx.execute(select(sources).where(sources.c.url == url)).first()
    return _source(row) if row else None


def by_node(tx: Tx, node_id: str) -> Source | None:
    """The first source of this node."""
    row = tx.execute(select(sources).where(sources.c.node_id == node_id).order_by(sources.c.id)).first()
    return _source(row) if row else None


def every(tx: Tx) -> list[Source]:
    """All sources, by name."""
    return [_source(row) for row in tx.execute(select(sources).order_by(sources.c.name, sources.c.id))]


def nodes(tx: Tx) -> list[KnownNode]:
    """The nodes behind the sources, for deciding whose word counts."""
    c = sources.c
    query = select(c.id, c.node_id, c.state, c.last_full_at.is_not(None), c.former_ids, c.handed_on)
    return [
        KnownNode(number, node_id, state, spoken, _told(former), tuple((ids, to) for ids, to in _told(handed_on)))
        for number, node_id, state, spoken, former, handed_on in tx.execute(query)
    ]


def _told(array: str) -> tuple[Any, ...]:
    return tuple(orjson.loads(array)) if array != "[]" else ()


def claim(tx: Tx, now: int, lease_s: int, limit: int) -> list[Source]:
    """Sources that are due, leased to the caller until ``now + lease_s``; others pass over them meanwhile.

    A suspended one is due when its suspension is over.
    """
    read = sources.c.state.in_([ACTIVE, SUSPENDED])
    due = and_(read, sources.c.due_at <= now, sources.c.lease_until <= now)
    query = select(sources.c.id).where(due).order_by(sources.c.due_at, sources.c.id).limit(limit)
    ids = [row.id for row in tx.execute(query.with_for_update(skip_locked=True))]
    return lease(tx, ids, now, lease_s)


def lease(tx: Tx, ids: Sequence[int], now: int, lease_s: int) -> list[Source]:
    """These sources, leased to the caller; the token fences off whoever held them before."""
    leased = {"lease_until": now + lease_s, "lease_token": sources.c.lease_token + 1}
    tx.execute(update(sources).where(sources.c.id.in_(list(ids))).values(leased))
    query = select(sources).where(sources.c.id.in_(list(ids))).order_by(sources.c.due_at, sources.c.id)
    return [_source(row) for row in tx.execute(query)]


def save(tx: Tx, source: Source, asked_with: str | None) -> None:
    """Keep what a reading found out. Raises `StaleError` when the cursor or the lease is no longer the caller's.

    What the operator may have changed meanwhile (state, name, defaults, holding) is not the reader's to write.
    """
    values = {f"to_{name}": getattr(source, name) for name in _READERS}
    asked = {"of_id": source.id, "of_lease": source.lease_token, "of_cursor": asked_with}
    if tx.execute(_SAVE, {**values, **asked}).rowcount != 1:
        raise StaleError(source.id)


_READERS = (
    *("epoch", "cursor", "etag", "last_modified", "reading", "reading_open", "mirror_count", "mirror_digest"),
    *("removal_window", "due_at", "lease_until", "failures", "gone_answers", "gone_since"),
    *("last_polled_at", "last_read_at", "last_full_at", "verified_at", "mismatch_backoff_s"),
    *("reread_at", "last_code", "last_message"),
)
# Made once: each poll saves three times, and making it costs more than running it.
_SAVE = (
    update(sources)
    .where(
        sources.c.id == bindparam("of_id"),
        sources.c.lease_token == bindparam("of_lease"),
        sources.c.cursor.is_not_distinct_from(bindparam("of_cursor")),
    )
    .values({name: bindparam(f"to_{name}") for name in _READERS})
)


def fence(tx: Tx, source_id: int) -> None:
    """Take the lease from whoever has it: what that worker still reads is not kept."""
    tx.execute(update(sources).where(sources.c.id == source_id).values(lease_token=sources.c.lease_token + 1))


def change(tx: Tx, source_id: int, **values: Any) -> None:
    """Change what is the operator's to change."""
    tx.execute(update(sources).where(sources.c.id == source_id).values(values))


def amend(tx: Tx, source: Source) -> None:
    """Keep all of the source as it is here; it must have been read in this transaction."""
    tx.execute(update(sources).where(sources.c.id == source.id).values(asdict(source)))


def remove(tx: Tx, source_id: int) -> None:
    """Forget the source and all that it sent."""
    tx.execute(delete(sources).where(sources.c.id == source_id))


def _source(row: Row[Any]) -> Source:
    return Source(**{name: getattr(row, name) for name in _NAMES})
