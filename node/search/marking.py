"""Which words of a listing a search found: what to mark in its title, what of its text to show, why it is there.

Texts are looked through as people wrote them, so that what is marked stands where it stood; words are compared as the
index compares them, folded and by their stems. A search marks twenty listings, so words are looked for by their
beginnings and only those that begin alike are compared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from node.search.analysis import STEMMED, STOP_WORDS, stem, words
from node.search.lexicon import Phrase, same_as
from node.search.wording import Reading

EXCERPT = 130
"""Letters of an excerpt, and a few more up to the end of a word."""
_BEFORE = 40
_SHORTEST_BEGINNING = 3
_MOST_MARKED = 12

Span = tuple[int, int]


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
class Wanted:
    """The words of a search: those typed (or what they were read as), and other names of the same things."""

    typed: frozenset[str]
    others: tuple[Phrase, ...]
    beginnings: tuple[str, ...]

    def found_in(self, plain: Plain) -> list[Span]:
        """Where the words typed stand, in order; no more than a dozen."""
        return _merged(self._spans(plain))[:_MOST_MARKED]

    def _spans(self, plain: Plain) -> Iterator[Span]:
        for beginning in self.beginnings:
            for start, end in _words_that_begin(plain.folded, beginning):
                if self.typed & _forms(plain.folded[start:end]):
                    yield start, end

    def other_name_in(self, plains: Sequence[Plain]) -> str:
        """Another name of what was asked for that stands in one of these texts, as the vocabulary writes it."""
        for phrase in self.others:
            beginning = phrase[0][: max(_SHORTEST_BEGINNING, len(phrase[0]) - 3)]
            for plain in plains:
                for start, _ in _words_that_begin(plain.folded, beginning):
                    if _is_phrase(plain.folded[start:], phrase):
                        return " ".join(phrase)
        return ""


def wanted(reading: Reading) -> Wanted | None:
    """What a reading asks for; None where it asks for no words."""
    said = [word for segment in reading.segments for word in segment.words]
    longer = [word for segment in reading.segments for word in segment.longer]
    said += [word for typed in reading.guesses for word in typed[1:]]
    telling = [word for word in dict.fromkeys((*said, *longer)) if word not in STOP_WORDS]
    if not telling:
        return None
    phrases = (tuple(phrase) for segment in reading.segments for phrase, _ in segment.others)
    named = (phrase for segment in reading.segments for phrase in same_as(segment.words))
    others = tuple(dict.fromkeys((*named, *phrases)))
    typed = frozenset(form for word in telling for form in _forms(word))
    beginnings = dict.fromkeys(word[: max(_SHORTEST_BEGINNING, len(word) - 3)] for word in telling)
    return Wanted(typed, tuple(other for other in others if other), tuple(beginnings))


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


def _is_phrase(folded: str, phrase: Phrase) -> bool:
    said = folded.split(None, len(phrase))[: len(phrase)]
    bare = [word.strip(".,;:!?()\"'") for word in said]
    return len(bare) == len(phrase) and all(_forms(a) & _forms(b) for a, b in zip(bare, phrase, strict=True))


@lru_cache(maxsize=8192)
def _forms(word: str) -> frozenset[str]:
    """A word as it is, and its stems."""
    return frozenset((word, *(stem(code, word) for code in STEMMED)))


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
