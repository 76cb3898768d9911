"""The words that listings may use: kinds, actions, conditions, and categories with everything people call them.

The categories are data (``schemas/data/categories.json``), read once when first asked for. This module says
what a path or a word means. It does not refuse a listing for its category: a path that is not known yet finds
the nearest home.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

KINDS = ("item", "equipment", "space", "skill")
DIRECTIONS = ("offer", "want")
ACTIONS = ("give", "lend", "host", "help")
CONDITIONS = ("new", "good", "fair", "for_parts")
STATUSES = ("available", "reserved")
ORGANISATION_TYPES = ("business", "charity", "school", "community_group", "faith_group", "public_body")
REMOVAL_REASONS = ("given", "withdrawn", "expired", "removed")
SAFETY = ("none", "electrical", "fire_label", "data_wiped", "food", "ladder")

ACTIONS_OF_KIND: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"item": ("give", "lend"), "equipment": ("give", "lend"), "space": ("host",), "skill": ("help",)}
)
DEFAULT_ACTION: Mapping[str, str] = MappingProxyType(
    {"item": "give", "equipment": "lend", "space": "host", "skill": "help"}
)

_VF = "https://w3id.org/valueflows/ont/vf#"
VALUEFLOWS: Mapping[str, str] = MappingProxyType(
    {
        "give": _VF + "transfer",
        "lend": _VF + "transferCustody",
        "host": _VF + "use",
        "help": _VF + "deliverService",
    }
)
"""Our action -> the URI of the ValueFlows action that means the same."""

LONGEST_PATH = 80
_PATH = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*){0,2}")
_LEVELS = 3
# What Unicode does not take apart into letter and mark, as people without that keyboard type it.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "'": None, "’": None, "‘": None})
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Category:
    """One place in the vocabulary.

    ``label`` and ``plural`` are plain English. ``kinds`` says what is usually filed here, as advice.
    ``synonyms`` are other words for the category and for its typical things, ``examples`` those things under
    their commonest names. ``weight_kg`` is the usual weight of one unit, never a guess: it is None, or
    ``weight_source`` says whose figure it is. ``shopify`` is the id of the nearest category in Shopify's product
    taxonomy, where it has been looked up. ``safety`` is one of `SAFETY`: what a giver should be asked about.
    """

    path: str
    root: str
    label: str
    plural: str
    kinds: tuple[str, ...]
    synonyms: tuple[str, ...]
    examples: tuple[str, ...]
    weight_kg: float | None
    weight_source: str | None
    shopify: str | None
    safety: str


@cache
def categories() -> Mapping[str, Category]:
    """Path -> category: roots in the order of a menu, each before its leaves, and leaves by path."""
    return MappingProxyType({entry["path"]: _category(entry) for entry in _document()["categories"]})


@cache
def roots() -> tuple[Category, ...]:
    return tuple(category for category in categories().values() if category.path == category.root)


def label(path: str) -> str:
    """What a person reads for ``path``: the label of its nearest known category, or the path itself."""
    home = home_of(path)
    return home.label if home else path


def home_of(path: str) -> Category | None:
    """The category of exactly this path, else of its nearest known ancestor; None when the root is not known.

    Any text is welcome, of any length. ``furniture/hammock`` is at home in ``furniture``.
    """
    parts = path.split("/", _LEVELS)[:_LEVELS]
    known = categories()
    for end in range(len(parts), 0, -1):
        found = known.get("/".join(parts[:end]))
        if found:
            return found
    return None


def is_path(path: str) -> bool:
    """Whether this has the form of a path, known or not: one to three levels of a-z, 0-9, inner hyphens."""
    return len(path) <= LONGEST_PATH and _PATH.fullmatch(path) is not None


def fold(text: str) -> str:
    """Text for comparing words: no case, accents, apostrophes or punctuation; plain plurals made singular.

    Both sides of a comparison are folded, so a singular that is not quite English ("shelve") does no harm.
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(_singular(word) for word in _NOT_WORD.split(bare) if word)


