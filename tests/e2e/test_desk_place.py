"""A map to press for where something is, at the desk: over fields that do without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services.desk.place import PRECISIONS, told
from node.services.identity.members import OWNER
from node.services.organisations import hosting
from schemas.place import Place
from tests.e2e.looking import overflow, violations
from tests.e2e.test_desk_photos import SLUG, sign_in
from tests.e2e.test_desk_photos import node as node
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE, HERE = 390, (52.573312, -0.244098)


def point(page: Page) -> tuple[float, float]:
    return float(page.locator("#lat").input_value()), float(page.locator("#lon").input_value())


def choose(page: Page, precision: str) -> None:
    page.locator(f"input[name=precision][value={precision}]").check()


def shown(page: Page) -> list[float]:
    """The circle that is drawn, as latitude, longitude and metres."""
    return [float(part) for part in str(page.locator("#place-map").get_attribute("data-told")).split()]


def test_a_point_is_pressed_moved_and_told_no_more_exactly_than_was_chosen(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{sign_in(page, node)}/listings/new/give")
        expect(page.locator("#place-map")).to_be_hidden()
        assert not [address for address in asked if "leaflet" in address or "/map" in address]
        page.get_by_role("button", name="Show a map").click()
        board = page.get_by_role("application", name="A map to press")
        expect(board).to_be_focused()
        expect(board).to_have_attribute("data-ready", "")
        page.keyboard.press("ArrowUp")
        started = point(page)
        expect(page.locator("[data-map-said]")).to_contain_text("People will see this very point.")
        assert page.locator("#place-map path").count() == 0
        page.keyboard.press("ArrowRight")
        assert (point(page)[0], point(page)[1] > started[1]) == (started[0], True)
        board.click(position={"x": 250, "y": 200})
        pressed = point(page)
        assert pressed[0] < started[0]
        for precision, metres in PRECISIONS.items():
            choose(page, precision)
            lat, lon = point(page)
            seen = told(Place(lat=lat, lon=lon), precision)
            assert shown(page) == pytest.approx([seen.lat, seen.lon, metres], abs=0.00001), precision
            assert page.locator("#place-map path").count() == (0 if precision == "door" else 1)
        assert len(page.locator("#lat").input_value().partition(".")[2]) == 2
        expect(page.locator("[data-map-said]")).to_contain_text(
            "only see the circle: up to about 5 km from its middle."
        )
        before = point(page)
        page.locator("#place-map").press("ArrowLeft")
        assert point(page)[1] < before[1]
        choose(page, "street")
        page.get_by_text("The point in numbers").click()
        page.locator("#lat").fill("52,5")
        page.locator("#lon").fill("-0.25")
        expect(page.locator("[data-map-said]")).to_contain_text("52.5, -0.25.")
        small = page.evaluate(
            "[...document.querySelectorAll('[data-point] button, #place-map a')].filter(one => one.offsetParent)"
            ".map(one => one.getBoundingClientRect()).filter(({width, height}) => Math.min(width, height) < 44).length"
        )
        assert small == 0
        assert violations(page) == []
        assert overflow(page, PHONE) == []
        # What the map filled in is saved like what was typed.
        expect(page.locator("[data-saved]")).to_have_text("Saved")
        page.get_by_role("button", name="Hide the map").click()
        expect(board).to_be_hidden()
        assert noted == []


def test_an_organisation_says_that_it_is_where_this_device_is(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        page.context.set_geolocation({"latitude": HERE[0], "longitude": HERE[1]})
        page.context.grant_permissions(["geolocation"])
        desk = sign_in(page, node, OWNER)
        page.goto(f"{desk}/profile")
        choose(page, "area")
        page.get_by_role("button", name="Use where I am now").click()
        expect(page.locator("[data-here-status]")).to_have_text("Filled in.")
        assert point(page) == (52.573, -0.244)
        page.get_by_role("button", name="Show a map").click()
        expect(page.locator("#place-map")).to_have_attribute("data-ready", "")
        drawn = shown(page)
        assert violations(page) == []
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("status").first).to_be_visible()
        own = hosting.organisation(node, SLUG)
        assert own is not None
        place = own.organisation.place
        assert place is not None
        assert drawn == pytest.approx([place.lat, place.lon, place.precision_m], abs=0.00001)
        assert noted == []


def test_without_scripts_the_fields_are_there_and_no_map_is(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE, scripts=False) as (page, noted):
        page.goto(f"{sign_in(page, node)}/listings/new/give")
        page.get_by_text("The point in numbers").click()
        expect(page.locator("#lat")).to_be_visible()
        for name in ("Show a map", "Use where I am now"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        expect(page.locator("#place-map")).to_be_hidden()
        assert noted == []
