"""Listings on somebody else's website, in a real browser and across origins; the page that makes the line for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.e2e.boards import Place, place_with
from tests.e2e.looking import violations
from tests.e2e.visits import visit
from tests.fakes.sites import item
from tests.fakes.website import Website, website

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
GLOBALS = "Object.getOwnPropertyNames(window).filter((name) => !/^\\d+$/.test(name))"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_with(
        [item(name) for name in ("desk", "lamp", "gazebo", "urn")], tmp_path_factory.mktemp("boards")
    ) as made:
        yield made


@pytest.fixture
def elsewhere() -> Iterator[Website]:
    with website() as made:
        yield made


def line(place: Place, **data: str) -> str:
    """The line that is pasted: a link, and the script that takes its place."""
    said = "".join(f' data-{name}="{value}"' for name, value in data.items())
    return f'<a data-sharefeed href="{place.url}search">Free</a><script async src="{place.url}embed.js"{said}></script>'


def put(site: Website, body: str, head: str = "") -> None:
    site.pages["/"] = f"<!doctype html><html lang=en><title>Our club</title>{head}<h1>Our club</h1>{body}<p>More.</p>"


def frames_of(page: Page, place: Place, count: int) -> list[Frame]:
    """The board's frames in a page, once all have been loaded."""
    expect(page.locator("iframe")).to_have_count(count)
    for number in range(count):
        page.locator("iframe").nth(number).scroll_into_view_if_needed()
        expect(page.frame_locator("iframe").nth(number).locator("footer .from")).to_be_visible()
    return [frame for frame in page.frames if frame.url.startswith(f"{place.url}embed")]


def expect_fitting(page: Page, number: int) -> int:
    """How tall the frame is, which is exactly as tall as what stands in it, and more than one listing."""
    inside = page.frame_locator("iframe").nth(number).locator("body")
    wanted: float = inside.evaluate("body => body.getBoundingClientRect().height")
    page.wait_for_function(
        "([at, wanted]) => Math.abs(document.querySelectorAll('iframe')[at].offsetHeight - wanted) <= 1",
        arg=[number, wanted],
    )
    assert wanted > 100
    tall: int = page.locator("iframe").nth(number).evaluate("frame => frame.offsetHeight")
    return tall


def test_lines_become_frames_as_tall_as_what_is_in_them_and_leave_nothing_behind(
    place: Place, browser: Browser, elsewhere: Website
) -> None:
    lines = line(place, limit="3", title="Three things") + line(place, q="desk") + line(place, q="zzzqqq")
    put(elsewhere, lines, head=f"<script>const before = {GLOBALS}</script>")
    with visit(browser) as (page, noted):
        page.goto(elsewhere.url)
        assert len(frames_of(page, place, 3)) == 3
        wide = [expect_fitting(page, number) for number in range(3)]
        assert page.locator("[data-sharefeed]").count() == 0
        assert page.locator("iframe").first.get_attribute("title") == "Three things"
        page.set_viewport_size({"width": 320, "height": 900})
        page.wait_for_function("wide => document.querySelector('iframe').offsetHeight > wide", arg=wide[0])
        tall = expect_fitting(page, 0)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        # Only the frame says how tall it is, and nothing mad.
        page.evaluate("window.postMessage({ sharefeed: 'height', height: 9000 }, '*')")
        inside = next(frame for frame in page.frames if "/embed?" in frame.url)
        for odd in ("{ sharefeed: 'height', height: -5 }", "{ sharefeed: 'height', height: 1e9 }", "'height'", "null"):
            inside.evaluate(f"parent.postMessage({odd}, '*')")
        page.wait_for_timeout(200)
        assert page.locator("iframe").first.evaluate("frame => frame.offsetHeight") == tall
        assert page.evaluate(f"{GLOBALS}.filter((name) => !before.includes(name))") == []
        assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
        assert page.context.cookies() == []
        assert noted == []
        # A listing opens at the board, which learns nothing of the page.
        with page.context.expect_page() as opened:
            page.frame_locator("iframe").first.locator("a.row").first.click()
        listing = opened.value
        listing.wait_for_url(f"{place.url}listings/*")
        assert listing.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_a_frame_suits_the_page_even_a_strict_one(place: Place, browser: Browser, elsewhere: Website) -> None:
    board = place.url
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {board}; frame-src {board}"
    elsewhere.headers = {"Content-Security-Policy": policy}
    with visit(browser, theme="light") as (page, noted):
        for style, data, theme in (
            ("background:#fff", {}, "light"),
            ("background:#123", {}, "dark"),
            ("background:#123", {"theme": "light"}, "light"),
        ):
            put(elsewhere, line(place, limit="2", **data), head=f"<style>html{{{style}}}</style>")
            page.goto(elsewhere.url)
            [frame] = frames_of(page, place, 1)
            assert frame.evaluate("document.documentElement.dataset.theme") == theme
            expect_fitting(page, 0)
        page.goto(f"{board}embed?theme=dark&colour=777777")
        assert violations(page) == []
        assert noted == []


def test_without_the_script_there_is_a_link_and_no_other_page_can_be_framed(
    place: Place, browser: Browser, elsewhere: Website
) -> None:
    frames = "".join(f'<iframe src="{place.url}{path}" title="x"></iframe>' for path in ("embed?limit=1", "search"))
    put(elsewhere, frames + line(place))
    elsewhere.headers = {"Content-Security-Policy": "script-src 'none'"}
    with visit(browser) as (page, _):
        page.goto(elsewhere.url, wait_until="networkidle")
        allowed, refused = page.frames[1:]
        assert allowed.locator(".row").count() == 1
        assert refused.locator(".site-header").count() == 0
        page.get_by_role("link", name="Free").click()
        page.wait_for_url(f"{place.url}search")


def test_the_line_that_is_made_is_copied_and_works_where_it_is_pasted(
    place: Place, browser: Browser, elsewhere: Website
) -> None:
    with visit(browser) as (page, noted):
        rights = ["clipboard-read", "clipboard-write"]
        page.context.grant_permissions(rights, origin=place.url.rstrip("/"))
        page.goto(f"{place.url}embed/make")
        page.get_by_label("Words that have to fit").fill("gazebo")
        expect(page.frame_locator("iframe").locator("h1")).to_have_text("“gazebo”, for free")
        page.get_by_label("Dark", exact=True).check()
        page.wait_for_function("() => document.getElementById('code-1').value.includes('data-theme=\"dark\"')")
        button = page.locator("[data-copy-field='code-1']")
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-sharing]").first.get_by_role("status")).to_have_text("Copied. You can paste it now.")
        assert violations(page) == []
        made = page.evaluate("navigator.clipboard.readText()")
        assert made == page.get_by_label("One line of HTML").input_value()
        put(elsewhere, made)
        page.goto(elsewhere.url)
        [frame] = frames_of(page, place, 1)
        assert frame.locator("h1").inner_text() == "“gazebo”, for free"
        assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
        assert noted == []
