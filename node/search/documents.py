"""What the index holds of each listing: its fields, and how they are filled.

Only the key and what a pin on the map says are stored; whole listings are read from the database by key.
`INDEX_VERSION` must grow with every change of a field or of its analysis: an index of another version is rebuilt.
"""

from __future__ import annotations

from datetime import date
from functools import cache, lru_cache
from html import unescape
from typing import Any, NamedTuple

import orjson
from tantivy import Document, Schema, SchemaBuilder

from node.search.analysis import EVERYONE, PLAIN, STEMMED, base_language, folded, without_markup
from node.search.places import LOCATED, squares_of
from node.search.postcodes import postcode_terms
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION
from schemas.vocabulary import home_of

INDEX_VERSION = 4

CHOICES = ("direction", "kind", "action", "condition", "status", "organisation_type")
"""Fields of one word from a fixed set; each can be counted."""

ALWAYS = date(1, 1, 1).toordinal()
FOR_EVER = date(9999, 12, 31).toordinal()

_MOMENT_SHIFT = 20
_POSITION_MASK = (1 << _MOMENT_SHIFT) - 1
_LONGEST_TEXT = 10_000
_MILLION = 1_000_000


class Pin(NamedTuple):
    """A listing on a map: ``facts`` is the JSON object of its ``geometry`` and its ``properties``, in that order."""

    key: str
    facts: bytes


@cache
def build_schema() -> Schema:
    """The index's fields."""
    builder = SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("pin", stored=True)
    _add_text(builder)
    for name in (*CHOICES, "category"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("organisation", "town"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("source", "square"):
        builder.add_integer_field(name, indexed=True)
    for name in ("listed", "expires", "available_from", "available_until"):
        builder.add_integer_field(name, fast=True)
    for name in ("lat", "lon"):
        builder.add_float_field(name, fast=True)
    return builder.build()


def _add_text(builder: SchemaBuilder) -> None:
    # "words" holds every word of the listing as typed: prefixes and misspellings are looked up there.
    for name in ("title", "words"):
        builder.add_text_field(name, tokenizer_name=PLAIN, index_option="freq")
    for language in STEMMED:
        for name in ("title", "body"):
            builder.add_text_field(f"{name}_{language}", tokenizer_name=language, index_option="position")
        builder.add_text_field(f"tags_{language}", tokenizer_name=language, index_option="position")
    builder.add_text_field(f"label_{EVERYONE}", tokenizer_name=EVERYONE, index_option="freq")


def listed_at(shown: Shown) -> int:
    """When the listing was new, in seconds: as its publisher says, but never later than it was first shown here."""
    return min(shown.entry.facts.modified_at, shown.first_shown_at)


def order_of(shown: Shown) -> int:
    """A number that grows with `listed_at`; listings of one second keep the order of their positions."""
    return max(0, listed_at(shown)) << _MOMENT_SHIFT | shown.position & _POSITION_MASK


def moment_of(order: int) -> int:
    """The `listed_at` inside an `order_of`."""
    return order >> _MOMENT_SHIFT


def document_of(shown: Shown) -> Document:
    """The listing as the index holds it."""
    document = Document()
    item: dict[str, Any] = orjson.loads(shown.entry.item)
    document.add_text("key", shown.entry.key)
    _fill_text(document, shown, item)
    _fill_choices(document, shown)
    _fill_numbers(document, shown)
    _fill_place(document, shown, item)
    return document


def _pin(shown: Shown) -> bytes:
    """Ready to be sent, for a map asks for ten thousand; a want has a sign of its own, whatever the action."""
    facts = shown.entry.facts
    properties = {
        "title": facts.title,
        "sign": "wanted" if facts.direction == "want" else facts.action,
        "place": facts.locality or "",
        "organisation": facts.organisation_name,
        "precision_m": facts.precision_m,
    }
    point = {"type": "Point", "coordinates": (facts.lon, facts.lat)}
    return orjson.dumps({"geometry": point, "properties": properties})


def _fill_text(document: Document, shown: Shown, item: dict[str, Any]) -> None:
    facts = shown.entry.facts
    title, body = folded(facts.title), folded(_body(item))
    tags = folded(_tags(item))
    document.add_text("title", title)
    around = folded(f"{facts.organisation_name} {facts.locality or ''}")
    document.add_text("words", f"{title}\n{tags}\n{body}\n{around}")
    own = base_language(facts.language)
    for language in STEMMED:
        if language in (EVERYONE, own):
            document.add_text(f"title_{language}", title)
            document.add_text(f"tags_{language}", tags)
            document.add_text(f"body_{language}", body)
    document.add_text(f"label_{EVERYONE}", category_words(facts.category))


def _body(item: dict[str, Any]) -> str:
    text = item.get("content_text")
    if isinstance(text, str) and text:
        return text[:_LONGEST_TEXT]
    html = item.get("content_html")
    return unescape(without_markup(html))[:_LONGEST_TEXT] if isinstance(html, str) else ""


def _tags(item: dict[str, Any]) -> str:
    tags = item.get("tags")
    return " \n".join(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ""


@lru_cache(maxsize=1024)
def category_words(path: str) -> str:
    """What a listing's category is called: the labels of its nearest known category and of that one's root."""
    home = home_of(path)
    if home is None:
        return ""
    root = home_of(home.root)
    return folded(f"{home.label} {home.plural} {root.label if root else ''}")


def _fill_choices(document: Document, shown: Shown) -> None:
    facts = shown.entry.facts
    for name in CHOICES:
        value = getattr(facts, name)
        if value:
            document.add_text(name, value)
    for path in lineage(facts.category):
        document.add_text("category", path)
    document.add_text("organisation", facts.organisation_key)
    if shown.entry.source_id is not None:
        document.add_integer("source", shown.entry.source_id)


@lru_cache(maxsize=1024)
def lineage(path: str) -> tuple[str, ...]:
    """The category and all above it; what has no known root stands under ``other`` as well."""
    parts = path.split("/")
    paths = tuple("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return paths if home_of(path) else (*paths, "other")


def _fill_numbers(document: Document, shown: Shown) -> None:
    facts = shown.entry.facts
    document.add_integer("listed", order_of(shown))
    document.add_integer("expires", facts.expires_at)
    document.add_integer("available_from", _day(facts.available_from, ALWAYS))
    document.add_integer("available_until", _day(facts.available_until, FOR_EVER))


def _day(text: str | None, open_end: int) -> int:
    return date.fromisoformat(text).toordinal() if text else open_end


def town_term(locality: str) -> str:
    """How a locality stands in the index."""
    return " ".join(folded(locality).casefold().split())


def _fill_place(document: Document, shown: Shown, item: dict[str, Any]) -> None:
    facts = shown.entry.facts
    if facts.lat is None or facts.lon is None:
        return
    document.add_bytes("pin", _pin(shown))
    document.add_float("lat", facts.lat)
    document.add_float("lon", facts.lon)
    document.add_integer("square", LOCATED)
    for term in squares_of(facts.lat, facts.lon, facts.precision_m):
        document.add_integer("square", term)
    if facts.locality:
        document.add_text("town", town_term(facts.locality))
    for name in postcode_terms(_postcode(item)):
        document.add_text("town", name)


def _postcode(item: dict[str, Any]) -> str:
    stated = (item[EXTENSION].get("place") or {}).get("postcode")
    return stated if isinstance(stated, str) else ""
