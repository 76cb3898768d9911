"""A look at what is not public yet: the real pages, for operators alone, and nothing leads or leaks out of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.configuration import appearance
from tests.fakes.publisher import START
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send
from tests.node.web.test_appearance import save

LATER = (START + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
ROOT = "/control/preview/light"
NAME = "Fenland Shares"


def filled(home: Path) -> Browser:
    made = Browser(home)
    place = {"locality": "Eye", "lat": 52.6, "lon": -0.19}
    send(made.node, follow(made.node), [item("desk", place=place, expires=LATER)])
    Follower(made.node).catch_up()
    made.sign_in()
    save(made, node_name=NAME, brand_colour="#663399", units="km")
    return made


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """For all tests that only ask."""
    return filled(tmp_path_factory.mktemp("board") / "home")


@pytest.fixture
def own(tmp_path: Path) -> Browser:
    """For a test that changes something."""
    return filled(tmp_path / "home")


def tree(browser: Browser, path: str, **headers: str) -> Any:
    return html.fromstring(browser.client.get(path, headers=headers).get_data(as_text=True))


@pytest.mark.parametrize(
    "path", ["/", "/search?q=desk", "/sources", "/categories/furniture", "/wanted", "/how-it-works"]
)
def test_every_page_is_as_it_would_be_and_the_public_one_is_not(browser: Browser, path: str) -> None:
    assert NAME in browser.text(ROOT + path)
    assert NAME not in browser.text(path)


def test_every_link_stays_inside_and_works(browser: Browser) -> None:
    front = tree(browser, f"{ROOT}/")
    links = {str(link) for link in front.xpath("//body//a/@href | //head/link/@href | //script/@src | //form/@action")}
    ours = {link.partition("#")[0] for link in links if link.startswith("/")}
    out = {link for link in ours if not link.startswith((f"{ROOT}/", "/static/"))}
    assert any(link.startswith("/static/css/") for link in ours), "files are the site's own, which browsers have"
    assert out == {"/control/appearance", "/control/appearance/preview", "/control/appearance/publish"}
    inside = {link for link in ours if link.startswith(f"{ROOT}/")}
    assert any("/listings/" in link for link in inside)
    assert len(inside) > 20
    assert {link: browser.get(link).status_code for link in inside if browser.get(link).status_code != 200} == {}


def test_the_address_for_search_engines_is_the_public_one(browser: Browser) -> None:
    assert tree(browser, f"{ROOT}/").xpath("//link[@rel='canonical']/@href") == [browser.node.settings.url]


def test_the_colour_is_that_of_the_draft(browser: Browser) -> None:
    assert "#663399" in browser.text(f"{ROOT}/brand.css")
    assert browser.get("/brand.css").status_code == 404


def test_nothing_of_it_is_kept_or_framed_elsewhere(browser: Browser) -> None:
    for path in (f"{ROOT}/", f"{ROOT}/search", f"{ROOT}/brand.css", f"{ROOT}/static/css/base.css"):
        headers = browser.get(path).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"] == "noindex"
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]
    for path in ("/", "/control/appearance", "/control/appearance/preview"):
        headers = browser.get(path).headers
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "frame-src 'self'" in browser.get("/control/appearance/preview").headers["Content-Security-Policy"]
    assert "frame-src" not in browser.get("/").headers["Content-Security-Policy"]


def test_the_bar_is_there_unless_it_is_in_a_frame(browser: Browser) -> None:
    bar = "//*[contains(@class, 'preview-bar')]"
    assert len(tree(browser, f"{ROOT}/").xpath(bar)) == 1
    assert len(tree(browser, f"{ROOT}/", **{"Sec-Fetch-Dest": "iframe"}).xpath(bar)) == 0
    assert len(tree(browser, "/").xpath(bar)) == 0


def test_its_button_publishes_what_was_looked_at(own: Browser) -> None:
    [form] = tree(own, f"{ROOT}/search").xpath("//form[@action='/control/appearance/publish']")
    fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    own.post("/control/appearance/publish", mark=fields["mark"])
    assert own.node.settings.node_name == NAME
    assert NAME in own.text("/")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_shown_whatever_the_reader_chose(browser: Browser, theme: str) -> None:
    page = tree(browser, f"/control/preview/{theme}/")
    assert (page.get("data-theme"), page.get("data-theme-fixed")) == (theme, "")
    assert tree(browser, "/control/preview/auto/").get("data-theme") is None


@pytest.mark.parametrize(
    "path",
    [
        "/control/preview/purple/",
        f"{ROOT}/nowhere",
        f"{ROOT}/control/",
        f"{ROOT}/control/preview/light/",
        f"{ROOT}//control/sources",
        f"{ROOT}/%2e%2e/control/",
    ],
)
def test_there_is_no_way_further_in(browser: Browser, path: str) -> None:
    answer = browser.client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert "Sign out" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/sources/propose", "/alerts/new", "/language"])
def test_nothing_can_be_sent_from_it(browser: Browser, path: str) -> None:
    answer = browser.post(f"{ROOT}{path}", url="https://park.example/")
    assert answer.status_code == 405


def test_a_request_cannot_make_itself_a_preview(browser: Browser) -> None:
    headers = {"sharefeed.preview": "1", "Sharefeed-Preview": "1", "X-Forwarded-Prefix": ROOT}
    assert NAME not in browser.client.get("/", headers=headers).get_data(as_text=True)


def test_without_a_draft_it_says_that_this_is_public(own: Browser) -> None:
    draft = appearance.state(own.node).draft
    assert draft is not None
    appearance.discard(own.node, draft.mark)
    for path in (f"{ROOT}/", "/control/appearance/preview"):
        text = own.text(path)
        assert "There is no draft" in text
        assert "Publish it" not in text


class TestSizes:
    def test_pages_themes_and_widths_are_links(self, browser: Browser) -> None:
        page = tree(browser, "/control/appearance/preview?page=listing&theme=dark&width=768")
        assert page.xpath("//iframe/@src")[0].startswith("/control/preview/dark/listings/")
        assert page.xpath("//*[contains(@class, 'frame-768')]/iframe")
        assert [link.text for link in page.xpath("//*[@class='choices']//a[@aria-current]")] == [
            "A listing",
            "Dark",
            "Tablet",
        ]
        names = [link.text for link in page.xpath("//*[@class='choices']//a")]
        assert names[:5] == ["Home page", "Search", "A listing", "A category", "The network"]
        for address in page.xpath("//*[@class='choices']//a/@href"):
            [frame] = tree(browser, address).xpath("//iframe/@src")
            assert browser.get(frame).status_code == 200

    def test_nonsense_is_the_first_of_each(self, browser: Browser) -> None:
        page = tree(browser, "/control/appearance/preview?page=//evil.example&theme=x&width=9")
        assert page.xpath("//iframe/@src") == [f"{ROOT}/"]


def test_an_empty_board_has_no_listing_to_look_at(tmp_path: Path) -> None:
    bare = Browser(tmp_path / "bare")
    bare.sign_in()
    page = tree(bare, "/control/appearance/preview?page=listing")
    assert page.xpath("//iframe/@src") == [f"{ROOT}/"]
    names = [link.text for link in page.xpath("//*[@class='choices']//a")]
    assert "A listing" not in names
    bare.node.database.close()
