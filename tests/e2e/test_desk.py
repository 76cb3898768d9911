"""Twelve chairs are put online from a phone in a store room: with a script, without one, and without a connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services import publishing
from tests.e2e.looking import overflow, violations
from tests.e2e.test_desk_photos import node as node
from tests.e2e.test_desk_photos import sign_in
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390


def well(page: Page) -> None:
    assert violations(page) == [], page.url
    assert overflow(page, PHONE) == [], page.url


def begin(page: Page, desk: str) -> None:
    page.goto(f"{desk}/listings")
    page.get_by_role("link", name="Share something").first.click()
    page.get_by_role("link", name="Give something").click()
    page.get_by_label("What is it?").fill("Twelve chairs")
    page.get_by_label("How many?").fill("12")
    page.get_by_label("Town, village or part of town").fill("Werrington")


def publish(page: Page, node: Node) -> None:
    page.get_by_role("button", name="Look at it").last.click()
    expect(page.get_by_text("This is how people will see it.")).to_be_visible()
    page.get_by_role("button", name="Publish it").click()
    expect(page.get_by_role("heading", name="It is online")).to_be_visible()
    (row,) = publishing.listings(node)
    assert (row.listing().quantity.available, row.listing().category) == (12, "furniture/chair")


def test_twelve_chairs_are_online_in_a_minute(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        desk = sign_in(page, node)
        begin(page, desk)
        expect(page.get_by_text("From its name we take it for: Chairs.")).to_be_visible()
        expect(page.locator("[data-saved]")).to_have_text("Saved")
        well(page)
        # Whoever is called away finds it again, as it was.
        page.goto(f"{desk}/listings?state=drafts")
        page.get_by_role("link", name="Twelve chairs").click()
        expect(page.get_by_label("How many?")).to_have_value("12")
        publish(page, node)
        well(page)
        page.get_by_role("link", name="All your listings").click()
        page.get_by_label("Choose Twelve chairs").check()
        well(page)
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("1 listing is paused: nobody sees it.")).to_be_visible()
        assert noted == []


def test_the_same_without_a_script(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE, scripts=False) as (page, noted):
        begin(page, sign_in(page, node))
        publish(page, node)
        assert noted == []


def test_what_was_typed_without_a_connection_is_there_when_it_is_back(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, _noted):
        desk = sign_in(page, node)
        page.goto(f"{desk}/listings/new/give")
        page.context.set_offline(True)
        page.get_by_label("What is it?").fill("Kettle")
        expect(page.locator("[data-saved]")).to_contain_text("there is no connection")
        page.context.set_offline(False)
        page.reload()
        expect(page.get_by_label("What is it?")).to_have_value("Kettle")
        expect(page.get_by_text("Has it passed an electrical safety test?")).to_be_visible()
