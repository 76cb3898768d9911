"""What categories are called in other languages than English, from ``schemas/data/labels.LANGUAGE.json``.

Read when first asked for. A category that a language has no name for keeps its English one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from schemas.records import dataclass
from schemas.vocabulary import categories, home_of

WRITTEN_IN = "en"
"""The language of the vocabulary itself."""

_CODE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Names:
    """What a category is called, in the singular and the plural, and some ``things`` that belong there."""

    label: str
    plural: str
    things: tuple[str, ...] = ()


@cache
def names_in(language: str) -> Mapping[str, Names]:
    """Path -> names of every category, in a language such as ``pl``; any text is welcome."""
    told = _told(language) if _CODE.fullmatch(language) and language != WRITTEN_IN else {}
    return MappingProxyType({path: _names(path, told.get(path)) for path in categories()})


def names_of(path: str, language: str) -> Names:
    """The names of a category, or of its nearest known ancestor; the path itself where the root is not known."""
    home = home_of(path)
    return names_in(language)[home.path] if home else Names(path, path)


def _told(language: str) -> dict[str, Any]:
    file = files("schemas") / "data" / f"labels.{language}.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}


def _names(path: str, told: Mapping[str, Any] | None) -> Names:
    if told is not None:
        return Names(told["label"], told["plural"], tuple(told["things"]))
    known = categories()[path]
    # Not the synonyms: those have words of other languages of a British town among them.
    return Names(known.label, known.plural, known.examples or tuple(_of_each_below(path)))


def _of_each_below(path: str) -> Iterator[str]:
    below = (category for category in categories().values() if category.path.rpartition("/")[0] == path)
    return (category.examples[0] for category in below if category.examples)
