"""Pages can run from right to left: no stylesheet says left or right where it means the start or the end of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree, html

from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import NAMES, STATIC, TEMPLATES, render, tree_of

SHEETS = sorted((STATIC / "css").glob("*.css"))
SIDES = (
    "margin",
    "padding",
    "inset",
    "border-width",
    "border-color",
    "border-style",
    "scroll-margin",
    "scroll-padding",
)
ALLOWED = {
    ("map.css", "direction: ltr"): "a map is not mirrored: west is on the left",
    ("map.css", "inset: 7px auto auto 8px"): "a pin's sign stands in its middle, whichever way lines run",
}
"""What may speak of sides, and why."""

POINTING = {"back", "next", "out"}
"""Drawings that point along the line, and are mirrored with it."""


def rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Property and value of each declaration."""
    bare = re.sub(r"/\*.*?\*/|\([^()]*\)", "", sheet, flags=re.DOTALL)
    yield from re.findall(r"(?:^|[;{\s])([a-z-]+):\s*([^;{}]+);", bare)


def speaks_of_sides(name: str, value: str) -> bool:
    """Whether a declaration means left or right, whatever the direction."""
    parts = value.split()
    if re.search(r"(^|-)(left|right)($|-)", name) or name == "direction":
        return True
    if name in ("text-align", "float", "clear", "justify-content", "background-position", "transform-origin"):
        return bool({"left", "right"} & set(parts))
    if name in SIDES:
        return len(parts) == 4 and parts[1] != parts[3]
    if name == "border-radius":
        return len(parts) > 2 or (len(parts) == 2 and parts[0] != parts[1])
    return name in ("transform", "translate") and "translateX" in value


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in SHEETS])
def test_a_stylesheet_speaks_of_start_and_end(path: Path) -> None:
    found = [f"{name}: {value}" for name, value in rules(path.read_text()) if speaks_of_sides(name, value)]
    assert [one for one in found if (path.name, one) not in ALLOWED] == []


def test_what_is_allowed_is_there() -> None:
    said = {(path.name, f"{name}: {value}") for path in SHEETS for name, value in rules(path.read_text())}
    assert ALLOWED.keys() <= said


@pytest.mark.parametrize(
    ("rule", "sides"),
    [
        pytest.param("margin-left: 1px;", True, id="a margin"),
        pytest.param("border-top-right-radius: 1px;", True, id="a corner"),
        pytest.param("left: 0;", True, id="a place"),
        pytest.param("text-align: left;", True, id="text"),
        pytest.param("padding: 0 1px 0 2px;", True, id="four sides"),
        pytest.param("padding: 0 1px 0 1px;", False, id="four sides that are alike"),
        pytest.param("margin: 0 auto;", False, id="both sides"),
        pytest.param("border-radius: 4px 0 0 4px;", True, id="two corners"),
        pytest.param("margin-inline-start: 1px;", False, id="the start"),
        pytest.param("/* left: 0; */ inset-inline-end: 0;", False, id="a remark"),
        pytest.param("grid-template-columns: var(--left) 1fr;", False, id="a name"),
    ],
)
def test_sides_are_noticed(rule: str, sides: bool) -> None:
    assert any(speaks_of_sides(name, value) for name, value in rules(f".a {{ {rule} }}")) == sides


def test_drawings_that_point_are_mirrored() -> None:
    marked = {
        use.get("href").rpartition("#i-")[2]
        for flavour, name in NAMES
        for use in tree_of(flavour, name).xpath("//svg[contains(@class, 'icon-points')]/use")
    }
    assert marked == POINTING
    assert '[dir="rtl"] .icon-points' in (STATIC / "css" / "base.css").read_text()


def test_each_drawing_of_an_arrow_is_known() -> None:
    """An arrow's head is drawn as a corner beside a line: whoever adds one decides whether it is mirrored."""
    drawn = etree.parse(STATIC / "icons.svg").getroot()
    names = {one.get("id").removeprefix("i-") for one in drawn if (one.get("id") or "").startswith("i-")}
    assert names >= POINTING
    assert {name for name in names if re.search(r"next|previous|back|forward|arrow|out", name)} == POINTING


def test_templates_leave_the_direction_of_peoples_texts_to_the_browser() -> None:
    """``dir="ltr"`` stands only at what is read from left to right everywhere: addresses and code."""
    found = {
        (path.name, kept)
        for path in TEMPLATES.rglob("*.html")
        for kept in re.findall(r'<(\w+)[^<>]* dir="(?:ltr|rtl)"', path.read_text())
    }
    assert {tag for _, tag in found} <= {"a", "pre", "span", "code", "input", "textarea"}


ARABIC = "\u0645\u0643\u062a\u0628"


def test_a_heading_of_ours_does_not_decide_how_a_text_runs() -> None:
    tree = html.document_fromstring(render("portal/listing.html", make.listing(), make.site()))
    [text] = tree.xpath("//*[contains(@class, 'listing-text')]")
    assert text.get("dir") == "auto"
    assert not text.xpath(".//h2[contains(@class, 'visually-hidden')]")


def test_texts_of_others_stand_in_elements_that_find_their_own_direction() -> None:
    listing = make.listing()
    card = replace(listing.card, title=ARABIC, organisation=ARABIC, place=replace(listing.card.place, name=ARABIC))
    assert listing.organisation is not None
    foreign = replace(
        listing,
        card=card,
        terms=ARABIC,
        safety=ARABIC,
        tags=(make.vm.Link(ARABIC, "/search"),),
        organisation=replace(listing.organisation, name=ARABIC),
        similar=(card,),
    )
    tree = html.document_fromstring(render("portal/listing.html", foreign, make.site()))
    places = tree.xpath(f"//main//text()[contains(., '{ARABIC}')]")
    assert len(places) >= 8
    for text in places:
        around = text.getparent()
        isolated = "ancestor-or-self::*[self::bdi or @dir='auto' or self::script]"
        assert around.xpath(isolated), html.tostring(around)[:200]
