"""Running a search: total, facets and one page of hits, all under one and the same condition."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tantivy import DocAddress, Occur, Query

from node.search.cursors import Mark, encode
from node.search.documents import Card, card_of, moment_of
from node.search.index import Snapshot
from node.search.plan import Plan, count, looser, narrowed, plan_for
from node.search.query import FACETS, filter_clauses, located, up_to, within
from node.search.ranking import Candidate, by_distance, by_fit, distance
from node.search.request import WINDOW, SearchRequest

_POOL = 1000
_MOST_BUCKETS = 400
_RINGS_KM = tuple(0.25 * 2**step for step in range(13))
_RING_ROWS = 24
_Clauses = list[tuple[Occur, Query]]


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
    ``next_cursor`` asks for what follows; None at the end.
    """

    total: int
    hits: tuple[Hit, ...] = ()
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    how: str = "words"
    corrected: tuple[tuple[str, str], ...] = ()
    next_cursor: str | None = None


def find(snapshot: Snapshot, request: SearchRequest, now: int, mark: Mark | None = None) -> Found:
    """Search one state of the index; ``now`` in seconds since 1970. ``mark`` is where an earlier page ended."""
    clauses = filter_clauses(snapshot.schema, request, now)
    plan, total = _plan(snapshot, request, clauses, now)
    page = _Page(snapshot, request, narrowed(plan.query, clauses), now, mark or Mark(offset=request.offset))
    candidates = page.candidates()
    hits = tuple(_hits(snapshot, candidates))
    return Found(
        total=total,
        hits=hits,
        facets=facets(snapshot, plan, request, now),
        how=plan.how,
        corrected=plan.reading.corrected,
        next_cursor=page.next_cursor(candidates, total),
    )


def cards(snapshot: Snapshot, request: SearchRequest, now: int, limit: int = WINDOW) -> list[Card]:
    """The located results as pins, the newest first, at most ``limit``."""
    clauses = filter_clauses(snapshot.schema, request, now)
    plan, _ = _plan(snapshot, request, clauses, now)
    query = narrowed(plan.query, [*clauses, (Occur.Must, Query.const_score_query(located(snapshot.schema), 0.0))])
    found = snapshot.searcher.search(query, limit, count=False, order_by_field="listed").hits
    documents = (snapshot.searcher.doc(address) for _, address in found)
    return [card_of(document["key"][0], document["card"][0]) for document in documents]


def facets(snapshot: Snapshot, plan: Plan, request: SearchRequest, now: int) -> dict[str, dict[str, int]]:
    """Counts of each facet's values; those that nobody filters by share one pass over the index."""
    own = [name for name in FACETS if getattr(request, name)]
    shared = [name for name in FACETS if name not in own]
    found = _counted(snapshot, plan, filter_clauses(snapshot.schema, request, now), shared)
    for name in own:
        found |= _counted(snapshot, plan, filter_clauses(snapshot.schema, request, now, leaving_out=name), [name])
        for value in getattr(request, name):
            found[name].setdefault(value, 0)
    return {name: found[name] for name in FACETS}


def _plan(snapshot: Snapshot, request: SearchRequest, clauses: _Clauses, now: int) -> tuple[Plan, int]:
    chosen = plan_for(snapshot, request.q, filter_clauses(snapshot.schema, SearchRequest(), now))
    total = count(snapshot, chosen.query, clauses)
    if not total and request.q:
        for plan in looser(snapshot, request.q, chosen):
            if fewer := count(snapshot, plan.query, clauses):
                return plan, fewer
    return chosen, total


def _counted(snapshot: Snapshot, plan: Plan, clauses: _Clauses, names: Sequence[str]) -> dict[str, dict[str, int]]:
    if not names:
        return {}
    wanted = {name: {"terms": {"field": name, "size": _MOST_BUCKETS}} for name in names}
    answer = snapshot.searcher.aggregate(narrowed(plan.query, clauses), wanted)
    return {name: {b["key"]: int(b["doc_count"]) for b in answer[name]["buckets"]} for name in names}


