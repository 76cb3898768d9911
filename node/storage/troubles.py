"""What is amiss with this node, since when, and of what the operator was told."""

from __future__ import annotations

from sqlalchemy import delete, select

from node.storage.engine import Tx
from node.storage.health_tables import troubles
from node.storage.upsert import upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """A check that is not well; ``seen`` counts the looks in a row that found it so."""

    code: str
    state: str
    since: int
    seen: int = 1
    told: bool = False


def every(tx: Tx) -> dict[str, Trouble]:
    rows = tx.execute(select(troubles).order_by(troubles.c.code))
    return {row.code: Trouble(row.code, row.state, row.since, row.seen, bool(row.told)) for row in rows}


def keep(tx: Tx, trouble: Trouble) -> None:
    values = {"code": trouble.code, "state": trouble.state, "since": trouble.since}
    upsert(tx, troubles, [{**values, "seen": trouble.seen, "told": trouble.told}])


def over(tx: Tx, code: str) -> None:
    tx.execute(delete(troubles).where(troubles.c.code == code))
