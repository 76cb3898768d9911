"""On which days a listing can be had, as the index holds it and as a search asks for it. Days are `date.toordinal`.

The index has a first and a last day, on both of which it can be had, and the days between on which it cannot. So a
search for some days passes over a listing exactly where it cannot be had on any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from tantivy import Occur, Query, Schema

from federation.facts import Facts
from node.search.standing import ALWAYS, FOR_EVER, day
from schemas.canonical import EXTENSION

MOST_DAYS = 366
"""As many days a listing may name as full: a longer stretch always has one that is not."""


class Days(NamedTuple):
    """``first`` and ``last`` day on which it can be had, and those between on which it ``cannot``."""

    first: int
    last: int
    cannot: tuple[int, ...] = ()


NEVER = Days(FOR_EVER, ALWAYS)


def days_of(facts: Facts, item: Mapping[str, Any]) -> Days:
    """The days of a listing, which is valid; `NEVER` where every day is full."""
    first, last = day(facts.available_from, ALWAYS), day(facts.available_until, FOR_EVER)
    full = _full(item)
    if facts.event_until:
        first, last, full = _of_event(item[EXTENSION]["event"])
    while first in full and first <= last:
        first += 1
    while last in full and first <= last:
        last -= 1
    if first > last:
        return NEVER
    return Days(first, last, tuple(sorted(one for one in full if first < one < last)))


def _full(item: Mapping[str, Any]) -> set[int]:
    stated = (item[EXTENSION].get("available") or {}).get("full") or ()
    return _days(stated)


def _of_event(event: Mapping[str, Any]) -> tuple[int, int, set[int]]:
    """First and last date of an event, and the days between, as many as the dates can be, on which it is not."""
    on = _days(event["dates"]) - _days(event.get("cancelled") or ())
    if not on:
        return NEVER.first, NEVER.last, set()
    first = min(on)
    last = max(one for one in on if one < first + MOST_DAYS)
    return first, last, set(range(first, last + 1)) - on


def _days(stated: Iterable[str]) -> set[int]:
    return {date.fromisoformat(one[:10]).toordinal() for one in stated}


def never_free(schema: Schema, first: date, last: date, now: int) -> Query | None:
    """Listings that cannot be had on any of the days from ``first`` to ``last`` that are not behind us.

    None where there can be none; ``now`` in seconds.
    """
    begin, end = first.toordinal(), last.toordinal()
    today = datetime.fromtimestamp(now, UTC).toordinal()
    days = range(max(begin, min(today, end)), end + 1)
    if len(days) > MOST_DAYS:
        return None
    terms = [Query.term_query(schema, "cannot", one, index_option="basic") for one in days]
    return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Must, term) for term in terms])
