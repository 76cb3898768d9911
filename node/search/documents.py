"""What the index holds of each listing: its fields, and how they are filled.

Only the key and what a pin on the map says are stored; whole listings are read from the database by key.
`INDEX_VERSION` must grow with every change of a field or of its analysis: an index of another version is rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from html import unescape
from typing import Any, NamedTuple

import orjson
from tantivy import Document, Schema, SchemaBuilder

from node.search.analysis import MARKED, PLAIN, STEMMED, own_text, without_markup, words
from node.search.concepts import named_abroad, named_in, pieces, signs_of, told_by
from node.search.days import days_of
from node.search.languages import base_language, read_in
from node.search.letters import folded
from node.search.names import OTHER
from node.search.places import LOCATED, squares_of
from node.search.postcodes import postcode_terms
from node.search.request import YES
from node.search.standing import packed, standing_of
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION
from schemas.vocabulary import home_of

INDEX_VERSION = 10

CHOICES = ("direction", "kind", "action", "condition", "status", "organisation_type")
"""Fields of one word from a fixed set; each can be counted."""

PARTS = ("title", "tags", "body")
"""The texts of a listing that count differently; each is held in three ways (`_add_text`)."""

_MOMENT_SHIFT = 20
_POSITION_MASK = (1 << _MOMENT_SHIFT) - 1
_LONGEST_TEXT = 10_000
_LONGEST_OPENING = 1_500
"""Things are looked for in so much of a text: what it is about is said by then."""


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
    for name in ("organisation", "town", "language", "event"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("source", "square", "cannot", "expires"):
        builder.add_integer_field(name, indexed=True)
    for name in ("listed", "available_from", "available_until", "standing"):
        builder.add_integer_field(name, fast=True)
    for name in ("lat", "lon"):
        builder.add_float_field(name, fast=True)
    return builder.build()


def _add_text(builder: SchemaBuilder) -> None:
    # "words" holds every word of the listing as typed: prefixes and misspellings are looked up there.
    for name in ("title", "words"):
        builder.add_text_field(name, tokenizer_name=PLAIN, index_option="freq")
    for name in PARTS:
        builder.add_text_field(f"{name}_en", tokenizer_name=STEMMED, index_option="position")
        # Words of the listing's other languages, marked with them, and signs of the things that it names.
        builder.add_text_field(f"{name}_own", tokenizer_name=MARKED, index_option="freq")
        builder.add_text_field(f"{name}_things", tokenizer_name=MARKED, index_option="freq")
    # The words of title and tags without those that only say more about what is named: of "tea towels", "towels".
    for name in ("title", "tags"):
        builder.add_text_field(f"{name}_bare", tokenizer_name=STEMMED, index_option="freq")


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
    text = _body(item)
    _fill_text(document, shown, item, text)
    _fill_choices(document, shown)
    _fill_numbers(document, shown, item)
    document.add_integer("standing", packed(standing_of(shown.entry.facts, item, text)))
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


def _fill_text(document: Document, shown: Shown, item: dict[str, Any], text: str) -> None:
    facts = shown.entry.facts
    written = {"title": facts.title, "tags": _tags(item), "body": text}
    plain = {name: folded(one) for name, one in written.items()}
    document.add_text("title", plain["title"])
    around = folded(f"{facts.organisation_name} {facts.locality or ''}")
    document.add_text("words", "\n".join((*plain.values(), around)))
    for name in PARTS:
        document.add_text(f"{name}_en", plain[name])
    languages = read_in(facts.language, f"{facts.title}\n{text}")
    things = _things(document, written, root_of(facts.category))
    if languages:
        _fill_own(document, written, languages, things, root_of(facts.category))
    for name in PARTS:
        if things[name]:
            document.add_text(f"{name}_things", signs_of(tuple(things[name])))
    for language in {base_language(facts.language), *languages} - {""}:
        document.add_text("language", language)


def _things(document: Document, written: Mapping[str, str], root: str) -> dict[str, list[str]]:
    """What each part names in English; title and tags also give their telling words to the document.

    A text is only asked where the title names nothing that belongs here: else it speaks of what goes with it.
    """
    found: dict[str, list[str]] = {}
    at_home = False
    for name in ("title", "tags"):
        told = told_by(pieces(written[name]), root)
        document.add_text(f"{name}_bare", told.words)
        found[name] = list(told.things)
        at_home = at_home or told.at_home
    found["body"] = [] if at_home else named_in(words(written["body"][:_LONGEST_OPENING]), root)
    return found


def _fill_own(
    document: Document,
    written: Mapping[str, str],
    languages: Sequence[str],
    things: dict[str, list[str]],
    root: str,
) -> None:
    """Add the words of the other languages, and to the ``things`` what they name."""
    for name in PARTS:
        document.add_text(f"{name}_own", own_text(written[name], languages))
        abroad = named_abroad(written[name][:_LONGEST_OPENING], languages, root)
        things[name] = list(dict.fromkeys((*things[name], *abroad)))


def root_of(category: str) -> str:
    """The root under which a listing stands; ``other`` where the vocabulary does not know it."""
    return category.partition("/")[0] if home_of(category) else OTHER


def _body(item: dict[str, Any]) -> str:
    text = item.get("content_text")
    if isinstance(text, str) and text:
        return text[:_LONGEST_TEXT]
    html = item.get("content_html")
    return unescape(without_markup(html))[:_LONGEST_TEXT] if isinstance(html, str) else ""


def _tags(item: dict[str, Any]) -> str:
    tags = item.get("tags")
    return " \n".join(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ""


def _fill_choices(document: Document, shown: Shown) -> None:
    facts = shown.entry.facts
    for name in CHOICES:
        value = getattr(facts, name)
        if value:
            document.add_text(name, value)
    for path in lineage(facts.category):
        document.add_text("category", path)
    if facts.event_until:
        document.add_text("event", YES)
    document.add_text("organisation", facts.organisation_key)
    if shown.entry.source_id is not None:
        document.add_integer("source", shown.entry.source_id)


@lru_cache(maxsize=1024)
def lineage(path: str) -> tuple[str, ...]:
    """The category and all above it; what has no known root stands under ``other`` as well."""
    parts = path.split("/")
    paths = tuple("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return paths if home_of(path) else (*paths, "other")


def _fill_numbers(document: Document, shown: Shown, item: dict[str, Any]) -> None:
    facts, days = shown.entry.facts, days_of(shown.entry.facts, item)
    document.add_integer("listed", order_of(shown))
    document.add_integer("expires", facts.expires_at)
    document.add_integer("available_from", days.first)
    document.add_integer("available_until", days.last)
    for one in days.cannot:
        document.add_integer("cannot", one)


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
