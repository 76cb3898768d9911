"""Codes of an app as a second proof at the desk's door."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from node.context import Node
from node.services.identity import accounts, second_factor
from node.storage.account_tables import recovery_codes, second_factors
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of
from tests.node.web.desk.signed_in import send, signed_in

PASSWORD = "three otters in a canoe"
EMAIL = "owner@riverside-school.example"
DOOR, CODE, CODES = "/desk/sign-in", "/desk/sign-in/code", "/desk/account/codes"


@pytest.fixture
def owner(app: Flask, node: Node) -> FlaskClient:
    made = signed_in(app, node, "riverside-school")
    send(made, "/desk/account/password", password=PASSWORD)
    return made


class Phone:
    """An app that shows codes, and the recovery codes that were printed."""

    def __init__(self, owner: FlaskClient, node: Node) -> None:
        send(owner, f"{CODES}/begin", CODES)
        secret = re.search(r'desk-secret"[^>]*>([A-Z2-7 ]+)<', owner.get(CODES).text)
        assert secret
        self.secret, self.node = secret[1].replace(" ", ""), node
        answer = send(owner, f"{CODES}/confirm", CODES, code=self.shows())
        assert answer.status_code == 200
        self.recovery = re.findall(r"<li><code>([\w-]+)</code>", answer.text)

    def shows(self, later_s: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.node.now + later_s)


@pytest.fixture
def phone(owner: FlaskClient, node: Node) -> Phone:
    made = Phone(owner, node)
    clock_of(node).pass_by(seconds=60)
    return made


def half(app: Flask, following: str = "") -> FlaskClient:
    """A browser that has shown the password."""
    client = client_of(app)
    answer = send(client, DOOR, DOOR, email=EMAIL, password=PASSWORD, next=following)
    assert "/desk/sign-in/code" in answer.headers["Location"]
    return client


def enter(client: FlaskClient, code: str, **more: str) -> int:
    return send(client, CODE, CODE, code=code, **more).status_code


def test_the_password_alone_opens_nothing(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    client = half(app)
    for path in ("/desk/", "/desk/account", "/desk/riverside-school/", CODES):
        assert client.get(path).status_code == 303
    assert enter(client, "000000") == 422
    assert client.get("/desk/").status_code == 303
    assert enter(client, phone.shows()) == 303
    assert client.get("/desk/").status_code == 200


def test_who_comes_by_the_code_goes_on_where_they_wanted(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    client = half(app, "/desk/riverside-school/members")
    answer = send(client, CODE, CODE, code=phone.shows(), next="/desk/riverside-school/members")
    assert answer.headers["Location"].endswith("/desk/riverside-school/members")
    client = half(app)
    clock_of(phone.node).pass_by(seconds=60)
    answer = send(client, CODE, CODE, code=phone.shows(), next="https://evil.example/")
    assert answer.headers["Location"].endswith("/desk/riverside-school/")


def test_a_code_works_once(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    code = phone.shows()
    assert enter(half(app), code) == 303
    assert enter(half(app), code) == 422


@pytest.mark.parametrize(
    ("later_s", "status"),
    [(-90, 422), (-30, 303), (0, 303), (30, 303), (90, 422)],
    ids=["too-old", "half-a-minute-old", "now", "a-clock-before-ours", "too-early"],
)
def test_a_code_fits_for_a_moment(owner: FlaskClient, app: Flask, phone: Phone, later_s: int, status: int) -> None:
    clock_of(phone.node).pass_by(minutes=5)
    assert enter(half(app), phone.shows(later_s)) == status


def test_a_recovery_code_works_once_however_it_is_typed(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    assert len(set(phone.recovery)) == second_factor.RECOVERY_CODES
    first = phone.recovery[0]
    assert enter(half(app), first.upper().replace("-", " ")) == 303
    assert enter(half(app), first) == 422
    assert enter(half(app), phone.recovery[1]) == 303
    assert "8 recovery codes are left" in owner.get(CODES).text


def test_codes_cannot_be_guessed(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    answers = [enter(half(app), f"{number:06}") for number in range(8)]
    assert answers == [422] * 5 + [429] * 3
    assert enter(half(app), phone.shows()) == 429
    clock_of(phone.node).pass_by(seconds=1)
    assert enter(half(app), phone.shows()) == 303


def test_half_a_session_ends_after_ten_minutes(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    client = half(app)
    clock_of(phone.node).pass_by(minutes=10)
    answer = client.get(CODE)
    assert answer.headers["Location"].endswith("/desk/sign-in")
    late = send(client, CODE, DOOR, code=phone.shows())
    assert late.headers["Location"].endswith("/desk/sign-in")
    assert client.get("/desk/").status_code == 303


def test_nothing_is_asked_before_the_app_has_shown_a_right_code(owner: FlaskClient, app: Flask, node: Node) -> None:
    send(owner, f"{CODES}/begin", CODES)
    answer = send(owner, f"{CODES}/confirm", CODES, code="000000")
    assert answer.status_code == 422
    client = client_of(app)
    assert (
        send(client, DOOR, DOOR, email=EMAIL, password=PASSWORD).headers["Location"].endswith("/desk/riverside-school/")
    )


def test_the_picture_is_there_while_it_is_set_up_and_only_then(owner: FlaskClient, app: Flask, node: Node) -> None:
    assert owner.get(f"{CODES}/qr.svg").status_code == 404
    send(owner, f"{CODES}/begin", CODES)
    picture = owner.get(f"{CODES}/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"
    account = accounts.by_email(node, EMAIL)
    secret = second_factor.pending(node, account)
    assert secret
    read = pyotp.parse_uri(second_factor.address(node, account, secret))
    assert (read.name, read.issuer, read.secret) == (EMAIL, "Share", secret)
    assert signed_in(app, node, "mending-room").get(f"{CODES}/qr.svg").status_code == 404


def test_the_database_holds_neither_secret_nor_codes(owner: FlaskClient, node: Node, phone: Phone) -> None:
    with node.database.read() as tx:
        held = str([*tx.execute(second_factors.select()), *tx.execute(recovery_codes.select())])
    assert phone.secret not in held
    assert not [code for code in phone.recovery if code in held or code.replace("-", "") in held]
    assert all(code not in owner.get(CODES).text for code in phone.recovery), "they are shown once"


def test_other_recovery_codes_take_the_place_of_those_before(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    answer = send(owner, f"{CODES}/recovery", CODES)
    fresh = re.findall(r"<li><code>([\w-]+)</code>", answer.text)
    assert len(fresh) == second_factor.RECOVERY_CODES
    assert enter(half(app), phone.recovery[0]) == 422
    assert enter(half(app), fresh[0]) == 303


def test_it_is_turned_off_by_who_proves_who_they_are(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    clock_of(phone.node).pass_by(minutes=46)
    assert "/prove" in send(owner, f"{CODES}/off").headers["Location"]
    assert half(app)
    send(owner, "/desk/account/prove", password=PASSWORD)
    send(owner, f"{CODES}/off", CODES)
    client = client_of(app)
    assert (
        send(client, DOOR, DOOR, email=EMAIL, password=PASSWORD).headers["Location"].endswith("/desk/riverside-school/")
    )


def test_a_confirmed_app_cannot_be_replaced_from_aside(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    send(owner, f"{CODES}/begin", CODES)
    assert send(owner, f"{CODES}/confirm", CODES, code=phone.shows()).status_code == 422
    assert enter(half(app), phone.shows()) == 303


def test_a_new_password_ends_half_sessions_too(owner: FlaskClient, app: Flask, phone: Phone) -> None:
    client = half(app)
    account = accounts.by_email(phone.node, EMAIL)
    accounts.set_password(phone.node, account, "four otters on a raft")
    assert client.get(CODE).headers["Location"].endswith("/desk/sign-in")
