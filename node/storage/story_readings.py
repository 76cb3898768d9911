"""How far the stories of each source have been read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, and_, or_, select

from federation.records import ACTIVE
from node.storage.engine import Tx
from node.storage.story_tables import story_readings
from node.storage.tables import sources
from node.storage.upsert import upsert
from schemas.records import dataclass

_c = story_readings.c


@dataclass(frozen=True, slots=True)
class Reading:
    """One source's stories: when they are to be read next, and when they last were, in seconds since 1970.

    ``problem`` is a sentence about the last reading, blank where it went well.
    """

    source_id: int
    etag: str | None = None
    due_at: int = 0
    failures: int = 0
    read_at: int | None = None
    problem: str = ""


_NAMES = tuple(Reading.__slots__)


def claim(tx: Tx, now: int, until: int, limit: int) -> list[Reading]:
    """Sources whose stories are due, kept from other workers until ``until``. One that is paused is not read."""
    due = and_(
        sources.c.state == ACTIVE, sources.c.node_document.is_not(None), or_(_c.due_at.is_(None), _c.due_at <= now)
    )
    query = select(sources.c.id).outerjoin(story_readings, _c.source_id == sources.c.id).where(due)
    query = query.order_by(_c.due_at, sources.c.id).limit(limit).with_for_update(of=sources, skip_locked=True)
    claimed = [of(tx, row.id) for row in tx.execute(query).fetchall()]
    for one in claimed:
        save(tx, Reading(one.source_id, one.etag, until, one.failures, one.read_at, one.problem))
    return claimed


def of(tx: Tx, source_id: int) -> Reading:
    """How far a source has been read; from the start where it never was."""
    row = tx.execute(select(story_readings).where(_c.source_id == source_id)).first()
    return _reading(row) if row else Reading(source_id)


def save(tx: Tx, reading: Reading) -> None:
    upsert(tx, story_readings, [{name: getattr(reading, name) for name in _NAMES}])


def _reading(row: Row[Any]) -> Reading:
    return Reading(*(getattr(row, name) for name in _NAMES))
