"""The OpenAPI document of the API: valid, complete, and exactly what is answered."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from werkzeug.test import TestResponse

from federation.facts import short_key
from node.app import create_app
from node.context import Node
from node.services.limits.allowance import TooFastError
from node.web.api.reading import document_of
from schemas import json_feed
from schemas.canonical import listing_hash
from schemas.listing import load_listing
from tests.fakes.own_client import client_of
from tests.fakes.publisher import publisher
from tests.fakes.sites import item
from tests.node.search.board import PETERBOROUGH, WHO, Board, at, listing
from tests.node.web.aggregator import follow, send

GET, POST = "get", "post"
OF_THE_PROTOCOL = ("Item", "Organisation")


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Board(tmp_path_factory.mktemp("document") / "node")
    made.put([listing("desk", "Oak desk", category="furniture/desk", place=at(*PETERBOROUGH, locality="Eye"))])
    made.put([listing("want", "Desk wanted", direction="want", category="furniture/desk", organisation=_OTHER)])
    send(made.node, follow(made.node), [item("from-elsewhere")])
    yield made.put([listing("gone", "Gone")]).drop("gone").follow()
    made.node.database.close()


_OTHER = WHO.__class__(id="https://other.example.org/", name="Other", type="school")


@pytest.fixture(scope="module")
def app(board: Board) -> Flask:
    return create_app(board.node)


@pytest.fixture(scope="module")
def document(app: Flask) -> dict[str, Any]:
    answer = client_of(app).get("/api/openapi.json")
    assert answer.mimetype == "application/json"
    found: dict[str, Any] = orjson.loads(answer.data)
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield path, method, operation


def resolved(document: dict[str, Any], value: Any) -> Any:
    while isinstance(value, dict) and "$ref" in value:
        found: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        value = found
    return value


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The schemas of the API as if no member might be there that they do not name; the protocol's are open."""
    schemas = copy.deepcopy(document["components"]["schemas"])
    for name, schema in schemas.items():
        if name not in OF_THE_PROTOCOL:
            schema["additionalProperties"] = False
    return {"components": {"schemas": schemas}}


