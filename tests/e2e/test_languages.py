"""A reader who speaks Polish, and a language that runs from right to left, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from examples.demo_members import NODE_DOCUMENT, wait_until_answers
from examples.demo_network import Network
from examples.demo_processes import SHAREFEED, choose_port
from tests.e2e.looking import see_as, violations
from tests.e2e.visits import visit
from tests.fakes.mirrored import write_mirrored
from tools.pages import addresses

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SCRIPTS = [pytest.param(True, 1280, id="with scripts, wide"), pytest.param(False, 320, id="without, narrow")]


@pytest.mark.parametrize(("scripts", "width"), SCRIPTS)
def test_a_reader_chooses_polish_and_finds_a_desk(
    network: Network, browser: Browser, scripts: bool, width: int
) -> None:
    with visit(browser, scripts=scripts, width=width) as (page, noted):
        page.goto(f"{network.catalogue.url}how-it-works")
        assert page.context.cookies() == []
        page.get_by_role("button", name="Polski").click()
        expect(page).to_have_url(f"{network.catalogue.url}how-it-works")
        expect(page.locator("html")).to_have_attribute("lang", "pl")
        assert [(one["name"], one["value"]) for one in page.context.cookies()] == [("sharefeed_language", "pl")]
        page.goto(network.catalogue.url)
        page.get_by_label("Czego szukasz?").fill("desk")
        # Not by its button, over which suggestions may lie by now.
        page.get_by_label("Czego szukasz?").press("Enter")
        expect(page.locator("#count")).to_have_text(re.compile(r"\d+ (ogłoszenie|ogłoszenia|ogłoszeń)"))
        _check_plural(page.locator("#count").inner_text())
        page.locator("[data-card] h3 a[lang='en']").first.click()
        expect(page.get_by_role("heading", name="Szczegóły")).to_be_visible()
        said = page.locator("main").inner_text()
        months = "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
        assert re.search(rf"\d+ ({months})( \d{{4}})? \((za|dzisiaj|jutro|wczoraj|\d+ \w+ temu)", said), said
        expect(page.locator("h1")).to_have_attribute("lang", "en")
        assert noted == []
        if scripts:
            assert violations(page) == []
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en-GB")
        assert page.context.cookies() == []


def _check_plural(words: str) -> None:
    found = re.match(r"([\d\s]+) (ogłosze\w+)", words)
    assert found, words
    count, form = int(re.sub(r"\s", "", found[1])), found[2]
    few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    assert form == ("ogłoszenie" if count == 1 else "ogłoszenia" if few else "ogłoszeń")


def test_a_browser_that_asks_for_polish_gets_it(network: Network, browser: Browser) -> None:
    with visit_in(browser, "pl-PL", 320) as page:
        page.goto(addresses(network)["search"], wait_until="networkidle")
        expect(page.locator("html")).to_have_attribute("lang", "pl")
        assert page.context.cookies() == []
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


# From right to left


@pytest.fixture(scope="session")
def mirrored(network: Network, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a web process on the same catalogue that also offers a language of Hebrew letters."""
    words, port = tmp_path_factory.mktemp("words"), choose_port()
    write_mirrored(words)
    named = [f"SHAREFEED_TRANSLATIONS={words}", "SHAREFEED_LANGUAGES=en,he"]
    command = ["env", *named, *SHAREFEED, "web", "--home", str(network.catalogue.home), "--port", str(port)]
    url = f"http://127.0.0.1:{port}/"
    wait_until_answers(url + NODE_DOCUMENT, network.children.start("mirrored", command))
    return url


@contextmanager
def visit_in(browser: Browser, locale: str, width: int) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=locale)
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.mark.parametrize("name", ["home", "search", "listing", "sources", "alert"])
def test_pages_run_from_right_to_left(network: Network, browser: Browser, mirrored: str, name: str) -> None:
    address = addresses(network)[name].replace(network.catalogue.url, mirrored)
    with visit_in(browser, "he-IL", 1280) as page:
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        for width in (1280, 320):
            see_as(page, width=width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.documentElement.scrollLeft") == 0
            assert violations(page) == []
            brand = page.locator(".site-brand").bounding_box()
            assert brand is not None
            # What comes first stands on the right.
            assert brand["x"] + brand["width"] > width * 0.8


def test_what_points_along_the_line_points_the_other_way(network: Network, browser: Browser, mirrored: str) -> None:
    address = addresses(network)["listing"].replace(network.catalogue.url, mirrored)
    with visit_in(browser, "he-IL", 1280) as page:
        page.goto(address)
        assert page.locator(".icon-points").first.evaluate("one => getComputedStyle(one).scale") == "-1 1"
