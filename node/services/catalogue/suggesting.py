"""What somebody may be about to type: categories, things of the vocabulary, and words of the catalogue.

Nothing is suggested of which the catalogue has nothing. No listing is read and no query is run: what begins so is
looked up in sorted words, and how common it is in the index's own table of words, so that it can be asked at each key.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache

from node.context import Node
from node.search.analysis import STOP_WORDS, words
from node.search.errors import IndexUnavailableError
from node.search.index import Snapshot
from node.search.names import sign
from node.search.spelling import Words, completions, corrections, frequency
from node.services.catalogue.search import reader
from schemas.records import dataclass
from schemas.vocabulary import categories, english_things, languages

MOST = 8
MOST_CATEGORIES = 2
LONGEST_TYPED = 100
THING, CATEGORY, WORD = "thing", "category", "word"
_MOST_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way on: the ``text`` to search for, and its ``kind``; a category has its ``path``."""

    text: str
    kind: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class _Named:
    """A name of the vocabulary: as people write it, its folded words, and what is called so: a category or a thing.

    ``rank`` is 0 for the commonest name of a thing.
    """

    text: str
    words: tuple[str, ...]
    path: str = ""
    sign: str = ""
    rank: int = 0


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
    names = _ranked(snapshot.searcher, _begun(parts), parts)
    places = (Suggestion(name.text, CATEGORY, name.path) for name in [n for n in names if n.path][:MOST_CATEGORIES])
    things = (Suggestion(name.text, THING) for name in names if name.sign)
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


def _ranked(index: Words, names: Iterable[_Named], parts: tuple[str, ...]) -> list[_Named]:
    """Those of which there is something: what begins as typed first, then the commonest; one name for each thing.

    That is the name that people use most, where it goes on from what was typed.
    """
    kept: dict[str, _Named] = {}
    for name in sorted(names, key=lambda name: (name.rank, len(name.text))):
        kept.setdefault(name.sign or name.path, name)
    there = [(not _begins(name.words, parts), -count, name) for name in kept.values() if (count := _count(index, name))]
    return [name for _, _, name in sorted(there, key=lambda one: (*one[:2], len(one[2].text), one[2].text))]


def _begins(said: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    before = len(parts) - 1
    return said[:before] == parts[:before] and len(said) > before and said[before].startswith(parts[-1])


def _count(index: Words, name: _Named) -> int:
    """In how many titles the thing is named, or how many listings are filed so; replaced ones may count twice."""
    return index.doc_freq("category", name.path) if name.path else index.doc_freq("title_things", name.sign)


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
    called = [_Named(one.plural, words(one.plural), path=one.path) for one in categories().values()]
    known = {name.text.casefold() for name in called}
    abroad = [(thing, name) for said in languages().values() for thing, some in said["things"].items() for name in some]
    things = {name: _Named(name, words(name), sign=sign(thing), rank=99) for thing, name in abroad}
    for some in english_things():
        things |= {name: _Named(name, words(name), sign=sign(some[0]), rank=at) for at, name in enumerate(some)}
    return (*called, *(one for text, one in sorted(things.items()) if one.words and text not in known))


@cache
def _by_word() -> list[tuple[str, int]]:
    """Each word of each name, in order, with the name's number."""
    return sorted((word, number) for number, name in enumerate(_names()) for word in dict.fromkeys(name.words))
