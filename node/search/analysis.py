"""How text becomes the words that the index holds, the same for listings and for what people type.

Every text is folded (`letters`) and cut into words, which also go through the English stemmer. In the listing's other
languages they are stemmed by `stems`, and stand marked with their language: a word of one is never taken for one of
another. Stop words stay in the index, so that phrases do; queries drop them. This module knows no synonyms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from tantivy import Filter, Index, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from node.search.languages import words_as_written
from node.search.letters import folded
from node.search.stems import stems

EVERYONE = "en"
"""The language in which every listing is read whatever it says: most are in it, and many are in two."""

PLAIN, STEMMED, MARKED = "plain", "en", "marked"
"""Analysers: words as they are, English stems, and signs of our own with spaces between."""

LONGEST_WORD = 40

_MARKUP = re.compile(r"<[^<>]*>")

# Words that say nothing about what is looked for, here where everything is free and everybody gives or needs.
_STOP = """
a an the and or of to in on at by for from with without near any some our my your their his her its we us you i me it
is are be do does did have has had can could would will shall should may this that these those there here as if so
than who what where when which how why please pls plz thanks hello hi hey dear free offer offered offers want wants
wanted need needs needed needing looking look seeking seek searching search find require required get got getting give
giving given away something anything someone anyone anybody somebody everyone somewhere anywhere people person they
them am was were u ur im id ive weve dont not no yes stuff things thing bits old used spare surplus second hand
secondhand unwanted donate donated donating donation donations available collect collection borrow borrowing lend
lending loan hire rent buy cheap also just really very nice good local nearby around about into up off too lot lots
few couple other another w na po dla z ze od sie lub oraz o za szukam potrzebuje potrzebny potrzebna czegos cos ktos
ir su ar kad uz del kas ieskau reikia noriu de da das dos e os um uma para por com em preciso procuro quero yn ac y yr
gyda eisiau angen rhywbeth
"""
STOP_WORDS = frozenset(_STOP.split())
"""Folded; English, with the commonest of Polish, Lithuanian, Portuguese and Welsh."""


def without_markup(html: str) -> str:
    """Words of an HTML text, for the index only: what is shown is cleaned elsewhere, and properly."""
    return _MARKUP.sub(" ", html)


def words(text: str) -> tuple[str, ...]:
    """The folded words of ``text``, in order."""
    return tuple(_analysers()[PLAIN].analyze(folded(text)))


@lru_cache(maxsize=20_000)
def stem(language: str, word: str) -> str:
    """The stem of a folded word in English, or in one of the languages of `stems`."""
    if language != EVERYONE:
        return stems(language, word)[0]
    found = _analysers()[STEMMED].analyze(word)
    return found[0] if found else word


@lru_cache(maxsize=20_000)
def own_terms(word: str, language: str) -> tuple[str, ...]:
    """How a lower-case word of a language other than English stands in the index."""
    return tuple(f"{language}:{one}" for one in stems(language, word))


def own_text(text: str, languages: Iterable[str]) -> str:
    """What the index holds of a text in the languages besides English that it is read in."""
    written = words_as_written(text)
    return " ".join(term for language in languages for word in written for term in own_terms(word, language))


def register(index: Index) -> None:
    """Give an opened index its analysers: Tantivy keeps them in the process, not in the folder."""
    for name, analyser in _analysers().items():
        index.register_tokenizer(name, analyser)


@cache
def _analysers() -> Mapping[str, TextAnalyzer]:
    marked = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
    return MappingProxyType({PLAIN: _analyser(None), STEMMED: _analyser("english"), MARKED: marked})


def _analyser(stemmer: str | None) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD))
    builder = builder.filter(Filter.lowercase()).filter(Filter.ascii_fold())
    return (builder.filter(Filter.stemmer(stemmer)) if stemmer else builder).build()


def edits(one: str, other: str, most: int) -> int:
    """Letters to change between two words, a swap of neighbours being one; ``most + 1`` once it is more than ``most``.

    Optimal string alignment, as in Damerau (1964).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, candidate in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != candidate))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == candidate:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
