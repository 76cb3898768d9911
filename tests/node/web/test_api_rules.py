"""What holds for every answer of the API: who may read it, in which form, and that refusals are problem documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from federation.facts import short_key
from node.app import create_app
from node.search.errors import IndexUnavailableError
from schemas.errors import SharefeedError
from tests.fakes.own_client import client_of
from tests.node.search.board import WHO, Board, listing


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Board(tmp_path_factory.mktemp("rules") / "node")
    made.put([listing(f"n{number}", f"Desk {number}") for number in range(5)]).put([listing("gone", "Gone")])
    yield made.drop("gone").follow()
    made.node.database.close()


@pytest.fixture
def app(board: Board) -> Flask:
    return create_app(board.node)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return client_of(app)


REFUSALS = [
    pytest.param("GET", "/api/v1/listings?kind=car", {}, 400, id="bad-parameter"),
    pytest.param("GET", "/api/v1/listings", {"headers": {"Host": "evil.example"}, "base_url": None}, 400, id="host"),
    pytest.param("GET", "/api/v1/listings/never-was", {}, 404, id="no-listing"),
    pytest.param("GET", "/api/v1/nothing", {}, 404, id="no-route"),
    pytest.param("GET", "/api/v2/listings", {}, 404, id="no-version"),
    pytest.param("GET", "/api/v1/listings/", {}, 404, id="a-slash-too-many"),
    pytest.param("GET", "/api/nothing", {}, 404, id="beside-it"),
    pytest.param("POST", "/api/v1/listings", {}, 405, id="method"),
    pytest.param("GET", "/api/v1/proposals", {}, 405, id="method-get"),
    pytest.param("GET", "/api/v1/listings", {"headers": {"Accept": "text/html"}}, 406, id="form"),
    pytest.param("GET", "/api/v1/listings/gone", {}, 410, id="gone"),
    pytest.param("POST", "/api/v1/proposals", {"data": b"{}", "content_type": "text/plain"}, 415, id="media-type"),
    pytest.param("POST", "/api/v1/proposals", {"data": b"x" * (2**20 + 1)}, 413, id="too-large"),
    pytest.param("POST", "/api/v1/proposals", {"json": {"url": ""}}, 422, id="invalid"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status"), REFUSALS)
def test_every_refusal_is_a_problem_document_for_scripts_of_any_site(
    client: FlaskClient, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    sent = {"content_type": "application/json", **sent} if "data" in sent else sent
    answer = client.open(path, method=method, **sent)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    document = orjson.loads(answer.data)
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.open(path, method="HEAD").data == b""


def test_a_method_that_is_not_allowed_says_which_are(client: FlaskClient) -> None:
    assert set(client.delete("/api/v1/listings").allow) == {"GET", "HEAD", "OPTIONS"}
    assert set(client.get("/api/v1/proposals").allow) == {"POST", "OPTIONS"}


@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        pytest.param(IndexUnavailableError, 503, "5", id="index"),
        pytest.param(RuntimeError, 500, None, id="fault"),
    ],
)
def test_faults_are_told_to_scripts_as_well(app: Flask, error: type[Exception], status: int, retry: str | None) -> None:
    def broken() -> str:
        raise error("folder", "why") if issubclass(error, SharefeedError) else error("the inside")

    app.add_url_rule("/api/v1/broken", view_func=broken)
    answer = client_of(app).get("/api/v1/broken")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.headers.get("Retry-After") == retry
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert b"inside" not in answer.data


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        pytest.param("", 200, id="nothing"),
        pytest.param("*/*", 200, id="anything"),
        pytest.param("application/json", 200, id="json"),
        pytest.param("Application/JSON; charset=utf-8", 200, id="json-with-a-parameter"),
        pytest.param("application/*;q=0.1", 200, id="applications"),
        pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", 200, id="a-browser"),
        pytest.param("application/problem+json, application/json", 200, id="both"),
        pytest.param("text/html", 406, id="pages-alone"),
        pytest.param("application/xml, text/csv;q=0.5", 406, id="other-forms"),
        pytest.param("application/json;q=0", 406, id="anything-but-json"),
    ],
)
def test_who_takes_no_json_is_told_so(client: FlaskClient, accept: str, status: int) -> None:
    for path in ("/api/v1/listings", "/api/v1/categories", "/api/openapi.json"):
        assert client.get(path, headers={"Accept": accept}).status_code == status


def test_a_script_of_another_site_asks_first(client: FlaskClient) -> None:
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    for path in ("/api/v1/listings", "/api/v1/listings/n1", "/api/openapi.json"):
        answer = client.options(path, headers=asked)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
        assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"].lower()
        assert answer.headers["Access-Control-Max-Age"] == "86400"
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_script_of_another_site_may_propose(client: FlaskClient) -> None:
    answer = client.options("/api/v1/proposals")
    assert answer.headers["Access-Control-Allow-Methods"] == "OPTIONS, POST"
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]


def test_it_may_read_what_it_needs_to_go_on(client: FlaskClient) -> None:
    exposed = client.get("/api/v1/listings").headers["Access-Control-Expose-Headers"].split(", ")
    assert {"ETag", "Link", "Retry-After", "RateLimit", "RateLimit-Policy"} <= set(exposed)


def test_the_link_leads_through_the_pages(client: FlaskClient) -> None:
    path, seen = "/api/v1/listings?limit=2", list[str]()
    while path:
        answer = client.get(path)
        document = orjson.loads(answer.data)
        seen += [one["key"] for one in document["listings"]]
        link = answer.headers.get("Link")
        assert link == (f'<{document["next"]}>; rel="next"' if document["next"] else None)
        path = document["next"]
    assert sorted(seen) == ["n0", "n1", "n2", "n3", "n4"]


def test_an_unchanged_answer_keeps_its_headers(client: FlaskClient) -> None:
    first = client.get("/api/v1/listings?limit=2")
    again = client.get("/api/v1/listings?limit=2", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Link", "Vary", "Cache-Control", "RateLimit-Policy", "Access-Control-Allow-Origin"):
        assert again.headers.getlist(name) == first.headers.getlist(name), name


def test_a_long_way_on_is_no_header(client: FlaskClient) -> None:
    many = "&".join(f"organisation={number:0120}" for number in range(49))
    answer = client.get(f"/api/v1/listings?limit=2&organisation={short_key(WHO.id)}&{many}")
    assert len(orjson.loads(answer.data)["next"]) > 6_000
    assert "Link" not in answer.headers
    assert sum(len(name) + len(value) for name, value in answer.headers) < 4_096


@pytest.mark.parametrize("path", ["/api/v1/listings?limit=2", "/api/v1/listings/n1", "/api/v1/categories"])
def test_the_head_is_that_of_the_whole(client: FlaskClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for name in ("ETag", "Content-Type", "Content-Length", "Link"):
        assert head.headers.get(name) == whole.headers.get(name)
