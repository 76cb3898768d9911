"""When each kind of regular work was last done, and whether the clock was put back in between."""

from __future__ import annotations

from sqlalchemy import select

from node.storage.engine import Tx
from node.storage.health_tables import heartbeats
from node.storage.upsert import upsert
from schemas.records import dataclass

TOLERANCE_S = 60
"""A clock that is set right by less than this was not put back."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``at`` is in seconds since 1970; at ``moved_at`` the clock had gone back by ``moved_s`` seconds."""

    name: str
    at: int
    problem: str = ""
    moved_at: int | None = None
    moved_s: int | None = None


def beat(tx: Tx, name: str, now: int, problem: str = "") -> bool:
    """Note that this was done just now; whether the clock was put back since the time before."""
    before = by_name(tx, name)
    moved_at, moved_s = (before.moved_at, before.moved_s) if before else (None, None)
    back = before is not None and before.at > now + TOLERANCE_S
    if before is not None and back:
        moved_at, moved_s = now, before.at - now
    row = {"name": name, "at": now, "problem": problem[:500], "moved_at": moved_at, "moved_s": moved_s}
    upsert(tx, heartbeats, [row])
    return back


def by_name(tx: Tx, name: str) -> Heartbeat | None:
    row = tx.execute(select(heartbeats).where(heartbeats.c.name == name)).first()
    return Heartbeat(row.name, row.at, row.problem, row.moved_at, row.moved_s) if row else None
