"""What the people of this node mean by a category: a path as they write it, a plain word, or a slip of the pen. Pure.

Only for what is written here. What other nodes send is kept as they say it: their vocabulary may be newer than ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from schemas.vocabulary import LONGEST_PATH, categories, expansions, fold, home_of, is_path

OTHER = "other"
_SLASH = re.compile(r"\s*/\s*")
_ALIKE = 0.7
"""The share of letters in common (`difflib`) from which a word is taken for a slip of another."""


class Meant(NamedTuple):
    """A path to keep, and a sentence for whoever wrote something that the vocabulary does not have.

    ``lost`` where nothing at all is known of what was written, so that ``path`` is `OTHER`.
    """

    path: str
    note: str | None = None
    lost: bool = False


def meant_by(text: str, kind: str | None = None) -> Meant:
    """The category of ``text``: a path as written, else the one that a plain word stands for, else ``other``.

    Of a word that stands for several, those that suit ``kind`` are taken where one is named.
    """
    path = _SLASH.sub("/", text.strip().lower()).replace(" ", "-")
    home = home_of(path) if is_path(path) else None
    if home is not None:
        return Meant(path, None if home.path == path else _unknown(path, home.path))
    found = [path for path in expansions(text) if kind is None or kind in categories()[path].kinds]
    if len(found) > 1:
        return Meant(found[0], f"This could be {' or '.join(found)}; the first was taken.")
    return Meant(found[0]) if found else Meant(OTHER, _lost(path), lost=True)


def _unknown(path: str, home: str) -> str:
    near = _nearest(path)
    if near:
        return f"This category is not in the vocabulary; the listing is shown under {home}. Did you mean {near}?"
    return f"This category is not in the vocabulary; the listing is shown under {home}."


def _lost(path: str) -> str:
    near = _nearest(path)
    if near:
        return f"This category is not known; the listing stands under “{OTHER}”. Did you mean {near}?"
    return f"This category is not known; the listing stands under “{OTHER}”."


def _nearest(path: str) -> str | None:
    """The path that somebody who wrote this may have meant, if one is near: ``furniture/dsk`` is near to a desk."""
    if len(path) > LONGEST_PATH:
        return None
    root, slash, leaf = path.partition("/")
    if slash and root in categories():
        inside = {known.partition("/")[2]: known for known in categories() if known.startswith(f"{root}/")}
        return next((inside[near] for near in get_close_matches(leaf, inside, 1, _ALIKE)), None)
    if slash:
        return next(iter(get_close_matches(path, categories(), 1, _ALIKE)), None)
    word = fold(path)
    alike = [known for known in _by_initial().get(word[:1], ()) if abs(len(known) - len(word)) <= 2]
    near = get_close_matches(word, alike, 1, _ALIKE)
    return expansions(near[0])[0] if near else None


@cache
def _by_initial() -> Mapping[str, Sequence[str]]:
    """Every word of the vocabulary by its first letter, which few people get wrong: few are then left to compare."""
    found: dict[str, list[str]] = {}
    for category in categories().values():
        for word in (category.label, category.plural, *category.synonyms, *category.examples):
            found.setdefault(fold(word)[:1], []).append(fold(word))
    return MappingProxyType(found)
