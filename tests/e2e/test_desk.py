"""Twelve chairs are put online from a phone in a store room: with a script, without one, and without a connection."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from node.context import Node
from node.services.listings import publishing
from tests.e2e.hands import Hands
from tests.e2e.looking import WIDE, overflow, see_as, violations
from tests.e2e.test_desk_photos import node as node
from tests.e2e.test_desk_photos import photo, sign_in
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390


def well(page: Page) -> None:
    for width in (WIDE, PHONE):
        see_as(page, width=width)
        assert violations(page) + overflow(page, width) == [], (page.url, width)


MINUTE_S = 60
CHAIRS = "A stack of grey chairs"


@pytest.mark.parametrize(
    ("scripts", "taps", "keys"), [pytest.param(True, 10, 45, id="scripts"), pytest.param(False, 9, 23, id="no-scripts")]
)
def test_twelve_chairs_are_online_in_a_minute(
    node: Node, browser: Browser, scripts: bool, taps: int, keys: int
) -> None:
    """The first thing that an organisation shares, so the town is to be typed as well: from the desk to the board.

    `docs/benchmarks.md` has the figures.
    """
    with visit(browser, width=PHONE, scripts=scripts) as (page, noted):
        page.goto(sign_in(page, node))
        hands = Hands(page)
        hands.tap(page.get_by_role("link", name="Share something").first)
        hands.tap(page.get_by_role("link", name="Give something"))
        chooser = page.locator("[data-photo-choose]" if scripts else "#photo_file")
        hands.photograph(chooser, page.locator("#photo_file"), photo("a.jpg", 120))
        hands.write(page.get_by_label("What is it?"), "Twelve chairs")
        if scripts:
            hands.write(page.get_by_label("What does photo 1 show?"), CHAIRS)
        hands.write(page.get_by_label("Town, village or part of town"), "Werrington")
        if scripts:
            expect(page.get_by_text("we take it for: Chairs.")).to_be_visible()
            expect(page.get_by_text("we take it that there are 12.")).to_be_visible()
        hands.tap(page.get_by_role("button", name="Publish now"))
        expect(page.get_by_role("heading", name="It is online")).to_be_visible()
        (row,) = publishing.listings(node)
        told = row.listing()
        assert (told.quantity.available, told.category, len(told.images)) == (12, "furniture/chair", 1)
        assert hands.seconds <= MINUTE_S, hands
        assert (hands.taps, hands.keys) == (taps, keys), hands
        assert noted == []


def test_who_is_called_away_finds_it_as_it_was(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        desk, context = sign_in(page, node), page.context
        page.goto(f"{desk}/listings/new/give")
        page.get_by_label("What is it?").fill("Twelve chairs")
        page.get_by_label("How many?").fill("11")
        page.get_by_label("Town, village or part of town").fill("Werrington")
        expect(page.locator("[data-saved]")).to_have_text("Saved")
        well(page)
        page.goto(f"{desk}/listings?state=drafts")
        page.get_by_role("link", name="Twelve chairs").click()
        expect(page.get_by_label("How many?")).to_have_value("11")
        # Closed in the middle of a word, before anything could say "Saved".
        page.get_by_label("What else is there to know?").fill("Grey, with")
        page.close()
        page = context.new_page()
        page.goto(f"{desk}/listings?state=drafts")
        page.get_by_role("link", name="Twelve chairs").click()
        expect(page.get_by_label("What else is there to know?")).to_have_value("Grey, with")
        page.get_by_role("button", name="Look at it").last.click()
        expect(page.get_by_text("This is how people will see it.")).to_be_visible()
        page.get_by_role("button", name="Publish it").click()
        expect(page.get_by_role("heading", name="It is online")).to_be_visible()
        well(page)
        page.get_by_role("link", name="All your listings").click()
        page.get_by_label("Choose Twelve chairs").check()
        well(page)
        page.get_by_role("button", name="Pause").click()
        expect(page.get_by_text("1 listing is paused: nobody sees it.")).to_be_visible()
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


def test_nothing_of_a_form_that_was_sent_comes_back_in_the_next(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        desk = sign_in(page, node)
        page.goto(f"{desk}/listings/new/give")
        page.get_by_label("Town, village or part of town").fill("Werrington")
        # Sent before it has saved itself.
        page.get_by_label("What is it?").fill("Twelve chairs")
        page.get_by_role("button", name="Publish now").click()
        expect(page.get_by_role("heading", name="It is online")).to_be_visible()
        page.goto(f"{desk}/listings/new/give")
        expect(page.get_by_label("What is it?")).to_have_value("")
        expect(page.locator("[data-saved]")).not_to_contain_text("is here again")
        assert noted == []
