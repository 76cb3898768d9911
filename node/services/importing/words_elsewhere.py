"""The headings and cells of lists that are not written in English, as `columns` looks them up. Pure.

Each language is a module of data; the letters of its words may stand with their marks or without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from node.services.importing import german_words, polish_words

_LANGUAGES = (german_words, polish_words)
"""Of a word that two of them know, the last one's meaning counts."""
_PRICES = "prix, tarif, precio, coste, preço, custo, preț, kaina, قیمت"
"""What must be paid, where other words of the language are not known: nothing with a price may pass unread."""


def headings() -> Iterator[tuple[str, str]]:
    """Each heading, with the column that it means."""
    for language in _LANGUAGES:
        for column, words in language.HEADINGS.items():
            yield from ((word, column) for word in _spellings(words, language.PLAIN))


def prices() -> Iterator[str]:
    """Headings of what must be paid."""
    for language in _LANGUAGES:
        yield from _spellings(language.PRICES, language.PLAIN)
    yield from _spellings(_PRICES, {"ç": "c", "ț": "t"})


def words(column: str) -> Iterator[tuple[str, str]]:
    """Each word of a cell in this column, with the code that it means."""
    for language in _LANGUAGES:
        for code, said in language.WORDS.get(column, {}).items():
            yield from ((word, code) for word in _spellings(said, language.PLAIN))


def _spellings(words: str, plain: Mapping[str, str]) -> Iterator[str]:
    """Words with commas between, each with its marks and without."""
    marks = str.maketrans(dict(plain))
    for word in words.split(", "):
        yield word
        yield word.translate(marks)
