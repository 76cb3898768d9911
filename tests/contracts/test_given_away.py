"""Already gave it away: an organisation is asked afterwards, wherever it is at home, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.app import create_app
from node.context import Node
from node.services.exchanges import acting, away, chasing, links, reading, receivers
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.between_nodes import given
from node.services.exchanges.between_nodes.heard import CHANGES_A_DAY
from node.services.exchanges.receivers import Receiver
from node.services.identity import accounts
from node.services.listings import board_reports, publishing
from node.services.listings.publishing import listing
from node.services.messages import sending
from node.storage import feed_readers, handovers, listings, organisations, owner_contacts, receipts
from node.storage.engine import Database
from node.storage.feed_readers import FeedReader
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.fields import rfc3339
from schemas.handover import MATCHED, ONE_OPERATOR
from tests.fakes.asked_elsewhere import CONTACT, Elsewhere, browser, elsewhere
from tests.fakes.city import CITY
from tests.fakes.exchanges import act, asked, every, last_link, mails, now_of, shared, subjects
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.handed_on import read
from tests.fakes.peer_nodes import DROPPED, answer, deliver
from tests.fakes.publisher import URL, clock_of, publisher

OTHER = "https://other.example.org/"


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "here", database, mail_capture=True, board_url=CITY)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "other", node_url=OTHER, node_name="Other", mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "city", node_url=CITY, node_name="City", aggregate=True, mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def wires(here: Node, other: Node, city: Node) -> FarWires:
    return FarWires(here, other, city)


def school(node: Node) -> str:
    with node.database.read() as tx:
        return next(one.organisation.id for one in organisations.every(tx) if one.slug == "riverside-school")


def gave(here: Node, wires: FarWires, name: str = "gladstone", quantity: int = 2, of: int = 5) -> str:
    """Look for an organisation by name, say that it has it; the number of the exchange."""
    what = shared(here, quantity=of)
    [found] = receivers.search(here, school(here), name, wires)
    receiver = receivers.chosen(here, school(here), found.id, found.peer, wires)
    assert receiver is not None
    return away.gave_to_organisation(here, what.row.key, school(here), quantity, receiver, "Ann").id


def listed(here: Node, other: Node, city: Node) -> None:
    """The city lists the club of the other node."""
    club(other)
    read(city, other)


def test_an_organisation_with_a_node_is_asked_by_message_and_both_halves_count(
    here: Node, other: Node, city: Node, wires: FarWires
) -> None:
    listed(here, other, city)
    one = gave(here, wires)
    assert listing(here, now_of(here, one).key).listing().quantity.available == 3
    settle(wires, here, other)
    assert subjects(other) == [("bo", "Did you get this? A desk")]
    assert "Riverside School says that Gladstone Connect got “A desk” (2 of them)" in mails(other)[0][2]
    copy = now_of(other, one)
    assert (copy.exchange.state, copy.exchange.owner_said, copy.exchange.asker_said) == ("handed_over", True, False)
    acting.act(other, one, Act(rules.HAND_OVER, ASKER))
    settle(wires, here, other)
    for node, half in ((here, OWNER), (other, ASKER)):
        assert now_of(node, one).exchange.state == rules.RECEIVED
        with node.database.read() as tx:
            [found] = handovers.every(tx)
            said = orjson.loads(receipts.item(tx, f"{URL}exchanges/{one}", half) or "")["_sharefeed"]
        assert (found.state, found.counted, found.quantity) == (MATCHED, True, 2)
        assert (found.giver_name, found.taker_name) == ("Riverside School", "Gladstone Connect")
        assert said["asker"]["id"].startswith(OTHER)
    assert listing(here, now_of(here, one).key).listing().quantity.available == 3


def test_it_is_found_again_without_the_catalogue(here: Node, other: Node, city: Node, wires: FarWires) -> None:
    listed(here, other, city)
    gave(here, wires)
    [found] = receivers.recent(here, school(here))
    assert (found.name, found.peer) == ("Gladstone Connect", OTHER)
    del wires.nodes[CITY]
    assert [one.name for one in receivers.search(here, school(here), "GLAD", wires)] == ["Gladstone Connect"]


def test_no_is_a_dispute_that_the_operator_decides(here: Node, other: Node, city: Node, wires: FarWires) -> None:
    accounts.add(here, "Op", "op@school.example", operator=True)
    listed(here, other, city)
    one = gave(here, wires)
    settle(wires, here, other)
    acting.act(other, one, Act(rules.DISPUTE, ASKER))
    settle(wires, here, other)
    assert [now_of(node, one).exchange.state for node in (here, other)] == [rules.DISPUTED] * 2
    assert ("op", "They see it differently: A desk") in subjects(here)
    acting.act(here, one, Act(rules.SETTLE, "operator", outcome=rules.CANCELLED))
    settle(wires, here, other)
    assert [now_of(node, one).exchange.state for node in (here, other)] == [rules.CANCELLED] * 2


@pytest.mark.parametrize("gone", [False, True], ids=["nobody answers", "the node is gone"])
def test_it_ends_as_not_known_when_nobody_answers(
    gone: bool, here: Node, other: Node, city: Node, wires: FarWires
) -> None:
    listed(here, other, city)
    one = gave(here, wires)
    if gone:
        wires.faults = [DROPPED] * 1000
        for _ in range(40):
            deliver(wires, here)
            clock_of(here).pass_by(hours=6)
    else:
        settle(wires, here, other)
        for days in (2, 5, 14, 7):
            for node in (here, other):
                clock_of(node).pass_by(days=days, minutes=5)
                chasing.chase(node)
        settle(wires, here, other)
        asked = [subject for to, subject in subjects(other) if to == "bo"]
        assert asked == [
            "Did you get this? A desk",
            *["What became of it? A desk"] * 3,
            "What became of it we do not know: A desk",
        ]
        assert now_of(other, one).exchange.state == rules.UNKNOWN
    assert now_of(here, one).exchange.state == rules.UNKNOWN
    assert subjects(here)[-1] == ("ann", "What became of it we do not know: A desk")


def test_an_organisation_of_the_same_node_is_asked_at_its_desk(here: Node, wires: FarWires) -> None:
    club_id = club(here)
    one = gave(here, wires)
    assert subjects(here) == [("bo", "Did you get this? A desk")]
    with here.database.read() as tx:
        token = last_link(here, "bo").removeprefix("/asked/")
        _, party = links.party(here, tx, token)
    assert (party.side, party.name) == (ASKER, "Bo")
    assert [row.stored.id for row in reading.asked_elsewhere(here, club_id)[0]] == [one]
    assert [row.stored.id for row in reading.others(here, school(here), reading.AGREED, 9)[0]] == [one]
    act(here, one, rules.HAND_OVER, ASKER)
    with here.database.read() as tx:
        [found] = handovers.every(tx)
    assert (found.state, found.taker_name) == (ONE_OPERATOR, "Gladstone Connect")


def test_a_neighbour_is_not_flooded(here: Node, wires: FarWires, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given, "UNANSWERED", 2)
    club(here)
    for _ in range(2):
        gave(here, wires, quantity=1)
    with pytest.raises(ExchangeError):
        gave(here, wires, quantity=1)
    assert [subject for _, subject in subjects(here)].count("Did you get this? A desk") == 2


def taken_back(node: Node, one: str) -> None:
    acting.act(node, one, Act(rules.TAKE_BACK, OWNER, outcome=rules.CANCELLED))


class TestAMistake:
    def test_between_two_nodes_is_over_on_both_and_none_is_missing(
        self, here: Node, other: Node, city: Node, wires: FarWires
    ) -> None:
        listed(here, other, city)
        one = gave(here, wires, quantity=5)
        settle(wires, here, other)
        assert listing(here, now_of(here, one).key).state == "withdrawn"
        taken_back(here, one)
        settle(wires, here, other)
        for node in (here, other):
            stored = now_of(node, one)
            assert (stored.exchange.state, stored.exchange.owner_said) == (rules.CANCELLED, False)
            assert rules.possible(stored.exchange, ASKER, node.now) == ()
            with node.database.read() as tx:
                assert (list(handovers.every(tx)), receipts.count(tx)) == ([], 0)
                assert receipts.unsigned(tx, f"{URL}exchanges/", 9) == []
        back = listing(here, now_of(here, one).key)
        assert (back.state, back.listing().quantity.available, back.listing().status) == ("live", 5, "available")
        assert subjects(other) == [("bo", "Did you get this? A desk"), ("bo", "That was a mistake: A desk")]

    def test_some_of_several_and_the_others_after_all_were_gone(self, here: Node, wires: FarWires) -> None:
        club(here)
        one = gave(here, wires, quantity=2)
        key = now_of(here, one).key
        [found] = receivers.recent(here, school(here))
        away.gave_to_organisation(here, key, school(here), 3, found, "Ann")
        assert listing(here, key).state == "withdrawn"
        taken_back(here, one)
        assert (listing(here, key).state, listing(here, key).listing().quantity.available) == ("live", 2)
        taken_back(here, one)
        assert listing(here, key).listing().quantity.available == 2
        assert [subject for _, subject in subjects(here)].count("That was a mistake: A desk") == 1

    def test_what_was_taken_down_otherwise_stays_down(self, here: Node, wires: FarWires) -> None:
        club(here)
        one = gave(here, wires, quantity=2)
        publishing.withdraw(here, now_of(here, one).key)
        taken_back(here, one)
        assert listing(here, now_of(here, one).key).state == "withdrawn"

    def test_of_somebody_who_had_asked_it_is_as_it_was_agreed(self, here: Node) -> None:
        one = asked(here, shared(here))
        away.gave_to(here, one, "Ann")
        for _ in range(acting.MISTAKES):
            assert act(here, one, rules.TAKE_BACK).exchange.state == rules.ACCEPTED
            assert subjects(here)[-1] == ("cem", "That was a mistake: A desk")
            shown = listing(here, now_of(here, one).key)
            assert (shown.state, shown.listing().status) == ("live", "reserved")
            act(here, one, rules.HAND_OVER)
        with pytest.raises(ExchangeError, match="several times"):
            act(here, one, rules.TAKE_BACK)
        clock_of(here).pass_by(days=1)
        act(here, one, rules.HAND_OVER, ASKER)
        with here.database.read() as tx:
            assert orjson.loads(receipts.item(tx, f"{URL}exchanges/{one}", OWNER) or "")["_sharefeed"]["outcome"] == (
                rules.RECEIVED
            )

    def test_of_an_organisation_that_asked_across_it_is_agreed_on_both_nodes_and_counts_once_it_is_handed_over(
        self, here: Node, other: Node, wires: FarWires
    ) -> None:
        one = ask(other, wires, club(other), shared(here, quantity=3).row.key, quantity=2)
        settle(wires, here, other)
        for name in (rules.ACCEPT, rules.HAND_OVER, rules.TAKE_BACK):
            act(here, one, name)
            settle(wires, here, other)
        for node in (here, other):
            now = now_of(node, one).exchange
            assert (now.state, now.owner_said, now.asker_said, rules.due_at(now) > now.since) == (
                *(rules.ACCEPTED, False, False),
                True,
            )
        assert subjects(other)[-1] == ("bo", "That was a mistake: A desk")
        for node, side in ((other, ASKER), (here, OWNER)):
            act(node, one, rules.HAND_OVER, side)
            settle(wires, here, other)
        assert [now_of(node, one).exchange.state for node in (here, other)] == [rules.RECEIVED] * 2
        assert listing(here, now_of(here, one).key).listing().quantity.available == 1
        with other.database.read() as tx:
            assert [(found.state, found.quantity) for found in handovers.every(tx)] == [(MATCHED, 2)]

    def test_what_both_say_at_the_same_moment_is_what_the_owners_node_made_of_it(
        self, here: Node, other: Node, city: Node, wires: FarWires
    ) -> None:
        listed(here, other, city)
        one = gave(here, wires)
        settle(wires, here, other)
        act(other, one, rules.HAND_OVER, ASKER)
        taken_back(here, one)
        settle(wires, here, other)
        assert [now_of(node, one).exchange.state for node in (here, other)] == [rules.CANCELLED] * 2
        with here.database.read() as tx:
            assert [one.counted for one in handovers.every(tx)] in ([], [False])

    def test_nobody_is_flooded_by_it(self, here: Node, other: Node, city: Node, wires: FarWires) -> None:
        listed(here, other, city)
        what = shared(here, quantity=4)
        [found] = receivers.search(here, school(here), "gladstone", wires)
        for _ in range(given.UNANSWERED + 2):
            made = away.gave_to_organisation(here, what.row.key, school(here), 1, found, "Ann")
            settle(wires, here, other)
            if now_of(here, made.id).exchange.state == rules.HANDED_OVER:
                taken_back(here, made.id)
                settle(wires, here, other)
        assert [subject for _, subject in subjects(other)].count("Did you get this? A desk") == given.UNANSWERED


class TestAContactOfAStaticNode:
    @pytest.fixture
    def static(self, tmp_path: Path, here: Node) -> Iterator[Elsewhere]:
        with elsewhere(tmp_path / "catalogue") as made:
            clock_of(here).moment = made.node.clock()
            yield made

    def gave(self, here: Node, static: Elsewhere, wires: FarWires) -> str:
        wires.nodes[CITY] = static.node
        one = gave(here, wires, static.what().organisation)
        settle(wires, here, static.node)
        return one

    def later(self, here: Node, static: Elsewhere, **span: float) -> None:
        static.made.net.clock.pass_by(**span)
        clock_of(here).moment = static.node.clock()

    def test_is_asked_by_a_mail_of_the_catalogue_and_it_counts(
        self, here: Node, static: Elsewhere, wires: FarWires
    ) -> None:
        one = self.gave(here, static, wires)
        [(to, subject, text)] = mails(static.node)
        assert (to, subject) == (CONTACT, "Did you get this? A desk")
        assert "you do not know us yet" in text
        with static.node.database.read() as tx:
            stored, party = links.party(static.node, tx, last_link(static.node, CONTACT).removeprefix("/asked/"))
        assert (stored.id, party.side, party.contact is not None) == (one, ASKER, True)
        act(static.node, one, rules.HAND_OVER, ASKER)
        settle(wires, here, static.node)
        assert [now_of(node, one).exchange.state for node in (here, static.node)] == [rules.RECEIVED] * 2
        with here.database.read() as tx:
            [found] = handovers.every(tx)
            half = orjson.loads(receipts.item(tx, f"{URL}exchanges/{one}", OWNER) or "")["_sharefeed"]
        with static.node.database.read() as tx:
            theirs = orjson.loads(receipts.item(tx, f"{URL}exchanges/{one}", ASKER) or "")["_sharefeed"]
        assert (found.state, found.counted, found.taker_name) == (MATCHED, True, static.what().organisation)
        assert (theirs["attested"], theirs["asker"]) == (True, half["asker"])

    def test_is_told_by_the_link_that_it_was_a_mistake_and_gets_no_second_mail(
        self, here: Node, static: Elsewhere, wires: FarWires
    ) -> None:
        one = self.gave(here, static, wires)
        taken_back(here, one)
        settle(wires, here, static.node)
        assert [now_of(node, one).exchange.state for node in (here, static.node)] == [rules.CANCELLED] * 2
        assert [subject for _, subject, _ in mails(static.node)] == ["Did you get this? A desk"]
        shown = browser(create_app(static.node)).get(last_link(static.node, CONTACT)).get_data(as_text=True)
        assert "pressed your name by mistake" in shown
        assert "Yes, it was handed over" not in shown

    def test_gets_one_mail_and_none_once_it_said_stop(self, here: Node, static: Elsewhere, wires: FarWires) -> None:
        one = self.gave(here, static, wires)
        self.later(here, static, days=3)
        chasing.chase(static.node)
        assert len(mails(static.node)) == 1
        assert receivers.search(here, school(here), static.what().organisation, wires)[0].name != ""
        with static.node.database.write() as tx:
            stored = now_of(static.node, one)
            contact = owner_contacts.by_id(tx, stored.contact_id or "")
            assert contact is not None
            owner_contacts.change(tx, contact, state=owner_contacts.STOPPED)
        assert receivers.listed(static.node, static.folder.id)["organisations"] == []
        self.later(here, static, days=26)
        for node in (here, static.node):
            chasing.chase(node)
        settle(wires, here, static.node)
        assert [now_of(node, one).exchange.state for node in (here, static.node)] == [rules.UNKNOWN] * 2
        assert len(mails(static.node)) == 1


class TestHostile:
    def told(self, here: Node, one: str, **change: Any) -> dict[str, Any]:
        state = {"name": "handed_over", "asked": 1, "granted": 1, "owner_said": True, "asker_said": False}
        with here.database.read() as tx:
            row = listings.by_key(tx, "riverside-school.desk")
        assert row is not None
        item = row.item()
        return {
            "type": "given",
            "exchange": f"{URL}exchanges/{one}",
            "listing": item["id"],
            "item": item,
            "asker": {"type": "community_group", "id": f"{OTHER}organisations/gladstone-connect", "name": "Club"},
            "state": {**state, "since": rfc3339(here.clock()), "revision": 1, "heard": 0},
            **change,
        }

    def said(self, wires: FarWires, by: Node, to: Node, told: dict[str, Any]) -> tuple[str, str]:
        body = {"sharefeed": "1.0", "id": f"urn:x:{len(wires.sent)}", "from": by.settings.url, "to": to.settings.url}
        answer = sending.post(
            by, wires, f"{to.settings.url}inbox", orjson.dumps({**body, "at": rfc3339(by.clock()), **told})
        )
        found = orjson.loads(answer.body)
        return found.get("result", ""), found.get("code", found.get("title", ""))

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            pytest.param({"exchange": f"{OTHER}exchanges/0123456789abcdef"}, "bad-exchange", id="at another home"),
            pytest.param({"item": None}, "not-yours", id="nothing"),
            pytest.param({"item": {"id": f"{URL}listings/x"}}, "not-yours", id="no listing"),
            pytest.param({"listing": f"{OTHER}listings/x"}, "not-yours", id="of another node"),
            pytest.param({"state": None}, "bad-exchange", id="without a state"),
            pytest.param({"asker": None}, "unknown-organisation", id="to nobody"),
            pytest.param(
                {"asker": {"type": "school", "id": f"{OTHER}organisations/x", "name": "X"}},
                "unknown-organisation",
                id="to somebody who is not here",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, change: dict[str, Any], code: str, here: Node, other: Node, wires: FarWires
    ) -> None:
        club(other)
        shared(here)
        told = {name: value for name, value in self.told(here, "0" * 20, **change).items() if value is not None}
        assert self.said(wires, here, other, told) == ("refused", code)
        assert every(other) == []

    def test_nobody_is_flooded_with_what_changes_to_and_fro(self, here: Node, other: Node, wires: FarWires) -> None:
        club(other)
        shared(here)
        told = self.told(here, "0" * 20)
        assert self.said(wires, here, other, told) == ("done", "")
        said = []
        for number in range(2, 60):
            state = {**told["state"], "name": ("accepted", "handed_over")[number % 2], "revision": number}
            said.append(self.said(wires, here, other, {"type": "state", "exchange": told["exchange"], "state": state}))
        changes = CHANGES_A_DAY - 1
        assert said == [("done", "")] * changes + [("refused", "too-many")] * (58 - changes)
        assert len(mails(other)) <= CHANGES_A_DAY

    def test_who_only_reads_us_hears_nothing_of_what_is_typed(self, here: Node, other: Node, wires: FarWires) -> None:
        club(other)
        shared(here)
        for _ in range(2):
            with here.database.write() as tx:
                feed_readers.note(tx, FeedReader(OTHER, here.now, here.now, 1))
            clock_of(here).pass_by(days=2)
        with here.database.write() as tx:
            feed_readers.note(tx, FeedReader(OTHER, here.now, here.now, 1))
        assert OTHER in board_reports.boards_of(here)
        assert receivers.search(here, school(here), "gladstone", wires) == []
        assert receivers.chosen(here, school(here), "https://third.example/organisations/x", OTHER, wires) is None

    @pytest.mark.parametrize("known", [False, True], ids=["a stranger", "a node that is read"])
    def test_nobody_gives_in_the_name_of_a_neighbour(
        self, known: bool, here: Node, other: Node, city: Node, wires: FarWires
    ) -> None:
        listed(here, other, city)
        if known:
            shared(here)
            read(city, here)
        asker = {"type": "community_group", "id": club(city), "name": "Club"}
        shared(here)
        told = self.told(here, "0" * 20, asker=asker)
        item = told["item"]
        owner = item["_sharefeed"]["organisation"]
        theirs = {**owner, "id": f"{OTHER}organisations/gladstone-connect", "name": "Gladstone Connect"}
        told["item"] = {**item, "_sharefeed": {**item["_sharefeed"], "organisation": theirs}}
        assert self.said(wires, here, city, told) == ("refused", "not-yours")
        assert (every(city), mails(city)) == ([], [])
        assert self.said(wires, here, city, {**told, "item": item}) == ("done", "")

    def test_nobody_is_flooded(self, here: Node, other: Node, wires: FarWires) -> None:
        club(other)
        shared(here)
        said = [self.said(wires, here, other, self.told(here, f"{number:020}")) for number in range(21)]
        assert said == [("done", "")] * 20 + [("refused", "too-many")]
        assert self.said(wires, here, other, self.told(here, f"{3:020}")) == ("refused", "bad-exchange")

    def test_a_form_names_nobody_who_is_not_where_it_says(
        self, here: Node, other: Node, city: Node, wires: FarWires
    ) -> None:
        listed(here, other, city)
        what = shared(here)
        own = school(here)
        for wanted, peer in (
            (own, ""),
            (f"{OTHER}organisations/nobody", OTHER),
            (f"{OTHER}organisations/gladstone-connect", ""),
            (f"{OTHER}organisations/gladstone-connect", "https://evil.example/"),
            (f"{OTHER}organisations/gladstone-connect", CITY),
            ("x" * 600, OTHER),
        ):
            assert receivers.chosen(here, own, wanted, peer, wires) is None
        with pytest.raises(ExchangeError):
            away.gave_to_organisation(here, what.row.key, own, 9, Receiver("x", "X", "school"), "Ann")

    def test_a_catalogue_says_what_it_may(self, here: Node, wires: FarWires) -> None:
        rows = [
            {"id": f"{URL}organisations/x", "name": "Gladstone", "type": "school", "node": URL, "by": "message"},
            {
                "id": f"{OTHER}o/1",
                "name": "Gladstone",
                "type": "school",
                "node": "https://evil.example/",
                "by": "message",
            },
            {"id": f"{OTHER}o/2", "name": "Gladstone <b>", "type": "nonsense", "node": OTHER, "by": "message"},
            {"id": 7, "name": "Gladstone", "type": "school", "node": OTHER, "by": "message"},
            {"id": f"{OTHER}o/3", "name": "Gladstone\n\u0007 two", "type": "school", "node": OTHER, "by": "message"},
            "no row",
        ]

        class Said(FarWires):
            def get(self, url: str, **more: Any) -> Any:
                return answer(url, 200, orjson.dumps({"organisations": rows}))

        shared(here)
        found = receivers.search(here, school(here), "gladstone", Said(here))
        assert [(one.id, one.name) for one in found] == [(f"{OTHER}o/3", "Gladstone two")]
