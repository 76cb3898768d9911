"""What holds for every answer: headers, hosts, limits, errors, and how long files may be kept."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from node.app import create_app
from node.context import Node
from node.settings import Settings
from node.web import errors, security
from node.web.security import content_security_policy, trusted_hosts
from schemas.errors import SharefeedError
from tests.fakes.publisher import URL


def settings(**values: object) -> Settings:
    return Settings(Path("/nowhere"), {"node_url": "https://share.example.org/", **values})


def test_every_answer_is_guarded(client: FlaskClient) -> None:
    for path in ("/changes.json", "/nothing", "/static/favicon.svg"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Referrer-Policy"] == "same-origin"
        assert "max-age" in headers["Strict-Transport-Security"]


def test_scripts_and_styles_come_from_this_site_alone() -> None:
    policy = content_security_policy(settings())
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("values", "origin"),
    [
        pytest.param({"map_tiles": "https://{s}.tiles.example/{z}/{x}/{y}.png"}, "https://*.tiles.example", id="tiles"),
        pytest.param({"logo": "https://city.example/logo.svg"}, "https://city.example", id="logo-elsewhere"),
        pytest.param({"logo": "media/logo.svg"}, "data:", id="logo-here"),
        pytest.param({"map_tiles": "https://a.example; script-src *//x"}, "data:", id="no-host"),
    ],
)
def test_pictures_of_other_hosts_only_where_the_settings_name_them(values: dict[str, object], origin: str) -> None:
    found = re.search(r"img-src ([^;]*);", content_security_policy(settings(**values)))
    assert found is not None
    assert found[1].split()[-1] == origin
    assert content_security_policy(settings(**values)).count("script-src") == 1


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("share.example.org", 200, id="own"),
        pytest.param("share.example.org:8443", 200, id="own-with-port"),
        pytest.param("evil.example", 400, id="another"),
        pytest.param("127.0.0.1", 200, id="loopback"),
    ],
)
def test_only_requests_for_this_host_are_answered(app: Flask, host: str, status: int) -> None:
    assert app.test_client().get("/changes.json", headers={"Host": host}).status_code == status


def test_this_machine_is_always_answered() -> None:
    assert trusted_hosts(settings())[1:] == ["localhost", "127.0.0.1", "[::1]"]
    assert trusted_hosts(settings(node_url="http://[::1]:80/")) == ["[::1]", "localhost", "127.0.0.1"]


def test_cookies_are_kept_from_scripts_and_from_plain_http(app: Flask, node: Node) -> None:
    assert app.config["SESSION_COOKIE_SECURE"] is True
    assert app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
    plain = Node(node.settings.changed(node_url="http://127.0.0.1:8080/"), node.database)
    assert create_app(plain).config["SESSION_COOKIE_SECURE"] is False


def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient) -> None:
    app.add_url_rule("/form", view_func=lambda: "taken", methods=["POST"])
    assert client.post("/form", data={"a": "b"}).status_code == 400


def test_a_body_beyond_the_limit_is_refused(app: Flask, client: FlaskClient) -> None:
    def take() -> str:
        from flask import request

        return str(len(request.get_data()))

    app.add_url_rule("/take", view_func=take, methods=["PUT"])
    app.config["WTF_CSRF_ENABLED"] = False
    assert client.put("/take", data=b"x" * (security.MAX_BODY_BYTES + 1)).status_code == 413
    assert client.put("/take", data=b"x" * 10).data == b"10"


@pytest.mark.parametrize("proxies", [0, 1])
def test_forwarded_headers_count_only_behind_as_many_proxies_as_are_set(node: Node, proxies: int) -> None:
    app = create_app(Node(node.settings.changed(trusted_proxies=proxies), node.database, node.clock))

    def address() -> str:
        from flask import request

        return f"{request.scheme} {request.remote_addr}"

    app.add_url_rule("/address", view_func=address)
    headers = {"Host": "share.example.org", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    found = app.test_client().get("/address", headers=headers).text
    assert found == ("https 203.0.113.9" if proxies else "http 127.0.0.1")


@pytest.mark.parametrize(
    ("url", "said", "root"),
    [
        pytest.param(URL, "//evil.example", "", id="another-site"),
        pytest.param(URL, "/elsewhere", "", id="another-path"),
        pytest.param(f"{URL}free/", "//evil.example", "", id="another-site-where-there-is-a-path"),
        pytest.param(f"{URL}free/", "/free", "/free", id="its-own"),
        pytest.param(f"{URL}free/", "/free/, /", "/free", id="its-own-through-two"),
    ],
)
def test_links_begin_with_the_nodes_own_path_whatever_a_visitor_says(
    node: Node, url: str, said: str, root: str
) -> None:
    app = create_app(Node(node.settings.changed(trusted_proxies=1, node_url=url), node.database, node.clock))
    answer = app.test_client().get("/", headers={"Host": "share.example.org", "X-Forwarded-Prefix": said})
    assert f'href="{root}/static/' in answer.text
    assert "evil" not in answer.text


# Errors


@pytest.mark.parametrize("name", sorted(errors.ANSWERS))
def test_every_error_in_the_table_is_one_of_ours(name: str) -> None:
    module, _, kind = name.rpartition(".")
    assert issubclass(getattr(import_module(module), kind), SharefeedError)


@pytest.mark.parametrize(
    ("path", "accept", "content_type"),
    [
        pytest.param("/nothing", "text/html", "text/html", id="a-person"),
        pytest.param("/nothing", "*/*", "text/html", id="anyone"),
        pytest.param("/nothing", "application/json", "application/problem+json", id="a-machine-by-accept"),
        pytest.param("/nothing.json", "text/html", "application/problem+json", id="a-machine-by-address"),
        pytest.param("/api/v1/nothing", "*/*", "application/problem+json", id="the-api"),
    ],
)
def test_what_is_not_there_is_said_in_the_form_that_is_wanted(
    client: FlaskClient, path: str, accept: str, content_type: str
) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 404
    assert answer.mimetype == content_type


def test_a_method_that_is_not_allowed_says_which_are(client: FlaskClient) -> None:
    answer = client.delete("/changes.json")
    assert (answer.status_code, answer.mimetype) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/broken", "/broken.json"])
def test_a_fault_of_ours_tells_a_reference_and_nothing_of_the_inside(
    app: Flask, client: FlaskClient, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> str:
        raise RuntimeError("the inside")

    app.add_url_rule(path, view_func=broken)
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    (reference,) = re.findall(r"reference (\w+)", caplog.text)
    assert reference in answer.text
    assert "the inside" in caplog.text


def test_a_database_that_does_not_answer_asks_for_patience(app: Flask, client: FlaskClient) -> None:
    from node.storage.engine import StorageError

    def locked() -> str:
        raise StorageError("the database refused: locked")

    app.add_url_rule("/locked.json", view_func=locked)
    answer = client.get("/locked.json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "locked" not in orjson.loads(answer.data)["detail"]


def test_pages_lead_to_the_node_document(client: FlaskClient) -> None:
    link = client.get("/nothing").headers["Link"]
    assert link.startswith('<https://share.example.org/.well-known/sharefeed.json>; rel="sharefeed"')


# Static files


def test_a_file_asked_for_by_its_content_is_kept_for_ever(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context("/", base_url="https://share.example.org"):
        from flask import url_for

        address = url_for("static", filename="favicon.svg")
    assert "?v=" in address
    assert "immutable" in client.get(address).headers["Cache-Control"]


@pytest.mark.parametrize("query", ["", "?v=0000000000"])
def test_a_file_asked_for_otherwise_is_checked_each_time(client: FlaskClient, query: str) -> None:
    assert client.get(f"/static/favicon.svg{query}").headers["Cache-Control"] == "no-cache"
    assert client.get(f"/static/nothing.css{query}").status_code == 404
