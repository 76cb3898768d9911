"""What sharing has become, from the desk to a picture and a certificate: on a phone, wide, and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from tests.e2e.looking import WIDE, overflow, violations
from tests.e2e.test_desk_photos import node as node
from tests.e2e.test_desk_photos import sign_in
from tests.e2e.visits import visit
from tests.fakes.handed import give
from tests.fakes.publisher import school

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390
_DRAWN = "pictures => pictures.every(one => one.complete && one.naturalWidth === 340)"


def looks_well(page: Page) -> None:
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": 900})
        assert (violations(page), overflow(page, width)) == ([], [])


def test_from_the_desk_to_a_picture_and_a_certificate(node: Node, browser: Browser) -> None:
    give(node, school(node).id, 10, apart=4, weight_g=12_000, weight_source="measured")
    visited = []
    with visit(browser, width=PHONE, scripts=False) as (page, noted):
        page.goto(f"{sign_in(page, node)}/")
        page.get_by_text("More", exact=True).click()
        page.get_by_role("link", name="Badges").click()
        expect(page.get_by_role("heading", name="Good neighbour")).to_be_visible()
        visited.append(page.url)
        page.get_by_text("The line for Ten gifts").click()
        expect(page.get_by_label("HTML for Ten gifts")).to_be_visible()
        page.get_by_role("link", name="Your page, as everyone sees it").click()
        page.get_by_text("What comes next").click()
        expect(page.get_by_text("10 of 15")).to_be_visible()
        visited.append(page.url)
        page.get_by_role("link", name="2026").click()
        expect(page.get_by_text("shared with others 10 times")).to_be_visible()
        expect(page.get_by_text("120 kg")).to_be_visible()
        visited.append(page.url)
        kept = page.context.cookies()
        assert noted == []
    with visit(browser, width=PHONE) as (page, noted):
        page.context.add_cookies([{"name": one["name"], "value": one["value"], "url": visited[0]} for one in kept])
        for address in visited:
            page.goto(address)
            looks_well(page)
        # One sheet of A4, with room for the ledgers and badges that others have.
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", scale=1.2))) == 1
        page.goto(visited[0])
        pictures = page.locator("img.earned-picture")
        expect(pictures).to_have_count(3)
        assert pictures.evaluate_all(_DRAWN)
        assert noted == []
