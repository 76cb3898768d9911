"""What each reading of a source did: the last ones, for its health page."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, select

from federation.records import PollResult
from node.storage.engine import Tx
from node.storage.tables import polls

KEPT_PER_SOURCE = 50


class PollRow(NamedTuple):
    """One reading; ``at`` in seconds, ``bytes`` after decompression."""

    at: int
    code: str
    message: str
    milliseconds: int
    pages: int
    bytes: int
    added: int
    changed: int
    removed: int
    quarantined: int


def log(tx: Tx, source_id: int, result: PollResult, milliseconds: int, now: int) -> None:
    """Add one reading, and let the oldest go."""
    tally = result.tally
    tx.execute(
        polls.insert().values(
            source_id=source_id,
            at=now,
            code=result.code,
            message=result.message[:2000],
            milliseconds=milliseconds,
            pages=tally.pages,
            bytes=tally.bytes,
            added=tally.added,
            changed=tally.changed,
            removed=tally.removed,
            quarantined=tally.quarantined,
        )
    )
    newest = select(polls.c.id).where(polls.c.source_id == source_id).order_by(polls.c.id.desc())
    last_kept = tx.execute(newest.offset(KEPT_PER_SOURCE).limit(1)).scalar()
    if last_kept is not None:
        tx.execute(delete(polls).where(polls.c.source_id == source_id, polls.c.id <= last_kept))


def recent(tx: Tx, source_id: int, limit: int = KEPT_PER_SOURCE) -> list[PollRow]:
    """The last readings, the newest first."""
    columns = [polls.c[name] for name in PollRow._fields]
    query = select(*columns).where(polls.c.source_id == source_id).order_by(polls.c.id.desc()).limit(limit)
    return [PollRow(*row) for row in tx.execute(query)]
