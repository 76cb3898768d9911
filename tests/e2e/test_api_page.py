"""The page about the API in a real browser: each operation can be tried, by keyboard, and in part without scripts."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Page

from examples.demo_network import Network
from examples.demo_processes import body_of
from tests.e2e.looking import faults
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

OPEN_ALL = "for (const one of document.querySelectorAll('main details')) one.open = true"


def try_it(page: Page, operation: str, **typed: str) -> str:
    """Fill the form of an operation and send it by keyboard; the answer as it is shown, its head first."""
    section = page.locator(f"#{operation}")
    for name, value in typed.items():
        section.locator(f"[name={name}]").fill(value)
    button = section.locator("button[type=submit]")
    button.focus()
    page.keyboard.press("Enter")
    section.locator("[data-api-result]").wait_for(state="visible")
    return section.locator("[data-api-head]").inner_text() + "\n\n" + section.locator("[data-api-answer]").inner_text()


def test_nothing_shuts_people_out_with_everything_unfolded(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.emulate_media(reduced_motion="reduce")
        page.goto(network.catalogue.url + "api/")
        page.evaluate(OPEN_ALL)
        try_it(page, "searchListings", q="desk")
        assert faults(page) == []
        assert noted == []


def test_each_operation_that_asks_can_be_tried(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.goto(network.catalogue.url + "api/")
        page.evaluate(OPEN_ALL)
        for operation in page.locator(".api-operation:has(form[data-method=GET])").all():
            head, _, answer = try_it(page, operation.get_attribute("id") or "").partition("\n\n")
            assert head.splitlines()[1] == "200 OK", head
            assert 'ratelimit-policy: "' in head
            assert json.loads(answer.partition("\n\n")[0] if "left out" not in answer else "{}") is not None
        assert noted == []


def test_what_is_typed_is_asked_for_and_a_refusal_is_shown(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(network.catalogue.url + "api/")
        page.evaluate(OPEN_ALL)
        page.locator("#searchListings [value=want]").check()
        shown = try_it(page, "searchListings", q='"><img src=x onerror=alert(1)>', limit="3")
        assert shown.startswith("GET /api/v1/listings?q=%22%3E%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E&direction=want")
        assert page.locator("main img").count() == 0
        assert "'" in page.locator("#searchListings [data-api-curl]").inner_text()
        refused = try_it(page, "getListing", key="../never/was")
        assert "404" in refused.splitlines()[1]
        assert json.loads(refused.partition("\n\n")[2])["title"] == "Not Found"


def test_a_proposal_can_be_sent(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        page.goto(network.catalogue.url + "api/")
        page.evaluate(OPEN_ALL)
        shown = try_it(page, "proposeSource", body='{"url": "https://api-page.example/"}')
        assert "201" in shown.splitlines()[1]
        assert noted == []


def test_a_link_to_a_form_unfolds_it(network: Network, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(network.catalogue.url + "api/")
        page.evaluate(OPEN_ALL)
        page.locator("#form-Item").evaluate("one => { one.open = false }")
        page.locator("#form-Listing a[href='#form-Item']").click()
        assert page.locator("#form-Item").evaluate("one => one.open") is True


def test_without_scripts_it_is_read_and_a_search_is_tried(network: Network, browser: Browser) -> None:
    url = network.catalogue.url
    with visit(browser, scripts=False) as (page, noted):
        page.goto(url + "api/")
        text = page.locator("main").inner_text()
        paths = json.loads(body_of(url + "api/openapi.json"))["paths"]
        assert [path for path in paths if path not in text] == []
        assert page.locator("button[type=submit]:visible").count() >= 3
        assert page.locator("#proposeSource form").is_hidden()
        page.locator("#searchListings summary").first.click()
        page.locator("#searchListings [name=q]").fill("desk")
        page.locator("#searchListings button[type=submit]").click()
        page.wait_for_url("**/api/v1/listings?q=desk*")
        assert '"listings"' in page.content()
        assert [note for note in noted if "favicon" not in note] == []
