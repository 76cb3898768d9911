"""What the vocabulary says about words that people type, in the form that queries need. The index is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from node.search.analysis import words
from schemas.vocabulary import categories, expansions, fold, intents, synonym_groups

Phrase = tuple[str, ...]
"""Folded words that belong together, in order."""

# Everyday words that are no things, so the vocabulary of categories has no place for them.
_SAME = (
    ("kid", "child", "children", "childrens", "kids"),
    ("veg", "vegetable", "vegetables"),
    ("repair", "mend", "fix", "mending", "fixing"),
    ("big", "large"),
    ("small", "little"),
    ("elderly", "older", "senior", "pensioner"),
    ("fete", "fair", "fayre"),
    ("photo", "photograph", "photography"),
    ("advice", "guidance", "adviser"),
    ("car park", "parking"),
)


def same_as(phrase: Phrase) -> tuple[Phrase, ...]:
    """Other ways to say exactly this phrase; empty where none is known."""
    return tuple(other for other in _groups().get(_key(phrase), ()) if other != phrase)


def answered_by(phrase: Phrase) -> tuple[str, ...]:
    """Categories of which every listing is an answer: those called so, and those that serve the purpose named."""
    key = _key(phrase)
    return tuple(dict.fromkeys((*_labels().get(key, ()), *intents().get(key, ()))))


def filed_under(phrase: Phrase) -> tuple[str, ...]:
    """Categories in which such a thing usually stands: good for ranking, too wide for matching."""
    return expansions(" ".join(phrase))


def is_purpose(phrase: Phrase) -> bool:
    """Whether these words name what it is for and no thing: "somewhere to store"."""
    return _key(phrase) in intents()


def is_phrase(phrase: Phrase) -> bool:
    """Whether these words together mean one thing or one purpose."""
    key = _key(phrase)
    return key in _groups() or key in _labels() or key in intents()


def is_thing(phrase: Phrase) -> bool:
    """Whether the vocabulary knows this as a thing, a category or a purpose."""
    return bool(filed_under(phrase) or _key(phrase) in intents())


@cache
def known_words() -> frozenset[str]:
    """Every single word of the vocabulary, folded as the index folds: what a misspelling may be meant for."""
    phrases = [phrase for group in (*synonym_groups(), *_SAME) for phrase in group] + list(intents())
    for category in categories().values():
        phrases += [category.label, category.plural, *category.synonyms, *category.examples]
    return frozenset(word for phrase in phrases for word in words(phrase))


@cache
def longest_phrase() -> int:
    """The most words that `is_phrase` can know together."""
    return max(len(key.split()) for key in (*_groups(), *_labels(), *intents()))


def _key(phrase: Phrase) -> str:
    return fold(" ".join(phrase))


@cache
def _groups() -> Mapping[str, tuple[Phrase, ...]]:
    found: dict[str, tuple[Phrase, ...]] = {}
    for group in (*synonym_groups(), *_SAME):
        phrases = tuple(dict.fromkeys(words(phrase) for phrase in sorted(group)))
        for phrase in group:
            found.setdefault(fold(phrase), phrases)
    return MappingProxyType(found)


@cache
def _labels() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for category in categories().values():
        for name in (category.label, category.plural):
            found.setdefault(fold(name), {})[category.path] = None
    return MappingProxyType({name: tuple(paths) for name, paths in found.items()})
