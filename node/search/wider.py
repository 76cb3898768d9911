"""Words for many things ("toys", "bedding"), and which things they mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from node.search import compound_words as lists
from node.search.analysis import words
from node.search.lexicon import Phrase, same_as
from schemas.vocabulary import fold


def paths_of(phrase: Phrase) -> tuple[str, ...]:
    """The categories in which everything is what this phrase means; empty for a phrase that means one thing."""
    return _paths().get(fold(" ".join(phrase)), ())


def members_of(phrase: Phrase) -> frozenset[str]:
    """Folded names of the things that this phrase means, wherever they stand."""
    return _members().get(fold(" ".join(phrase)), frozenset())


def is_wide(phrase: Phrase) -> bool:
    """Whether this phrase means many things."""
    return bool(paths_of(phrase) or members_of(phrase))


def wider_than(phrase: Phrase, filed: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Phrases that mean this thing and others: by them somebody may be looking for it."""
    name = fold(" ".join(phrase))
    by_path = (wide for wide, paths in _paths().items() if any(_under(one, path) for one in filed for path in paths))
    by_name = (wide for wide, members in _members().items() if name in members)
    return tuple(words(wide) for wide in dict.fromkeys((*by_path, *by_name)))


def is_apart(phrase: Phrase) -> bool:
    """Whether such a thing is none of those that its category is named after: a tripod among the cameras."""
    return fold(" ".join(phrase)) in _apart()


def _under(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


@cache
def _paths() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(what.split()) for name, what in _lines(lists.WIDER)})


@cache
def _members() -> Mapping[str, frozenset[str]]:
    lines = {name: frozenset(_names(what)) for name, what in _lines(lists.MEMBERS)}
    # Whatever else the wide word is called means the same: "clothing" as "clothes".
    others = {_folded(other): members for name, members in lines.items() for other in same_as(words(name))}
    return MappingProxyType({**others, **lines})


@cache
def _apart() -> frozenset[str]:
    return frozenset(_names(lists.NOT_ONE_OF))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.strip().splitlines():
        names, _, what = line.partition(":")
        for name in names.split(","):
            yield fold(name), what


def _names(text: str) -> Iterator[str]:
    for name in text.split(","):
        yield fold(name)
        yield from (_folded(other) for other in same_as(words(name)))


def _folded(phrase: Phrase) -> str:
    return fold(" ".join(phrase))
