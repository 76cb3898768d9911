"""Which listings stand beside another one, and which came last: lists that nobody typed words for. One query each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from tantivy import Occur, Query, Schema

from federation.facts import Facts
from node.search.analysis import EVERYONE, STOP_WORDS, stem, words
from node.search.documents import lineage
from node.search.index import Snapshot
from node.search.query import not_over, within
from node.search.things import Thing, kinds_of, names_of, wider_names_of
from schemas.vocabulary import home_of

_MOST_WORDS = 12
_MOST_NAMES = 48
_SHORTEST_WORD = 3
_SAME_CATEGORY = 100.0
_WEIGHTS = {"title": 2.0, "tags": 1.0}
_THING, _FILED, _NEARER = 3.0, 10.0, 4.0
_RINGS_KM, _RING_ROWS = (5.0, 25.0), 24


def similar(snapshot: Snapshot, facts: Facts, key: str, now: int, limit: int) -> list[str]:
    """Keys of what is most like the listing ``key``, the likest first: of the same kind, with its words, not itself."""
    schema = snapshot.schema
    said = [Query.const_score_query(_term(schema, "category", facts.category), _SAME_CATEGORY)]
    said += _said(schema, facts.title)
    kin = _kin(facts.category)
    clauses = [
        (Occur.Must, _silent(_term(schema, "category", kin)) if kin else Query.boolean_query(_any(said[1:]))),
        (Occur.Must, _silent(_term(schema, "direction", facts.direction))),
        *not_over(snapshot, now),
        (Occur.MustNot, _term(schema, "key", key)),
        *_any(said),
    ]
    found = snapshot.searcher.search(Query.boolean_query(clauses), limit, count=False).hits
    return [snapshot.searcher.doc(address)["key"][0] for _, address in found]


def newest(snapshot: Snapshot, direction: str, without: Collection[str], now: int, limit: int) -> list[str]:
    """Keys of the newest listings, the newest first, but for those of the organisations with the keys ``without``."""
    schema = snapshot.schema
    clauses = [(Occur.Must, _term(schema, "direction", direction)), *not_over(snapshot, now)]
    clauses += [(Occur.MustNot, _term(schema, "organisation", key)) for key in sorted(without)]
    query = Query.boolean_query(clauses)
    found = snapshot.searcher.search(query, limit, count=False, order_by_field="listed").hits
    return [snapshot.searcher.doc(address)["key"][0] for _, address in found]


def counterparts(
    snapshot: Snapshot,
    facts: Facts,
    named: Collection[Thing],
    said: Collection[str],
    now: int,
    limit: int,
    among: Sequence[str] | None = None,
) -> list[str]:
    """Keys of offers that may meet a want, or of wants that an offer may meet, the likeliest first.

    ``named`` are the things that the listing names, ``said`` the stems of its title's words. Those of its own
    organisation are never among them. Where ``among`` is given, only those keys are. Which of them truly fit is not
    decided here.
    """
    schema = snapshot.schema
    other = "offer" if facts.direction == "want" else "want"
    said_so = [*_named(schema, named, facts.direction), *_stems(schema, said)]
    paths = dict.fromkeys((facts.category, *(path for thing in named for path in thing.answered)))
    filed = [Query.const_score_query(_term(schema, "category", path), _FILED) for path in paths]
    clauses = [
        (Occur.Must, _silent(_term(schema, "direction", other))),
        (Occur.Must, _silent(_term(schema, "status", "available"))),
        *not_over(snapshot, now),
        (Occur.Must, Query.boolean_query(_any([*said_so, *filed]))),
        (Occur.MustNot, _term(schema, "organisation", facts.organisation_key)),
        *_nearer(facts),
    ]
    if among is not None:
        clauses.append((Occur.Must, _silent(Query.term_set_query(schema, "key", list(among)))))
    found = snapshot.searcher.search(Query.boolean_query(clauses), limit, count=False).hits
    return [snapshot.searcher.doc(address)["key"][0] for _, address in found]


def _named(schema: Schema, things: Collection[Thing], direction: str) -> Iterator[Query]:
    """By every name of what is asked for and of what that may be; or of what is offered and of what that is some of."""
    further = kinds_of(things) if direction == "want" else wider_names_of(things)
    for phrase in list(dict.fromkeys((*names_of(things), *further)))[:_MOST_NAMES]:
        stems: list[str | tuple[int, str]] = [stem(EVERYONE, word) for word in phrase]
        for name, weight in _WEIGHTS.items():
            field = f"{name}_{EVERYONE}"
            found = (
                Query.phrase_query(schema, field, stems)
                if len(stems) > 1
                else Query.term_query(schema, field, stems[0], "freq")
            )
            yield Query.boost_query(found, _THING * weight)


def _stems(schema: Schema, stems: Collection[str]) -> Iterator[Query]:
    for said in list(stems)[:_MOST_WORDS]:
        yield Query.term_query(schema, f"title_{EVERYONE}", said, "freq")


def _nearer(facts: Facts) -> Iterator[tuple[Occur, Query]]:
    if facts.lat is not None and facts.lon is not None:
        for radius_km in _RINGS_KM:
            yield Occur.Should, Query.const_score_query(within(facts.lat, facts.lon, radius_km, _RING_ROWS), _NEARER)


def _kin(category: str) -> str | None:
    """The root under which things are alike; None where they only share that nobody knew where to put them."""
    root = lineage(category)[0]
    return root if home_of(root) and root != "other" else None


def _said(schema: Schema, title: str) -> Iterator[Query]:
    telling = (word for word in words(title) if len(word) >= _SHORTEST_WORD and word.isalpha())
    for word in [word for word in dict.fromkeys(telling) if word not in STOP_WORDS][:_MOST_WORDS]:
        for name, weight in _WEIGHTS.items():
            term = Query.term_query(schema, f"{name}_{EVERYONE}", stem(EVERYONE, word), "freq")
            yield Query.boost_query(term, weight)


def _any(queries: Collection[Query]) -> list[tuple[Occur, Query]]:
    return [(Occur.Should, query) for query in queries]


def _silent(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _term(schema: Schema, field: str, value: str) -> Query:
    return Query.term_query(schema, field, value, index_option="basic")
