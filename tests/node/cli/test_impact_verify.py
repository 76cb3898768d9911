"""What `sharefeed impact verify` prints of what it has found."""

from __future__ import annotations

import pytest

from node.cli.impact import tell
from node.services.receipts.comparing import Compared, Difference
from node.services.receipts.verify import Verified
from node.services.receipts.whole_feed import Feed

CITY, SCHOOL = "https://city.example/", "https://school.example/"


def test_figures_by_own_factors_stand_beside_those_that_come_with_the_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = {"co2e_g": (130_000, 52_000), "weight_g": (130_000, 130_000)}
    tell(Verified(CITY, [Feed(CITY, f"{CITY}receipts.json", 2)], 9, 5, Compared(9, 5), "our-town-1a2b3c4d", figures))
    said = capsys.readouterr().out.splitlines()
    assert "Factors: our-town-1a2b3c4d." in said
    assert said[-3:] == ["  kg CO2e, about: 130.00 and 52.00", "  kg: 130.00 and 130.00", "Everything agrees."]


def test_what_is_hostile_in_what_was_read_does_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    evil = "\x1b[2J\x07\u202e"
    feed = Feed(SCHOOL, SCHOOL, aside=[(evil, evil)], failure=evil)
    tell(Verified(evil, [feed], 0, 0, Compared(differences=[Difference("different", evil, evil)]), evil))
    printed = capsys.readouterr()
    assert not {*evil[:1], *evil[-2:]} & {*printed.out, *printed.err}
    assert "1 difference." in printed.out
