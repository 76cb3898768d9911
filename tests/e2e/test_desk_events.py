"""A workshop is made on a phone, seen in the portal, printed, and put into a calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services.listings import publishing
from tests.e2e.looking import overflow, violations
from tests.e2e.test_desk_photos import node as node
from tests.e2e.test_desk_photos import sign_in
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE, DESKTOP = 390, 1280


def well(page: Page, scripts: bool, *widths: int) -> None:
    """Axe needs scripts; what is too wide shows without them, too."""
    assert not scripts or violations(page) == [], page.url
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page, width) == [], page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_workshop_from_the_desk_to_the_calendar(node: Node, browser: Browser, scripts: bool) -> None:
    first = node.clock().date() + timedelta(days=3)
    with visit(browser, width=PHONE, scripts=scripts) as (page, noted):
        desk = sign_in(page, node)
        page.goto(f"{desk}/listings/new")
        page.get_by_role("link", name="An event: drop-in, workshop, open day").click()
        page.get_by_label("What takes place?").fill("Mend your bicycle")
        page.get_by_label("On which day?").fill(first.isoformat())
        page.get_by_label("When does it begin?").fill("18:00")
        page.get_by_label("When does it end?").fill("20:00")
        page.get_by_label("Every week on the same weekday").check()
        page.get_by_label("Until when does it repeat?").fill((first + timedelta(days=28)).isoformat())
        page.get_by_label("Town, village or part of town").fill("Stanground")
        well(page, scripts, PHONE, DESKTOP)
        page.get_by_role("button", name="Look at it").last.click()
        expect(page.get_by_text("18:00–20:00; then every").first).to_be_visible()
        page.get_by_role("button", name="Publish it").click()
        expect(page.get_by_role("heading", name="It is online")).to_be_visible()
        (row,) = publishing.listings(node)
        home = desk.partition("/desk/")[0]
        page.goto(f"{home}/events")
        well(page, scripts, PHONE, DESKTOP)
        page.get_by_role("link", name="Mend your bicycle").click()
        expect(page.get_by_text("Just come: nobody has to sign up.").first).to_be_visible()
        well(page, scripts, PHONE, DESKTOP)
        calendar = page.request.get(f"{home}/listings/{row.key}/event.ics")
        assert len(Calendar.from_ical(calendar.body()).walk("VEVENT")) == 5
        page.goto(f"{desk}/print/sheet?as=poster&of={row.key}")
        expect(page.get_by_text("18:00–20:00; then every")).to_be_visible()
        well(page, scripts)
        assert noted == []
