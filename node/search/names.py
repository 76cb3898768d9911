"""Every name of every thing, and where a text says one: the longest first, in one language at a time.

A name that means several things ("iron", "band") counts only in a listing that is filed where such things stand; names
of rooms and of skills always do so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from node.search.languages import ENGLISH, words_as_written
from node.search.stems import stems
from schemas.records import dataclass
from schemas.vocabulary import ambiguous, english_things, fold, homes_of, languages

OTHER = "other"
APART = frozenset(("space", "skill"))
"""Roots of what is no goods: the kind of a listing there has the same name."""

_SHORTEST_PART = 3
_SHORTEST_JOINED = 2 * _SHORTEST_PART
# Corners of the catalogue between which nobody knows for sure where a thing belongs.
_KIN = tuple(
    frozenset(names.split())
    for names in (
        "appliances events",
        "tools garden materials",
        "it av office",
        "baby toys textiles",
        "sports bikes",
        "making textiles",
        "packaging materials",
    )
)


class Meaning(NamedTuple):
    """A thing that a name may mean, the roots under which such things stand, and those near.

    ``sure`` says that the name means nothing else, so that it counts in a listing that is filed elsewhere too; though
    in a ``running`` text only near home: a sofa is of leather, and a room may have a piano.
    """

    thing: str
    roots: frozenset[str]
    near: frozenset[str]
    sure: bool

    def counts(self, root: str, running: bool) -> bool:
        """Whether it is what the name means in a listing under ``root``."""
        return root in self.roots or (self.sure and (not running or root in self.near))


class Mention(NamedTuple):
    """A name in a text, by its words from ``start`` up to ``end``: a manikin is a dummy to learn on, or in a window."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]

    def meant(self, root: str, running: bool) -> Meaning | None:
        """What it means in a listing under ``root``, if anything."""
        return next((meaning for meaning in self.meanings if meaning.counts(root, running)), None)


@dataclass(frozen=True, slots=True)
class Names:
    """The names in one language. ``called`` maps a name to what it may mean; ``longest`` maps the first two words of
    names to how many words the longest of them has.
    """

    called: Mapping[str, tuple[Meaning, ...]]
    longest: Mapping[str, int]

    def exactly(self, said: Sequence[str]) -> tuple[Meaning, ...]:
        """What these words mean together, also where two of them are one name when they are written together."""
        if len(said) > 2 and f"{said[0]} {said[1]}" not in self.longest:
            return ()
        found = self.called.get(" ".join(said), ())
        if found or len(said) > 2:
            return found
        return self._joined(*said) if len(said) == 2 else self._apart(*said)

    def longest_at(self, said: Sequence[str], at: int) -> tuple[tuple[Meaning, ...], int]:
        """What the longest name that begins at a word may mean, and how many words it takes."""
        word = said[at]
        if at + 1 < len(said):
            following = said[at + 1]
            most = self.longest.get(f"{word} {following}", 0)
            for size in range(min(most, len(said) - at), 1, -1):
                found = self.called.get(" ".join(said[at : at + size]))
                if found:
                    return found, size
            joined = self._joined(word, following)
            if joined:
                return joined, 2
        return self.called.get(word) or self._apart(word), 1

    def _apart(self, word: str) -> tuple[Meaning, ...]:
        """What a word means that is the two words of a name written together: "bookcase" for "book case"."""
        if len(word) < _SHORTEST_JOINED or not word.isascii():
            return ()
        cuts = (f"{word[:at]} {word[at:]}" for at in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1))
        return next((self.called[cut] for cut in cuts if cut in self.called), ())

    def _joined(self, one: str, other: str) -> tuple[Meaning, ...]:
        long_enough = len(one) >= _SHORTEST_PART and len(other) >= _SHORTEST_PART
        return self.called.get(one + other, ()) if long_enough else ()


def sign(thing: str) -> str:
    """How a thing stands in the index, from its commonest name."""
    return fold(thing).replace(" ", "-")


def mentions(said: Sequence[str], language: str = ENGLISH) -> list[Mention]:
    """The things that a sequence of comparable words names, from left to right, the longest names first.

    Two words that are one name when they are written together name it as well: "book case".
    """
    names, end = names_in(language), 0
    found: list[Mention] = []
    for at in range(len(said)):
        if at < end:
            continue
        meanings, size = names.longest_at(said, at)
        if meanings:
            found.append(_last_of(names, said, Mention(at, at + size, meanings)))
            end = found[-1].end
    return found


def _last_of(names: Names, said: Sequence[str], found: Mention) -> Mention:
    """The mention, or one that begins inside it and goes on: "folding wheelchair ramps" are ramps."""
    for at in range(found.start + 1, found.end):
        meanings, size = names.longest_at(said, at)
        if meanings and at + size > found.end:
            return Mention(at, at + size, meanings)
    return found


def comparable(text: str, language: str) -> list[list[str]]:
    """The words of a text in another language as `mentions` compares them: as written, and as typed without accents."""
    both = [stems(language, word) for word in words_as_written(text)]
    ways = [[one[0] for one in both], [one[-1] for one in both]]
    return ways if ways[0] != ways[1] else ways[:1]


@cache
def names_in(language: str) -> Names:
    """The names of things in a language; none where the vocabulary has none."""
    found: dict[str, tuple[Meaning, ...]] = {}
    for name, meaning in _english() if language == ENGLISH else _foreign(language):
        known = found.get(name, ())
        if name and not any(one.thing == meaning[0].thing for one in known):
            found[name] = meaning if not known else tuple(one._replace(sure=False) for one in (*known, *meaning))
    longest: dict[str, int] = {}
    for name in found:
        said = name.split(" ", 2)
        if len(said) > 1:
            start = f"{said[0]} {said[1]}"
            longest[start] = max(longest.get(start, 0), name.count(" ") + 1)
    return Names(MappingProxyType(found), MappingProxyType(longest))


def _english() -> Iterator[tuple[str, tuple[Meaning, ...]]]:
    unclear = {fold(word) for word in ambiguous()}
    for names in english_things():
        sure, unsure = _both(names[0])
        for name in map(fold, names):
            yield name, unsure if name in unclear and " " not in name else sure


def _foreign(language: str) -> Iterator[tuple[str, tuple[Meaning, ...]]]:
    for thing, names in languages()[language]["things"].items():
        sure, _ = _both(thing)
        for name in names:
            yield from ((" ".join(said), sure) for said in comparable(name, language))


def _both(thing: str) -> tuple[tuple[Meaning, ...], tuple[Meaning, ...]]:
    """A thing as the meaning of a name that is sure, and of one that is not."""
    roots = _roots(thing)
    meaning = Meaning(sign(thing), roots | {OTHER}, _near(roots), not roots <= APART)
    return (meaning,), (meaning._replace(sure=False),)


def _near(roots: frozenset[str]) -> frozenset[str]:
    return roots.union(*(kin for kin in _KIN if not kin.isdisjoint(roots)))


def _roots(thing: str) -> frozenset[str]:
    return frozenset(path.partition("/")[0] for path in homes_of(thing))
