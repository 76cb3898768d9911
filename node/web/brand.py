"""The city's own colour: a stylesheet that sets it, darkened or lightened until it can be read on our paper.

Contrast is that of WCAG 2.2 (success criterion 1.4.3): 4.5 to 1 against the page in both themes.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort

from node.web import current_node

blueprint = Blueprint("brand", __name__)

BRAND_PATH = "/brand.css"
MIN_CONTRAST = 4.5
LIGHT_PAPER, DARK_PAPER = "#FBF8F1", "#121815"
LIGHT_INK, DARK_INK = "#FFFFFF", "#121815"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_STEPS = 50

_Rgb = tuple[float, float, float]


@blueprint.get(BRAND_PATH)
def stylesheet() -> Response:
    colour = current_node().settings.brand_colour
    if not is_colour(colour):
        abort(404)
    response = Response(css(colour), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def is_colour(text: str) -> bool:
    """Whether ``text`` is a colour as #RRGGBB."""
    return _COLOUR.fullmatch(text) is not None


def css(colour: str) -> str:
    """The stylesheet for a brand colour: ``--brand``, and ``--on-brand`` for text on it, in both themes."""
    light, dark = readable_on(colour, LIGHT_PAPER), readable_on(colour, DARK_PAPER)
    day = f"--brand: {light}; --on-brand: {ink_on(light)};"
    night = f"--brand: {dark}; --on-brand: {ink_on(dark)};"
    return (
        f":root {{ {day} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {night} }} }}\n'
        f':root[data-theme="dark"] {{ {night} }}\n'
    )


def ink_on(colour: str) -> str:
    """White or near-black, whichever is easier to read on ``colour``."""
    return max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, colour))


def readable_on(colour: str, paper: str) -> str:
    """``colour``, moved away from ``paper`` in the smallest of steps until it stands out from it."""
    goal = 0.0 if _luminance(_rgb(paper)) > 0.5 else 1.0
    start = _rgb(colour)
    for step in range(_STEPS + 1):
        share = step / _STEPS
        tried = _hex((_mix(start[0], goal, share), _mix(start[1], goal, share), _mix(start[2], goal, share)))
        if contrast(tried, paper) >= MIN_CONTRAST:
            return tried
    return _hex((goal, goal, goal))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (high + 0.05) / (low + 0.05)


def _mix(value: float, goal: float, share: float) -> float:
    return value + (goal - value) * share


def _rgb(colour: str) -> _Rgb:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(value * 255):02x}" for value in rgb)


def _luminance(rgb: _Rgb) -> float:
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
