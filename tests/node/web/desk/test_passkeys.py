"""Passkeys at the desk's door, shown by a device that is made here."""

from __future__ import annotations

import base64
import json
import re
import secrets
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from node.context import Node
from node.services.identity import accounts, passkeys
from node.settings import Settings
from node.storage.account_tables import links
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of
from tests.node.web.desk.signed_in import send, signed_in, token_of

ORIGIN, HOST = "https://share.example.org", "share.example.org"
DOOR, PAGE = "/desk/sign-in", "/desk/account/passkeys"
EMAIL = "owner@riverside-school.example"
PRESENT, VERIFIED, ATTESTED = 1, 4, 64


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Device:
    """An authenticator with one key; what it says can be spoilt."""

    def __init__(self) -> None:
        self.key, self.id, self.uses = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(32), 0

    def made(self, options: dict[str, Any], **spoilt: Any) -> dict[str, Any]:
        data = AttestedCredentialData.create(bytes(16), self.id, ES256.from_cryptography_key(self.key.public_key()))
        flags = spoilt.get("flags", PRESENT | VERIFIED) | ATTESTED
        about = AuthenticatorData.create(sha256(spoilt.get("host", HOST).encode()).digest(), flags, self.uses, data)
        told = self._said("webauthn.create", options, spoilt)
        return self._answer({"clientDataJSON": told, "attestationObject": AttestationObject.create("none", about, {})})

    def shown(self, options: dict[str, Any], **spoilt: Any) -> dict[str, Any]:
        self.uses += spoilt.get("counts", 1)
        flags = spoilt.get("flags", PRESENT | VERIFIED)
        about = AuthenticatorData.create(sha256(spoilt.get("host", HOST).encode()).digest(), flags, self.uses)
        told = self._said("webauthn.get", options, spoilt)
        signed = self.key.sign(about + sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {"clientDataJSON": told, "authenticatorData": about, "signature": spoilt.get("signature", signed)}
        )

    def _said(self, kind: str, options: dict[str, Any], spoilt: dict[str, Any]) -> bytes:
        challenge = spoilt.get("challenge", options["publicKey"]["challenge"])
        said = {"type": spoilt.get("kind", kind), "challenge": challenge, "origin": spoilt.get("origin", ORIGIN)}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, bytes]) -> dict[str, Any]:
        told = {name: text(value) for name, value in response.items()}
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": told}


@pytest.fixture
def owner(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school")


def options(client: FlaskClient, path: str, page: str) -> dict[str, Any]:
    answer = client.post(f"{path}/options", data={"csrf_token": token_of(client, page)}, headers={"Referer": URL})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.get_json())


def keep(owner: FlaskClient, device: Device, **spoilt: Any) -> None:
    answer = device.made(options(owner, PAGE, PAGE), **spoilt)
    assert send(owner, PAGE, PAGE, answer=json.dumps(answer), name="Anna's phone").status_code == 303


@pytest.fixture
def device(owner: FlaskClient) -> Device:
    made = Device()
    keep(owner, made)
    return made


def enter(client: FlaskClient, answer: object, **fields: str) -> str:
    """Where showing a passkey leads."""
    sent = send(client, f"{DOOR}/passkey", DOOR, answer=json.dumps(answer), **fields)
    assert sent.status_code == 303
    return str(sent.headers["Location"]).removeprefix(ORIGIN)


def asked(client: FlaskClient) -> dict[str, Any]:
    return options(client, f"{DOOR}/passkey", DOOR)


def test_a_passkey_opens_the_door_by_itself(device: Device, owner: FlaskClient, app: Flask, node: Node) -> None:
    assert "Anna&#39;s phone" in owner.get(PAGE).text
    assert "Never used" in owner.get(PAGE).text
    client = client_of(app)
    wanted = "/desk/riverside-school/members"
    assert enter(client, device.shown(asked(client)), next=wanted) == wanted
    assert client.get(wanted).status_code == 200
    assert "Never used" not in owner.get(PAGE).text
    other = client_of(app)
    assert enter(other, device.shown(asked(other)), next="https://evil.example/") == "/desk/riverside-school/"


def test_the_same_answer_opens_nothing_twice(device: Device, app: Flask) -> None:
    client = client_of(app)
    answer = device.shown(asked(client))
    assert enter(client, answer) == "/desk/riverside-school/"
    other = client_of(app)
    assert enter(other, answer) == DOOR
    assert other.get("/desk/").status_code == 303


def test_an_answer_has_five_minutes(device: Device, app: Flask, node: Node) -> None:
    client = client_of(app)
    answer = device.shown(asked(client))
    clock_of(node).pass_by(minutes=5)
    assert enter(client, answer) == DOOR


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param({"origin": "https://share.example.org.evil.example"}, id="another-site"),
        pytest.param({"origin": "http://share.example.org"}, id="without-encryption"),
        pytest.param({"origin": "https://sub.share.example.org"}, id="a-site-below-it"),
        pytest.param({"host": "evil.example"}, id="for-another-host"),
        pytest.param({"flags": PRESENT}, id="without-finger-or-pin"),
        pytest.param({"flags": 0}, id="without-anybody"),
        pytest.param({"signature": b"x" * 70}, id="a-false-signature"),
        pytest.param({"challenge": "A" * 43}, id="a-challenge-of-its-own"),
        pytest.param({"kind": "webauthn.create"}, id="made-for-something-else"),
        pytest.param({"counts": 0}, id="a-copied-key"),
    ],
)
def test_what_is_not_right_in_every_point_opens_nothing(device: Device, app: Flask, spoilt: dict[str, Any]) -> None:
    first = client_of(app)
    assert enter(first, device.shown(asked(first))) == "/desk/riverside-school/"
    client = client_of(app)
    assert enter(client, device.shown(asked(client), **spoilt)) == DOOR
    assert "does not fit" in client.get(DOOR, follow_redirects=True).text
    assert client.get("/desk/").status_code == 303


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"response": 1},
        {"id": 3, "response": {"clientDataJSON": "x"}},
        {"response": {"clientDataJSON": "e30"}},
    ],
)
def test_nonsense_opens_nothing(device: Device, app: Flask, answer: object) -> None:
    assert enter(client_of(app), answer) == DOOR


