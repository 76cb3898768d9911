"""Does a listing read as free? Free, doubtful or not free, and what moved the score, word by word. Pure.

What is shown as a reason is what was added: the score of a verdict is the sum of its parts, those that speak against
the listing and those that speak for it, as they were trained or, where phrases alone decide, as they are weighed by
hand. A clear case needs two kinds of selling, one of them plain; what merely makes a gift less than free is for a
person to decide, and so is a listing whose giver asks for that.

Messages are whole sentences in English; interfaces translate them by the kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from schemas.errors import Mark
from schemas.free.signs import (
    BROCHURE_WORD,
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
    spans_of,
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
SURE = 2.0
"""What phrases come to, as they are weighed by hand, from which no other words take the doubt."""
ASKED, OPEN = 0.7, 0.25
"""What phrases of kinds that gifts seldom have come to, by hand, and the score from which they are enough: their other
words do not speak for a gift.
"""
_NO_PHRASE = frozenset([BUSINESS, TONE, PLAIN])
_SELDOM_IN_PASSING = SOFT | {"hire", "job", "lead", "earning", "trial", "contest"}
_MOST_MARKS = 20
_MARKED_FROM, _MUCH = 0.02, 0.12
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
    is_doubted = score >= DOUBTFUL and sum(value > 0 for value in points.values()) >= 2
    sold = sum(value for kind, value in by_hand.items() if kind not in SOFT)
    if sold >= CLEAR and _is_plain(found.signs):
        return _verdict(NOT_FREE if is_doubted else DOUBTED, found, weights, by_hand)
    if is_doubted:
        return _verdict(DOUBTED, found, weights, points)
    asked = {kind: value for kind, value in by_hand.items() if kind in _SELDOM_IN_PASSING}
    if sum(asked.values()) >= ASKED and score >= OPEN:
        return _verdict(DOUBTED, found, weights, asked)
    if sum(by_hand.values()) >= SURE:
        return _verdict(DOUBTED, found, weights, by_hand)
    return Verdict(FREE, score, (), found.words)


def _verdict(kind: str, found: Signs, weights: Trained, points: Mapping[str, float]) -> Verdict:
    return Verdict(kind, sum(points.values()), _parts(found, weights, points), found.words)


def _hardly_anything(reading: Reading, weights: Trained) -> bool:
    """Whether the score stays below doubt whatever else is looked at, for that speaks for a listing.

    It does so for most listings, which is why this is asked first.
    """
    most = weights.start + sum(weights.of_keys(reading.text.keys))
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
    single = weights.of_keys(found.text.keys)
    points[TONE] = sum(value for value in single if value > 0)
    if found.is_business:
        points[BUSINESS] = weights.business[found.offered]
    facts = sum(value for kind, value in weights.facts.items() if kind in found.signs)
    points[PLAIN] = weights.start + facts + sum(value for value in single if value < 0)
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
    """Where the words stand that add much, or a little where none adds much."""
    adding = {token: weights.of_word(token) for token in found.text.tokens if len(token) > 3}
    least = _MUCH if max(adding.values(), default=0.0) >= _MUCH else _MARKED_FROM
    return spans_of(found.text.string, {token for token, points in adding.items() if points >= least})


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
