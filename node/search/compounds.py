"""What the words around a thing make of it: "chair covers" are no chairs, "white coats" are no winter coats. Pure.

Words are compared by their stems, so singular and plural are one. A word before a thing that stands in none of the
lists is taken for a trait that has to be met. This module knows no listing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from node.search import compound_words as lists
from node.search.analysis import EVERYONE, stem

ANY_SERVICE = frozenset({"any"})
"""Of help that does not say which kind it is."""


def is_part(word: str) -> bool:
    """Whether a word after the name of a thing speaks of a part of it, or of what is for it."""
    return stem(EVERYONE, word) in _stems("parts")


def ends_a_thing(word: str) -> bool:
    """Whether a word after the name of a thing leaves it what it is: "desk white", "sofa free"."""
    return word in _words_after()


def makes_it_another(word: str) -> bool:
    """Whether a word after the name of a thing is what is really meant: "desk organiser", "chair glides"."""
    said = stem(EVERYONE, word)
    if said in _stems("parts") or said in _stems("work"):
        return True
    return is_plural(word) or (len(word) > 4 and word not in _no_nouns() and word.endswith(lists.NOUN_ENDINGS))


def is_plural(word: str) -> bool:
    """Whether a folded word looks like an English plural."""
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is"))


def is_measure(word: str) -> bool:
    """Whether a word before "of" only says how much: "box of", "pair of"."""
    return stem(EVERYONE, word) in _stems("measures")


def takes_it_away(word: str) -> bool:
    """Whether a word before "of" leaves nothing of what follows: "legs of", "repair of", "photos of"."""
    said = stem(EVERYONE, word)
    return not is_measure(word) and (said in _stems("parts") or said in _stems("work") or said in _stems("pictures"))


def asks_for_help(words: tuple[str, ...]) -> bool:
    """Whether a text asks for people and not for things: "help with computers", "someone to fix our fridge"."""
    return bool(words) and words[0] in lists.HELP


def asks_for_work(words: tuple[str, ...]) -> bool:
    """Whether a text asks for something to be done with a thing: "mend our chairs"."""
    return len(words) > 1 and words[1] in lists.OWNERS and stem(EVERYONE, words[0]) in _stems("verbs")


def only_a_part(words: tuple[str, ...]) -> bool:
    """Whether a remark says that it is a part alone: "covers only"."""
    return len(words) > 1 and words[-1] in lists.WHOLE.split() and is_part(words[-2])


def is_broken(words: tuple[str, ...]) -> bool:
    """Whether a title says that a thing does not work."""
    return not lists.BROKEN.isdisjoint(words) or ("for", "parts") in pairwise(words)


def takes_broken(stems: Iterable[str]) -> bool:
    """Whether a want, by the stems of all its words, will do with what does not work: "any state", "to repair"."""
    return not _stems("menders").isdisjoint(stems)


def is_homonym(*phrase: str) -> bool:
    """Whether a name is one word of several senses, of which the corner of the catalogue says which is meant."""
    return len(phrase) == 1 and stem(EVERYONE, phrase[0]) in _stems("homonyms")


def senses_of(head: str, before: Iterable[str]) -> frozenset[str]:
    """What of the words before a thing makes it another thing; ``head`` is the thing's last word."""
    known = _senses().get(stem(EVERYONE, head), {})
    anywhere = _stems("another")
    stems = [stem(EVERYONE, word) for word in before]
    return frozenset(known.get(one, one) for one in stems if one in known or one in anywhere)


def is_plain(word: str) -> bool:
    """Whether a word before a thing leaves it what it is: "office desk", "blue bike"."""
    return word in _words_before()


def is_trait(word: str) -> bool:
    """Whether a word before a thing says something that an offer has to say too: "maths", "snooker"; not "nice"."""
    if len(word) < 3 or not word.isalpha() or is_plain(word) or word in _exclusive():
        return False
    return not word.endswith(lists.SOFT_ENDINGS) or stem(EVERYONE, word) in _stems("another")


def services_of(words: Iterable[str]) -> frozenset[str]:
    """Which kinds of service these words name: teaching, mending, …"""
    return frozenset(_services()[one] for word in words if (one := stem(EVERYONE, word)) in _services())


def is_service(said: str) -> bool:
    """Whether a stem is of a word for help or for a kind of it."""
    return said in _services() or said in _stems("helps")


def sides_of(words: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """Line of what excludes each other -> what of it these words say."""
    found: dict[str, set[str]] = {}
    for word in words:
        for line, side in _exclusive().get(word, ()):
            found.setdefault(line, set()).add(side)
    return {line: frozenset(sides) for line, sides in found.items()}


def colours_of(words: Iterable[str]) -> frozenset[str]:
    """The colours that these words name, shades of one as one."""
    return frozenset(_colours()[word] for word in words if word in _colours())


@cache
def _stems(name: str) -> frozenset[str]:
    by_name = {
        "parts": lists.PARTS,
        "work": lists.WORK,
        "another": lists.ANOTHER,
        "verbs": lists.VERBS,
        "measures": lists.MEASURES,
        "pictures": lists.PICTURES,
        "menders": lists.MENDERS,
        "helps": lists.HELPS,
        "homonyms": lists.HOMONYMS,
    }
    return frozenset(stem(EVERYONE, word) for word in by_name[name].split())


@cache
def _no_nouns() -> frozenset[str]:
    return frozenset(lists.NO_NOUNS.split())


@cache
def _words_after() -> frozenset[str]:
    return frozenset(lists.AFTER.split())


@cache
def _words_before() -> frozenset[str]:
    return frozenset((*lists.PLAIN.split(), *_colours()))


@cache
def _senses() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for line in lists.SENSES.replace("\n    ", " ").strip().splitlines():
        head, _, before = line.partition(":")
        found[stem(EVERYONE, head)] = dict(_pair(word) for word in before.split())
    return MappingProxyType(found)


def _pair(word: str) -> tuple[str, str]:
    said, _, sense = word.partition("=")
    return stem(EVERYONE, said), sense or stem(EVERYONE, said)


@cache
def _services() -> Mapping[str, str]:
    lines = (line.partition(":") for line in lists.SERVICES.strip().splitlines())
    return MappingProxyType({stem(EVERYONE, word): name for name, _, words in lines for word in words.split()})


@cache
def _exclusive() -> Mapping[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lists.EXCLUSIVE.replace("\n    ", " ").strip().splitlines():
        for side in line.split("/"):
            for word in side.split():
                found.setdefault(word, []).append((line, side))
    return MappingProxyType({word: tuple(sides) for word, sides in found.items()})


@cache
def _colours() -> Mapping[str, str]:
    pairs = (word.partition("=") for word in lists.COLOURS.split())
    return MappingProxyType({word: name or word for word, _, name in pairs})
