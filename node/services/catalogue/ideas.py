"""What organisations of each type share here, counted in the catalogue: ideas for those that wonder what they could."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue.search import FacetValue, SearchResult, search
from node.storage.catalogue import Shown
from schemas.canonical import EXTENSION
from schemas.records import dataclass
from schemas.vocabulary import ORGANISATION_TYPES

MOST_KINDS, EXAMPLES = 6, 4
_LOOKED_AT = 24


@dataclass(frozen=True, slots=True)
class Kind:
    """A category and how many offers such organisations have in it."""

    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Idea:
    """What organisations of one type offer: how many listings, in which categories most, and some of the newest."""

    type: str
    offers: int
    kinds: tuple[Kind, ...] = ()
    examples: tuple[Shown, ...] = ()


def ideas(node: Node) -> tuple[Idea, ...]:
    """One for each type of organisation, in the vocabulary's order, those included that offer nothing yet."""
    return tuple(idea(node, type_) for type_ in ORGANISATION_TYPES)


def idea(node: Node, type_: str) -> Idea:
    """What organisations of one type offer."""
    asked = SearchRequest(organisation_type=(type_,), direction=("offer",), sort="newest", limit=_LOOKED_AT)
    result = search(node, asked)
    kinds = sorted(_kinds(result), key=lambda kind: (-kind.count, kind.path))[:MOST_KINDS]
    return Idea(type_, result.total, tuple(kinds), tuple(_of_several(match.shown for match in result.matches)))


def _is_plainly_free(shown: Shown) -> bool:
    """Whether nothing had to be said for it, as is for what reads like an advert: nobody takes that for an example."""
    extension = orjson.loads(shown.entry.item).get(EXTENSION)
    return not (isinstance(extension, dict) and extension.get("appeal"))


def _kinds(result: SearchResult) -> Iterator[Kind]:
    tree = next((facet.values for facet in result.facets if facet.name == "category"), ())
    for value in _narrowest(tree):
        if value.count and value.value.rpartition("/")[2] != "other":
            yield Kind(value.value, value.count)


def _narrowest(values: Iterable[FacetValue]) -> Iterator[FacetValue]:
    for value in values:
        below = [child for child in value.children if child.count]
        yield from below or [value]


def _of_several(shown: Iterable[Shown]) -> Iterator[Shown]:
    """The newest of some organisations, one of each."""
    seen: set[str] = set()
    for one in shown:
        organisation = one.entry.facts.organisation_key
        if organisation not in seen and len(seen) < EXAMPLES and _is_plainly_free(one):
            seen.add(organisation)
            yield one
