"""Another e-mail address for an account: asked for, pressed, and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from node.app import create_app
from node.context import Node
from node.services.identity import accounts, audit
from node.services.identity.passkeys import of_account
from node.services.mail import mailbox
from node.storage import passkeys as stored_passkeys
from node.storage import second_factors
from node.storage.passkeys import Passkey
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.node.web.desk.signed_in import send, signed_in

PASSWORD = "three otters in a canoe"
OLD, NEW = "owner@riverside-school.example", "anna@new.example"
ACCOUNT, PAGE = "/desk/account", "/desk/account/address"
DOOR = "/desk/sign-in"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "home", mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def owner(app: Flask, node: Node) -> FlaskClient:
    signed_in(app, node, "riverside-school")
    accounts.set_password(node, accounts.by_email(node, OLD), PASSWORD)
    return signed_in(app, node, "riverside-school")


def link_to(node: Node, recipient: str, part: str) -> str:
    """The path of the latest link with this part in it that was mailed to somebody."""
    letters = [mail for mail in mailbox.kept(node) if mail.to == recipient]
    return next(one for mail in letters for one in mail.links if part in one).removeprefix(URL.rstrip("/"))


def address_of(node: Node) -> str:
    return next(one.email for one in accounts.every(node) if one.name == "Owner of riverside-school")


def changed(owner: FlaskClient, node: Node, email: str = NEW) -> None:
    assert send(owner, PAGE, email=email).status_code == 200
    answer = send(owner, link_to(node, email, "/desk/account/address/"))
    assert answer.headers["Location"].endswith(ACCOUNT)


def test_nothing_changes_before_the_link_is_pressed(owner: FlaskClient, node: Node) -> None:
    assert "on its way" in send(owner, PAGE, email=f" {NEW} ").text
    link = link_to(node, NEW, "/desk/account/address/")
    page = owner.get(link)
    assert (page.status_code, NEW in page.text, address_of(node)) == (200, True, OLD)
    assert [mail.to for mail in mailbox.kept(node)] == [NEW], "the old address hears of what has happened"
    answer = send(owner, link)
    assert (answer.status_code, address_of(node)) == (303, NEW)
    assert NEW in owner.get(ACCOUNT).text
    assert (owner.get(link).status_code, send(owner, link).status_code) == (410, 410)
    stranger = client_of(owner.application)
    assert send(stranger, DOOR, DOOR, email=NEW, password=PASSWORD).status_code == 303
    audit.verify(node)


def test_a_link_that_went_astray_gives_the_account_to_nobody(owner: FlaskClient, app: Flask, node: Node) -> None:
    send(owner, PAGE, email=NEW)
    link = link_to(node, NEW, "/desk/account/address/")
    for browser in (client_of(app), signed_in(app, node, "mending-room")):
        page = DOOR if browser.get("/desk/").status_code == 303 else "/desk/"
        assert send(browser, link, page).status_code in (303, 410)
        assert address_of(node) == OLD
    assert signed_in(app, node, "mending-room").get(link).status_code == 410
    assert send(owner, link).status_code == 303


def test_it_asks_who_one_is(owner: FlaskClient, node: Node) -> None:
    clock_of(node).pass_by(minutes=46)
    assert "/desk/account/prove" in owner.get(PAGE).headers["Location"]
    assert "/desk/account/prove" in send(owner, PAGE, email=NEW).headers["Location"]
    assert mailbox.kept(node) == []


def test_an_address_that_somebody_has_is_answered_alike(owner: FlaskClient, app: Flask, node: Node) -> None:
    signed_in(app, node, "mending-room")
    answers = {
        re.sub(r'value="[^"]*"', "", send(owner, PAGE, email=email).text)
        for email in ("OWNER@mending-room.example", "nobody@mending-room.example")
    }
    assert len(answers) == 1
    assert [mail.to for mail in mailbox.kept(node)] == ["nobody@mending-room.example"]


def test_an_address_that_was_taken_meanwhile_stays_with_them(owner: FlaskClient, node: Node) -> None:
    send(owner, PAGE, email=NEW)
    accounts.add(node, "Ben", NEW.upper())
    assert send(owner, link_to(node, NEW, "/desk/account/address/")).status_code == 409
    assert address_of(node) == OLD


@pytest.mark.parametrize("email", ["", "anna", OLD, "a@b", f"{'x' * 250}@new.example", '"><script>alert(1)</script>'])
def test_what_is_no_new_address_is_kept_to_be_put_right(owner: FlaskClient, node: Node, email: str) -> None:
    answer = send(owner, PAGE, email=email)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert mailbox.kept(node) == []


def test_one_account_cannot_have_many_mailed(owner: FlaskClient, node: Node) -> None:
    answers = [send(owner, PAGE, email=f"{number}@new.example").status_code for number in range(5)]
    assert answers == [200] * 3 + [429] * 2


def test_the_old_address_takes_it_back_and_lets_nobody_in(owner: FlaskClient, app: Flask, node: Node) -> None:
    account = accounts.by_email(node, OLD)
    with node.database.write() as tx:
        stored_passkeys.add(tx, Passkey("1" * 16, account.id, "c", "{}", "Theirs", 0, node.now))
    changed(owner, node)
    link = link_to(node, OLD, "/desk/reset/address/")
    somebody = client_of(app)
    clock_of(node).pass_by(days=6)
    assert (somebody.get(link).status_code, address_of(node)) == (200, NEW)
    answer = send(somebody, link, link)
    assert address_of(node) == OLD
    assert owner.get(ACCOUNT).headers["Location"].startswith(DOOR), "every browser is signed out"
    assert of_account(node, account) == []
    assert send(client_of(app), DOOR, DOOR, email=OLD, password=PASSWORD).status_code == 422
    reset = answer.headers["Location"]
    assert send(somebody, reset, reset, password="four otters on a log").status_code == 303
    assert send(somebody, DOOR, DOOR, email=OLD, password="four otters on a log").status_code == 303
    assert send(somebody, link).status_code == 410


def test_who_took_it_over_cannot_take_the_taking_back_away(owner: FlaskClient, app: Flask, node: Node) -> None:
    """A change after the change has a link of its own, which must not end the first one's."""
    changed(owner, node)
    clock_of(node).pass_by(minutes=1)
    changed(owner, node, "second@new.example")
    first, second = link_to(node, OLD, "/desk/reset/address/"), link_to(node, NEW, "/desk/reset/address/")
    somebody = client_of(app)
    assert send(somebody, second, second).status_code == 303
    assert send(somebody, first, first).status_code == 303
    assert address_of(node) == OLD

    assert send(somebody, second, DOOR).status_code == 410


