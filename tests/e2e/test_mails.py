"""Asking for mails, confirming and ending them in a real browser, with nothing for axe to find."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo_network import Network
from tests.e2e.test_accessibility import violations
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("theme", "width"), [pytest.param("light", 320, id="light-320"), pytest.param("dark", 1280, id="dark-1280")]
)
def test_an_alert_from_the_search_to_its_end(network: Network, browser: Browser, theme: str, width: int) -> None:
    url = network.catalogue.url
    with visit(browser, width=width, theme=theme) as (page, noted):
        page.goto(f"{url}search?q=desk")
        page.get_by_role("link", name="Tell me when something new fits").click()
        page.get_by_role("button", name="Tell me").click()
        expect(page.get_by_role("alert")).to_contain_text("Enter the address to write to.")
        well(page, width)
        page.get_by_label("Your e-mail address").fill(f"{theme}@example.org")
        page.get_by_role("button", name="Tell me").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Please look at your mails")
        well(page, width)
        page.get_by_role("link", name="See it in the mailbox").click()
        well(page, width)
        page.get_by_role("link", name=f"{url}alerts/confirm/").first.click()
        well(page, width)
        page.get_by_role("button", name="Yes, write to me").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("We will write to you")
        well(page, width)
        page.get_by_role("link", name="All your mails from us").click()
        page.get_by_label("How often?").select_option("weekly")
        page.get_by_role("button", name="Change").click()
        expect(page.get_by_role("status")).to_contain_text("Changed")
        expect(page.get_by_label("How often?")).to_have_value("weekly")
        well(page, width)
        page.get_by_role("button", name="Pause these mails").click()
        expect(page.get_by_role("main")).to_contain_text("Nothing is sent about it")
        well(page, width)
        page.get_by_role("button", name="Delete everything about me").click()
        expect(page.get_by_role("main")).to_contain_text("No mails are sent to you")
        well(page, width)
        # The browser itself writes down that the form with a fault was answered with 422.
        assert [line for line in noted if "422" not in line] == []


def well(page: Page, width: int) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
