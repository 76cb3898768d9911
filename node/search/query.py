"""A reading and its filters as Tantivy queries.

Filters never score. The text scores by BM25 in the fields of `_WEIGHTS`; where a listing says a thing in several ways
its best field counts, so that repeating a word brings nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from tantivy import FieldType, Occur, Query, Schema

from node.search.analysis import EVERYONE, STEMMED, stem
from node.search.documents import CHOICES, build_schema
from node.search.lexicon import Phrase
from node.search.places import LOCATED, ROWS, squares_within
from node.search.request import SearchRequest
from node.search.wording import Reading, Segment

FACETS = ("direction", "kind", "action", "category", "organisation_type", "condition")
"""What is counted beside each list, by the name of its parameter."""

_WEIGHTS = {"title": 4.0, "tags": 2.5, "body": 1.0}
_WORDS_WEIGHT = 0.5
_EXACT_TITLE = 0.6
_LABEL = 0.6
_ANSWER = 1.0
_PURPOSE = 5.0
_FILED = 2.0
_EXTRA = 0.3
_LONGER_IN_TITLE, _LONGER = 12.0, 3.0
_ALL_OF_THEM = 60.0
_TIE = 0.1


def text_query(schema: Schema, reading: Reading) -> Query:
    """Listings in which every segment of the reading is found."""
    if not reading.segments:
        return Query.all_query()
    must = [(Occur.Must, _segment(schema, segment)) for segment in reading.segments]
    return Query.boolean_query([*must, *_hints(schema, reading)])


def loose_query(schema: Schema, reading: Reading) -> Query | None:
    """Listings in which most of it is found, those with all of it first; None where that would say too little.

    A purpose must be served ("somewhere to store"). Else, where some of the words name things, half of those must be
    found, or something filed where such things stand; the other words only describe them. Where none does, two thirds
    of the words must be found.
    """
    segments = reading.segments
    heads = [one for one in segments if one.purpose] or [one for one in segments if one.thing]
    if len(segments) < 2 or (len(segments) == 2 and not heads):
        return None
    enough = (len(heads) + 1) // 2 if heads else -(-2 * len(segments) // 3)
    needed = [(Occur.Should, _loosely(schema, segment)) for segment in heads or segments]
    most = Query.boolean_query(needed, minimum_number_should_match=enough)
    each = {segment: _segment(schema, segment) for segment in segments}
    rest = [(Occur.Should, query) for segment, query in each.items() if heads and segment not in heads]
    whole = Query.boolean_query([(Occur.Must, query) for query in each.values()])
    first = (Occur.Should, Query.const_score_query(whole, _ALL_OF_THEM))
    return Query.boolean_query([(Occur.Must, most), *rest, *_hints(schema, reading), first])


def _loosely(schema: Schema, segment: Segment) -> Query:
    said = _segment(schema, segment)
    if not segment.filed:
        return said
    return Query.disjunction_max_query(
        [said, Query.const_score_query(_one_of(schema, "category", segment.filed), _ANSWER)]
    )


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
    return [(Occur.Must, Query.const_score_query(query, 0.0)) for query in queries]


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


def _one_of(schema: Schema, field: str, values: Sequence[str | int]) -> Query:
    return _any([Query.term_query(schema, field, value, index_option="basic") for value in values])


def _any(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _hints(schema: Schema, reading: Reading) -> Iterable[tuple[Occur, Query]]:
    """What makes a listing likelier without being asked of it: its category, numbers in the query."""
    paths = sorted({path for segment in reading.segments for path in segment.filed})
    if paths:
        yield Occur.Should, Query.const_score_query(_one_of(schema, "category", paths), _FILED)
    for extra in reading.extras:
        yield Occur.Should, Query.boost_query(_word(schema, extra), _EXTRA)


def _segment(schema: Schema, segment: Segment) -> Query:
    ways = [Query.boost_query(_phrase(schema, other), weight) for other, weight in segment.others]
    if segment.answers:
        answered = _one_of(schema, "category", segment.answers)
        ways.append(Query.const_score_query(answered, _PURPOSE if segment.purpose else _ANSWER))
    if segment.longer:
        ways += _longer(schema, segment.longer, segment.longer_weight)
    if segment.purpose and len(segment.words) == 1:
        # One verb that is left of a purpose ("store", "cook") stands in far too many other senses; but not in titles.
        ways.append(Query.term_query(schema, f"title_{EVERYONE}", stem(EVERYONE, segment.words[0]), "freq"))
    else:
        ways.insert(0, _all_words(schema, segment.words))
    return Query.disjunction_max_query(ways, _TIE) if len(ways) > 1 else ways[0]


def _longer(schema: Schema, words: Sequence[str], weight: float) -> list[Query]:
    """Listings with one of many words, which are too many to be weighed one by one."""
    fields = (("title", _LONGER_IN_TITLE), ("words", _LONGER))
    found = ((Query.term_set_query(schema, name, list(words)), score) for name, score in fields)
    return [Query.const_score_query(query, score * weight) for query, score in found]


def _all_words(schema: Schema, words: Phrase) -> Query:
    """Listings that have every one of the words, the more the better when they stand together."""
    if len(words) == 1:
        return _word(schema, words[0])
    must = [(Occur.Must, _word(schema, word)) for word in words]
    return Query.boolean_query([*must, (Occur.Should, _phrase(schema, words))])


def _phrase(schema: Schema, words: Phrase) -> Query:
    if len(words) == 1:
        return _word(schema, words[0])
    phrases = []
    for code in STEMMED:
        stems: list[str | tuple[int, str]] = [stem(code, word) for word in words]
        for name, weight in _WEIGHTS.items():
            phrases.append(Query.boost_query(Query.phrase_query(schema, f"{name}_{code}", stems), weight))
    return Query.disjunction_max_query(phrases, _TIE)


def _word(schema: Schema, word: str) -> Query:
    fields = [("words", word, _WORDS_WEIGHT), ("title", word, _EXACT_TITLE * _WEIGHTS["title"])]
    fields += [(f"{name}_{code}", stem(code, word), weight) for code in STEMMED for name, weight in _WEIGHTS.items()]
    terms = [Query.boost_query(Query.term_query(schema, name, term, "freq"), weight) for name, term, weight in fields]
    return Query.disjunction_max_query(terms, _TIE)


def label_query(schema: Schema, reading: Reading) -> Query | None:
    """Listings whose category is called by the words: what is left when no listing itself says them."""
    words = [stem(EVERYONE, word) for segment in reading.segments for word in segment.words]
    if not words:
        return None
    terms = [Query.term_query(schema, f"label_{EVERYONE}", word, "freq") for word in words]
    return Query.boost_query(Query.boolean_query([(Occur.Must, term) for term in terms]), _LABEL)
