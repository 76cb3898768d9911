"""What somebody may be about to type: categories, things of the vocabulary, and words of the catalogue.

Nothing is suggested of which the catalogue has nothing. No listing is read and no query is run: what begins so is
looked up in sorted words, and how common it is in the index's own table of words, so that it can be asked at each key.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from node.context import Node
from node.search.analysis import STOP_WORDS, words
from node.search.errors import IndexUnavailableError
from node.search.index import Snapshot
from node.search.spelling import Words, completions, corrections, frequency
from node.services.search import reader
from schemas.vocabulary import categories, synonym_groups

MOST = 8
MOST_CATEGORIES = 2
LONGEST_TYPED = 100
THING, CATEGORY, WORD = "thing", "category", "word"
_MOST_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way on: the ``text`` to search for, and its ``kind``; a category has its ``path``."""

    text: str
    kind: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    """A name of the vocabulary: as people write it, its folded words, and the category that is called so."""

    text: str
    words: tuple[str, ...]
    path: str = ""


def suggest(node: Node, typed: str, most: int = MOST) -> tuple[Suggestion, ...]:
    """At most ``most`` ways on from what was typed, the likeliest first; none once a space ends the last word.

    A slip in the last word is forgiven where nothing begins as it does.
    """
    typed = typed[:LONGEST_TYPED]
    parts = words(typed)
    if not parts or not typed[-1:].isalnum() or len(parts[-1]) < 2:
        return ()
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return ()
    found = _suggested(snapshot, parts, most)
    if found:
        return found
    mended = (*parts[:-1], next(iter(corrections(snapshot.searcher, parts[-1])), ""))
    return _suggested(snapshot, mended, most, whole=True) if mended[-1] else ()


def _suggested(snapshot: Snapshot, parts: tuple[str, ...], most: int, whole: bool = False) -> tuple[Suggestion, ...]:
    names = _ranked(snapshot.searcher, _begun(parts))
    called = [name for name in names if name.path and snapshot.searcher.doc_freq("category", name.path)]
    places = (Suggestion(name.text, CATEGORY, name.path) for name in called[:MOST_CATEGORIES])
    things = (Suggestion(name.text, THING) for name in names if not name.path)
    found = {one.text.casefold(): one for one in (*things, *_finished(snapshot.searcher, parts, whole))}
    asked = " ".join(parts)
    rest = [one for text, one in found.items() if text != asked or whole]
    return (*places, *rest)[:most]


def _finished(index: Words, parts: tuple[str, ...], whole: bool) -> Iterator[Suggestion]:
    """What was typed with its last word finished by words of the catalogue."""
    ends = completions(index, parts[-1])
    if whole and frequency(index, parts[-1]):
        ends = [parts[-1], *ends]
    return (Suggestion(" ".join((*parts[:-1], end)), WORD) for end in ends[:MOST] if end not in STOP_WORDS)


def _ranked(index: Words, names: Iterable[_Named]) -> list[_Named]:
    """Those of which there is something, what is called so first, then the commonest."""
    weighed = [(min(frequency(index, word) for word in name.words), name) for name in names]
    common = [(count, name) for count, name in weighed if count or name.path]
    return [name for _, name in sorted(common, key=lambda pair: (-pair[0], len(pair[1].text), pair[1].text))]


def _begun(parts: tuple[str, ...]) -> list[_Named]:
    """Names that have all words but the last, and another one that begins as the last does."""
    *before, start = parts
    ordered = _by_word()
    at = bisect_left(ordered, (start,))
    found: dict[str, _Named] = {}
    while at < len(ordered) and ordered[at][0].startswith(start) and len(found) < _MOST_LOOKED_AT:
        name = _names()[ordered[at][1]]
        if all(word in name.words for word in before):
            found[name.text] = name
        at += 1
    return list(found.values())


@cache
def _names() -> tuple[_Named, ...]:
    called = [_Named(one.plural, words(one.plural), one.path) for one in categories().values()]
    known = {name.text.casefold() for name in called}
    things = {text for group in synonym_groups() for text in group}
    things |= {text for one in categories().values() for text in one.examples}
    return (*called, *(_Named(text, words(text)) for text in sorted(things) if words(text) and text not in known))


@cache
def _by_word() -> list[tuple[str, int]]:
    """Each word of each name, in order, with the name's number."""
    return sorted((word, number) for number, name in enumerate(_names()) for word in dict.fromkeys(name.words))
