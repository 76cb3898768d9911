"""Reminders say the day as it is for who reads them, and none that nobody named."""

from __future__ import annotations

import pytest

from node.services.exchanges.people.mail_words import SAID, wording
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Exchange

DAYS = {"starts_at": 1000, "ends_at": 2000}
WORDINGS = [
    ("agreed", rules.ACCEPTED, DAYS, 1, "agreed"),
    ("agreed", rules.ACCEPTED, DAYS, 0, "agreed_today"),
    ("agreed", rules.ACCEPTED, DAYS, -1, "agreed_no_day"),
    ("agreed", rules.ACCEPTED, {}, 0, "agreed_no_day"),
    ("back", rules.LENT, DAYS, 1, "back"),
    ("back", rules.LENT, DAYS, 0, "back_today"),
    ("back", rules.LENT, DAYS, -7, "back_late"),
    ("back", rules.LENT, {"starts_at": 1000}, 0, "back_no_day"),
    ("done", rules.ACCEPTED, {}, -2, "done"),
]


@pytest.mark.parametrize(("name", "state", "moments", "days", "expected"), WORDINGS)
def test_the_words_of_a_reminder(name: str, state: str, moments: dict[str, int], days: int, expected: str) -> None:
    exchange = Exchange("offer", "lend", 1, 0, 0, state, **moments)
    assert wording(name, exchange, days) == expected
    assert {(side, expected) in SAID for side in (OWNER, ASKER)} == {True}
