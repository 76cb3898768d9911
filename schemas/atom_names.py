"""The names that a listing has in Atom: our namespace, and one element for each member under ``_sharefeed``.

The elements are drawn from the marshmallow schema, so that a field added there has its Atom name at once: an object
becomes an element with its members inside, a list becomes a repeated element in the singular. Three members stand
where ordinary Atom readers look for them instead: ``category``, and the point of ``place``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from enum import Enum, auto
from functools import cache
from types import MappingProxyType

from marshmallow import Schema
from marshmallow import fields as marshmallow_fields

from schemas.canonical import EXTENSION
from schemas.fields import Many, Number, Part, Text
from schemas.listing import ExtensionSchema
from schemas.records import dataclass

ATOM = "http://www.w3.org/2005/Atom"
SHAREFEED = "https://w3id.org/sharefeed/1.0"
GEORSS = "http://www.georss.org/georss"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
XHTML = "http://www.w3.org/1999/xhtml"
XML = "http://www.w3.org/XML/1998/namespace"

CATEGORY_SCHEME = f"{SHAREFEED}/category"
PREFIXES: Mapping[str, str] = MappingProxyType(
    {"sf": SHAREFEED, "georss": GEORSS, "fh": HISTORY, "at": TOMBSTONES},
)

REST = "json"
"""Our element for the members that have none of their own: the rest of the item, as JSON text."""

IMAGE_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "avif": "image/avif",
        "gif": "image/gif",
        "jpeg": "image/jpeg",
        "jpg": "image/jpeg",
        "png": "image/png",
        "svg": "image/svg+xml",
        "webp": "image/webp",
    }
)
"""End of an address -> media type. Python's own table differs from machine to machine, and the bytes should not."""

_SINGULAR = {"images": "image", "identifiers": "identifier", "dates": "date"}

# What XML 1.0 (section 2.2) cannot carry in any spelling.
UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE = " \t\r\n"
_JSON_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_LONGEST_NUMBER = 30


class Form(Enum):
    """How a value stands between its tags: text as it is, a word whose surroundings do not count, a number, members."""

    TEXT = auto()
    WORD = auto()
    NUMBER = auto()
    OBJECT = auto()


@dataclass(frozen=True, slots=True)
class Shape:
    """One element of ours. ``member`` is its JSON name; ``parts`` are what an object may hold, by JSON name."""

    member: str
    element: str
    form: Form
    repeated: bool = False
    parts: Mapping[str, Shape] = field(default_factory=dict)
    by_tag: Mapping[str, Shape] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_tag", {part.tag: part for part in self.parts.values()})

    @property
    def tag(self) -> str:
        return sf(self.element)


def sf(name: str) -> str:
    """The name in our namespace, as lxml writes it."""
    return f"{{{SHAREFEED}}}{name}"


def _form(found: marshmallow_fields.Field[object]) -> Form:
    if isinstance(found, Part):
        return Form.OBJECT
    if isinstance(found, Number):
        return Form.NUMBER
    # Every subclass of Text has a narrower form, in which space before or after means nothing.
    return Form.TEXT if type(found) is Text else Form.WORD


def _shape(member: str, found: marshmallow_fields.Field[object]) -> Shape:
    repeated = isinstance(found, Many)
    inner = found.inner if isinstance(found, Many) else found
    parts = _parts(inner.schema) if isinstance(inner, Part) else {}
    return Shape(member, _SINGULAR.get(member, member), _form(inner), repeated, parts)


def _parts(schema: Schema) -> Mapping[str, Shape]:
    named = {found.data_key or name: found for name, found in schema.fields.items()}
    return {member: _shape(member, found) for member, found in named.items()}


@cache
def extension() -> Shape:
    """What may stand under ``_sharefeed``, the marks of passing on (hash, sig, via) included."""
    marks = {
        "hash": Shape("hash", "hash", Form.WORD),
        "sig": Shape("sig", "sig", Form.WORD),
        "via": Shape("via", "via", Form.WORD, repeated=True),
    }
    return Shape(EXTENSION, "entry", Form.OBJECT, parts={**_parts(ExtensionSchema()), **marks})


def trimmed(text: str) -> str:
    """The text without the white space of XML around it."""
    return text.strip(_SPACE)


def is_writable(value: object) -> bool:
    """Whether the value is text that XML can carry."""
    return type(value) is str and not UNWRITABLE.search(value)


def is_word(value: object) -> bool:
    """Whether the value is text that an element can carry and whose surroundings do not count."""
    return type(value) is str and bool(value) and trimmed(value) == value and not UNWRITABLE.search(value)


def number_text(value: object) -> str | None:
    """The number as it stands between tags, or None for what has no short, exact spelling."""
    if type(value) not in (int, float):
        return None
    text = repr(value)
    return text if len(text) <= _LONGEST_NUMBER and _JSON_NUMBER.match(text) else None


def number_or_text(text: str) -> int | float | str:
    """The number in the text; what is none stays text, so that the listing's own rules can point at it."""
    word = trimmed(text)
    if len(word) > _LONGEST_NUMBER or not _JSON_NUMBER.match(word):
        return word
    return float(word) if any(sign in word for sign in ".eE") else int(word)


def local_name(tag: object) -> str:
    """The name without its namespace."""
    return str(tag).rpartition("}")[2]
