"""Badges and levels as pictures for other websites: one SVG each, whole in itself, in the house's own look.

Colours come from ``tokens.css`` and drawings from ``icons.svg``, so that a picture is what the pages show; in dark
surroundings it is dark. Refuses to know whether a badge was earned.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from schemas.records import dataclass

MEDIA_TYPE = "image/svg+xml"
WIDTH, HEIGHT = 340, 112
HIGHEST = 5
_STATIC = Path(__file__).parents[2] / "static"
_SYMBOL = re.compile(r'<symbol id="(sign-\w+)" viewBox="0 0 24 24">(.*?)</symbol>', re.DOTALL)
_OWN = ("give", "lend", "host", "help")
"""Signs with a colour of their own; the others have the house's."""
_TEXT_X, _TEXT_WIDTH = 118, 210
TITLE, NAME, LINE = 0.61, 0.61, 0.54
"""How wide a usual letter of each line is, as a part of its size, in the widest of the usual fonts."""
_ELLIPSIS = "\u2026"
_WIDE = 0x1100
"""From here on characters are counted as twice as wide: none of the narrow scripts stands behind it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a picture says: three lines, what is read to those who do not see it, and for a level its ``rank``."""

    title: str
    name: str
    line: str
    words: str
    sign: str
    language: str
    rank: int = 0


def picture(said: Said, credential: str = "") -> bytes:
    """The picture; ``credential`` is the badge as signed JSON Web Token, kept inside as Open Badges 3.0 has it."""
    carried, named = "", ""
    if credential:
        named = ' xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0"'
        carried = Markup('<openbadges:credential verify="{}"/>').format(credential)
    size, title = fitted(said.title, 21, 13, TITLE)
    drawn = _ranks(said.rank) if said.rank else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"{named} viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
        f'height="{HEIGHT}" role="img" lang="{escape(said.language)}">'
        f"{carried}<title>{escape(said.words)}</title><style>{style()}</style>"
        f'<rect class="ground" x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}" rx="10" stroke-width="1.5"/>'
        f'<g class="{said.sign if said.sign in _OWN else "brand"}">'
        '<rect class="tint" x="13" y="13" width="88" height="86" rx="8"/>'
        f'<svg x="29" y="{22 if said.rank else 28}" width="56" height="56" viewBox="0 0 24 24">'
        f"{_symbols()[f'sign-{said.sign}']}</svg>{drawn}</g>"
        f'<text class="title" x="{_TEXT_X}" y="44" font-size="{size}">{escape(title)}</text>'
        f"{_line('name', said.name, 68, 15, NAME)}{_line('line', said.line, 90, 12.5, LINE)}</svg>\n"
    ).encode()


def _line(kind: str, text: str, y: int, size: float, width: float) -> str:
    fitting, shown = fitted(text, size, size * 0.78, width)
    return f'<text class="{kind}" x="{_TEXT_X}" y="{y}" font-size="{fitting:g}">{escape(shown)}</text>'


def _ranks(rank: int) -> str:
    """Five pins under the sign, as many of them full as the level is high."""
    pins = (
        f'<circle class="{"full" if at < rank else "empty"}" cx="{33 + at * 12}" cy="88" r="4" stroke-width="1.2"/>'
        for at in range(HIGHEST)
    )
    return "".join(pins)


def fitted(text: str, size: float, smallest: float, width: float) -> tuple[float, str]:
    """The size at which a text fits into its line, and the text, shortened if it fits at no size.

    ``width`` is that of a usual letter, as a part of its size: nobody knows the fonts of who looks at it.
    """
    text = " ".join(text.split())
    long = sum(2 if ord(letter) >= _WIDE else 1 for letter in text)
    if long * size * width <= _TEXT_WIDTH:
        return size, text
    # Rounded up, the last letters would not fit any more.
    fitting = max(smallest, math.floor(10 * _TEXT_WIDTH / (long * width)) / 10)
    room, kept = int(_TEXT_WIDTH / (fitting * width)), ""
    for letter in text:
        room -= 2 if ord(letter) >= _WIDE else 1
        if room < (0 if len(kept) + 1 == len(text) else 1):
            return fitting, kept.rstrip() + _ELLIPSIS
        kept += letter
    return fitting, kept


@cache
def _symbols() -> Mapping[str, str]:
    text = (_STATIC / "icons.svg").read_text("utf-8")
    return {name: " ".join(inner.split()) for name, inner in _SYMBOL.findall(text)}


@cache
def tokens() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The colours of the pages, light and dark."""
    text = (_STATIC / "css" / "tokens.css").read_text("utf-8")
    blocks = (text.split(start, 1)[1].split("}", 1)[0] for start in (":root {", ':root[data-theme="dark"] {'))
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block)) for block in blocks)
    return light, {**light, **dark}


@cache
def style() -> str:
    """The stylesheet of every picture."""
    light, dark = tokens()
    return f"{_FONTS}{_colours(light)}@media(prefers-color-scheme:dark){{{_colours(dark)}}}"


def style_policy() -> str:
    """The Content-Security-Policy under which a picture that is opened by itself has its colours, and does nothing."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"


_FONTS = (
    ".title{font-family:Charter,'Bitstream Charter','Sitka Text',Cambria,Georgia,'Noto Serif',serif;font-weight:700}"
    ".name,.line{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif}"
    ".name{font-weight:600}"
)


def _colours(token: Mapping[str, str]) -> str:
    signs = "".join(f".{name}{{color:{token[name]}}}.{name} .tint{{fill:{token[f'{name}-tint']}}}" for name in _OWN)
    inner = f"--sign-inner:{token['sign-inner']};--mark-fold:{token['mark-fold']};--mark-pin:{token['mark-pin']}"
    return (
        f"svg{{{inner}}}.ground{{fill:{token['surface']};stroke:{token['line']}}}"
        f".title,.name{{fill:{token['ink']}}}.line{{fill:{token['muted']}}}{signs}"
        f".brand{{color:{token['brand']}}}.brand .tint{{fill:{token['brand-tint']}}}"
        f".full{{fill:{token['mark-pin']};stroke:{token['ink']}}}.empty{{fill:none;stroke:{token['muted']}}}"
    )
