"""The stylesheets, drawings and vendored parts hold together: themes match, contrast suffices, nothing is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

from node.web.wording import words
from schemas import vocabulary
from tests.node.web.page_rendering import STATIC

CSS = sorted((STATIC / "css").glob("*.css"))
TOKENS = (STATIC / "css" / "tokens.css").read_text()
VENDORED = STATIC / "vendor"
SIZE_LIMIT = 400


def block(start: str) -> dict[str, str]:
    body = TOKENS.split(start, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+): ([^;]+);", body))


LIGHT = block(":root {")
DARK = block(':root[data-theme="dark"] {')


def test_the_dark_theme_is_said_twice_and_is_the_same() -> None:
    assert block(':root:not([data-theme="light"]) {') == DARK
    assert set(DARK) < set(LIGHT)


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(part * 2 for part in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The WCAG 2.2 contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "paper-deep", "surface")
READ = [
    *[(text, ground, 4.5) for text in ("ink", "muted", "brand", "bad") for ground in GROUNDS],
    *[(sign, ground, 4.5) for sign in words.SIGNS for ground in ("surface", f"{sign}-tint")],
    *[("ink", f"{sign}-tint", 4.5) for sign in words.SIGNS],
    *[("muted", f"{sign}-tint", 4.5) for sign in words.SIGNS],
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-strong", 4.5),
    ("highlight-ink", "highlight", 4.5),
    ("bad", "bad-tint", 4.5),
    ("warn", "warn-tint", 4.5),
    ("brand", "brand-tint", 3),
    *[("field-line", ground, 3) for ground in GROUNDS],
    *[("focus", ground, 3) for ground in GROUNDS],
]


@pytest.mark.parametrize("theme", [pytest.param(LIGHT, id="light"), pytest.param({**LIGHT, **DARK}, id="dark")])
@pytest.mark.parametrize(("text", "ground", "least"), [pytest.param(*row, id=f"{row[0]}-on-{row[1]}") for row in READ])
def test_contrast(theme: dict[str, str], text: str, ground: str, least: float) -> None:
    assert contrast(theme[f"--{text}"], theme[f"--{ground}"]) >= least


def test_every_property_that_is_used_is_set_somewhere() -> None:
    sheets = "\n".join(path.read_text() for path in CSS)
    drawn = "\n".join(path.read_text() for path in STATIC.glob("*.svg"))
    used = set(re.findall(r"var\((--[\w-]+)\)", sheets + drawn))
    assert used
    assert used - set(re.findall(r"(--[\w-]+):", sheets)) == set()


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.name) for path in [*CSS, *sorted((STATIC / "js").glob("*.js"))]]
)
def test_own_files_are_small_and_ask_nobody_else(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= SIZE_LIMIT
    assert "@import" not in text
    assert [
        address for address in re.findall(r"https?://[^\"'\s)]+", text) if address != "http://www.w3.org/2000/svg"
    ] == []


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in CSS])
def test_every_rule_is_closed(path: Path) -> None:
    """One that is not swallows the rules below it, and browsers say nothing."""
    text = path.read_text()
    assert text.count("{") == text.count("}")


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in CSS if path.name != "print.css"])
def test_sheets_are_ready_for_right_to_left(path: Path) -> None:
    physical = (
        r"(?:margin|padding|border)-(?:left|right)|(?:^|[\s;{])(?:left|right):|(?:text-align|float): (?:left|right)"
    )
    assert re.findall(physical, path.read_text()) == []


def symbols(name: str) -> set[str]:
    return {str(value) for value in etree.parse(STATIC / name).xpath("//*[local-name()='symbol']/@id")}


def test_every_root_of_the_vocabulary_has_a_drawing() -> None:
    drawn = {name.removeprefix("drawing-") for name in symbols("drawings.svg") if name.startswith("drawing-")}
    assert drawn == words.DRAWN_ROOTS
    assert {category.path for category in vocabulary.roots()} <= drawn


def test_every_sign_has_a_shape() -> None:
    assert {f"sign-{sign}" for sign in words.SIGNS} <= symbols("icons.svg")


@pytest.mark.parametrize("name", ["icons.svg", "drawings.svg", "board.svg", "favicon.svg"])
def test_drawings_carry_no_scripts_styles_or_foreign_links(name: str) -> None:
    tree = etree.parse(STATIC / name)
    assert tree.xpath("//*[local-name()='script' or local-name()='style' or local-name()='image']") == []
    assert tree.xpath("//@style | //@*[starts-with(name(), 'on')] | //@href[not(starts-with(., '#'))]") == []


@pytest.mark.parametrize("part", ["leaflet", "leaflet.markercluster"])
def test_vendored_parts_come_with_their_licence_and_a_notice(part: str) -> None:
    assert (VENDORED / part / "LICENSE").read_text().strip()
    notice = (STATIC.parents[1] / "NOTICE").read_text()
    assert f"node/static/vendor/{part}\n" in notice
    assert list(VENDORED.rglob("*.map")) == []
