"""The JSON API and the feeds of a search, over the real application."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from federation.facts import short_key
from node.app import create_app
from node.search.follow import Follower
from node.services.listings.publishing import ensure_organisation
from node.storage import catalogue
from node.web.api.shapes import SEARCH_PARAMETERS
from schemas import atom_feed, json_feed
from schemas.canonical import listing_hash
from schemas.vocabulary import categories
from tests.fakes.publisher import URL, clock_of
from tests.node.search.board import PETERBOROUGH, WHO, Board, at, entry, listing

_THINGS = [
    listing("desk", "Oak desk", category="furniture/desk", condition="good", place=at(*PETERBOROUGH, locality="Eye")),
    listing("lamp", "Desk, with a lamp", category="furniture", place=at(52.9, -0.24)),
    listing("hall", "Hall", kind="space", action="host", category="space/hall"),
    listing("want", "Desk wanted", direction="want", category="furniture/desk"),
]


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Board(tmp_path_factory.mktemp("api") / "node").put(_THINGS).put([listing("gone", "Gone")]).drop("gone")
    yield made.follow()
    made.node.database.close()


@pytest.fixture(scope="module")
def app(board: Board) -> Flask:
    return create_app(board.node)


class _Client(FlaskClient):
    """Asks under the node's own name: others are refused."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        return super().open(*args, **{"base_url": URL, **kwargs})


def _client(app: Flask) -> FlaskClient:
    app.test_client_class = _Client
    return app.test_client()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return _client(app)


def _json(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    return orjson.loads(answer.data)


def _keys(document: Any) -> list[str]:
    return [one["key"] for one in document["listings"]]


def test_a_search(client: FlaskClient) -> None:
    document = _json(client.get("/api/v1/listings?q=desks&direction=offer"))
    assert document["total"] == 2
    assert _keys(document) == ["desk", "lamp"]
    assert document["facets"]["direction"] == [{"value": "offer", "count": 2}, {"value": "want", "count": 1}]
    assert {"value": "furniture/desk", "label": "Desk", "count": 1} in document["facets"]["category"]
    assert document["next"] is None


def test_listings_stand_there_as_published(client: FlaskClient) -> None:
    one = _json(client.get("/api/v1/listings?q=oak&lat=52.5733&lon=-0.2441"))["listings"][0]
    assert one["url"] == f"{URL}listings/desk"
    assert one["item"]["_sharefeed"]["hash"] == listing_hash(one["item"])
    assert one["distance_km"] == 0
    assert one["source"] == 1


def test_pages_follow_one_another(client: FlaskClient) -> None:
    seen: list[str] = []
    address = "/api/v1/listings?limit=3"
    while address:
        document = _json(client.get(address))
        seen += _keys(document)
        address = (document["next"] or "").removeprefix(URL.rstrip("/"))
    assert sorted(seen) == ["desk", "hall", "lamp", "want"]


def test_a_place_by_its_name_leads_through_its_pages(client: FlaskClient) -> None:
    first = _json(client.get("/api/v1/listings?near=eye&limit=1"))
    assert _keys(first) == ["desk"]
    second = _json(client.get(first["next"].removeprefix(URL.rstrip("/"))))
    assert _keys(second) == ["lamp"]


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        pytest.param("kind=car", ["/kind"], id="unknown-word"),
        pytest.param("lat=1&sort=price", ["/lon", "/sort"], id="two-at-once"),
        pytest.param("cursor=abc", ["/cursor"], id="made-up-cursor"),
        pytest.param("q=" + "a" * 301, ["/q"], id="too-long"),
    ],
)
def test_bad_parameters_are_a_located_problem(client: FlaskClient, query: str, pointers: list[str]) -> None:
    answer = client.get(f"/api/v1/listings?{query}")
    document = _json(answer, 400)
    assert answer.content_type == "application/problem+json"
    assert sorted(problem["pointer"] for problem in document["problems"]) == pointers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/api/v1/listings/never-was", 404, id="unknown-listing"),
        pytest.param("/api/v1/listings/gone", 410, id="gone-listing"),
        pytest.param("/api/v1/organisations/nobody", 404, id="unknown-organisation"),
        pytest.param("/api/v2/listings", 404, id="unknown-version"),
    ],
)
def test_what_is_not_there_is_a_problem_document(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert _json(answer, status)["status"] == status
    assert answer.content_type == "application/problem+json"


def test_one_listing(client: FlaskClient) -> None:
    document = _json(client.get("/api/v1/listings/hall"))
    assert (document["key"], document["item"]["title"]) == ("hall", "Hall")


def test_an_organisation_of_elsewhere_and_one_of_ours(client: FlaskClient, board: Board) -> None:
    document = _json(client.get(f"/api/v1/organisations/{short_key(WHO.id)}"))
    assert document["organisation"]["name"] == WHO.name
    assert len(document["listings"]) == 4
    ensure_organisation(board.node, "Own School", "school")
    assert _json(client.get("/api/v1/organisations/own-school"))["listings"] == []


def test_categories(client: FlaskClient) -> None:
    rows = {row["path"]: row for row in _json(client.get("/api/v1/categories"))["categories"]}
    assert rows.keys() == categories().keys()
    assert (rows["furniture"]["count"], rows["furniture/desk"]["count"], rows["books"]["count"]) == (3, 2, 0)


def test_sources(client: FlaskClient) -> None:
    assert _json(client.get("/api/v1/sources")) == {"sources": []}


@pytest.mark.parametrize(
    "path",
    ["/api/v1/listings?q=desk", "/api/v1/listings/desk", "/api/v1/categories", "/search.json?q=desk", "/search.atom",
     "/search.geojson", "/api/openapi.json"],
)  # fmt: skip
def test_answers_are_conditional_and_open(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_proposal_is_kept_once(client: FlaskClient) -> None:
    told = {"url": "https://new.example.org/", "name": "Somebody", "email": "a@example.org", "note": ""}
    first = _json(client.post("/api/v1/proposals", json=told), 201)
    assert first["state"] == "waiting"
    assert _json(client.post("/api/v1/proposals", json=told), 201)["id"] == first["id"]


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        pytest.param(b'{"url": "https://new.example.org/"}', "text/plain", 415, id="what-a-form-could-send"),
        pytest.param(b"{", "application/json", 422, id="no-json"),
        pytest.param(b"[]", "application/json", 422, id="no-object"),
        pytest.param(b'{"url": 5}', "application/json", 422, id="no-text"),
        pytest.param(b'{"url": ""}', "application/json", 422, id="no-address"),
        pytest.param(b'{"url": "https://x.example", "email": "no"}', "application/json", 422, id="no-mail-address"),
    ],
)
def test_a_proposal_that_cannot_be_kept(client: FlaskClient, body: bytes, media_type: str, status: int) -> None:
    document = _json(client.post("/api/v1/proposals", data=body, content_type=media_type), status)
    assert document["status"] == status


