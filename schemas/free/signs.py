"""What stands in a listing that speaks against its being free, and what speaks for it: kinds, strengths and places.

Nothing is weighed here. Words of context ("cost us £400 new", a sign that says SALE) are taken away before signals are
looked for; an assurance ("no hire charge") takes along the signals inside it, unless a larger one holds it ("no win no
fee").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import accumulate
from typing import Any, NamedTuple

from schemas.canonical import EXTENSION
from schemas.free.books import ASSURANCE, CONTEXT, FOR_A_LISTING, books
from schemas.free.folding import BLANK, GAP
from schemas.free.keys import WORD, Text
from schemas.free.phrasebook import Found, find
from schemas.free.phrases import Rule
from schemas.free.texts import Words, words_of

SOFT = frozenset(["gift", "favour", "tiers", "deposit", "running", "nudge", "later"])
"""Kinds of what makes an honest gift less than free. However many there are, a person decides."""
SELLING = frozenset(
    (
        *("price", "discount", "tied", "trial", "extra", "lead", "job", "earning", "buying", "hire", "tickets", "club"),
        *("contest", "urgency", "call", "voice"),
    )
)
"""Kinds of signals of selling."""
GIVING = frozenset(["assurance", "plainly", "wear", "why", "care", "unpaid", "measure", "detail"])
"""Kinds of what speaks for a listing."""
VOICE = "voice"
MOST = 1.5
"""The most that one kind counts, in strong signals."""
_MORE = 0.3
"""What each further phrase of the same kind adds, in its own strength."""
BROCHURE_WORD = 0.3
_SHARE_OF_VOLUNTEERS = 0.25

_MEASURE = re.compile(r"\d ?(?:cm|mm|m|ft|in|inch|inches|kg|g|l|litres?|w|v|gb|tb|lumens|sq|x|×)(?!\w)")
_QUOTED = re.compile(rf"(?<!\w)(?:'(?=\S)[^'{GAP}]{{2,90}}(?<=\S)'|[\"“”][^\"“”{GAP}]{{2,90}}[\"“”])(?!\w)")
_PLAINLY_FREE = re.compile(
    rf"(?:^|[{GAP}.!?;,(–] ?|(?<!\w)- ?)((?:it's |its |it is |all |and |totally |completely |absolutely |yes,? )?"
    rf"(?:free|gratis|for free|for nothing|no cost|no charge|am ddim|za darmo|kostenlos|gratuit|nemokamai|de graca))"
    rf"(?= ?(?:[.!?;),{GAP}]|$))"
    rf"|(?<![\w.,])([£€$] ?0(?:\.00?)?)(?= ?(?:[.!?;),](?:[ {GAP}]|$)|{GAP}|$))"
)
_PRINTED = frozenset(
    ["say", "says", "sayin", "said", "print", "side", "graph", "label", "sign", "signs", "stamp", "marke"]
)
_WORN = ("fair", "for_parts")
OFFERED = ("item", "equipment", "space", "skill")
"""What a listing can be about."""


class Sign(NamedTuple):
    """One kind of sign: its strength, and where in the folded text its words stand."""

    kind: str
    strength: float
    spans: tuple[tuple[int, int], ...]


class Reading(NamedTuple):
    """An item as it is read at first: its words, which of them there are, and who gives it.

    ``said`` are those of the thing itself: without the small print, which has the same words whatever is offered.
    """

    words: Words
    text: Text
    said: Text
    extension: Mapping[str, Any]

    @property
    def is_business(self) -> bool:
        organisation = self.extension.get("organisation")
        return isinstance(organisation, dict) and organisation.get("type") == "business"

    @property
    def offered(self) -> str:
        """One of `OFFERED`, or nothing."""
        kind = self.extension.get("kind")
        return kind if isinstance(kind, str) and kind in OFFERED else ""

    @property
    def is_want(self) -> bool:
        return self.extension.get("direction") == "want"

    @property
    def brochure(self) -> Set[str]:
        """The words of brochures in it."""
        words = books().brochure
        return words.keys & self.said.keys and words.words & self.said.tokens


class Signs(NamedTuple):
    """All signs of one item. ``said`` is what was left of the words of the thing itself without the context."""

    words: Words
    said: Text
    signs: Mapping[str, Sign]
    is_business: bool
    offered: str = ""


def read(item: Mapping[str, Any]) -> Reading:
    """A JSON Feed item, read. Never raises, whatever it holds."""
    words = words_of(item)
    extension = item.get(EXTENSION)
    text = Text(words.text)
    return Reading(words, text, _said(words, text), extension if isinstance(extension, dict) else {})


def _said(words: Words, text: Text) -> Text:
    return text if len(text.string) <= words.said else Text(text.string[: words.said])


def has_signals(reading: Reading) -> bool:
    """Whether any phrase of selling, or of less than free, stands in it, be it in context or not."""
    possible = books().signals.possible(reading.text.keys)
    return next(find(possible, reading.text), None) is not None


def signs_of(reading: Reading) -> Signs:
    """The signs in what was read."""
    text = reading.text
    others = books().others.possible(text.keys)
    spans = merged(_context(others, text))
    if spans:
        text = Text(_without(text.string, spans))
    said = _said(reading.words, text)
    giving = [one for one in find(others, text) if one.rule.kind == ASSURANCE or _is_for(one, said)]
    signs = _settled([*find(books().signals.possible(text.keys), text)], giving)
    if reading.is_want:
        signs = {kind: sign for kind, sign in signs.items() if not _is_of_offers(sign)}
    _note_brochure(signs, said)
    _note_facts(signs, said.string, reading.extension)
    return Signs(reading.words, said, signs, reading.is_business, reading.offered)


def _is_for(one: Found, said: Text) -> bool:
    """Whether it speaks for a listing. "First come, first served" in its small print does not."""
    return one.rule.kind in FOR_A_LISTING and one.end <= len(said.string)


def _is_of_offers(sign: Sign) -> bool:
    """Whether it means something else in a want: who asks for help may well name a sum, or offer to pay the diesel."""
    return sign.kind in SOFT - {"favour"} or (sign.kind == "price" and sign.strength < 1)


def _settled(signals: Sequence[Found], giving: Sequence[Found]) -> dict[str, Sign]:
    """The phrases by kind, once assurances have taken along the signals inside them."""
    assurances = [one for one in giving if one.rule.kind == ASSURANCE]
    if assurances:
        inside = _Inside(assurances)
        signals = [one for one in signals if not inside.holds(one)]
        inside = _Inside(signals)
        giving = [one for one in giving if one.rule.kind != ASSURANCE or not inside.holds(one)]
    signs = {kind: _sign(kind, some) for kind, some in _by_kind([*signals, *giving]).items()}
    _settle_volunteers(signs)
    return signs


class _Inside:
    """Finds in short time whether one of many phrases holds another: each start knows the furthest end so far."""

    def __init__(self, outer: Iterable[Found]) -> None:
        spans = sorted((one.start, one.end) for one in outer)
        self._starts = [start for start, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))

    def holds(self, inner: Found) -> bool:
        before = bisect_right(self._starts, inner.start)
        return before > 0 and self._ends[before - 1] >= inner.end


def _context(possible: Iterable[Rule], text: Text) -> Iterator[tuple[int, int]]:
    for rule in possible:
        if rule.kind == CONTEXT:
            yield from rule.find(text)
    if not _PRINTED.isdisjoint(text.keys):
        for match in _QUOTED.finditer(text.string):
            yield match.span()


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with these spans, which are in order, blanked out."""
    parts, at = [], 0
    for start, end in spans:
        parts += [text[at:start], BLANK * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _by_kind(found: Iterable[Found]) -> dict[str, list[Found]]:
    kinds: dict[str, list[Found]] = {}
    for one in found:
        kinds.setdefault(one.rule.kind, []).append(one)
    return kinds


def _sign(kind: str, found: Sequence[Found]) -> Sign:
    """One kind, from all its phrases: the surest counts in full, each other a little."""
    strengths = sorted({one.rule.phrase: one.rule.strength for one in found}.values(), reverse=True)
    strength = min(MOST, strengths[0] + _MORE * sum(strengths[1:])) if kind not in GIVING else 1.0
    return Sign(kind, strength, merged((one.start, one.end) for one in found))


def merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans in order, those that touch made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def spans_of(text: str, words: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """Where these whole words stand in the text."""
    wanted = frozenset(words)
    return tuple(match.span() for match in WORD.finditer(text) if match[0] in wanted)


def _note_brochure(signs: dict[str, Sign], text: Text) -> None:
    used = text.tokens & books().brochure.words
    if used:
        signs[VOICE] = Sign(VOICE, min(MOST, BROCHURE_WORD * len(used)), spans_of(text.string, used))


def _note_facts(signs: dict[str, Sign], text: str, extension: Mapping[str, Any]) -> None:
    """Things have measures, types, a weight and wear; adverts seldom state them."""
    match = _MEASURE.search(text)
    if match:
        signs["measure"] = Sign("measure", 1.0, (match.span(),))
    match = _PLAINLY_FREE.search(text)
    if match:
        signs["plainly"] = Sign("plainly", 1.0, (match.span(match.lastindex or 0),))
    weight = extension.get("weight_kg")
    has_weight = isinstance(weight, int | float) and weight > 0
    if has_weight or extension.get("condition") in _WORN:
        signs["detail"] = Sign("detail", 1.0, ())


def _settle_volunteers(signs: dict[str, Sign]) -> None:
    """Work that nobody is paid for is no job."""
    volunteers, job = signs.pop("volunteer", None), signs.get("job")
    if volunteers:
        signs["unpaid"] = Sign("unpaid", 1.0, volunteers.spans)
        if job:
            signs["job"] = Sign("job", job.strength * _SHARE_OF_VOLUNTEERS, job.spans)
