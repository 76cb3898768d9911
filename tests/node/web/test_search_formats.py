"""A search has the same results as a page, as JSON Feed, as Atom, over the API, as points and as a calendar."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from lxml import etree, html

from bench.entries import NOW, hand_written
from node.search.follow import Follower
from node.storage import catalogue
from tests.fakes.publisher import clock_of
from tests.node.web.aggregator import Browser

ATOM = "{http://www.w3.org/2005/Atom}"
CHOICES: dict[str, tuple[str, ...]] = {
    "q": ("", "", "desk", "sofa", "hall", "projetcor", "chairs for a club", "nothing of that kind", "books -polish"),
    "direction": ("", "offer", "want"),
    "kind": ("", "", "item", "space", "equipment"),
    "action": ("", "", "give", "lend", "host", "help"),
    "category": ("", "", "furniture", "space", "it/laptop", "no/such"),
    "organisation_type": ("", "", "school", "business"),
    "condition": ("", "", "", "good", "for_parts"),
    "near": ("", "", "Millfield", "Woodston", "Atlantis"),
    "within": ("", "2", "5", "40"),
    "from": ("", "", "2026-12-10", "2027-03-01"),
    "to": ("", "", "2026-12-20", "2027-05-01"),
    "sort": ("newest", "newest", "nearest", "relevance"),
}


def searches(count: int) -> Iterator[str]:
    """So many different searches, the same each time."""
    dice = random.Random(3)
    for _ in range(count):
        asked = {name: dice.choice(values) for name, values in CHOICES.items()}
        if asked["to"] and asked["from"] > asked["to"]:
            asked["to"] = ""
        yield urlencode({name: value for name, value in asked.items() if value})


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("formats") / "home", api_rate_per_minute=0)
    clock_of(made.node).moment = NOW
    with made.node.database.write() as tx:
        catalogue.apply(tx, list(hand_written()), [], made.node.now - 86_400)
    Follower(made.node).catch_up()
    yield made
    made.node.database.close()


def over_the_api(browser: Browser, query: str) -> tuple[int, list[dict[str, Any]]]:
    """The total, and everything that the search finds, page by page."""
    found: list[dict[str, Any]] = []
    path = f"/api/v1/listings?{query}&limit=100"
    while path:
        answer = browser.get(path).get_json()
        assert "listings" in answer, answer
        found += answer["listings"]
        path = (answer["next"] or "").removeprefix("https://share.example.org")
    return answer["total"], found


def on_the_page(browser: Browser, query: str) -> list[str]:
    tree = html.fromstring(browser.text(f"/search?{query}"))
    return [link.get("href").rpartition("/")[2] for link in tree.xpath("//section[@aria-labelledby='count']//h3/a")]


@pytest.mark.parametrize("query", list(searches(40)))
def test_every_format_has_what_the_page_has(browser: Browser, query: str) -> None:
    total, listings = over_the_api(browser, query)
    assert len(listings) == total
    ids, keys = [one["item"]["id"] for one in listings], [one["key"] for one in listings]

    assert on_the_page(browser, query) == keys[:24]
    if total > 24:
        assert on_the_page(browser, f"{query}&page=2") == keys[24:48]

    feed = browser.get(f"/search.json?{query}&limit=100").get_json()
    assert [item["id"] for item in feed["items"]] == ids[:100]
    assert feed["items"] == [one["item"] for one in listings[:100]]
    entries = etree.fromstring(browser.get(f"/search.atom?{query}&limit=100").data).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == ids[:100]

    points = browser.get(f"/search.geojson?{query}").get_json()["features"]
    placed = [one["key"] for one in listings if "lat" in one["item"]["_sharefeed"].get("place", {})]
    assert sorted(point["id"] for point in points) == sorted(placed)

    assert sorted(events(browser, query)) == sorted(_of_a_calendar(listings, query))


def events(browser: Browser, query: str) -> list[str]:
    body = browser.get(f"/search.ics?{query}").data.replace(b"\r\n ", b"").decode()
    return re.findall(r"^UID:(.*?)\r$", body, re.MULTILINE)


def _of_a_calendar(listings: list[dict[str, Any]], query: str) -> Iterator[str]:
    """Rooms and loans that name a day: offers, unless wants are asked for."""
    wanted = "want" if "direction=want" in query else "offer"
    for one in listings:
        told = one["item"]["_sharefeed"]
        if told["action"] in ("host", "lend") and told["direction"] == wanted and told.get("available"):
            yield one["item"]["id"]


@pytest.mark.parametrize("query", ["q=desk", "category=furniture", "kind=space&near=Millfield&within=5"])
def test_without_an_order_a_feed_has_the_newest_first_and_the_same_listings(browser: Browser, query: str) -> None:
    _, by_age = over_the_api(browser, f"{query}&sort=newest")
    _, usual = over_the_api(browser, query)
    feed = browser.get(f"/search.json?{query}&limit=100").get_json()
    assert [item["id"] for item in feed["items"]] == [one["item"]["id"] for one in by_age][:100]
    assert {item["id"] for item in feed["items"]} == {one["item"]["id"] for one in usual[:100]}


def test_what_is_over_is_in_none_of_them(browser: Browser) -> None:
    clock = clock_of(browser.node)
    before = clock.moment
    clock.pass_by(days=91)
    try:
        assert over_the_api(browser, "") == (0, [])
        assert on_the_page(browser, "") == []
        assert browser.get("/search.json").get_json()["items"] == []
        assert orjson.loads(browser.get("/search.geojson").data)["features"] == []
        assert events(browser, "") == []
    finally:
        clock.moment = before
    assert clock.moment - before == timedelta()
