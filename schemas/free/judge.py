"""Does a listing read as free? Free, doubtful or not free, and what moved the score, word by word. Pure.

What is shown as a reason is what was added: the score of a verdict is the sum of its parts, those that speak against
the listing and those that speak for it, as they were trained or, where phrases alone decide, as they are weighed by
hand. A clear case needs two kinds of selling, one of them plain; what merely makes a gift less than free is for a
person to decide, and so is a listing whose giver asks for that.

Messages are whole sentences in English; interfaces translate them by the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from schemas.errors import Mark
from schemas.free.keys import WORD, are_beside, key_beside
from schemas.free.signs import (
    BROCHURE_WORD,
    GIVING,
    SELLING,
    SOFT,
    VOICE,
    Reading,
    Sign,
    Signs,
    has_signals,
    merged,
    read,
    signs_of,
)
from schemas.free.texts import Words
from schemas.free.weights import BY_HAND, CLEAR, DOUBTFUL, Trained, trained
from schemas.records import dataclass

FREE, DOUBTED, NOT_FREE = "free", "doubtful", "not_free"
BUSINESS, TONE, PLAIN = "business", "tone", "plain"
"""Parts of the score that have no phrase: who gives it, words that adverts use more often, and words that gifts do."""

_ASIDE = frozenset(["urgency", "call", VOICE])
"""Kinds of selling that are never plain by themselves: gifts can be urgent too."""
_PLAIN_STRENGTH = 0.9
_SECOND_STRENGTH = 0.5
SURE = 3.0
"""What phrases come to, as they are weighed by hand, from which no other words take the doubt."""
OPEN, ASKED = 0.4, 0.7
"""The score from which other words do not speak for a gift, and what phrases of kinds that gifts seldom have come to,
by hand, so that they are then enough for a doubt.
"""
PLAINLY_ASKED = 1.2
"""What phrases of what is asked back, or of an income, or of selling in the small print, come to, by hand, so that only
words that speak for a gift outweigh them.
"""
STOPPED, STOPPED_ALL_THE_SAME = 1.52, 2.42
"""The score of a clear case, and that of one in which something speaks for a gift. What lies below is for a person to
decide: genuine listings that tell of prices come close.
"""
_NO_PHRASE = frozenset([BUSINESS, TONE, PLAIN])
_SELDOM_IN_PASSING = SOFT | {"hire", "job", "lead", "earning", "trial", "contest"}
_SAID_PLAINLY = SOFT | {"earning"}
_MOST_MARKS = 20
_MARKED_FROM, _MUCH = 0.02, 0.12
_SHORT = 3
"""Words that add less, and short ones, are counted, but not marked."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind added to the score, less than nothing where it speaks for the listing, and its words."""

    kind: str
    points: float
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` is free, doubtful or not_free. ``parts`` are what moved the score: phrases first, then the rest,
    each with what weighs most first.
    """

    kind: str
    score: float
    parts: tuple[Part, ...]
    words: Words

    @property
    def reasons(self) -> tuple[Part, ...]:
        """What speaks against the listing."""
        return tuple(part for part in self.parts if part.points > 0)

    def quoted(self, part: Part) -> tuple[str, ...]:
        """The words of a part, as they were written, each once."""
        return tuple(dict.fromkeys(" ".join(self.words.quoted(mark).split()) for mark in part.marks))


def judge(item: Mapping[str, Any]) -> Verdict:
    """The verdict on a JSON Feed item. Never raises, whatever it holds."""
    reading, weights = read(item), trained()
    if _hardly_anything(reading, weights):
        return Verdict(FREE, 0.0, (), reading.words)
    found = signs_of(reading)
    by_hand = _by_hand(found)
    points = _trained(found, weights)
    score = sum(points.values())
    sold = sum(value for kind, value in by_hand.items() if kind not in SOFT)
    if sold >= CLEAR and score >= OPEN and _is_plain(found.signs):
        least = STOPPED if GIVING.isdisjoint(found.signs) else STOPPED_ALL_THE_SAME
        return _verdict(NOT_FREE if score >= least else DOUBTED, found, weights, by_hand)
    if score >= DOUBTFUL and sum(value > 0 for value in points.values()) >= 2:
        return _verdict(DOUBTED, found, weights, points)
    asked = _asked(by_hand, score) or _asked_in_small_print(found, by_hand, score)
    if asked:
        return _verdict(DOUBTED, found, weights, asked)
    if sum(by_hand.values()) >= SURE:
        return _verdict(DOUBTED, found, weights, by_hand)
    return Verdict(FREE, score, (), found.words)


def _asked(by_hand: Mapping[str, float], score: float) -> dict[str, float]:
    """The phrases that are enough for a doubt beside other words of this score, of kinds that gifts seldom have."""
    asked = {kind: value for kind, value in by_hand.items() if kind in _SELDOM_IN_PASSING}
    if score >= OPEN and sum(asked.values()) >= ASKED:
        return asked
    asked = {kind: value for kind, value in asked.items() if kind in _SAID_PLAINLY}
    return asked if score >= 0 and sum(asked.values()) >= PLAINLY_ASKED else {}


def _asked_in_small_print(found: Signs, by_hand: Mapping[str, float], score: float) -> dict[str, float]:
    """The phrases of selling in what a giver asks of takers, where nobody tells what a thing once cost."""
    end = found.words.said
    asked = {
        kind: value
        for kind, value in by_hand.items()
        if value > 0 and kind not in SOFT and any(start >= end for start, _ in found.signs[kind].spans)
    }
    return asked if score >= 0 and sum(asked.values()) >= PLAINLY_ASKED else {}


def _verdict(kind: str, found: Signs, weights: Trained, points: Mapping[str, float]) -> Verdict:
    return Verdict(kind, sum(points.values()), _parts(found, weights, points), found.words)


def _hardly_anything(reading: Reading, weights: Trained) -> bool:
    """Whether the score stays below doubt whatever else is looked at, for that speaks for a listing.

    It does so for most listings, which is why this is asked first.
    """
    most = weights.start + sum(weights.of_keys(reading.said.keys)) + sum(weights.of_neighbours(reading.said.string))
    most += weights.phrases[VOICE] * BROCHURE_WORD * len(reading.brochure)
    if reading.is_business:
        most += weights.business[reading.offered]
    return most < DOUBTFUL and not has_signals(reading)


def _by_hand(found: Signs) -> dict[str, float]:
    """What each kind of phrase adds as it is weighed by hand: what somebody who reads a single phrase makes of it."""
    return {kind: BY_HAND[kind] * sign.strength for kind, sign in found.signs.items() if kind in BY_HAND}


def _trained(found: Signs, weights: Trained) -> dict[str, float]:
    """What each kind adds as it was learned: words, phrases, who gives it, and what speaks for a gift."""
    points = {
        kind: weights.phrases[kind] * sign.strength for kind, sign in found.signs.items() if kind in weights.phrases
    }
    tone = [*weights.of_keys(found.said.keys), *weights.of_neighbours(found.said.string)]
    points[TONE] = sum(value for value in tone if value > 0)
    if found.is_business:
        points[BUSINESS] = weights.business[found.offered]
    facts = sum(value for kind, value in weights.facts.items() if kind in found.signs)
    points[PLAIN] = weights.start + facts + sum(value for value in tone if value < 0)
    return points


def _parts(found: Signs, weights: Trained, points: Mapping[str, float]) -> tuple[Part, ...]:
    spans = {kind: sign.spans for kind, sign in found.signs.items()}
    spans[TONE] = _spans_of_tone(found, weights)
    ordered = sorted(points.items(), key=lambda pair: (pair[0] in _NO_PHRASE, -abs(pair[1])))
    return tuple(_part(kind, value, spans.get(kind, ()), found.words) for kind, value in ordered if value)


def _part(kind: str, points: float, spans: Iterable[tuple[int, int]], words: Words) -> Part:
    marks = (words.mark(start, end) for start, end in spans)
    return Part(kind, round(points, 3), tuple(islice(marks, _MOST_MARKS)))


def _spans_of_tone(found: Signs, weights: Trained) -> tuple[tuple[int, int], ...]:
    """Where the words and neighbours stand that add much, or a little where none adds much."""
    adding = [*_adding(found.said.string, weights)]
    least = _MUCH if max((points for points, _ in adding), default=0.0) >= _MUCH else _MARKED_FROM
    return merged(span for points, span in adding if points >= least)


def _adding(text: str, weights: Trained) -> Iterator[tuple[float, tuple[int, int]]]:
    """What each word, and each with the one before it, adds, and where it stands."""
    before = None
    for match in WORD.finditer(text):
        word, start = match[0], match.start()
        if len(word) > _SHORT:
            yield weights.of_word(word), match.span()
        if before and are_beside(text, before.end(), start):
            yield weights.of_pair(key_beside(before[0]), key_beside(word)), (before.start(), match.end())
        before = match


def _is_plain(signs: Mapping[str, Sign]) -> bool:
    """Whether there are two kinds of selling in two places, one of them plain.

    Where something is asked back as honest givers do, there must be three plain ones.
    """
    selling = [sign for sign in signs.values() if sign.kind in SELLING and sign.strength >= _SECOND_STRENGTH]
    plain = [sign for sign in selling if sign.kind not in _ASIDE and sign.strength >= _PLAIN_STRENGTH]
    if any(signs[kind].strength >= _PLAIN_STRENGTH for kind in SOFT & signs.keys()):
        return len(plain) >= 3
    places = merged(span for sign in selling for span in sign.spans)
    return bool(plain) and len(selling) >= 2 and len(places) >= 2
