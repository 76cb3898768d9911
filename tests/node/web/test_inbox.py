"""The inbox over HTTP: what it takes, and how it says no."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from node.context import Node
from node.services.configuration import keys
from node.storage import peers
from node.storage.peers import SEEN, Peer
from node.turns import NoTurnError, Turns
from node.web import inbox
from schemas import http_signature, problem, signing
from schemas.errors import SharefeedError
from schemas.fields import rfc3339
from schemas.http_signature import Request
from schemas.message import MOST_BYTES
from tests.fakes.publisher import URL

OTHER = "https://other.example.org/"
PRIVATE = signing.new_private()
KEY_ID = signing.key_id(signing.public_of(PRIVATE))


@pytest.fixture
def known(node: Node) -> Node:
    """The node, to which the other one is known already."""
    with node.database.write() as tx:
        peers.put(tx, Peer(OTHER, "Other", f"{OTHER}inbox", node.now))
        peers.pin(tx, OTHER, KEY_ID, signing.public_of(PRIVATE), SEEN, node.now)
    return node


def send(client: FlaskClient, node: Node, body: bytes, **more: Any) -> TestResponse:
    target = more.pop("target", f"{URL}inbox")
    signed = http_signature.sign(
        PRIVATE, f"{OTHER}#{KEY_ID}", Request("POST", target, {}), body, node.now, secrets.token_urlsafe()
    )
    headers = {"Content-Type": "application/json", **signed, **more.pop("headers", {})}
    return client.post(more.pop("path", "/inbox"), data=body, headers=headers, **more)


def message(node: Node, **members: Any) -> bytes:
    plain = {"sharefeed": "1.0", "id": "urn:uuid:1", "type": "no-such-type", "from": OTHER, "to": URL}
    return orjson.dumps({**plain, "at": rfc3339(node.clock()), **members})


def said(response: TestResponse, status: int) -> str:
    assert response.status_code == status
    assert response.mimetype == problem.MEDIA_TYPE
    assert response.headers["Cache-Control"] == "no-store"
    return str(response.json["type"]).rpartition("/")[2] if response.json else ""


def test_the_node_document_says_where_it_is(client: FlaskClient, node: Node) -> None:
    told = client.get("/.well-known/sharefeed.json").json
    assert told is not None
    assert told["inbox"] == f"{URL}inbox"
    assert told["keys"][0]["id"] == keys.own(node).id


def test_what_is_signed_is_taken_without_a_form(client: FlaskClient, known: Node) -> None:
    answer = send(client, known, message(known))
    assert answer.status_code == 202
    assert answer.json is not None
    assert (answer.json["result"], answer.json["code"]) == ("refused", "unknown-type")
    assert "Set-Cookie" not in answer.headers


def test_what_is_not_signed_is_not(client: FlaskClient, known: Node) -> None:
    answer = client.post("/inbox", data=message(known), content_type="application/json")
    assert said(answer, 401) == "no-signature"
    assert "@target-uri" in answer.headers["Accept-Signature"]


def test_behind_a_proxy_it_is_our_own_address_that_counts(client: FlaskClient, known: Node) -> None:
    assert send(client, known, message(known), base_url="http://127.0.0.1:8080").status_code == 202
    other = f"{OTHER}inbox"
    assert said(send(client, known, message(known, id="urn:uuid:2"), target=other), 401) == "unknown-key"


def test_a_query_is_part_of_the_address(client: FlaskClient, known: Node) -> None:
    assert said(send(client, known, message(known), path="/inbox?x=1"), 401) == "unknown-key"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":1,"a":2}', b"\xff", b"[" * 5000])
def test_what_is_no_message_is_not(body: bytes, client: FlaskClient, known: Node) -> None:
    assert said(send(client, known, body), 400) == "bad-message"


def test_a_message_has_a_size(client: FlaskClient, known: Node) -> None:
    large = message(known, more="x" * MOST_BYTES)
    assert send(client, known, large).status_code == 413


def test_a_message_is_json(client: FlaskClient, known: Node) -> None:
    answer = send(client, known, message(known), headers={"Content-Type": "text/plain"})
    assert said(answer, 415) == "bad-type"


def test_it_is_no_page(client: FlaskClient) -> None:
    assert client.get("/inbox").status_code == 405


def test_one_network_sends_only_so_many(client: FlaskClient, app: Flask, known: Node) -> None:
    from_afar = {"REMOTE_ADDR": "192.0.2.9"}
    answers = [
        client.post("/inbox", data=b"", environ_base=from_afar, content_type="application/json")
        for _ in range(inbox.A_MINUTE + 1)
    ]
    assert {one.status_code for one in answers[:-1]} == {401}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert send(client, known, message(known)).status_code == 202


def test_looking_up_keys_leaves_threads_for_everybody_else(client: FlaskClient, known: Node) -> None:
    stranger = "https://stranger.example.org/"
    unknown = message(known, **{"from": stranger})

    def asked() -> TestResponse:
        signed = http_signature.sign(
            PRIVATE, f"{stranger}#k", Request("POST", f"{URL}inbox", {}), unknown, known.now, secrets.token_urlsafe()
        )
        return client.post("/inbox", data=unknown, headers={"Content-Type": "application/json", **signed})

    with ExitStack() as others:
        for number in range(known.settings.threads // 2):
            others.enter_context(known.turns.take(f"192.0.2.{number}", known.settings.threads))
        answer = asked()
        assert said(answer, 429) == "too-many"
        assert int(answer.headers["Retry-After"]) > 0
        assert send(client, known, message(known)).status_code == 202
        assert client.get("/feed.json").status_code == 200
    with known.turns.take("127.0.0.1", 8):
        assert said(asked(), 429) == "too-many"
    with known.database.read() as tx:
        assert peers.by_id(tx, stranger) is None


def test_a_node_that_answers_slowly_has_one_turn_and_gives_it_back() -> None:
    turns = Turns()
    with turns.take("192.0.2.1", 1), pytest.raises(NoTurnError), turns.take("192.0.2.2", 1):
        pass
    with suppress(SharefeedError), turns.take("192.0.2.1", 1):
        raise SharefeedError
    with turns.take("192.0.2.2", 1):
        pass
