"""What travels between the processes of a verification arrives as it was."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from node.services.receipts.piecework import packed, unpacked
from schemas.exchange import ASKER
from schemas.receipt import load_half
from tests.fakes.halves import CHARITY, OURS, SOMEBODY, half, item, key_of

FULL = {
    "unit": "sack (à 10 kg)",
    "weight_kg": 26.5,
    "weight_source": "measured",
    "hours": 0.1,
    "place": "Łódź “north”",
    "listed": date(2026, 11, 2),
    "accepted": date(2026, 11, 10),
    "handed_over": date(1, 1, 1),
}


@pytest.mark.parametrize(
    "told",
    [{}, FULL, {"asker": SOMEBODY, "side": ASKER, "attested": True}, {"asker": CHARITY, "title": "A\u2028desk"}],
    ids=["least", "full", "person", "organisation"],
)
def test_a_half_arrives_as_it_was(told: dict[str, Any]) -> None:
    sent = load_half(item(half(**told), key_of(OURS)))
    arrived = unpacked(packed(sent))
    assert arrived == sent
    assert [*map(type, arrived)] == [*map(type, sent)]
