"""Phrases of plain words, found in a text in time that grows with its length alone.

A phrase is written as people say it:

    free ~3 (quote|quotation|survey)    alternatives, and up to three words in between
    reduce* to clear                    any ending; at least five letters stand before the star
    [a|your] free day pass              words that may be missing
    from £                              £ is any amount of money, £pp one with a unit, # any number, % any per cent
    ## an hour                          ## is a number in figures that may be a sum: 25, 120 or 9.50, and no 3

Words are compared without accents. A phrase ends where its sentence does, and never runs into another field; commas and
brackets stand only where words may stand in between. Before any pattern is tried, the beginnings of the phrase's words
are looked up among those of the text: a text pays for few phrases, however many are known. Patterns are compiled when
they are first needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from schemas.errors import SharefeedError
from schemas.free.folding import BLANK, GAP
from schemas.free.keys import COMMON, FIGURE, KEY, NUMBER, SPECIAL, Text, key_of

# Where markup was, there are many spaces.
_JOIN = rf"[^\w{GAP}{BLANK}.!?£€$%+@,;:()]{{1,4}}+ {{0,200}}+"
_APART = rf"[^\w{GAP}{BLANK}.!?£€$%+@]{{1,4}}+ {{0,200}}+"
_ANY = r"(?>[\w£€$%+@]\w{0,40}+(?:['.,]\w{1,20}+){0,4}+)"
_PIECE = re.compile(r"\(([^()]+)\)|\[([^\[\]]+)\]|~(\d+)|(\S+)")
_SHORT_STEM = re.compile(rf"(?<!\w)\w{{0,{KEY - 1}}}\*")
_BRACKET = re.compile(r"[()\[\]|]")
_NUMBERS = (NUMBER, FIGURE)
_STAR = r"\w{0,24}+"


class PhraseError(SharefeedError):
    """A phrase that cannot be looked up: a mistake of whoever wrote it."""


class Rule:
    """A phrase, folded, that is a sign of ``kind``. ``strength``, up to 1, says how sure a sign.

    In one that is close, no commas or brackets stand between its words. Of each of the sets of keys in ``needs``, the
    rarest first, a text must have one to hold the phrase.
    """

    __slots__ = ("_is_close", "_pattern", "_starts", "kind", "needs", "phrase", "strength")

    def __init__(self, kind: str, strength: float, phrase: str, is_close: bool = False) -> None:
        self.kind, self.strength, self.phrase, self._is_close = kind, strength, phrase, is_close
        pieces = _PIECE.findall(phrase)
        if any(_BRACKET.search(word) for *_, word in pieces):
            raise PhraseError(f"The brackets of this phrase do not fit: {phrase}")
        self.needs = tuple(sorted(filter(None, map(_keys_of, pieces)), key=_commonness))
        if not self.needs or _SHORT_STEM.search(phrase):
            raise PhraseError(f"This phrase has no word to look it up by, or a star after too few letters: {phrase}")
        self._starts = _starts_of(pieces)
        self._pattern: re.Pattern[str] | None = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression of the phrase, compiled when it is first asked for."""
        if self._pattern is None:
            sequence = _sequence(self.phrase, _JOIN if self._is_close else _APART)
            self._pattern = re.compile(rf"(?<!\w)(?:{sequence})(?!\w)")
        return self._pattern

    def find(self, text: Text) -> Iterator[tuple[int, int]]:
        """Where it stands in a text."""
        match, string = self.pattern.match, text.string
        for key in self._starts:
            if key not in text.keys:
                continue
            if key in SPECIAL:
                yield from (found.span() for at in text.places(key) if (found := match(string, at)))
                continue
            # Words are looked for as plain text, which is ten times as fast as a pattern that begins with several.
            at = string.find(key)
            while at >= 0:
                found = match(string, at)
                if found:
                    yield found.span()
                at = string.find(key, at + 1)


def _starts_of(pieces: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The keys with which a phrase of these pieces can begin."""
    keys: list[str] = []
    for alternatives, optional, gap, word in pieces:
        if gap:
            raise PhraseError("A phrase begins with words, not with a gap.")
        keys += [key_of(words.split()[0]) for words in (alternatives or optional or word).split("|")]
        if not optional:
            break
    return tuple(dict.fromkeys(keys))


def _keys_of(piece: Sequence[str]) -> frozenset[str]:
    """The keys of which a text has one if it has this piece; nothing where that cannot be said."""
    alternatives, optional, gap, word = piece
    if optional or gap:
        return frozenset()
    keys = {_rarest(words.split()) for words in (alternatives or word).split("|")}
    return frozenset(keys) if "" not in keys else frozenset()


def _rarest(words: Sequence[str]) -> str:
    """The key of that word of an alternative which fewest texts have; "" where there is no word."""
    keys = [key for key in map(key_of, words) if key[0].isalnum() or key in SPECIAL]
    return min(keys, key=lambda key: (key in _NUMBERS, key in COMMON, -len(key)), default="")


def _commonness(group: frozenset[str]) -> tuple[int, int]:
    return sum(4 if key in _NUMBERS else 1 for key in group if key in COMMON or key in _NUMBERS), len(group)


def _sequence(phrase: str, apart: str) -> str:
    """The regular expression of a phrase, with ``apart`` around words in between.

    A piece that may be missing takes the join on one side of it along.
    """
    made, is_begun, join = "", False, _JOIN
    for alternatives, optional, gap, word in _PIECE.findall(phrase):
        if gap:
            made, join = f"{made}(?:{apart}{_ANY}){{0,{gap}}}?", apart
        elif optional:
            made += f"(?:{join}(?:{_either(optional)}))?" if is_begun else f"(?:(?:{_either(optional)}){join})?"
        else:
            made += (join if is_begun else "") + (f"(?:{_either(alternatives)})" if alternatives else _one(word))
            is_begun, join = True, _JOIN
    return made


def _either(alternatives: str) -> str:
    return "|".join(_JOIN.join(_one(word) for word in words.split()) for words in alternatives.split("|"))


def _one(word: str) -> str:
    if word in SPECIAL:
        return SPECIAL[word]
    return re.escape(word[:-1]) + _STAR if word.endswith("*") else re.escape(word)
