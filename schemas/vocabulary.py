"""The words that listings may use: kinds, actions, conditions, and categories with everything people call them.

The categories are data (``schemas/data/categories.json``), read once when first asked for. This module says
what a path or a word means. It does not refuse a listing for its category: a path that is not known yet finds
the nearest home.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from schemas.records import dataclass

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

    ``label`` and ``plural`` are plain English, ``called`` are other names of the whole category. ``kinds`` says what is
    usually filed here, as advice. ``synonyms`` are those names, further words about it and other names of its typical
    things, ``examples`` those things under their commonest names. ``weight_kg`` is the usual weight of one unit, never
    a guess: it is None, or ``weight_source`` says whose figure it is. ``shopify`` is the id of the nearest category in
    Shopify's product taxonomy, where it has been looked up. ``safety`` is one of `SAFETY`: what a giver should be asked
    about.
    """

    path: str
    root: str
    label: str
    plural: str
    called: tuple[str, ...]
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
    return _home_of(path) if len(path) <= LONGEST_PATH else _nearest(path)


def _nearest(path: str) -> Category | None:
    parts = path.split("/", _LEVELS)[:_LEVELS]
    known = categories()
    for end in range(len(parts), 0, -1):
        found = known.get("/".join(parts[:end]))
        if found:
            return found
    return None


# A page of results asks some seventy times, mostly for the same.
_home_of = lru_cache(maxsize=4096)(_nearest)


def is_path(path: str) -> bool:
    """Whether this has the form of a path, known or not: one to three levels of a-z, 0-9, inner hyphens."""
    return len(path) <= LONGEST_PATH and _PATH.fullmatch(path) is not None


def fold(text: str) -> str:
    """Text for comparing words: no case, accents, apostrophes or punctuation; plain plurals made singular.

    Both sides of a comparison are folded, so a singular that is not quite English ("trouser") does no harm.
    """
    bare = text.casefold().translate(_PLAIN)
    if not bare.isascii():
        apart = unicodedata.normalize("NFKD", bare)
        bare = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(singular(word) for word in _NOT_WORD.split(bare) if word)


def expansions(word_or_phrase: str) -> tuple[str, ...]:
    """Paths of the categories that have exactly this word or phrase as label, synonym or example, in any language.

    Folded on both sides, those that have it in English first. Right for suggesting a category and for ranking; too
    wide for deciding what matches a search, because one example stands for a whole category.
    """
    return _index().get(fold(word_or_phrase), ())


@cache
def english_things() -> tuple[tuple[str, ...], ...]:
    """The things of all categories, each with its names in English, the commonest first.

    A name is in two only where they stand in different roots.
    """
    return tuple(dict.fromkeys(tuple(thing) for entry in _document()["categories"] for thing in entry["things"]))


def homes_of(thing: str) -> tuple[str, ...]:
    """Paths of the categories in which the thing with this commonest name stands."""
    return _homes().get(thing, ())


def narrower() -> Mapping[str, Sequence[str]]:
    """Thing -> things that are kinds of it, so that whoever asks for the first is glad of the others as well."""
    found: Mapping[str, Sequence[str]] = _document()["narrower"]
    return found


@cache
def same_words() -> tuple[tuple[str, ...], ...]:
    """Groups of everyday words that mean the same and name no thing, such as "kid" and "child"."""
    return tuple(tuple(group) for group in _document()["same"])


@cache
def asides() -> frozenset[str]:
    """Words that say more of a thing, or whom it is for, and name none: "big", "kids", "kit"; folded."""
    return frozenset(fold(word) for word in _document()["asides"])


def ambiguous() -> frozenset[str]:
    """Names that mean other things too: they name their thing only among things of its own sort."""
    return frozenset(_document()["ambiguous"])


def uses() -> Mapping[str, Sequence[str]]:
    """Phrase -> commonest names of the things that serve the use it names, such as "hot drinks"."""
    found: Mapping[str, Sequence[str]] = _document()["uses"]
    return found


def places() -> tuple[frozenset[str], Mapping[str, Sequence[str]]]:
    """Words for a place of any kind, in all languages, and what people do there -> categories of such places."""
    found = _document()["places"]
    return frozenset(found["words"]), found["for"]


