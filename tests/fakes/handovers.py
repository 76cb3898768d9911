"""Handovers as their receipts have them, for tests of what is worked out from them."""

from __future__ import annotations

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
    return made._replace(**changes)


def one_of_each() -> list[Handover]:
    """Handovers of one month, in every ledger and of every standing, with and without what may be missing."""
    carbon = {"co2e_low_g": 7_000, "co2e_g": 13_000, "co2e_high_g": 29_000, "cost_pence": 340}
    room = {"category": "space/hall", "weight_g": None, "kind": "space", "minutes": 120}
    return [
        handover(1, **carbon),
        handover(2, weight_g=None, weight_source="unknown", title="Odds and ends", place="", accepted_on=""),
        handover(3, action="lend", outcome="returned", category="tools", quantity=4),
        handover(4, action="host", **room),
        handover(5, action="help", **{**room, "category": "skill/it", "minutes": None}),
        handover(6, state="one_sided", counted=False),
        handover(7, state="one_operator", counted=False),
        handover(8, state="differs", counted=False),
        *(handover(10 + n, counted=False, outcome=what) for n, what in enumerate(("declined", "no_show", "unknown"))),
    ]