def test_somebody_elses_device_opens_nothing(device: Device, app: Flask) -> None:
    client, stranger = client_of(app), Device()
    assert enter(client, stranger.shown(asked(client))) == DOOR
    stranger.id = device.id
    assert enter(client, stranger.shown(asked(client))) == DOOR


@pytest.mark.parametrize("spoilt", [{"origin": "https://evil.example"}, {"flags": PRESENT}, {"host": "evil.example"}])
def test_what_is_not_right_is_not_kept(owner: FlaskClient, node: Node, spoilt: dict[str, Any]) -> None:
    keep(owner, Device(), **spoilt)
    assert "nothing was changed" in owner.get(PAGE).text
    assert passkeys.of_account(node, accounts.by_email(node, EMAIL)) == []


def test_nobody_keeps_a_passkey_with_the_challenge_of_another(owner: FlaskClient, app: Flask, node: Node) -> None:
    other = signed_in(app, node, "mending-room")
    answer = Device().made(options(owner, PAGE, PAGE))
    send(other, PAGE, PAGE, answer=json.dumps(answer), name="x")
    shown = Device().made(asked(client_of(app)))
    send(owner, PAGE, PAGE, answer=json.dumps(shown), name="x")
    assert [passkeys.of_account(node, one) for one in accounts.every(node)] == [[], []]


def test_a_passkey_is_of_one_account(device: Device, app: Flask, node: Node) -> None:
    other = signed_in(app, node, "mending-room")
    keep(other, device)
    assert "nothing was changed" in other.get(PAGE).text


def test_a_removed_passkey_opens_nothing(device: Device, owner: FlaskClient, app: Flask, node: Node) -> None:
    [key] = re.findall(r'name="passkey" value="(\w+)"', owner.get(PAGE).text)
    other = signed_in(app, node, "mending-room")
    send(other, f"{PAGE}/remove", PAGE, passkey=key)
    first = client_of(app)
    assert enter(first, device.shown(asked(first))) == "/desk/riverside-school/", "nobody removes another person's"
    send(owner, f"{PAGE}/remove", PAGE, passkey=key)
    client = client_of(app)
    assert enter(client, device.shown(asked(client))) == DOOR
    assert "opens nothing here any more" in client.get(DOOR).text


def test_a_long_name_is_kept_as_far_as_there_is_room(owner: FlaskClient, node: Node) -> None:
    made = Device()
    answer = made.made(options(owner, PAGE, PAGE))
    send(owner, PAGE, PAGE, answer=json.dumps(answer), name="The tablet in the store room " * 9)
    [kept] = passkeys.of_account(node, accounts.by_email(node, EMAIL))
    assert kept.name == "The tablet in the store room The tablet in the store room Th"


def test_it_stands_in_place_of_a_password_where_who_one_is_is_asked(
    device: Device, owner: FlaskClient, app: Flask, node: Node
) -> None:
    clock_of(node).pass_by(minutes=16)
    door = "/desk/account/prove"
    assert owner.get(PAGE).status_code == 303
    other = signed_in(app, node, "mending-room")
    clock_of(node).pass_by(minutes=16)
    send(other, f"{door}/passkey", door, answer=json.dumps(device.shown(asked(client_of(app)))), next=PAGE)
    assert other.get(PAGE).status_code == 303, "another person's passkey proves nothing"
    answer = device.shown(asked(client_of(app)))
    sent = send(owner, f"{door}/passkey", door, answer=json.dumps(answer), next=PAGE)
    assert sent.headers["Location"].endswith(PAGE)
    assert owner.get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("url", "possible"),
    [
        ("https://share.example.org/", True),
        ("http://localhost:8080/", True),
        ("http://127.0.0.1:8080/", False),
        ("https://[2001:db8::1]/", False),
    ],
)
def test_a_node_without_a_name_has_none(tmp_path: Any, url: str, possible: bool) -> None:
    assert passkeys.available(Settings(tmp_path, {"node_url": url})) is possible


def test_nobody_fills_the_database_with_what_passkeys_are_to_answer(app: Flask, node: Node) -> None:
    client = client_of(app)
    sent = {"data": {"csrf_token": token_of(client, DOOR)}, "headers": {"Referer": URL}}
    found = [client.post(f"{DOOR}/passkey/options", **sent).status_code for _ in range(70)]
    assert found[0] == 200
    assert found[-1] == 429
    clock_of(node).pass_by(minutes=passkeys.MINUTES + 1)
    assert client.post(f"{DOOR}/passkey/options", **sent).status_code == 200
    with node.database.read() as tx:
        assert tx.execute(select(func.count()).select_from(links)).scalar() == 1