def test_a_search_as_json_feed(client: FlaskClient) -> None:
    answer = client.get("/search.json?q=desk&direction=offer")
    page = json_feed.decode(answer.data)
    assert answer.mimetype == json_feed.MEDIA_TYPE
    assert sorted(item["title"] for item in page.items) == ["Desk, with a lamp", "Oak desk"]
    assert page.feed_url == f"{URL}search.json?q=desk&direction=offer&limit=50"
    assert page.home_page_url == f"{URL}search?q=desk&direction=offer"
    assert page.head is not None
    assert not page.head.complete


def test_a_search_as_atom(client: FlaskClient) -> None:
    page = atom_feed.decode(client.get("/search.atom?q=desk&direction=offer").data)
    assert sorted(item["title"] for item in page.items) == ["Desk, with a lamp", "Oak desk"]


def test_feeds_go_on(client: FlaskClient) -> None:
    page = json_feed.decode(client.get("/search.json?limit=3").data)
    assert page.next_url is not None
    rest = json_feed.decode(client.get(page.next_url.removeprefix(URL.rstrip("/"))).data)
    ids = [item["id"] for item in (*page.items, *rest.items)]
    assert len(ids) == len(set(ids)) == 4
    assert rest.next_url is None


def test_points_for_a_map(client: FlaskClient) -> None:
    document = _json(client.get("/search.geojson?q=desk"))
    assert document["type"] == "FeatureCollection"
    pins = {pin["properties"]["title"]: pin for pin in document["features"]}
    assert pins.keys() == {"Oak desk", "Desk, with a lamp"}
    assert pins["Oak desk"]["geometry"] == {"type": "Point", "coordinates": [-0.2441, 52.5733]}
    assert pins["Oak desk"]["id"] == "desk"
    facts = {"title": "Oak desk", "sign": "give", "path": "/listings/desk"}
    assert facts.items() <= pins["Oak desk"]["properties"].items()


def test_points_are_json_whatever_a_listing_says(client: FlaskClient) -> None:
    hostile = 'Odd "desk", \\ }}]} \u2028 <script>'
    node = client.application.extensions["sharefeed"]
    place = at(52.5, -0.2, 100.0, locality='"}, {"')
    with node.database.write() as tx:
        catalogue.apply(tx, [entry(listing("odd", hostile, place=place))], [], node.now)
    Follower(node).catch_up()
    [pin] = _json(client.get("/search.geojson?q=odd", environ_overrides={"SCRIPT_NAME": '/a"b'}))["features"]
    assert (pin["properties"]["title"], pin["properties"]["place"]) == (hostile, '"}, {"')
    assert pin["properties"]["path"] == '/a"b/listings/odd'


@pytest.mark.parametrize("path", ["/search.json", "/search.atom", "/search.geojson"])
def test_feeds_leave_out_what_they_cannot_use(client: FlaskClient, path: str) -> None:
    assert client.get(f"{path}?kind=car&page=x&lat=9").status_code == 200


def test_without_an_index_there_is_an_answer_all_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    board = Board(tmp_path_factory.mktemp("empty") / "node")
    client = _client(create_app(board.node))
    for path in ("/api/v1/listings", "/search.json", "/search.geojson"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
    board.node.database.close()


def test_time_passes(client: FlaskClient, board: Board) -> None:
    clock_of(board.node).pass_by(days=61)
    try:
        assert _json(client.get("/api/v1/listings"))["total"] == 0
        assert client.get("/api/v1/listings/desk").status_code == 410
    finally:
        clock_of(board.node).pass_by(days=-61)


def test_the_documentation_names_every_route_and_parameter(app: Flask) -> None:
    text = (Path(__file__).parents[3] / "docs" / "http-api.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## `\w+ (/api/\S+)`$", text, re.MULTILINE))
    rules = {rule.rule.replace("<key>", "{key}") for rule in app.url_map.iter_rules()}
    assert headings == {rule for rule in rules if rule.startswith("/api/v1")}
    rows = re.findall(r"^\| (`.+?) \|", text, re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert documented == {parameter["name"] for parameter in SEARCH_PARAMETERS}


def test_suggestions_name_words_and_categories(client: FlaskClient) -> None:
    found = client.get("/api/v1/suggestions?q=des").get_json()["suggestions"]
    assert {"text": "Desks", "kind": "category", "category": "furniture/desk"} in found
    assert all(set(one) <= {"text", "kind", "category"} for one in found)
    assert client.get("/api/v1/suggestions").get_json() == {"suggestions": []}
    assert "max-age" in client.get("/api/v1/suggestions?q=des").headers["Cache-Control"]
