"""An exchange between organisations of two nodes: both desks see the same, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from node.context import Node
from node.services.exchanges import acting, chasing, links, measuring, reading
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.between_nodes import across, codes
from node.services.exchanges.between_nodes import heard as rules_of_heard
from node.services.exchanges.links import Party
from node.services.exchanges.people import privacy
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.services.listings.publishing import listing
from node.services.messages import sending
from node.storage import exchange_homes, exchange_people, organisations, receipts
from node.storage.engine import Database
from node.storage.message_tables import messages_in
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.fields import rfc3339
from tests.fakes.exchanges import act, every, mails, now_of, shared, subjects
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.peer_nodes import DOUBLED, DROPPED, FAULTS, UNANSWERED, deliver
from tests.fakes.publisher import URL, clock_of, publisher
from tests.thorough import examples

OTHER = "https://other.example.org/"
DAY = 86_400
SCHOOL = {"type": "school", "id": f"{OTHER}organisations/x", "name": "X"}
OWNERS = (rules.ACCEPT, rules.DECLINE, rules.CANCEL, rules.HAND_OVER, rules.MISS, rules.DISPUTE, rules.TAKE_BACK)
CODES = tuple((side, name) for side in (OWNER, ASKER) for name in ("code", "wrong code"))
ASKERS = (rules.WITHDRAW, rules.CANCEL, rules.HAND_OVER, rules.MISS, rules.DISPUTE)


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "here", database, mail_capture=True)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "other", node_url=OTHER, mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def wires(here: Node, other: Node) -> FarWires:
    return FarWires(here, other)


class Both:
    """The two homes of one exchange."""

    def __init__(self, here: Node, other: Node, wires: FarWires, one: str) -> None:
        self.here, self.other, self.wires, self.one = here, other, wires, one

    def owner(self, name: str, words: str = "", **more: Any) -> None:
        acting.act(self.here, self.one, Act(name, OWNER, **more), words)

    def asker(self, name: str, words: str = "") -> None:
        acting.act(self.other, self.one, Act(name, ASKER), words)

    def later(self, **span: float) -> None:
        for node in (self.here, self.other):
            clock_of(node).pass_by(**span)

    def settle(self) -> str:
        settle(self.wires, self.here, self.other)
        states = [now_of(node, self.one).exchange.state for node in (self.here, self.other)]
        assert states[0] == states[1], states
        return states[0]


def begun(here: Node, other: Node, wires: FarWires, quantity: int = 1, action: str = "give", **more: Any) -> Both:
    what = shared(here, quantity=quantity, action=action)
    one = ask(other, wires, club(other), what.row.key, **more)
    both = Both(here, other, wires, one)
    assert both.settle() == rules.REQUESTED
    return both


def test_a_gift_from_one_node_to_another(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires, quantity=5, words="For our club.")
    both.owner(rules.ACCEPT, "Tuesday is fine.", quantity=1)
    assert both.settle() == rules.ACCEPTED
    both.asker(rules.HAND_OVER)
    assert both.settle() == rules.HANDED_OVER
    both.owner(rules.HAND_OVER)
    assert both.settle() == rules.RECEIVED
    assert listing(here, now_of(here, both.one).key).listing().quantity.available == 4
    assert subjects(here) == [("ann", "Somebody asks for A desk"), ("ann", "Was it handed over? A desk")]
    assert subjects(other) == [("bo", "Yes: A desk")]
    assert "Tuesday is fine." in mails(other)[0][2]
    assert "For our club." in mails(here)[0][2]
    # Of who sat at the desk nothing was told.
    told = b"".join(body for _, body, _ in wires.sent)
    assert b"bo@club.example" not in told
    assert b'"Bo"' not in told


def test_another_time_reaches_the_other_home(here: Node, other: Node, wires: FarWires) -> None:
    days = {"starts_at": here.now + 2 * rules.DAY_S, "ends_at": here.now + 3 * rules.DAY_S}
    both = begun(here, other, wires, action="lend", **days)
    both.owner(rules.ACCEPT)
    both.settle()
    both.owner(
        rules.RESCHEDULE, "Our van is late.", starts_at=here.now + 9 * rules.DAY_S, ends_at=here.now + 10 * rules.DAY_S
    )
    assert both.settle() == rules.ACCEPTED
    copy = now_of(other, both.one).exchange
    assert (copy.starts_at, copy.ends_at) == (here.now + 9 * rules.DAY_S, here.now + 10 * rules.DAY_S)
    assert subjects(other)[-1] == ("bo", "Another time: A desk")
    assert "Our van is late." in mails(other)[-1][2]
    many = len(mails(other))
    both.later(days=3)
    chasing.chase(other)
    assert len(mails(other)) == many
    both.later(days=5)
    chasing.chase(other)
    assert subjects(other)[-1] == ("bo", "Soon: A desk")


def test_both_say_it_with_a_code(here: Node, other: Node, wires: FarWires) -> None:
    for typed_at, said_at, side, said_by in ((here, other, OWNER, ASKER), (other, here, ASKER, OWNER)):
        both = begun(here, other, wires) if typed_at is here else Both(here, other, wires, again(here, other, wires))
        both.owner(rules.ACCEPT)
        both.settle()
        code = links.code_of(said_at, both.one, said_by)
        acting.meet(typed_at, both.one, Party(side), code)
        assert both.settle() == rules.RECEIVED
        assert now_of(other, both.one).exchange.asker_said
        assert now_of(here, both.one).exchange.owner_said


def again(here: Node, other: Node, wires: FarWires) -> str:
    what = shared(here, "second")
    one = ask(other, wires, own_id(other), what.row.key)
    settle(wires, here, other)
    return one


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 1_000_000:06}"


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_a_wrong_code_says_nothing_and_whoever_typed_it_is_told(
    side: str, here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    at, there, theirs = (here, other, ASKER) if side == OWNER else (other, here, OWNER)
    code = links.code_of(there, both.one, theirs)
    acting.meet(at, both.one, Party(side), wrong(code))
    assert code_answer(at, both.one) == ""
    assert both.settle() == rules.ACCEPTED
    assert code_answer(at, both.one) == "bad-code"
    for node in (here, other):
        exchange = now_of(node, both.one).exchange
        assert (exchange.owner_said, exchange.asker_said) == (False, False)
        assert [to for to, subject in subjects(node) if "handed over" in subject or "not their code" in subject] == []
    acting.meet(at, both.one, Party(side), code)
    assert code_answer(at, both.one) == ""
    assert both.settle() == rules.RECEIVED


def code_answer(node: Node, one: str) -> str:
    with node.database.read() as tx:
        home = exchange_homes.of(tx, one)
    assert home is not None
    return home.code_answer


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_after_five_wrong_codes_none_is_looked_at_but_it_can_still_be_said(
    side: str, here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    at, there, theirs = (here, other, ASKER) if side == OWNER else (other, here, OWNER)
    code = links.code_of(there, both.one, theirs)
    for number in range(6):
        acting.meet(at, both.one, Party(side), wrong(code, number + 1))
        both.settle()
        if number == 4:
            with pytest.raises(TooManyTriesError):
                acting.meet(at, both.one, Party(side), code)
            both.later(hours=1)
    assert code_answer(at, both.one) == "no-more-codes"
    both.later(hours=1)
    acting.meet(at, both.one, Party(side), code)
    assert both.settle() == rules.ACCEPTED
    (both.owner if side == OWNER else both.asker)(rules.HAND_OVER)
    assert both.settle() == rules.HANDED_OVER
    (both.asker if side == OWNER else both.owner)(rules.HAND_OVER)
    assert both.settle() == rules.RECEIVED


def test_who_is_answered_late_gets_a_mail_and_a_code_that_is_lost_is_said(
    here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    code = links.code_of(other, both.one, ASKER)
    acting.meet(here, both.one, Party(OWNER), wrong(code))
    both.later(hours=3)
    both.settle()
    assert subjects(here)[-1] == ("ann", "That was not their code: A desk")
    wires.faults = [DROPPED] * 1000
    acting.meet(here, both.one, Party(OWNER), code)
    acting.meet(here, both.one, Party(OWNER), code)
    for _ in range(40):
        deliver(wires, here)
        clock_of(here).pass_by(hours=6)
    assert code_answer(here, both.one) == codes.LOST
    assert now_of(here, both.one).exchange.state == rules.ACCEPTED
    act(here, both.one, rules.HAND_OVER)


def test_a_code_that_comes_when_nothing_is_handed_over_any_more(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    acting.meet(other, both.one, Party(ASKER), links.code_of(here, both.one, OWNER))
    both.owner(rules.CANCEL, "It broke.")
    assert both.settle() == rules.CANCELLED
    assert code_answer(other, both.one) == "not-now"
    assert not now_of(other, both.one).exchange.asker_said


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_a_code_confirms_for_both_where_one_has_said_it_before(
    side: str, here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    (both.owner if side == OWNER else both.asker)(rules.HAND_OVER)
    both.settle()
    at, there, theirs = (here, other, ASKER) if side == OWNER else (other, here, OWNER)
    acting.meet(at, both.one, Party(side), links.code_of(there, both.one, theirs))
    assert both.settle() == rules.RECEIVED


@pytest.mark.parametrize("fault", [DROPPED, UNANSWERED, DOUBLED])
@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_a_code_counts_once_whatever_happens_to_it(
    side: str, fault: str, here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires, quantity=5)
    both.owner(rules.ACCEPT)
    both.settle()
    at, there, theirs = (here, other, ASKER) if side == OWNER else (other, here, OWNER)
    acting.meet(at, both.one, Party(side), links.code_of(there, both.one, theirs))
    wires.faults = [fault] * 3
    assert both.settle() == rules.RECEIVED
    assert listing(here, now_of(here, both.one).key).listing().quantity.available == 4
    asked_whether = [subject for node in (here, other) for _, subject in subjects(node) if "handed over" in subject]
    assert asked_whether == []


@pytest.mark.parametrize("side", [OWNER, ASKER])
def test_what_it_weighed_stands_on_both_desks_and_in_both_halves(
    side: str, here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    both.owner(rules.HAND_OVER)
    both.asker(rules.HAND_OVER)
    both.settle()
    measuring.measure(here if side == OWNER else other, both.one, Party(side), "19,5 kg")
    both.settle()
    for node, half in ((here, OWNER), (other, ASKER)):
        stored = now_of(node, both.one)
        assert (stored.weight_g, stored.measured_by) == (19_500, side)
        with node.database.read() as tx:
            found = receipts.item(tx, f"{URL}exchanges/{both.one}", half)
        assert found is not None
        said = orjson.loads(found)["_sharefeed"]
        assert (said["weight_kg"], said["weight_source"]) == (19.5, "measured")
    if side == OWNER:
        with pytest.raises(FormError):
            measuring.measure(other, both.one, Party(ASKER), "3")
    else:
        measuring.measure(here, both.one, Party(OWNER), "3")
        both.settle()
        assert {(now_of(node, both.one).weight_g, now_of(node, both.one).measured_by) for node in (here, other)} == {
            (3_000, OWNER)
        }
    measuring.measure(here, both.one, Party(OWNER), "")
    both.settle()
    assert [now_of(node, both.one).measured_by for node in (here, other)] == ["", ""]


def test_of_two_weights_said_at_once_the_owners_counts(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    both.owner(rules.HAND_OVER)
    both.asker(rules.HAND_OVER)
    both.settle()
    measuring.measure(here, both.one, Party(OWNER), "20")
    measuring.measure(other, both.one, Party(ASKER), "21")
    both.settle()
    assert [now_of(node, both.one).weight_g for node in (here, other)] == [20_000, 20_000]


@pytest.mark.parametrize(
    ("side", "name", "state"),
    [
        pytest.param(OWNER, rules.DECLINE, rules.DECLINED, id="declined"),
        pytest.param(ASKER, rules.WITHDRAW, rules.WITHDRAWN, id="withdrawn"),
    ],
)
def test_it_ends_before_it_began(side: str, name: str, state: str, here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    (both.owner if side == OWNER else both.asker)(name, "Because.")
    assert both.settle() == state


@pytest.mark.parametrize("side", [OWNER, ASKER])
@pytest.mark.parametrize(("name", "state"), [(rules.CANCEL, rules.CANCELLED), (rules.MISS, rules.NO_SHOW)])
def test_it_is_called_off(side: str, name: str, state: str, here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    (both.owner if side == OWNER else both.asker)(name)
    assert both.settle() == state


def test_a_loan_goes_and_comes_back(here: Node, other: Node, wires: FarWires) -> None:
    what = shared(here, kind="equipment", action="lend", category="tools/hand")
    start = here.now + DAY
    one = ask(other, wires, club(other), what.row.key, starts_at=start, ends_at=start + 3 * DAY)
    both = Both(here, other, wires, one)
    both.settle()
    both.owner(rules.ACCEPT)
    both.settle()
    both.owner(rules.HAND_OVER)
    both.asker(rules.HAND_OVER)
    assert both.settle() == rules.LENT
    both.asker(rules.BRING_BACK)
    assert both.settle() == rules.BROUGHT_BACK
    both.owner(rules.BRING_BACK)
    assert both.settle() == rules.RETURNED


def test_what_they_write_to_each_other_stands_on_both_desks(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    acting.write(here, both.one, OWNER, "Have you a van?")
    both.settle()
    acting.write(other, both.one, ASKER, "We have.")
    both.settle()
    for node in (here, other):
        with node.database.read() as tx:
            assert [(one.side, one.words) for one in exchange_people.letters(tx, both.one)] == [
                (OWNER, "Have you a van?"),
                (ASKER, "We have."),
            ]


def test_of_two_who_act_at_once_the_owners_home_decides(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    both.owner(rules.CANCEL, "It broke.")
    both.asker(rules.HAND_OVER)
    assert both.settle() == rules.CANCELLED


def test_the_copy_waits_until_the_owners_home_has_heard_what_was_done_here(
    here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    both.asker(rules.HAND_OVER)
    both.owner(rules.CANCEL, "It broke.")
    deliver(wires, here)
    assert now_of(other, both.one).exchange.state == rules.HANDED_OVER
    assert both.settle() == rules.CANCELLED


def test_what_the_owners_home_said_before_undoes_nothing_it_said_since(
    here: Node, other: Node, wires: FarWires
) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.owner(rules.HAND_OVER)
    both.settle()
    with here.database.read() as tx:
        home = exchange_homes.of(tx, both.one)
        assert home is not None
        before = across.state_of(tx, home, now_of(here, both.one))
    both.owner(rules.TAKE_BACK)
    assert both.settle() == rules.ACCEPTED
    told = {"type": "state", "exchange": f"{URL}exchanges/{both.one}", "state": before}
    with here.database.write() as tx:
        sending.send(tx, here, OTHER, told, both.one)
    assert both.settle() == rules.ACCEPTED


def test_an_act_that_comes_late_does_not_hide_those_after_it(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.settle()
    both.asker(rules.HAND_OVER)
    both.settle()
    heard = []
    for late in ("no_show", "measured"):
        told = {"type": late, "exchange": f"{URL}exchanges/{both.one}", "sequence": 1}
        with other.database.write() as tx:
            sending.send(tx, other, URL, told, both.one)
        both.settle()
        with here.database.read() as tx:
            home = exchange_homes.of(tx, both.one)
        heard.append(home.acts if home else None)
    assert heard == [2, 2]


def test_who_withdraws_while_it_is_accepted_calls_it_off(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    both.owner(rules.ACCEPT)
    both.asker(rules.WITHDRAW)
    assert both.settle() == rules.CANCELLED


def test_a_request_for_what_is_gone_is_over_and_says_so(here: Node, other: Node, wires: FarWires) -> None:
    what = shared(here)
    from node.services.listings.publishing import withdraw

    far = ask(other, wires, club(other), what.row.key)
    withdraw(here, what.row.key, "withdrawn")
    deliver(wires, other)
    assert now_of(other, far).exchange.state == rules.DECLINED


def test_when_nobody_says_anything_both_clocks_end_it(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    for node in (here, other):
        clock_of(node).pass_by(days=22)
        chasing.chase(node)
    assert both.settle() == rules.EXPIRED


def test_who_asked_is_forgotten_on_both_nodes(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires, words="Marker Zyxwvut")
    both.asker(rules.WITHDRAW)
    both.settle()
    for node in (here, other):
        clock_of(node).pass_by(days=31)
        assert privacy.purge(node) == 1
        with node.database.read() as tx:
            from node.storage.metadata import metadata

            kept = [str(row) for table in metadata.sorted_tables for row in tx.execute(table.select())]
        assert not [row for row in kept if "Zyxwvut" in row and "outbox" not in row]


def test_the_desk_lists_what_was_asked_elsewhere_apart(here: Node, other: Node, wires: FarWires) -> None:
    both = begun(here, other, wires)
    own = now_of(here, both.one).organisation_id
    assert [row.stored.id for row in reading.waiting(here, own)[0]] == [both.one]
    club_id = own_id(other)
    assert [row.stored.id for row in reading.asked_elsewhere(other, club_id)[0]] == [both.one]
    assert reading.waiting(other, club_id)[0] == []
    with pytest.raises(ExchangeError):
        act(other, both.one, rules.ACCEPT, ASKER)


@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(FAULTS), max_size=10),
    st.lists(
        st.sampled_from([*((OWNER, name) for name in OWNERS), *((ASKER, name) for name in ASKERS), *CODES]), max_size=8
    ),
    st.data(),
)
def test_whatever_happens_both_desks_end_alike(
    here: Node, other: Node, wires: FarWires, faults: list[str], acts: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Acts of both in any order, with messages between them or not, some of them lost, doubled or unanswered."""
    wires.faults = []
    what = shared(here, f"thing-{len(every(here))}", quantity=3)
    one = ask(other, wires, own_id(other) or club(other), what.row.key, quantity=2)
    wires.faults = list(faults)
    both = Both(here, other, wires, one)
    for side, name in acts:
        with suppress(ExchangeError, FormError, TooManyTriesError):
            if (side, name) in CODES:
                typed(both, side, right=name == "code")
            else:
                (both.owner if side == OWNER else both.asker)(name)
        if data.draw(st.booleans()):
            deliver(wires, here, other)
    state = both.settle()
    copy, kept = now_of(other, one).exchange, now_of(here, one).exchange
    # Nobody's word is ever the other node's invention.
    met = {(OWNER, "code"), (ASKER, "code")} & set(acts)
    assert not copy.asker_said or met or (ASKER, rules.HAND_OVER) in acts
    assert not kept.owner_said or met or (OWNER, rules.HAND_OVER) in acts
    if state in rules.HAPPENED:
        assert copy.asker_said
        assert kept.owner_said


