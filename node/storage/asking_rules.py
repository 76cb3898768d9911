"""How organisations take requests, where they have said so."""

from __future__ import annotations

from sqlalchemy import select

from node.storage.engine import Tx
from node.storage.exchange_tables import asking_rules
from node.storage.tables import organisations
from node.storage.upsert import upsert
from schemas.node_document import NONE
from schemas.records import dataclass

FIRST, NEED, NEW = FAIRNESS = ("first", "need", "new")
"""Who asked first; who needs it most; who has not had anything before. Those who are alike, in the order they asked."""


@dataclass(frozen=True, slots=True)
class AskingRules:
    """``open``: requests are taken here. ``fairness`` is one of `FAIRNESS`."""

    open: bool = True
    fairness: str = FIRST

    @property
    def turn(self) -> str:
        """What other nodes are told of it (`schemas.node_document.TURNS`)."""
        return self.fairness if self.open else NONE


def of(tx: Tx, organisation_id: str) -> AskingRules:
    """What an organisation has said, or the usual."""
    row = tx.execute(select(asking_rules).where(asking_rules.c.organisation_id == organisation_id)).first()
    return AskingRules(row.open, row.fairness) if row else AskingRules()


def every(tx: Tx) -> dict[str, AskingRules]:
    """What each organisation has said, or the usual, by its id in a lasting order."""
    c, usual = asking_rules.c, AskingRules()
    query = select(organisations.c.id, c.open, c.fairness).outerjoin(
        asking_rules, c.organisation_id == organisations.c.id
    )
    rows = tx.execute(query.order_by(organisations.c.id))
    return {row.id: usual if row.fairness is None else AskingRules(row.open, row.fairness) for row in rows}


def put(tx: Tx, organisation_id: str, rules: AskingRules) -> None:
    values = {"organisation_id": organisation_id, "open": rules.open, "fairness": rules.fairness}
    upsert(tx, asking_rules, [values])