def expansions(word_or_phrase: str) -> tuple[str, ...]:
    """Paths of the categories that have exactly this word or phrase as label, synonym or example.

    Folded on both sides, in the order of `categories`. Right for suggesting a category and for ranking; too
    wide for deciding what matches a search, because one example stands for a whole category.
    """
    return _index().get(fold(word_or_phrase), ())


def synonym_groups() -> tuple[frozenset[str], ...]:
    """Groups of words and phrases for the same thing, as people write them; no word is in two groups."""
    return tuple(dict.fromkeys(frozenset(thing) for thing in _things() if len(thing) > 1))


@cache
def intents() -> Mapping[str, tuple[str, ...]]:
    """Folded phrase -> paths, for wishes that name a purpose and no thing, such as "garden project"."""
    return MappingProxyType({fold(phrase): tuple(paths) for phrase, paths in _document()["intents"].items()})


@cache
def _document() -> Any:
    return json.loads((files("schemas") / "data" / "categories.json").read_text(encoding="utf-8"))


def _category(entry: Mapping[str, Any]) -> Category:
    things = entry["things"]
    others = [word for thing in things for word in thing[1:]]
    return Category(
        path=entry["path"],
        root=entry["path"].partition("/")[0],
        label=entry["label"],
        plural=entry["plural"],
        kinds=tuple(entry["kinds"]),
        synonyms=tuple(dict.fromkeys([*entry["also"], *others])),
        examples=tuple(thing[0] for thing in things),
        weight_kg=entry["weight_kg"],
        weight_source=entry["weight_source"],
        shopify=entry["shopify"],
        safety=entry["safety"],
    )


def _things() -> Iterator[list[str]]:
    return (thing for entry in _document()["categories"] for thing in entry["things"])


@cache
def _index() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for category in categories().values():
        for word in (category.label, category.plural, *category.synonyms, *category.examples):
            found.setdefault(fold(word), {})[category.path] = None
    return MappingProxyType({word: tuple(paths) for word, paths in found.items()})


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def reference_page() -> str:
    """``docs/vocabulary.md``: every category in tables, in Markdown."""
    parts = [_INTRODUCTION]
    for root in roots():
        rows = [category for category in categories().values() if category.root == root.path]
        parts.append(f"\n## {root.plural}\n\n{_HEADER}" + "".join(_row(category) for category in rows))
    wishes = "".join(f"| {phrase} | {_code(paths)} |\n" for phrase, paths in _document()["intents"].items())
    return "".join(parts) + f"\n## Wishes\n\n{_WISHES}{wishes}"


def _row(category: Category) -> str:
    weight = "" if category.weight_kg is None else f"{category.weight_kg:g}"
    shopify = (category.shopify or "").rpartition("/")[2]
    safety = "" if category.safety == "none" else f"`{category.safety}`"
    words = ", ".join((*category.examples, *category.synonyms))
    kinds = ", ".join(category.kinds)
    return f"| `{category.path}` | {category.label} | {kinds} | {words} | {weight} | {shopify} | {safety} |\n"


def _code(paths: list[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths)


_INTRODUCTION = """# Categories

Generated from `schemas/data/categories.json`; a test holds this page against it. Sources and licences are in
`schemas/data/README.md`.

A listing's `category` is one of these paths. Software may meet a path that it does not know: under a known root
it keeps the path and shows the listing under the root. *For* says which kinds of listing usually stand here; it is
advice and refuses nothing. The weight is that of one unit, used only where the giver states none; it is empty where
no source is known. *Shopify* is the id in Shopify's product taxonomy, after `gid://shopify/TaxonomyCategory/`.
*Ask* is what a giver should be asked about.
"""
_HEADER = """| Path | Label | For | Things and other words | kg | Shopify | Ask |
|---|---|---|---|---|---|---|
"""
_WISHES = """Phrases that name a purpose and no thing, and the categories that serve it.

| Phrase | Categories |
|---|---|
"""
