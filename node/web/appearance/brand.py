"""The city's own colour: darkened or lightened until it can be read on our paper, and all that is made of it.

Contrast is that of WCAG 2.2 (success criterion 1.4.3): 4.5 to 1 on every ground that the pages have, in both themes.
"""

from __future__ import annotations

import re
from colorsys import hls_to_rgb, rgb_to_hls

from schemas.records import dataclass

MIN_CONTRAST = 4.5
LIGHT_PAPER, DARK_PAPER = "#FBF8F1", "#121815"
LIGHT_HARDEST, DARK_HARDEST = "#F3EEE2", "#1A221E"
"""Of the grounds of each theme, the one on which text is hardest to read (``tokens.css``)."""
LIGHT_SURFACE, DARK_SURFACE = "#FFFFFF", "#1A221E"
LIGHT_INK, DARK_INK = "#FFFFFF", "#121815"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_STEPS = 100
_STRONGER, _TINT, _FOLD = 0.25, 0.88, 0.72

_Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Shade:
    """A brand colour as one theme shows it, with what is made of it.

    ``strong`` is for what the pointer is on, ``ink`` for text on either, ``tint`` and ``fold`` for grounds.
    """

    colour: str
    strong: str
    ink: str
    tint: str
    fold: str
    ground: str
    """What ``on_page`` was measured on."""

    @property
    def on_page(self) -> float:
        """The contrast with the ground on which it is hardest to read."""
        return contrast(self.colour, self.ground)

    @property
    def under_text(self) -> float:
        """The contrast of text on it."""
        return contrast(self.ink, self.colour)


BUILT_IN = (
    Shade("#1e6b4a", "#155239", "#ffffff", "#e3f0e8", "#bfe0cf", LIGHT_HARDEST),
    Shade("#6fd0a0", "#93e0ba", "#0d1913", "#1c3026", "#2b5a45", DARK_HARDEST),
)
"""What stands in the stylesheets where no colour is set, light and dark."""


def is_colour(text: str) -> bool:
    """Whether ``text`` is a colour as #RRGGBB."""
    return _COLOUR.fullmatch(text) is not None


def shades(colour: str) -> tuple[Shade, Shade]:
    """How light and how dark pages show a colour; the built-in one where there is none."""
    if not is_colour(colour):
        return BUILT_IN
    light, dark = readable_on(colour, LIGHT_HARDEST), readable_on(colour, DARK_HARDEST)
    return _shade(light, "#000000", LIGHT_SURFACE, LIGHT_HARDEST), _shade(dark, "#ffffff", DARK_SURFACE, DARK_HARDEST)


def _shade(colour: str, goal: str, surface: str, ground: str) -> Shade:
    return Shade(
        colour=colour,
        strong=mixed(colour, goal, _STRONGER),
        ink=ink_on(colour),
        tint=mixed(colour, surface, _TINT),
        fold=mixed(colour, surface, _FOLD),
        ground=ground,
    )


def css(colour: str) -> str:
    """The stylesheet for a brand colour in both themes; empty for what is no colour."""
    if not is_colour(colour):
        return ""
    day, night = (_tokens(shade) for shade in shades(colour))
    return (
        f":root {{ {day} }}\n"
        f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {night} }} }}\n'
        f':root[data-theme="dark"] {{ {night} }}\n'
    )


def _tokens(shade: Shade) -> str:
    return (
        f"--brand: {shade.colour}; --brand-strong: {shade.strong}; --on-brand: {shade.ink}; "
        f"--brand-tint: {shade.tint}; --mark-fold: {shade.fold};"
    )


def icon(drawing: str, colour: str) -> str:
    """The drawing of the site's mark in a brand colour, which its white lines must stand out from."""
    if not is_colour(colour):
        return drawing
    readable = readable_on(colour, LIGHT_HARDEST)
    fold = mixed(readable, LIGHT_SURFACE, _FOLD)
    return drawing.replace(BUILT_IN[0].colour, readable).replace(BUILT_IN[0].fold, fold)


def ink_on(colour: str) -> str:
    """White or near-black, whichever is easier to read on ``colour``."""
    return max((LIGHT_INK, DARK_INK), key=lambda ink: contrast(ink, colour))


def readable_on(colour: str, paper: str) -> str:
    """``colour``, darker or lighter than ``paper`` in the smallest of steps until it stands out from it.

    Hue and saturation stay: mixed with white, a wine red would become a grey one.
    """
    goal = 0.0 if _luminance(_rgb(paper)) > 0.5 else 1.0
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))
    if contrast(colour, paper) >= MIN_CONTRAST:
        return colour.lower()
    for step in range(1, _STEPS + 1):
        tried = _hex(hls_to_rgb(hue, lightness + (goal - lightness) * step / _STEPS, saturation))
        if contrast(tried, paper) >= MIN_CONTRAST:
            return tried
    return _hex((goal, goal, goal))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (high + 0.05) / (low + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """Two colours in one, ``share`` of it of the other."""
    red, green, blue = (a + (b - a) * share for a, b in zip(_rgb(one), _rgb(other), strict=True))
    return _hex((red, green, blue))


def _rgb(colour: str) -> _Rgb:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(rgb: _Rgb) -> str:
    return "#" + "".join(f"{round(value * 255):02x}" for value in rgb)


def _luminance(rgb: _Rgb) -> float:
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
