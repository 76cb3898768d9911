"""Filters as Tantivy queries: what a listing must be besides what it says. They never score."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import cast

from tantivy import FieldType, Occur, Query, Schema

from node.search.days import never_free
from node.search.documents import CHOICES, build_schema
from node.search.index import Counted, Snapshot
from node.search.places import LOCATED, ROWS, squares_within
from node.search.request import YES, SearchRequest

_DAY_S = 86_400
FACETS = ("direction", "kind", "action", "category", "organisation_type", "condition")
"""What is counted beside each list, by the name of its parameter."""


def filter_clauses(snapshot: Snapshot, request: SearchRequest, now: int) -> list[tuple[Occur, Query]]:
    """What a listing must be besides what it says; ``now`` in seconds."""
    schema = snapshot.schema
    queries = []
    for name in (*CHOICES, "event", "category", "organisation", "source"):
        values = getattr(request, name)
        if values:
            queries.append(_one_of(schema, name, values))
    queries += _when(schema, request)
    if request.point and request.within:
        queries.append(within(*request.point, request.within))
    silent = [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]
    return [*silent, *_not_full(schema, request, now), *not_over(snapshot, now)]


def matching(request: SearchRequest, now: int) -> Hashable:
    """What `filter_clauses` depends on besides the state of the index and how many listings are over."""
    somewhere = {} if request.within else {"lat": None, "lon": None}
    return request.changed(near="", sort="", limit=1, **somewhere), now // _DAY_S


def not_over(snapshot: Snapshot, now: int) -> list[tuple[Occur, Query]]:
    """The clause that leaves out what is over; none where nothing is.

    The worker takes away what is over, so there are few of those at most, while asking each listing whether it still
    lasts cost a third of a search that matches very many.
    """
    return [(Occur.MustNot, _over(snapshot, now))] if number_over(snapshot, now) else []


def any_event(snapshot: Snapshot) -> bool:
    """Whether anything in the index takes place on dates of its own."""
    return bool(snapshot.searcher.doc_freq("event", YES))


def number_over(snapshot: Snapshot, now: int) -> int:
    """How many listings of the index are over: with the same number at two moments, they are the same ones."""
    asked_at, number = snapshot.plans.get("over", (None, 0))
    if asked_at != now:
        number = cast(Counted, snapshot.searcher.search(_over(snapshot, now), 1)).count
        snapshot.plans["over"] = now, number
    return int(number)


def _over(snapshot: Snapshot, now: int) -> Query:
    return Query.range_query(snapshot.schema, "expires", FieldType.Integer, upper_bound=now)


@lru_cache(maxsize=128)
def within(lat: float, lon: float, radius_km: float, rows: int = ROWS) -> Query:
    """Listings in the squares that a circle touches; ``rows`` as for `squares_within`."""
    return Query.term_set_query(build_schema(), "square", list(squares_within(lat, lon, radius_km, rows)))


def located(schema: Schema) -> Query:
    """Listings with a point."""
    return Query.term_query(schema, "square", LOCATED, index_option="basic")


def up_to(schema: Schema, field: str, value: int) -> tuple[Occur, Query]:
    """The clause for a number of at most ``value``."""
    query = Query.range_query(schema, field, FieldType.Integer, upper_bound=value)
    return Occur.Must, Query.const_score_query(query, 0.0)


def _above(schema: Schema, field: str, value: int) -> Query:
    return Query.range_query(schema, field, FieldType.Integer, lower_bound=value)


def _when(schema: Schema, request: SearchRequest) -> list[Query]:
    """A listing can be had on one of the days asked for; where it names no day, that end is open."""
    queries = []
    if request.available_until:
        last = request.available_until.toordinal()
        queries.append(Query.range_query(schema, "available_from", FieldType.Integer, upper_bound=last))
    if request.available_from:
        queries.append(_above(schema, "available_until", request.available_from.toordinal()))
    return queries


def _not_full(schema: Schema, request: SearchRequest, now: int) -> list[tuple[Occur, Query]]:
    """What is full on all of the days asked for is left out."""
    if not (request.available_from and request.available_until):
        return []
    full = never_free(schema, request.available_from, request.available_until, now)
    return [] if full is None else [(Occur.MustNot, full)]


def _one_of(schema: Schema, field: str, values: Sequence[str | int]) -> Query:
    return _any([Query.term_query(schema, field, value, index_option="basic") for value in values])


def _any(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])
