"""Suggestions in a real browser: by keyboard alone, by pointer, told to screen readers, and never in the way."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo_network import Network
from tests.e2e.looking import violations
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


def typed(page: Page, text: str) -> None:
    page.get_by_role("combobox").first.press_sequentially(text)
    expect(page.get_by_role("listbox")).to_be_visible()


def test_a_word_is_chosen_with_the_keyboard(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.goto(network.catalogue.url)
        box = page.get_by_role("combobox").first
        typed(page, "cha")
        expect(box).to_have_attribute("aria-expanded", "true")
        expect(page.get_by_role("status").filter(has_text="Suggestions below")).to_be_attached()
        options = page.get_by_role("option")
        plain = options.filter(has_not_text="everything of this kind").first
        for _ in range(options.count()):
            box.press("ArrowDown")
            if plain.get_attribute("aria-selected") == "true":
                break
        words = plain.inner_text()
        expect(box).to_have_value(words)
        expect(box).to_have_attribute("aria-activedescendant", str(plain.get_attribute("id")))
        box.press("Enter")
        page.wait_for_url("**/search?**")
        expect(page.locator("#q")).to_have_value(words)
        assert noted == []


def test_escape_gives_back_what_was_typed_and_the_field_stays_plain(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(network.catalogue.url)
        box = page.get_by_role("combobox").first
        typed(page, "cha")
        box.press("ArrowDown")
        box.press("Escape")
        expect(box).to_have_value("cha")
        expect(page.get_by_role("listbox")).to_be_hidden()
        expect(box).to_be_focused()
        box.press("Enter")
        page.wait_for_url("**/search?q=cha*")


def test_a_category_leads_to_everything_of_its_kind(network: Network, browser: Browser) -> None:
    with visit(browser, width=320) as (page, _):
        page.goto(network.catalogue.url)
        typed(page, "des")
        page.get_by_role("option").filter(has_text="everything of this kind").first.click()
        page.wait_for_url("**/search?category=*")


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
def test_axe_finds_nothing_while_the_list_is_open(network: Network, browser: Browser, theme: str, width: int) -> None:
    with visit(browser, width=width, theme=theme) as (page, _):
        # Not where small targets lie half under the list: axe would measure what is left of them.
        page.goto(network.catalogue.url)
        typed(page, "cha")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_nothing_moves_when_the_list_opens(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(network.catalogue.url)
        button = page.locator(".ask-submit").first
        before = button.bounding_box()
        typed(page, "cha")
        assert button.bounding_box() == before


def test_where_no_answer_comes_the_field_is_a_plain_one(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.route("**/api/v1/suggestions*", lambda route: route.abort())
        page.goto(network.catalogue.url)
        box = page.get_by_role("combobox").first
        box.press_sequentially("desk")
        page.wait_for_timeout(400)
        expect(page.get_by_role("listbox")).to_be_hidden()
        box.press("Enter")
        page.wait_for_url("**/search?q=desk*")


def test_near_me_searches_around_the_reader_and_no_closer_than_it_must(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.context.set_geolocation({"latitude": 52.573312, "longitude": -0.244098})
        page.context.grant_permissions(["geolocation"])
        page.goto(f"{network.catalogue.url}search?q=desk")
        page.get_by_role("button", name="Near me").click()
        expect(page.get_by_role("status").filter(has_text="Found where you are")).to_be_visible()
        page.get_by_role("combobox").first.press("Enter")
        page.wait_for_url("**/search?q=desk&near=near+me&lat=52.573&lon=-0.244")
        expect(page.get_by_role("heading", level=1)).to_contain_text("near you")
        assert noted == []


def test_whoever_does_not_want_to_say_where_they_are_is_asked_to_type_a_place(
    network: Network, browser: Browser
) -> None:
    with visit(browser) as (page, _):
        page.goto(f"{network.catalogue.url}search?q=desk")
        page.get_by_role("button", name="Near me").click()
        expect(page.get_by_role("status").filter(has_text="Please type a place")).to_be_visible()
        page.locator("#near").fill("Peterborough")
        page.get_by_role("combobox").first.press("Enter")
        page.wait_for_url("**/search?q=desk&near=Peterborough")
