"""The icons of the installed board in a city's own colour: the drawn ones, with their green taken for another colour.

The drawings are made of the green, of white, of the yellow of the pin, and of mixtures of these where edges are smooth.
So each colour of a palette is taken apart into shares of the three, and put together with the new one in the place of
the green; nothing is drawn anew.
"""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from node.web.appearance.brand import BUILT_IN, LIGHT_HARDEST, icon, readable_on

FOLDER = "app-icons"
DRAWINGS = ("icon.svg", "maskable.svg")
PICTURES = ("icon-192.png", "icon-512.png", "maskable-192.png", "maskable-512.png", "apple-touch-icon.png")
_WHITE, _YELLOW = "#ffffff", "#f3c24b"

_Vector = tuple[float, float, float]


@lru_cache(maxsize=64)
def coloured(path: Path, colour: str) -> bytes:
    """The icon at ``path`` in a brand colour, made readable as it is everywhere."""
    if path.suffix == ".svg":
        return icon(path.read_text(encoding="utf-8"), colour).encode()
    return _painted(path.read_bytes(), readable_on(colour, LIGHT_HARDEST))


def _painted(png: bytes, colour: str) -> bytes:
    from PIL import Image

    written = io.BytesIO()
    with Image.open(io.BytesIO(png)) as image:
        palette = image.getpalette() or []
        entries = (palette[at : at + 3] for at in range(0, len(palette), 3))
        image.putpalette([part for entry in entries for part in _mixed_anew(entry, colour)])
        image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _mixed_anew(entry: list[int], colour: str) -> list[int]:
    green, white, yellow = (_vector(name) for name in (BUILT_IN[0].colour, _WHITE, _YELLOW))
    wanted = (float(entry[0]), float(entry[1]), float(entry[2]))
    whole = _volume(green, white, yellow)
    shares = (
        _volume(wanted, white, yellow) / whole,
        _volume(green, wanted, yellow) / whole,
        _volume(green, white, wanted) / whole,
    )
    new = (_vector(colour), white, yellow)
    mixed = (sum(share * part[axis] for share, part in zip(shares, new, strict=True)) for axis in range(3))
    return [min(max(round(value), 0), 255) for value in mixed]


def _vector(colour: str) -> _Vector:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _volume(one: _Vector, other: _Vector, third: _Vector) -> float:
    """The determinant of three columns."""
    return (
        one[0] * (other[1] * third[2] - other[2] * third[1])
        - other[0] * (one[1] * third[2] - one[2] * third[1])
        + third[0] * (one[1] * other[2] - one[2] * other[1])
    )
