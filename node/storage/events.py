"""What happened to each source besides being read: it moved, was suspended, has another name."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import delete, func, select

from node.storage.engine import Tx
from node.storage.tables import source_events as events

KEPT_PER_SOURCE = 50


class EventRow(NamedTuple):
    """One event; ``at`` in seconds, ``code`` one of `federation.records.EVENTS`."""

    at: int
    code: str
    message: str


def note(tx: Tx, source_id: int, code: str, message: str, now: int) -> None:
    """Add one event, unless the newest says the same, and let the oldest go."""
    newest = recent(tx, source_id, 1)
    if newest and (newest[0].code, newest[0].message) == (code, message):
        return
    tx.execute(events.insert().values(source_id=source_id, at=now, code=code, message=message))
    numbers = select(events.c.id).where(events.c.source_id == source_id).order_by(events.c.id.desc())
    last_kept = tx.execute(numbers.offset(KEPT_PER_SOURCE).limit(1)).scalar()
    if last_kept is not None:
        tx.execute(delete(events).where(events.c.source_id == source_id, events.c.id <= last_kept))


def newest(tx: Tx, codes: Collection[str]) -> dict[int, str]:
    """Of the sources with any event of these codes, the newest such code."""
    of_these = select(func.max(events.c.id)).where(events.c.code.in_(list(codes))).group_by(events.c.source_id)
    query = select(events.c.source_id, events.c.code).where(events.c.id.in_(of_these))
    return {row.source_id: row.code for row in tx.execute(query)}


def recent(tx: Tx, source_id: int, limit: int = KEPT_PER_SOURCE) -> list[EventRow]:
    """The last events, the newest first."""
    query = select(events.c.at, events.c.code, events.c.message).where(events.c.source_id == source_id)
    return [EventRow(*row) for row in tx.execute(query.order_by(events.c.id.desc()).limit(limit))]
