"""Reading without a connection, and installing: what a browser keeps, what it never keeps, and how it forgets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from federation.facts import short_key
from tests.e2e.boards import Place, place_with
from tests.e2e.looking import violations
from tests.e2e.visits import WAIT_MS
from tests.fakes.pictures import difference
from tests.fakes.sites import PARK, item
from tools.icons import FOLDER, ICONS, drawn

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]
PAGES = "sharefeed / pages"
LISTING = f"listings/{short_key(f'{PARK}listings/desk')}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_with([item("desk"), item("lamp")], tmp_path) as made:
        yield made


@contextmanager
def device(browser: Browser, **more: Any) -> Iterator[tuple[BrowserContext, Page]]:
    """A browser that may keep pages."""
    context = browser.new_context(locale="en-GB", service_workers="allow", **more)
    context.set_default_timeout(WAIT_MS)
    try:
        yield context, context.new_page()
    finally:
        context.close()


def kept(page: Page) -> list[str]:
    """The pages that are kept, the oldest first, as paths."""
    found: list[str] = page.evaluate(
        "async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url.slice(location.origin.length))",
        PAGES,
    )
    return found


def look(page: Page, address: str) -> None:
    """Look at a page until the worker has kept it."""
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function(
        "async ([name, address]) => Boolean(await (await caches.open(name)).match(address))", arg=[PAGES, page.url]
    )


def shells(page: Page) -> list[str]:
    return [name for name in page.evaluate("caches.keys()") if name.startswith("sharefeed / shell ")]


def test_what_was_looked_at_can_be_read_without_a_connection_and_nothing_else_is_kept(
    place: Place, browser: Browser
) -> None:
    with device(browser, viewport={"width": 320, "height": 900}, color_scheme="dark") as (context, page):
        look(page, f"{place.url}search?q=desk")
        line, title = page.locator("[data-offline-line]"), page.locator("[data-card] .card-title").first.inner_text()
        expect(line).to_be_hidden()
        look(page, f"{place.url}{LISTING}")
        for path in (
            "control/",
            "alerts/new?q=desk",
            "sources/propose",
            f"{LISTING}/report",
            "search?lat=52.5&lon=-0.2",
        ):
            page.goto(place.url + path)
        look(page, f"{place.url}wanted")
        assert kept(page) == ["/search?q=desk", f"/{LISTING}", "/wanted"]

        context.set_offline(True)
        page.goto(f"{place.url}search?q=desk")
        assert page.locator("[data-card] .card-title").first.inner_text() == title
        expect(line).to_contain_text("You are offline. This page is as of ")
        # With its looks: the sheet that gives a card its edge was kept as well.
        assert page.locator(".card").first.evaluate("card => getComputedStyle(card).borderRadius") == "10px"
        answer = page.goto(f"{place.url}control/")
        assert answer is not None
        assert answer.status == 503
        expect(line).to_contain_text("the page that you wanted is not kept on this device")
        assert page.locator("h1").inner_text() == "Kept on this device"
        expect(page.locator("[data-kept-list] a")).to_have_count(3)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        page.locator("[data-kept-list] a").nth(1).click()
        page.wait_for_url(f"{place.url}{LISTING}")
        context.set_offline(False)
        line.get_by_role("link", name="Try again").click()
        expect(line).to_be_hidden()


def test_an_upgrade_replaces_what_was_kept_and_an_operator_or_a_reader_takes_it_back(
    place: Place, browser: Browser
) -> None:
    with device(browser) as (context, page):
        look(page, place.url)
        [first] = shells(page)
        tools = context.new_cdp_session(page)
        assert tools.send("Page.getAppManifest")["errors"] == []
        errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        # A context of its own is what Playwright gives every test, and the one thing that speaks against it here.
        assert {error["errorId"] for error in errors} <= {"in-incognito"}

        place.put(node_name="Another name")
        page.evaluate("caches.open('somebody else').then(() => true)")
        page.goto(place.url)
        page.wait_for_function(
            "async (old) => !(await caches.has(old)) && (await caches.keys()).some((name) => name.includes(' shell '))",
            arg=first,
        )
        assert len(shells(page)) == 1

        page.goto(f"{place.url}offline")
        page.get_by_role("button", name="Keep nothing here from now on").click()
        expect(page.locator("[data-kept-panel]").get_by_role("status")).to_have_text(
            "It is forgotten, and nothing is kept from now on."
        )
        page.goto(f"{place.url}wanted")
        assert page.evaluate("navigator.serviceWorker.getRegistrations().then((found) => found.length)") == 0
        assert shells(page) == []
        page.goto(f"{place.url}privacy")
        page.get_by_role("button", name="Keep pages here again").click()
        look(page, f"{place.url}wanted")

        place.put(node_name="Another name", offline_reading=False)
        page.goto(place.url)
        page.wait_for_function("async () => (await caches.keys()).join() === 'somebody else'")
        page.wait_for_function("async () => (await navigator.serviceWorker.getRegistrations()).length === 0")
        page.goto(f"{place.url}wanted")
        assert page.locator("[data-offline-line]").count() == 0


def test_little_is_kept_and_not_for_long(place: Place, browser: Browser) -> None:
    fill = """async ([name, count, at]) => {
        const cache = await caches.open(name);
        for (let n = 0; n < count; n += 1) {
            await cache.put(`/listings/made-up-${n}`, new Response("<html >x", { headers: { "X-Kept-At": at } }));
        }
    }"""
    with device(browser) as (context, page):
        look(page, place.url)
        page.evaluate(fill, [PAGES, 60, "2999-01-01T00:00:00Z"])
        look(page, f"{place.url}wanted")
        page.wait_for_function("async (name) => (await (await caches.open(name)).keys()).length === 60", arg=PAGES)
        assert kept(page)[-1] == "/wanted"
        assert "/listings/made-up-0" not in kept(page)
        assert "/listings/made-up-9" in kept(page)
        page.evaluate(fill, [PAGES, 60, "2020-01-01T00:00:00Z"])
        context.set_offline(True)
        page.goto(f"{place.url}listings/made-up-7")
        assert page.locator("h1").inner_text() == "Kept on this device"


def test_the_icons_are_drawn_from_the_drawings_beside_them(browser: Browser) -> None:
    for name, picture in drawn(browser):
        assert difference(picture, (FOLDER / name).read_bytes()) < 2, f"{name}: run python -m tools.icons"
    assert {path.name for path in FOLDER.glob("*.png")} == set(ICONS)
