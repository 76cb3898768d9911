"""Letting operators in, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from node.context import Node
from node.services.identity import operator
from node.services.identity.links import EXPIRED, READY, USED
from node.services.identity.operator import SessionError, SignInError
from node.storage import sessions as stored
from node.storage.account_tables import links, sessions
from node.storage.engine import Database
from tests.fakes.publisher import clock_of, publisher


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    """A catalogue: only there are pages to sign in to."""
    return publisher(tmp_path / "home", database, aggregate=True)


def token_of(link: str) -> str:
    return link.rpartition("/")[2]


def test_a_link_signs_in_once(node: Node) -> None:
    link = operator.new_link(node)
    assert link.startswith("https://share.example.org/control/sign-in/")
    token = token_of(link)
    assert operator.state_of_link(node, token) == READY
    secret = operator.sign_in(node, token)
    assert operator.state_of_link(node, token) == USED
    session = operator.session_of(node, secret)
    assert session is not None
    assert session.role == "operator"
    with pytest.raises(SignInError) as caught:
        operator.sign_in(node, token)
    assert caught.value.state == USED


def test_asking_for_a_link_does_not_use_it_up(node: Node) -> None:
    token = token_of(operator.new_link(node))
    assert [operator.state_of_link(node, token) for _ in range(5)] == [READY] * 5
    assert operator.sign_in(node, token)


def test_a_link_is_good_for_a_quarter_of_an_hour(node: Node) -> None:
    token = token_of(operator.new_link(node))
    clock_of(node).pass_by(minutes=15)
    assert operator.state_of_link(node, token) == EXPIRED
    with pytest.raises(SignInError) as caught:
        operator.sign_in(node, token)
    assert caught.value.state == EXPIRED


@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "\ud800", "a" * 10_000])
def test_a_link_that_was_never_made_is_as_good_as_expired(node: Node, token: str) -> None:
    assert operator.state_of_link(node, token) == EXPIRED
    with pytest.raises(SignInError):
        operator.sign_in(node, token)
    assert operator.sessions(node) == []


def test_of_many_who_use_a_link_at_once_one_is_let_in(node: Node) -> None:
    token = token_of(operator.new_link(node))

    def attempt(_: int) -> bool:
        try:
            return bool(operator.sign_in(node, token))
        except SignInError:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(attempt, range(6))) == [False] * 5 + [True]
    assert len(operator.sessions(node)) == 1


def test_the_database_holds_no_secret(node: Node) -> None:
    token = token_of(operator.new_link(node))
    secret = operator.sign_in(node, token)
    with node.database.read() as tx:
        held = str([*tx.execute(links.select()), *tx.execute(sessions.select())])
    assert token not in held
    assert secret not in held


@pytest.mark.parametrize(
    ("waits", "open_then"),
    [
        pytest.param([11.9], True, id="a long lunch"),
        pytest.param([12.1], False, id="idle for twelve hours"),
        pytest.param([11, 11, 11], True, id="used now and then"),
        pytest.param([11] * 16, False, id="used for more than a week"),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(node: Node, waits: list[float], open_then: bool) -> None:
    secret = operator.sign_in(node, token_of(operator.new_link(node)))
    for hours in waits:
        clock_of(node).pass_by(hours=hours)
        found = operator.session_of(node, secret)
    assert (found is not None) is open_then
    assert bool(operator.sessions(node)) is open_then


@pytest.mark.parametrize("secret", [None, "", "nobody", "\udfff"])
def test_no_session(node: Node, secret: str | None) -> None:
    assert operator.session_of(node, secret) is None


def test_signing_out_and_revoking(node: Node) -> None:
    first, second, third = (operator.sign_in(node, token_of(operator.new_link(node))) for _ in range(3))
    operator.sign_out(node, first)
    assert operator.session_of(node, first) is None
    session = operator.session_of(node, second)
    assert session is not None
    operator.revoke(node, session.name)
    assert operator.session_of(node, second) is None
    unused = token_of(operator.new_link(node))
    assert operator.revoke_all(node) == 1
    assert operator.session_of(node, third) is None
    assert operator.state_of_link(node, unused) == EXPIRED


@pytest.mark.parametrize("name", [pytest.param("", id="everyone's"), pytest.param("zz", id="nobody's")])
def test_revoking_must_mean_exactly_one(node: Node, name: str) -> None:
    secret = operator.sign_in(node, token_of(operator.new_link(node)))
    with pytest.raises(SessionError):
        operator.revoke(node, name)
    assert operator.session_of(node, secret) is not None


def test_what_is_over_is_forgotten(node: Node) -> None:
    operator.sign_in(node, token_of(operator.new_link(node)))
    clock_of(node).pass_by(days=2)
    operator.sign_in(node, token_of(operator.new_link(node)))
    with node.database.read() as tx:
        assert len(stored.every(tx, operator.ROLE)) == 1
        assert len(tx.execute(links.select()).all()) == 1
