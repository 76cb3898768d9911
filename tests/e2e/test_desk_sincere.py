"""What does not read as free is explained while it is written, from a phone and at a desk, and without a script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services.listings import publishing
from tests.e2e.looking import WIDE, overflow, violations
from tests.e2e.test_desk_photos import node as node
from tests.e2e.test_desk_photos import sign_in
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390
SAID = {
    "This reads like a discount": "Half price until Sunday with the code SPRING",
    "This names a price to pay": "From £12 per hour",
    "This reads like a job advert": "We are recruiting, immediate start, send your CV",
    "This invites people to become customers": "Free no obligation quote, our adviser will call you",
}
"""What is said, and words of which it is said."""
DOUBTFUL = "Free to borrow. We hold a £40 cash deposit."


def write(page: Page, text: str) -> None:
    page.get_by_label("What is it?").fill("Gazebo")
    page.get_by_label("What else is there to know?").fill(text)
    page.get_by_label("Town, village or part of town").fill("Werrington")


def test_it_is_explained_while_it_is_written(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        desk = sign_in(page, node)
        page.goto(f"{desk}/listings/new/lend")
        told = page.locator("[data-words]")
        for sentence, text in SAID.items():
            write(page, text)
            expect(told).to_contain_text(sentence)
            expect(told.locator("mark").first).to_be_visible()
        for width in (PHONE, WIDE):
            page.set_viewport_size({"width": width, "height": 900})
            assert (violations(page), overflow(page, width)) == ([], [])
        write(page, DOUBTFUL)
        expect(told).to_contain_text("Whoever runs a catalogue looks at it before visitors see it there.")
        write(page, "It cost us £90 new, and there is no charge.")
        expect(told).to_be_empty()
        assert noted == []


def test_a_clear_case_and_an_appeal_without_a_script(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE, scripts=False) as (page, noted):
        desk = sign_in(page, node)
        page.goto(f"{desk}/listings/new/lend")
        write(page, "Half price until Sunday, from £12 per hour")
        page.get_by_role("button", name="Publish now").click()
        expect(page.get_by_role("heading", name="This does not read as free")).to_be_visible()
        expect(page.get_by_text("What organisations like yours share instead:")).to_be_visible()
        expect(page.locator("mark").first).to_have_text("Half price")
        expect(page.get_by_label("What else is there to know?")).to_have_value(
            "Half price until Sunday, from £12 per hour"
        )
        assert publishing.listings(node) == []
        page.get_by_role("button", name="It is free: publish it and have it looked at").click()
        expect(page.get_by_role("heading", name="It is online")).to_be_visible()
        assert [row.listing().title for row in publishing.listings(node)] == ["Gazebo"]
        # What the browser notes of a page that is refused is its status.
        assert [line for line in noted if "422" not in line] == []
