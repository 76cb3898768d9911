"""Running a search: total, facets and one page of hits, all under one and the same condition."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import field
from datetime import UTC, datetime
from functools import cache
from threading import Lock
from typing import Any, TypeVar

from tantivy import DocAddress, Document, Occur, Query

from node.search.cursors import Mark, encode
from node.search.documents import Pin, moment_of
from node.search.index import Snapshot
from node.search.places import COARSEST, height_km, levels_of
from node.search.plan import FEW, Plan, count, counted, looser, narrowed, plan_for, strict_plan
from node.search.query import FACETS, filter_clauses, located, matching, number_over, up_to, within
from node.search.ranking import Candidate, Merit, by_distance, by_fit, distance, worth
from node.search.request import WINDOW, SearchRequest
from node.search.standing import unpacked
from node.search.wording import Reading
from schemas.records import dataclass
from schemas.vocabulary import categories

_POOL, _PLACED_POOL = 400, 1000
"""So many of the best are ranked anew; more where distance moves things about."""
_MOST_BUCKETS = 100
_COUNTS_KEPT = 300
MANY, _BESIDE = 20_000, 4
"""From so many listings on, facets are counted beside the search, in at most so many threads."""
_LAST_RING_KM = 1500.0
_RING_ROWS = 24
_Clauses = list[tuple[Occur, Query]]
_T = TypeVar("_T")


class _Searching:
    """How many threads of this process search just now."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._number = 0

    def __enter__(self) -> None:
        with self._lock:
            self._number += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._number -= 1

    def others(self) -> bool:
        """Whether more than one does."""
        return self._number > 1


_searching = _Searching()


