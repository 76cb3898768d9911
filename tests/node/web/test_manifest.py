"""The board can be installed: its manifest holds together, its icons are what they say, every board has its own."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html
from PIL import Image

from node.storage import appearances
from node.web.appearance import brand, manifest
from tests.fakes.mirrored import mirrored, write_mirrored
from tests.node.web.aggregator import Browser
from tests.node.web.page_rendering import STATIC
from tools.icons import FOLDER, ICONS


def told(browser: Browser, **headers: str) -> dict[str, Any]:
    answer = browser.client.get("/manifest.webmanifest", headers=headers)
    assert (answer.status_code, answer.content_type) == (200, "application/manifest+json")
    document: dict[str, Any] = json.loads(answer.data)
    return document


def test_a_manifest_says_what_a_phone_asks_for(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", node_name="Peterborough Shares", tagline="Free, near you", area_name="Fenland")
    document = told(browser)
    assert {name: document[name] for name in ("id", "start_url", "scope")} == dict.fromkeys(
        ("id", "start_url", "scope"), "/"
    )
    assert (document["name"], document["short_name"]) == ("Peterborough Shares", "Fenland")
    assert (document["description"], document["display"]) == ("Free, near you", "standalone")
    assert (document["lang"], document["dir"]) == ("en-GB", "ltr")
    assert document["background_color"] == document["theme_color"] == brand.LIGHT_PAPER.lower()
    for shortcut in document["shortcuts"]:
        assert browser.get(shortcut["url"]).status_code == 200


def test_pages_name_it_and_an_icon_for_phones_that_do_not_read_it(tmp_path: Path) -> None:
    tree = html.fromstring(Browser(tmp_path / "home").text("/"))
    assert tree.xpath("//head/link[@rel='manifest']/@href") == ["/manifest.webmanifest"]
    [icon] = tree.xpath("//head/link[@rel='apple-touch-icon']/@href")
    assert icon.startswith("/static/app-icons/apple-touch-icon.png?v=")


def test_the_icons_are_there_and_as_large_as_they_say(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    icons = told(browser)["icons"]
    assert {(icon["sizes"], icon["purpose"]) for icon in icons} >= {
        ("192x192", "any"),
        ("512x512", "any"),
        ("192x192", "maskable"),
        ("512x512", "maskable"),
        ("any", "any"),
    }
    for icon in icons:
        answer = browser.get(icon["src"])
        assert (answer.status_code, answer.mimetype) == (200, icon["type"])
        assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ICONS)
def test_an_icon_is_small_and_opaque_where_it_is_masked(name: str) -> None:
    source, side = ICONS[name]
    assert (FOLDER / name).stat().st_size < 12_000
    with Image.open(FOLDER / name) as image:
        assert (image.format, image.size) == ("PNG", (side, side))
        corner = image.convert("RGBA").getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert (corner[3] == 255) is (source == "maskable.svg")


def test_what_is_masked_holds_all_that_matters_in_its_middle() -> None:
    """Whatever is not ground lies in the circle of four tenths of the side, which every mask leaves."""
    with Image.open(FOLDER / "maskable-512.png") as image:
        pixels = image.convert("RGB")
    ground, middle = pixels.getpixel((0, 0)), 256
    assert isinstance(ground, tuple)
    drawn = [
        (x, y)
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if sum(abs(one - other) for one, other in zip(pixels.getpixel((x, y)), ground, strict=True)) > 30  # type: ignore[arg-type]
    ]
    assert len(drawn) > 500
    assert max((x - middle) ** 2 + (y - middle) ** 2 for x, y in drawn) <= (0.4 * 512) ** 2


@pytest.mark.parametrize("name", ["icon.svg", "maskable.svg"])
def test_the_drawings_carry_no_scripts_or_foreign_links(name: str) -> None:
    tree = etree.parse(STATIC / "app-icons" / name)
    assert tree.xpath("//*[local-name()='script' or local-name()='style' or local-name()='image']") == []
    assert tree.xpath("//@style | //@href | //@*[starts-with(name(), 'on')]") == []


@pytest.mark.parametrize(
    ("name", "area", "short"),
    [
        pytest.param("Shares", "Peterborough", "Shares", id="the name"),
        pytest.param("Peterborough Shares", "Fenland", "Fenland", id="the area"),
        pytest.param("Peterborough Shares", "", "Peterborough", id="the first word"),
        pytest.param("The Big City Board", "", "The Big City", id="as many words as fit"),
        pytest.param("Donaudampfschifffahrt", "", "Donaudampfsc", id="the beginning of a long one"),
    ],
)
def test_a_short_name_fits_under_an_icon(name: str, area: str, short: str) -> None:
    assert manifest.short_name(name, area) == short


def test_a_city_has_its_own_colour(tmp_path: Path) -> None:
    assert told(Browser(tmp_path / "one", brand_colour="#7A3E7E"))["theme_color"] == "#7a3e7e"
    assert told(Browser(tmp_path / "two"))["theme_color"] == brand.LIGHT_PAPER.lower()


def test_icons_are_painted_in_it(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", brand_colour="#7A3E7E")
    icons = {icon["src"].rpartition("/")[2].partition("?")[0]: icon for icon in told(browser)["icons"]}
    for name, icon in icons.items():
        answer = browser.get(icon["src"])
        assert (answer.status_code, answer.mimetype) == (200, icon["type"])
        assert "immutable" in answer.headers["Cache-Control"]
        if name.endswith(".svg"):
            assert "#7a3e7e" in answer.text.lower()
            assert "#1e6b4a" not in answer.text
            continue
        with Image.open(io.BytesIO(answer.data)) as image:
            assert f"{image.width}x{image.height}" == icon["sizes"]
            at = (4, 4) if "maskable" in name else (image.width // 4, image.height * 3 // 5)
            found = image.convert("RGBA").getpixel(at)
        assert isinstance(found, tuple)
        assert max(abs(one - other) for one, other in zip(found, (0x7A, 0x3E, 0x7E, 255), strict=True)) < 8, name


@pytest.mark.parametrize("name", ["x.png", "..%2ftokens.css", "icon-192.svg"])
def test_there_are_no_other_icons(tmp_path: Path, name: str) -> None:
    assert Browser(tmp_path / "home", brand_colour="#7A3E7E").get(f"/brand/app-icons/{name}").status_code == 404


def test_what_an_operator_publishes_is_what_is_installed(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", brand_colour="#7A3E7E")
    icons = told(browser)["icons"]
    with browser.node.database.write() as tx:
        appearances.publish(tx, appearances.Version(0, {"node_name": "Fens", "brand_colour": "#1F5C4D"}, 0, "x"))
    browser.node.settings.look_again()
    document = told(browser)
    assert (document["name"], document["short_name"], document["theme_color"]) == ("Fens", "Fens", "#1f5c4d")
    assert {icon["src"] for icon in document["icons"]} & {icon["src"] for icon in icons} == set()


def test_it_speaks_the_readers_language(tmp_path: Path) -> None:
    words = tmp_path / "words"
    write_mirrored(words)
    browser = Browser(tmp_path / "home", translations=str(words), languages="en, he")
    document = told(browser, **{"Accept-Language": "he"})
    assert (document["lang"], document["dir"]) == ("he", "rtl")
    assert document["shortcuts"][1]["name"] == mirrored("Wanted")
    assert {"accept-language", "cookie"} <= {name.lower() for name in browser.get("/manifest.webmanifest").vary}


def test_below_a_path_everything_stays_below_it(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home")
    answer = browser.client.get("/manifest.webmanifest", environ_overrides={"SCRIPT_NAME": "/free"})
    document = json.loads(answer.data)
    addresses = [document["id"], document["start_url"], document["scope"]]
    addresses += [part["src"] for part in document["icons"]] + [part["url"] for part in document["shortcuts"]]
    assert [address for address in addresses if not address.startswith("/free/")] == []


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", node_name='"}</script><script>', tagline="\\\u2028</b>")
    assert told(browser)["name"] == '"}</script><script>'
