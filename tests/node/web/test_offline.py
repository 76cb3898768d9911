"""What devices may keep for reading without a connection: which pages, how the worker is served, how it is taken back.

What the worker does with it is tested in a browser (``tests/e2e/test_offline.py``).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from federation.facts import short_key
from node.search.follow import Follower
from node.web import offline
from tests.fakes.mirrored import write_mirrored
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

LISTING, GROUP = short_key(f"{PARK}listings/desk"), short_key(f"{PARK}organisations/park")
KEPT = [
    *("/", "/search", "/wanted", "/categories", "/categories/furniture", "/categories/furniture/desk"),
    *(f"/listings/{LISTING}", f"/organisations/{GROUP}"),
]


def filled(home: Path) -> Browser:
    made = Browser(home)
    send(made.node, follow(made.node), [item("desk")])
    Follower(made.node).catch_up()
    return made


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """For all tests that only ask."""
    return filled(tmp_path_factory.mktemp("board") / "home")


@pytest.fixture
def own(tmp_path: Path) -> Browser:
    """For a test that changes something."""
    return filled(tmp_path / "home")


def settings_of(browser: Browser, **how: Any) -> dict[str, Any]:
    answer = browser.client.get("/service-worker.js", **how)
    assert (answer.status_code, answer.content_type) == (200, "text/javascript; charset=utf-8")
    line, _, rest = answer.text.partition("\n")
    assert line.startswith("const settings = {")
    assert line.endswith("};")
    assert "settings" in rest
    document: dict[str, Any] = json.loads(line.removeprefix("const settings = ").removesuffix(";"))
    return document


def test_the_worker_is_asked_for_anew_each_time(browser: Browser) -> None:
    answer = browser.get("/service-worker.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers.getlist("Set-Cookie") == []
    again = browser.client.get("/service-worker.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_every_file_of_the_frame_is_there_under_its_right_name(browser: Browser) -> None:
    shell = settings_of(browser)["shell"]
    assert len(shell) > 15
    for address in shell:
        answer = browser.get(address)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), address


@pytest.mark.parametrize("path", ["/offline", *KEPT])
def test_the_frame_has_all_that_a_kept_page_asks_for(browser: Browser, path: str) -> None:
    """But for what only an online page needs: the map, paper, pictures."""
    tree = html.fromstring(browser.text(path))
    asked = {
        str(h).partition("#")[0] for h in tree.xpath("//link[@rel='stylesheet']/@href | //script/@src | //use/@href")
    }
    more = re.compile(r"/static/(?:vendor/|css/(?:map|print)\.css|js/map\.js)")
    assert {address for address in asked if not more.match(address)} - set(settings_of(browser)["shell"]) == set()


@pytest.mark.parametrize("path", KEPT)
def test_what_may_be_kept_is_the_same_for_everyone_and_holds_no_token(own: Browser, path: str) -> None:
    assert re.search(offline.KEPT, path)
    plain = own.get(path)
    own.sign_in()
    signed_in = own.get(path)
    assert (plain.status_code, signed_in.status_code) == (200, 200)
    assert plain.text == signed_in.text
    assert "csrf_token" not in plain.text
    assert plain.headers.getlist("Set-Cookie") == signed_in.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("query", ["q=zzzz", "q=desk&near=Nowhere", "q=" + "x" * 400, "direction=want&category=other"])
def test_a_search_that_finds_nothing_holds_no_token_either(browser: Browser, query: str) -> None:
    answer = browser.get(f"/search?{query}")
    assert "csrf_token" not in answer.text
    assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(
    "path",
    [
        *("/control/", "/control/login/x", "/alerts/new", "/alerts/confirm/x", "/alerts/stop/x", "/alerts/manage/x"),
        *("/mailbox", "/sources/propose", f"/listings/{LISTING}/report", f"/listings/{LISTING}/sheet", "/embed"),
        *(
            "/embed/make",
            "/search.json",
            "/searching",
            "/api/v1/listings",
            "/downloads/",
            "/offline",
            "/service-worker.js",
        ),
        *("/control/listings/x", "/x/search", "//search", "/search/", "/listings/", "/organisations/a/b"),
    ],
)
def test_what_is_somebodys_own_is_never_kept(path: str) -> None:
    assert re.search(offline.KEPT, path) is None


def test_searches_around_the_reader_are_never_kept(browser: Browser) -> None:
    assert settings_of(browser)["never"] == ["lat", "lon"]


def test_what_is_kept_is_bounded_and_said(browser: Browser) -> None:
    told = settings_of(browser)
    assert (told["pages"], told["pictures"], told["days"]) == (60, 60, 30)
    for path in ("/privacy", "/offline"):
        text = " ".join(html.fromstring(browser.text(path)).get_element_by_id("main").text_content().split())
        assert "60 pages" in text
        assert "60 pictures" in text
        assert "30 days at most" in text


@pytest.mark.parametrize("path", ["/privacy", "/offline"])
def test_what_is_kept_can_be_forgotten_there(browser: Browser, path: str) -> None:
    tree = html.fromstring(browser.text(path))
    [panel] = tree.xpath("//main//*[@data-kept-panel]")
    assert panel.xpath(".//button/@data-deed") == ["forget", "stop", "start"]
    assert panel.xpath(".//*[@role='status']")
    assert "needs-js" in panel.get("class")
    assert tree.xpath("//script[starts-with(@src, '/static/js/kept.js')]")


def test_pages_start_it_and_the_operators_do_not(own: Browser) -> None:
    tree = html.fromstring(own.text("/"))
    [line] = tree.xpath("//*[@data-offline-line]")
    assert (line.get("data-worker"), line.get("data-scope"), line.get("hidden")) == ("/service-worker.js", "/", "")
    assert tree.xpath("//script[starts-with(@src, '/static/js/offline.js')]")
    own.sign_in()
    control = own.text("/control/")
    assert "Sign out" in control
    assert "offline" not in control.partition("<footer")[0]


# One worker for each board, version and language


def test_the_worker_is_another_one_when_anything_of_the_frame_is(own: Browser, tmp_path: Path) -> None:
    version = settings_of(own)["version"]
    assert settings_of(own)["version"] == version
    other = Browser(tmp_path / "other", node_name="Another name")
    assert settings_of(other)["version"] != version


def test_the_worker_speaks_the_readers_language(tmp_path: Path) -> None:
    words = tmp_path / "words"
    write_mirrored(words)
    browser = Browser(tmp_path / "home", translations=str(words), languages="en, he")
    versions = {settings_of(browser, headers={"Accept-Language": code})["version"] for code in ("en", "he")}
    assert len(versions) == 2
    assert {"accept-language", "cookie"} <= {name.lower() for name in browser.get("/service-worker.js").vary}


def test_below_a_path_everything_stays_below_it(browser: Browser) -> None:
    below = {"environ_overrides": {"SCRIPT_NAME": "/free"}}
    told = settings_of(browser, **below)
    assert (told["root"], told["offline"]) == ("/free", "/free/offline")
    assert [address for address in told["shell"] if not address.startswith("/free/static/")] == []
    tree = html.fromstring(browser.client.get("/", **below).text)
    [line] = tree.xpath("//*[@data-offline-line]")
    assert (line.get("data-worker"), line.get("data-scope")) == ("/free/service-worker.js", "/free/")


# Taken back


def test_an_operator_can_turn_it_off_and_what_was_kept_goes(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", offline_reading=False)
    assert "unregister()" in browser.get("/service-worker.js").text
    assert "addAll" not in browser.get("/service-worker.js").text
    assert settings_of(browser)["root"] == ""
    for path in ("/", "/privacy"):
        page = browser.text(path)
        assert "service-worker" not in page
        assert "data-kept-panel" not in page
    assert "/offline" not in browser.text("/")
    assert browser.get("/offline").status_code == 404


def test_where_it_was_never_on_there_is_nothing(tmp_path: Path) -> None:
    from node.app import create_app
    from tests.fakes.own_client import client_of
    from tests.fakes.publisher import publisher

    client = client_of(create_app(publisher(tmp_path / "small")))
    assert "service-worker" not in client.get("/").text
    assert "manifest" not in client.get("/").text
    for path in ("/service-worker.js", "/offline", "/manifest.webmanifest"):
        assert client.get(path).status_code == 404
