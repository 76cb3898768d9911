"""How organisations take requests, where they have said so."""

from __future__ import annotations

from sqlalchemy import select

from node.storage.engine import Tx
from node.storage.exchange_tables import asking_rules
from node.storage.upsert import upsert
from schemas.records import dataclass

FIRST, NEED, NEW = FAIRNESS = ("first", "need", "new")
"""Who asked first; who needs it most; who has not had anything before. Those who are alike, in the order they asked."""


@dataclass(frozen=True, slots=True)
class AskingRules:
    """``open``: requests are taken here. ``fairness`` is one of `FAIRNESS`."""

    open: bool = True
    fairness: str = FIRST


def of(tx: Tx, organisation_id: str) -> AskingRules:
    """What an organisation has said, or the usual."""
    row = tx.execute(select(asking_rules).where(asking_rules.c.organisation_id == organisation_id)).first()
    return AskingRules(row.open, row.fairness) if row else AskingRules()


def put(tx: Tx, organisation_id: str, rules: AskingRules) -> None:
    values = {"organisation_id": organisation_id, "open": rules.open, "fairness": rules.fairness}
    upsert(tx, asking_rules, [values])