def judge(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    jsonschema_rs.Draft202012Validator({**schema, **strict(document)}, validate_formats=True).validate(value)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def test_every_reference_leads_somewhere_and_every_part_is_used(document: dict[str, Any]) -> None:
    used = set(references(document))
    parts = {f"#/components/{kind}/{name}" for kind, named in document["components"].items() for name in named}
    assert used == parts


def test_it_names_every_route_and_no_other(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_every_operation_can_be_called_by_a_name_and_explains_itself(document: dict[str, Any]) -> None:
    found = [operation for _, _, operation in operations(document)]
    names = [operation["operationId"] for operation in found]
    assert len(set(names)) == len(names)
    tags = {tag["name"] for tag in document["tags"]}
    assert {tag for operation in found for tag in operation["tags"]} == tags
    for operation in found:
        assert operation["summary"].endswith(".")
        assert [name for name in operation if name.startswith("x-")] == []
        for parameter in operation.get("parameters", ()):
            assert resolved(document, parameter)["description"]


def test_it_says_where_it_holds(app: Flask, document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["https://share.example.org"]
    assert document["info"]["license"]["identifier"] == "CC0-1.0"


def examples(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Name, schema and value of every example."""
    for _, _, operation in operations(document):
        name = operation["operationId"]
        for parameter in operation.get("parameters", ()):
            if "example" in parameter:
                yield f"{name} {parameter['name']}", parameter["schema"], parameter["example"]
        for said in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in resolved(document, said).get("content", {}).values():
                yield name, content["schema"], content["example"]
    for name, header in document["components"]["headers"].items():
        yield name, header["schema"], header["example"]
    for path, methods in document["paths"].items():
        for parameter in methods.get("parameters", ()):
            yield path, parameter["schema"], parameter["example"]


def test_every_example_is_what_it_is_an_example_of(document: dict[str, Any]) -> None:
    found = list(examples(document))
    assert len(found) > 60
    for name, schema, example in found:
        try:
            judge(document, schema, example)
        except jsonschema_rs.ValidationError as error:
            pytest.fail(f"{name}: {error}")


def test_the_listing_of_the_examples_is_one_that_may_be_published(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/v1/listings/{key}"]["get"]["responses"]["200"]["content"]
    shown = content["application/json"]["example"]["item"]
    assert load_listing(shown).title == "Trestle tables"
    assert shown["_sharefeed"]["hash"] == listing_hash(shown)
    assert json_feed.encode_item(shown)


@pytest.mark.parametrize(
    ("values", "members"),
    [
        pytest.param({"api_rate_per_minute": 0}, {"429", "RateLimit"}, id="without limits"),
        pytest.param({"contact_email": "share@example.org"}, set[str](), id="with a contact"),
        pytest.param({"node_url": "https://example.org/free/"}, set[str](), id="under a path"),
    ],
)
def test_it_is_valid_whatever_the_settings(board: Board, values: dict[str, Any], members: set[str]) -> None:
    node = board.node
    found = document_of(create_app(Node(node.settings.changed(**values), node.database, node.clock)))
    text = orjson.dumps(found).decode()
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(orjson.loads(text))] == []
    # A form that is sent too often is refused even where nothing else is.
    reads = [operation for _, method, operation in operations(found) if method == GET]
    assert not members & {status for operation in reads for status in operation["responses"]}
    assert not members & set(found["components"]["headers"])
    assert set(references(found)) == {
        f"#/components/{kind}/{name}" for kind, named in found["components"].items() for name in named
    }


# What is answered


def ask(client: FlaskClient, method: str, path: str, **sent: Any) -> TestResponse:
    return client.open(path, method=method.upper(), **sent)


def check(document: dict[str, Any], template: str, method: str, answer: TestResponse) -> None:
    """The answer is one of those that the document has, in each header and every member."""
    responses = document["paths"][template][method]["responses"]
    said = resolved(document, responses[str(answer.status_code)])
    for name, header in said["headers"].items():
        found = resolved(document, header)
        text = answer.headers.get(name)
        assert text is not None or not found["required"], name
        if text is not None:
            judge(document, found["schema"], int(text) if found["schema"]["type"] == "integer" else text)
    if answer.data:
        judge(document, said["content"][answer.mimetype]["schema"], orjson.loads(answer.data))
    assert bool(answer.data) == ("content" in said)


_SEARCH, _ONE = "/api/v1/listings", "/api/v1/listings/{key}"
ANSWERS = [
    pytest.param(GET, "/api/v1/listings", _SEARCH, {}, 200, id="search-everything"),
    pytest.param(GET, "/api/v1/listings?q=dekss&lat=52.5&lon=-0.2&limit=1", _SEARCH, {}, 200, id="search"),
    pytest.param(GET, "/api/v1/listings?q=zzzqqq", _SEARCH, {}, 200, id="nothing-found"),
    pytest.param(GET, "/api/v1/listings?q=&kind=&lat=&to=&page=&cursor=", _SEARCH, {}, 200, id="an-empty-form"),
    pytest.param(GET, "/api/v1/listings?kind=car&lat=9", _SEARCH, {}, 400, id="bad-parameters"),
    pytest.param(GET, "/api/v1/listings", _SEARCH, {"headers": {"If-None-Match": "*"}}, 304, id="unchanged"),
    pytest.param(GET, "/api/v1/listings", _SEARCH, {"headers": {"Accept": "text/html"}}, 406, id="other-form"),
    pytest.param(GET, "/api/v1/listings/desk", _ONE, {}, 200, id="listing"),
    pytest.param(GET, "/api/v1/listings/never-was", _ONE, {}, 404, id="no-listing"),
    pytest.param(GET, "/api/v1/listings/gone", _ONE, {}, 410, id="gone"),
    pytest.param(GET, "/api/v1/listings/want/matches", f"{_ONE}/matches", {}, 200, id="matches"),
    pytest.param(GET, "/api/v1/listings/gone/matches", f"{_ONE}/matches", {}, 410, id="matches-of-what-is-gone"),
    pytest.param(
        GET, f"/api/v1/organisations/{short_key(WHO.id)}", "/api/v1/organisations/{key}", {}, 200, id="organisation"
    ),
    pytest.param(GET, "/api/v1/organisations/nobody", "/api/v1/organisations/{key}", {}, 404, id="nobody"),
    pytest.param(GET, "/api/v1/categories", "/api/v1/categories", {}, 200, id="categories"),
    pytest.param(GET, "/api/v1/sources", "/api/v1/sources", {}, 200, id="sources"),
    pytest.param(GET, "/api/v1/suggestions?q=oa", "/api/v1/suggestions", {}, 200, id="suggestions"),
    pytest.param(GET, "/api/v1/suggestions", "/api/v1/suggestions", {}, 200, id="nothing-typed"),
    pytest.param(
        POST, "/api/v1/proposals", "/api/v1/proposals", {"json": {"url": "https://new.example/"}}, 201, id="proposal"
    ),
    pytest.param(
        POST,
        "/api/v1/proposals",
        "/api/v1/proposals",
        {"json": {"url": "https://new.example/"}, "headers": {"If-None-Match": "*"}},
        201,
        id="proposal-with-an-etag",
    ),
    pytest.param(POST, "/api/v1/proposals", "/api/v1/proposals", {"data": "x"}, 415, id="no-json"),
    pytest.param(
        POST,
        "/api/v1/proposals",
        "/api/v1/proposals",
        {"data": b"x" * (2**20 + 1), "content_type": "application/json"},
        413,
        id="too-large",
    ),
    pytest.param(POST, "/api/v1/proposals", "/api/v1/proposals", {"json": {"url": ""}}, 422, id="no-address"),
    pytest.param(
        POST,
        "/api/v1/proposals",
        "/api/v1/proposals",
        {"data": b"\n{", "content_type": "application/json"},
        422,
        id="malformed",
    ),
    pytest.param(
        POST,
        "/api/v1/proposals",
        "/api/v1/proposals",
        {"json": {"url": "https://new.example/", "colour": 1}},
        201,
        id="a-member-that-nobody-knows",
    ),
]


@pytest.mark.parametrize(("method", "path", "template", "sent", "status"), ANSWERS)
def test_answers_are_as_described(
    app: Flask, document: dict[str, Any], method: str, path: str, template: str, sent: dict[str, Any], status: int
) -> None:
    answer = ask(client_of(app), method, path, **sent)
    assert answer.status_code == status, answer.text
    check(document, template, method, answer)


def test_the_matches_of_the_table_are_some(app: Flask) -> None:
    answer = client_of(app).get("/api/v1/listings/want/matches")
    assert [match["listing"]["key"] for match in orjson.loads(answer.data)["matches"]][-1:] == ["desk"]


@pytest.mark.parametrize(
    "email",
    ["", "a@b.example", "a.b+c@d-e.example", "a", "a@b", "a b@c.example", "a\x00@b.example", '"a"@b.example', "a@b.c",
     "a" * 65 + "@b.example", "a" * 64 + "@b.example", "ä@ö.example", "a@b@c.example", "\ta@b.example"],
)  # fmt: skip
def test_an_address_is_refused_where_the_document_refuses_it(app: Flask, document: dict[str, Any], email: str) -> None:
    schema = document["components"]["schemas"]["Proposal"]["properties"]["email"]
    allowed = jsonschema_rs.is_valid(schema, email)
    answer = client_of(app).post("/api/v1/proposals", json={"url": "https://new.example/", "email": email})
    # A blank before it is forgiven, though it need not be.
    assert answer.status_code == (201 if allowed or email.strip() == "a@b.example" else 422)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(RuntimeError("inside"), 500, id="fault"),
        pytest.param(TooFastError("api", 3), 429, id="too-fast"),
    ],
)
def test_faults_are_as_described(board: Board, document: dict[str, Any], error: Exception, status: int) -> None:
    app = create_app(board.node)

    def broken() -> str:
        raise error

    app.view_functions["api.sources"] = broken
    answer = client_of(app).get("/api/v1/sources")
    assert answer.status_code == status
    check(document, "/api/v1/sources", GET, answer)


def test_a_catalogue_without_an_index_answers_as_described(
    tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]
) -> None:
    node = publisher(tmp_path_factory.mktemp("empty") / "node", aggregate=True)
    answer = client_of(create_app(node)).get("/api/v1/categories")
    assert answer.status_code == 503
    check(document, "/api/v1/categories", GET, answer)
    node.database.close()


def test_every_status_of_the_document_is_one_of_those_that_are_tested(document: dict[str, Any]) -> None:
    described = {status for _, _, operation in operations(document) for status in operation["responses"]}
    tested = {str(row.values[4]) for row in ANSWERS} | {"429", "500", "503"}
    assert described == tested
