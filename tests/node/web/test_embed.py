"""Listings in a frame on another website: what stands in it, who may show it, and what an attacker can make of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from federation.facts import short_key
from node.app import create_app
from node.search.follow import Follower
from node.search.request import SearchRequest
from node.services.listings.publishing import put_listings
from node.web import security
from node.web.appearance import brand
from node.web.embedding.request import FrameRequest
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of, draft, publisher
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

HALL = "https://hall.example/"
PARK_KEY, HALL_KEY = short_key(f"{PARK}organisations/park"), short_key(f"{HALL}organisations/park")
HOSTILE = '"><script>alert(1)</script>'


def filled(home: Path) -> Browser:
    made = Browser(home)
    send(made.node, follow(made.node), [{**item("desk"), "title": "Oak desk"}, {**item("bad"), "title": HOSTILE}])
    hall = [item(f"h{number:02}", HALL) for number in range(30)]
    named = {**item("want", HALL, direction="want"), "title": "Folding tables"}
    source = follow(made.node, HALL, name="Hall")
    send(made.node, source, [*hall, named])
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


def tree(client: Browser | FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return html.fromstring(answer.text)


def titles(page: Any) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.xpath("//*[@class='row-title']")]


def said(page: Any) -> str:
    return " ".join(page.text_content().split())


# What stands in it


def test_a_frame_shows_the_newest_and_where_they_are_from(browser: Browser) -> None:
    page = tree(browser, "/embed")
    assert len(titles(page)) == 6
    assert page.xpath("//footer/a/@href") == ["/search", "/"]
    assert "See all 33" in said(page)
    assert f"from {browser.node.settings.node_name}" in said(page)
    assert page.xpath("//meta[@name='robots'][@content='noindex']")


def test_an_organisation_is_named_once_and_led_to(browser: Browser) -> None:
    page = tree(browser, f"/embed?organisation={PARK_KEY}")
    assert page.findtext(".//h1") == "Shared by Park group"
    assert sorted(titles(page)) == sorted([HOSTILE, "Oak desk"])
    assert said(page).count("Park group") == 2, "in the title of the document and above the listings"
    assert page.xpath("//footer/a/@href")[0] == f"/organisations/{PARK_KEY}"


@pytest.mark.parametrize(
    ("query", "found", "title"),
    [
        pytest.param("q=desk", {"Oak desk"}, "“desk”, for free", id="words"),
        pytest.param("direction=want", {"Folding tables"}, "Wanted", id="wants"),
        pytest.param(
            f"direction=want&organisation={HALL_KEY}", {"Folding tables"}, "Wanted by Park group", id="their wants"
        ),
        pytest.param("category=books", set(), "What is free near you", id="nothing"),
        pytest.param("q=desk&kind=space", set(), "“desk”, for free", id="every filter"),
    ],
)
def test_a_frame_takes_what_the_search_takes(browser: Browser, query: str, found: set[str], title: str) -> None:
    page = tree(browser, f"/embed?{query}")
    assert found <= set(titles(page))
    assert bool(found) is bool(titles(page))
    assert page.findtext(".//h1") == title
    assert ("Nothing is here just now" in said(page)) is (not found)


def test_a_want_looks_like_one(browser: Browser) -> None:
    page = tree(browser, "/embed?direction=want")
    assert "Wanted" in said(page.xpath("//*[contains(@class, 'row ') and contains(@class, 'sign-wanted')]")[0])


def test_one_listing_and_what_became_of_it(own: Browser) -> None:
    key = short_key(f"{PARK}listings/desk")
    page = tree(own, f"/embed?listing={key}")
    assert titles(page) == ["Oak desk"]
    assert page.xpath("//footer/a/@href") == [f"/listings/{key}", "/"]
    assert "There is no such listing here." in said(tree(own, "/embed?listing=nothing"))
    clock_of(own.node).pass_by(days=400)
    assert "This is no longer on the board." in said(tree(own, f"/embed?listing={key}"))


def test_every_link_opens_at_the_board_in_a_new_tab(browser: Browser) -> None:
    links = [link for path in ("/embed", "/embed?q=zzzz") for link in tree(browser, path).iter("a")]
    assert len(links) > 6
    for link in links:
        assert (link.get("target"), link.get("rel"), link.get("href")[:1]) == ("_blank", "noopener", "/")
        assert link.get("aria-describedby") == "new-tab"


@pytest.mark.parametrize(
    ("query", "theme"),
    [("", None), ("theme=auto", None), ("theme=light", "light"), ("theme=dark", "dark"), ("theme=%22%3E", None)],
)
def test_a_theme_is_one_of_three(browser: Browser, query: str, theme: str | None) -> None:
    assert tree(browser, f"/embed?{query}").get("data-theme") == theme


# A publisher without an index


@pytest.fixture
def small(tmp_path: Path) -> FlaskClient:
    node = publisher(tmp_path / "small")
    wanted = draft(node, "c", title="Paint", direction="want", category="other")
    put_listings(node, [draft(node, "a", title="Oak desk"), draft(node, "b", title="A lathe", action="lend"), wanted])
    return client_of(create_app(node))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", ["A lathe", "Oak desk", "Paint"], id="everything"),
        pytest.param("organisation=riverside-school", ["A lathe", "Oak desk", "Paint"], id="by its slug"),
        pytest.param("organisation=nobody", [], id="nobody"),
        pytest.param("direction=want", ["Paint"], id="wants"),
        pytest.param("action=lend", ["A lathe"], id="loans"),
        pytest.param("category=furniture", ["A lathe", "Oak desk"], id="a category with what is below it"),
        pytest.param("category=furnit", [], id="a category that there is not"),
        pytest.param("kind=space", [], id="none"),
        pytest.param("limit=1", 1, id="as many as asked for"),
        pytest.param("q=lathe&near=x", ["A lathe", "Oak desk", "Paint"], id="words decide nothing"),
    ],
)
def test_a_small_publisher_has_frames_of_its_own(small: FlaskClient, query: str, found: list[str] | int) -> None:
    shown = titles(tree(small, f"/embed?{query}"))
    assert len(shown) == found if isinstance(found, int) else sorted(shown) == found


def test_a_small_publisher_leads_to_its_own_pages(small: FlaskClient) -> None:
    assert tree(small, "/embed").xpath("//footer/a/@href") == ["/", "/"]
    there = tree(small, "/embed?organisation=riverside-school").xpath("//footer/a/@href")[0]
    assert there == "/organisations/riverside-school"
    assert small.get(there).status_code == 200


# Who may show it


def policy(answer: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value for name, _, value in parts}


def test_the_frame_alone_may_be_framed(browser: Browser) -> None:
    answer = browser.get("/embed")
    assert policy(answer)["frame-ancestors"] == "*"
    assert "X-Frame-Options" not in answer.headers
    assert policy(answer)["script-src"] == policy(answer)["style-src"] == policy(answer)["img-src"] == "'self'"
    assert policy(answer)["default-src"] == policy(answer)["form-action"] == policy(answer)["base-uri"] == "'none'"
    assert "frame-src" not in policy(answer)


def answers_of_every_route(app: Flask, client: FlaskClient) -> dict[str, Any]:
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return {rule.endpoint: client.get(re.sub(r"<[^>]+>", "1", rule.rule)) for rule in rules}


def test_nothing_else_may(browser: Browser) -> None:
    answers = answers_of_every_route(browser.client.application, browser.client)
    answers |= {path: browser.get(path) for path in ("/embed/", "/embed/make", "/embed/x", "/nothing", "/embed.js")}
    answers |= {"another method": browser.client.post("/embed")}
    framed = [name for name, answer in answers.items() if policy(answer)["frame-ancestors"] != "'none'"]
    assert framed == [security.FRAME_ENDPOINT]
    unguarded = [name for name, answer in answers.items() if answer.headers.get("X-Frame-Options") != "DENY"]
    assert unguarded == [security.FRAME_ENDPOINT]
    assert len(answers) > 40


def test_the_maker_alone_shows_frames_and_only_ours(browser: Browser) -> None:
    answers = answers_of_every_route(browser.client.application, browser.client)
    assert {name: policy(answer)["frame-src"] for name, answer in answers.items() if "frame-src" in policy(answer)} == {
        "embed_maker.make": "'self'"
    }


def test_a_fault_is_not_framed(own: Browser, tmp_path: Path) -> None:
    limited = Browser(tmp_path / "limited", api_rate_per_minute=1)
    far = {"REMOTE_ADDR": "203.0.113.9"}
    statuses = [limited.client.get("/embed", environ_base=far) for _ in range(2)]
    assert [(answer.status_code, policy(answer)["frame-ancestors"]) for answer in statuses] == [
        (200, "*"),
        (429, "'none'"),
    ]


def test_no_cookie_is_set_or_read(own: Browser) -> None:
    plain = own.get("/embed")
    own.sign_in()
    assert "Sign out" in own.text("/control/")
    signed_in = own.get("/embed")
    assert plain.headers.getlist("Set-Cookie") == signed_in.headers.getlist("Set-Cookie") == []
    assert plain.data == signed_in.data
    assert "Cookie" not in signed_in.headers.get("Vary", "")


def test_it_may_be_kept_for_minutes_and_is_asked_for_conditionally(own: Browser) -> None:
    answer = own.get("/embed")
    assert answer.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=3600"
    assert {"Accept-Encoding", "Accept-Language"} <= set(answer.vary)
    again = own.client.get("/embed", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert policy(again)["frame-ancestors"] == "*"
    send(own.node, follow(own.node, "https://new.example/"), [item("x", "https://new.example/")])
    Follower(own.node).catch_up()
    assert own.client.get("/embed", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 200


# What an attacker may try


def test_html_of_others_stays_text(browser: Browser) -> None:
    answer = browser.get(f"/embed?organisation={PARK_KEY}")
    assert HOSTILE not in answer.text
    assert HOSTILE in titles(html.fromstring(answer.text))
    page = tree(browser, f"/embed?q={HOSTILE}&near={HOSTILE}")
    assert [script.get("src", "")[:8] for script in page.iter("script")] == ["/static/"]


@pytest.mark.parametrize(
    "colour",
    [
        "red",
        "#12345",
        "1e6b4a;}body{display:none",
        "url(//evil.example)",
        "../../static/css/base",
        "'\"><script>",
        "#" * 400,
    ],
)
def test_a_colour_is_six_digits_or_none(browser: Browser, colour: str) -> None:
    page = tree(browser, "/embed?colour=" + colour.replace("#", "%23"))
    sheets = page.xpath("//link[@rel='stylesheet']/@href")
    assert [sheet for sheet in sheets if not sheet.startswith("/static/")] == []
    assert "evil" not in html.tostring(page).decode()


@pytest.mark.parametrize("colour", ["1E6B4A", "%231e6b4a"])
def test_a_colour_is_a_stylesheet_that_can_be_read(browser: Browser, colour: str) -> None:
    [sheet] = [h for h in tree(browser, f"/embed?colour={colour}").xpath("//link/@href") if h.startswith("/embed/")]
    answer = browser.get(sheet)
    assert (sheet, answer.content_type) == ("/embed/1e6b4a.css", "text/css; charset=utf-8")
    assert answer.text == brand.css("#1e6b4a")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["red", "1e6b4a;x", "12345", "1e6b4a1", "1E6B4A", "%231e6b4a%0A"])
def test_no_other_stylesheet_can_be_had(browser: Browser, name: str) -> None:
    assert browser.get(f"/embed/{name}.css").status_code == 404


@pytest.mark.parametrize(
    ("limit", "shown"),
    [("0", 1), ("1", 1), ("24", 24), ("1000000", 24), ("9" * 400, 6), ("-3", 6), ("ten", 6), ("", 6), ("²", 6)],
)
def test_as_many_as_asked_for_up_to_the_most(browser: Browser, limit: str, shown: int) -> None:
    assert len(titles(tree(browser, f"/embed?limit={limit}"))) == shown


def test_a_picture_elsewhere_is_not_loaded(own: Browser) -> None:
    source = follow(own.node, "https://new.example/", name="New")
    images = [{"url": "https://new.example/spy.gif", "alt": "x"}]
    send(own.node, source, [item("x", "https://new.example/", images=images)])
    Follower(own.node).catch_up()
    assert "spy.gif" not in own.get("/embed?limit=24").text


def test_the_same_frame_has_one_address() -> None:
    asked = SearchRequest(q="a b", organisation=("x",), limit=6)
    assert FrameRequest(asked, theme="dark", colour="1e6b4a").address("/") == (
        "/embed?q=a+b&organisation=x&theme=dark&colour=1e6b4a"
    )
    assert FrameRequest(SearchRequest(limit=6)).address("/") == "/embed"
    assert FrameRequest(asked, listing="k").address("/free/") == "/free/embed?listing=k"


# The script


def test_the_script_is_open_to_every_website(browser: Browser) -> None:
    answer = browser.get("/embed.js")
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert browser.client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_the_script_knows_every_parameter_of_a_search(browser: Browser) -> None:
    text = browser.get("/embed.js").text
    named = set(
        re.findall(r'"([a-z_]+)"', "".join(re.findall(r"const (?:single|several) = \[(.*?)\]", text, re.DOTALL)))
    )
    many = {"direction", "kind", "action", "category", "organisation_type", "condition", "status"}
    filled = SearchRequest(
        q="q",
        near="n",
        lat=1,
        lon=1,
        within=1,
        organisation=("o",),
        source=(1,),
        sort="nearest",
        **dict.fromkeys(many, ("v",)),
    )
    assert {name for name, _value in filled.to_args()} | {
        "from",
        "to",
        "limit",
        "listing",
        "theme",
        "colour",
        "language",
    } == named


def test_the_script_evaluates_nothing_and_writes_no_html(browser: Browser) -> None:
    for word in (
        "eval",
        "innerHTML",
        "document.write",
        "Function(",
        "cookie =",
        "localStorage",
        "window.",
        "globalThis",
    ):
        assert word not in browser.get("/embed.js").text
