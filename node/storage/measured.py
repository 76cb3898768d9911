"""What was measured of the node, and when: a few numbers of each kind, the latest last."""

from __future__ import annotations

from sqlalchemy import delete, select

from node.storage.engine import Tx
from node.storage.health_tables import readings
from node.storage.upsert import upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """``at`` is in seconds since 1970; what ``value`` counts is for whoever measures to say."""

    name: str
    at: int
    value: int


def keep(tx: Tx, reading: Reading, most: int = 1) -> None:
    """Keep a reading, and of its name the latest ``most``."""
    c = readings.c
    upsert(tx, readings, [{"name": reading.name, "at": reading.at, "value": reading.value}])
    query = select(c.at).where(c.name == reading.name).order_by(c.at.desc()).offset(most)
    beyond = [row.at for row in tx.execute(query)]
    if beyond:
        tx.execute(delete(readings).where(c.name == reading.name, c.at.in_(beyond)))


def every(tx: Tx, name: str) -> list[Reading]:
    """The readings of a name, the oldest first."""
    rows = tx.execute(select(readings).where(readings.c.name == name).order_by(readings.c.at))
    return [Reading(row.name, row.at, row.value) for row in rows]


def latest(tx: Tx, name: str) -> Reading | None:
    query = select(readings).where(readings.c.name == name).order_by(readings.c.at.desc()).limit(1)
    row = tx.execute(query).first()
    return Reading(row.name, row.at, row.value) if row else None
