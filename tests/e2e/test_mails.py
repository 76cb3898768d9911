"""Asking for mails, confirming and ending them in a real browser, with nothing for axe to find."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo_network import Network
from node.search.request import SearchRequest
from node.services.alerts import asking, choices, links
from node.services.identity import operator
from node.storage import alerts as stored
from tests.e2e.looking import overflow, violations
from tests.e2e.test_accessibility import wanted_listing
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def test_an_alert_from_the_search_to_its_end(network: Network, browser: Browser) -> None:
    url, width = network.catalogue.url, 1280
    with visit(browser, width=width, theme="dark") as (page, noted):
        page.goto(f"{url}search?q=desk")
        page.get_by_role("link", name="Tell me when something new fits").click()
        page.get_by_role("button", name="Tell me").click()
        expect(page.get_by_role("alert")).to_contain_text("Enter the address to write to.")
        well(page, width)
        page.get_by_label("Your e-mail address").fill("dora@example.org")
        page.get_by_role("button", name="Tell me").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Please look at your mails")
        well(page, width)
        page.get_by_role("link", name="See it in the mailbox").click()
        expect(page).to_have_url(f"{url}mailbox")
        well(page, width)
        page.get_by_role("link", name=f"{url}alerts/confirm/").first.click()
        expect(page.get_by_role("button", name="Yes, write to me")).to_be_visible()
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


def test_mails_about_a_want_and_the_link_that_was_lost(network: Network, browser: Browser) -> None:
    url, anna, width = network.catalogue.url, "anna@example.org", 320
    with visit(browser, width=width, theme="dark") as (page, noted):
        page.goto(wanted_listing(network))
        page.get_by_role("link", name="Tell me when something fits this").click()
        expect(page.get_by_role("button", name="Tell me")).to_be_visible()
        well(page, width)
        page.get_by_label("Your e-mail address").fill(anna)
        page.get_by_role("button", name="Tell me").click()
        page.goto(f"{url}mailbox")
        page.get_by_role("link", name=f"{url}alerts/confirm/").first.click()
        expect(page.get_by_role("main")).to_contain_text("What fits “")
        well(page, width)
        page.get_by_role("button", name="Yes, write to me").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("We will write to you")
        well(page, width)

        page.goto(f"{url}alerts/new?q=lamp")
        page.get_by_role("link", name="Change, pause or end them").click()
        expect(page.get_by_role("button", name="Send me the link")).to_be_visible()
        well(page, width)
        page.get_by_role("button", name="Send me the link").click()
        expect(page.get_by_role("alert")).to_contain_text("Enter the address to write to.")
        well(page, width)
        page.get_by_label("Your e-mail address").fill(anna)
        page.get_by_role("button", name="Send me the link").click()
        expect(page.get_by_role("main")).to_contain_text("the link to all of them is on its way there")
        well(page, width)
        page.get_by_role("link", name="See it in the mailbox").click()
        page.get_by_role("link", name=f"{url}alerts/manage/").first.click()
        expect(page.get_by_role("button", name="Stop these mails")).to_be_visible()
        well(page, width)
        page.get_by_role("button", name="Stop these mails").click()
        expect(page.get_by_role("status")).to_contain_text("Done")
        well(page, width)
        assert [line for line in noted if "422" not in line] == []


def test_the_way_out_of_a_mail_is_one_press(network: Network, browser: Browser) -> None:
    node, ben, width = network.catalogue.node, "ben@example.org", 320
    asking.ask(node, SearchRequest(q="desk"), "desk", asking.Asker(ben, "daily", "en", "192.0.2.7"))
    with node.database.read() as tx:
        [asked] = stored.of_person(tx, links.person_of(node, ben))
    choices.confirm(node, links.confirm_token(node, asked.id, node.now + 60))
    with visit(browser, width=width) as (page, noted):
        page.goto(links.stop_url(node, asked.id))
        expect(page.get_by_role("heading", level=1)).to_have_text("Shall we stop writing to you?")
        well(page, width)
        page.get_by_role("button", name="Stop these mails").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("No more mails about this")
        well(page, width)
        page.goto(links.stop_url(node, asked.id))
        expect(page.get_by_role("heading", level=1)).to_have_text("No more mails about this")
        well(page, width)
        page.goto(f"{links.manage_url(node, asked.person)}")
        well(page, width)
        assert noted == []


def test_the_operator_reads_what_would_be_sent(network: Network, browser: Browser) -> None:
    node, width = network.catalogue.node, 320
    asking.ask(node, SearchRequest(q="desk"), "desk", asking.Asker("cleo@example.org", "weekly", "en", "192.0.2.8"))
    with visit(browser, width=width, theme="dark") as (page, noted):
        page.goto(operator.new_link(node))
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{network.catalogue.url}control/mailbox")
        expect(page.get_by_role("main")).to_contain_text("cleo@example.org")
        well(page, width)
        page.get_by_role("link", name="The same as a page").first.click()
        # No script runs on this page, not even a test's.
        box = page.get_by_role("link", name="Yes, write to me").bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
        assert noted == []


def well(page: Page, width: int) -> None:
    assert violations(page) + overflow(page, width) == [], page.url
