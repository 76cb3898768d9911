"""The network's page: a note for each node, with a badge that says no more than is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from federation.records import HELD, PLAIN, QUARANTINED, SHOWN, Source
from node.services.aggregating.sources import Health
from node.web.portal.sources import badge_of
from node.web.wording.code_words import VOCABULARIES
from tests.fakes.publisher import START, clock_of
from tests.fakes.sites import PARK, document, item
from tests.node.web.aggregator import Browser, follow, send

OTHER = "https://other.example/"
SOON = (START + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
READ = Source(1, f"{PARK}feed.json", PARK, "Park node", "json", "L1", last_read_at=9, last_full_at=9)


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "home")


def page(browser: Browser) -> Any:
    return html.fromstring(browser.text("/sources"))


def words(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def notes(browser: Browser) -> dict[str, str]:
    """What each note says, by the node's name."""
    return {words(note.xpath(".//h3")[0]): words(note) for note in page(browser).xpath("//article")}


@pytest.mark.parametrize(
    ("source", "counts", "badge"),
    [
        pytest.param(replace(READ, last_read_at=None, last_full_at=None), {}, "unread", id="not read yet"),
        pytest.param(replace(READ, verified_at=9), {SHOWN: 3}, "identical", id="verified"),
        pytest.param(replace(READ, verified_at=9), {SHOWN: 3, HELD: 1}, "partly", id="some is held"),
        pytest.param(replace(READ, verified_at=9), {QUARANTINED: 1}, "partly", id="some breaks a rule"),
        pytest.param(replace(READ, verified_at=8, reread_at=9), {SHOWN: 3}, "differs", id="differs now"),
        pytest.param(replace(READ, level="L0"), {SHOWN: 3}, "static", id="a list that states no sum"),
        pytest.param(replace(READ, level=PLAIN), {SHOWN: 3}, "plain", id="a plain feed"),
        pytest.param(replace(READ, level=PLAIN, last_full_at=None), {}, "plain", id="a plain feed, just read"),
        pytest.param(
            replace(READ, level=PLAIN, last_read_at=None, last_full_at=None), {}, "unread", id="plain, unread"
        ),
    ],
)
def test_a_badge_says_no_more_than_is_known(source: Source, counts: dict[str, int], badge: str) -> None:
    assert badge_of(Health(source, counts)) == badge


def test_a_note_has_the_area_the_badge_and_what_is_shown(browser: Browser) -> None:
    source = follow(browser.node, node_document=document(area={"name": "Woodston"}).decode())
    group = {"id": f"{PARK}organisations/two", "name": "Second group", "type": "charity"}
    send(browser.node, source, [item("a"), item("b"), item("c", organisation=group), item("d", price=5)])
    note = notes(browser)["Park node"]
    for said in ("Woodston", "Identical, partly shown 9 days ago", "listings3", "organisations2", "kept out1"):
        assert said in note


def test_what_has_expired_is_counted_no_more(browser: Browser) -> None:
    send(browser.node, follow(browser.node), [item("a"), item("b", expires=SOON)])
    assert "2" in notes(browser)["Park node"]
    clock_of(browser.node).pass_by(days=3)
    figures = page(browser).xpath("//article//dd/text()")
    assert figures == ["1", "1"]


def test_each_node_is_counted_by_itself(browser: Browser) -> None:
    send(browser.node, follow(browser.node), [item("a"), item("b")])
    send(browser.node, follow(browser.node, OTHER, name="Other node"), [item("c", OTHER)])
    follow(browser.node, "https://third.example/", name="Third node")
    dds = {
        words(note.xpath(".//h3")[0]): note.xpath(".//dd/text()") for note in page(browser).xpath("//article[@class]")
    }
    assert dds == {"Park node": ["2", "1"], "Other node": ["1", "1"], "Third node": ["0", "0"]}
    assert "Not read yet" in notes(browser)["Third node"]


def test_one_that_is_not_well_says_so_and_the_others_do_not(browser: Browser) -> None:
    follow(browser.node, failures=9, last_polled_at=1, last_message="It did not answer.")
    follow(browser.node, OTHER, name="Other node", last_polled_at=browser.node.now, due_at=browser.node.now)
    assert "Not answering It did not answer." in notes(browser)["Park node"]
    assert "Well" not in notes(browser)["Other node"]


def test_every_badge_is_explained(browser: Browser) -> None:
    follow(browser.node)
    terms = [words(term) for term in page(browser).xpath("//dl[@class='legend']//dt")]
    assert terms == list(VOCABULARIES["badge"].values())
    assert all(words(meaning) for meaning in page(browser).xpath("//dl[@class='legend']//dd"))


def test_it_says_how_to_join_unless_nobody_may(browser: Browser, tmp_path: Path) -> None:
    follow(browser.node)
    join = page(browser).xpath("//section[@aria-labelledby='join-title']")[0]
    assert len(join.xpath(".//ol/li")) == 3
    assert set(join.xpath(".//a/@href")) == {"/sources/propose", "/how-it-works"}
    closed = Browser(tmp_path / "closed", proposals=False)
    follow(closed.node)
    assert page(closed).xpath("//section[@aria-labelledby='join-title']") == []


def test_what_a_node_calls_itself_is_text(browser: Browser) -> None:
    nasty = '"><script>alert(1)</script>'
    follow(browser.node, name=nasty, node_document=document(area={"name": nasty}).decode())
    assert "<script>alert" not in browser.text("/sources")
