"""Nothing shuts people out on any page there is: axe, the ring around the focus, motion, themes, widths and zoom.

The list of pages is that of the application's own addresses, so that none is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from examples.demo_network import Network
from examples.demo_processes import body_of
from node.app import create_app
from tests.e2e.everything import ADDRESSES, GONE, NOT_PAGES, Everything, is_a_page, sign_in
from tests.e2e.looking import WIDE, faults
from tests.e2e.visits import visit
from tests.fakes.publisher import publisher
from tools.pages import pictured_listing

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PAGES = [(view, number) for view, asked in ADDRESSES.items() for number in range(len(asked))]
OTHERS = ("a node's home", "a listing at home", "a static site", "a want that is met")


@pytest.fixture(scope="module")
def anybody(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One page for all addresses that anybody may go to, and what went wrong on it."""
    with visit(browser, width=WIDE) as (page, noted):
        page.emulate_media(reduced_motion="reduce")
        yield page, noted


@pytest.fixture(scope="module")
def operator(board: Everything, browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    """The same, signed in."""
    with visit(browser, width=WIDE) as (page, noted):
        page.emulate_media(reduced_motion="reduce")
        sign_in(page, board)
        yield page, noted


def test_every_view_that_answers_is_looked_at_or_is_no_page(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home", aggregate=True, mail_capture=True, node_url="http://127.0.0.1:8123/")
    rules = create_app(node).url_map.iter_rules()
    views = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    node.database.close()
    assert {view for view in views if is_a_page(view)} == ADDRESSES.keys(), "Name it in tests/e2e/everything.py."
    assert NOT_PAGES.keys() <= views


@pytest.mark.parametrize(("view", "number"), [pytest.param(*one, id=f"{one[0]}-{one[1]}") for one in PAGES])
def test_no_page_shuts_people_out(board: Everything, request: pytest.FixtureRequest, view: str, number: int) -> None:
    inside = view.startswith("control.") and not view.startswith("control.signing_in.")
    page, noted = request.getfixturevalue("operator" if inside else "anybody")
    noted.clear()
    page.set_viewport_size({"width": WIDE, "height": 900})
    address = ADDRESSES[view][number](board.node)
    answer = page.goto(board.at(address))
    assert answer is not None
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.status == GONE.get(address, 200)
    let_the_map_come(page)
    assert faults(page) == []
    assert [one for one in noted if address not in GONE] == []


def test_a_page_that_is_not_there_shuts_nobody_out(board: Everything, anybody: tuple[Page, list[str]]) -> None:
    page, _ = anybody
    page.set_viewport_size({"width": WIDE, "height": 900})
    answer = page.goto(board.at("/nowhere"))
    assert answer is not None
    assert answer.status == 404
    assert faults(page) == []


SAMPLE = """<!doctype html><html lang="en"><title>A page</title><meta name="viewport" content="width=device-width">
<style>#small {{ display: none }} @media (max-width: 500px) {{ #small {{ display: block }} }} {style}</style>
<main><h1>A page</h1><p id="all">Some text</p><p id="small">A narrow text {more}</p></main>"""
DARK = "@media (prefers-color-scheme: dark)"
SHOWN = [
    ("", "", []),
    ("#small { color: #ddd }", "", ["narrow and dark", "narrow"]),
    ("", "<img src='data:,'>", ["narrow and dark"]),
    ("#all { color: #ccc }", "", ["wide", "wide and dark", "narrow and dark"]),
    (
        f"{DARK} {{ html {{ background: #000; color: #fff }} #all {{ color: #333 }} }}",
        "",
        ["wide and dark", "narrow and dark"],
    ),
    ("h1 { width: 900px }", "", ["narrow and dark", "narrow", "at 200 %"]),
]


def test_what_shuts_people_out_is_found_wherever_it_shows(browser: Browser) -> None:
    with visit(browser, width=WIDE) as (page, _):
        for style, more, ways in SHOWN:
            page.set_content(SAMPLE.format(style=style, more=more))
            assert [fault.partition(":")[0] for fault in faults(page)] == ways, style or more


def let_the_map_come(page: Page) -> None:
    if page.locator("[data-map]:visible").count():
        page.locator("[data-map]").first.scroll_into_view_if_needed()
        page.locator("[data-map][data-ready]").first.wait_for()


def others(network: Network) -> dict[str, str]:
    """Pages of members, and of a listing that has a counterpart."""
    return {
        "a node's home": network.site("council").url,
        "a listing at home": pictured_listing(network)["url"],
        "a static site": network.site("charity").url,
        "a want that is met": wanted_listing(network),
    }


def wanted_listing(network: Network) -> str:
    """A want that some offer meets, or else the newest."""
    url = network.catalogue.url
    found = json.loads(body_of(f"{url}api/v1/listings?direction=want&limit=100"))["listings"]
    met = (one for one in found if json.loads(body_of(f"{url}api/v1/listings/{one['key']}/matches"))["matches"])
    return str(next(met, found[0])["url"])


@pytest.mark.parametrize("name", OTHERS)
def test_no_page_of_a_member_shuts_people_out(network: Network, browser: Browser, name: str) -> None:
    with visit(browser) as (page, noted):
        page.emulate_media(reduced_motion="reduce")
        page.goto(others(network)[name])
        assert faults(page) == []
        assert noted == []
