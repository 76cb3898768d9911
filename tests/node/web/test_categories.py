"""Everything by kind: each category has a page with its counts, its newest, what is wanted and what is below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.aggregating import sources
from schemas.vocabulary import categories
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send

THINGS = [
    item("desk", category="furniture/desk"),
    item("sofa", category="furniture/sofa"),
    item("hammock", category="furniture/hammock"),
    item("wish", category="furniture/desk", direction="want"),
    item("book", category="books"),
]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    send(made.node, follow(made.node), THINGS)
    Follower(made.node).catch_up()
    return made


def page(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def said(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def test_all_categories_with_their_counts(browser: Browser) -> None:
    tree = page(browser, "/categories")
    links = {link.get("href"): said(link.getparent()) for link in tree.xpath("//main//h2/a")}
    chips = {link.get("href"): said(link) for link in tree.xpath("//main//a[@class='chip']")}
    assert set(links) | set(chips) == {f"/categories/{path}" for path in categories()}
    assert links["/categories/furniture"] == "Furniture 4"
    assert chips["/categories/furniture/desk"] == "Desks 2"


def test_a_category_has_its_listings_and_those_below(browser: Browser) -> None:
    tree = page(browser, "/categories/furniture")
    assert said(tree.find(".//main//h1")) == "Furniture"
    assert said(tree.xpath("//p[@class='lead']")[0]) == "3 offers, 1 wanted"
    assert sorted(said(title) for title in tree.xpath("//section[@aria-labelledby='new-title']//h3")) == [
        "A desk",
        "A hammock",
        "A sofa",
    ]
    assert [said(title) for title in tree.xpath("//section[@aria-labelledby='wanted-title']//h3")] == ["A wish"]
    links = set(tree.xpath("//main//a/@href"))
    assert {"/categories", "/categories/furniture/desk", "/search?category=furniture"} <= links
    assert {"/search.json?category=furniture", "/wanted?category=furniture"} <= links


def test_a_leaf_says_where_it_belongs_and_what_is_in_it(browser: Browser) -> None:
    tree = page(browser, "/categories/furniture/desk")
    assert [said(step) for step in tree.xpath("//nav[@class='crumbs']//li")] == ["Everything by kind", "Furniture"]
    assert "For example: " in said(tree.find(".//main//header"))
    assert said(tree.xpath("//p[@class='lead']")[0]) == "1 offer, 1 wanted"


def test_an_empty_category_can_be_followed(browser: Browser) -> None:
    tree = page(browser, "/categories/bikes")
    assert "Nothing of this kind is on the board just now." in said(tree.get_element_by_id("main"))
    assert tree.xpath("//a[@href='/search.atom?category=bikes']")


@pytest.mark.parametrize(
    ("path", "status", "location"),
    [
        pytest.param("furniture/hammock", 302, "/categories/furniture", id="unknown below a known one"),
        pytest.param("furniture/", 302, "/categories/furniture", id="slash at the end"),
        pytest.param("nothing", 404, None, id="unknown"),
        pytest.param("..%2f..", 404, None, id="no path"),
        pytest.param("a" * 3000, 404, None, id="very long"),
    ],
)
def test_other_paths(browser: Browser, path: str, status: int, location: str | None) -> None:
    answer = browser.get(f"/categories/{path}")
    assert (answer.status_code, answer.headers.get("Location")) == (status, location)


def test_the_front_and_a_search_for_one_category_lead_there(browser: Browser) -> None:
    assert page(browser, "/").xpath("//main//a[@href='/categories/furniture']")
    assert page(browser, "/search?category=furniture").xpath("//main//a[@href='/categories/furniture']")
    for other in ("q=desk&category=furniture", "category=furniture&category=books", "", "category=nothing"):
        assert not page(browser, f"/search?{other}").xpath("//main//a[starts-with(@href, '/categories/')]")


def test_a_search_with_rooms_or_loans_is_a_calendar_too(browser: Browser) -> None:
    days = {"available": {"from": "2026-12-10", "until": "2026-12-12"}}
    hall = item("hall", kind="space", action="host", category="space/hall", **days)
    [source] = [health.source for health in sources.health(browser.node)]
    send(browser.node, source, [*THINGS, hall])
    Follower(browser.node).catch_up()
    [link] = page(browser, "/search?q=hall").xpath("//main//a[@type='text/calendar']/@href")
    assert link == "/search.ics?q=hall"
    answer = browser.get(link)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert b"SUMMARY:A hall\r\n" in answer.data
    assert browser.client.get(link, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert page(browser, "/categories/space").xpath("//a[@type='text/calendar']/@href") == [
        "/search.ics?category=space"
    ]
    assert not page(browser, "/categories/furniture").xpath("//a[@type='text/calendar']")
    for query in ("q=desk", "action=give", "q=hall&action=give"):
        assert not page(browser, f"/search?{query}").xpath("//a[@type='text/calendar']")
