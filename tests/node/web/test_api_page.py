"""The page about the API shows what its document has, all of it, and nothing that needs a script to be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from federation.facts import short_key
from node.app import create_app
from node.context import Node
from node.web.api.page import forms_of
from node.web.api.reading import document_of
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, publisher
from tests.node.search.board import WHO, Board, listing
from tests.node.web.test_api_document import operations


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Board(tmp_path_factory.mktemp("page") / "node").put([listing("desk", "Oak desk")])
    yield made.follow()
    made.node.database.close()


@pytest.fixture(scope="module")
def client(board: Board) -> FlaskClient:
    return client_of(create_app(board.node))


@pytest.fixture(scope="module")
def document(client: FlaskClient) -> dict[str, Any]:
    return document_of(client.application)


def page(client: FlaskClient, **sent: Any) -> Any:
    answer = client.get("/api/", **sent)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return html.fromstring(answer.text)


def test_every_operation_has_its_path_its_parameters_and_its_answers(
    client: FlaskClient, document: dict[str, Any]
) -> None:
    tree = page(client)
    for path, method, operation in operations(document):
        section = tree.get_element_by_id(operation["operationId"])
        assert path in section.text_content()
        assert method.upper() in section.text_content()
        asked = {one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query"}
        asked |= {one["name"] for one in document["paths"][path].get("parameters", ())}
        asked |= {"body"} if "requestBody" in operation else set()
        assert set(section.xpath(".//form//@name")) == asked
        assert section.xpath(".//tbody//th/text()") == list(operation["responses"])


def test_limits_stand_at_their_fields_in_words_and_for_the_browser(client: FlaskClient) -> None:
    tree = page(client)
    [limit] = tree.xpath("//section[@id='searchListings']//input[@name='limit']")
    assert (limit.get("type"), limit.get("min"), limit.get("max")) == ("number", "1", "100")
    hint = tree.get_element_by_id(limit.get("aria-describedby")).text_content()
    assert "1 to 100" in hint
    [words] = tree.xpath("//section[@id='searchListings']//input[@name='q']")
    assert words.get("maxlength") == "300"


def test_every_member_of_every_answer_is_there(document: dict[str, Any]) -> None:
    forms = {form.name: {member.name for member in form.members} for form in forms_of(document)}
    assert forms.keys() == document["components"]["schemas"].keys()
    for name, schema in document["components"]["schemas"].items():
        assert set(schema["properties"]) <= forms[name]
    assert {"_sharefeed.place.lat", "_sharefeed.images[].alt", "_sharefeed.hash"} <= forms["Item"]


def test_links_within_the_page_lead_somewhere(client: FlaskClient) -> None:
    tree = page(client)
    targets = {value[1:] for value in tree.xpath("//main//a/@href") if value.startswith("#")}
    assert len(targets) > 15
    assert targets <= set(tree.xpath("//@id"))


def test_what_can_be_looked_at_is_there_now(client: FlaskClient) -> None:
    links = page(client).xpath("//main//a/@href")
    shown = [link for link in links if link.startswith("/api/v1/")]
    key = short_key(WHO.id)
    assert {"/api/v1/listings/desk", "/api/v1/listings/desk/matches", f"/api/v1/organisations/{key}"} < set(shown)
    for path in (*shown, "/api/openapi.json", "/changes.json", "/downloads/"):
        assert path in links
        assert client.get(path).status_code == 200


def test_an_empty_catalogue_has_the_page_as_well(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home", aggregate=True, api_rate_per_minute=0)
    tree = page(client_of(create_app(node)))
    assert "/api/v1/listings/KEY" in tree.text_content()
    assert "requests a minute" not in tree.text_content()
    node.database.close()


def test_under_a_path_it_asks_there(board: Board) -> None:
    node = board.node
    moved = Node(node.settings.changed(node_url=URL + "free/"), node.database, node.clock)
    tree = page(client_of(create_app(moved)), base_url=URL + "free")
    assert set(tree.xpath("//form[@data-api][not(contains(@class, 'needs-js'))]/@action")) == {
        "/free/api/v1/listings",
        "/free/api/v1/categories",
        "/free/api/v1/sources",
        "/free/api/v1/suggestions",
    }
    assert {path.startswith("/free/api/v1/") for path in tree.xpath("//@data-path")} == {True}
    assert f"curl {URL}free/api/v1/listings" in tree.text_content()


def test_it_keeps_the_rules_of_every_page(client: FlaskClient) -> None:
    answer = client.get("/api/")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert client.get("/api").headers["Location"].endswith("/api/")
    assert client.get("/").text.count('href="/api/"') == 1
