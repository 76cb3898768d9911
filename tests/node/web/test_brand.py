from __future__ import annotations

import re
from colorsys import rgb_to_hls
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.app import create_app
from node.web.appearance.brand import (
    BUILT_IN,
    DARK_HARDEST,
    DARK_PAPER,
    LIGHT_HARDEST,
    LIGHT_PAPER,
    MIN_CONTRAST,
    contrast,
    css,
    icon,
    ink_on,
    is_colour,
    readable_on,
    shades,
)
from tests.fakes.own_client import client_of
from tests.fakes.publisher import publisher
from tests.node.web.page_rendering import STATIC

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#ffffff", 21.0, id="black-and-white"),
        pytest.param("#777777", "#FFFFFF", 4.48, id="grey"),
        pytest.param("#1E6B4A", "#1e6b4a", 1.0, id="the-same"),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)


@given(COLOURS)
def test_every_brand_colour_can_be_read_on_our_paper(colour: str) -> None:
    for paper in (LIGHT_PAPER, DARK_PAPER):
        shown = readable_on(colour, paper)
        assert contrast(shown, paper) >= MIN_CONTRAST
        assert contrast(ink_on(shown), shown) >= MIN_CONTRAST


@pytest.mark.parametrize("colour", ["#722f37", "#663399", "#005ea5", "#ffee00", "#c0ffee"])
def test_a_colour_that_is_moved_keeps_its_hue_and_does_not_fade(colour: str) -> None:
    hue, _, saturation = rgb_to_hls(*(part / 255 for part in bytes.fromhex(colour[1:])))
    for paper in (LIGHT_PAPER, DARK_PAPER):
        shown = rgb_to_hls(*(part / 255 for part in bytes.fromhex(readable_on(colour, paper)[1:])))
        assert (shown[0], shown[2]) == pytest.approx((hue, saturation), abs=0.03)


@given(COLOURS)
def test_whatever_is_made_of_a_colour_can_be_read(colour: str) -> None:
    for shade in shades(colour):
        assert shade.on_page >= MIN_CONTRAST
        assert shade.under_text >= MIN_CONTRAST
        assert contrast(shade.ink, shade.strong) >= MIN_CONTRAST
        assert contrast(shade.colour, shade.tint) >= 3


@pytest.mark.parametrize(("start", "hardest"), [(":root {", LIGHT_HARDEST), ('="dark"] {', DARK_HARDEST)])
def test_the_hardest_ground_is_the_one_of_the_stylesheet(start: str, hardest: str) -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text().split(start, 1)[1].split("}", 1)[0]
    grounds = dict(re.findall(r"--(paper|paper-deep|surface|ink): (#[0-9a-f]+);", tokens))
    ink = grounds.pop("ink")
    long = {name: value if len(value) == 7 else "#ffffff" for name, value in grounds.items()}
    assert min(long.values(), key=lambda ground: contrast(ink, ground)) == hardest.lower()


def test_without_a_colour_the_verdict_speaks_of_the_stylesheet_s_own() -> None:
    tokens = (STATIC / "css" / "tokens.css").read_text()
    assert shades("") == BUILT_IN
    for shade in BUILT_IN:
        for name, value in (("brand", shade.colour), ("brand-strong", shade.strong), ("brand-tint", shade.tint)):
            assert f"--{name}: {value};" in tokens


def test_the_icon_is_drawn_in_the_colour() -> None:
    drawing = (STATIC / "favicon.svg").read_text()
    drawn = icon(drawing, "#663399")
    assert "#663399" in drawn
    assert BUILT_IN[0].colour not in drawn
    assert BUILT_IN[0].fold not in drawn
    assert icon(drawing, "nonsense") == drawing


def test_a_colour_that_is_readable_already_is_kept() -> None:
    assert readable_on("#1E6B4A", LIGHT_PAPER) == "#1e6b4a"


@pytest.mark.parametrize("text", ["", "green", "#12345", "#1234567", "#12345g", "#123456;x{}"])
def test_what_is_no_colour_is_not_taken(text: str) -> None:
    assert not is_colour(text)


def test_both_themes_are_set() -> None:
    made = css("#663399")
    for name in ("brand", "brand-strong", "on-brand", "brand-tint", "mark-fold"):
        assert len(re.findall(rf"--{name}: #[0-9A-Fa-f]{{6}};", made)) == 3
    assert css("#663399; } body { display: none") == ""


def test_the_stylesheet_is_served_and_linked_where_a_colour_is_set(tmp_path: Path) -> None:
    plain = client_of(create_app(publisher(tmp_path / "plain")))
    branded = client_of(create_app(publisher(tmp_path / "branded", brand_colour="#663399")))
    page = branded.get("/nothing", headers={"Accept": "text/html"}).text
    for path, media_type in (("/brand.css", "text/css"), ("/brand/icon.svg", "image/svg+xml")):
        assert plain.get(path).status_code == 404
        assert f'href="{path}?v=663399"' in page
        kept = branded.get(f"{path}?v=663399")
        assert (kept.mimetype, "immutable" in kept.headers["Cache-Control"]) == (media_type, True)
        assert "max-age=60" in branded.get(f"{path}?v=000000").headers["Cache-Control"]
    assert "/brand.css" not in plain.get("/nothing", headers={"Accept": "text/html"}).text
    assert "static/favicon.svg" in plain.get("/nothing", headers={"Accept": "text/html"}).text
