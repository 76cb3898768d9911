"""The lists of an organisation's exchanges on every database: their order, their pages, and what words find."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.context import Node
from node.services.exchanges import reading
from node.services.exchanges.people import privacy
from node.storage.asking_rules import FAIRNESS, FIRST, NEED, NEW, AskingRules
from node.storage.engine import Database
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER
from tests.fakes.exchanges import act, asked, shared
from tests.fakes.publisher import clock_of, publisher

DAY = 86_400


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, mail_capture=True)


def names(found: tuple[list[reading.Row], int]) -> list[str]:
    return [row.name for row in found[0]]


def titles(found: tuple[list[reading.Row], int]) -> list[str]:
    return [row.stored.title for row in found[0]]


@pytest.mark.parametrize(
    ("fairness", "order"),
    [(FIRST, ["Ann", "Bo", "Cem", "Dai"]), (NEED, ["Dai", "Bo", "Ann", "Cem"]), (NEW, ["Bo", "Dai", "Ann", "Cem"])],
)
def test_those_who_wait_stand_in_the_order_that_was_stated(node: Node, fairness: str, order: list[str]) -> None:
    what, pens = shared(node, quantity=9), shared(node, "pens", quantity=9)
    organisation = what.row.organisation_id
    for name in ("Cem", "Ann"):
        act(node, had := asked(node, pens, name), rules.ACCEPT)
        act(node, had, rules.HAND_OVER, OWNER)
        act(node, had, rules.HAND_OVER, ASKER)
    for name, need in (("Ann", 0), ("Bo", 1), ("Cem", 0), ("Dai", 2)):
        clock_of(node).pass_by(minutes=1)
        asked(node, what, name, need=need)
    reading.put_rules(node, organisation, AskingRules(True, fairness))
    assert names(reading.waiting(node, organisation)) == order
    paged = [names(reading.waiting(node, organisation, limit=2, offset=at)) for at in (0, 2, 4)]
    assert paged == [order[:2], order[2:], []]
    assert reading.waiting(node, organisation, limit=1)[1] == 4


def test_every_rule_of_fairness_has_an_order_of_its_own_tested() -> None:
    assert set(FAIRNESS) == {FIRST, NEED, NEW}


def test_what_is_due_longest_stands_first_and_what_ended_last(node: Node) -> None:
    loans = {name: shared(node, name, action="lend", title=f"A {name}") for name in ("tent", "stove", "boat")}
    gift = shared(node, "chair", title="A chair")
    organisation, now = gift.row.organisation_id, node.now
    for name, starts, ends in (("tent", 1, 9), ("stove", 2, 4), ("boat", 6, 7)):
        one = asked(node, loans[name], starts_at=now + starts * DAY, ends_at=now + ends * DAY)
        act(node, one, rules.ACCEPT)
        if name != "boat":
            act(node, one, rules.HAND_OVER, OWNER)
            act(node, one, rules.HAND_OVER, ASKER)
    clock_of(node).pass_by(days=5)
    act(node, given := asked(node, gift, "Dai"), rules.ACCEPT)
    # Back by the 4th, agreed on the 5th, to be fetched on the 6th, back by the 9th.
    assert titles(reading.agreed(node, organisation)) == ["A stove", "A chair", "A boat", "A tent"]
    act(node, given, rules.CANCEL, OWNER)
    clock_of(node).pass_by(days=1)
    back = reading.agreed(node, organisation)[0][0].stored.id
    act(node, back, rules.BRING_BACK, OWNER)
    assert titles(reading.over(node, organisation)) == ["A stove", "A chair"]
    assert titles(reading.over(node, organisation, limit=1, offset=1)) == ["A chair"]
    assert reading.over(node, organisation, limit=1)[1] == 2


def test_words_find_what_it_is_or_who_asks_and_nobody_who_is_forgotten(node: Node) -> None:
    desk, chairs = shared(node, title="Écran 100 % & a desk"), shared(node, "chairs", title="Office chairs")
    organisation = desk.row.organisation_id
    one = asked(node, desk, "Zoë Ash", email="zoe@x.example")
    asked(node, chairs, "Dai")
    asked(node, chairs, "Ash Roe", email="ash@x.example")

    def found(words: str) -> list[str]:
        return sorted(names(reading.waiting(node, organisation, words)))

    assert found("ecran") == ["Zoë Ash"]
    assert found("CHAIR ash") == ["Ash Roe"]
    assert found("ash") == ["Ash Roe", "Zoë Ash"]
    assert found("zoe") == ["Zoë Ash"]
    assert found("sh") == found("desk chairs") == found("nobody") == []
    assert reading.waiting(node, organisation, "ash")[1] == 2
    privacy.erase(node, one)
    assert found("ash") == ["Ash Roe"]
    gone = [*reading.over(node, organisation, "zoe")[0], *reading.agreed(node, organisation, "zoe")[0]]
    assert gone == []


def test_who_is_open_about_one_listing_and_nobody_else(node: Node) -> None:
    desk, pens = shared(node, quantity=3), shared(node, "pens")
    asked(node, pens, "Eve")
    asked(node, desk, "Ann")
    act(node, asked(node, desk, "Bo"), rules.ACCEPT)
    act(node, asked(node, desk, "Cem"), rules.DECLINE)
    found = reading.open_about(node, desk.row.organisation_id, desk.row.id)
    assert [row.name for row in found] == ["Bo", "Ann"]
