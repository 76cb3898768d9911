"""How text becomes the words that the index holds, the same for listings and for what people type.

Every text is folded (case, accents, apostrophes, Arabic letter variants) and cut into words; the words also go through
the stemmer of each language in `STEMMED`. Stop words stay in the index, so that phrases do; queries drop them. This
module knows no synonyms: those are the vocabulary's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tantivy import Filter, Index, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

STEMMED: Mapping[str, str] = MappingProxyType({"en": "english", "pt": "portuguese"})
"""Language code -> the stemmer that its words go through. The other languages are found by exact words and prefixes."""

EVERYONE = "en"
"""The stemmer that every listing goes through whatever its language: most are in it, and many are in two languages."""

PLAIN = "plain"
LONGEST_WORD = 40

_APOSTROPHES = re.compile("['’‘`´ʼ]")
_MARKUP = re.compile(r"<[^<>]*>")
# One letter in several Unicode spellings: an Urdu keyboard and an Arabic one must find each other.
_LETTERS = str.maketrans({"ی": "ي", "ى": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ة": "ه", "ß": "ss"})
# Scripts that are written without spaces: each character is a word of its own.
_UNSPACED = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f])")

# Words that say nothing about what is looked for, here where everything is free and everybody gives or needs.
_STOP = """
a an the and or of to in on at by for from with without near any some our my your their his her its we us you i me it
is are be do does did have has had can could would will shall should may this that these those there here as if so than
who what where when which how please thanks hello hi free offer offered offers want wants wanted need needs needed
needing looking look seeking require required get getting give giving given away something anything someone anyone
somewhere anywhere people person
w na po dla z ze od sie lub oraz o
ir su ar
de da das dos e os um uma para por com em no
"""
STOP_WORDS = frozenset(_STOP.split())
"""Folded; English, with the shortest of Polish, Lithuanian and Portuguese."""


def folded(text: str) -> str:
    """``text`` with letters brought to one spelling; what the analysers cut into words."""
    if text.isascii():
        return text.replace("'", "").replace("`", "")
    text = _APOSTROPHES.sub("", text)
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in apart if not unicodedata.combining(char)).translate(_LETTERS)
    return _UNSPACED.sub(r" \1 ", unicodedata.normalize("NFC", bare))


def without_markup(html: str) -> str:
    """Words of an HTML text, for the index only: what is shown is cleaned elsewhere, and properly."""
    return _MARKUP.sub(" ", html)


def words(text: str) -> tuple[str, ...]:
    """The folded words of ``text``, in order."""
    return tuple(_analysers()[PLAIN].analyze(folded(text)))


@cache
def stem(language: str, word: str) -> str:
    """The stem of a folded word in one of the languages of `STEMMED`."""
    stems = _analysers()[language].analyze(word)
    return stems[0] if stems else word


def register(index: Index) -> None:
    """Give an opened index its analysers: Tantivy keeps them in the process, not in the folder."""
    for name, analyser in _analysers().items():
        index.register_tokenizer(name, analyser)


def base_language(tag: str | None) -> str:
    """The first part of a BCP 47 tag, in lower case; empty where there is none."""
    return (tag or "").partition("-")[0].lower()


@cache
def _analysers() -> Mapping[str, TextAnalyzer]:
    stemmers = {code: _analyser(name) for code, name in STEMMED.items()}
    return MappingProxyType({PLAIN: _analyser(None), **stemmers})


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
