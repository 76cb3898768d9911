"""How fast one network may search, and what everyone else notices of it: nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.services.configuration.setup import check_settings
from node.settings import SettingError
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of
from tests.node.search.board import Board, listing

FAR, OTHER = "203.0.113.9", "198.51.100.7"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    made = Board(tmp_path_factory.mktemp("limits") / "node").put([listing("desk", "Oak desk")])
    yield made.follow()
    made.node.database.close()


def clients(board: Board, **settings: Any) -> FlaskClient:
    values = {"api_rate_per_minute": 3, **settings}
    return client_of(create_app(Node(board.node.settings.changed(**values), board.node.database, board.node.clock)))


def ask(client: FlaskClient, path: str = "/api/v1/listings", who: str = FAR, **more: Any) -> TestResponse:
    return client.get(path, environ_base={"REMOTE_ADDR": who}, **more)


def statuses(client: FlaskClient, path: str, times: int, who: str = FAR) -> list[int]:
    return [ask(client, path, who).status_code for _ in range(times)]


def test_what_is_left_stands_in_every_answer_of_the_api(board: Board) -> None:
    client = clients(board, api_rate_per_minute=4)
    paths = ("/api/v1/listings", "/api/v1/listings/never-was", "/api/v1/nothing")
    left = [ask(client, path).headers for path in paths]
    assert {headers["RateLimit-Policy"] for headers in left} == {'"api";q=4;w=60'}
    assert [headers["RateLimit"] for headers in left] == ['"api";r=3;t=45', '"api";r=2;t=30', '"api";r=1;t=15']


def test_beyond_it_there_is_a_problem_document_that_says_when_to_come_back(board: Board) -> None:
    client = clients(board)
    assert statuses(client, "/api/v1/listings", 3) == [200] * 3
    answer = ask(client)
    assert (answer.status_code, answer.content_type) == (429, "application/problem+json")
    document = orjson.loads(answer.data)
    assert document["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert document["violated-policies"] == ["api"]
    assert document["status"] == 429
    assert answer.headers["Retry-After"] == "20"
    assert answer.headers["RateLimit"] == '"api";r=0;t=20'
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"


def test_one_who_waits_as_told_is_answered(board: Board) -> None:
    client = clients(board)
    statuses(client, "/api/v1/listings", 3)
    wait = int(ask(client).headers["Retry-After"])
    clock_of(board.node).pass_by(seconds=wait)
    assert statuses(client, "/api/v1/listings", 2) == [200, 429]


def test_others_go_on(board: Board) -> None:
    client = clients(board)
    statuses(client, "/api/v1/listings", 9)
    assert ask(client, who=OTHER).status_code == 200


def test_pages_feeds_and_the_api_count_for_themselves(board: Board) -> None:
    client = clients(board)
    for path in ("/api/v1/listings", "/search", "/search.json"):
        assert statuses(client, path, 4) == [200, 200, 200, 429], path


def test_scripts_of_other_sites_may_read_what_is_left_of_feeds(board: Board) -> None:
    headers = ask(clients(board), "/search.json").headers
    assert headers["RateLimit"] == '"search-feeds";r=2;t=40'
    assert {"RateLimit", "RateLimit-Policy"} <= set(headers["Access-Control-Expose-Headers"].split(", "))


def test_typing_has_an_allowance_of_its_own(board: Board) -> None:
    client = clients(board)
    assert statuses(client, "/api/v1/suggestions?q=oa", 16) == [200] * 15 + [429]
    assert ask(client, "/api/v1/suggestions?q=oa").headers["RateLimit-Policy"] == '"suggestions";q=15;w=60'
    assert statuses(client, "/api/v1/listings", 4) == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "path",
    ["/changes.json", "/receipts.json", "/feed.json", "/feed.atom", "/.well-known/sharefeed.json",
     "/static/favicon.svg", "/", "/listings/desk", "/api/openapi.json"],
)  # fmt: skip
def test_what_nodes_and_browsers_need_is_never_counted(board: Board, path: str) -> None:
    client = clients(board)
    assert statuses(client, path, 10) == [200] * 10
    assert "RateLimit" not in ask(client, path).headers


def test_what_a_browser_asks_before_a_script_s_request_is_not_counted(board: Board) -> None:
    client = clients(board)
    for _ in range(10):
        answer = client.options("/api/v1/listings", environ_base={"REMOTE_ADDR": FAR})
        assert answer.status_code == 200


def test_methods_do_not_get_around_it(board: Board) -> None:
    client = clients(board)
    statuses(client, "/api/v1/listings", 3)
    for method in ("HEAD", "POST", "PUT"):
        answer = client.open("/api/v1/listings", method=method, environ_base={"REMOTE_ADDR": FAR})
        assert answer.status_code == 429, method


def test_this_machine_is_told_the_rules_and_not_counted(board: Board) -> None:
    client = clients(board)
    answers = [ask(client, who=who) for who in ("127.0.0.1", "::1", "127.0.0.1", "::ffff:127.0.0.1") * 2]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["RateLimit"] for answer in answers} == {'"api";r=3;t=60'}
    assert statuses(clients(board, rate_uncounted=""), "/api/v1/listings", 4, "127.0.0.1")[-1] == 429


@pytest.mark.parametrize(
    ("proxies", "last"), [pytest.param(0, 429, id="nobody is believed"), pytest.param(1, 200, id="the proxy is")]
)
def test_the_one_behind_the_proxy_is_counted_where_proxies_are_trusted(board: Board, proxies: int, last: int) -> None:
    client = clients(board, trusted_proxies=proxies)
    for number in range(4):
        answer = ask(client, who="10.0.0.1", headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert answer.status_code == last


def test_what_a_caller_writes_before_the_proxy_s_word_does_not_count(board: Board) -> None:
    client = clients(board, trusted_proxies=1)
    for number in range(4):
        answer = ask(client, who="10.0.0.1", headers={"X-Forwarded-For": f"127.0.0.{number}, {FAR}"})
    assert answer.status_code == 429


def test_a_proxy_that_is_not_trusted_is_named_in_the_log_once(board: Board, caplog: pytest.LogCaptureFixture) -> None:
    client = clients(board)
    for _ in range(8):
        ask(client, who="10.0.0.1", headers={"X-Forwarded-For": FAR})
    assert len(re.findall("trusted_proxies", caplog.text)) == 1


def test_of_ipv6_the_first_half_counts(board: Board) -> None:
    client = clients(board)
    found = [ask(client, who=f"2001:db8:1:2::{number}").status_code for number in range(4)]
    assert found == [200, 200, 200, 429]
    assert ask(client, who="2001:db8:1:3::1").status_code == 200


def test_without_a_limit_nothing_is_counted(board: Board) -> None:
    client = clients(board, api_rate_per_minute=0)
    assert statuses(client, "/api/v1/listings", 20) == [200] * 20
    assert "RateLimit" not in ask(client).headers


def test_a_person_keeps_what_they_typed(board: Board) -> None:
    client = clients(board)
    statuses(client, "/search", 3)
    answer = ask(client, '/search?q=oak+"desk"&near=Eye&kind=item&kind=space&page=2')
    assert (answer.status_code, answer.mimetype, answer.headers["Retry-After"]) == (429, "text/html", "20")
    form = html.fromstring(answer.text).xpath("//main//form")[0]
    assert form.get("action") == "/search"
    sent = sorted((field.get("name"), field.get("value")) for field in form.xpath(".//input"))
    assert sent == [("kind", "item"), ("kind", "space"), ("near", "Eye"), ("page", "2"), ("q", 'oak "desk"')]
    assert "too fast" in answer.text


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"api_rate_per_minute": -1}, id="negative"),
        pytest.param({"api_rate_per_minute": 10**7}, id="too many"),
        pytest.param({"rate_uncounted": "home"}, id="no network"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_at_the_start(board: Board, values: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match=next(iter(values))):
        check_settings(board.node.settings.changed(**values))


def test_a_publisher_counts_nothing(tmp_path: Path) -> None:
    from tests.fakes.publisher import publisher

    node = publisher(tmp_path / "home", api_rate_per_minute=1)
    client = client_of(create_app(node))
    assert statuses(client, "/feed.json", 5) == [200] * 5
    node.database.close()


def test_names_of_organisations_are_looked_up_so_often(board: Board) -> None:
    client = clients(board)
    assert statuses(client, "/organisations.json?name=school", 4) == [200] * 3 + [429]
    assert statuses(client, "/api/v1/listings", 1) == [200]
