"""Handovers in tests, as their receipts have them: each counts unless something is said that stops it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from node.context import Node
from node.storage import handovers
from schemas.handover import Handover

OTHER = "https://other.example/organisations/other"
_HOME = "https://home.example/exchanges/"


def handed(number: int, ended_on: str, **said: Any) -> Handover:
    """A desk that ``giver_id`` gave to a person."""
    values: dict[str, Any] = {
        "exchange": f"{_HOME}{number:020}",
        "state": "matched",
        "counted": True,
        "outcome": "received",
        "direction": "offer",
        "action": "give",
        "kind": "item",
        "category": "furniture/desk",
        "listing_id": f"{_HOME}listings/{number}",
        "title": "A desk",
        "owner_id": said.get("giver_id", ""),
        "ended_on": ended_on,
        "month": ended_on[:7],
    }
    return Handover(**{**values, **said})


def give(node: Node, giver_id: str, count: int, apart: int = 1, **said: Any) -> None:
    """Let the organisation have given ``count`` times, the latest today, each some days before the next."""
    with node.database.write() as tx:
        known = sum(1 for _ in handovers.every(tx))
        days = [(node.clock() - timedelta(number * apart)).date().isoformat() for number in range(count)]
        rows = [handed(known + at, day, giver_id=giver_id, **said) for at, day in enumerate(days)]
        handovers.put(tx, rows)
