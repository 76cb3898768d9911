"""Cards that are drawn once: the same as drawn anew, and never older than the listing, the day or the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.pictures import proxy
from node.storage import photos as stored
from node.web.portal import drawn
from tests.fakes.publisher import clock_of
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send


def thing(title: str, **members: Any) -> dict[str, Any]:
    """A listing that is called so; always the same one."""
    return {**item("a", **members), "title": title}


PLACE = {"locality": "Eye", "lat": 52.6, "lon": -0.19, "precision_m": 100}


class City(Browser):
    """An aggregator that reads one source."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.source = follow(self.node)

    def publish(self, *items: dict[str, Any]) -> None:
        send(self.node, self.source, items)
        Follower(self.node).catch_up()

    def cards(self, query: str = "") -> list[str]:
        """The cards of a search as HTML."""
        tree = html.fromstring(self.text(f"/search?{query}"))
        return [html.tostring(card, encoding="unicode").strip() for card in tree.xpath("//article[@data-card]")]

    def said(self, query: str = "") -> str:
        return " ".join(" ".join(html.fromstring(card).text_content().split()) for card in self.cards(query))

    def drawings(self) -> int:
        """How many cards are kept."""
        return len(self.client.application.extensions["sharefeed.frames"])


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path / "home")


QUERIES = ["", "q=chair", "near=Eye", "q=chair&near=Eye", "lat=52.61&lon=-0.2&within=25"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_kept_card_is_the_card_as_drawn_anew(city: City, query: str) -> None:
    other = {**item("b", status="reserved"), "title": "<b>Chairs</b> & more"}
    city.publish(thing("A chair", place=PLACE), other)
    first = city.cards(query)
    kept = city.drawings()
    assert first
    assert city.cards(query) == first
    assert city.drawings() == kept
    city.client.application.extensions["sharefeed.frames"].clear()
    assert city.cards(query) == first


def test_distances_are_those_of_each_search(city: City) -> None:
    city.publish(item("a", place=PLACE))
    assert "about 6.2 miles" in city.said("lat=52.69&lon=-0.19")
    assert "about 12.4 miles" in city.said("lat=52.78&lon=-0.19")
    assert "miles" not in city.said()
    assert city.drawings() == 2, "one with a distance, one without"


def test_a_changed_listing_is_drawn_anew(city: City) -> None:
    city.publish(thing("A chair"))
    assert "A chair" in city.said()
    city.publish(thing("A bench"))
    assert "A bench" in city.said()
    assert "A chair" not in city.said()


def test_what_is_new_today_is_new_yesterday_tomorrow(city: City) -> None:
    city.publish(item("a"))
    assert "new today" in city.said()
    clock_of(city.node).pass_by(days=1)
    assert "new yesterday" in city.said()


def test_a_picture_is_shown_as_soon_as_there_is_a_copy(city: City) -> None:
    address = "https://park.example/chair.jpg"
    city.publish(item("a", images=[{"url": address, "alt": "The chair"}]))
    assert "<img" not in city.cards()[0]
    assert city.drawings() == 0
    with city.node.database.write() as tx:
        stored.ready(tx, proxy.key_of(address), 960, 720, city.node.now)
    assert 'alt="The chair"' in city.cards()[0]
    assert city.drawings() == 1


def test_a_picture_that_went_is_missed_within_ten_minutes(city: City) -> None:
    address = "https://park.example/chair.jpg"
    city.publish(item("a", images=[{"url": address, "alt": "The chair"}]))
    city.cards()
    with city.node.database.write() as tx:
        stored.ready(tx, proxy.key_of(address), 960, 720, city.node.now)
    city.cards()
    with city.node.database.write() as tx:
        stored.forget(tx, [proxy.key_of(address)])
    clock_of(city.node).pass_by(seconds=drawn.FRESH_S)
    assert "<img" not in city.cards()[0]


def test_what_was_found_is_marked_and_the_rest_is_escaped(city: City) -> None:
    said = {"content_text": "An <i>oak</i> desk & chairs, <script>alert(1)</script> to collect."}
    city.publish({**thing("<b>Chair</b>, red"), **said})
    [card] = city.cards("q=chairs")
    assert "&lt;b&gt;<mark>Chair</mark>&lt;/b&gt;, red" in card
    assert "An &lt;i&gt;oak&lt;/i&gt; desk &amp; <mark>chairs</mark>, &lt;script&gt;alert(1)" in card
    [other] = city.cards("q=oak")
    assert "&lt;b&gt;Chair&lt;/b&gt;, red" in other
    assert "<mark>oak</mark>" in other
    assert "<mark>" not in "".join(city.cards())


def test_another_name_says_why_a_listing_is_there(city: City) -> None:
    city.publish(thing("Two seater settee", category="furniture/sofa"))
    assert "Also called “settee”" in city.said("q=sofa")
    assert "Also called" not in city.said("q=settee")


def test_what_is_full_on_some_of_the_days_asked_for_says_so(city: City) -> None:
    full = {"full": ["2026-12-03", "2026-12-05", "2026-12-20"]}
    city.publish(thing("Hall", kind="space", action="host", available=full))
    said = "Full on 3 December, 5 December, free on another day that you asked for"
    assert said in city.said("from=2026-12-02&to=2026-12-06")
    assert said.replace("3 December, ", "") in city.said("from=2026-12-04&to=2026-12-06")
    assert "Full on" not in city.said("from=2026-12-06&to=2026-12-09") + city.said()
    assert city.cards("from=2026-12-03&to=2026-12-03") == []
