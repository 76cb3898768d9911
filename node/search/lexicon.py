"""What the vocabulary says about words that people type, in the form that queries need. The index is not asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from node.search.analysis import STOP_WORDS, words
from node.search.concepts import homes, most_words, names_of_thing, things_called
from node.search.names import sign
from schemas.vocabulary import (
    asides,
    categories,
    fold,
    intents,
    languages,
    places,
    same_words,
    uses,
)

Phrase = tuple[str, ...]
"""Folded words that belong together, in order."""

_REMEMBERED = 20_000
_LANGUAGES = {"polish": "pl", "lithuanian": "lt", "portuguese": "pt", "welsh": "cy", "urdu": "ur"}


def load_vocabulary() -> None:
    """Read all of it now: what the first search would do otherwise."""
    known_words()
    longest_phrase()
    _places()
    _uses()


@lru_cache(maxsize=4096)
def same_as(phrase: Phrase) -> tuple[Phrase, ...]:
    """Other ways to say exactly this phrase, those in English first; empty where none is known."""
    names = (name for thing in things_called(phrase) for name in names_of_thing(thing))
    return tuple(other for other in dict.fromkeys((*names, *everyday(phrase))) if other != phrase)


def everyday(phrase: Phrase) -> tuple[Phrase, ...]:
    """The same for words that name no thing: "child" for "kid"."""
    return tuple(other for other in _same().get(_key(phrase), ()) if other != phrase)


def answered_by(phrase: Phrase) -> tuple[str, ...]:
    """Categories of which every listing is an answer: those called so, and those that serve the purpose named."""
    key = _key(phrase)
    return tuple(dict.fromkeys((*_called().get(key, ()), *intents().get(key, ()))))


def filed_under(phrase: Phrase) -> tuple[str, ...]:
    """Categories in which such a thing usually stands: good for ranking, too wide for matching."""
    things = (path for thing in things_called(phrase) for path in homes(thing))
    return tuple(dict.fromkeys((*_called().get(_key(phrase), ()), *things)))


def serving(phrase: Phrase) -> tuple[str, ...]:
    """The signs of the things that serve a use, such as "hot drinks"; little words in it do not count."""
    return _uses().get(_bare(phrase), ())


def says_more(phrase: Phrase) -> bool:
    """Whether this only says more of what else is asked for, or whom it is for: "big", "kids"."""
    return len(phrase) == 1 and _key(phrase) in asides()


def is_place(phrase: Phrase) -> bool:
    """Whether this is a word for a place of any kind: "somewhere"."""
    return len(phrase) == 1 and phrase[0] in _place_words()


def places_for(phrase: Phrase) -> tuple[str, ...]:
    """The categories of places in which one does what these words say: "rehearse"."""
    return _places().get(_bare(phrase), ())


def language_called(phrase: Phrase) -> str | None:
    """The code of the language of which these words are a name, in English or in itself: "po polsku"."""
    names = (phrase, *everyday(phrase))
    return next((_LANGUAGES[name[0]] for name in names if len(name) == 1 and name[0] in _LANGUAGES), None)


def is_purpose(phrase: Phrase) -> bool:
    """Whether these words name what it is for and no thing: "somewhere to store"."""
    return _key(phrase) in intents()


def is_phrase(phrase: Phrase) -> bool:
    """Whether these words together mean one thing or one purpose."""
    key = _key(phrase)
    return key in _called() or key in intents() or bool(things_called(phrase) or everyday(phrase))


def is_thing(phrase: Phrase) -> bool:
    """Whether the vocabulary knows this as a thing, a category or a purpose."""
    return bool(filed_under(phrase) or _key(phrase) in intents())


@cache
def known_words() -> frozenset[str]:
    """Every single word of the vocabulary, folded as the index folds: what a misspelling may be meant for."""
    return frozenset(word for phrase in _phrases() for word in words(phrase))


@cache
def longest_phrase() -> int:
    """The most words that `is_phrase` can know together."""
    known = (*_called(), *intents(), *uses(), *(name for group in same_words() for name in group))
    return max(most_words(), *(len(words(phrase)) for phrase in known))


def _phrases() -> Iterator[str]:
    yield from (*intents(), *uses(), *places()[0], *places()[1])
    for group in same_words():
        yield from group
    for category in categories().values():
        yield from (category.label, category.plural, *category.synonyms, *category.examples)
    for names in languages().values():
        for some in (*names["categories"].values(), *names["things"].values()):
            yield from some


@lru_cache(maxsize=_REMEMBERED)
def _key(phrase: Phrase) -> str:
    return fold(" ".join(phrase))


@lru_cache(maxsize=_REMEMBERED)
def _bare(phrase: Phrase) -> str:
    return fold(" ".join(word for word in phrase if word not in STOP_WORDS))


@cache
def _uses() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for phrase, things in uses().items():
        found.setdefault(_bare(words(phrase)), {}).update(dict.fromkeys(map(sign, things)))
    return MappingProxyType({bare: tuple(things) for bare, things in found.items()})


@cache
def _place_words() -> frozenset[str]:
    return frozenset(word for name in places()[0] for word in words(name))


@cache
def _places() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({_bare(words(done)): tuple(paths) for done, paths in places()[1].items()})


@cache
def _same() -> Mapping[str, tuple[Phrase, ...]]:
    return _by_name(same_words())


def _by_name(groups: Sequence[Sequence[str]]) -> Mapping[str, tuple[Phrase, ...]]:
    found: dict[str, tuple[Phrase, ...]] = {}
    for group in groups:
        phrases = tuple(dict.fromkeys(words(phrase) for phrase in group))
        for phrase in group:
            found.setdefault(fold(phrase), phrases)
    return MappingProxyType(found)


@cache
def _called() -> Mapping[str, tuple[str, ...]]:
    """Folded name of a whole category -> its path."""
    found: dict[str, dict[str, None]] = {}
    for category in categories().values():
        for name in (category.label, category.plural, *category.called):
            found.setdefault(fold(name), {})[category.path] = None
    for names in languages().values():
        for path, some in names["categories"].items():
            for name in some:
                found.setdefault(fold(name), {path: None})
    return MappingProxyType({name: tuple(paths) for name, paths in found.items()})
