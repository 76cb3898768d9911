"""Which words of the index and the vocabulary a typed word may be meant for."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase
from typing import Protocol

from node.search.analysis import EVERYONE, edits, stem
from node.search.documents import PARTS
from node.search.lexicon import known_words

SHORTEST = 4
_LONG = 8
_MOST_TERMS = 20_000
_MOST_OTHER_LETTERS = 4
_MOST_CORRECTIONS = 3
_MOST_COMPLETIONS = 40


class Words(Protocol):
    """The words of an index: Tantivy's ``Searcher`` is one."""

    def doc_freq(self, field_name: str, field_value: str, /) -> int: ...

    def terms_with_prefix(self, field_name: str, prefix: str, /, *, limit: int | None) -> list[tuple[str, int]]: ...


def frequency(index: Words, word: str) -> int:
    """In how many listings a folded word stands, in any English form; listings replaced lately may count twice."""
    said = stem(EVERYONE, word)
    return max(index.doc_freq("words", word), *(index.doc_freq(f"{name}_en", said) for name in PARTS))


def own_forms(index: Words, terms: Iterable[str]) -> tuple[str, ...]:
    """Those of a word's stems in other languages that the index has."""
    return tuple(term for term in terms if any(index.doc_freq(f"{name}_own", term) for name in PARTS))


def completions(index: Words, start: str) -> list[str]:
    """Words of the index that begin with ``start``, the commonest first; ``start`` itself is not among them."""
    if len(start) < 2:
        return []
    found = index.terms_with_prefix("words", start, limit=_MOST_COMPLETIONS)
    return [word for word, _ in sorted(found, key=lambda pair: (-pair[1], pair[0])) if word != start]


def corrections(index: Words, word: str, thorough: bool = True) -> list[str]:
    """Words that are one slip away, the likeliest first; else, where ``thorough`` and the word is long, two slips.

    One slip is found by trying them all, which takes under a millisecond; two by going through the words with the same
    first letter.
    """
    if len(word) < SHORTEST or not word.isalpha():
        return []
    counts = {slip: index.doc_freq("words", slip) for slip in _slips(word)}
    known = {slip: count for slip, count in counts.items() if count or slip in known_words()}
    if not known and thorough and len(word) >= _LONG:
        known = {other: count for other, count in _alike(index, word).items() if edits(word, other, 2) == 2}
    return sorted(known, key=lambda slip: (slip[0] != word[0], -known[slip], slip))[:_MOST_CORRECTIONS]


def _slips(word: str) -> set[str]:
    """Every word that one lost, added, changed or swapped letter makes of ``word`` (Norvig, 2007)."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    made = {left + right[1:] for left, right in cuts if right}
    made |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    made |= {left + letter + right[1:] for left, right in cuts if right for letter in ascii_lowercase}
    made |= {left + letter + right for left, right in cuts for letter in ascii_lowercase}
    return made - {word}


def _alike(index: Words, word: str) -> dict[str, int]:
    """Words with the same beginning and nearly the same letters."""
    letters = set(word)
    found = {known: 0 for known in known_words() if known[0] == word[0]}
    found.update(index.terms_with_prefix("words", word[0], limit=_MOST_TERMS))
    return {
        other: count
        for other, count in found.items()
        if abs(len(other) - len(word)) <= 2 and len(letters.symmetric_difference(other)) <= _MOST_OTHER_LETTERS
    }


def halves(index: Words, word: str) -> list[tuple[str, str]]:
    """Ways to cut a word in two that the index knows both: "bookcase" as "book case"."""
    cuts = [(word[:at], word[at:]) for at in range(3, len(word) - 2)]
    return [(left, right) for left, right in cuts if frequency(index, left) and frequency(index, right)]


def relatives(index: Words, word: str) -> list[str]:
    """The doer for the doing, which stemmers keep apart: a printer for printing; only those that the index has.

    Not the other way round: a drawer is seldom looked for by people who draw.
    """
    doers = [word[:-3] + ending for ending in ("er", "or")] if len(word) >= 7 and word.endswith("ing") else []
    return [doer for doer in doers if index.doc_freq("words", doer) or index.doc_freq("words", doer + "s")]
