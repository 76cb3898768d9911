"""Which query answers a text: strict first, then more and more forgiving, until something is found.

The choice is made on the words alone, before any filter, so that ticking a filter never changes what the words mean and
facet counts stay comparable. Only when the filters leave nothing of a strict answer is a looser one taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count as count_up
from itertools import islice
from threading import Lock
from typing import Any, cast

from tantivy import DocAddress, Occur, Query

from node.search.index import Counted, Snapshot
from node.search.stems import LANGUAGES
from node.search.text_query import Asking
from node.search.wording import Reading, read
from schemas.records import dataclass

FEW = 3
"""With fewer full matches than this, listings that match most of the words follow them."""

_PLANS_KEPT = 500
_Clauses = list[tuple[Occur, Query]]

STRICT, FORGIVING, MORE, MOST_OF_IT = "words", "spelling", "more", "most"


@dataclass(frozen=True, slots=True)
class Plan:
    """A query for a text.

    ``how`` is one of "words", "spelling" (slips were allowed for), "more" (few have all of the words, so those with
    most of them follow), "most" (none has all of them).
    """

    query: Query
    reading: Reading
    how: str


def strict_plan(snapshot: Snapshot, q: str) -> Plan:
    """The plan that takes every word as it stands, but for those that are known nowhere."""
    return next(iter(_ladder(snapshot, q)))


def plan_for(snapshot: Snapshot, q: str, visible: _Clauses) -> Plan:
    """The plan for a text. ``visible`` are the clauses that hold for every search."""
    plan: Plan = _kept(snapshot, ("chosen", q), lambda: _choose(snapshot, _ladder(snapshot, q), visible))
    return plan


def looser(snapshot: Snapshot, q: str, than: Plan) -> Iterator[Plan]:
    """The more forgiving plans, for filters that leave nothing of the chosen one."""
    plans = iter(_ladder(snapshot, q))
    chosen = MOST_OF_IT if than.how == MORE else than.how
    for plan in plans:
        if plan.how == chosen:
            break
    return plans


class _Ladder:
    """The plans of one text, the strictest first; each is made when it is first come to, and kept."""

    def __init__(self, plans: Iterator[Plan]) -> None:
        self._made: list[Plan] = []
        self._others = plans
        self._making = Lock()

    def __iter__(self) -> Iterator[Plan]:
        for at in count_up():
            if at == len(self._made) and not self._make(at):
                return
            yield self._made[at]

    def _make(self, at: int) -> bool:
        """Whether there is a plan at this step; another thread may have made it meanwhile."""
        with self._making:
            if at == len(self._made):
                self._made += islice(self._others, 1)
            return at < len(self._made)


def _ladder(snapshot: Snapshot, q: str) -> _Ladder:
    ladder: _Ladder = _kept(snapshot, ("ladder", q), lambda: _Ladder(_plans(snapshot, q)))
    return ladder


def _kept(snapshot: Snapshot, key: tuple[str, str], make: Callable[[], Any]) -> Any:
    kept = snapshot.plans.get(key)
    if kept is None:
        if len(snapshot.plans) >= _PLANS_KEPT:
            snapshot.plans.clear()
        kept = snapshot.plans[key] = make()
    return kept


def count(snapshot: Snapshot, query: Query, clauses: _Clauses) -> int:
    """How many listings match."""
    return counted(snapshot, narrowed(query, clauses) if clauses else query, 1)[1]


def counted(snapshot: Snapshot, query: Query, limit: int) -> tuple[list[tuple[float, DocAddress]], int]:
    """The ``limit`` best hits with their scores, and how many listings match."""
    result = snapshot.searcher.search(query, limit)
    return result.hits, cast(Counted, result).count


def narrowed(query: Query, clauses: _Clauses) -> Query:
    """The query with further clauses."""
    return Query.boolean_query([(Occur.Must, query), *clauses])


def languages_of(snapshot: Snapshot) -> tuple[str, ...]:
    """The languages besides English in which listings are written and of which stems are known."""
    kept: tuple[str, ...] | None = snapshot.plans.get("languages")
    if kept is None:
        found = (code for code, _ in snapshot.searcher.terms_with_prefix("language", "", limit=None))
        kept = snapshot.plans["languages"] = tuple(sorted(LANGUAGES.intersection(found)))
    return kept


def _plans(snapshot: Snapshot, q: str) -> Iterator[Plan]:
    schema, languages = snapshot.schema, languages_of(snapshot)
    reading = read(q, snapshot.searcher, languages)
    yield Plan(Asking(schema, reading).all_of_it(), reading, FORGIVING if reading.corrected else STRICT)
    if not reading.segments:
        return
    slips = read(q, snapshot.searcher, languages, forgiving=True)
    if slips.guesses or slips.segments != reading.segments:
        told = replace(slips, corrected=slips.corrected or slips.guesses)
        yield Plan(Asking(schema, slips).all_of_it(), told, FORGIVING if slips.guesses else MOST_OF_IT)
    loose = Asking(schema, slips).most_of_it()
    if loose is not None:
        yield Plan(loose, slips, MOST_OF_IT)


def _choose(snapshot: Snapshot, ladder: _Ladder, visible: _Clauses) -> Plan:
    """The first plan that finds something; if that is very little, the one for most of the words takes its place.

    Plans are made one by one: looking for slips reads thousands of words, and most searches never come to it.
    """
    plans = iter(ladder)
    best = next(plans)
    found = count(snapshot, best.query, visible)
    while found < FEW and (plan := next(plans, None)):
        number = count(snapshot, plan.query, visible)
        if found and plan.how == MOST_OF_IT and number > found:
            return replace(plan, how=MORE)
        if not found and number:
            best, found = plan, number
    return best
