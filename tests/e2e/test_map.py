"""The map beside a list: what it shows, how it is worked by pointer and keyboard, and its place in the address."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bench.search import build, served
from examples.demo_processes import body_of
from tests.e2e.visits import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def ready(page: Page, address: str) -> Page:
    """Go to a page and wait until its map is drawn."""
    page.goto(address)
    page.locator("#map[data-ready]").wait_for()
    page.wait_for_function("document.querySelector('#map .leaflet-marker-icon')")
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until nothing on the map moves or comes any more."""
    page.wait_for_function(
        """() => new Promise((done) => {
            let before = "", calm = 0;
            const look = () => {
                const now = [...document.querySelectorAll("#map .leaflet-marker-icon, #map path")]
                    .map((one) => [one.getBoundingClientRect().x, one.getBoundingClientRect().y, one.textContent])
                    .join();
                calm = now === before && now ? calm + 1 : 0;
                before = now;
                calm > 8 ? done(true) : requestAnimationFrame(look);
            };
            look();
        })"""
    )


def pins(page: Page) -> int:
    """How many listings are on the map, in clusters and alone."""
    counts = page.locator("#map .cluster").all_inner_texts()
    return sum(int(re.sub(r"\D", "", text)) for text in counts) + page.locator("#map .pin").count()


