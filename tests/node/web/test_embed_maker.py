"""The page on which a frame for another website is made: what it gives to paste is whole, right and harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from federation.facts import short_key
from node.app import create_app
from node.search.follow import Follower
from node.services.catalogue import embedding
from node.services.listings.publishing import put_listings
from node.storage import catalogue
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, draft, publisher
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

KEY = short_key(f"{PARK}organisations/park")
HOSTILE = "\"><script>alert('1')</script>&amp;"


def filled(home: Path) -> Browser:
    made = Browser(home, node_name=f"Shares {HOSTILE}")
    named = {"id": f"{PARK}organisations/park", "name": f"Park {HOSTILE}", "type": "charity"}
    send(made.node, follow(made.node), [item("desk", organisation=named)])
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


def page(browser: Browser, path: str = "/embed/make") -> Any:
    answer = browser.get(path)
    assert answer.status_code == 200
    return html.fromstring(answer.text)


def pasted(tree: Any, number: int) -> Any:
    """What a browser makes of the text in a field, pasted into another page."""
    [text] = tree.xpath(f"//textarea[@id='code-{number}']/text()")
    return html.fragment_fromstring(text.strip(), create_parent="div")


def test_the_line_is_a_link_and_a_script_that_takes_its_place(browser: Browser) -> None:
    tree = page(browser, f"/embed/make?organisation={KEY}&limit=9&theme=dark&colour=%231E6B4A&direction=offer")
    link, script = pasted(tree, 1)
    assert (link.tag, link.get("href")) == ("a", f"{URL}search?direction=offer&organisation={KEY}")
    assert link.get("data-sharefeed") is not None
    assert link.text == f"Shared by Park {HOSTILE}, at Shares {HOSTILE}"
    assert dict(script.attrib) == {
        "async": "",
        "src": f"{URL}embed.js",
        "data-direction": "offer",
        "data-organisation": KEY,
        "data-limit": "9",
        "data-theme": "dark",
        "data-colour": "1e6b4a",
        "data-title": link.text,
    }
    assert script.text is None


def test_the_frame_is_one_that_stands_there(browser: Browser) -> None:
    tree = page(browser, f"/embed/make?organisation={KEY}&limit=3")
    [frame] = pasted(tree, 2)
    assert (frame.tag, frame.get("title")) == ("iframe", f"Shared by Park {HOSTILE}, at Shares {HOSTILE}")
    assert (frame.get("loading"), frame.get("referrerpolicy"), frame.get("width")) == ("lazy", "no-referrer", "100%")
    assert int(frame.get("height")) > 300
    assert browser.get(frame.get("src").removeprefix(URL.rstrip("/"))).status_code == 200
    [preview] = tree.xpath("//iframe/@src")
    assert preview == frame.get("src").removeprefix(URL.rstrip("/"))


def test_an_organisation_alone_is_linked_to_by_its_page(browser: Browser) -> None:
    tree = page(browser, f"/embed/make?organisation={KEY}")
    link, _script = pasted(tree, 1)
    assert link.get("href") == f"{URL}organisations/{KEY}"
    assert link.get("href") in tree.get_element_by_id("made").text_content()


def test_what_else_is_searched_for_is_kept(browser: Browser) -> None:
    query = "category=furniture&category=books&near=Helpston&organisation=aa&organisation=bb&q=desk"
    tree = page(browser, f"/embed/make?{query}")
    kept = [
        (field.get("name"), field.get("value"))
        for field in tree.xpath("//form[@data-embed-form]//input[@type='hidden']")
    ]
    assert sorted(kept) == sorted(
        [
            ("category", "books"),
            ("category", "furniture"),
            ("near", "Helpston"),
            ("organisation", "aa"),
            ("organisation", "bb"),
        ]
    )
    assert tree.get_element_by_id("q").get("value") == "desk"
    _link, script = pasted(tree, 1)
    assert script.get("data-category") == "books,furniture"
    assert script.get("data-organisation") == "aa,bb"


def test_organisations_can_be_chosen_by_name(browser: Browser) -> None:
    options = page(browser, f"/embed/make?organisation={KEY}").xpath("//select[@name='organisation']/option")
    assert [(option.get("value"), option.text, option.get("selected") is not None) for option in options] == [
        ("", "All organisations", False),
        (KEY, f"Park {HOSTILE}", True),
    ]


def test_one_without_listings_stays_chosen(browser: Browser) -> None:
    options = page(browser, "/embed/make?organisation=quiet").xpath("//select[@name='organisation']/option[@selected]")
    assert [option.get("value") for option in options] == ["quiet"]


def test_too_many_to_choose_from_are_not_listed(own: Browser) -> None:
    many = "https://many.example/"
    of = ({"id": f"{many}o/{n}", "name": f"N {n}", "type": "school"} for n in range(embedding.MOST_ORGANISATIONS))
    send(own.node, follow(own.node, many), [item(f"x{n}", many, organisation=one) for n, one in enumerate(of)])
    tree = page(own, f"/embed/make?organisation={KEY}")
    assert tree.xpath("//select[@name='organisation']") == []
    assert "begin at its page" in tree.text_content()
    assert tree.xpath("//form//input[@name='organisation']/@value") == [KEY]


def test_a_colour_that_is_none_is_said_and_left_out(browser: Browser) -> None:
    tree = page(browser, "/embed/make?colour=%3Cred%3E")
    field = tree.get_element_by_id("colour")
    assert (field.get("value"), field.get("aria-invalid")) == ("<red>", "true")
    assert tree.xpath("//*[@data-error-summary]//a/@href") == ["#colour"]
    assert "colour" not in tree.xpath("//iframe/@src")[0]


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 5000, "limit=-1&theme=%00&colour=%00&organisation=..%2F", "lat=1&lon=2", "page=99"]
)
def test_odd_parameters_are_left_out(browser: Browser, query: str) -> None:
    assert browser.get(f"/embed/make?{query}").status_code == 200


def test_it_is_led_to_from_where_one_would_look_for_it(browser: Browser) -> None:
    def leads(path: str) -> list[str]:
        return [str(h) for h in page(browser, path).xpath("//main//a/@href") if str(h).startswith("/embed/make")]

    assert leads(f"/organisations/{KEY}") == [f"/embed/make?organisation={KEY}"]
    assert leads("/search?q=desk&sort=newest&limit=2") == ["/embed/make?q=desk"]
    assert leads("/downloads/") == ["/embed/make"]


def test_a_small_publisher_makes_frames_too(tmp_path: Path) -> None:
    node = publisher(tmp_path / "small")
    put_listings(node, [draft(node)])
    client = client_of(create_app(node))
    assert html.fromstring(client.get("/").text).xpath("//a[@href='/embed/make']")
    [there] = html.fromstring(client.get("/organisations/riverside-school").text).xpath(
        "//a[contains(@href, '/embed/make')]/@href"
    )
    tree = html.fromstring(client.get(there).text)
    link, script = pasted(tree, 1)
    assert link.get("href") == f"{URL}organisations/riverside-school"
    assert tree.xpath("//*[@name='q']") == []
    assert "riverside-school.a" in client.get(f"/embed?organisation={script.get('data-organisation')}").text


def test_each_organisation_is_named_once(own: Browser) -> None:
    many = "https://many.example/"
    of = [{"id": f"{many}o/{n}", "name": f"N {n}", "type": "school"} for n in range(9)]
    items = [item(f"x{n}{m}", many, organisation=one) for n, one in enumerate(of) for m in range(3)]
    send(own.node, follow(own.node, many), items)
    with own.node.database.read() as tx:
        every = catalogue.some_organisations(tx, 100)
        assert catalogue.some_organisations(tx, 4) == every[:4]
    assert sorted(name for _key, name in every) == sorted([f"Park {HOSTILE}", *(one["name"] for one in of)])