def _hits(snapshot: Snapshot, candidates: Sequence[Candidate]) -> Iterator[Hit]:
    for candidate in candidates:
        key = snapshot.searcher.doc(candidate.address)["key"][0]
        yield Hit(key, candidate.score, candidate.distance_km)


class _Page:
    """One page of one query, in the order that the request asks for."""

    def __init__(self, snapshot: Snapshot, request: SearchRequest, query: Query, now: int, mark: Mark) -> None:
        self.snapshot, self.request, self.query = snapshot, request, query
        self.now, self.mark = now, mark
        self.start, self.end = mark.offset, mark.offset + request.limit

    def candidates(self) -> list[Candidate]:
        orders = {"newest": self._newest, "nearest": self._nearest, "relevance": self._fitting}
        return orders[self.request.order]()

    def next_cursor(self, shown: Sequence[Candidate], total: int) -> str | None:
        if len(shown) < self.request.limit:
            return None
        if self.request.order == "newest":
            return encode(Mark(before=shown[-1].order), self.request)
        return encode(Mark(offset=self.end), self.request) if self.end < min(total, WINDOW) else None

    def _newest(self) -> list[Candidate]:
        query = self.query
        if self.mark.before is not None:
            query = narrowed(query, [up_to(self.snapshot.schema, "listed", self.mark.before - 1)])
        return self._in_order(query, self.start, self.request.limit)

    def _in_order(self, query: Query, offset: int, limit: int) -> list[Candidate]:
        if limit <= 0:
            return []
        search = self.snapshot.searcher.search
        found = search(query, limit, count=False, order_by_field="listed", offset=offset).hits
        return self._measured([(0.0, address) for _, address in found])

    def _fitting(self) -> list[Candidate]:
        found = self.snapshot.searcher.search(self.query, max(_POOL, self.end), count=False).hits
        if self.start >= _POOL:
            return self._measured(found[self.start : self.end])
        pool = self._measured(found[:_POOL])
        ages = [float(self.now - moment_of(candidate.order)) for candidate in pool]
        ranked = by_fit(pool, ages, self.request.point is not None)
        return ranked[self.start : self.end] + self._measured(found[_POOL : self.end])

    def _nearest(self) -> list[Candidate]:
        """Ring by ring around the point, then what stands nowhere.

        A ring of squares holds everything within its radius but also a little beyond, so only what is truly within is
        sure to be in order; the next ring has the rest.
        """
        somewhere = narrowed(self.query, [(Occur.Must, Query.const_score_query(located(self.snapshot.schema), 0.0))])
        rings = [_Ring(self, somewhere, radius) for radius in _RINGS_KM]
        for ring in rings[bisect_left(rings, self.end, key=lambda ring: ring.count()) :]:
            sure = ring.sure()
            if len(sure) >= self.end:
                return by_distance(sure)[self.start : self.end]
        return self._beyond_all_rings(somewhere)

    def _beyond_all_rings(self, somewhere: Query) -> list[Candidate]:
        placed = by_distance(self.gathered(somewhere))
        page = placed[self.start : self.end]
        nowhere = narrowed(self.query, [(Occur.MustNot, located(self.snapshot.schema))])
        skipped = max(0, self.start - len(placed))
        return page + self._in_order(nowhere, skipped, self.end - self.start - len(page))

    def gathered(self, query: Query) -> list[Candidate]:
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


class _Ring:
    """What lies within some kilometres of a page's point."""

    def __init__(self, page: _Page, query: Query, radius: float) -> None:
        self.page, self.radius = page, radius
        self.query = query

    def count(self) -> int:
        """How many there are at most; it never falls with the radius."""
        return count(self.page.snapshot, self.query, [self._condition()])

    def sure(self) -> list[Candidate]:
        """Those that are truly within."""
        near = self.page.gathered(narrowed(self.query, [self._condition()]))
        return [one for one in near if one.distance_km is not None and one.distance_km <= self.radius]

    def _condition(self) -> tuple[Occur, Query]:
        lat, lon = self.page.request.point or (0.0, 0.0)
        return Occur.Must, within(lat, lon, self.radius, _RING_ROWS)
