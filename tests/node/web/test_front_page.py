"""The front page of the catalogue for somebody who says where they are: by a tap, by typing, by their browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.catalogue import board
from node.web.portal.front_page import EACH, NEAR, NEW, PLACES
from tests.fakes.publisher import clock_of
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

EYE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}
ORTON = {"locality": "Orton", "lat": 52.54, "lon": -0.29}
SECTION = "//section[@aria-labelledby='near-title']"


def filled(home: Path) -> Browser:
    made = Browser(home)
    offers = [item(f"eye{number}", place=EYE) for number in range(3)] + [item("orton", place=ORTON), item("nowhere")]
    send(made.node, follow(made.node), [*offers, item("want", place=EYE, direction="want")])
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


def page(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def words(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def titles(section: Any) -> list[str]:
    return [words(title) for title in section.xpath(".//h3")]


def test_without_a_place_nothing_is_near_and_the_places_are_a_tap_away(browser: Browser) -> None:
    front = page(browser, "/")
    assert front.xpath(SECTION) == []
    chips = front.xpath("//nav[@class='places']//a")
    assert [words(chip) for chip in chips] == ["Eye", "Orton"]
    assert chips[0].get("href") == "/?near=Eye#near-title"
    assert front.xpath("//meta[@name='robots']") == []


@pytest.mark.parametrize("typed", ["Orton", "orton", " ORTON "])
def test_what_is_near_a_place_comes_nearest_first_with_how_far_it_is(browser: Browser, typed: str) -> None:
    answer = browser.get(f"/?near={quote(typed)}")
    front = html.fromstring(answer.get_data(as_text=True))
    [section] = front.xpath(SECTION)
    assert titles(section)[0] == "A orton"
    assert len(titles(section)) == 4, "what has no place, or is wanted, is not near"
    assert "miles" in words(section)
    assert words(section.xpath(".//h2")[0]) == f"Near {typed.strip()}"
    assert section.xpath(".//div[@class='row']/a/@href")[0] == f"/search?direction=offer&near={quote(typed.strip())}"
    assert [words(chip) for chip in front.xpath("//nav[@class='places']//a[@aria-current]")] == ["Orton"]
    assert front.get_element_by_id("near").get("value") == typed.strip()
    assert front.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert front.xpath("//link[@rel='canonical']/@href") == [browser.node.settings.url]
    assert answer.headers.getlist("Set-Cookie") == [], "it is remembered in the address alone"


def test_where_the_browser_says_somebody_is(browser: Browser) -> None:
    [section] = page(browser, "/?lat=52.601&lon=-0.191").xpath(SECTION)
    assert words(section.xpath(".//h2")[0]) == "Near you"
    assert titles(section)[0].startswith("A eye")
    assert "lat=52.601&lon=-0.191" in section.xpath(".//div[@class='row']/a/@href")[0]


def test_a_place_that_nobody_knows_is_said_at_its_field(browser: Browser) -> None:
    front = page(browser, "/?near=Timbuktu")
    assert front.xpath(SECTION) == []
    assert "Timbuktu" in words(front.get_element_by_id("near-error"))
    field = front.get_element_by_id("near")
    assert (field.get("value"), field.get("aria-invalid")) == ("Timbuktu", "true")
    assert titles(front.xpath("//section[@aria-labelledby='new-title']")[0])


@pytest.mark.parametrize(
    "query",
    [
        "near=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "near=%00%ff",
        "near=" + "x" * 5000,
        "lat=91&lon=x",
        "lat=nan&lon=inf",
        "lat=52",
        "near=Eye&near=Orton",
        "page=-1&cursor=x&sort=?",
    ],
)
def test_nothing_in_the_address_breaks_it_or_acts(browser: Browser, query: str) -> None:
    answer = browser.get(f"/?{query}")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_few_are_shown_of_each(own: Browser) -> None:
    other = follow(own.node, "https://other.example/", name="Other")
    many = [
        item(f"n{number}", "https://other.example/", place={**EYE, "locality": f"Place {number}"})
        | {"title": f"Number {number}"}
        for number in range(NEAR + 5)
    ]
    for number, one in enumerate(many):
        one["_sharefeed"]["organisation"] = {"id": f"{PARK}o/{number}", "name": f"Group {number}", "type": "charity"}
    send(own.node, other, many)
    Follower(own.node).catch_up()
    front = page(own, "/?near=Eye")
    assert len(titles(front.xpath(SECTION)[0])) == NEAR
    new = front.xpath("//section[@aria-labelledby='new-title']")[0]
    assert len(titles(new)) == NEW
    assert words(new).count("Park group") <= EACH
    assert len(front.xpath("//nav[@class='places']//a")) == PLACES


def test_places_are_counted_however_they_are_written(own: Browser) -> None:
    other = follow(own.node, "https://other.example/", name="Other")
    spelled = ["ORTON", "orton", " Orton  "]
    send(
        own.node,
        other,
        [item(f"o{n}", "https://other.example/", place={**ORTON, "locality": name}) for n, name in enumerate(spelled)],
    )
    names = board.places(own.node, 2)
    assert len(names) == 2
    assert {name.casefold() for name in names} == {"eye", "orton"}
    clock_of(own.node).moment += timedelta(days=400)
    assert board.places(own.node, 2) == [], "what is over is nowhere"


def test_an_empty_board_has_no_empty_boxes(tmp_path: Path) -> None:
    front = page(Browser(tmp_path / "bare"), "/?near=Eye")
    assert front.xpath(f"{SECTION} | //nav[@class='places'] | //*[@id='about-title'] | //*[@id='kinds-title']") == []
    assert "Nothing is on the board yet." in words(front)


def test_there_is_room_for_stories(browser: Browser) -> None:
    templates = browser.client.application.jinja_env
    assert "stories" in templates.get_template("portal/home.html").blocks
    assert "empty" not in words(page(browser, "/").xpath("//main")[0])
