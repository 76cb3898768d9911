"""Accounts on the command line: the first one, links, roles, and the log of what was done."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from node.app import create_app
from node.cli import main
from node.context import Node
from node.services.identity import accounts, members
from node.services.identity.audit import COMMAND_LINE
from node.settings import load
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL
from tests.node.web.desk.signed_in import send

Run = Callable[..., Result]
INIT = ("init", "--url", URL, "--name", "Share")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--home", str(tmp_path / "home"), *arguments])
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture
def node(run: Run, tmp_path: Path) -> Iterator[Node]:
    run(*INIT, "--account", "anna@school.example")
    run("organisation", "add", "Riverside School")
    opened = Node.open(load(tmp_path / "home"))
    yield opened
    opened.database.close()


def link_in(output: str) -> str:
    found = re.search(rf"{re.escape(URL)}(desk/sign-in/\S+)", output)
    assert found, output
    return f"/{found[1]}"


def test_init_makes_the_first_account_without_a_password(run: Run, tmp_path: Path) -> None:
    said = run(*INIT, "--account", "anna@school.example", "--account-name", "Anna").output
    node = Node.open(load(tmp_path / "home"))
    [account] = accounts.every(node)
    assert (account.name, account.email, account.operator) == ("Anna", "anna@school.example", True)
    assert account.password_hash is None
    client, link = client_of(create_app(node)), link_in(said)
    answer = send(client, link, link)
    assert answer.headers["Location"].endswith("/desk/account/password")
    assert "At least 10 characters" in client.get("/desk/account/password").text
    node.database.close()


def test_init_without_an_account_makes_none(run: Run) -> None:
    assert "/desk/" not in run(*INIT).output
    assert "no accounts yet" in run("account", "list").output


def test_init_refuses_an_account_before_it_makes_anything(run: Run, tmp_path: Path) -> None:
    assert "email: This must be an e-mail address" in run(*INIT, "--account", "anna", code=1).output
    assert not (tmp_path / "home").exists()


def test_init_asks_people_and_tells_programs(run: Run) -> None:
    assert "Missing option '--url'" in run("init", "--name", "Share", code=2).output


def test_accounts_are_made_listed_and_removed(run: Run, node: Node) -> None:
    words = ("account", "add", "--name", "Ben", "--email", "ben@school.example", "--organisation", "riverside-school")
    link_in(run(*words, "--role", "editor").output)
    listed = run("account", "list").output
    assert re.search(r"anna@school\.example +anna +operator +never", listed)
    assert re.search(r"ben@school\.example +Ben +riverside-school: editor +never", listed)
    link_in(run("account", "link", "BEN@school.example").output)
    run("account", "role", "ben@school.example", "riverside-school", "viewer")
    assert "riverside-school: viewer" in run("account", "list").output
    run("account", "role", "ben@school.example", "riverside-school", "none")
    assert "viewer" not in run("account", "list").output
    run("account", "remove", "ben@school.example")
    assert "ben@" not in run("account", "list").output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("add", "--name", "A", "--email", "ANNA@school.example"), "has an account already", id="twice"),
        pytest.param(("add", "--name", " ", "--email", "x@y.example"), "what people call you", id="no-name"),
        pytest.param(("add", "--name", "A", "--email", "nowhere"), "must be an e-mail address", id="no-address"),
        pytest.param(
            ("add", "--name", "A", "--email", "x@y.example", "--organisation", "nix"),
            "no organisation 'nix'",
            id="no-organisation",
        ),
        pytest.param(("link", "nobody@school.example"), "no account with the address", id="nobody"),
        pytest.param(
            ("role", "anna@school.example", "riverside-school", "none"), "is no member of", id="no-membership"
        ),
    ],
)
def test_what_cannot_be_says_why_and_changes_nothing(run: Run, node: Node, words: tuple[str, ...], says: str) -> None:
    assert says in run("account", *words, code=1).output
    assert len(accounts.every(node)) == 1


def test_an_organisation_keeps_an_owner_while_it_has_members(run: Run, node: Node) -> None:
    for name, role in (("ben", "owner"), ("cleo", "viewer")):
        made = accounts.add(node, name, f"{name}@school.example")
        members.join(node, made, "riverside-school", role)
    for words in (("role", "ben@school.example", "riverside-school", "editor"), ("remove", "ben@school.example")):
        assert "needs an owner" in run("account", *words, code=1).output
    run("account", "role", "cleo@school.example", "riverside-school", "owner")
    run("account", "remove", "ben@school.example")
    run("account", "remove", "cleo@school.example")


def test_the_log_is_whole_until_somebody_writes_in_it(run: Run, node: Node) -> None:
    members.join(node, accounts.by_email(node, "anna@school.example"), "riverside-school", "owner", COMMAND_LINE)
    said = run("audit", "verify").output
    assert "The log is whole: 3 entries." in said
    end = re.findall(r"^[0-9a-f]{64}$", said, re.MULTILINE)[0]
    accounts.add(node, "Ben", "ben@school.example")
    assert "4 entries" in run("audit", "verify", "--known", end).output
    assert "No entry has the hash" in run("audit", "verify", "--known", "f" * 64, code=1).output
    with node.database.write() as tx:
        tx.execute(text("UPDATE audit SET subject = 'nobody' WHERE position = 2"))
    assert "Entry 2 is not as it was written" in run("audit", "verify", code=1).output
