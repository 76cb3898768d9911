"""oEmbed: which addresses become a frame, in which form, and what an attacker can make of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from lxml import etree, html
from werkzeug.test import TestResponse

from federation.facts import short_key
from node.app import create_app
from node.search.follow import Follower
from node.services.listings.publishing import put_listings
from node.web.embedding.oembed import own_path
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, draft, publisher
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

KEY, ORGANISATION = short_key(f"{PARK}listings/desk"), short_key(f"{PARK}organisations/park")
HOSTILE = "\"><script>alert('1')</script>&amp; ]]> é"
LISTING, PAGE, SEARCH = f"{URL}listings/{KEY}", f"{URL}organisations/{ORGANISATION}", f"{URL}search?q=desk&kind=item"


def filled(home: Path) -> Browser:
    made = Browser(home)
    named = {"id": f"{PARK}organisations/park", "name": f"Park {HOSTILE}", "type": "charity"}
    send(made.node, follow(made.node), [{**item("desk", organisation=named), "title": HOSTILE}])
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


def ask(browser: Browser, address: str, **parameters: str | int) -> TestResponse:
    more = "".join(f"&{name}={value}" for name, value in parameters.items())
    return browser.get(f"/oembed?url={quote(address, safe='')}{more}")


def told(browser: Browser, address: str, **parameters: str | int) -> dict[str, Any]:
    answer = ask(browser, address, **parameters)
    assert (answer.status_code, answer.content_type) == (200, "application/json"), answer.text
    document: dict[str, Any] = json.loads(answer.data)
    return document


def frame_of(document: dict[str, Any]) -> Any:
    frame = html.fragment_fromstring(document["html"])
    assert frame.tag == "iframe"
    return frame


@pytest.mark.parametrize(
    ("address", "title", "author", "source"),
    [
        pytest.param(LISTING, HOSTILE, f"Park {HOSTILE}", f"/embed?listing={KEY}", id="a listing"),
        pytest.param(
            PAGE,
            f"Shared by Park {HOSTILE}",
            f"Park {HOSTILE}",
            f"/embed?organisation={ORGANISATION}",
            id="one of them",
        ),
        pytest.param(SEARCH, "“desk”, for free", None, "/embed?q=desk&kind=item", id="a search"),
        pytest.param(f"{URL}search", "What is free near you", None, "/embed", id="everything"),
        pytest.param(f"{LISTING}#map", HOSTILE, f"Park {HOSTILE}", f"/embed?listing={KEY}", id="a place in a page"),
        pytest.param(
            LISTING.replace("https://share", "HTTPS://Share").replace(".org/", ".org:443/"),
            HOSTILE,
            f"Park {HOSTILE}",
            f"/embed?listing={KEY}",
            id="written otherwise",
        ),
    ],
)
def test_a_page_becomes_a_frame(browser: Browser, address: str, title: str, author: str | None, source: str) -> None:
    document = told(browser, address)
    frame = frame_of(document)
    assert (document["version"], document["type"], document["title"]) == ("1.0", "rich", title)
    assert document.get("author_name") == author
    assert (document["provider_url"], document["provider_name"]) == (URL, browser.node.settings.node_name)
    assert frame.get("src") == URL.rstrip("/") + source
    assert (frame.get("width"), frame.get("height")) == (str(document["width"]), str(document["height"]))
    assert frame.get("title") == title
    assert browser.get(source).status_code == 200
    if author:
        assert browser.get(urlsplit(document["author_url"]).path).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "//",
        "javascript:alert(1)",
        "http://[::1",
        f"https://evil.example/listings/{KEY}",
        f"https://share.example.org.evil.example/listings/{KEY}",
        f"https://share.example.org@evil.example/listings/{KEY}",
        f"https://me:you@share.example.org/listings/{KEY}",
        f"https://share.example.org:8443/listings/{KEY}",
        f"https://share.example.org:99999/listings/{KEY}",
        f"http://share.example.org/listings/{KEY}",
        f"//share.example.org/listings/{KEY}",
        f"/listings/{KEY}",
        URL,
        f"{URL}wanted",
        f"{URL}control/",
        f"{URL}embed?listing={KEY}",
        f"{URL}oembed?url={URL}",
        f"{URL}listings/",
        f"{URL}listings/never",
        f"{URL}listings/{KEY}/sheet",
        f"{URL}listings/..%2f..%2fetc",
        f"{URL}organisations/nobody",
        f"{URL}search/",
        f"{URL}search.json?q=desk",
        f"{URL}nowhere\x00",
    ],
)
def test_any_other_address_is_not_found(browser: Browser, address: str) -> None:
    answer = ask(browser, address)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_what_is_gone_is_not_found(own: Browser) -> None:
    clock_of(own.node).pass_by(days=400)
    assert ask(own, LISTING).status_code == 404


@pytest.mark.parametrize("format_", ["yaml", "JSON", "json,xml", "", "%00"])
def test_a_format_that_is_not_known_is_not_implemented(browser: Browser, format_: str) -> None:
    assert ask(browser, LISTING, format=format_).status_code == 501


def test_xml_says_the_same(browser: Browser) -> None:
    answer = ask(browser, LISTING, format="xml")
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.data.startswith(b"<?xml version='1.0' encoding='utf-8' standalone='yes'?>")
    root = etree.fromstring(answer.data)
    assert root.tag == "oembed"
    assert {child.tag: child.text for child in root} == {
        name: str(value) for name, value in told(browser, LISTING).items()
    }
    assert [len(child) for child in root] == [0] * len(root)


@pytest.mark.parametrize(
    ("parameters", "width", "height", "limit"),
    [
        pytest.param({}, 600, 702, None, id="usual"),
        pytest.param({"maxwidth": 320}, 320, 702, None, id="narrow"),
        pytest.param({"maxwidth": 99_999, "maxheight": 99_999}, 600, 702, None, id="huge"),
        pytest.param({"maxheight": 400}, 600, 314, "2", id="as many as there is room for"),
        pytest.param({"maxheight": 10}, 600, 10, "1", id="no room"),
        pytest.param({"maxwidth": 0, "maxheight": "x"}, 600, 702, None, id="nonsense"),
        pytest.param({"maxwidth": -5, "maxheight": "1e9"}, 600, 702, None, id="more nonsense"),
        pytest.param({"maxwidth": "9" * 500, "maxheight": "²"}, 600, 702, None, id="and more"),
    ],
)
def test_a_frame_fits_into_what_is_asked_for(
    browser: Browser, parameters: dict[str, str | int], width: int, height: int, limit: str | None
) -> None:
    document = told(browser, PAGE, **parameters)
    assert (document["width"], document["height"]) == (width, height)
    assert parse_qs(urlsplit(frame_of(document).get("src")).query).get("limit") == ([limit] if limit else None)


def test_answers_are_open_and_may_be_kept(browser: Browser) -> None:
    answer = ask(browser, LISTING)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers.getlist("Set-Cookie") == []
    again = browser.client.get(f"/oembed?url={quote(LISTING)}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("address", [LISTING, PAGE, SEARCH])
def test_pages_say_where_it_is(browser: Browser, address: str) -> None:
    tree = html.fromstring(browser.text(address.removeprefix(URL.rstrip("/"))))
    for media_type, format_ in (("application/json+oembed", "json"), ("text/xml+oembed", "xml")):
        [link] = tree.xpath(f"//head/link[@rel='alternate'][@type='{media_type}']/@href")
        assert link.startswith(f"{URL}oembed?")
        asked = parse_qs(urlsplit(link).query)
        assert (asked["url"], asked.get("format", ["json"])) == ([address], [format_])
        assert browser.get(link.removeprefix(URL.rstrip("/"))).status_code == 200


@pytest.mark.parametrize("path", ["/", "/wanted", "/privacy", "/embed/make"])
def test_pages_without_one_say_nothing(browser: Browser, path: str) -> None:
    assert "oembed" not in browser.text(path).partition("</head>")[0]


def test_a_small_publisher_speaks_of_its_own_pages(tmp_path: Path) -> None:
    node = publisher(tmp_path / "small", node_url=f"{URL}free/")
    put_listings(node, [draft(node)])
    client = client_of(create_app(node))
    for path, status in (
        ("listings/riverside-school.a", 200),
        ("organisations/riverside-school", 200),
        ("search", 404),
    ):
        assert client.get(f"/oembed?url={URL}free/{path}").status_code == status
    assert client.get(f"/oembed?url={URL}listings/riverside-school.a").status_code == 404


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://a.example/free/x%20y", "/x y"),
        ("https://a.example/free/", "/"),
        ("https://a.example/free", None),
        ("https://a.example/freedom/x", None),
        ("https://A.EXAMPLE:443/free/x?y#z", "/x"),
        ("https://a.example:444/free/x", None),
    ],
)
def test_an_address_is_ours_by_scheme_host_port_and_path(address: str, path: str | None) -> None:
    assert own_path(address, "https://a.example/free/") == path
