"""What a text is looked up by: how its words begin, and whether it names numbers, sums of money or shares."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from schemas.free.folding import BLANK, GAP

KEY = 5
"""Words are looked up, and weighed, by so many letters: a rough way to take their endings off."""
MONEY, RATE, NUMBER, FIGURE, PERCENT = "£", "£pp", "#", "##", "%"

_SLANG = r"(?:fivers?|tenners?|quid)"
_COINS = r"p|pence|pounds?|euros?|eur|quid|zł|zl|zlotych|€|£|funt\w{0,3}|svar\w{0,3}|libras|پاؤنڈ"
_COUNTED = (
    r"(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|hundred|thousand)[ -]){1,3}(?:pounds?|quid|pence|euros?)"
)
_EACH = r"(?:pp|ph|pm|pcm|pw|pa|ppw|pppw)"
_FIGURES = r"(?:£|€|\$|gbp|eur|pln) {0,2}(?!0+(?:\.0{1,2})?(?![\d.,]*\d))\d[\d,]{0,11}+(?:\.\d{1,4})?"
SPECIAL = {
    MONEY: rf"(?>{_FIGURES}(?:k|m|{_EACH})?(?!\w)"
    rf"|(?<!\w)\d[\d,]{{0,11}}+(?:\.\d{{1,4}})? ?(?:{_COINS})(?!\w)|(?<!\w){_COUNTED}(?!\w)|(?<!\w)a pound(?!\w)"
    rf"|(?<!\w)(?:a|one|few|couple of) (?:few )?{_SLANG}(?!\w)|(?<!\w){_SLANG}(?!\w))",
    RATE: rf"(?>{_FIGURES} ?{_EACH}(?!\w))",
    NUMBER: r"(?>(?<!\w)(?:\d[\d,.]{0,11}+|one|two|three|four|five|six|eight|ten|twelve|hundreds?|thousands?)(?!\w))",
    FIGURE: r"(?>(?<![\w£€$.,:/])(?:\d{2,4}(?:\.\d\d)?|\d\.\d\d)(?!\w))",
    PERCENT: r"(?>(?<!\w)\d{1,3}(?:\.\d{1,2})? ?(?:%|(?:per ?cent|procent\w{0,3}|por cento|فیصد)(?!\w)))",
}
"""Signs that stand for many words in a phrase, and the regular expressions of those."""

WORD = re.compile(r"\w+")
_APART = re.compile(f"[{GAP}{BLANK}]+")
_SPACED = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
_DIGIT = re.compile(r"\d")
_FINDERS = {
    MONEY: re.compile(SPECIAL[MONEY]),
    RATE: re.compile(SPECIAL[RATE]),
    # All that is needed is where one may begin, and this is soon found.
    NUMBER: re.compile(r"(?<!\w)(?:\d|(?:one|two|th|fo|fi|six|ei|te|tw|hu))"),
    FIGURE: re.compile(r"(?<![\w£€$.,:/])\d"),
    PERCENT: re.compile(r"(?<!\w)\d"),
}
_COIN = re.compile(r"\d ?(?:p|zl|€)(?!\w)")


def _keys(words: str) -> frozenset[str]:
    return frozenset(word[:KEY] for word in words.split())


_CURRENCIES = _keys("gbp eur pln fiver tenner quid pound pence euro funty svaru libras zlotych پاؤنڈ")
_NUMBERS = _keys("one two three four five six eight ten twelve hundred thousand")
_SHARES = _keys("cent percent procent فیصد")
COMMON = _keys(
    """
    for a and the to free our we in on of with you your or no it from one two three four at up is needs week us s can by
    new have so every everything room are day any about first home back all come them t if an will event bring plan
    only year community out get that work not over part after ll half small old want cost off full hands but they what
    open when good each has re time minutes some please just be own i there this as don was been use take school group
    """
)
"""How the words begin that most texts have: a poor reason to try a phrase."""


def key_of(word: str) -> str:
    """The key of a word in a phrase; a sign that stands for many words is its own."""
    found = None if word in SPECIAL else WORD.match(word)
    return found[0][:KEY] if found else word


class Text:
    """A folded text with the ``keys`` of its words."""

    __slots__ = ("_places", "keys", "string")

    def __init__(self, string: str) -> None:
        self.string = string
        self.keys = _keys_in(string)
        self._places: dict[str, list[int]] = {}

    @property
    def tokens(self) -> set[str]:
        """Its words, each once."""
        return set(_words_of(self.string))

    def places(self, special: str) -> list[int]:
        """Where one of `SPECIAL` may begin."""
        if special not in self._places:
            self._places[special] = [found.start() for found in _FINDERS[special].finditer(self.string)]
        return self._places[special]


def neighbours(string: str) -> Iterator[tuple[str, str]]:
    """The keys of each two words beside each other in a folded text, with nothing between them that was taken away."""
    for part in _APART.split(string):
        yield from pairwise(map(key_beside, _words_of(part)))


def are_beside(string: str, end: int, start: int) -> bool:
    """Whether nothing was taken away between where one word ends and the next one starts."""
    return _APART.search(string, end, start) is None


def key_beside(word: str) -> str:
    """The key of a word beside another. Figures all have the same."""
    return word[:KEY] if word.isalpha() else NUMBER


def _words_of(string: str) -> list[str]:
    # Without letters beyond ASCII this is twice as fast as a pattern.
    return string.translate(_SPACED).split() if string.isascii() else WORD.findall(string)


def _keys_in(string: str) -> set[str]:
    keys = {word[:KEY] for word in _words_of(string)}
    has_digit = _DIGIT.search(string) is not None
    if has_digit:
        keys.add(FIGURE)
    if has_digit or not _NUMBERS.isdisjoint(keys):
        keys.add(NUMBER)
    if "£" in string or "€" in string or "$" in string or not _CURRENCIES.isdisjoint(keys):
        keys |= {MONEY, RATE}
    elif has_digit and _COIN.search(string):
        keys.add(MONEY)
    if "%" in string or not _SHARES.isdisjoint(keys):
        keys.add(PERCENT)
    return keys
