"""Which words of the index and the vocabulary a typed word may be meant for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from node.search.analysis import STEMMED, edits, stem
from node.search.lexicon import known_words

SHORTEST = 4
_LONG = 8
_MOST_TERMS = 20_000
_MOST_CORRECTIONS = 3
_MOST_COMPLETIONS = 40


class Words(Protocol):
    """The words of an index: Tantivy's ``Searcher`` is one."""

    def doc_freq(self, field_name: str, field_value: str, /) -> int: ...

    def terms_with_prefix(self, field_name: str, prefix: str, /, *, limit: int | None) -> list[tuple[str, int]]: ...


def frequency(index: Words, word: str) -> int:
    """In how many listings a folded word stands, in any form; listings replaced lately may count twice."""
    typed = index.doc_freq("words", word)
    return max(
        [typed, *(index.doc_freq(f"body_{code}", stem(code, word)) for code in STEMMED), *_in_titles(index, word)]
    )


def _in_titles(index: Words, word: str) -> Iterable[int]:
    return (index.doc_freq(f"{name}_{code}", stem(code, word)) for code in STEMMED for name in ("title", "tags"))


def completions(index: Words, start: str) -> list[str]:
    """Words of the index that begin with ``start``, the commonest first; ``start`` itself is not among them."""
    if len(start) < 2:
        return []
    found = index.terms_with_prefix("words", start, limit=_MOST_COMPLETIONS)
    return [word for word, _ in sorted(found, key=lambda pair: (-pair[1], pair[0])) if word != start]


def corrections(index: Words, word: str) -> list[str]:
    """Words that are one slip away (two in a word of eight letters or more), the likeliest first."""
    if len(word) < SHORTEST or not word.isalpha():
        return []
    most = 2 if len(word) >= _LONG else 1
    ranked = []
    for candidate, count in _candidates(index, word).items():
        if candidate != word and abs(len(candidate) - len(word)) <= most and not candidate.isdigit():
            distance = edits(word, candidate, most)
            if distance <= most:
                ranked.append((distance, candidate[0] != word[0], -count, candidate))
    ranked.sort()
    return [candidate for distance, _, _, candidate in ranked[:_MOST_CORRECTIONS] if distance == ranked[0][0]]


def _candidates(index: Words, word: str) -> dict[str, int]:
    # A slip in the first letter is rare: only a swap with or a loss of it is looked for in the index.
    found = dict.fromkeys(known_words(), 0)
    for start in {word[0], word[1]}:
        found.update(index.terms_with_prefix("words", start, limit=_MOST_TERMS))
    return found


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
