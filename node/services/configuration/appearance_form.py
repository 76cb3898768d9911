"""What the form of a node's appearance sends: read, tidied and judged. Pure.

What equals the settings is left out, so that it follows them when they are changed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from node.services.limits.strangers import text_problems
from node.settings import Settings
from schemas.errors import Problem, pointer
from schemas.records import dataclass

UNITS = ("", "miles", "km")
ZOOMS = (1, 18)
_COLOUR = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})")
# What turns the direction of all that follows on a page; marks of a direction and joiners are part of writing.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


class UnfitError(ValueError):
    """The value of one field cannot be taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: the setting's name, and what makes a value of what was typed. Raises `UnfitError`."""

    name: str
    read: Callable[[str], Any]
    limit: int = 40
    lines: bool = False


def _line(text: str) -> str:
    return " ".join(_TURNS.sub("", text).split())


def _lines(text: str) -> str:
    return _TURNS.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def _name(text: str) -> str:
    line = _line(text)
    if not any(sign.isalnum() for sign in line):
        raise UnfitError("Give this board a name.")
    return line


def colour_of(text: str) -> str:
    """A colour as it is kept, "#1e6b4a", from what people write; the empty text is the built-in one.

    Raises `UnfitError`.
    """
    found = _COLOUR.fullmatch(text.strip().lower())
    if text.strip() and found is None:
        raise UnfitError("A colour is a # and six digits or letters from a to f, such as #1f5c4d.")
    if found is None:
        return ""
    digits = found[1]
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def _degrees(most: float, example: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = _number(text)
        if number is None or abs(number) > most:
            raise UnfitError(f"This is a number of degrees from -{most:g} to {most:g}, such as {example}.")
        return round(number, 5)

    return read


def _zoom(text: str) -> int:
    number = _number(text)
    if number is None or number != int(number) or not ZOOMS[0] <= number <= ZOOMS[1]:
        raise UnfitError("This is a whole number from 1, the whole world, to 18, a street.")
    return int(number)


def _number(text: str) -> float | None:
    """A number, with a point or a comma; None for what is none."""
    try:
        number = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _units(text: str) -> str:
    if text not in UNITS:
        raise UnfitError("Choose one of these.")
    return text


FIELDS = (
    Field("node_name", _name, 80),
    Field("tagline", _line, 160),
    Field("node_description", _line, 500),
    Field("headline", _line, 80),
    Field("lead", _line, 240),
    Field("about_text", _lines, 5000, lines=True),
    Field("contact_line", _line, 200),
    Field("footer_note", _line, 300),
    Field("brand_colour", colour_of),
    Field("map_lat", _degrees(90, "52.5733")),
    Field("map_lon", _degrees(180, "-0.2441")),
    Field("map_zoom", _zoom),
    Field("units", _units),
)
"""Every field but the logo, which is a file and has a form of its own."""

NAMES = tuple(field.name for field in FIELDS)


def read_form(
    typed: Mapping[str, str], again: Collection[str], configured: Settings
) -> tuple[dict[str, Any], list[Problem]]:
    """The values that come before the settings, by name, and what is wrong with the others.

    ``again`` names fields for which the setting counts, whatever was typed.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in FIELDS:
        setting = getattr(configured, field.name)
        tidy = _lines if field.lines else _line
        text = tidy(typed.get(field.name, ""))
        if field.name in again or text == tidy(written(setting)):
            continue
        try:
            value = field.read(text)
        except UnfitError as error:
            problems.append(Problem(pointer([field.name]), "unfit", str(error)))
            continue
        problems += text_problems(field.name, text, field.limit)
        if value != setting:
            values[field.name] = value
    return values, problems


def written(value: Any) -> str:
    """A value as it stands in its field."""
    return "" if value is None else f"{value:.10g}" if isinstance(value, float) else str(value)
