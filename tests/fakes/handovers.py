"""Handovers as their receipts have them, for tests of what is worked out from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from schemas.handover import MATCHED, STATED, Handover

GIVER, TAKER = "https://node.example/org/giver", "https://other.example/org/taker"


def handover(number: int = 1, **changes: Any) -> Handover:
    """A desk that a business gave to a charity and that both have confirmed, but for ``changes``."""
    made = Handover(
        exchange=f"https://node.example/exchanges/{number:020d}",
        state=MATCHED,
        counted=True,
        outcome="received",
        direction="offer",
        action="give",
        kind="item",
        category="furniture/desks",
        place="Peterborough",
        listing_id=f"https://node.example/listings/{number}",
        title="A desk",
        weight_g=26_000,
        weight_source=STATED,
        giver_id=GIVER,
        taker_id=TAKER,
        giver_name="The Giver",
        taker_name="The Taker",
        giver_type="business",
        taker_type="charity",
        owner_id=GIVER,
        asker_id=TAKER,
        listed_on="2026-11-02",
        asked_on="2026-11-09",
        accepted_on="2026-11-10",
        ended_on="2026-11-14",
        month="2026-11",
        changed_at=1_794_000_000,
    )
    return replace(made, **changes)
