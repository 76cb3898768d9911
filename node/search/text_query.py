"""A reading as Tantivy queries: what a listing must say to be found, and what makes it likelier.

The text scores by BM25 in the fields of `_WEIGHTS`; where a listing says a thing in several ways its best field counts,
so that repeating a word brings nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from tantivy import Occur, Query, Schema

from node.search.analysis import EVERYONE, stem
from node.search.concepts import NARROWER, has_kinds, kinds_that_offer
from node.search.lexicon import Phrase
from node.search.names import APART
from node.search.wording import Reading, Segment
from schemas.records import dataclass

_WEIGHTS = {"title": 4.0, "tags": 2.5, "body": 1.0}
_WORDS_WEIGHT = 0.5
_EXACT_TITLE = 0.6
_A_KIND, _BROADER = 0.7, 0.4
_WORD_OF_A_THING, _FOREIGN_WORD = 0.6, 1.5
"""A word that names a thing counts less where the listing does not name that thing by it: "chair covers"; but a listing
in the language of whoever asks comes first."""

_WORD_OF_A_CATEGORY = 0.15
"""Whatever stands in a category answers its name; what merely says the name may be anything: "food" is no food van."""

_LANGUAGE = 3.0
_ANSWER = 1.0
_PURPOSE = 5.0
_FILED = 2.0
_SIDE = 2.0
_EXTRA, _TELLING = 0.3, 0.6
_LONGER_IN_TITLE, _LONGER = 12.0, 3.0
_ALL_OF_THEM = 60.0
_TIE = 0.1
_Clause = tuple[Occur, Query]


@dataclass(frozen=True, slots=True)
class Asking:
    """The queries of one reading."""

    schema: Schema
    reading: Reading

    def all_of_it(self) -> Query:
        """Listings in which every segment is found."""
        if not self.reading.segments:
            return Query.all_query()
        must = [(Occur.Must, self._segment(segment)) for segment in self.reading.segments]
        return Query.boolean_query([*must, *self._hints()])

    def most_of_it(self) -> Query | None:
        """Listings in which most of it is found, those with all of it first; None where that would say too little.

        A purpose must be served ("somewhere to store"). Else, where some of the words name things, half of those must
        be found; the other words only describe them. Where none does, two thirds of the words must be found.
        """
        segments = self.reading.segments
        heads = [one for one in segments if one.purpose] or [one for one in segments if one.thing]
        if len(segments) < 2 or (len(segments) == 2 and not heads):
            return None
        each = {segment: self._segment(segment) for segment in segments}
        needed = [(Occur.Should, each[segment]) for segment in heads or segments]
        enough = (len(heads) + 1) // 2 if heads else -(-2 * len(segments) // 3)
        most = Query.boolean_query(needed, minimum_number_should_match=enough)
        rest = [(Occur.Should, query) for segment, query in each.items() if heads and segment not in heads]
        whole = Query.boolean_query([(Occur.Must, query) for query in each.values()])
        first = (Occur.Should, Query.const_score_query(whole, _ALL_OF_THEM))
        return Query.boolean_query([(Occur.Must, most), *rest, *self._hints(), first])

    def one_of(self, field: str, values: Sequence[str]) -> Query:
        """Listings with any of the values in a field of single words."""
        queries = [Query.term_query(self.schema, field, value, index_option="basic") for value in values]
        return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])

    def _hints(self) -> Iterator[_Clause]:
        """What makes a listing likelier without being asked of it: its category, who it is for, numbers."""
        paths = sorted({path for segment in self.reading.segments for path in segment.filed})
        if paths:
            yield Occur.Should, Query.const_score_query(self.one_of("category", paths), _FILED)
        side = self.one_of("direction", ["want" if self.reading.wanted else "offer"])
        yield Occur.Should, Query.const_score_query(side, _SIDE)
        purpose = any(segment.purpose for segment in self.reading.segments)
        for hint in self.reading.hints:
            yield Occur.Should, Query.boost_query(self._segment(hint), _TELLING if purpose else _EXTRA)
        for extra in self.reading.extras:
            yield Occur.Should, Query.boost_query(self._word(extra), _EXTRA)

    def _segment(self, segment: Segment) -> Query:
        ways = list(self._ways(segment))
        return Query.disjunction_max_query(ways, _TIE) if len(ways) > 1 else ways[0]

    def _ways(self, segment: Segment) -> Iterator[Query]:
        if segment.purpose and len(segment.words) == 1:
            # One verb that is left of a purpose ("store", "cook") stands in far too many other senses, but in titles.
            yield self._term("title_en", stem(EVERYONE, segment.words[0]))
        else:
            yield self._said(segment)
        for thing, weight in segment.things:
            yield from self._named(thing, weight)
        for thing in segment.broader:
            yield from self._signed(thing, _BROADER)
        for other, weight in segment.others:
            yield Query.boost_query(self._phrase(other), weight)
        if segment.language:
            in_it = Query.term_query(self.schema, "language", segment.language, index_option="basic")
            yield Query.const_score_query(in_it, _LANGUAGE)
        if segment.answers:
            weight = _PURPOSE if segment.purpose else _ANSWER
            yield Query.const_score_query(self.one_of("category", segment.answers), weight)
        if segment.place and self.reading.hints:
            yield self._some_place()
        if segment.longer:
            yield from self._longer(segment.longer, segment.longer_weight)

    def _some_place(self) -> Query:
        """Places of any kind that speak of who or what it is for."""
        words = {word for hint in self.reading.hints for word in hint.words}
        ways = [*(self._segment(hint) for hint in self.reading.hints), *(self._word(word) for word in sorted(words))]
        said = Query.boolean_query([(Occur.Should, way) for way in ways])
        place = Query.const_score_query(self.one_of("kind", ["space"]), 0.0)
        return Query.boolean_query([(Occur.Must, place), (Occur.Must, Query.boost_query(said, _EXTRA))])

    def _named(self, thing: str, weight: float) -> Iterator[Query]:
        """Listings that name the thing in any way, or a kind of it."""
        yield from self._signed(thing, weight)
        if has_kinds(thing):
            yield from self._signed(NARROWER + thing, weight * _A_KIND)

    def _signed(self, sign: str, weight: float) -> Iterator[Query]:
        for name, part in _WEIGHTS.items():
            yield Query.boost_query(self._term(f"{name}_things", sign), part * weight)

    def _longer(self, words: Sequence[str], weight: float) -> Iterator[Query]:
        """Listings with one of many words, which are too many to be weighed one by one."""
        for name, score in (("title", _LONGER_IN_TITLE), ("words", _LONGER)):
            yield Query.const_score_query(Query.term_set_query(self.schema, name, list(words)), score * weight)

    def _said(self, segment: Segment) -> Query:
        """Listings that say the words. Of those that name a thing, titles and tags alone tell that it is one."""
        if segment.foreign or not segment.thing:
            said = self._all_words(segment.words, segment.forms, self._word)
            return Query.boost_query(said, _FOREIGN_WORD) if segment.foreign else said
        if segment.answers and not segment.purpose:
            said = self._all_words(segment.words, segment.forms, self._word)
            return self._among(Query.boost_query(said, _WORD_OF_A_CATEGORY), "kind", _sorts(segment))
        ways = [self._among(self._all_words(segment.words, segment.forms, self._bare), "kind", _sorts(segment))]
        if segment.filed:
            ways.append(
                self._among(self._all_words(segment.words, segment.forms, self._in_text), "category", segment.filed)
            )
        return Query.boost_query(Query.disjunction_max_query(ways, _TIE), _WORD_OF_A_THING)

    def _among(self, said: Query, field: str, values: Sequence[str]) -> Query:
        """The same, of listings with one of the values."""
        if not values:
            return said
        sort = Query.const_score_query(self.one_of(field, values), 0.0)
        return Query.boolean_query([(Occur.Must, said), (Occur.Must, sort)])

    def _in_text(self, word: str) -> Query:
        return self._term("body_en", stem(EVERYONE, word))

    def _all_words(self, words: Phrase, forms: Mapping[str, Sequence[Phrase]], each: Callable[[str], Query]) -> Query:
        """Listings that have every one of the words, the more the better when they stand together."""
        if len(words) == 1:
            return each(words[0])
        must = [(Occur.Must, self._any_form(each(word), forms.get(word, ()))) for word in words]
        return Query.boolean_query([*must, (Occur.Should, self._phrase(words))])

    def _bare(self, word: str) -> Query:
        said = stem(EVERYONE, word)
        terms = [Query.boost_query(self._term(f"{name}_bare", said), _WEIGHTS[name]) for name in ("title", "tags")]
        return Query.disjunction_max_query(terms, _TIE)

    def _any_form(self, said: Query, forms: Sequence[Phrase]) -> Query:
        if not forms:
            return said
        return Query.disjunction_max_query([said, *(self._phrase(form) for form in forms)], _TIE)

    def _phrase(self, words: Phrase) -> Query:
        if len(words) == 1:
            return self._word(words[0])
        stems: list[str | tuple[int, str]] = [stem(EVERYONE, word) for word in words]
        phrases = [
            Query.boost_query(Query.phrase_query(self.schema, f"{name}_en", stems), weight)
            for name, weight in _WEIGHTS.items()
        ]
        return Query.disjunction_max_query(phrases, _TIE)

    def _word(self, word: str) -> Query:
        said = stem(EVERYONE, word)
        fields = [("words", word, _WORDS_WEIGHT), ("title", word, _EXACT_TITLE * _WEIGHTS["title"])]
        fields += [(f"{name}_en", said, weight) for name, weight in _WEIGHTS.items()]
        for term in self.reading.own.get(word, ()):
            fields += [(f"{name}_own", term, weight) for name, weight in _WEIGHTS.items()]
        terms = [Query.boost_query(self._term(name, term), weight) for name, term, weight in fields]
        return Query.disjunction_max_query(terms, _TIE)

    def _term(self, field: str, word: str) -> Query:
        return Query.term_query(self.schema, field, word, "freq")


def _sorts(segment: Segment) -> tuple[str, ...]:
    """The kinds of listing that alone can be such a thing."""
    roots = {path.partition("/")[0] for path in segment.answers}
    if roots:
        return tuple(sorted(roots)) if roots <= APART else ()
    return kinds_that_offer(tuple(thing for thing, _ in segment.things))
