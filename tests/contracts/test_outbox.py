"""The outbox and its postman, on every database, against a mail server that misbehaves."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from node.context import Node
from node.services.mail import letters, postman
from node.services.mail.letters import Letter
from node.services.mail.postman import PATIENCE_S, Postman, how_it_is, pause_s
from node.storage import heartbeats, outbox
from node.storage.engine import Database
from node.storage.outbox import CAPTURED, FAILED, SENT, WAITING, Mail
from tests.fakes.publisher import clock_of, publisher
from tests.fakes.smtp_server import MailServer

ANNA = "anna@park.example"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture
def node(database: Database, tmp_path: Path, server: MailServer) -> Node:
    return publisher(tmp_path / "home", database, **settings_for(server.port))


def settings_for(port: int) -> dict[str, Any]:
    place = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    return {**place, "mail_from": "post@share.example", "aggregate": True}


def changed(node: Node, **values: Any) -> Node:
    return Node(node.settings.changed(**values), node.database, node.clock)


def write(node: Node, key: str = "a", to: str = ANNA, **members: Any) -> bool:
    letter = Letter(to, f"About {key}", "Free\n.\n", "<p>Free</p>", key, "topic", **members)
    with node.database.write() as tx:
        return letters.post(tx, node, letter)


def rows(node: Node) -> list[Mail]:
    from sqlalchemy import select

    with node.database.read() as tx:
        found = tx.execute(select(outbox.outbox).order_by(outbox.outbox.c.id))
        return [Mail(**{name: getattr(row, name) for name in Mail.__slots__}) for row in found]


def test_a_mail_is_sent_once_and_then_forgotten_but_for_its_key(node: Node, server: MailServer) -> None:
    assert write(node)
    assert not write(node)
    assert (Postman(node).deliver(), Postman(node).deliver()) == (1, 0)
    [taken] = server.taken
    assert (taken.sender, taken.recipient) == ("post@share.example", ANNA)
    assert taken.message["Subject"] == "About a"
    assert taken.message.get_body(("plain",)).get_content().splitlines() == ["Free", "."]
    [row] = rows(node)
    assert (row.state, row.recipient, row.message, row.settled_at) == (SENT, "", "", node.now)
    assert not write(node)
    clock_of(node).pass_by(days=31)
    postman.tidy(node)
    assert rows(node) == []


def test_a_mail_is_kept_only_with_its_cause(node: Node) -> None:
    with contextlib.suppress(RuntimeError), node.database.write() as tx:
        assert letters.post(tx, node, Letter(ANNA, "x", "x", "x", "k", "t"))
        raise RuntimeError
    assert rows(node) == []


@pytest.mark.parametrize(
    ("word", "state", "problem"),
    [
        pytest.param("rcpt 550", FAILED, "550 no <the address>", id="no such person"),
        pytest.param("rcpt 550 ANNA, or", FAILED, "550 the address, or no <the address>", id="named in another way"),
        pytest.param("rcpt 451", WAITING, "451 no <the address>", id="the person later"),
        pytest.param("data 554", FAILED, "554 no <the address>", id="not this mail"),
        pytest.param("data 451", WAITING, "451 no <the address>", id="this mail later"),
        pytest.param("mail 550", WAITING, "550", id="not from us"),
        pytest.param("mail 421", WAITING, "421", id="closing"),
        pytest.param("drop data", WAITING, "", id="gone in the middle"),
    ],
)
def test_what_the_server_says_decides(node: Node, server: MailServer, word: str, state: str, problem: str) -> None:
    server.script = deque([word])
    write(node)
    assert Postman(node).deliver() == 0
    [row] = rows(node)
    assert (row.state, row.tries, row.lease_until if state == WAITING else 0) == (state, 1, 0)
    assert problem in row.problem
    assert ANNA not in row.problem
    assert (row.recipient, bool(row.message)) == ((ANNA, True) if state == WAITING else ("", False))
    told = how_it_is(node)
    assert (told.late, told.failed) == ((1, 0) if state == WAITING else (0, 1))
    assert told.problem == row.problem


def test_it_is_tried_again_later_and_arrives_once(node: Node, server: MailServer) -> None:
    server.script = deque(["rcpt 451", "drop data", "data 451"])
    write(node)
    for tries in range(3):
        assert Postman(node).deliver() == 0
        assert Postman(node).deliver() == 0, "not before its time"
        clock_of(node).pass_by(seconds=pause_s(tries))
    assert Postman(node).deliver() == 1
    assert len(server.taken) == 1
    assert how_it_is(node).late == 0


def test_a_server_that_takes_it_without_a_word_gets_it_again_under_the_same_id(node: Node, server: MailServer) -> None:
    server.script = deque(["drop taken"])
    write(node)
    Postman(node).deliver()
    clock_of(node).pass_by(minutes=1)
    assert Postman(node).deliver() == 1
    first, second = server.messages()
    assert first["Message-ID"] == second["Message-ID"]


def test_one_bad_address_holds_up_nobody(node: Node, server: MailServer) -> None:
    server.script = deque(["rcpt 550", "", "data 451", ""])
    for name in "abcd":
        write(node, name, f"{name}@park.example")
    assert Postman(node).deliver() == 2
    assert [row.state for row in rows(node)] == [FAILED, SENT, WAITING, SENT]
    assert server.sessions == 1


def test_a_server_that_goes_away_costs_one_mail_a_try(node: Node, server: MailServer) -> None:
    server.script = deque(["", "drop data"])
    for name in "abcd":
        write(node, name)
    assert Postman(node).deliver() == 1
    assert [(row.state, row.tries) for row in rows(node)] == [(SENT, 1), (WAITING, 1), (WAITING, 0), (WAITING, 0)]
    assert Postman(node).deliver() == 2


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        pytest.param({"smtp_port": "closed"}, "no session", id="nobody answers"),
        pytest.param({"smtp_security": "starttls"}, "STARTTLS", id="no privacy to be had"),
        pytest.param({"smtp_security": "tls"}, "no session", id="no TLS there"),
        pytest.param({"smtp_user": "x"}, "smtp_password_file", id="no password"),
        pytest.param({"smtp_user": "x", "smtp_password_file": "smtp.key"}, "AUTH", id="no signing in"),
    ],
)
def test_without_a_session_nothing_is_lost(
    node: Node, server: MailServer, values: dict[str, Any], problem: str
) -> None:
    if values.get("smtp_port") == "closed":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            values = {"smtp_port": free.getsockname()[1]}
    (node.settings.home / "smtp.key").write_text("x")
    (node.settings.home / "smtp.key").chmod(0o600)
    write(node)
    assert Postman(changed(node, **values), 2.0).deliver() == 0
    [row] = rows(node)
    assert (row.state, row.tries, row.lease_until) == (WAITING, 1, 0)
    assert problem in row.problem
    assert server.taken == []
    clock_of(node).pass_by(minutes=1)
    assert Postman(node).deliver() == 1


class TestStopping:
    """The worker ends while a mail is on its way."""

    def stopped(self, node: Node, server: MailServer, grace_s: float, speaks_after_s: float | None = None) -> float:
        """Seconds until the postman is done, once the node is being stopped."""
        going = threading.Thread(target=Postman(node).deliver)
        going.start()
        assert server.hung.wait(20)
        began = time.monotonic()
        node.lines.end(grace_s)
        if speaks_after_s is not None:
            threading.Timer(speaks_after_s, server.speak.set).start()
        going.join()
        return time.monotonic() - began

    @pytest.mark.parametrize("where", ["mail", "taken"])
    def test_a_silent_server_is_not_waited_for_and_its_mail_is_sent_after_the_start(
        self, node: Node, server: MailServer, where: str
    ) -> None:
        server.script = deque([f"hang {where}"])
        write(node, "a")
        write(node, "b")
        assert self.stopped(node, server, 0.2) < 5
        assert [(row.state, row.tries, row.lease_until, row.problem) for row in rows(node)] == [(WAITING, 0, 0, "")] * 2
        assert Postman(node).deliver() == 0
        server.speak.set()
        assert Postman(started_again(node)).deliver() == 2

    def test_what_it_says_in_time_is_heard_and_no_other_mail_begun(self, node: Node, server: MailServer) -> None:
        server.script = deque(["hang taken"])
        write(node, "a")
        write(node, "b")
        assert self.stopped(node, server, 20, 0.2) < 5
        assert [(row.state, row.tries, row.lease_until > 0) for row in rows(node)] == [
            (SENT, 1, True),
            (WAITING, 0, False),
        ]
        assert Postman(started_again(node)).deliver() == 1
        assert [str(one["Subject"]) for one in server.messages()] == ["About a", "About b"]

    def test_one_that_does_not_even_greet_is_not_waited_for(self, node: Node) -> None:
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            mute = changed(node, smtp_port=silent.getsockname()[1])
            write(node)
            going = [threading.Thread(target=work) for work in (Postman(mute).deliver, lambda: postman.knock(mute))]
            began = time.monotonic()
            for one in going:
                one.start()
            time.sleep(0.3)
            mute.lines.end(0.1)
            for one in going:
                one.join()
        assert time.monotonic() - began < 10
        [row] = rows(node)
        assert (row.state, row.tries, row.lease_until) == (WAITING, 0, 0)
        with node.database.read() as tx:
            assert heartbeats.by_name(tx, postman.KNOCK) is None


def started_again(node: Node) -> Node:
    return Node(node.settings, node.database, node.clock)


def test_it_is_given_up_after_some_days_and_not_before(node: Node) -> None:
    away = Postman(changed(node, smtp_port=1))
    write(node)
    began, now = node.now, node.now
    while rows(node)[0].state == WAITING:
        now = node.now
        away.deliver()
        clock_of(node).pass_by(hours=6)
    assert PATIENCE_S - 6 * 3600 <= now - began <= PATIENCE_S
    assert (how_it_is(node).failed, rows(node)[0].recipient) == (1, "")
    clock_of(node).pass_by(days=8)
    assert how_it_is(node).failed == 0


def test_what_is_of_no_use_any_more_is_not_sent(node: Node, server: MailServer) -> None:
    write(node, useless_at=node.now + 60)
    clock_of(node).pass_by(minutes=1)
    assert Postman(node).deliver() == 0
    assert (rows(node)[0].state, server.taken) == (FAILED, [])


def test_without_a_server_mails_wait_and_are_sent_once_there_is_one(node: Node, server: MailServer) -> None:
    none = changed(node, smtp_host="")
    write(none)
    assert Postman(none).deliver() == 0
    clock_of(node).pass_by(days=10)
    assert Postman(node).deliver() == 1


def test_captured_mails_go_nowhere_and_are_forgotten(node: Node, server: MailServer) -> None:
    kept = changed(node, mail_capture=True)
    write(node, "before")
    write(kept, "after")
    assert Postman(kept).deliver() == 0
    assert [row.state for row in rows(node)] == [WAITING, CAPTURED]
    with node.database.read() as tx:
        assert [one.key for one in outbox.captured(tx, 10)] == ["after"]
    assert Postman(node).deliver() == 1
    clock_of(node).pass_by(days=8)
    postman.tidy(node)
    assert [row.key for row in rows(node)] == ["before"]


def test_what_is_called_back_is_not_sent(node: Node, server: MailServer) -> None:
    write(node)
    with node.database.write() as tx:
        assert outbox.call_back(tx, "other") == 0
        assert outbox.call_back(tx, "topic") == 1
    assert Postman(node).deliver() == 0


def test_many_postmen_send_each_mail_once(node: Node, server: MailServer) -> None:
    for number in range(30):
        write(node, str(number))
    postmen = [threading.Thread(target=lambda: [Postman(node).deliver() for _ in range(6)]) for _ in range(3)]
    for one in postmen:
        one.start()
    for one in postmen:
        one.join()
    Postman(node).deliver()
    assert sorted(str(one["Subject"]) for one in server.messages()) == sorted(f"About {n}" for n in range(30))


def test_whoever_lost_the_lease_changes_nothing(node: Node) -> None:
    write(node)
    with node.database.write() as tx:
        [slow] = outbox.claim(tx, node.now, 600, 10)
        assert outbox.claim(tx, node.now, 600, 10) == []
        [quick] = outbox.claim(tx, node.now + 600, 600, 10)
        assert not outbox.settle(tx, slow, FAILED, node.now)
        assert not outbox.postpone(tx, slow, node.now, node.now, "")
        outbox.release(tx, slow)
        assert outbox.claim(tx, node.now + 600, 600, 10) == []
        assert outbox.settle(tx, quick, SENT, node.now)
        assert not outbox.settle(tx, replace(quick), FAILED, node.now)


def test_a_mail_that_a_server_took_is_not_sent_again_when_the_database_was_away(
    node: Node, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from node.storage.engine import StorageError

    write(node)
    post = Postman(node)
    settle = outbox.settle

    def refuse(*_: Any, **__: Any) -> bool:
        raise StorageError("away")

    monkeypatch.setattr(outbox, "settle", refuse)
    assert post.deliver() == 1
    monkeypatch.setattr(outbox, "settle", settle)
    clock_of(node).pass_by(seconds=postman.LEASE_S)
    assert post.deliver() == 0
    assert (len(server.taken), rows(node)[0].state) == (1, SENT)
