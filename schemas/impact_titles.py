"""What the title of a listing names, for the figures that speak of one kind of thing alone. Pure.

Rather too little than too much: a bag of keyboards, a case for a phone or a set of chairs is no keyboard, phone or
chair, and then only what was weighed counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from schemas.impact_factors import ALL, UNNAMED, Factors, Goods
from schemas.records import dataclass
from schemas.vocabulary import categories, english_things, fold, home_of, languages

NOTHING = Goods("", ())
"""A row that knows nothing."""

PIECES = frozenset(("", "each", "piece", "pc", "item", "unit", "one", "ea", "no", "off"))
_LONGEST_NAME = 5
# What comes after these words goes along with the thing, or says more of it.
_HEAD = re.compile(r"\s(?:with|and|incl|inc|including|plus|from|by|z|i|ze)\s|[,;:(\[+&/|–—]|\s-\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a title names among the things of a category.

    ``home`` is the category of the vocabulary, ``names`` what the thing is called there (empty where it names none),
    ``single`` whether one unit is one such thing. ``other`` is set where it is a part of such a thing, or something
    that goes with it.
    """

    home: str
    names: frozenset[str]
    single: bool
    other: bool = False

    def fits(self, row: Goods) -> bool:
        """Whether a row of the factors speaks of this."""
        if not row.category:
            return True
        if self.other:
            return not row.things and not row.factors and row.others == ALL
        if not self.names:
            return row.others in (UNNAMED, ALL)
        if self.names & _folded(row.things):
            return True
        return row.others == ALL and not self.names & _folded(row.excepted)


@lru_cache(maxsize=4096)
def meaning(category: str, title: str, unit: str, factors: Factors) -> Meaning:
    """What a title names, in any of the languages that the vocabulary knows, by the words before its first comma."""
    place = home_of(category)
    home = place.path if place else ""
    words = fold(_HEAD.split(title[:200], maxsplit=1)[0]).split() or fold(title[:200]).split()
    path, names, (begin, end) = _named(home, words, factors)
    rest = {*words[:begin], *words[end:]}
    return Meaning(
        home=path,
        names=names,
        single=not rest & _folded(factors.bundles) and _is_piece(unit, words, names),
        other=bool(rest & _folded(factors.parts)),
    )


def _named(home: str, words: list[str], factors: Factors) -> tuple[str, frozenset[str], tuple[int, int]]:
    """The longest name of a thing of a category in these words: where that thing is at home, its names, and where."""
    known = _things(home, factors) if home else {}
    for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
        for begin in range(len(words) - length + 1):
            name = " ".join(words[begin : begin + length])
            if name in known:
                path, thing = known[name]
                return path, frozenset((name, thing)), (begin, begin + length)
    return home, frozenset(), (0, 0)


@cache
def _things(home: str, factors: Factors) -> Mapping[str, tuple[str, str]]:
    """Folded name -> the path and the commonest name, folded, of each thing of a category and of those under it."""
    paths = [path for path in categories() if path == home or path.startswith(f"{home}/")]
    found = {
        phrase: (row.category, phrase)
        for row in factors.goods
        if row.category in paths
        for phrase in _folded(row.things)
    }
    for path in paths:
        for thing in categories()[path].examples:
            found |= {name: (path, fold(thing)) for name in map(fold, _names(thing)) if name not in found}
    return found


def _names(thing: str) -> Iterator[str]:
    """All names of the thing with this commonest name, in all languages."""
    yield from _english().get(thing, ())
    for words in languages().values():
        yield from words["things"].get(thing, ())


@cache
def _english() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for thing in english_things():
        found[thing[0]] = (*found.get(thing[0], ()), *thing)
    return found


def _is_piece(unit: str, words: list[str], names: frozenset[str]) -> bool:
    """Whether one of these units is one thing: a piece, or the thing itself, as in "8 chairs"."""
    plain = fold(unit)
    return plain in PIECES or plain in names or plain in words


@cache
def _folded(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold, words))
