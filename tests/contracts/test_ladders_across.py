"""The ladder of chase-ups between two nodes: each home reminds its own side, in its language and on its clock.

Every state has an end at each of them, also when the other one is gone for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.context import Node
from node.services.exchanges import acting, chasing
from node.services.identity import accounts
from node.storage import exchange_people
from node.storage.engine import Database
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER, Act
from tests.fakes.exchanges import mails, now_of, shared, subjects
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.peer_nodes import DROPPED, deliver
from tests.fakes.publisher import clock_of, publisher

OTHER = "https://other.example.org/"
DAY, HOUR = 86_400, 3600
ASKED, DONE = ["Is it done"], ["What became of it"] * 3
OVERDUE = ["To come back today", *["Is it back already"] * 4]
ENDED = ["What became of it we do not know"]


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "here", database, mail_capture=True, timezone="Europe/London")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    more = {"mail_capture": True, "timezone": "Europe/Warsaw", "language": "pl"}
    made = publisher(tmp_path / "other", node_url=OTHER, **more)
    yield made
    made.database.close()


@pytest.fixture
def wires(here: Node, other: Node) -> FarWires:
    return FarWires(here, other)


class Two:
    """The two homes of an exchange about a desk, or a drill that is lent."""

    def __init__(self, here: Node, other: Node, wires: FarWires, lends: bool = False) -> None:
        self.here, self.other, self.wires = here, other, wires
        accounts.add(here, "Op", "op@school.example", operator=True)
        self.starts = here.now - here.now % DAY + 10 * DAY + 23 * HOUR + HOUR // 2
        if lends:
            what = shared(here, kind="equipment", action="lend", category="tools/hand")
            span = {"starts_at": self.starts, "ends_at": self.starts + 3 * DAY}
            self.one = ask(other, wires, club(other), what.row.key, **span)
        else:
            self.one = ask(other, wires, club(other), shared(here).row.key)
        self.settle()

    def settle(self) -> list[str]:
        settle(self.wires, self.here, self.other)
        return self.states()

    def states(self) -> list[str]:
        return [now_of(node, self.one).exchange.state for node in (self.here, self.other)]

    def do(self, side: str, name: str, words: str = "") -> None:
        acting.act(self.here if side == OWNER else self.other, self.one, Act(name, side), words)
        self.settle()

    def go(self, *deeds: tuple[str, str]) -> None:
        for side, name in deeds:
            self.do(side, name)

    def pass_by(self, days: int, step: int = 1, talks: bool = True) -> None:
        for _ in range(0, days, step):
            for node in (self.here, self.other):
                clock_of(node).pass_by(days=step)
                chasing.chase(node)
            if talks:
                self.settle()
            else:
                deliver(self.wires, self.here, self.other)

    def since(self, node: Node, to: str, before: int) -> list[str]:
        """What the mails to somebody were about, after the first so many of the node."""
        told = subjects(node)[before:]
        return [subject.removesuffix(" A desk").rstrip(":?") for who, subject in told if who == to]


ACCEPTED = ((OWNER, rules.ACCEPT),)
HANDED = (*ACCEPTED, (OWNER, rules.HAND_OVER))
LENT = (*HANDED, (ASKER, rules.HAND_OVER))
BACK = (*LENT, (ASKER, rules.BRING_BACK))
DISPUTED = (*HANDED, (ASKER, rules.DISPUTE))


@pytest.mark.parametrize(
    ("deeds", "lends", "days", "anns", "bos", "end"),
    [
        pytest.param(
            (), False, 23, ["Still waiting for an answer"] * 2 + ["Ended without an answer"], 1, "expired", id="waits"
        ),
        pytest.param(ACCEPTED, False, 33, [*ASKED, *DONE, *ENDED], 5, "unknown", id="agreed"),
        pytest.param(HANDED, False, 30, ENDED, 4, "unknown", id="one side has said it"),
        pytest.param(LENT, True, 46, [*OVERDUE, *ENDED], 6, "unknown", id="overdue"),
        pytest.param(BACK, True, 30, [*["Is it back"] * 3, *ENDED], 1, "unknown", id="back, the borrower says"),
        pytest.param(DISPUTED, False, 92, ENDED, 1, "unknown", id="seen differently"),
    ],
)
def test_each_home_reminds_its_own_side_and_then_says_that_nobody_knows(
    deeds: tuple[tuple[str, str], ...],
    lends: bool,
    days: int,
    anns: list[str],
    bos: int,
    end: str,
    here: Node,
    other: Node,
    wires: FarWires,
) -> None:
    two = Two(here, other, wires, lends)
    two.go(*deeds)
    begun = {node: len(subjects(node)) for node in (here, other)}
    two.pass_by(days)
    assert two.states() == [end, end]
    assert two.since(here, "ann", begun[here]) == anns
    told = two.since(other, "bo", begun[other])
    assert len(told) == bos
    assert not set(anns) & set(told), "in the language of their own node"


def test_a_day_is_said_on_the_clock_and_in_the_language_of_who_reads_it(
    here: Node, other: Node, wires: FarWires
) -> None:
    two = Two(here, other, wires, lends=True)
    two.go(*ACCEPTED)
    two.pass_by(10)
    [ann] = [text for _, subject, text in mails(here) if subject.startswith("Today")][:1]
    [bo] = [text for to, _, text in mails(other) if to.startswith("bo@")][1:2]
    # Half past eleven at night in London is half past midnight in Warsaw, a day later.
    day = datetime.fromtimestamp(two.starts, UTC).day
    assert f"{day} " in ann
    assert "23:30" in ann
    assert f"{day + 1} " in bo
    assert "00:30" in bo


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_why_it_is_called_off_is_read_on_the_other_side(side: str, here: Node, other: Node, wires: FarWires) -> None:
    two = Two(here, other, wires)
    two.go(*ACCEPTED)
    two.do(side, rules.CANCEL, "The van broke down.")
    assert two.states() == [rules.CANCELLED] * 2
    read_by = other if side == OWNER else here
    assert "The van broke down." in mails(read_by)[-1][2]


def test_nobody_came_is_said_no_earlier_than_the_day(here: Node, other: Node, wires: FarWires) -> None:
    two = Two(here, other, wires, lends=True)
    two.go(*ACCEPTED)
    for node, side in ((here, OWNER), (other, ASKER)):
        with pytest.raises(acting.ExchangeError, match="has not come yet"):
            acting.act(node, two.one, Act(rules.MISS, side))
    two.pass_by(11)
    two.do(ASKER, rules.MISS)
    assert two.states() == [rules.NO_SHOW] * 2
    assert subjects(here)[-1] == ("ann", "Nobody was there: A desk")


@pytest.mark.parametrize("outcome", [rules.RECEIVED, rules.CANCELLED])
def test_a_dispute_goes_to_who_runs_the_owners_node(outcome: str, here: Node, other: Node, wires: FarWires) -> None:
    two = Two(here, other, wires)
    two.go(*DISPUTED)
    assert ("op", "They see it differently: A desk") in subjects(here)
    acting.act(here, two.one, Act(rules.SETTLE, OPERATOR, outcome=outcome), "We have asked the caretaker.")
    # The asker has never said that they got it, so their copy does not say it either.
    assert two.settle() == [outcome, rules.UNKNOWN if outcome == rules.RECEIVED else outcome]
    _to, subject, text = mails(other)[-1]
    assert subject == "Sprawa rozstrzygnięta: A desk"
    assert "osoba, która prowadzi ich stronę, przyjrzała się sprawie „A desk” i rozstrzygnęła" in text
    assert "> We have asked the caretaker." in text
    with other.database.read() as tx:
        assert exchange_people.letters(tx, two.one)[-1].side == OPERATOR


@pytest.mark.parametrize("deeds", [(), ACCEPTED, HANDED, LENT, BACK, DISPUTED], ids=len)
def test_each_state_ends_at_home_when_the_other_node_is_gone_for_good(
    deeds: tuple[tuple[str, str], ...], here: Node, other: Node, wires: FarWires
) -> None:
    two = Two(here, other, wires, lends=True)
    two.go(*deeds)
    wires.faults = [DROPPED] * 100_000
    two.pass_by(126, step=7, talks=False)
    for node in (here, other):
        stored = now_of(node, two.one)
        assert not stored.exchange.is_open, (node.settings.url, stored.exchange.state)
        assert stored.closed_at is not None