def languages() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    """Language code -> "categories" or "things" -> path or commonest name -> its names in that language."""
    found: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]] = _languages()["languages"]
    return found


@cache
def intents() -> Mapping[str, tuple[str, ...]]:
    """Folded phrase -> paths, for wishes that name a purpose and no thing, such as "garden project"."""
    return MappingProxyType({fold(phrase): tuple(paths) for phrase, paths in _document()["intents"].items()})


@cache
def _document() -> Any:
    return json.loads((files("schemas") / "data" / "categories.json").read_text(encoding="utf-8"))


@cache
def _languages() -> Any:
    return json.loads((files("schemas") / "data" / "languages.json").read_text(encoding="utf-8"))


def _category(entry: Mapping[str, Any]) -> Category:
    things = entry["things"]
    others = [word for thing in things for word in thing[1:]]
    return Category(
        path=entry["path"],
        root=entry["path"].partition("/")[0],
        label=entry["label"],
        plural=entry["plural"],
        called=tuple(entry["called"]),
        kinds=tuple(entry["kinds"]),
        synonyms=tuple(dict.fromkeys([*entry["called"], *entry["also"], *others])),
        examples=tuple(thing[0] for thing in things),
        weight_kg=entry["weight_kg"],
        weight_source=entry["weight_source"],
        shopify=entry["shopify"],
        safety=entry["safety"],
    )


@cache
def _homes() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for category in categories().values():
        for thing in category.examples:
            found.setdefault(thing, []).append(category.path)
    return MappingProxyType({thing: tuple(paths) for thing, paths in found.items()})


@cache
def _index() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}

    def add(name: str, paths: tuple[str, ...]) -> None:
        known = found.get(name)
        found[name] = paths if known is None else (*known, *(path for path in paths if path not in known))

    for category in categories().values():
        alone = (category.path,)
        for word in (category.label, category.plural, *category.synonyms, *category.examples):
            add(fold(word), alone)
    english = frozenset(found)
    for words in languages().values():
        for path, names in words["categories"].items():
            found |= {fold(name): (path,) for name in names if fold(name) not in english}
        for thing, names in words["things"].items():
            homes = homes_of(thing)
            found |= {fold(name): homes for name in names if fold(name) not in english}
    return MappingProxyType(found)


_PLURALS = """
shelves shelf, bookshelves bookshelf, knives knife, leaves leaf, loaves loaf, scarves scarf, halves half, wives wife,
calves calf, wolves wolf, mice mouse, men man, mens man, women woman, womens woman, children child, childrens child,
feet foot, teeth tooth, geese goose, potatoes potato, tomatoes tomato, heroes hero, dice die, people person, buses bus,
gases gas, quizzes quiz, lenses lens, movies movie, cookies cookie, ties tie, pies pie, shoes shoe, hoes hoe, axes axe,
toes toe, canoes canoe, horseshoes horseshoe, brownies brownie, hoodies hoodie, wellies welly, selfies selfie,
smoothies smoothie, nighties nightie, onesies onesie, dungarees dungarees, clothes clothes, glasses glass, pcs pc,
tvs tv, cvs cv, cds cd, djs dj, ups ups
"""
_SINGULAR = MappingProxyType(dict(pair.split() for pair in _PLURALS.split(",")))


@lru_cache(maxsize=20_000)
def singular(word: str) -> str:
    """A folded English word in the singular, where it is a plain or a well-known plural."""
    if word in _SINGULAR:
        return _SINGULAR[word]
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
    words = ", ".join(dict.fromkeys((*category.called, *category.examples)))
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
no source is known. *Things and other words* are those that stand here under their commonest names; their other names,
in English and in other languages, are in the data. *Shopify* is the id in Shopify's product taxonomy, after `gid://shopify/TaxonomyCategory/`.
*Ask* is what a giver should be asked about.
"""
_HEADER = """| Path | Label | For | Things and other words | kg | Shopify | Ask |
|---|---|---|---|---|---|---|
"""
_WISHES = """Phrases that name a purpose and no thing, and the categories that serve it.

| Phrase | Categories |
|---|---|
"""
