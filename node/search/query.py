"""Filters as Tantivy queries: what a listing must be besides what it says. They never score."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from tantivy import FieldType, Occur, Query, Schema

from node.search.days import never_free
from node.search.documents import CHOICES, build_schema
from node.search.places import LOCATED, ROWS, squares_within
from node.search.request import SearchRequest

FACETS = ("direction", "kind", "action", "category", "organisation_type", "condition")
"""What is counted beside each list, by the name of its parameter."""


def filter_clauses(
    schema: Schema, request: SearchRequest, now: int, leaving_out: str = ""
) -> list[tuple[Occur, Query]]:
    """What a listing must be besides what it says, without the filter called ``leaving_out``; ``now`` in seconds."""
    queries = [_above(schema, "expires", now + 1)]
    for name in (*CHOICES, "category", "organisation", "source"):
        values = getattr(request, name)
        if values and name != leaving_out:
            queries.append(_one_of(schema, name, values))
    queries += _when(schema, request)
    if request.point and request.within:
        queries.append(within(*request.point, request.within))
    return [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries] + _not_full(schema, request, now)


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
