"""What a title or a tag names: the things of the vocabulary, whatever they are called. Pure; the index is not asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType

from node.search.analysis import EVERYONE, STOP_WORDS, stem, words
from node.search.lexicon import Phrase, answered_by, filed_under, is_purpose, is_thing, same_as
from node.search.wording import cut
from schemas.vocabulary import categories, fold

_BREAK = re.compile(r"[,;:/|&+()–—\n]|\s-\s|\bor\b|\band\b", re.IGNORECASE)
# What follows says what it is for, not what it is: "desks for our homework club".
_PURPOSE = re.compile(r"\b(?:for|so that|because|to help|dla|para)\b", re.IGNORECASE)
_SHORTEST = 3
# The vocabulary has them, but alone they say nothing of what it is.
_VAGUE = """
volunteer volunteering training teaching lesson class course workshop session talk help advice repair mend fix support
room space place corner work job service set kit box equipment tool
"""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that a text names. ``name`` is the same for all its names, ``said`` is how it was called here.

    ``answered`` are the categories of which every listing is such a thing, ``filed`` those where some are.
    """

    name: Phrase
    said: str
    answered: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def things_in(text: str) -> tuple[Thing, ...]:
    """The things that a title or a tag names, each once, in order."""
    found: dict[Phrase, Thing] = {}
    for part in _BREAK.split(what_it_is(text)):
        for phrase in cut(words(part)):
            for thing in _things(phrase):
                found.setdefault(thing.name, thing)
    return tuple(found.values())


@lru_cache(maxsize=4096)
def telling_words(text: str) -> Mapping[str, str]:
    """Stem -> word of the words that say what it is, in order."""
    telling = (word for word in words(what_it_is(text)) if len(word) >= _SHORTEST and word.isalpha())
    return MappingProxyType({stem(EVERYONE, word): word for word in telling if word not in STOP_WORDS})


def what_it_is(text: str) -> str:
    """The text up to where it begins to say what for; the whole text where nothing stands before."""
    before = _PURPOSE.split(text, maxsplit=1)[0]
    return before if any(word not in STOP_WORDS for word in words(before)) else text


def names_of(things: Iterable[Thing]) -> Iterator[Phrase]:
    """Every name under which one of these things may be found."""
    for thing in things:
        yield from dict.fromkeys((thing.name, words(thing.said), *same_as(words(thing.said))))


def _things(phrase: Phrase) -> Iterator[Thing]:
    if not is_thing(phrase) or is_purpose(phrase) or (len(phrase) == 1 and phrase[0] in STOP_WORDS):
        return
    answered = tuple(path for path in answered_by(phrase) if not _is_wide(path))
    if _folded(phrase) in _vague() or (
        answered_by(phrase) and not answered and fold(" ".join(phrase)) not in _examples()
    ):
        return
    name = min((_folded(phrase), *(_folded(other) for other in same_as(phrase))))
    yield Thing(name, " ".join(phrase), answered, filed_under(phrase))


def _folded(phrase: Phrase) -> Phrase:
    return tuple(stem(EVERYONE, word) for word in phrase)


def _is_wide(path: str) -> bool:
    """Whether a category holds many kinds of thing: a listing in "garden" may be anything."""
    return "/" not in path or path.endswith("/other")


@cache
def _vague() -> frozenset[Phrase]:
    return frozenset((stem(EVERYONE, word),) for word in _VAGUE.split())


@cache
def _examples() -> frozenset[str]:
    """Things that are called like a whole category, folded: books are things, a garden is none."""
    return frozenset(fold(example) for category in categories().values() for example in category.examples)