@dataclass(frozen=True, slots=True)
class Hit:
    """One result; ``distance_km`` from the point of the search, where both have one."""

    key: str
    score: float
    distance_km: float | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    ``facets`` maps each facet's name to value -> count, counted with every filter but the facet's own. ``how`` says how
    the words were read (`node.search.plan.Plan`), ``corrected`` which were taken for a slip, as (typed, read).
    ``next_cursor`` asks for what follows; None at the end. ``reading`` is what the words were understood as.
    """

    total: int
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    how: str = "words"
    corrected: tuple[tuple[str, str], ...] = ()
    next_cursor: str | None = None
    reading: Reading = field(default_factory=Reading)


def find(snapshot: Snapshot, request: SearchRequest, now: int, mark: Mark | None = None) -> Found:
    """Search one state of the index; ``now`` in seconds since 1970. ``mark`` is where an earlier page ended."""
    with _searching:
        return _find(snapshot, request, now, mark)


def _find(snapshot: Snapshot, request: SearchRequest, now: int, mark: Mark | None) -> Found:
    clauses = filter_clauses(snapshot, request, now)
    start = mark or Mark(offset=request.offset)
    ahead = _counting_ahead(snapshot, request, now)

    def read(plan: Plan) -> tuple[list[Candidate], int]:
        return _Page(snapshot, request, plan, clauses, now, start).read()

    plans, candidates, total = _settled(snapshot, request, now, read)
    wait([ahead] if ahead else [])
    return Found(
        total=total,
        hits=tuple(_hits(snapshot, candidates[: request.limit])),
        facets=facets(snapshot, plans, request, now),
        how=plans[-1].how,
        corrected=plans[-1].reading.corrected,
        next_cursor=_next_cursor(request, start, candidates, total),
        reading=plans[-1].reading,
    )


def _counting_ahead(snapshot: Snapshot, request: SearchRequest, now: int) -> Future[Any] | None:
    """The counts of a search's facets on their way while its page is read; None where that takes no time anyway.

    Tantivy runs outside Python's lock, so that a machine with two cores does both at once. Where others search just
    then, the cores have enough to do, and changing between threads would only cost.
    """
    if snapshot.searcher.num_docs < MANY or _searching.others():
        return None
    shared = [name for name in FACETS if not getattr(request, name)]
    return _beside().submit(_counted, snapshot, strict_plan(snapshot, request.q), request, now, shared)


@cache
def _beside() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_BESIDE, thread_name_prefix="counting")


def pins(snapshot: Snapshot, request: SearchRequest, now: int, limit: int = WINDOW) -> list[Pin]:
    """The located results as pins, the newest first, at most ``limit``."""
    clauses = filter_clauses(snapshot, request, now)
    placed = (Occur.Must, Query.const_score_query(located(snapshot.schema), 0.0))

    def read(plan: Plan) -> tuple[Query, int]:
        return narrowed(plan.query, [*clauses, placed]), count(snapshot, plan.query, clauses)

    _, query, _ = _settled(snapshot, request, now, read)
    found = snapshot.searcher.search(query, limit, count=False, order_by_field="listed").hits
    documents = _documents(snapshot, [address for _, address in found])
    return [Pin(document["key"][0], document["pin"][0]) for document in documents]


def _documents(snapshot: Snapshot, addresses: Sequence[DocAddress]) -> list[Document]:
    """The stored documents, in the order in which they were asked for.

    Neighbours are packed together, so they are read in the order in which they lie: half the time for ten thousand.
    """
    as_they_lie = sorted(range(len(addresses)), key=lambda at: (addresses[at].segment_ord, addresses[at].doc))
    read = {at: snapshot.searcher.doc(addresses[at]) for at in as_they_lie}
    return [read[at] for at in range(len(addresses))]


def _settled(
    snapshot: Snapshot, request: SearchRequest, now: int, read: Callable[[Plan], tuple[_T, int]]
) -> tuple[list[Plan], _T, int]:
    """The plans that the filters left something or nothing of, the last in force; what it gives; and the total.

    Whatever the strict plan finds under filters it also finds without, so when that is enough nothing else is tried.
    """
    plan = strict_plan(snapshot, request.q)
    result, total = read(plan)
    if total >= FEW or not request.q:
        return [plan], result, total
    chosen = plan_for(snapshot, request.q, filter_clauses(snapshot, SearchRequest(), now))
    if chosen is not plan:
        result, total = read(chosen)
    tried = [chosen]
    for other in () if total else looser(snapshot, request.q, chosen):
        more, number = read(other)
        tried.append(other)
        if number:
            return tried, more, number
    return [chosen], result, total


def facets(snapshot: Snapshot, plans: Sequence[Plan], request: SearchRequest, now: int) -> dict[str, dict[str, int]]:
    """Counts of each facet's values; those that nobody filters by share one pass over the index.

    ``plans`` are as `_settled` gives them. Where filters leave nothing of the stricter ones, those may still find other
    values of a facet that is filtered by, and ticking one of these goes back to them.
    """
    own = [name for name in FACETS if getattr(request, name)]
    shared = [name for name in FACETS if name not in own]
    found = _counted(snapshot, plans[-1], request, now, shared)
    for name in own:
        found[name] = dict.fromkeys(getattr(request, name), 0)
        for plan in reversed(plans):
            found[name] |= _counted(snapshot, plan, request, now, [name])[name]
    return {name: found[name] for name in FACETS}


def _counted(
    snapshot: Snapshot, plan: Plan, request: SearchRequest, now: int, names: Sequence[str]
) -> dict[str, dict[str, int]]:
    """The counts of the facets in ``names``, without the filters by them."""
    if not names:
        return {}
    others = request.changed(**dict.fromkeys(names, ()))

    def count_them() -> dict[str, dict[str, int]]:
        wanted = {name: {"terms": _terms(name, request.category)} for name in names}
        answer = snapshot.searcher.aggregate(narrowed(plan.query, filter_clauses(snapshot, others, now)), wanted)
        return {name: {b["key"]: int(b["doc_count"]) for b in answer[name]["buckets"]} for name in names}

    key = (*names, *request.category, matching(others, now))
    return dict(_worked_out(snapshot, plan, now, key, count_them))


def _worked_out(snapshot: Snapshot, plan: Plan, now: int, key: tuple[Hashable, ...], work_out: Callable[[], _T]) -> _T:
    """What is the same for all pages and orders of one search, as long as the index stands and nothing more is over."""
    whole = (plan.query, number_over(snapshot, now), *key)
    found: _T | None = snapshot.counts.get(whole)
    if found is None:
        if len(snapshot.counts) >= _COUNTS_KEPT:
            snapshot.counts.clear()
        found = snapshot.counts[whole] = work_out()
    return found


def _terms(name: str, chosen: tuple[str, ...]) -> dict[str, Any]:
    if name != "category":
        return {"field": name, "size": _MOST_BUCKETS}
    # Anybody may write any path into a listing, so that without a list the largest ones would push out the known.
    counted = sorted({*categories(), *chosen})
    return {"field": name, "size": len(counted), "include": counted}


def _hits(snapshot: Snapshot, candidates: Sequence[Candidate]) -> Iterator[Hit]:
    for candidate in candidates:
        key = snapshot.searcher.doc(candidate.address)["key"][0]
        yield Hit(key, candidate.score, candidate.distance_km)


def _next_cursor(request: SearchRequest, mark: Mark, found: Sequence[Candidate], total: int) -> str | None:
    if request.order == "newest":
        more = len(found) > request.limit
        return encode(Mark(before=found[request.limit - 1].order), request) if more else None
    end = mark.offset + request.limit
    return encode(Mark(offset=end), request) if end < min(total, WINDOW) else None


class _Page:
    """One page of one query, in the order that the request asks for."""

    def __init__(
        self, snapshot: Snapshot, request: SearchRequest, plan: Plan, clauses: _Clauses, now: int, mark: Mark
    ) -> None:
        self.snapshot, self.request = snapshot, request
        self.plan, self.query = plan, narrowed(plan.query, clauses)
        self.now, self.mark = now, mark
        self.start, self.end = mark.offset, mark.offset + request.limit

    def read(self) -> tuple[list[Candidate], int]:
        """The page, and how many results there are in all."""
        orders = {"newest": self._newest, "nearest": self._nearest, "relevance": self._fitting}
        return orders[self.request.order]()

    def _newest(self) -> tuple[list[Candidate], int]:
        total = self._total()
        query = self.query
        if self.mark.before is not None:
            query = narrowed(query, [up_to(self.snapshot.schema, "listed", self.mark.before - 1)])
        # One more than the page holds says whether there is another page.
        return self._in_order(query, self.start, self.request.limit + 1), total

    def _total(self) -> int:
        key = ("total", matching(self.request, self.now))
        return _worked_out(self.snapshot, self.plan, self.now, key, lambda: count(self.snapshot, self.query, []))

    def _in_order(self, query: Query, offset: int, limit: int) -> list[Candidate]:
        if limit <= 0:
            return []
        search = self.snapshot.searcher.search
        found = search(query, limit, count=False, order_by_field="listed", offset=offset).hits
        return self._measured([(0.0, address) for _, address in found])

    def _fitting(self) -> tuple[list[Candidate], int]:
        placed = self.request.point is not None
        pool = _PLACED_POOL if placed else _POOL
        found, total = counted(self.snapshot, self.query, max(pool, self.end))
        if self.start >= pool:
            return self._measured(found[self.start : self.end]), total
        best = self._measured(found[:pool])
        ranked = by_fit(best, self._merits(best), placed)
        return ranked[self.start : self.end] + self._measured(found[pool : self.end]), total

    def _merits(self, found: Sequence[Candidate]) -> list[Merit]:
        standings = self.snapshot.searcher.fast_field_values("standing", [one.address for one in found])
        today = datetime.fromtimestamp(self.now, UTC).toordinal()
        # Far fewer standings than listings: each is weighed once.
        worths = {number: worth(unpacked(int(number or 0)), today) for number in {*standings}}
        return [
            Merit(self.now - moment_of(one.order), worths[number]) for one, number in zip(found, standings, strict=True)
        ]

    def _nearest(self) -> tuple[list[Candidate], int]:
        """Ring by ring around the point, then what stands nowhere.

        A ring of squares holds everything within its radius but also a little beyond, so only what is truly within is
        sure to be in order; the next ring has the rest.
        """
        total = self._total()
        somewhere = narrowed(self.query, [(Occur.Must, Query.const_score_query(located(self.snapshot.schema), 0.0))])
        radius = self._first_ring(total)
        while radius < _LAST_RING_KM and total >= self.end:
            sure = self._within(somewhere, radius)
            if len(sure) >= self.end:
                return by_distance(sure)[self.start : self.end], total
            radius *= 2
        return self._beyond_all_rings(somewhere), total

    def _first_ring(self, total: int) -> float:
        """A radius in kilometres that may just hold the page: listings a square, in the share that matches."""
        share = total / max(1, self.snapshot.searcher.num_docs)
        lat, lon = self.request.point or (0.0, 0.0)
        for level, term in reversed(list(levels_of(lat, lon))):
            if self.snapshot.searcher.doc_freq("square", term) * share >= self.end:
                return height_km(level)
        return height_km(COARSEST)

    def _within(self, somewhere: Query, radius: float) -> list[Candidate]:
        """Those that are truly within."""
        lat, lon = self.request.point or (0.0, 0.0)
        near = self._gathered(narrowed(somewhere, [(Occur.Must, within(lat, lon, radius, _RING_ROWS))]))
        return [one for one in near if one.distance_km is not None and one.distance_km <= radius]

    def _beyond_all_rings(self, somewhere: Query) -> list[Candidate]:
        placed = by_distance(self._gathered(somewhere))
        page = placed[self.start : self.end]
        nowhere = narrowed(self.query, [(Occur.MustNot, located(self.snapshot.schema))])
        skipped = max(0, self.start - len(placed))
        return page + self._in_order(nowhere, skipped, self.end - self.start - len(page))

    def _gathered(self, query: Query) -> list[Candidate]:
        return self._in_order(query, 0, 2 * WINDOW)

    def _measured(self, found: Sequence[tuple[float, DocAddress]]) -> list[Candidate]:
        addresses = [address for _, address in found]
        values = self.snapshot.searcher.fast_field_values
        orders = values("listed", addresses)
        point = self.request.point
        nowhere: list[float | None] = [None] * len(addresses)
        lats, lons = (values(name, addresses) for name in ("lat", "lon")) if point else (nowhere, nowhere)
        rows = zip(found, orders, lats, lons, strict=True)
        return [
            Candidate(address, score, int(order or 0), distance(point, lat, lon))
            for (score, address), order, lat, lon in rows
        ]
