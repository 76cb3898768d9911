"""Wants and offers find each other: on the wanted board, on their own pages, and in the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from federation.facts import short_key
from node.search.follow import Follower
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

HERE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}
AWAY = {"locality": "Orton", "lat": 52.618, "lon": -0.19}
CLUB = {"id": f"{PARK}organisations/club", "name": "Homework club", "type": "school"}
DESKS = {"category": "furniture/desk", "action": "give", "kind": "item"}


def titled(name: str, title: str, **members: Any) -> dict[str, Any]:
    return {**item(name, **members), "title": title}


WANT = titled("want", "Desks for homework", direction="want", organisation=CLUB, place=HERE, **DESKS)
OFFER = titled("desk", "Oak desk", place=AWAY, **DESKS)
OTHERS = [
    titled("chair", "Office chair", category="furniture/chair"),
    titled("own", "Desk of our own", organisation=CLUB, place=HERE, **DESKS),
    titled("lamp", "Lamp wanted", direction="want", category="other"),
]


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "home")


def fill(browser: Browser, items: list[dict[str, Any]]) -> None:
    send(browser.node, follow(browser.node), items)
    Follower(browser.node).catch_up()


def key(name: str) -> str:
    return short_key(f"{PARK}listings/{name}")


def page(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def said(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def test_the_board_shows_wants_with_how_many_offers_fit(browser: Browser) -> None:
    fill(browser, [WANT, OFFER, *OTHERS])
    tree = page(browser, "/wanted")
    notes = {said(note.find(".//h3")): said(note) for note in tree.xpath("//main//article")}
    assert set(notes) == {"Desks for homework", "Lamp wanted"}
    assert "1 offer fits now" in notes["Desks for homework"]
    assert "fit" not in notes["Lamp wanted"]
    links = [said(link) for link in tree.xpath("//main//a[@class='chip']")]
    assert links == [
        "Everything",
        "Furniture (1)",
        "Other (1)",
    ]
    assert tree.xpath("//nav[@aria-label='Main']//a[@href='/wanted']")


def test_the_board_of_one_category(browser: Browser) -> None:
    fill(browser, [WANT, *OTHERS])
    tree = page(browser, "/wanted?category=furniture")
    assert [said(title) for title in tree.xpath("//main//h3")] == ["Desks for homework"]
    assert said(tree.xpath("//main//a[@aria-current='page']")[0]) == "Furniture (1)"
    assert tree.xpath("//a[contains(@href, '/search.atom?direction=want&category=furniture')]")


def test_each_want_shows_the_best_that_fits_and_why(browser: Browser) -> None:
    far = titled("far", "Desk far away", place={"locality": "Ely", "lat": 52.8, "lon": -0.19}, **DESKS)
    fill(browser, [WANT, far, OFFER, *OTHERS])
    [met] = page(browser, "/wanted").xpath("//main//article//div[@class='want-met']")
    assert "2 offers fit now" in said(met)
    assert [(said(link), link.get("href")) for link in met.xpath(".//a")] == [("Oak desk", f"/listings/{key('desk')}")]
    [match, _] = browser.get(f"/api/v1/listings/{key('want')}/matches").get_json()["matches"]
    assert " ".join(match["why"].split()) in said(met)


NEAR = titled("near", "Chairs for Eye", direction="want", organisation=CLUB, place=HERE, category="furniture/chair")
ELY = {"locality": "Ely", "lat": 52.8, "lon": -0.19}
FAR = titled("far", "Chairs for Ely", direction="want", organisation=CLUB, place=ELY, category="furniture/chair")


def titles(tree: Any) -> list[str]:
    return [said(title) for title in tree.xpath("//main//h3")]


def test_the_board_around_a_place_is_a_plain_link_away(browser: Browser) -> None:
    fill(browser, [FAR, NEAR])
    tree = page(browser, "/wanted?category=furniture")
    links = {said(link): link.get("href") for link in tree.xpath("//nav[@aria-label='Only near one place']//a")}
    assert links["Eye"] == "/wanted?category=furniture&near=Eye&within=8.047"
    around = page(browser, links["Eye"])
    assert titles(around) == ["Chairs for Eye"]
    assert around.xpath("//nav[@aria-label='Only near one place']//a[@aria-current='true']/text()") == ["Eye"]
    assert around.xpath("//form[@action='/wanted']/input[@name='category']/@value") == ["furniture"]
    wider = around.xpath("//nav[@data-reach]//a[@aria-label='Any distance']/@href")
    assert titles(page(browser, wider[0])) == ["Chairs for Eye", "Chairs for Ely"], "the nearest first"
    newest = page(browser, wider[0]).xpath("//nav[@aria-label='Order']//a[text()='Newest']/@href")
    assert newest == ["/wanted?category=furniture&near=Eye&sort=newest"]
    assert page(browser, links["Everywhere"]).xpath("//nav[@aria-label='Order']") == []


def test_a_place_that_nobody_knows_is_said(browser: Browser) -> None:
    fill(browser, [NEAR])
    tree = page(browser, "/wanted?near=Atlantis&within=5")
    assert "We do not know a place called “Atlantis”." in said(tree.get_element_by_id("main"))
    assert titles(tree) == ["Chairs for Eye"]
    assert tree.get_element_by_id("near").get("value") == "Atlantis"


def test_where_nothing_is_wanted_the_way_out_is_everything(browser: Browser) -> None:
    fill(browser, [NEAR, OFFER])
    tree = page(browser, "/wanted?category=books&near=Eye")
    assert "of this kind, or near there" in said(tree.get_element_by_id("main"))
    assert tree.xpath("//main//a[text()='Show everything that is wanted']/@href") == ["/wanted"]


def test_before_there_is_an_index_the_board_says_to_look_again(browser: Browser) -> None:
    assert "being prepared" in said(page(browser, "/wanted").get_element_by_id("main"))


@pytest.mark.parametrize("query", ["", "?category=nothing/here", "?page=9", "?category=%00&page=x"])
def test_an_empty_board_says_how_to_post(browser: Browser, query: str) -> None:
    fill(browser, [OFFER])
    tree = page(browser, f"/wanted{query}")
    assert "Nobody is looking" in said(tree.get_element_by_id("main"))
    assert tree.xpath("//main//a[@href='/wanted/new']")


@pytest.mark.parametrize(
    ("name", "heading", "other"),
    [
        pytest.param("want", "On the board now, and it fits", "Oak desk", id="a want"),
        pytest.param("desk", "Somebody is looking for this", "Desks for homework", id="an offer"),
    ],
)
def test_a_listing_shows_its_other_side(browser: Browser, name: str, heading: str, other: str) -> None:
    fill(browser, [WANT, OFFER, *OTHERS])
    [section] = page(browser, f"/listings/{key(name)}").xpath("//section[@aria-labelledby='partners-title']")
    assert said(section.find(".//h2")) == heading
    assert [said(title) for title in section.xpath(".//h3")] == [other]
    assert "Both name “desks”, same category (Desk), about 1.2 miles" in said(section)


def test_the_two_sides_may_come_from_different_nodes(browser: Browser) -> None:
    there = "https://other.example/"
    lender = {"id": f"{there}organisations/works", "name": "Works", "type": "business"}
    offer = {**item("desk", there, organisation=lender, place=AWAY, **DESKS), "title": "Oak desk"}
    send(browser.node, follow(browser.node, there, name="Other node"), [offer])
    fill(browser, [WANT, *OTHERS])
    theirs, ours = short_key(f"{there}listings/desk"), key("want")
    for path, other in ((ours, theirs), (theirs, ours)):
        section = page(browser, f"/listings/{path}").xpath("//section[@aria-labelledby='partners-title']")[0]
        assert section.xpath(".//h3//a/@href") == [f"/listings/{other}"]
        [match] = browser.get(f"/api/v1/listings/{path}/matches").get_json()["matches"]
        assert match["listing"]["key"] == other
    [met] = page(browser, "/wanted").xpath("//div[@class='want-met']")
    assert met.xpath(".//a/@href") == [f"/listings/{theirs}"]


@pytest.mark.parametrize("name", ["chair", "own", "lamp"])
def test_a_listing_without_another_side_shows_none(browser: Browser, name: str) -> None:
    fill(browser, [WANT, OFFER, *OTHERS])
    assert not page(browser, f"/listings/{key(name)}").xpath("//*[@id='partners-title']")


def test_the_api_explains_each_match(browser: Browser) -> None:
    fill(browser, [WANT, OFFER, *OTHERS])
    answer = browser.get(f"/api/v1/listings/{key('want')}/matches").get_json()
    assert answer["direction"] == "offer"
    [match] = answer["matches"]
    assert match["listing"]["key"] == key("desk")
    assert match["reasons"] == [
        {"code": "things", "values": ["desks", "desk"]},
        {"code": "category", "values": ["furniture/desk"]},
        {"code": "distance", "values": [], "km": 2.0},
    ]
    assert match["why"].startswith("Both name “desks”")
    back = browser.get(f"/api/v1/listings/{key('desk')}/matches").get_json()
    assert (back["direction"], back["matches"][0]["score"]) == ("want", match["score"])
    assert browser.get(f"/api/v1/listings/{key('chair')}/matches").get_json()["matches"] == []


def test_the_api_has_no_matches_of_what_is_not_there(browser: Browser) -> None:
    send(browser.node, follow(browser.node), [WANT])
    assert browser.get(f"/api/v1/listings/{key('want')}/matches").status_code == 503
    assert browser.get("/api/v1/listings/nothing/matches").status_code == 404
