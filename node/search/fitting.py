"""Which of some listings a search finds: the search itself, under one more condition."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import Occur, Query

from node.search.index import Snapshot
from node.search.plan import MORE, MOST_OF_IT, narrowed, plan_for, strict_plan
from node.search.query import filter_clauses
from node.search.request import SearchRequest


def fitting(snapshot: Snapshot, request: SearchRequest, keys: Sequence[str], now: int) -> set[str]:
    """Those of ``keys`` that the search finds; ``now`` in seconds since 1970.

    Slips in the words are forgiven as they are there, but what has only most of the words does not count: on a page it
    stands below and says so, as news it would be a false promise.
    """
    if not keys:
        return set()
    clauses = filter_clauses(snapshot, request, now)
    plan = plan_for(snapshot, request.q, filter_clauses(snapshot, SearchRequest(), now))
    if plan.how in (MORE, MOST_OF_IT):
        plan = strict_plan(snapshot, request.q)
    among = Query.const_score_query(Query.term_set_query(snapshot.schema, "key", list(keys)), 0.0)
    query = narrowed(plan.query, [*clauses, (Occur.Must, among)])
    found = snapshot.searcher.search(query, len(keys), count=False).hits
    return {snapshot.searcher.doc(address)["key"][0] for _, address in found}