def features(market: str, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(body_of(f"{market}search.geojson{query}"))["features"]
    return found


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def test_every_result_with_a_point_is_on_the_map(market: str, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        ready(page, f"{market}search?q=chair")
        assert pins(page) == len(features(market, "?q=chair")) > 3
        assert noted == []


def test_the_list_is_there_without_scripts_and_no_map_is(market: str, browser: Browser) -> None:
    with visit(browser, scripts=False) as (page, noted):
        page.goto(f"{market}search?q=chair")
        expect(page.locator("#map")).to_be_hidden()
        assert page.locator("[data-card]").count() > 3
        assert noted == []


def test_a_cluster_comes_closer_and_the_focus_stays_with_the_map(market: str, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        ready(page, f"{market}search")
        page.locator("#map .cluster").first.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"#map=\d+/"))
        settle(page)
        assert page.evaluate("document.activeElement.closest('#map') !== null")
        assert page.locator("#map .leaflet-marker-icon").count() > 1
        assert noted == []


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_pin_tells_what_it_is_and_gives_the_focus_back(market: str, browser: Browser, key: str) -> None:
    feature = _alone(market)
    with visit(browser) as (page, noted):
        ready(page, f"{market}search?q=chair#map=18/{feature['lat']}/{feature['lon']}")
        pin = page.locator(f"#map .pin[title^='{feature['title']}']")
        pin.focus()
        page.keyboard.press(key)
        expect(focused(page)).to_have_text(str(feature["title"]))
        expect(page.locator("#map .popup")).to_contain_text("The point is right to about")
        page.keyboard.press("Escape")
        expect(page.locator("#map .popup")).to_have_count(0)
        expect(focused(page)).to_have_attribute("title", re.compile(re.escape(str(feature["title"]))))
        assert noted == []


def _alone(market: str) -> dict[str, object]:
    """A chair that is known to some hundred metres and has a place of its own."""
    found = features(market, "?q=chair")
    places = [json.dumps(one["geometry"]) for one in found]
    for one in found:
        facts: dict[str, object] = one["properties"]  # type: ignore[assignment]
        if facts["precision_m"] in (500, 1000) and places.count(json.dumps(one["geometry"])) == 1:
            lon, lat = one["geometry"]["coordinates"]  # type: ignore[index]
            return {**facts, "lat": lat, "lon": lon}
    raise AssertionError("no such chair")


def test_many_in_one_place_are_listed(market: str, browser: Browser) -> None:
    found = features(market)
    places = [json.dumps(one["geometry"]) for one in found]
    busiest = max(sorted(set(places)), key=places.count)
    lon, lat = json.loads(busiest)["coordinates"]
    with visit(browser) as (page, noted):
        ready(page, f"{market}search#map=18/{lat}/{lon}")
        count = places.count(busiest)
        cluster = page.locator("#map .cluster", has_text=re.compile(rf"\b{count}$")).first
        cluster.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#map .popup-list li")).to_have_count(count)
        expect(focused(page)).to_have_attribute("href", re.compile("^/listings/"))
        page.get_by_role("link", name="See them in the list").click()
        page.wait_for_url("**/search?*within=0.1*")
        assert page.locator("[data-card]").count() >= count
        assert noted == []


BUSY = "const soon = setTimeout; window.setTimeout = (act, ms, ...rest) => soon(act, ms ?? 100, ...rest);"
"""A machine on which all pins are in before the rest of the map has had its turn."""


def test_a_point_that_is_not_exact_is_a_circle_of_that_size(market: str, browser: Browser) -> None:
    feature = _alone(market)
    with visit(browser) as (page, _):
        page.add_init_script(BUSY)
        ready(page, f"{market}search?q=chair#map=9/{feature['lat']}/{feature['lon']}")
        assert page.locator("#map .precision").count() == 0
        ready(page, f"{market}search?q=chair&within=1#map=14/{feature['lat']}/{feature['lon']}")
        page.locator("#map .precision").first.wait_for()
        settle(page)
        metres_a_pixel = 40_075_016.7 * page.evaluate(f"Math.cos({feature['lat']} * Math.PI / 180)") / 2**14 / 256
        wanted = 2 * float(str(feature["precision_m"])) / metres_a_pixel
        widths = page.locator("#map .precision").evaluate_all("all => all.map(one => one.getBBox().width)")
        assert min(abs(width - wanted) for width in widths) < 3


def test_cards_and_pins_light_each_other_up(market: str, browser: Browser) -> None:
    feature = _alone(market)
    with visit(browser) as (page, _):
        ready(page, f"{market}search?q=chair#map=18/{feature['lat']}/{feature['lon']}")
        link = page.locator(f"[data-card] a[href='{feature['path']}']")
        pin = page.locator(f"#map .pin[title^='{feature['title']}']")
        card = page.locator("[data-card]", has=page.locator(f"a[href='{feature['path']}']"))
        link.focus()
        expect(pin).to_have_class(re.compile(r"\bis-lit\b"))
        pin.focus()
        expect(pin).not_to_have_class(re.compile(r"\bis-lit\b"))
        expect(card).to_have_class(re.compile(r"\bis-lit\b"))
        card.hover()
        expect(pin).to_have_class(re.compile(r"\bis-lit\b"))
        pin.hover()
        expect(card).to_have_class(re.compile(r"\bis-lit\b"))


def test_the_area_that_is_seen_can_be_searched(market: str, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        ready(page, f"{market}search?action=lend&near=Eye&sort=newest")
        area = page.get_by_role("link", name="Search this area")
        expect(area).to_be_hidden()
        page.locator("#map").focus()
        page.keyboard.press("+")
        settle(page)
        page.keyboard.press("ArrowRight")
        expect(area).to_be_visible()
        settle(page)
        href = urlsplit(area.get_attribute("href") or "")
        query = parse_qs(href.query)
        assert query.keys() == {"action", "sort", "lat", "lon", "within"}
        area.click()
        page.locator("#map[data-ready]").wait_for()
        settle(page)
        assert urlsplit(page.url).fragment == href.fragment
        expect(page.get_by_role("link", name="Search this area")).to_be_hidden()
        expect(page.get_by_text("Around a point on the map")).to_be_visible()
        assert noted == []


def test_back_finds_the_map_the_list_and_the_filters_as_they_were(market: str, browser: Browser) -> None:
    with visit(browser) as (page, noted):
        ready(page, f"{market}search?action=give")
        page.locator("details.facet[data-remember='condition'] > summary").click()
        page.locator("#map").focus()
        page.keyboard.press("+")
        page.wait_for_url(re.compile("#map="))
        settle(page)
        address, where = page.url, page.locator("#map .cluster").first.bounding_box()
        card = page.locator("[data-card] .card-title a").nth(16)
        card.scroll_into_view_if_needed()
        page.wait_for_timeout(100)
        down = page.evaluate("scrollY")
        assert down > 400
        card.click()
        page.wait_for_url("**/listings/**")
        page.go_back()
        page.locator("#map[data-ready]").wait_for()
        settle(page)
        assert page.url == address
        assert abs(page.evaluate("scrollY") - down) < 50
        expect(page.locator("details.facet[data-remember='condition']")).to_have_attribute("open", "")
        now = page.locator("#map .cluster").first.bounding_box()
        assert where
        assert now
        assert abs(now["x"] - where["x"]) < 3
        assert noted == []


def test_back_shows_no_ticks_that_the_results_do_not_follow(market: str, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(f"{market}search")
        give = page.locator("input[name='action'][value='give']")
        give.check()
        page.get_by_role("button", name="Show results").click()
        page.wait_for_url("**action=give**")
        expect(give).to_be_checked()
        page.go_back()
        page.wait_for_url(f"{market}search")
        expect(give).not_to_be_checked()
        page.go_forward()
        expect(give).to_be_checked()


def test_the_button_says_what_ticking_leads_to(market: str, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(f"{market}search")
        page.locator("input[name='action'][value='lend']").check()
        button = page.locator(".filters-go button")
        expect(button).to_have_text(re.compile(r"Show results \(\d+\)"))
        number = re.sub(r"\D", "", button.inner_text())
        button.click()
        expect(page.locator("#count")).to_contain_text(f"{number} listing")


def test_ticking_a_part_unticks_the_whole(market: str, browser: Browser) -> None:
    with visit(browser) as (page, _):
        page.goto(f"{market}search?category=furniture")
        branch = page.locator("li.branch", has=page.locator("> .tick input[value='furniture']"))
        part = branch.locator(".below input").first
        part.check()
        expect(page.locator("input[value='furniture']")).not_to_be_checked()
        page.locator("input[value='furniture']").check()
        expect(part).not_to_be_checked()


def test_a_small_screen_loads_no_map_until_it_is_opened(market: str, browser: Browser) -> None:
    with visit(browser, width=320) as (page, noted):
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{market}search?action=give", wait_until="networkidle")
        assert not [url for url in asked if "leaflet.js" in url or "geojson" in url or "/map/" in url]
        toggle = page.get_by_role("button", name="Show the map")
        toggle.click()
        page.locator("#map[data-ready]").wait_for()
        assert page.url.endswith("#map")
        page.reload()
        page.locator("#map[data-ready]").wait_for()
        page.locator(".filters > summary").click()
        page.locator("input[name='action'][value='lend']").check()
        page.locator(".filters-go button").click()
        page.wait_for_url("**action=lend**")
        assert page.url.endswith("#map")
        page.get_by_role("button", name="Hide the map").click()
        expect(page.locator("#map")).to_be_hidden()
        assert "#" not in page.url
        assert noted == []


def test_pages_of_the_same_results_keep_the_map(market: str, browser: Browser) -> None:
    with visit(browser) as (page, _):
        ready(page, f"{market}search#map=13/52.5733/-0.2441")
        page.locator(".pager a[rel='next']").click()
        page.wait_for_url("**page=2**")
        assert page.url.endswith("#map=13/52.5733/-0.2441")


def test_tab_goes_through_the_map_and_past_it(market: str, browser: Browser) -> None:
    with visit(browser) as (page, _):
        ready(page, f"{market}search?q=chair")
        skip = page.get_by_role("link", name="Skip the map")
        skip.focus()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('footer') !== null")
        skip.focus()
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.closest('footer') !== null"):
                break
        else:
            pytest.fail("Tab does not leave the map")


@contextmanager
def tiled(folder: Path) -> Iterator[str]:
    """A catalogue whose settings name tiles."""
    home = folder / "node"
    build(home, 30)
    tiles = 'map_tiles = "/tiles/{z}/{x}/{y}.png"\nmap_attribution = "The <b>mappers</b>"\n'
    with (home / "settings.toml").open("a") as file:
        file.write(tiles)
    with served(home) as port:
        yield f"http://127.0.0.1:{port}/"


def test_tiles_lie_under_the_pins_where_settings_name_them(tmp_path: Path, browser: Browser) -> None:
    with tiled(tmp_path) as catalogue:
        with visit(browser) as (page, noted):
            page.route("**/tiles/**", lambda route: route.fulfill(body=PIXEL, content_type="image/png"))
            ready(page, f"{catalogue}search")
            page.locator("#map img.leaflet-tile-loaded").first.wait_for()
            expect(page.locator("#map .leaflet-control-attribution")).to_have_text("The <b>mappers</b>")
            assert page.locator("#map .locality").count() == 0
            assert noted == []
        with visit(browser) as (page, _):
            page.route("**/tiles/**", lambda route: route.abort())
            ready(page, f"{catalogue}search")
            page.locator("#map .locality").first.wait_for(state="attached")
