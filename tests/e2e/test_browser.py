"""What a person does with a browser: finds a desk that is given away, and follows it home. With and without scripts."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo_network import Network
from tests.e2e.visits import visit
from tools.pages import addresses

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
# With scripts the button says what it leads to, a moment after the first tick.
APPLY = re.compile("Apply filters|Show results")
WITH_AND_WITHOUT = [pytest.param(True, 1280, id="with scripts, wide"), pytest.param(False, 320, id="without, narrow")]


def counted(page: Page) -> int:
    """The number in the heading above the results."""
    words = page.locator("#count").inner_text()
    found = re.match(r"[\d,]+", words)
    assert found, words
    return int(found[0].replace(",", ""))


def open_filters(page: Page) -> None:
    """Unfold what is folded, as one must without scripts or on a small screen."""
    if not page.get_by_role("button", name=APPLY).is_visible():
        page.locator("details.filters > summary").click()


def tick(page: Page, facet: str, choice: str) -> None:
    group = page.locator("details.facet", has=page.locator(f"input[name='{facet}']"))
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    group.locator(f"input[value='{choice}']").check()


@pytest.mark.parametrize(("scripts", "width"), WITH_AND_WITHOUT)
def test_a_person_finds_a_desk_and_follows_it_home(
    network: Network, browser: Browser, scripts: bool, width: int
) -> None:
    homes = {urlsplit(site.url).netloc for site in network.sites}
    with visit(browser, scripts=scripts, width=width) as (page, noted):
        page.goto(network.catalogue.url)
        page.get_by_label("What are you looking for?").fill("desk")
        # Not by its button, over which suggestions may lie by now.
        page.get_by_label("What are you looking for?").press("Enter")
        page.wait_for_url("**/search?*q=desk*")
        everything = counted(page)
        open_filters(page)
        tick(page, "kind", "item")
        tick(page, "action", "give")
        tick(page, "direction", "offer")
        page.get_by_role("button", name=APPLY).click()
        page.wait_for_url("**/search?*action=give*")
        assert 0 < counted(page) < everything
        signs = page.locator("[data-card] .card-marks .tag").all_inner_texts()
        assert signs
        assert {sign.strip() for sign in signs} == {"Give"}
        first = page.locator("[data-card] .card-title a").first
        first.click()
        title = page.locator("h1").inner_text()
        assert "desk" in title.casefold()
        page.get_by_role("link", name=re.compile("See it at its home")).click()
        page.wait_for_url(lambda url: urlsplit(url).netloc in homes)
        expect(page.locator("h1")).to_have_text(title)
        assert noted == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_that_was_chosen_lasts(network: Network, browser: Browser, theme: str) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    with visit(browser, theme=other) as (page, noted):
        page.goto(network.catalogue.url)
        page.locator(f"[data-theme-switch] button[value='{theme}']").click()
        page.goto(addresses(network)["sources"])
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        assert noted == []


def test_photographs_come_from_the_portal_itself(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.goto(addresses(network)["listing"])
        photo = page.locator(".listing-photo img").first
        expect(photo).to_have_attribute("src", re.compile(r"^/photos/"))
        assert photo.get_attribute("alt")
        photo.evaluate("image => image.decode()")
        assert photo.evaluate("image => image.naturalWidth") > 100
        assert noted == []
