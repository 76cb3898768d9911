"""Mails say the day as it is for who reads them, and speak of what it is: a thing, what takes place, or a want."""

from __future__ import annotations

import pytest

from node.services.exchanges.people.mail_words import SAID, wording
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Exchange

DAYS = {"starts_at": 1000, "ends_at": 2000}
REMINDERS = [
    ("agreed", rules.ACCEPTED, DAYS, 1, "agreed", "agreed"),
    ("agreed", rules.ACCEPTED, DAYS, 0, "agreed_today", "agreed_today"),
    ("agreed", rules.ACCEPTED, DAYS, -1, "agreed_no_day", "agreed_no_day"),
    ("agreed", rules.ACCEPTED, {}, 0, "agreed_no_day", "agreed_no_day"),
    ("back", rules.LENT, DAYS, 1, "comes_back", "back"),
    ("back", rules.LENT, DAYS, 0, "comes_back_today", "back_today"),
    ("back", rules.LENT, DAYS, -7, "comes_back_late", "back_late"),
    ("back", rules.LENT, {"starts_at": 1000}, 0, "comes_back_no_day", "back_no_day"),
    ("done", rules.ACCEPTED, {}, -2, "done", "done"),
]


@pytest.mark.parametrize(("name", "state", "moments", "days", "lends", "borrows"), REMINDERS)
@pytest.mark.parametrize("direction", ["offer", "want"])
def test_the_words_of_a_reminder(
    direction: str, name: str, state: str, moments: dict[str, int], days: int, lends: str, borrows: str
) -> None:
    exchange = Exchange(direction, "lend", 1, 0, 0, state, **moments)
    lender = OWNER if direction == "offer" else ASKER
    for side in (OWNER, ASKER):
        expected = lends if side == lender else borrows
        found = wording(side, name, exchange, days)
        assert found == (f"{expected}_want" if direction == "want" and name == "done" else expected)
        assert (side, found) in SAID


@pytest.mark.parametrize(
    ("direction", "action", "side", "name", "expected"),
    [
        ("offer", "give", ASKER, rules.HANDED_OVER, "handed_over"),
        ("offer", "host", ASKER, rules.HANDED_OVER, "handed_over_time"),
        ("want", "give", OWNER, rules.HANDED_OVER, "handed_over"),
        ("want", "help", OWNER, rules.HANDED_OVER, "handed_over_time"),
        ("want", "help", OWNER, rules.REQUESTED, "requested_want"),
        ("want", "help", OWNER, rules.NO_SHOW, "no_show_want"),
        ("offer", "help", OWNER, rules.REQUESTED, "requested"),
    ],
)
def test_what_is_spoken_of(direction: str, action: str, side: str, name: str, expected: str) -> None:
    assert wording(side, name, Exchange(direction, action, 1, 0, 0), 0) == expected


def test_nobody_who_looks_for_something_is_told_that_somebody_asks_for_it() -> None:
    """Every sentence that names a side as the one who asks or has has another one for wants."""
    one_sided = {(side, name) for side, name in SAID if (OWNER, name) not in SAID or (ASKER, name) not in SAID}
    of_wants = {(side, name.removesuffix("_want")) for side, name in SAID if name.endswith("_want")}
    # Of what is offered alone: there the owner gives, and names another time (`schemas.exchange.may_reschedule`).
    of_offers = {(ASKER, "given"), (ASKER, rules.TAKE_BACK), (ASKER, "first"), (ASKER, "kept_longer")}
    plain = {(side, name) for side, name in one_sided if not name.endswith(("_want", "_time")) and side != "operator"}
    assert plain - of_offers <= of_wants
