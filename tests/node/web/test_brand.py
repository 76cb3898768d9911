from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.app import create_app
from node.web.brand import DARK_PAPER, LIGHT_PAPER, MIN_CONTRAST, contrast, css, ink_on, is_colour, readable_on
from tests.fakes.own_client import client_of
from tests.fakes.publisher import publisher

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


def test_a_colour_that_is_readable_already_is_kept() -> None:
    assert readable_on("#1E6B4A", LIGHT_PAPER) == "#1e6b4a"


@pytest.mark.parametrize("text", ["", "green", "#12345", "#1234567", "#12345g", "#123456;x{}"])
def test_what_is_no_colour_is_not_taken(text: str) -> None:
    assert not is_colour(text)


def test_both_themes_are_set() -> None:
    assert len(re.findall(r"--brand: #[0-9a-f]{6}; --on-brand: #[0-9A-Fa-f]{6};", css("#663399"))) == 3


def test_the_stylesheet_is_served_and_linked_where_a_colour_is_set(tmp_path: Path) -> None:
    plain = client_of(create_app(publisher(tmp_path / "plain")))
    branded = client_of(create_app(publisher(tmp_path / "branded", brand_colour="#663399")))
    assert plain.get("/brand.css").status_code == 404
    assert branded.get("/brand.css").mimetype == "text/css"
    assert "/brand.css" in branded.get("/nothing", headers={"Accept": "text/html"}).text
    assert "/brand.css" not in plain.get("/nothing", headers={"Accept": "text/html"}).text
