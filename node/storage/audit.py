"""The log of what was done: entries are only ever added, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, update

from node.storage.account_tables import audit, audit_end
from node.storage.engine import Tx
from node.storage.upsert import insert_of

BEGINNING = "0" * 64
_END = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done; ``at`` is in whole seconds since 1970 in UTC.

    ``organisation_id`` is None for what is not about one, ``account_id`` None for the command line and the node itself.
    ``before`` is the hash of the entry before it.
    """

    position: int
    at: int
    organisation_id: str | None
    account_id: str | None
    who: str
    action: str
    subject: str
    before: str
    hash: str


_NAMES = tuple(Entry.__slots__)


def end(tx: Tx, lock: bool = False) -> tuple[int, str]:
    """Position and hash of the last entry; with ``lock``, other writers wait until this transaction ends."""
    query = select(audit_end).where(audit_end.c.id == _END)
    if lock:
        first = insert_of(tx.dialect, audit_end).values(id=_END, position=0, hash=BEGINNING)
        tx.execute(first.on_conflict_do_nothing(index_elements=["id"]))
        query = query.with_for_update()
    row = tx.execute(query).first()
    return (row.position, row.hash) if row else (0, BEGINNING)


def add(tx: Tx, entry: Entry) -> None:
    """Add the entry that follows `end`, which must be locked."""
    tx.execute(audit.insert().values({name: getattr(entry, name) for name in _NAMES}))
    tx.execute(update(audit_end).where(audit_end.c.id == _END).values(position=entry.position, hash=entry.hash))


def every(tx: Tx, at_once: int = 1000) -> Iterator[Entry]:
    """All entries in order."""
    after = -1
    while True:
        query = select(audit).where(audit.c.position > after).order_by(audit.c.position).limit(at_once)
        rows = tx.execute(query).all()
        if not rows:
            return
        yield from map(_entry, rows)
        after = rows[-1].position


def count(tx: Tx, organisation_id: str) -> int:
    query = select(func.count()).where(audit.c.organisation_id == organisation_id)
    return tx.execute(query).scalar() or 0


def newest(tx: Tx, organisation_id: str, limit: int, skip: int = 0) -> list[Entry]:
    """Entries about one organisation, the newest first."""
    query = select(audit).where(audit.c.organisation_id == organisation_id)
    return [_entry(row) for row in tx.execute(query.order_by(audit.c.position.desc()).limit(limit).offset(skip))]


def _entry(row: Row[Any]) -> Entry:
    return Entry(*(getattr(row, name) for name in _NAMES))
