"""Which words of a listing a search found: what to mark in its title, what of its text to show, why it is there.

Texts are looked through as people wrote them, so that what is marked stands where it stood; words are compared as the
index compares them, folded and by their stems. A search marks twenty listings, so words are looked for by their
beginnings and only those that begin alike are compared.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice

from node.search.analysis import EVERYONE, STOP_WORDS, stem, words
from node.search.concepts import kinds_below, names_of_thing
from node.search.lexicon import Phrase
from node.search.stems import stems
from node.search.wording import Reading
from schemas.records import dataclass
from schemas.vocabulary import languages

EXCERPT = 130
"""Letters of an excerpt, and a few more up to the end of a word."""
_BEFORE = 40
_SHORTEST_BEGINNING = 3
_MOST_MARKED = 12

Span = tuple[int, int]
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Plain:
    """A text as written, and folded letter by letter: as long, so that a place in one is a place in the other."""

    text: str
    folded: str

    @staticmethod
    def of(text: str) -> Plain:
        folded = text.translate(_letters()).lower()
        return Plain(text, folded if len(folded) == len(text) else text.lower()[: len(text)].ljust(len(text)))


@dataclass(frozen=True, slots=True)
class Called:
    """Where a text has another name for what was asked for, and whether that is the name of a kind of it."""

    span: Span
    name: str
    is_kind: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words of a search: those typed (or what they were read as), and other names.

    ``others`` are names of the same things, ``kinds`` names of kinds of them.
    """

    typed: frozenset[str]
    others: tuple[Phrase, ...]
    kinds: tuple[Phrase, ...]
    beginnings: tuple[str, ...]

    def found_in(self, plain: Plain) -> list[Span]:
        """Where the words typed stand, in order; no more than a dozen."""
        return _merged(self._spans(plain))[:_MOST_MARKED]

    def _spans(self, plain: Plain) -> Iterator[Span]:
        for beginning in self.beginnings:
            for start, end in _words_that_begin(plain.folded, beginning):
                if self.typed & _forms(plain.folded[start:end]):
                    yield start, end

    def called_in(self, plain: Plain) -> Called | None:
        """The first other name of what was asked for that stands in a text, as it is written there."""
        for phrases in (self.others, self.kinds):
            for phrase in phrases:
                span = _phrase_in(plain, phrase)
                if span:
                    return Called(span, plain.text[slice(*span)], phrases is self.kinds)
        return None


def wanted(reading: Reading) -> Wanted | None:
    """What a reading asks for; None where it asks for no words."""
    segments = (*reading.segments, *reading.hints)
    said = [word for segment in segments for word in (*segment.words, *segment.longer)]
    said += [word for typed in reading.guesses for word in typed[1:]]
    telling = [word for word in dict.fromkeys(said) if word not in STOP_WORDS]
    if not telling:
        return None
    phrases = [phrase for segment in segments for phrase, _ in segment.others]
    things = [thing for segment in reading.segments for thing, _ in segment.things]
    names = [name for thing in things for name in names_of_thing(thing)]
    kinds = [name for thing in things for kind in kinds_below(thing) for name in names_of_thing(kind)]
    typed = frozenset(form for word in telling for form in _forms(word))
    beginnings = dict.fromkeys(_beginning(word) for word in telling)
    others = dict.fromkeys(name for name in (*names, *phrases) if name)
    return Wanted(typed, tuple(others), tuple(dict.fromkeys(name for name in kinds if name)), tuple(beginnings))


def excerpt(plain: Plain, spans: Sequence[Span]) -> tuple[str, list[Span]]:
    """The part of a text around what was found in it, cut at words, and where that stands in the part."""
    if not spans:
        return "", []
    start = _word_start(plain.text, max(0, spans[0][0] - _BEFORE))
    end = _word_end(plain.text, min(len(plain.text), start + EXCERPT))
    end = max(end, spans[0][1])
    before, after = ("… " if start else ""), (" …" if end < len(plain.text) else "")
    shift = len(before) - start
    inside = [(first + shift, last + shift) for first, last in spans if start <= first and last <= end]
    return f"{before}{plain.text[start:end]}{after}", inside


def _word_start(text: str, at: int) -> int:
    while at > 0 and not text[at - 1].isspace():
        at -= 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and not text[at].isspace():
        at += 1
    return at


def _words_that_begin(folded: str, beginning: str) -> Iterator[Span]:
    at = folded.find(beginning)
    while at >= 0:
        end = at + len(beginning)
        while end < len(folded) and folded[end].isalnum():
            end += 1
        if at == 0 or not folded[at - 1].isalnum():
            yield at, end
        at = folded.find(beginning, end)


def _beginning(word: str) -> str:
    return word[: max(_SHORTEST_BEGINNING, len(word) - 3)]


def _phrase_in(plain: Plain, phrase: Phrase) -> Span | None:
    for start, _ in _words_that_begin(plain.folded, _beginning(phrase[0])):
        said = list(islice(_WORD.finditer(plain.folded, start), len(phrase)))
        if len(said) == len(phrase) and all(_alike(one[0], word) for one, word in zip(said, phrase, strict=True)):
            return start, said[-1].end()
    return None


def _alike(said: str, word: str) -> bool:
    return said == word or bool(_forms(said) & _forms(word))


@lru_cache(maxsize=8192)
def _forms(word: str) -> frozenset[str]:
    """A word as it is, and its stems."""
    own = (f"{code}:{said}" for code in languages() for said in stems(code, word))
    return frozenset((word, stem(EVERYONE, word), *own))


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


@cache
def _letters() -> dict[int, str]:
    """Each letter of Europe's alphabets and of Arabic as the index folds it, where that is one letter as well."""
    folded = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00), *range(0x621, 0x6D3)):
        found = words(chr(code))
        bare = found[0] if found else unicodedata.normalize("NFKD", chr(code))[:1]
        if len(bare) == 1:
            folded[code] = bare
    return folded
