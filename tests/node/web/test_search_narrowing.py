"""What narrows a search: days and distances as plain links, what was typed wrong, and addresses that say it all."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from federation.facts import short_key
from node.search.follow import Follower
from node.search.request import SearchRequest
from node.services.aggregating import sources
from node.services.catalogue.search import FacetCount, FacetValue
from node.web.searching.days import in_words, usual_days
from node.web.searching.facets import MOST_SHOWN, facet_of
from node.web.searching.page import Addresses
from node.web.searching.reach import reach_of, within_words
from schemas.vocabulary import categories
from tests.fakes.publisher import START
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send
from tests.node.web.page_rendering import application

EYE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}
YAXLEY = {"locality": "Yaxley", "lat": 52.518, "lon": -0.256}
TODAY = START.date()


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    day = TODAY + timedelta(days=10)
    rooms = [
        item("hall", kind="space", action="host", category="space/hall", place=EYE),
        item("hut", kind="space", action="host", category="space/hall", available={"from": day.isoformat()}),
    ]
    things = [item(f"desk{number}", place=YAXLEY, category="furniture/desk") for number in range(3)]
    send(made.node, follow(made.node), [*rooms, *things])
    Follower(made.node).catch_up()
    return made


def page(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def titles(tree: Any) -> int:
    return len(tree.xpath("//ul[contains(@class, 'cards')]/li"))


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("today", "weekend", "week", "month"),
    [
        pytest.param(MONDAY, (28, 29), (30, 6), "In December", id="monday"),
        pytest.param(date(2026, 11, 28), (28, 29), (30, 6), "In December", id="saturday"),
        pytest.param(date(2026, 11, 29), (29, 29), (30, 6), "In December", id="what-is-left-on-sunday"),
        pytest.param(date(2026, 12, 31), (2, 3), (4, 10), "In January", id="over-the-year"),
        pytest.param(date(2027, 1, 31), (31, 31), (1, 7), "In February", id="a-long-month-before-a-short-one"),
    ],
)
def test_the_usual_days(today: date, weekend: tuple[int, int], week: tuple[int, int], month: str) -> None:
    with application().test_request_context("/"):
        days = dict(usual_days(today))
    assert days["Today"] == (today, today)
    assert tuple(day.day for day in days["This weekend"]) == weekend
    assert tuple(day.day for day in days["Next week"]) == week
    first, last = days[month]
    assert (first.day, (last + timedelta(days=1)).day, first > today) == (1, 1, True)
    assert all(first <= last for first, last in days.values())


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        pytest.param(date(2026, 12, 5), date(2026, 12, 12), "5–12 Dec 2026", id="both"),
        pytest.param(date(2026, 12, 5), date(2026, 12, 5), "5 Dec 2026", id="one-day"),
        pytest.param(date(2026, 12, 5), None, "from 5 Dec 2026", id="open-end"),
        pytest.param(None, date(2026, 12, 5), "until 5 Dec 2026", id="open-begin"),
    ],
)
def test_days_in_words(first: date | None, last: date | None, said: str) -> None:
    with application().test_request_context("/"):
        assert in_words(first, last) == said


def test_the_filter_of_days_is_there_for_rooms_and_loans_alone(browser: Browser) -> None:
    assert page(browser, "/search").xpath("//input[@name='from']")
    assert not page(browser, "/search?action=give").xpath("//input[@name='from']")
    assert page(browser, "/search?action=give&from=2026-12-05").xpath("//input[@name='from']/@value") == ["2026-12-05"]


def test_the_usual_days_are_links_that_can_be_undone(browser: Browser) -> None:
    tree = page(browser, "/search?action=host")
    links = {words(link): link.get("href") for link in tree.xpath("//ul[contains(@class, 'quick')]//a")}
    assert list(links)[:3] == ["Today", "This weekend", "Next week"]
    assert asked(links["Today"]) == {"action": ["host"], "from": [TODAY.isoformat()], "to": [TODAY.isoformat()]}
    today = page(browser, links["Today"])
    assert words(today.get_element_by_id("count")) == "1 listing"
    [current] = today.xpath("//ul[contains(@class, 'quick')]//a[@aria-current]")
    assert asked(current.get("href")) == {"action": ["host"]}


@pytest.mark.parametrize(
    ("query", "wrong", "kept", "said"),
    [
        pytest.param("from=2026-12-10&to=2026-12-01", "to", "2026-12-01", "before the first", id="turned-round"),
        pytest.param("from=soon&to=2026-12-01", "from", "soon", "“soon” is not a day", id="no-day"),
        pytest.param("to=%22%3E%3Cscript%3E", "to", '"><script>', "is not a day", id="hostile"),
    ],
)
def test_what_was_typed_wrong_is_kept_and_told(browser: Browser, query: str, wrong: str, kept: str, said: str) -> None:
    tree = page(browser, f"/search?{query}")
    field = tree.get_element_by_id(wrong)
    assert (field.get("value"), field.get("aria-invalid"), field.get("aria-describedby")) == (
        kept,
        "true",
        "days-error",
    )
    assert said in words(tree.get_element_by_id("days-error"))
    assert tree.xpath("//main//div[contains(@class, 'notice-bad')]//a/@href") == [f"#{wrong}"]
    assert all(above.get("open") is not None for above in field.iterancestors("details"))


@pytest.mark.parametrize(
    ("miles", "numbers", "words_", "kilometres"),
    [
        pytest.param(False, "1 2 5 10 25 50 Any", "Within 5\u00a0km", "5", id="kilometres"),
        pytest.param(True, "1 2 5 10 25 50 Any", "Within 5\u00a0miles", "8.047", id="miles"),
    ],
)
def test_distances_are_steps_to_addresses(miles: bool, numbers: str, words_: str, kilometres: str) -> None:
    asked_for = SearchRequest(q="desk", near="Eye", page=3)
    with application().test_request_context("/"):
        reach = reach_of(asked_for, Addresses("/free").of, miles, "Eye")
    assert " ".join(step.number for step in reach.steps) == numbers
    five = reach.steps[2]
    assert five.words == words_
    assert five.path == f"/free/search?q=desk&near=Eye&within={kilometres}"
    assert [step.number for step in reach.steps if step.current] == ["Any"]
    assert reach.steps[-1].path == "/free/search?q=desk&near=Eye"


def test_each_step_is_where_it_leads() -> None:
    asked_for = SearchRequest(lat=52.5, lon=-0.2)
    with application().test_request_context("/"):
        for miles in (False, True):
            for at, step in enumerate(reach_of(asked_for, Addresses("").of, miles).steps[:-1]):
                within = float(asked(step.path)["within"][0])
                there = reach_of(asked_for.changed(within=within), Addresses("").of, miles)
                assert [one.current for one in there.steps].index(True) == at
                assert len(there.steps) == 7
                assert there.steps[at].path == step.path


def test_another_distance_has_a_step_in_its_place() -> None:
    asked_for = SearchRequest(lat=52.5, lon=-0.2, within=3.456)
    with application().test_request_context("/"):
        reach = reach_of(asked_for, Addresses("").of, miles=False)
        assert within_words(3.456, miles=True) == "Within 2.1\u00a0miles"
    assert [step.number for step in reach.steps] == ["1", "2", "3.5", "5", "10", "25", "50", "Any"]
    assert [(step.number, asked(step.path)["within"]) for step in reach.steps if step.current] == [("3.5", ["3.456"])]


def test_distances_are_offered_where_there_is_a_place_to_measure_from(browser: Browser) -> None:
    assert not page(browser, "/search").xpath("//*[@data-reach]")
    tree = page(browser, "/search?near=Eye")
    assert words(tree.get_element_by_id("reach-title")) == "How far from Eye? miles"
    for path, title in (("/search?near=near+me&lat=52.6&lon=-0.19", "How far? miles"), ("/search?near=Timbuktu", None)):
        found = page(browser, path).xpath("//*[@id='reach-title']")
        assert [words(one) for one in found] == ([title] if title else [])


def test_a_place_by_its_name_stays_a_name_in_every_address(browser: Browser) -> None:
    tree = page(browser, "/search?near=Eye&within=8")
    # But for the link that waits, hidden, for the map to put its own middle in.
    main = [href for href in tree.xpath("//main//a[not(@hidden)]/@href") if href.startswith("/search?")]
    assert main
    assert [href for href in main if "lat" in asked(href)] == []
    assert asked(json_of_map(tree)["geojson"]) == {"near": ["Eye"], "within": ["8"]}
    assert json_of_map(tree)["centre"] == [52.6, -0.19]


def json_of_map(tree: Any) -> dict[str, Any]:
    import orjson

    settings: dict[str, Any] = orjson.loads(tree.get_element_by_id("map-data").text)
    return settings


def test_newest_near_a_place_is_kept_in_the_address(browser: Browser) -> None:
    tree = page(browser, "/search?near=Eye&sort=newest")
    assert words(tree.xpath("//ul[@class='sorts']//a[@aria-current]")[0]) == "Newest"
    assert tree.xpath("//form[@id='search']//input[@name='sort']/@value") == ["newest"]


def test_where_one_is_stays_in_the_form_until_a_place_is_typed(browser: Browser) -> None:
    here = page(browser, "/search?near=near+me&lat=52.518&lon=-0.256").forms[0].fields
    assert (here["near"], here["lat"], here["lon"]) == ("near me", "52.518", "-0.256")
    there = page(browser, "/search?near=Eye&lat=52.518&lon=-0.256")
    assert there.xpath("//input[@name='lat']/@disabled") == ["disabled"] or there.xpath(
        "//input[@name='lat'][@disabled]"
    )
    assert json_of_map(there)["centre"] == [52.6, -0.19]


def test_organisations_and_sources_are_called_by_their_names_and_left_one_by_one(browser: Browser) -> None:
    ours, other = short_key(f"{PARK}organisations/park"), "A" * 16
    tree = page(browser, f"/search?q=desk&organisation={ours}&organisation={other}&source=1&source=99")
    chips = {words(chip): asked(chip.get("href")) for chip in tree.xpath("//a[contains(@class, 'chip')]")}
    both = sorted([ours, other])
    assert chips == {
        "Remove filter: Park group": {"q": ["desk"], "organisation": [other], "source": ["1", "99"]},
        "Remove filter: One organisation": {"q": ["desk"], "organisation": [ours], "source": ["1", "99"]},
        "Remove filter: Park node": {"q": ["desk"], "organisation": both, "source": ["99"]},
        "Remove filter: One source": {"q": ["desk"], "organisation": both, "source": ["1"]},
    }


def test_a_point_of_the_map_is_told_and_can_be_left(browser: Browser) -> None:
    tree = page(browser, "/search?q=desk&lat=52.518&lon=-0.256&within=5")
    chips = {words(chip): chip.get("href") for chip in tree.xpath("//a[contains(@class, 'chip')]")}
    assert chips["Remove filter: Around a point on the map"] == "/search?q=desk"
    assert asked(chips["Remove filter: Within 3.1 miles"]) == {"q": ["desk"], "lat": ["52.518"], "lon": ["-0.256"]}


def test_of_a_status_it_is_said_which(browser: Browser) -> None:
    tree = page(browser, "/search?status=available&status=reserved")
    chips = {words(chip): chip.get("href") for chip in tree.xpath("//a[contains(@class, 'chip')]")}
    assert asked(chips["Remove filter: To be had now"]) == {"status": ["reserved"]}
    assert asked(chips["Remove filter: Reserved"]) == {"status": ["available"]}


@pytest.mark.parametrize("number", [4, 99, 9999])
def test_behind_the_last_page_is_the_last_page(browser: Browser, number: int) -> None:
    tree = page(browser, f"/search?limit=2&page={number}")
    assert titles(tree) == 1
    assert words(tree.xpath("//nav[@class='pager']//a[@aria-current]")[0]) == "Page 3"
    assert "showing 5 to 5" in words(tree.get_element_by_id("count"))


def test_of_a_long_facet_the_largest_are_shown_and_what_is_ticked_is_never_folded_away() -> None:
    values = tuple(FacetValue(f"c{number:02}", number + 1, number == 0, f"C {number}") for number in range(300))
    facet = facet_of(FacetCount("category", values))
    assert [option.count for option in facet.options] == list(range(300, 300 - MOST_SHOWN, -1))
    assert len(facet.options) + len(facet.rest) == 300
    assert facet.rest_open
    assert not facet_of(FacetCount("category", values[1:])).rest_open


def test_a_branch_is_unfolded_where_something_in_it_is_ticked_or_the_tree_is_small() -> None:
    def tree(size: int, ticked: bool) -> tuple[FacetValue, ...]:
        below = tuple(FacetValue(f"a/{n}", 1, ticked and n == 0, f"{n}") for n in range(size))
        return (
            FacetValue("a", size, False, "A", below),
            FacetValue("b", 1, False, "B", (FacetValue("b/x", 1, False),)),
        )

    assert [one.open for one in facet_of(FacetCount("category", tree(40, False))).options] == [False, False]
    assert [one.open for one in facet_of(FacetCount("category", tree(40, True))).options] == [True, False]
    assert [one.open for one in facet_of(FacetCount("category", tree(5, False))).options] == [True, True]


def test_hundreds_of_categories_fit_a_page(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    send(browser.node, follow(browser.node), [item(f"c{n}", category=path) for n, path in enumerate(categories())])
    Follower(browser.node).catch_up()
    tree = page(browser, "/search?category=toys")
    [facet] = tree.xpath("//details[@data-remember='category']")
    boxes = facet.xpath(".//input[@name='category']")
    assert {box.get("value") for box in boxes} == set(categories())
    folded = facet.xpath(".//details[not(@open)]//input")
    assert len(boxes) - len(folded) < 40
    assert not [box for box in folded if box.get("checked") is not None]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param(
            "",
            "Everything that organisations near you give, lend and offer for free: things, places and help.",
            id="everything",
        ),
        pytest.param(
            "?q=desk&near=Yaxley&category=furniture",
            "What organisations near you give, lend and offer for free: desk · Furniture · near Yaxley.",
            id="words, a filter and a place",
        ),
        pytest.param(
            "?direction=want",
            "What organisations near you are looking for, and you may have.",
            id="everything that is wanted",
        ),
        pytest.param("?direction=want&q=urn", "What organisations near you are looking for: urn.", id="what is wanted"),
        pytest.param(
            "?q=%22%3E%3Cb%3E",
            'What organisations near you give, lend and offer for free: "><b>.',
            id="text of strangers",
        ),
    ],
)
def test_those_who_list_pages_are_told_the_search_in_a_sentence(browser: Browser, query: str, said: str) -> None:
    assert page(browser, f"/search{query}").xpath("//head/meta[@name='description']/@content") == [said]


def test_such_a_sentence_is_never_long(browser: Browser) -> None:
    [said] = page(browser, f"/search?q={'tables+' * 100}").xpath("//head/meta[@name='description']/@content")
    assert len(said) <= 160


def test_events_are_a_tick_beside_the_days_and_links_on_their_own_page(browser: Browser) -> None:
    tick = "//input[@name='event' and @form='search']"
    assert not page(browser, "/search").xpath(tick)
    dates = [(TODAY + timedelta(days=gap)).isoformat() for gap in (1, 8)]
    workshop = item("mend", kind="skill", action="help", category="skill", expires=f"{dates[1]}T20:00:00Z")
    workshop["_sharefeed"]["event"] = {"dates": dates, "zone": "Europe/London", "starts": "18:00", "ends": "20:00"}
    again, *_ = sources.health(browser.node)
    send(browser.node, again.source, [workshop])
    Follower(browser.node).catch_up()
    [box] = page(browser, "/search").xpath(tick)
    assert not box.get("checked")
    there = f"/search?event=yes&from={dates[0]}&to={dates[0]}"
    tree = page(browser, there)
    assert (titles(tree), tree.xpath(tick)[0].get("checked")) == (1, "checked")
    assert tree.xpath("//a[@type='text/calendar']/@href") == [there.replace("/search?", "/search.ics?")]
    [chip] = [one for one in tree.xpath("//main//a[@class='chip']") if "Workshops, drop-ins" in words(one)]
    assert "event" not in asked(chip.get("href"))
    links = {words(one): one.get("href") for one in page(browser, "/events").xpath("//main//nav//a[@class='chip']")}
    assert asked(links["Today"]) == {"event": ["yes"], "from": [TODAY.isoformat()], "to": [TODAY.isoformat()]}
    assert titles(page(browser, links["Search among them"])) == 1
    week = asked(links["In the next seven days"])
    assert (week["from"], week["to"]) == ([TODAY.isoformat()], [(TODAY + timedelta(days=6)).isoformat()])
