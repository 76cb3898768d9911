"""Schemathesis asks every route: the API by its OpenAPI document, pages, feeds and forms by one that is made here.

The API must answer exactly as its document says. Whatever else is asked, there is an answer or a plain refusal. What is
asked is the same each time; ``test_any_request`` asks at random for what no schema can say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import schemathesis
from flask import Flask, request
from schemathesis.engine import Status, events, from_schema
from werkzeug.routing import Rule

from node.services.identity import operator
from node.web.api.reading import document_of as api_document
from tests.fakes.publisher import URL
from tests.node.web.busy import Busy

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
DOCUMENT = "/made-for-schemathesis.json"

CONFIG = """
seed = 1
generation.deterministic = true
generation.max-examples = {examples}
[phases.examples]
enabled = true
[phases.coverage]
enabled = {boundaries}
[phases.stateful]
enabled = false
"""
# What a schema cannot say: that one parameter needs another, what a cursor is, what is an address.
API_CONFIG = """
[[operations]]
include-name = "GET /api/v1/listings"
checks.positive_data_acceptance.expected-statuses = ["200", "304", "400"]
[[operations]]
include-name = "GET /api/v1/listings/{key}"
checks.positive_data_acceptance.expected-statuses = ["200", "304", "404", "410"]
[[operations]]
include-name = "GET /api/v1/listings/{key}/matches"
checks.positive_data_acceptance.expected-statuses = ["200", "304", "404", "410"]
[[operations]]
include-name = "POST /api/v1/proposals"
checks.positive_data_acceptance.expected-statuses = ["201", "422", "429"]
"""
BEYOND_SCHEMAS = {"missing", "bad-date", "too-far", "bad-cursor", "bad-url"}
# Odd values are among those that are allowed here, so nothing is made to break the schema.
PAGES_CONFIG = """
[checks]
enabled = false
not_a_server_error.enabled = true
refuses_plainly.enabled = true
"""


pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Busy]:
    made = Busy(tmp_path / "home", api_rate_per_minute=0)
    yield made
    made.node.database.close()


def as_asked(app: Wsgi, document: dict[str, Any] | None = None, cookie: str = "") -> Wsgi:
    """The application for a client that takes nothing compressed, at the node's own name unless it says another.

    ``document`` is served beside it; the operator's ``cookie`` goes along with what is asked of their pages.
    """

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop("HTTP_ACCEPT_ENCODING", None)
        environ.setdefault("REMOTE_ADDR", "127.0.0.1")
        if document is not None and environ["PATH_INFO"] == DOCUMENT:
            start("200 OK", [("Content-Type", "application/json")])
            return [orjson.dumps(document)]
        if environ["PATH_INFO"].startswith("/control/") and "sign-" not in environ["PATH_INFO"]:
            environ["HTTP_COOKIE"] = f"{operator.COOKIE}={cookie}"
        body = app(environ, start)
        try:
            return [b"".join(body)]
        finally:
            getattr(body, "close", lambda: None)()  # or a file that is answered with stays open

    return answer


def faults(path: str, app: Wsgi, config: str) -> tuple[list[str], int]:
    """What Schemathesis found wrong, a line each, and how many requests it made."""
    schema = schemathesis.openapi.from_wsgi(path, app, config=schemathesis.Config.from_str(config))
    found: list[str] = []
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            found.append(str(event))
        if isinstance(event, events.ScenarioFinished):
            recorder = event.recorder
            asked += len(recorder.cases)
            for case_id, checks in recorder.checks.items():
                failed = [check for check in checks if check.status == Status.FAILURE]
                found += [f"{recorder.cases[case_id].value.as_curl_command()}: {check}" for check in failed]
    return found, asked


@schemathesis.check
def refuses_good_requests_for_reasons_beyond_schemas(ctx: Any, response: Any, case: Any) -> None:
    """What the document allows is refused only for what it cannot say."""
    if case.meta.generation.mode.is_positive and response.status_code in (400, 422):
        codes = {problem["code"] for problem in response.json()["problems"]}
        assert codes <= BEYOND_SCHEMAS, codes


def test_the_api_answers_exactly_as_its_document_says(busy: Busy) -> None:
    config = CONFIG.format(examples=8, boundaries="true") + API_CONFIG
    found, asked = faults("/api/openapi.json", as_asked(busy.client.application), config)
    assert found == []
    assert asked > 200


# Pages, feeds and forms.

HOSTILE = '"><script>alert(1)</script>'
QUERY = {
    "q": ["desk", HOSTILE, "\x00", "a" * 400],
    "near": [],
    "lat": ["52.6", "91", "NaN", "1e309"],
    "lon": ["-0.19", "-181", "x"],
    "within": ["5", "-1", "inf"],
    "page": ["1", "2", "0", "-1", "999999999999999999999"],
    "cursor": [],
    "limit": ["10", "0", "x"],
    "sort": ["newest", "nearest", "price"],
    "from": ["2026-12-01", "0001-01-01", "9999-12-31", "2026-13-40"],
    "to": ["2026-12-02", "0001-01-01", "9999-12-31"],
    "event": ["yes", "no"],
    "after": ["x", "0:0:0"],
    "lang": ["en", "xx", "../x"],
    "verdict": ["quarantined", "reported", "x"],
    "source": ["1", "-1", "99999999999999999999"],
    "id": ["https://park.example/listings/sold", "https://park.example/listings/desk"],
    "url": ["https://a.example/", "javascript:alert(1)"],
    "state": ["signed_out", "x"],
    "size": ["1", "-1", "99999"],
    "to_page": ["/", "//evil.example/"],
    "v": ["0000000000"],
    **{name: ["item", "want", "furniture/desk", HOSTILE] for name in (
        "kind", "action", "direction", "category", "organisation_type", "condition", "status", "organisation",
    )},
}  # fmt: skip
FREE = ("near", "cursor")
"""These may be any text; of the others there is a choice of usual and odd values."""
FORM = {
    "email": ["anna@park.example", "bert@park.example", HOSTILE],
    "frequency": ["daily", "instant", "x"],
    "reason": ["gone", "other", HOSTILE],
    "words": ["It is gone.", "\x00", "a" * 3000],
    "url": ["https://127.0.0.1/feed", "https://127.0.0.1/other", "javascript:alert(1)", "http://["],
    "name": ["Park", HOSTILE],
    "note": ["Ours.", "a" * 3000],
    "homepage": ["", "x"],
    "alert": ["x"],
    "source": ["1", "-1", "x", "99999999999999999999"],
    "id": ["https://park.example/listings/sold", "x"],
    "hold": ["yes", "x"],
    "hold_new": ["yes"],
    "sure": ["yes", "x"],
    "language": ["en", "xx"],
    "to": ["/", "//evil.example/", "https://evil.example/"],
    "title": [HOSTILE],
}
HEADERS = {
    "Host": ["share.example.org", "share.example.org:8443", "localhost", "127.0.0.1", "[::1]", "evil.example", "["],
    "Accept-Language": ["en-GB,en;q=0.5", "pl;q=9", "*", "xx-" + "a" * 300, ";;;"],
    "Accept": ["text/html", "application/json", "*/*;q=0", "garbage"],
    "If-None-Match": ["*", '"x"', "W/", '"'],
    "Range": ["bytes=0-10", "bytes=5-1", "lines=3"],
    "Referer": [URL, "https://evil.example/", "\xff"],
}
LAST = ("remove", "stop", "apply", "take-down", "sign-out")


def parameter(place: str, name: str, values: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "maxLength": 60} if name in FREE else {"enum": values}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def operation(rule: Rule, method: str, values: dict[str, list[str]]) -> dict[str, Any]:
    """One route as OpenAPI has it: each part of its path real or odd, and whatever else a request can carry."""
    parts = [parameter("path", name, [*values.get(name, []), "x", HOSTILE]) for name in sorted(rule.arguments)]
    asked = [parameter("query", name, some) for name, some in QUERY.items()] if method == "get" else []
    heads = [parameter("header", name, some) for name, some in HEADERS.items()]
    made: dict[str, Any] = {"parameters": [*parts, *asked, *heads], "responses": {"default": {"description": "x"}}}
    if method == "post":
        fields = {name: {"enum": [*values.get(name, []), *some]} for name, some in FORM.items()}
        schema = {"type": "object", "properties": fields}
        made["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    return made


def document_of(app: Flask, values: dict[str, list[str]], method: str) -> dict[str, Any]:
    """Every route that takes the method, those that end something last."""
    rules = [rule for rule in app.url_map.iter_rules() if method.upper() in (rule.methods or set())]
    rules.sort(key=lambda rule: rule.rule.rpartition("/")[2] in LAST)
    paths = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule): {method: operation(rule, method, values)} for rule in rules
    }
    return {"openapi": "3.1.0", "info": {"title": "Every route", "version": "1"}, "paths": paths}


@schemathesis.check
def refuses_plainly(ctx: Any, response: Any, case: Any) -> None:
    """What is refused is told to a person or a program, and nothing that was sent comes back as markup."""
    kind = response.headers.get("content-type", [""])[0].partition(";")[0]
    if response.status_code >= 400:
        assert kind in ("text/html", "application/problem+json", "text/plain"), kind
    if kind == "text/html":
        assert "<script>alert" not in response.text


def ask_pages(busy: Busy, document: dict[str, Any], examples: int) -> tuple[list[str], int]:
    app = busy.client.application
    app.config["WTF_CSRF_ENABLED"] = False
    config = "generation.mode = 'positive'" + CONFIG.format(examples=examples, boundaries="false") + PAGES_CONFIG
    return faults(DOCUMENT, as_asked(app, document, busy.cookie), config)


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_request_to_any_route_is_a_fault_of_ours(busy: Busy, method: str) -> None:
    document = document_of(busy.client.application, busy.values, method)
    found, asked = ask_pages(busy, document, examples=6)
    assert found == []
    assert asked > 5 * len(document["paths"])


def broken(text: str) -> Callable[[], str]:
    def view() -> str:
        return text.format(q=request.args.get("q", "")) if text else str(1 // 0)

    return view


@pytest.mark.parametrize(
    ("view", "path", "config"),
    [
        pytest.param(broken(""), "/ideas", None, id="a fault"),
        pytest.param(broken("<!doctype html><p>{q}</p>"), "/ideas", None, id="what was sent comes back"),
        pytest.param(broken("{q}"), "/api/v1/sources", API_CONFIG, id="another form"),
        pytest.param(lambda: ({"sources": [{}]}, 200), "/api/v1/sources", API_CONFIG, id="other members"),
        pytest.param(lambda: ({}, 404), "/api/v1/sources", API_CONFIG, id="another status"),
    ],
)
def test_what_is_broken_is_found(busy: Busy, view: Callable[[], Any], path: str, config: str | None) -> None:
    app = busy.client.application
    [rule] = [rule for rule in app.url_map.iter_rules() if rule.rule == path]
    app.view_functions[rule.endpoint] = view
    whole = document_of(app, busy.values, "get") if config is None else api_document(app)
    document = {**whole, "paths": {path: whole["paths"][path]}}
    if config is None:
        [asked] = document["paths"].values()
        asked["get"]["parameters"] = [parameter("query", "q", QUERY["q"])]
        assert ask_pages(busy, document, examples=50)[0] != []
    else:
        boundaries = CONFIG.format(examples=2, boundaries="false") + config
        assert faults(DOCUMENT, as_asked(app, document), boundaries)[0] != []
