"""An operator gives the catalogue another face, which nobody sees before it is published; and takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo_network import Network
from node.context import Node
from node.services.configuration import appearance
from node.services.configuration.appearance import SETTINGS_ALONE
from node.services.identity import operator
from node.web.appearance.brand import shades
from tests.e2e.looking import overflow, violations
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
NAME, COLOUR, PALE = "Fenland Shares", "#663399", "#ffee00"
LIGHT, DARK = ("rgb({}, {}, {})".format(*bytes.fromhex(shade.colour[1:])) for shade in shades(COLOUR))
WIDTH = 320


@pytest.fixture
def node(network: Network) -> Iterator[Node]:
    """The catalogue; whatever was prepared or published is taken back."""
    made = network.catalogue.node
    yield made
    state = appearance.state(made)
    if state.draft:
        appearance.discard(made, state.draft.mark)
    if state.published and state.published.values:
        appearance.go_back(made, SETTINGS_ALONE, state.published.id, "tests")


def well(page: Page) -> None:
    assert violations(page) + overflow(page, WIDTH) == [], page.url


def shown_to_everyone(page: Page, network: Network) -> tuple[str, str]:
    """The name on the front page and the colour of its button, for a visitor."""
    page.goto(network.catalogue.url)
    colour = page.locator(".ask-submit").evaluate("button => getComputedStyle(button).backgroundColor")
    return page.locator(".site-brand").inner_text().strip(), str(colour)


def test_from_the_draft_to_everyone_and_back(network: Network, node: Node, browser: Browser) -> None:
    with visit(browser, width=WIDTH) as (page, noted), visit(browser) as (visitor, noted_by_visitor):
        before = shown_to_everyone(visitor, network)
        page.goto(operator.new_link(node))
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Appearance").click()
        page.locator("#brand_colour").fill(PALE)
        expect(page.locator("[data-verdict]")).to_contain_text("darkened, so that it can be read")
        page.locator("#node_name").fill(NAME)
        page.locator("[data-colour-picker]").fill(COLOUR)
        expect(page.locator("#brand_colour")).to_have_value(COLOUR)
        well(page)
        page.get_by_role("button", name="Save and look at it").last.click()
        page.wait_for_url("**/control/appearance/preview")
        framed = page.frame_locator("iframe")
        expect(framed.locator(".site-brand")).to_have_text(re.compile(NAME))
        expect(framed.locator(".ask-submit")).to_have_css("background-color", LIGHT)
        well(page)
        page.get_by_role("link", name="Dark", exact=True).click()
        expect(page.frame_locator("iframe").locator(".ask-submit")).to_have_css("background-color", DARK)
        page.get_by_role("link", name="Open this page by itself").click()
        preview = page.get_by_role("region", name="Preview")
        expect(preview).to_contain_text("This is a preview.")
        well(page)
        assert shown_to_everyone(visitor, network) == before
        preview.get_by_role("button", name="Publish it").click()
        expect(page.get_by_role("status").first).to_contain_text("Everyone sees it now.")
        assert shown_to_everyone(visitor, network) == (NAME, LIGHT)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("status").first).to_contain_text("earlier version again")
        assert shown_to_everyone(visitor, network) == before
        assert noted + noted_by_visitor == []