def typed(both: Both, side: str, right: bool) -> None:
    """One side types a code: that of the other, or another one."""
    at, there, theirs = (both.here, both.other, ASKER) if side == OWNER else (both.other, both.here, OWNER)
    code = links.code_of(there, both.one, theirs)
    acting.meet(at, both.one, Party(side), code if right else wrong(code))


class TestAHostileNode:
    def said(self, wires: FarWires, by: Node, to: Node, told: dict[str, Any]) -> tuple[str, str]:
        """What a node answers to a message of another that says just this."""
        body = {"sharefeed": "1.0", "id": f"urn:x:{len(wires.sent)}", "from": by.settings.url, "to": to.settings.url}
        text = orjson.dumps({**body, "at": rfc3339(by.clock()), **told})
        answer = sending.post(by, wires, f"{to.settings.url}inbox", text)
        found = orjson.loads(answer.body)
        return found.get("result", ""), found.get("code", found.get("title", ""))

    def test_speaks_for_no_exchange_of_others(self, here: Node, other: Node, wires: FarWires, tmp_path: Path) -> None:
        both = begun(here, other, wires)
        third = publisher(tmp_path / "third", node_url="https://third.example.org/", mail_capture=True)
        wires.nodes[third.settings.url] = third
        for to in (here, other):
            told = {"type": "cancel", "exchange": f"{URL}exchanges/{both.one}", "sequence": 2, "state": STATE}
            assert self.said(wires, third, to, told) == ("refused", "unknown-exchange")
        third.database.close()
        assert both.settle() == rules.REQUESTED

    def test_does_nothing_that_is_for_the_other_side(self, here: Node, other: Node, wires: FarWires) -> None:
        both = begun(here, other, wires)
        for name in ("accept", "decline", "state"):
            told = {"type": name, "exchange": f"{URL}exchanges/{both.one}", "sequence": 2, "state": STATE}
            assert self.said(wires, other, here, told) in (("refused", "not-yours"), ("done", ""))
        assert now_of(here, both.one).exchange.state == rules.REQUESTED

    def test_does_not_say_what_the_asker_has_not_said(self, here: Node, other: Node, wires: FarWires) -> None:
        both = begun(here, other, wires)
        told = {"type": "state", "exchange": f"{URL}exchanges/{both.one}"}
        claimed = {**STATE, "name": "received", "granted": 1, "owner_said": True, "asker_said": True, "revision": 99}
        assert self.said(wires, here, other, {**told, "state": claimed}) == ("done", "")
        copy = now_of(other, both.one).exchange
        assert (copy.state, copy.asker_said) == (rules.UNKNOWN, False)

    def test_guesses_no_code(self, here: Node, other: Node, wires: FarWires) -> None:
        both = begun(here, other, wires)
        both.owner(rules.ACCEPT)
        both.settle()
        code = links.code_of(other, both.one, ASKER)
        state = {**STATE, "name": "handed_over", "granted": 1, "owner_said": True, "heard": 1}
        for number in range(8):
            tried = code if number == 7 else f"{(int(code) + 1 + number) % 1_000_000:06}"
            told = {"type": "handed_over", "exchange": f"{URL}exchanges/{both.one}", "code": tried}
            self.said(wires, here, other, {**told, "state": {**state, "revision": 50 + number}})
        assert not now_of(other, both.one).exchange.asker_said

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            pytest.param(
                {"asker": {"type": "school", "id": f"{URL}organisations/x", "name": "X"}}, "not-yours", id="asker"
            ),
            pytest.param({"asker": None}, "not-yours", id="nobody"),
            pytest.param({"exchange": f"{OTHER}exchanges/0123456789abcdef"}, "bad-exchange", id="at the asker's"),
            pytest.param({"exchange": f"{URL}exchanges/../../x"}, "bad-exchange", id="a path"),
            pytest.param({"exchange": f"{URL}exchanges/0123"}, "bad-exchange", id="a short number"),
            pytest.param({"listing": f"{OTHER}listings/x"}, "not-askable", id="a listing of another node"),
            pytest.param({"listing": None}, "not-askable", id="no listing"),
            pytest.param({"quantity": 500}, "too-many", id="too many"),
            pytest.param({"sequence": 2}, "bad-exchange", id="not the first"),
            pytest.param({"for_whom": "a\nb"}, "bad-text", id="two lines"),
        ],
    )
    def test_asks_only_as_it_may(
        self, change: dict[str, Any], code: str, here: Node, other: Node, wires: FarWires
    ) -> None:
        what = shared(here)
        told = {
            "type": "request",
            "exchange": f"{URL}exchanges/0123456789abcdef0123",
            "listing": f"{URL}listings/{what.row.key}",
            "asker": SCHOOL,
            "sequence": 1,
            **change,
        }
        told = {name: value for name, value in told.items() if value is not None}
        assert self.said(wires, other, here, told) == ("refused", code)
        assert every(here) == []

    def test_takes_nobodys_place(self, here: Node, other: Node, wires: FarWires, tmp_path: Path) -> None:
        both = begun(here, other, wires)
        told = {
            "type": "request",
            "exchange": f"{URL}exchanges/{both.one}",
            "listing": now_of(here, both.one).listing_id,
            "asker": SCHOOL,
            "sequence": 1,
        }
        assert self.said(wires, other, here, told) == ("refused", "bad-exchange")

    def asks(self, wires: FarWires, by: Node, to: Node, number: int) -> tuple[str, str]:
        what = listing(to, "riverside-school.desk")
        told = {"type": "request", "listing": what.id, "sequence": 1, "asker": {"type": "person", "name": "Cem"}}
        return self.said(wires, by, to, {**told, "exchange": f"{to.settings.url}exchanges/{number:020}"})

    def test_is_no_other_one_under_each_path_of_its_site(
        self, here: Node, other: Node, wires: FarWires, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules_of_heard, "AN_HOUR", 3)
        shared(here, quantity=9)
        assert [self.asks(wires, other, here, number)[0] for number in range(2)] == ["done"] * 2
        for number in (2, 3):
            url = f"{OTHER}node-{number}/"
            twin = publisher(tmp_path / f"{number}", node_url=url, mail_capture=True)
            wires.nodes[url] = twin
            assert self.asks(wires, twin, here, number) == (("done", "") if number == 2 else ("refused", "too-many"))
            twin.database.close()

    def test_floods_no_organisation_from_many_sites(
        self, here: Node, other: Node, wires: FarWires, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules_of_heard, "A_DAY", 2)
        shared(here, quantity=9)
        third = publisher(tmp_path / "third", node_url="https://third.example.org/", mail_capture=True)
        wires.nodes[third.settings.url] = third
        found = [self.asks(wires, by, here, number) for number, by in enumerate((other, third, other, third))]
        assert found == [("done", ""), ("done", ""), ("refused", "too-many"), ("refused", "too-many")]
        clock_of(here).pass_by(days=2)
        clock_of(third).pass_by(days=2)
        assert self.asks(wires, third, here, 9) == ("done", "")
        third.database.close()

    def test_writes_without_an_end_to_nobody(self, here: Node, other: Node, wires: FarWires) -> None:
        shared(here)
        assert self.asks(wires, other, here, 1) == ("done", "")
        told = {"type": "message", "exchange": f"{URL}exchanges/{1:020}", "words": "Buy this"}
        found = [self.said(wires, other, here, told) for _ in range(acting.IN_A_ROW + 2)]
        assert found.count(("done", "")) == acting.IN_A_ROW
        assert found[-1] == ("refused", "too-many")

    def test_fills_no_database_with_what_is_refused(self, here: Node, other: Node, wires: FarWires) -> None:
        for number in range(3):
            told = {"type": "cancel", "exchange": f"{URL}exchanges/{number:020}", "sequence": 2}
            assert self.said(wires, other, here, told) == ("refused", "unknown-exchange")
        with here.database.read() as tx:
            assert tx.execute(select(func.count()).select_from(messages_in)).scalar() == 0


def test_a_person_asks_through_a_node_that_confirmed_their_address(here: Node, other: Node, wires: FarWires) -> None:
    what = shared(here)
    told = {
        "type": "request",
        "exchange": f"{URL}exchanges/0123456789abcdef0123",
        "listing": what.row.id,
        "asker": {"type": "person", "name": "Cem"},
        "sequence": 1,
    }
    assert TestAHostileNode().said(wires, other, here, told) == ("done", "")
    assert subjects(here) == [("ann", "Somebody asks for A desk")]
    assert "Cem" in mails(here)[0][2]


STATE = {
    "name": "accepted",
    "asked": 1,
    "granted": 1,
    "owner_said": False,
    "asker_said": False,
    "since": "2026-12-01T09:00:00Z",
    "revision": 40,
    "heard": 9,
}


def own_id(node: Node) -> str:
    with node.database.read() as tx:
        return next((row.organisation.id for row in organisations.every(tx)), "")
