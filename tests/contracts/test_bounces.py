"""Addresses that refuse our mails, on every database: counted by what the mail server says, ended in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.context import Node
from node.services.alerts import bounces as alert_bounces
from node.services.alerts import choices, links
from node.services.alerts.bounces import is_enough
from node.services.mail import letters
from node.services.mail.letters import Letter
from node.services.mail.postman import Postman, is_about_the_address
from node.storage import alerts as stored
from node.storage import bounces, outbox
from node.storage.alerts import ACTIVE
from node.storage.bounces import Bounce
from node.storage.engine import Database
from node.storage.outbox import FAILED, SENT
from tests.contracts.test_alerts import ALERT
from tests.contracts.test_outbox import rows, settings_for
from tests.fakes.publisher import clock_of, publisher
from tests.fakes.smtp_server import MailServer

DAY_S = 86_400
GONE = "rcpt 550 5.1.1"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as made:
        yield made


@pytest.fixture
def node(database: Database, tmp_path: Path, server: MailServer) -> Node:
    return publisher(tmp_path / "home", database, **settings_for(server.port))


def subscribe(node: Node, *ids: str) -> None:
    with node.database.write() as tx:
        for one in ids:
            stored.add(tx, replace(ALERT, id=one * 16, state=ACTIVE, search=f"q={one}"))


def send(node: Node, server: MailServer, word: str, alert: str = "a", days: float = 0) -> None:
    """A mail about an alert after so many days, and what its server answers to it."""
    clock_of(node).pass_by(days=days)
    server.script = deque([word])
    letter = Letter(ALERT.email, "New", "x\n", "<p>x</p>", f"{node.now}", links.topic_of(alert * 16))
    with node.database.write() as tx:
        assert letters.post(tx, node, letter)
    Postman(node).deliver()


def alive(node: Node) -> set[str]:
    with node.database.read() as tx:
        return {one.id[0] for one in stored.of_person(tx, ALERT.person)}


# What is kept


def test_refusals_are_counted_until_a_mail_is_taken(node: Node) -> None:
    with node.database.write() as tx:
        assert bounces.refused(tx, "p", 10) == Bounce(1, 10, 10)
        assert bounces.refused(tx, "q", 15) == Bounce(1, 15, 15)
        assert bounces.refused(tx, "p", 20) == Bounce(2, 10, 20)
        bounces.forget(tx, "p")
        assert bounces.refused(tx, "p", 30) == Bounce(1, 30, 30)
        bounces.tidy(tx, 30)
        assert bounces.refused(tx, "p", 40) == Bounce(2, 30, 40)
        assert bounces.refused(tx, "q", 40) == Bounce(1, 40, 40)


@pytest.mark.parametrize(
    ("bounce", "enough"),
    [
        pytest.param(Bounce(1, 0, 0), False, id="once"),
        pytest.param(Bounce(9, 0, DAY_S - 1), False, id="often, within a day"),
        pytest.param(Bounce(2, 0, 5 * DAY_S), False, id="twice"),
        pytest.param(Bounce(3, 0, DAY_S), True, id="three times over a day"),
        pytest.param(Bounce(2, 0, 14 * DAY_S), True, id="twice in fourteen days"),
        pytest.param(Bounce(2, 0, 14 * DAY_S - 1), False, id="twice in less"),
    ],
)
def test_what_is_enough(bounce: Bounce, enough: bool) -> None:
    assert is_enough(bounce) is enough


@pytest.mark.parametrize(
    ("answer", "about"),
    [
        pytest.param("550 5.1.1 The email account does not exist", True, id="no such mailbox"),
        pytest.param("550-5.1.1 The email account", True, id="the same on more lines"),
        pytest.param("552 5.2.2 mailbox full", True, id="full"),
        pytest.param("550 5.7.1 Service unavailable, client host blocked", False, id="policy"),
        pytest.param("550 5.4.1 Recipient address rejected: Access denied", False, id="routing"),
        pytest.param("550 No such user here", True, id="no detail"),
        pytest.param("550 Blocked by a blacklist, see our site", False, id="no detail, but against us"),
        pytest.param("554 Transaction failed", False, id="says nothing of a mailbox"),
        pytest.param("450 4.2.1 try later", False, id="not for good"),
    ],
)
def test_only_what_is_said_of_the_address_counts(answer: str, about: bool) -> None:
    assert is_about_the_address(answer) is about


# What becomes of it


def test_an_address_that_is_refused_three_times_is_forgotten_with_all_its_alerts(
    node: Node, server: MailServer
) -> None:
    subscribe(node, "a", "b")
    send(node, server, GONE)
    send(node, server, GONE, "b", days=0.5)
    assert alive(node) == {"a", "b"}
    send(node, server, GONE, days=0.5)
    assert alive(node) == set()
    assert {row.state for row in rows(node)} == {FAILED}
    with node.database.read() as tx:
        left = [
            tuple(row)
            for name in ("alerts", "bounces", "outbox")
            for row in tx.exec_driver_sql(f"SELECT * FROM {name}")
        ]
    assert ALERT.email not in repr(left)
    assert ALERT.person not in repr(left)


def test_what_waits_for_it_is_called_back(node: Node, server: MailServer) -> None:
    subscribe(node, "a")
    with node.database.write() as tx:
        bounces.refused(tx, ALERT.person, node.now - 2 * DAY_S)
        bounces.refused(tx, ALERT.person, node.now - DAY_S)
        waiting = Letter(ALERT.email, "x", "x\n", "<p>x</p>", "later", links.topic_of(ALERT.id))
        letters.post(tx, node, waiting)
        assert alert_bounces.refused(tx, links.topic_of(ALERT.id), node.now) == 1
        assert outbox.claim(tx, node.now, 600, 10) == []


def test_a_mail_that_is_taken_begins_the_count_anew(node: Node, server: MailServer) -> None:
    subscribe(node, "a")
    for word in (GONE, GONE, "", GONE, GONE):
        send(node, server, word, days=2)
    assert alive(node) == {"a"}
    assert [row.state for row in rows(node)] == [FAILED, FAILED, SENT, FAILED, FAILED]


def test_a_weekly_reader_is_given_up_in_two_weeks(node: Node, server: MailServer) -> None:
    subscribe(node, "a")
    send(node, server, GONE)
    send(node, server, GONE, days=7)
    assert alive(node) == {"a"}
    send(node, server, GONE, days=7)
    assert alive(node) == set()


@pytest.mark.parametrize("word", ["rcpt 450 4.2.1", "rcpt 550 5.7.1", "data 554", "mail 550", "drop data"])
def test_what_is_not_said_of_the_address_never_ends_it(node: Node, server: MailServer, word: str) -> None:
    subscribe(node, "a")
    for _ in range(5):
        send(node, server, word, days=2)
    assert alive(node) == {"a"}


def test_mails_about_nothing_here_change_nothing(node: Node) -> None:
    with node.database.write() as tx:
        for topic in ("alert:nobody", "person:x", "other"):
            assert alert_bounces.refused(tx, topic, node.now) == 0
            alert_bounces.taken(tx, topic)
        assert bounces.refused(tx, "x", 1) == Bounce(1, 1, 1)


def test_old_refusals_are_forgotten(node: Node) -> None:
    with node.database.write() as tx:
        bounces.refused(tx, "p", node.now)
    clock_of(node).pass_by(days=61)
    choices.tidy(node)
    with node.database.write() as tx:
        assert bounces.refused(tx, "p", node.now).count == 1
