"""What a listing's page says of where it came from: names, the way it took, and how our copy compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from federation.facts import short_key
from federation.records import HELD, MOVED, QUARANTINED, Source
from node.storage import events, mirror
from node.storage import sources as stored
from node.web.portal.origins import comparison_of
from tests.fakes.publisher import clock_of
from tests.fakes.sites import NOW, PARK, item
from tests.node.web import view_model_factories as make
from tests.node.web.aggregator import Browser, follow, send
from tests.node.web.page_rendering import render

DESK = item()
PAGE = f"/listings/{short_key(DESK['id'])}"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "home")


def route(browser: Browser, path: str = PAGE) -> Any:
    return html.fromstring(browser.text(path)).xpath("//section[@aria-labelledby='route-title']")[0]


def words(tree: Any) -> str:
    return " ".join(tree.text_content().split())


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({}, "unread", id="not read yet"),
        pytest.param({"last_full_at": 5}, "silent", id="read to the end, nothing to compare"),
        pytest.param({"last_full_at": 5, "verified_at": 5}, "identical", id="compared"),
        pytest.param({"last_full_at": 5, "verified_at": 5, "reread_at": 9}, "differs", id="differs since"),
        pytest.param({"reread_at": 9}, "differs", id="never the same"),
    ],
)
def test_how_a_source_compares(members: dict[str, int], expected: str) -> None:
    assert comparison_of(replace(Source(1, PARK, PARK, "Park", "json", "L1"), **members)) == expected


def test_it_names_its_source_and_leads_to_it_and_home(browser: Browser) -> None:
    source = follow(browser.node)
    send(browser.node, source, [DESK])
    section = route(browser)
    assert "Read from Park node. The listing at its home." in words(section)
    assert section.xpath(".//a/@href") == [f"/sources/{source.id}", DESK["url"]]
    assert "park.example" not in words(section)
    assert "Last verified identical with its home on 22 November, 10:00 (9 days ago)." in words(section)


def test_the_comparison_has_its_moment(browser: Browser) -> None:
    send(browser.node, follow(browser.node), [DESK])
    clock_of(browser.node).moment = NOW + timedelta(hours=3)
    assert "identical with its home on 22 November, 10:00 (3 hours ago)" in words(route(browser))


def test_without_a_digest_it_says_that_nothing_can_be_compared(browser: Browser) -> None:
    send(browser.node, follow(browser.node), [DESK], count=None, digest=None)
    assert "cannot be compared with its home, as that feed states no digest" in words(route(browser))
    network = html.fromstring(browser.text("/sources"))
    assert words(network.xpath("//p[@class='node-badge']")[0]) == "A list without a check sum"
    assert "states no check sum" in words(network)
    assert "states no digest" in browser.text("/sources/1")


def test_the_source_page_says_what_happened_to_it(browser: Browser) -> None:
    source = follow(browser.node)
    assert "What happened" not in browser.text(f"/sources/{source.id}")
    with browser.node.database.write() as tx:
        events.note(tx, source.id, MOVED, "It was at https://old.example/ before.", browser.node.now)
    text = browser.text(f"/sources/{source.id}")
    assert "What happened" in text
    assert "It was at https://old.example/ before." in text


def test_a_copy_that_differs_says_so(browser: Browser) -> None:
    source = follow(browser.node)
    send(browser.node, source, [DESK], digest="0" * 64)
    assert "differed. It is read again from the start" in words(route(browser))
    badge = html.fromstring(browser.text("/sources")).xpath("//p[@class='node-badge']")[0]
    assert words(badge) == "Differs, is read again"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        pytest.param(HELD, "waiting for a person to look at it.", id="held"),
        pytest.param(QUARANTINED, "waiting for its publisher to put something right.", id="quarantined"),
    ],
)
def test_an_older_version_says_what_the_newest_waits_for(browser: Browser, state: str, said: str) -> None:
    source = follow(browser.node)
    send(browser.node, source, [DESK])
    send(browser.node, source, [item(category="dragons/green")])
    with browser.node.database.write() as tx:
        row = mirror.known(tx, source.id, [DESK["id"]])[DESK["id"]]
        assert row.state == QUARANTINED
        mirror.set_state(tx, [replace(row, state=state)])
    text = words(route(browser))
    assert f"An older version is shown: the newest one is {said}" in text
    assert "identical" not in text
    assert "A newer version of this listing cannot be shown yet" in browser.text(PAGE)


def test_a_removal_that_waits_is_told(browser: Browser) -> None:
    source = follow(browser.node)
    chairs = [item(f"chair{number}") for number in range(30)]
    send(browser.node, source, [DESK, *chairs])
    send(browser.node, source, chairs[:1])
    assert "no longer in the list of its source" in words(route(browser))


def test_what_was_passed_on_names_each_node_that_is_known(browser: Browser) -> None:
    far, odd = "https://far.example/", "https://odd.example/"
    follow(browser.node, far, name="Far node", state="suspended")
    passed = item(base=odd, via=[odd, far])
    send(browser.node, follow(browser.node), [passed], count=None, digest=None)
    section = route(browser, f"/listings/{short_key(passed['id'])}")
    assert [words(step) for step in section.xpath(".//ol/li")] == ["odd.example", "Far node", "Park node"]
    assert section.xpath(".//ol/li/a/@href") == [odd, "/sources/1", "/sources/2"]


@pytest.mark.parametrize(
    ("passed_on", "said"),
    [
        pytest.param(False, "Last verified identical with its home on 22 November, 13:57", id="at its home"),
        pytest.param(True, "identical with the source that passed it on, on 22 November, 13:57", id="passed on"),
    ],
)
def test_what_was_passed_on_was_not_compared_with_its_home(passed_on: bool, said: str) -> None:
    page = replace(make.listing(), origin=make.origin("identical", passed_on=passed_on))
    assert said in words(html.fromstring(render("portal/listing.html", page, make.site())))


def test_a_node_that_moved_is_still_the_home(browser: Browser) -> None:
    source = follow(browser.node)
    send(browser.node, source, [DESK])
    with browser.node.database.write() as tx:
        stored.change(tx, source.id, node_id="https://new.example/", former_ids=f'["{PARK}"]')
    assert "Last verified identical with its home" in words(route(browser))


def dates(browser: Browser, items: Sequence[dict[str, Any]]) -> str:
    send(browser.node, follow(browser.node), items)
    return words(route(browser).xpath("./p[@class='muted']")[0])


@pytest.mark.parametrize(
    ("members", "said"),
    [
        pytest.param({}, "Published 22 November (9 days ago).", id="published when last changed"),
        pytest.param(
            {"date_published": "2026-11-22T08:00:00Z"}, "Published 22 November (9 days ago).", id="changed on that day"
        ),
        pytest.param(
            {"date_published": "2026-11-02T08:00:00Z"},
            "Published 2 November (4 weeks ago). Changed 22 November (9 days ago).",
            id="changed later",
        ),
    ],
)
def test_a_day_is_said_once(browser: Browser, members: dict[str, str], said: str) -> None:
    assert dates(browser, [{**DESK, **members}]) == said


def test_the_same_things_are_shown_beside_it(browser: Browser) -> None:
    from node.search.follow import Follower

    send(browser.node, follow(browser.node), [DESK, item("table", category="furniture/table")])
    Follower(browser.node).catch_up()
    page = html.fromstring(browser.text(PAGE))
    assert page.xpath("//section[@aria-labelledby='similar-title']//h3/a/text()") == ["A table"]
