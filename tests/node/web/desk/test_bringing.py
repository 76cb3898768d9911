"""Who runs a node brings an organisation from another one, in the browser."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from node.context import Node
from node.services.identity import audit
from node.services.identity.audit import COMMAND_LINE
from node.services.listings import publishing
from node.services.listings.publishing import put_listings
from node.services.moving import exporting
from node.services.organisations import hosting
from node.web.security import MAX_BODY_BYTES
from tests.fakes.publisher import URL, clock_of, draft, publisher
from tests.node.web.desk.signed_in import signed_in, token_of

PAGE = "/desk/bring"
OLD = "https://council.example/"


@pytest.fixture
def copy(tmp_path: Path) -> bytes:
    """A copy of everything of an organisation at another node."""
    old = publisher(tmp_path / "old", node_url=OLD)
    put_listings(old, [draft(old, "desk", title="A desk"), draft(old, "chair", title="A chair")])
    made = b"".join(exporting.export(old, "riverside-school", COMMAND_LINE).pieces)
    old.database.close()
    return made


@pytest.fixture
def operator(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "mending-room", "operator")


def send(browser: FlaskClient, data: bytes | None) -> Any:
    fields: dict[str, Any] = {"csrf_token": token_of(browser, PAGE)}
    if data is not None:
        fields["file"] = (BytesIO(data), "copy.zip")
    return browser.post(PAGE, data=fields, headers={"Referer": URL}, content_type="multipart/form-data")


def test_it_comes_with_its_listings_under_their_ids(operator: FlaskClient, node: Node, copy: bytes) -> None:
    assert PAGE in operator.get("/desk/new").text
    answer = send(operator, copy)
    assert answer.status_code == 200
    page = html.fromstring(answer.text)
    assert "Riverside" in page.xpath("string(//main)")
    assert "/desk/riverside-school/members" in page.xpath("//main//a/@href")
    own = hosting.organisation(node, "riverside-school")
    assert own is not None
    ids = {row.id for row in publishing.listings(node) if row.organisation_id == own.organisation.id}
    assert ids == {f"{OLD}listings/riverside-school.{name}" for name in ("desk", "chair")}
    assert operator.get("/desk/riverside-school/").status_code == 200
    entries, _ = audit.of_organisation(node, own.organisation.id, 9)
    assert [(one.action, one.subject) for one in entries] == [("organisation-brought", OLD)]
    again = send(operator, copy)
    assert (again.status_code, "already" in again.text) == (422, True)


@pytest.mark.parametrize("data", [None, b"", b"PK", b"no zip at all"])
def test_what_is_no_copy_is_refused_and_nothing_is_left(operator: FlaskClient, node: Node, data: bytes | None) -> None:
    before = len(hosting.organisations(node))
    answer = send(operator, data)
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//input[@id='file'][@aria-invalid='true']")
    assert len(hosting.organisations(node)) == before
    folder = node.settings.home / "imports"
    assert not folder.is_dir() or list(folder.iterdir()) == []


def test_nobody_else_finds_it(app: Flask, node: Node) -> None:
    owner = signed_in(app, node, "mending-room")
    assert owner.get(PAGE).status_code == 404
    token = token_of(owner, "/desk/account")
    assert owner.post(PAGE, data={"csrf_token": token}, headers={"Referer": URL}).status_code == 404
    large = owner.post(PAGE, data=b"a" * (MAX_BODY_BYTES + 1), content_type="multipart/form-data; boundary=x")
    assert large.status_code == 413, "nobody else's file is even taken in"


def test_who_they_are_is_asked_again_after_a_while(operator: FlaskClient, node: Node) -> None:
    clock_of(node).pass_by(minutes=46)
    assert "/desk/account/prove" in operator.get(PAGE).headers["Location"]
