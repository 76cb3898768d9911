"""Somebody without an account asks in a catalogue for what a node with an inbox publishes, on every database.

The catalogue hands the request on and forgets who it was; what they say by its link it says to the node, and signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.facts import short_key
from node.context import Node
from node.services.configuration import keys
from node.services.exchanges import acting, asking, chasing, links, measuring
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.between_nodes import elsewhere
from node.services.exchanges.links import Party
from node.services.exchanges.people import privacy
from node.services.exchanges.people.forgetting import FORGOTTEN_FILE
from node.services.listings.publishing import listing, withdraw
from node.services.messages import sending
from node.services.syndication import feeds
from node.services.syndication.feeds import FeedCache
from node.storage import exchange_people, handovers, listings, messages
from node.storage.engine import Database
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.fields import rfc3339
from schemas.handover import MATCHED
from schemas.receipt import is_signed_with, load_half
from tests.contracts.test_exchanges import found_in
from tests.fakes.city import CITY
from tests.fakes.exchanges import FROM, act, every, last_link, mails, now_of, shared, subjects, wish
from tests.fakes.far import FarWires, settle
from tests.fakes.handed_on import asked, offered, read_items
from tests.fakes.peer_nodes import DOUBLED, DROPPED, FAULTS, UNANSWERED, deliver
from tests.fakes.publisher import URL, clock_of, publisher
from tests.thorough import examples

MARKER = "Zyxwvut"
THIRD = "https://third.example.org/"


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "here", database, mail_capture=True)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "city", node_url=CITY, node_name="City", aggregate=True, mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def wires(here: Node, city: Node) -> FarWires:
    return FarWires(here, city)


def begun(here: Node, city: Node, wires: FarWires, name: str = "Cem", quantity: int = 1, **more: Any) -> str:
    one = asked(city, offered(city, here, quantity=quantity), name, **more)
    assert both(here, city, wires, one) == rules.REQUESTED
    return one


def both(here: Node, city: Node, wires: FarWires, one: str) -> str:
    settle(wires, here, city)
    states = [now_of(node, one).exchange.state for node in (here, city)]
    assert states[0] == states[1], states
    return states[0]


def agreed(here: Node, city: Node, wires: FarWires, name: str = "Cem", **more: Any) -> str:
    one = begun(here, city, wires, name, **more)
    act(here, one, rules.ACCEPT)
    assert both(here, city, wires, one) == rules.ACCEPTED
    return one


def told_of(city: Node) -> list[tuple[str, str]]:
    """The mails of the catalogue to who asked."""
    return [one for one in subjects(city) if one[0] != "ann"]


@pytest.mark.parametrize("typed_at", [OWNER, ASKER])
def test_it_is_asked_for_answered_and_handed_over(typed_at: str, here: Node, city: Node, wires: FarWires) -> None:
    one = begun(here, city, wires, quantity=3, words="For our club.")
    assert subjects(here) == [("ann", "Somebody asks for A desk")]
    assert "Cem asks for" in mails(here)[0][2]
    assert "For our club." in mails(here)[0][2]
    acting.act(here, one, Act(rules.ACCEPT, OWNER), "Come on Monday.")
    assert both(here, city, wires, one) == rules.ACCEPTED
    to, subject, text = mails(here)[-1]
    assert (to, subject) == ("cem@cem.example", "Yes: A desk")
    assert "Come on Monday." in text
    assert f"that you got when you asked on City ({urlsplit(CITY).netloc}):" in " ".join(text.split())
    assert told_of(city) == []
    side, at, said_at = (OWNER, here, city) if typed_at == OWNER else (ASKER, city, here)
    acting.meet(at, one, Party(side), links.code_of(said_at, one, ASKER if side == OWNER else OWNER))
    assert both(here, city, wires, one) == rules.RECEIVED
    assert listing(here, now_of(here, one).key).listing().quantity.available == 2
    for node, half_of in ((here, OWNER), (city, ASKER)):
        [item] = orjson.loads(feeds.changes(node, None, FeedCache(), feeds.RECEIPTS).body)["items"]
        assert is_signed_with(item, keys.own(node).public)
        half = load_half(item)
        assert (half.side, half.attested, half.asker_home) == (half_of, half_of == ASKER, CITY)
        assert (half.exchange, half.asker.type, half.asker.name) == (f"{URL}exchanges/{one}", "person", None)
        with node.database.read() as tx:
            [found] = handovers.every(tx)
        assert (found.state, found.counted, found.outcome) == (MATCHED, True, rules.RECEIVED)


def test_what_it_weighed_is_said_in_the_catalogue(here: Node, city: Node, wires: FarWires) -> None:
    one = agreed(here, city, wires)
    for node, side in ((city, ASKER), (here, OWNER)):
        act(node, one, rules.HAND_OVER, side)
        both(here, city, wires, one)
    measuring.measure(city, one, Party(ASKER), "19")
    settle(wires, here, city)
    for node in (here, city):
        with node.database.read() as tx:
            assert [(found.weight_g, found.weight_source) for found in handovers.every(tx)] == [(19_000, "measured")]


def test_a_marker_is_found_nowhere_in_the_catalogue_once_it_is_handed_on(
    here: Node, city: Node, wires: FarWires, caplog: pytest.LogCaptureFixture
) -> None:
    what = offered(city, here)
    typed: dict[str, Any] = {"for_whom": f"{MARKER} club", "words": f"I am {MARKER}"}
    one = asked(city, what, MARKER, confirmed=False, **typed)
    assert found_in(city, MARKER) == {"exchange_people", "exchange_letters", "outbox"}
    act(city, one, rules.CONFIRM, ASKER)
    assert found_in(city, MARKER) == {"messages_out"}
    settle(wires, here, city)
    assert found_in(city, MARKER) == set()
    assert (city.settings.home / FORGOTTEN_FILE).read_text() == f"handed-on:{one}\n"
    acting.act(here, one, Act(rules.ACCEPT, OWNER), f"Dear {MARKER}")
    acting.write(here, one, OWNER, f"Dear {MARKER}, again")
    assert both(here, city, wires, one) == rules.ACCEPTED
    acting.act(city, one, Act(rules.CANCEL, ASKER), f"{MARKER} is ill")
    assert both(here, city, wires, one) == rules.CANCELLED
    assert found_in(city, MARKER) == set()
    assert MARKER not in caplog.text
    assert f"{MARKER} is ill" in mails(here)[-1][2]
    # What is written to them goes by mail alone.
    assert [body for url, body, _ in wires.sent if url.startswith(CITY) and MARKER.encode() in body] == []
    for node in (here, city):
        clock_of(node).pass_by(days=31)
        assert privacy.purge(node) == 1
        assert found_in(node, MARKER) == set()
        with node.database.read() as tx:
            assert exchange_people.of(tx, one) is None


@pytest.mark.parametrize("fault", [DROPPED, UNANSWERED, DOUBLED])
def test_a_request_arrives_once_whatever_happens_to_it(fault: str, here: Node, city: Node, wires: FarWires) -> None:
    wires.faults = [fault, fault, fault]
    begun(here, city, wires)
    assert subjects(here) == [("ann", "Somebody asks for A desk")]


def test_nothing_is_told_before_the_address_is_confirmed(here: Node, city: Node, wires: FarWires) -> None:
    what = offered(city, here, quantity=5)
    withdrawn = asked(city, what, confirmed=False)
    act(city, withdrawn, rules.WITHDRAW, ASKER)
    asked(city, what, "Dai", confirmed=False)
    clock_of(city).pass_by(days=3)
    assert chasing.chase(city) == 1
    settle(wires, here, city)
    assert (wires.sent, every(here)) == ([], [])
    assert (found_in(city, "cem@"), found_in(city, "dai@")) == (set(), set())


def test_what_is_not_taken_is_told_by_mail_with_the_way_there(here: Node, city: Node, wires: FarWires) -> None:
    one = asked(city, offered(city, here), words="For our club.")
    withdraw(here, shared_key(here, city, one), "withdrawn")
    deliver(wires, city)
    assert now_of(city, one).exchange.state == rules.DECLINED
    [(to, subject, text)] = [mail for mail in mails(city) if mail[0] == "cem@cem.example"]
    assert subject == "We could not hand it on: A desk"
    assert now_of(city, one).listing_id in text
    assert "For our club." in text
    assert "where you can answer" not in text
    assert found_in(city, to) == {"outbox"}


def shared_key(here: Node, city: Node, one: str) -> str:
    return now_of(city, one).listing_id.removeprefix(f"{URL}listings/")


def test_what_cannot_be_delivered_within_a_week_is_told_too(here: Node, city: Node, wires: FarWires) -> None:
    one = asked(city, offered(city, here))
    wires.faults = [DROPPED] * 1000
    for _ in range(40):
        deliver(wires, city)
        clock_of(city).pass_by(hours=6)
    assert now_of(city, one).exchange.state == rules.EXPIRED
    assert told_of(city) == [("cem", "We could not hand it on: A desk")]
    with city.database.read() as tx:
        assert [gone.state for gone in messages.undelivered(tx, one)] == ["failed"]


def test_a_reminder_for_who_asked_comes_from_the_catalogue_with_its_link(
    here: Node, city: Node, wires: FarWires
) -> None:
    one = agreed(here, city, wires, MARKER)
    for node in (here, city):
        clock_of(node).pass_by(days=5)
        chasing.chase(node)
    settle(wires, here, city)
    assert told_of(city) == [(MARKER.lower(), "What became of it? A desk")]
    assert last_link(city, MARKER.lower()) == "/" + links.asker_url(city, one).removeprefix(CITY)
    assert found_in(city, MARKER) == {"outbox"}
    act(here, one, rules.HAND_OVER)
    settle(wires, here, city)
    assert told_of(city)[-1] == (MARKER.lower(), "Was it handed over? A desk")


def test_at_the_owners_node_who_asked_calls_off_but_says_nothing_that_counts(
    here: Node, city: Node, wires: FarWires
) -> None:
    one = agreed(here, city, wires)
    for name in (rules.HAND_OVER, rules.MISS):
        with pytest.raises(ExchangeError, match="by the link"):
            act(here, one, name, ASKER)
    with pytest.raises(ExchangeError, match="by the link"):
        acting.meet(here, one, Party(ASKER), links.code_of(here, one, OWNER))
    acting.write(here, one, ASKER, "I am late.")
    assert "I am late." in mails(here)[-1][2]
    with pytest.raises(ExchangeError):
        acting.write(city, one, ASKER, "I am late.")
    act(here, one, rules.CANCEL, ASKER)
    assert both(here, city, wires, one) == rules.CANCELLED


@pytest.mark.parametrize("where", ["in the catalogue", "at the owner's node"])
def test_who_asked_is_forgotten_on_both(where: str, here: Node, city: Node, wires: FarWires) -> None:
    one = agreed(here, city, wires, MARKER, words=f"I am {MARKER}")
    privacy.erase(city if where == "in the catalogue" else here, one)
    assert both(here, city, wires, one) == rules.CANCELLED
    for node in (here, city):
        assert found_in(node, MARKER) == set()
        with node.database.read() as tx:
            assert exchange_people.of(tx, one) is None
        assert one in (node.settings.home / FORGOTTEN_FILE).read_text()


def test_a_backup_of_before_forgets_again_whom_the_owners_node_knows(here: Node, city: Node, wires: FarWires) -> None:
    one = begun(here, city, wires)
    with city.database.write() as tx:
        person = exchange_people.of(tx, one)
        assert person is not None
        exchange_people.forget(tx, one)
        exchange_people.add(tx, replace(person, name=MARKER, email=f"{MARKER}@x.example"))
    assert privacy.forget_again(city) == 1
    assert found_in(city, MARKER) == set()
    with city.database.read() as tx:
        assert exchange_people.of(tx, one) == person
    assert privacy.forget_again(city) == 0


def test_who_asks_again_gets_the_link_once_a_day(here: Node, city: Node, wires: FarWires) -> None:
    what = offered(city, here)
    one = asked(city, what)
    settle(wires, here, city)
    for _ in range(2):
        asking.ask(city, what, wish(email="CEM@cem.example"), FROM)
    assert every(city) == [one]
    assert told_of(city) == [("CEM", "You have asked already: A desk")]


def test_one_address_and_one_network_ask_so_often_and_no_more(here: Node, city: Node, wires: FarWires) -> None:
    what = offered(city, here, quantity=99)
    for number in range(10):
        asked(city, what, f"N{number}")
    with pytest.raises(asking.FormError, match="many requests"):
        asking.ask(city, what, wish("Late"), FROM)


class TestHostileNodes:
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
            pytest.param({"asker": {"type": "person", "email": "dai@cem.example"}}, "not-theirs", id="somebody else"),
            pytest.param({"asker": {"type": "person"}}, "not-theirs", id="nobody"),
            pytest.param({"asker": None}, "not-theirs", id="no asker"),
            pytest.param({"kind": "accepted"}, "unknown-kind", id="a word of the owner's"),
            pytest.param({"kind": None}, "unknown-kind", id="no kind"),
        ],
    )
    def test_has_nobody_mailed_but_who_asked(
        self, change: dict[str, Any], code: str, here: Node, city: Node, wires: FarWires
    ) -> None:
        one = agreed(here, city, wires)
        told = {**self.letter(here, one), **change}
        told = {name: value for name, value in told.items() if value is not None}
        assert self.said(wires, here, city, told) == ("refused", code)
        assert told_of(city) == []

    def letter(self, here: Node, one: str) -> dict[str, Any]:
        state = {"name": "accepted", "asked": 1, "granted": 1, "owner_said": False, "asker_said": False}
        state = {**state, "since": rfc3339(here.clock()), "revision": 1, "heard": 1}
        asker = {"type": "person", "email": "cem@cem.example"}
        return {"type": "pass_on", "exchange": f"{URL}exchanges/{one}", "kind": "done", "asker": asker, "state": state}

    def test_mails_who_asked_once_a_day_and_not_when_it_is_over(self, here: Node, city: Node, wires: FarWires) -> None:
        one = agreed(here, city, wires)
        for _ in range(3):
            assert self.said(wires, here, city, {**self.letter(here, one), "language": "xx"}) == ("done", "")
        assert told_of(city) == [("cem", "What became of it? A desk")]
        act(city, one, rules.CANCEL, ASKER)
        both(here, city, wires, one)
        assert self.said(wires, here, city, self.letter(here, one)) == ("refused", "over")
        privacy.erase(city, one)
        assert self.said(wires, here, city, {**self.letter(here, one), "kind": "known"}) == ("refused", "over")

    def test_knows_nothing_of_what_nobody_has_confirmed(self, here: Node, city: Node, wires: FarWires) -> None:
        one = asked(city, offered(city, here), confirmed=False)
        assert self.said(wires, here, city, self.letter(here, one)) == ("refused", "unknown-exchange")
        assert now_of(city, one).exchange.state == rules.UNCONFIRMED

    def test_a_third_node_passes_nothing_on(self, here: Node, city: Node, wires: FarWires, tmp_path: Path) -> None:
        one = agreed(here, city, wires)
        third = publisher(tmp_path / "third", node_url=THIRD, mail_capture=True)
        wires.nodes[THIRD] = third
        for told in (self.letter(here, one), {**self.letter(here, one), "type": "forget", "sequence": 9}):
            assert self.said(wires, third, city, told) == ("refused", "unknown-exchange")
        third.database.close()

    @pytest.mark.parametrize(
        ("email", "code"),
        [
            ("cem", "bad-email"),
            ("a@b.example\nBcc: c@d.example", "bad-email"),
            ("a@b.example>, <c@d.example", "bad-email"),
            ("x@" + "y" * 300 + ".example", "bad-message"),
        ],
    )
    def test_names_no_address_that_is_none(
        self, email: str, code: str, here: Node, city: Node, wires: FarWires
    ) -> None:
        result, said = self.said(wires, city, here, self.request(shared(here).row.id, 0, email))
        assert (result or "refused", said) == ("refused", code)
        assert every(here) == []

    def request(self, listing_id: str, number: int, email: str) -> dict[str, Any]:
        return {
            "type": "request",
            "exchange": f"{URL}exchanges/0123456789abcdef{number:04}",
            "listing": listing_id,
            "asker": {"type": "person", "name": "Cem", "email": email},
            "sequence": 1,
        }

    def test_names_one_address_no_more_than_ten_times_a_day(self, here: Node, city: Node, wires: FarWires) -> None:
        what = shared(here, quantity=99)
        said = [self.said(wires, city, here, self.request(what.row.id, n, "Cem@cem.example")) for n in range(11)]
        assert said == [("done", "")] * 10 + [("refused", "too-many")]

    def test_asks_to_forget_only_whom_it_has_sent(self, here: Node, city: Node, wires: FarWires) -> None:
        """An organisation that asked from its node is not forgotten on a message, nor a request of another kind."""
        from tests.fakes.far import ask, club

        far = ask(city, wires, club(city), shared(here).row.key)
        settle(wires, here, city)
        told = {"type": "forget", "exchange": f"{URL}exchanges/{far}", "sequence": 9}
        assert self.said(wires, city, here, told) == ("refused", "not-yours")


@pytest.mark.parametrize(
    ("listing_id", "organisation"),
    [
        pytest.param(f"{URL}things/desk", "", id="not one of its listings"),
        pytest.param(f"{URL}listings/desk", f"{CITY}organisations/x", id="in the name of one of ours"),
        pytest.param(f"{URL}listings/desk", "", id="as it should be"),
    ],
)
def test_what_a_source_may_not_speak_for_is_not_asked_for_here(
    listing_id: str, organisation: str, here: Node, city: Node
) -> None:
    with here.database.read() as tx:
        row = listings.by_key(tx, shared(here).row.key)
    assert row is not None
    item = {**row.item(), "id": listing_id}
    if organisation:
        said = item["_sharefeed"]
        item["_sharefeed"] = {**said, "organisation": {**said["organisation"], "id": organisation}}
    read_items(city, here, [item])
    key = short_key(listing_id)
    with city.database.read() as tx:
        assert elsewhere.by_key(tx, key, city.now) is not None
    allowed = listing_id.startswith(f"{URL}listings/") and not organisation
    assert (asking.askable(city, key) is not None) is allowed


ACTS = [(OWNER, name) for name in (rules.ACCEPT, rules.DECLINE, rules.CANCEL, rules.HAND_OVER, rules.DISPUTE)]
ACTS += [(ASKER, name) for name in (rules.WITHDRAW, rules.CANCEL, rules.HAND_OVER, rules.DISPUTE)]


@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(FAULTS), max_size=8), st.lists(st.sampled_from(ACTS), max_size=6), st.data())
def test_whatever_happens_both_end_alike_and_the_catalogue_knows_nobody(
    here: Node, city: Node, wires: FarWires, faults: list[str], acts: list[tuple[str, str]], data: st.DataObject
) -> None:
    number = len(every(city))
    clock_of(city).pass_by(days=1)
    clock_of(here).pass_by(days=1)
    wires.faults = []
    what = offered(city, here, f"thing-{number}", quantity=3)
    wires.faults = list(faults)
    one = asked(city, what, f"{MARKER}{number}", quantity=2, words=f"{MARKER} asks")
    for side, name in acts:
        try:
            act(here if side == OWNER else city, one, name, side)
        except ExchangeError:
            continue
        finally:
            if data.draw(st.booleans()):
                deliver(wires, here, city)
    both(here, city, wires, one)
    copy, kept = now_of(city, one).exchange, now_of(here, one).exchange
    assert not copy.asker_said or (ASKER, rules.HAND_OVER) in acts
    assert not kept.owner_said or (OWNER, rules.HAND_OVER) in acts
    assert found_in(city, MARKER) <= {"outbox"}
