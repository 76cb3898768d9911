"""Searching the catalogue: the one way in for pages, feeds and the API.

Words, filters, counts and order come from the index; the listings themselves are read from the database by key, so
nothing is shown that the catalogue no longer has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from threading import Lock
from time import perf_counter

from node.context import Node
from node.search.cursors import Mark, decode
from node.search.documents import Pin
from node.search.errors import IndexUnavailableError
from node.search.find import Found, find
from node.search.find import pins as pins_of
from node.search.index import IndexReader, Snapshot
from node.search.query import FACETS, any_event
from node.search.request import SearchRequest
from node.search.towns import locate
from node.search.wording import Reading
from node.services.catalogue.kept import KeptListings
from node.storage.catalogue import Shown
from schemas.errors import Problem, SharefeedError
from schemas.records import dataclass
from schemas.vocabulary import categories

_readers: dict[Path, IndexReader] = {}
_kept: dict[Path, KeptListings] = {}
_readers_lock = Lock()


class ParameterError(SharefeedError):
    """A search that cannot be run as it was asked for; ``problems`` says which parameters, never empty."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.message for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Match:
    """One result: the listing, and how far it is from where the search looks from, in kilometres."""

    shown: Shown
    distance_km: float | None = None


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet. ``label`` is for categories (in English); ``children`` are the categories below."""

    value: str
    count: int
    selected: bool
    label: str = ""
    children: tuple[FacetValue, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A facet by the name of its parameter; categories form a tree, the rest is by count, the largest first."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    ``request`` is the search as run: with a point where its ``near`` is a place that is known. ``how`` says how the
    words were read: "words", "spelling" (slips were forgiven), "more" (few have all of the words, so those with most
    of them follow), "most" (none has all of them). ``corrected`` are the words taken for slips, as (typed, read),
    ``reading`` all that they were understood as. ``next_cursor`` leads on, in the API. ``ready`` is False while there
    is no index yet. ``any_event`` says whether anything on the board takes place on dates of its own. ``took_ms`` is
    without HTTP.
    """

    request: SearchRequest
    total: int = 0
    matches: tuple[Match, ...] = ()
    facets: tuple[FacetCount, ...] = ()
    how: str = "words"
    corrected: tuple[tuple[str, str], ...] = ()
    next_cursor: str | None = None
    reading: Reading = field(default_factory=Reading)
    place_known: bool = True
    ready: bool = True
    any_event: bool = False
    took_ms: float = 0.0


def search(node: Node, request: SearchRequest) -> SearchResult:
    """Run a search. Raises `ParameterError` for a cursor that is none of this search's."""
    started = perf_counter()
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return SearchResult(request, ready=False)
    located, known = _located(snapshot, request)
    found = find(snapshot, located, node.now, _mark(located))
    return SearchResult(
        request=located,
        total=found.total,
        matches=_matches(node, snapshot, found),
        facets=facet_counts(found.facets, located),
        how=found.how,
        corrected=found.corrected,
        next_cursor=found.next_cursor,
        reading=found.reading,
        place_known=known,
        any_event=any_event(snapshot),
        took_ms=round((perf_counter() - started) * 1000, 2),
    )


def pins(node: Node, request: SearchRequest) -> list[Pin]:
    """All results that have a point, for a map: at most 10,000, the newest first.

    Raises `IndexUnavailableError` while there is no index.
    """
    snapshot = reader(node).snapshot()
    located, _ = _located(snapshot, request)
    return pins_of(snapshot, located, node.now)


def knows_place(node: Node, near: str) -> bool:
    """Whether a place that somebody typed can be found among the localities and postcodes of the listings."""
    try:
        return bool(near) and locate(reader(node).snapshot(), near) is not None
    except IndexUnavailableError:
        return False


def reader(node: Node) -> IndexReader:
    """The index as this process reads it, one reader for each node's home, opened when first asked for."""
    home = node.settings.home
    with _readers_lock:
        return _readers.setdefault(home, IndexReader(home))


def kept(node: Node) -> KeptListings:
    """The listings that this process has read lately."""
    with _readers_lock:
        return _kept.setdefault(node.settings.home, KeptListings())


def _mark(request: SearchRequest) -> Mark | None:
    if not request.cursor:
        return None
    try:
        return decode(request.cursor, request)
    except ValueError as error:
        raise ParameterError([Problem("/cursor", "bad-cursor", f"The cursor cannot be used: {error}.")]) from error


def _located(snapshot: Snapshot, request: SearchRequest) -> tuple[SearchRequest, bool]:
    """The search with a point for its ``near``, and whether that place is known."""
    if request.point or not request.near:
        return request, True
    town = locate(snapshot, request.near)
    return (replace(request, lat=town.lat, lon=town.lon), True) if town else (request, False)


def _matches(node: Node, snapshot: Snapshot, found: Found) -> tuple[Match, ...]:
    reached = snapshot.state.epoch, snapshot.state.position
    shown = kept(node).by_keys(node.database, [hit.key for hit in found.hits], reached)
    return tuple(Match(shown[hit.key], hit.distance_km) for hit in found.hits if hit.key in shown)


def facet_counts(found: Mapping[str, Mapping[str, int]], request: SearchRequest) -> tuple[FacetCount, ...]:
    """The counts in the order in which they are shown."""
    return tuple(
        FacetCount(name, _tree(found[name], request.category) if name == "category" else _flat(found, name, request))
        for name in FACETS
        if name in found
    )


def _flat(found: Mapping[str, Mapping[str, int]], name: str, request: SearchRequest) -> tuple[FacetValue, ...]:
    counts = sorted(found[name].items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(FacetValue(value, count, value in getattr(request, name)) for value, count in counts)


def _tree(counts: Mapping[str, int], chosen: tuple[str, ...]) -> tuple[FacetValue, ...]:
    """Roots in the vocabulary's order, their leaves below; what the vocabulary does not know stands at the end."""
    paths = [path for path in categories() if path in counts]
    paths += [path for path in chosen if path not in paths]
    below: dict[str, list[str]] = {}
    for path in paths:
        root = path.partition("/")[0]
        below.setdefault(root if root != path and root in counts else "", []).append(path)

    def value(path: str) -> FacetValue:
        children = tuple(value(leaf) for leaf in below.get(path, ()))
        return FacetValue(path, counts.get(path, 0), path in chosen, _called(path), children)

    return tuple(value(path) for path in below.get("", ()))


def _called(path: str) -> str:
    """The label of a category; the end of its path where the vocabulary does not know it."""
    known = categories().get(path)
    return known.label if known else path.rpartition("/")[2].replace("-", " ")
