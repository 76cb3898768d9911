"""Messages between nodes on every database: each is taken once, whatever happens on the way; and whose are believed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.fetch import FetchError
from node.context import Node
from node.services.aggregating import peers
from node.services.aggregating.peers import PeerError
from node.services.configuration import keys
from node.services.messages import receiving, sending
from node.services.messages.sending import Courier, send
from node.storage import messages
from node.storage.engine import Database
from node.storage.message_tables import message_nonces, messages_in, messages_out, peer_keys
from node.storage.message_tables import peers as peer_table
from node.storage.peers import OFFERED, PINNED
from node.storage.tables import bounces
from schemas import http_signature, signing
from schemas.fields import rfc3339
from schemas.http_signature import Request
from tests.fakes.heard import HANDLERS, heard
from tests.fakes.peer_nodes import DROPPED, FAULTS, UNANSWERED, Wires, answer, deliver
from tests.fakes.publisher import URL, clock_of, publisher
from tests.thorough import examples

OTHER = "https://other.example.org/"
INBOX = f"{URL}inbox"


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "here", database)


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "other", node_url=OTHER)
    yield made
    made.database.close()


@pytest.fixture
def wires(here: Node, other: Node) -> Wires:
    return Wires(here, other, handlers=HANDLERS)


def say(node: Node, words: str, to: str = URL, exchange_id: str = "") -> str:
    with node.database.write() as tx:
        return send(tx, node, to, {"type": "message", "words": words}, exchange_id)


SLOW = "https://slow.example.org/"


class Slow(Wires):
    """A network in which one node answers nothing until it is let go."""

    def __init__(self, *nodes: Node) -> None:
        super().__init__(*nodes, handlers=HANDLERS)
        self.free, self.held = Event(), list[str]()

    def get(self, url: str, **more: Any) -> Any:
        if url.startswith(SLOW):
            self.held.append(url)
            self.free.wait(20)
        return super().get(url, **more)


def until(true: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.01)


def document(words: str = "hello", **members: Any) -> bytes:
    plain = {"sharefeed": "1.0", "id": "urn:uuid:1", "type": "message", "from": OTHER, "to": URL, "words": words}
    return orjson.dumps({**plain, "at": "2026-12-01T09:00:00Z", **members})


def signed(node: Node, body: bytes, nonce: str = "a-nonce-of-ours", keyid: str = "", target: str = INBOX) -> Request:
    own = keys.own(node)
    name = keyid or f"{node.settings.url}#{own.id}"
    headers = http_signature.sign(own.private, name, Request("POST", target, {}), body, node.now, nonce)
    return Request("POST", target, {name.lower(): value for name, value in headers.items()})


def refused(here: Node, request: Request, body: bytes, wires: Wires) -> tuple[int, str]:
    with pytest.raises(receiving.MessageError) as caught:
        receiving.receive(here, request, body, wires, HANDLERS)
    assert heard(here) == []
    return caught.value.status, caught.value.code


def names(node: Node) -> list[str]:
    with node.database.read() as tx:
        return sorted(tx.execute(peer_table.select()).scalars())


class TestEachIsTakenOnce:
    def test_a_message_arrives_and_is_forgotten_where_it_came_from(self, here: Node, other: Node, wires: Wires) -> None:
        say(other, "hello")
        assert deliver(wires, other) == 1
        assert heard(here) == ["hello"]
        assert deliver(wires, other) == 0
        with other.database.read() as tx:
            assert tx.execute(messages_out.select()).first() is None

    @settings(max_examples=examples(8), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.sampled_from(FAULTS), max_size=12), st.integers(1, 4))
    def test_whatever_the_network_does(
        self, here: Node, other: Node, wires: Wires, faults: list[str], count: int
    ) -> None:
        """Dropped, doubled or unanswered, with a new courier each time, as after a restart."""
        empty(here, other)
        wires.faults, wires.sent = list(faults), []
        words = [f"word {number}" for number in range(count)]
        for one in words:
            say(other, one, exchange_id="one")
        for _ in range(200):
            deliver(wires, other)
            if not waiting(other):
                break
            clock_of(other).pass_by(hours=1)
            clock_of(here).pass_by(hours=1)
        assert heard(here) == words
        # In order, too: what was said first is heard first.
        taken = [orjson.loads(body)["words"] for _, body, _ in wires.sent]
        assert sorted(set(taken), key=taken.index) == words

    def test_a_fault_while_it_is_taken_loses_nothing(self, here: Node, other: Node, wires: Wires) -> None:
        body = document("fail")
        with pytest.raises(RuntimeError):
            receiving.receive(here, signed(other, body), body, wires, HANDLERS)
        with here.database.read() as tx:
            assert messages.answer_to(tx, OTHER, "urn:uuid:1") is None

    def test_a_second_one_is_answered_as_the_first(self, here: Node, other: Node, wires: Wires) -> None:
        body = document()
        first = receiving.receive(here, signed(other, body), body, wires, HANDLERS)
        second = receiving.receive(here, signed(other, body, "another-nonce"), body, wires, HANDLERS)
        assert first == second
        assert orjson.loads(first) == {"id": "urn:uuid:1", "result": "done"}

    def test_ids_are_their_senders_own(self, here: Node, other: Node, wires: Wires, tmp_path: Path) -> None:
        third = publisher(tmp_path / "third", node_url="https://third.example.org/")
        wires.nodes[third.settings.url] = third
        for node, words in ((other, "one"), (third, "two")):
            body = document(words, **{"from": node.settings.url})
            receiving.receive(here, signed(node, body), body, wires, HANDLERS)
        third.database.close()
        assert heard(here) == ["one", "two"]

    def test_what_is_refused_is_said_and_not_sent_again(self, here: Node, other: Node, wires: Wires) -> None:
        say(other, "refuse", exchange_id="x")
        deliver(wires, other)
        with other.database.read() as tx:
            assert [(one.state, one.problem) for one in messages.undelivered(tx, "x")] == [("refused", "Not now.")]
            assert tx.execute(messages_out.select()).one().body == ""

    def test_after_a_week_it_is_given_up(self, other: Node, wires: Wires) -> None:
        say(other, "hello", to="https://gone.example.org/", exchange_id="x")
        for _ in range(60):
            deliver(wires, other)
            clock_of(other).pass_by(hours=4)
        with other.database.read() as tx:
            [given_up] = messages.undelivered(tx, "x")
        assert given_up.state == "failed"
        assert "no connection" in given_up.problem

    def test_a_node_that_is_away_holds_up_nobody_else(self, here: Node, other: Node, wires: Wires) -> None:
        say(other, "to nobody", to="https://gone.example.org/")
        say(other, "hello")
        deliver(wires, other)
        assert heard(here) == ["hello"]

    def test_a_node_that_answers_slowly_holds_up_nobody_else(self, here: Node, other: Node) -> None:
        slow = Slow(here, other)
        for number in range(5):
            # Whoever has a site has as many nodes there as they like.
            say(other, f"slow {number}", f"{SLOW}{number}/", exchange_id=str(number))
        say(other, "hello")
        courier = Courier(other, slow)
        try:
            begun = [courier.dispatch() for _ in range(3)]
            until(lambda: heard(here) == ["hello"])
            # Two of the five to the slow node, and the one to ours, which is done before them.
            assert (sum(begun), len(slow.held)) == (3, 2)
            assert courier.dispatch() == 0
        finally:
            slow.free.set()
            courier.close()

    def test_who_waits_for_messages_is_woken_once_they_are_kept(self, other: Node) -> None:
        with other.database.write() as tx:
            send(tx, other, URL, {"type": "message", "words": "hello"})
            assert not other.outgoing.is_set()
        assert other.outgoing.is_set()
        other.outgoing.clear()
        with contextlib.suppress(ZeroDivisionError), other.database.write() as tx:
            send(tx, other, URL, {"type": "message", "words": "hello"})
            raise ZeroDivisionError
        with other.database.write():
            pass
        assert not other.outgoing.is_set()

    @pytest.mark.parametrize(
        "to",
        [
            "https://slow.example.org/a/",
            "https://SLOW.example.org/",
            "https://slow.example.org:8443/",
            "https://slow.example.org./",
        ],
    )
    def test_a_site_is_one_however_it_is_written(self, to: str, here: Node) -> None:
        say(here, "hello", to)
        say(here, "hello", "https://slow.example.org.uk/", exchange_id="two")
        assert peers.site_of(to) == "slow.example.org"
        with here.database.write() as tx:
            claimed = messages.claim(tx, here.now, 60, 9, [peers.site_of(to)])
        assert [one.to_node for one in claimed] == ["https://slow.example.org.uk/"]

    def test_what_is_forgotten_has_no_words_on_its_way(self, other: Node) -> None:
        for type_ in ("cancel", "message", "cancel"):
            with other.database.write() as tx:
                about = "one" if type_ == "message" or not messages.waiting(tx, "one") else "two"
                send(tx, other, URL, {"type": type_, "words": "In hospital"}, about)
        with other.database.write() as tx:
            messages.forget_words(tx, "one")
            left = [orjson.loads(row.body) for row in tx.execute(messages_out.select().order_by(messages_out.c.number))]
        assert [(one["type"], one.get("words")) for one in left] == [("cancel", None), ("cancel", "In hospital")]

    def test_nonces_are_kept_a_day_and_ids_a_month(self, here: Node, other: Node, wires: Wires) -> None:
        body = document()
        receiving.receive(here, signed(other, body), body, wires, HANDLERS)
        clock_of(here).pass_by(hours=23)
        sending.tidy(here)
        assert (rows(here, message_nonces), rows(here, messages_in)) == (1, 1)
        clock_of(here).pass_by(days=2)
        sending.tidy(here)
        assert (rows(here, message_nonces), rows(here, messages_in)) == (0, 1)
        clock_of(here).pass_by(days=30)
        sending.tidy(here)
        assert rows(here, messages_in) == 0


class TestWhoIsBelieved:
    def test_a_request_that_is_sent_again_as_it_was_is_refused(self, here: Node, other: Node, wires: Wires) -> None:
        body = document("refuse")
        request = signed(other, body)
        receiving.receive(here, request, body, wires, HANDLERS)
        assert refused(here, request, body, wires) == (409, "replayed")

    def test_a_stale_one_is_refused(self, here: Node, other: Node, wires: Wires) -> None:
        body = document()
        request = signed(other, body)
        clock_of(here).pass_by(minutes=6)
        assert refused(here, request, body, wires) == (401, "stale")

    def test_an_altered_one_is_refused(self, here: Node, other: Node, wires: Wires) -> None:
        assert refused(here, signed(other, document()), document("other words"), wires) == (401, "bad-digest")

    @pytest.mark.parametrize("target", ["https://third.example.org/inbox", f"{URL}inbox?x=1", f"{URL}other"])
    def test_one_for_another_address_is_refused(self, target: str, here: Node, other: Node, wires: Wires) -> None:
        body = document()
        as_it_came = Request("POST", INBOX, signed(other, body, target=target).headers)
        assert refused(here, as_it_came, body, wires) == (401, "unknown-key")

    def test_one_that_names_another_node_is_refused(self, here: Node, other: Node, wires: Wires) -> None:
        body = document(to="https://third.example.org/")
        assert refused(here, signed(other, body), body, wires) == (403, "not-for-us")
        body = document(**{"from": URL})
        assert refused(here, signed(here, body), body, wires) == (403, "not-yours")

    def test_nobody_speaks_for_another_node(self, here: Node, other: Node, wires: Wires) -> None:
        body = document(**{"from": "https://third.example.org/"})
        assert refused(here, signed(other, body), body, wires) == (401, "unknown-key")
        forged = signed(other, body, keyid=f"https://third.example.org/#{keys.own(other).id}")
        assert refused(here, forged, body, wires) == (401, "unknown-key")

    def test_a_node_is_asked_for_an_unknown_key_once_a_minute(self, here: Node, other: Node, wires: Wires) -> None:
        body = document(**{"from": "https://gone.example.org/"})
        for number in range(3):
            forged = signed(other, body, f"nonce-number-{number}", keyid="https://gone.example.org/#x")
            assert refused(here, forged, body, wires) == (401, "unknown-key")
        assert len(wires.asked) == 1

    def test_names_that_nobody_answers_to_are_not_kept(self, here: Node, other: Node, wires: Wires) -> None:
        peers.look(here, OTHER, wires)
        body = document(**{"from": "https://gone.example.org/"})
        forged = signed(other, body, keyid="https://gone.example.org/#x")
        assert refused(here, forged, body, wires) == (401, "unknown-key")
        clock_of(here).pass_by(hours=23)
        sending.tidy(here)
        assert names(here) == ["https://gone.example.org/", OTHER]
        clock_of(here).pass_by(hours=2)
        sending.tidy(here)
        assert names(here) == [OTHER]

    @pytest.mark.parametrize(
        "members",
        [
            # Else it would speak for https://other.example.org/.
            pytest.param({"from": "https://other.example.or"}, id="a sender without a slash"),
            pytest.param({"to": URL[:-1]}, id="a receiver without a slash"),
            pytest.param({"sequence": 2**31}, id="a number that not every database can keep"),
        ],
    )
    def test_what_a_message_cannot_say(self, members: dict[str, Any], here: Node, other: Node, wires: Wires) -> None:
        body = document(**members)
        assert refused(here, signed(other, body), body, wires) == (400, "bad-message")

    def test_a_node_whose_name_ends_in_no_slash_is_not_looked_up(self, here: Node, wires: Wires) -> None:
        with pytest.raises(PeerError):
            peers.look(here, "https://other.example.or", wires)
        assert (wires.asked, names(here)) == ([], [])

    def test_a_new_key_is_believed_if_the_old_one_signed_it(self, here: Node, other: Node, wires: Wires) -> None:
        body = document("refuse")
        receiving.receive(here, signed(other, body), body, wires, HANDLERS)
        old = keys.own(other)
        for node in (here, other):
            clock_of(node).pass_by(minutes=2)
        keys.rotate(other)
        keys.rotate(other)
        body = document("hello", id="urn:uuid:2")
        receiving.receive(here, signed(other, body, "another-nonce"), body, wires, HANDLERS)
        assert heard(here) == ["hello"]
        # What the old one has signed is still its word, but it says nothing new.
        assert peers.key_of(here, OTHER, old.id, wires, former=True) == old.public
        assert peers.key_of(here, OTHER, old.id, wires) is None

    def test_a_key_that_nobody_signed_waits_for_the_operators_word(self, here: Node, other: Node, wires: Wires) -> None:
        peers.look(here, OTHER, wires)
        (other.settings.home / "key").unlink()
        clock_of(here).pass_by(minutes=2)
        clock_of(other).pass_by(minutes=2)
        new, body = keys.own(other), document()
        assert refused(here, signed(other, body), body, wires) == (401, "unknown-key")
        assert {(one.key_id, one.state) for one in peers.known(here)} > {(new.id, OFFERED)}
        with pytest.raises(PeerError):
            peers.believe(here, OTHER, "another")
        peers.believe(here, OTHER, new.id)
        receiving.receive(here, signed(other, body, "another-nonce"), body, wires, HANDLERS)
        assert [(one.key_id, one.state) for one in peers.known(here)] == [(new.id, PINNED)]

    def test_a_chain_of_a_stranger_is_not_followed(self, here: Node, other: Node, wires: Wires) -> None:
        peers.look(here, OTHER, wires)
        pinned = keys.own(other)
        stranger = signing.new_private()
        public = signing.public_of(stranger)
        sig = signing.sign(stranger, signing.KEY, signing.statement(OTHER, public, here.clock()))
        key = {"id": signing.key_id(public), "type": "Ed25519", "public": public, "from": rfc3339(here.clock())}
        told = {"sharefeed": "1.0", "id": OTHER, "name": "x", "licence": "CC0-1.0"}
        wires.documents[OTHER] = orjson.dumps({**told, "keys": [{**key, "by": pinned.id, "sig": sig}]})
        peers.look(here, OTHER, wires)
        assert peers.key_of(here, OTHER, pinned.id) == pinned.public
        assert peers.key_of(here, OTHER, key["id"]) is None

    def test_a_key_under_another_keys_name_is_not_taken(self, here: Node, other: Node, wires: Wires) -> None:
        told = orjson.loads(bytes(wires.get(f"{OTHER}.well-known/sharefeed.json").body))
        told["keys"][0]["public"] = signing.public_of(signing.new_private())
        wires.documents[OTHER] = orjson.dumps(told)
        peers.look(here, OTHER, wires)
        assert peers.known(here) == []


class TestWhereMessagesGo:
    @pytest.mark.parametrize(
        "inbox",
        [
            pytest.param("https://victim.example.org/inbox", id="of somebody else"),
            pytest.param("https://other.example.org.evil.example/inbox", id="that begins alike"),
            pytest.param("http://other.example.org/inbox", id="over plain http"),
            pytest.param("", id="of nobody"),
        ],
    )
    def test_no_inbox_but_the_nodes_own(self, inbox: str, here: Node, wires: Wires) -> None:
        told = {
            "sharefeed": "1.0",
            "id": OTHER,
            "name": "x",
            "licence": "CC0-1.0",
            **({"inbox": inbox} if inbox else {}),
        }
        wires.documents[OTHER] = orjson.dumps(told)
        with pytest.raises(PeerError, match="takes no messages"):
            peers.inbox_of(here, OTHER, wires)

    def test_no_document_but_the_nodes_own(self, here: Node, wires: Wires) -> None:
        wires.documents[OTHER] = wires.get(f"{URL}.well-known/sharefeed.json").body
        with pytest.raises(PeerError, match="is that of"):
            peers.look(here, OTHER, wires)

    @pytest.mark.parametrize(
        "node_id", ["http://127.0.0.1:1/", "https://localhost/", "https://10.0.0.1/", "file:///etc/"]
    )
    def test_no_address_inside(self, node_id: str, here: Node) -> None:
        with pytest.raises(PeerError, match="cannot be read"):
            peers.look(here, node_id)

    @pytest.mark.parametrize("status", [400, 403, 413, 415, 422])
    def test_what_would_end_alike_is_not_tried_again(self, status: int) -> None:
        assert sending.fate_of(answer("x", status, b"")).state == "failed"

    @pytest.mark.parametrize("status", [301, 401, 404, 409, 410, 429, 500, 503])
    def test_what_may_pass_is_tried_again(self, status: int) -> None:
        assert sending.fate_of(answer("x", status, b"")).state == "waiting"

    def test_pauses_grow_and_differ(self) -> None:
        pauses = [sending.pause_s(tries) for tries in range(12)]
        assert pauses[0] < 10
        assert pauses[5] > 600
        assert max(pauses) <= sending.LONGEST_PAUSE_S * 1.25
        assert len({sending.pause_s(9) for _ in range(20)}) > 1


def test_a_lost_answer_is_no_second_message(here: Node, other: Node, wires: Wires) -> None:
    say(other, "hello")
    wires.faults = [UNANSWERED, DROPPED]
    for _ in range(3):
        deliver(wires, other)
        clock_of(other).pass_by(minutes=4)
        clock_of(here).pass_by(minutes=4)
    assert heard(here) == ["hello"]
    assert not waiting(other)


def test_the_wires_lose_what_they_are_told_to(wires: Wires) -> None:
    wires.faults = [DROPPED]
    with pytest.raises(FetchError):
        wires.post(INBOX, b"", {})


def waiting(node: Node) -> bool:
    with node.database.read() as tx:
        return tx.execute(messages_out.select().where(messages_out.c.state == "waiting")).first() is not None


def rows(node: Node, table: Any) -> int:
    with node.database.read() as tx:
        return len(tx.execute(table.select()).all())


def empty(*nodes: Node) -> None:
    for node in nodes:
        with node.database.write() as tx:
            for table in (bounces, messages_out, messages_in, message_nonces, peer_keys, peer_table):
                tx.execute(table.delete())