def test_taking_it_back_ends_what_came_later(owner: FlaskClient, app: Flask, node: Node) -> None:
    changed(owner, node)
    clock_of(node).pass_by(minutes=1)
    changed(owner, node, "second@new.example")
    first, second = link_to(node, OLD, "/desk/reset/address/"), link_to(node, NEW, "/desk/reset/address/")
    somebody = client_of(app)
    assert send(somebody, first, first).status_code == 303
    assert send(somebody, second, DOOR).status_code == 410
    assert address_of(node) == OLD


def test_taking_it_back_has_a_week(owner: FlaskClient, app: Flask, node: Node) -> None:
    changed(owner, node)
    link = link_to(node, OLD, "/desk/reset/address/")
    clock_of(node).pass_by(days=7)
    assert client_of(app).get(link).status_code == 410
    assert send(client_of(app), link, DOOR).status_code == 410
    assert address_of(node) == NEW


def test_without_mail_the_command_line_is_named(tmp_path: Path) -> None:
    silent = publisher(tmp_path / "silent")
    browser = signed_in(create_app(silent), silent, "riverside-school")
    assert f"sharefeed account address {OLD}" in browser.get(PAGE).text
    assert send(browser, PAGE, email=NEW).status_code == 200
    assert address_of(silent) == OLD
    silent.database.close()


def test_a_language_is_chosen_among_those_that_are_offered(owner: FlaskClient, node: Node) -> None:
    assert send(owner, ACCOUNT, name="Anna", language="pl").status_code == 303
    assert accounts.by_email(node, OLD).language == "pl"
    assert send(owner, ACCOUNT, name="Anna", language="xx").status_code == 422
    send(owner, PAGE, email=NEW)
    assert accounts.by_email(node, OLD).language == "pl"
    assert "Polski" in owner.get(ACCOUNT).text or "polski" in owner.get(ACCOUNT).text


@pytest.mark.parametrize(
    ("days", "left"), [pytest.param(-1, True, id="from before"), pytest.param(1, False, id="added since")]
)
def test_codes_that_were_added_since_then_keep_nobody_out(
    owner: FlaskClient, node: Node, days: int, left: bool
) -> None:
    account = accounts.by_email(node, OLD)
    changed(owner, node)
    with node.database.write() as tx:
        second_factors.begin(tx, account.id, "sealed")
        second_factors.confirm(tx, account.id, node.now + days * 86_400)
        second_factors.set_recovery(tx, account.id, ["a"])
    clock_of(node).pass_by(days=2)
    link = link_to(node, OLD, "/desk/reset/address/")
    assert send(client_of(owner.application), link, link).status_code == 303
    with node.database.read() as tx:
        found = second_factors.of_account(tx, account.id), second_factors.recovery_left(tx, account.id)
    assert (found[0] is not None, found[1]) == (left, int(left))
