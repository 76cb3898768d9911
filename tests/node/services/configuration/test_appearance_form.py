"""What operators type into the form of the appearance: tidied, judged, and never more than it may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.services.configuration.appearance_form import FIELDS, NAMES, UnfitError, colour_of, read_form, written
from node.services.configuration.setup import check_described
from node.settings import APPEARANCE, Settings
from node.web.appearance.brand import is_colour

SETTINGS = Settings(Path("/nowhere"), {"node_url": "https://share.example.org/", "node_name": "Share"})
AS_IT_STANDS = {name: written(getattr(SETTINGS, name)) for name in NAMES}


def test_the_form_has_every_setting_of_the_appearance_but_the_logo() -> None:
    assert {*NAMES, "logo"} == set(APPEARANCE)


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        pytest.param("node_name", "  Fenland \n Shares ", "Fenland Shares", id="a line of its own"),
        pytest.param("node_name", "\u202eevil\u202c name", "evil name", id="nothing that turns the page round"),
        pytest.param("node_name", "می‌خواهم", "می‌خواهم", id="joiners are writing"),
        pytest.param("about_text", " One.\r\n\r\nTwo.\r\n", "One.\n\nTwo.", id="paragraphs"),
        pytest.param("brand_colour", "1F5C4D", "#1f5c4d", id="a colour without its sign"),
        pytest.param("brand_colour", "#Abc", "#aabbcc", id="a short colour"),
        pytest.param("map_lat", "52,61239999", 52.6124, id="a comma, and five places"),
        pytest.param("map_zoom", "9", 9, id="a zoom"),
        pytest.param("units", "km", "km", id="a choice"),
        pytest.param("headline", "<b>Free</b>", "<b>Free</b>", id="markup is text"),
    ],
)
def test_is_kept(name: str, typed: str, kept: object) -> None:
    assert read_form({**AS_IT_STANDS, name: typed}, (), SETTINGS) == ({name: kept}, [])


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        pytest.param("node_name", "", id="no name"),
        pytest.param("node_name", " ... ", id="a name that says nothing"),
        pytest.param("node_name", "x" * 81, id="a name too long"),
        pytest.param("about_text", "x" * 5001, id="a text too long"),
        pytest.param("tagline", "a\x00b", id="a character that no database takes"),
        pytest.param("tagline", "a\ud800b", id="half a character"),
        pytest.param("brand_colour", "green", id="a name of a colour"),
        pytest.param("brand_colour", "#12345", id="five digits"),
        pytest.param("brand_colour", "#123456;}body{display:none", id="a stylesheet"),
        pytest.param("brand_colour", "url(https://evil.example/x)", id="an address"),
        pytest.param("map_lat", "91", id="beyond the pole"),
        pytest.param("map_lat", "", id="no latitude"),
        pytest.param("map_lat", "nan", id="no number"),
        pytest.param("map_lon", "1e309", id="no end"),
        pytest.param("map_lon", "-181", id="once round"),
        pytest.param("map_zoom", "11.5", id="half a zoom"),
        pytest.param("map_zoom", "99", id="too close"),
        pytest.param("units", "furlongs", id="another unit"),
    ],
)
def test_is_asked_for_again(name: str, typed: str) -> None:
    values, problems = read_form({**AS_IT_STANDS, name: typed}, (), SETTINGS)
    assert {problem.pointer for problem in problems} == {f"/{name}"}
    assert all(problem.message.endswith(".") for problem in problems)
    assert set(values) <= {name}


def test_a_field_for_which_the_setting_counts_is_not_judged() -> None:
    assert read_form({**AS_IT_STANDS, "brand_colour": "nonsense"}, ("brand_colour",), SETTINGS) == ({}, [])


def test_a_setting_that_would_not_pass_the_form_can_stay() -> None:
    odd = SETTINGS.changed(brand_colour="green", about_text="A text.\n\n", node_name="...")
    typed = {name: written(getattr(odd, name)) for name in NAMES}
    assert read_form(typed, (), odd) == ({}, [])


def test_a_form_with_nothing_in_it_is_no_fault() -> None:
    _, problems = read_form({}, (), SETTINGS)
    assert {problem.pointer for problem in problems} == {"/node_name", "/map_lat", "/map_lon", "/map_zoom"}


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=120)))
def test_whatever_is_kept_makes_a_node_document_that_others_read(typed: dict[str, str]) -> None:
    values, problems = read_form({**AS_IT_STANDS, **typed}, (), SETTINGS)
    if not problems:
        check_described(SETTINGS.changed(**values))


@given(st.text(max_size=9))
def test_a_colour_is_one_or_none(typed: str) -> None:
    try:
        colour = colour_of(typed)
    except UnfitError:
        return
    assert colour == "" or is_colour(colour)


def test_the_longest_texts_pass() -> None:
    texts = {field.name: "x" * field.limit for field in FIELDS if field.limit > 40}
    assert read_form({**AS_IT_STANDS, **texts}, (), SETTINGS) == (texts, [])
