"""The portal by keyboard alone, in the reader's own colours, and without motion."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.everything import ADDRESSES, Everything
from tests.e2e.looking import HERE, script, see_as, violations
from tests.e2e.test_accessibility import let_the_map_come
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
MOST_TABS = 120
_SEEN = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const ringed = (at) => {
    const style = getComputedStyle(at);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const around = [];
  for (let at = one; at; at = at.parentElement) around.push(at);
  const where = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return one === document.body || (where && around.some(ringed)) ? "" : one.outerHTML.slice(0, 120);
}"""
_MOVES = """() => {
  window.moved = [];
  const moving = ({ classList }) => [...classList].filter((name) => /(pan|zoom)-anim$/.test(name));
  const look = ({ target }) => window.moved.push(...moving(target));
  const watch = new MutationObserver((changes) => changes.forEach(look));
  watch.observe(document.getElementById("map"), { subtree: true, attributes: true, attributeFilter: ["class"] });
}"""
_PICTURES = """() => {
  const found = new Map();
  for (const one of document.querySelectorAll("svg")) {
    const box = one.getBoundingClientRect();
    const name = `${one.getAttribute("class")} ${one.querySelector("use")?.getAttribute("href") ?? ""}`;
    if (!one.checkVisibility({ visibilityProperty: true }) || box.width < 8 || found.has(name)) continue;
    found.set(name, { name, x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height });
  }
  return [...found.values()];
}"""


def address(board: Everything, view: str, number: int = 0) -> str:
    return board.at(ADDRESSES[view][number](board.node))


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until what is wanted has the focus; wherever it comes meanwhile, it is seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(_SEEN) == ""
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"Tab does not come to {wanted}")


def test_a_person_finds_a_thing_and_reports_it_without_a_mouse(board: Everything, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.goto(board.url)
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Skip to the content")
        page.keyboard.press("Enter")
        expect(page.locator("main:focus")).to_have_count(1)
        tab_to(page, page.get_by_label("What are you looking for?"))
        page.keyboard.type("lamp")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?*")
        tab_to(page, page.locator("input[name='action'][value='give']"))
        page.keyboard.press("Space")
        tab_to(page, page.locator(".filters-go button"))
        page.keyboard.press("Enter")
        page.wait_for_url("**action=give**")
        tab_to(page, page.locator("[data-card] a", has_text="A lamp").first)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("A lamp")
        tab_to(page, page.get_by_role("link", name="Ask for this").locator("visible=true"))
        tab_to(page, page.get_by_role("link", name="Report something wrong with this listing"))
        page.keyboard.press("Enter")
        page.wait_for_url("**/report")
        tab_to(page, page.get_by_role("radio").first)
        page.keyboard.press("Space")
        tab_to(page, page.locator("main form").get_by_role("button"))
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_contain_text("Thank you")
        assert noted == []


def test_photos_are_looked_at_without_a_mouse(board: Everything, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.goto(address(board, "pages.listing"))
        second = page.get_by_role("link", name="Photo 2 of 3")
        tab_to(page, second)
        page.keyboard.press("Enter")
        viewer = page.get_by_role("dialog", name="Photos")
        expect(viewer.get_by_role("img", name="The kitchen beside it")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("ArrowRight")
        expect(viewer).to_contain_text("The tent for the garden 3/3")
        tab_to(page, viewer.get_by_role("button", name="Next photo"))
        page.keyboard.press("Enter")
        expect(viewer.get_by_role("img", name="A hall with a stage")).to_be_visible()
        page.keyboard.press("Escape")
        expect(viewer).to_be_hidden()
        expect(second).to_be_focused()
        assert noted == []


@pytest.mark.parametrize(("ground", "chosen"), [("light", "dark"), ("dark", "light")])
def test_no_picture_vanishes_in_the_readers_own_colours(
    board: Everything, browser: Browser, ground: str, chosen: str
) -> None:
    blank = browser.new_page()
    with visit(browser) as (page, _):
        # What was chosen here says nothing of the colours that they have set for everything.
        page.goto(board.url)
        page.locator(f"[data-theme-switch] button[value='{chosen}']").click()
        for view in ("portal.home", "portal.search", "pages.listing", "sources.network"):
            page.goto(address(board, view))
            let_the_map_come(page)
            see_as(page, dark=ground == "dark", forced=True)
            boxes: list[Any] = page.evaluate(_PICTURES)
            shot = base64.b64encode(page.screenshot(full_page=True)).decode()
            assert boxes
            assert blank.evaluate(script(HERE / "seen.js"), {"shot": shot, "boxes": boxes}) == [], view
    blank.close()


def test_a_map_jumps_for_those_who_want_no_motion(board: Everything, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.emulate_media(reduced_motion="reduce")
        page.goto(address(board, "portal.search", 1))
        let_the_map_come(page)
        page.evaluate(_MOVES)
        page.locator("#map").focus()
        for key in ("ArrowRight", "+", "ArrowUp", "-"):
            page.keyboard.press(key)
            page.wait_for_timeout(50)
        page.evaluate("location.hash = '#map=13/52.58/-0.25'")
        page.wait_for_url(re.compile("#map=13/"))
        page.locator("#map .leaflet-marker-icon.pin, #map .cluster").first.focus()
        page.keyboard.press("Enter")
        page.locator("#map .popup, #map .leaflet-marker-icon").first.wait_for()
        assert page.evaluate("moved") == []
        assert noted == []
