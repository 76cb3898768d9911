"""The ways from public pages to the desk: for those who may, on pages that are the same for everyone."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest
from flask import Flask
from lxml import html

from node.context import Node
from node.services.identity import accounts
from node.services.identity.operator import COOKIE as OPERATOR_COOKIE
from node.services.listings import publishing
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, draft
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
MARK = "sharefeed_at_desk"


@pytest.fixture
def key(app: Flask, node: Node) -> str:
    signed_in(app, node, SLUG)
    return own_listing(node, SLUG)


def own_listing(node: Node, slug: str) -> str:
    (outcome,) = publishing.put_listings(node, [draft(node, f"{slug}-chairs")])
    return outcome.key


def test_the_page_of_a_listing_is_the_same_for_all_and_asks_the_desk_where_it_is_changed(
    app: Flask, node: Node, key: str
) -> None:
    owner, visitor = signed_in(app, node, SLUG), client_of(app)
    seen = [client.get(f"/listings/{key}") for client in (owner, visitor)]
    assert seen[0].data == seen[1].data
    assert seen[0].headers["Vary"] == seen[1].headers["Vary"]
    [ask] = html.document_fromstring(seen[1].data).xpath("//*[@data-own and @hidden]/@data-own")
    assert owner.get(ask).json == {"path": f"/desk/{SLUG}/listings/{key}/edit"}
    assert owner.get(owner.get(ask).json["path"]).status_code == 200  # type: ignore[index]
    assert owner.get(ask).headers["Cache-Control"] == "no-store"
    assert visitor.get(ask).status_code == 303


@pytest.mark.parametrize(
    ("role", "slug", "listing", "profile"),
    [
        pytest.param("owner", SLUG, 200, 200, id="owner"),
        pytest.param("editor", SLUG, 200, 404, id="editor"),
        pytest.param("viewer", SLUG, 404, 404, id="viewer"),
        pytest.param("owner", "otters", 404, 404, id="owner of another"),
        pytest.param("operator", SLUG, 200, 200, id="who runs the node"),
    ],
)
def test_only_those_who_may_change_it_are_told(
    app: Flask, node: Node, key: str, role: str, slug: str, listing: int, profile: int
) -> None:
    client = signed_in(app, node, slug, role)
    page = html.document_fromstring(client.get(f"/organisations/{SLUG}").data)
    assert client.get(f"/desk/account/own/listings/{key}").status_code == listing
    assert client.get(page.xpath("//*[@data-own]/@data-own")[0]).status_code == profile
    assert client.get("/desk/account/own/listings/nothing").status_code == 404


def test_the_mark_comes_and_goes_with_the_session_and_is_no_secret(app: Flask, node: Node) -> None:
    account = accounts.add(node, "Anna", "anna@school.example")
    link = accounts.new_link(node, account).removeprefix(node.settings.url)
    client = client_of(app)
    cookies = SimpleCookie()
    for line in send(client, f"/{link}", f"/{link}").headers.getlist("Set-Cookie"):
        cookies.load(line)
    mark = cookies[MARK]
    assert (mark.value, mark["path"], mark["httponly"], mark["samesite"]) == ("1", "/", "", "Lax")
    assert mark["secure"]
    gone = send(client, "/desk/sign-out", "/desk/account").headers.getlist("Set-Cookie")
    assert any(line.startswith(f"{MARK}=;") for line in gone)
    assert OPERATOR_COOKIE not in cookies


def test_every_public_page_leads_organisations_to_their_door(app: Flask, node: Node, key: str) -> None:
    for path in ("/", f"/listings/{key}", f"/organisations/{SLUG}"):
        footer = html.document_fromstring(client_of(app).get(path).data).xpath("//footer")[0]
        assert "/desk/" in footer.xpath(".//a/@href")
    assert client_of(app).get("/desk/", base_url=URL).location == "/desk/sign-in"
