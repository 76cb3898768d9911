"""What people typed, read as the things that they may mean.

The words are cut into segments: a phrase that the vocabulary knows as one thing, else a single word. Each segment
carries every other way to say it that may be found instead. A word that neither the index nor the vocabulary knows is
taken as a slip of the finger, and what was read instead is noted, so that the page can say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from node.search.analysis import STOP_WORDS, words
from node.search.lexicon import (
    Phrase,
    answered_by,
    filed_under,
    is_phrase,
    is_purpose,
    is_thing,
    known_words,
    longest_phrase,
    same_as,
)
from node.search.spelling import Words, completions, corrections, frequency, halves, relatives

MOST_WORDS = 12
MOST_MEANT = 3
"""Of the words that an unfinished one may become, so many are also looked for by their other names."""

SYNONYM, RELATIVE, COMPOUND, COMPLETION, CORRECTION = 0.8, 0.6, 0.9, 0.7, 0.5
"""How much a match by another wording counts beside one by the words typed."""

LONGER_WORD = 0.2
"""The same for a longer word ("desktop") when what was typed is a whole word already ("desk")."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing asked for.

    ``words`` all stand somewhere in a listing that matches, or one of ``others`` stands there as a phrase (with its
    weight, 0 to 1), or the listing is in one of ``answers`` (category paths). ``filed`` (category paths) only helps
    ranking. ``longer`` are words that the last one may become, which count ``longer_weight``. ``thing`` and ``purpose``
    say what the words name.
    """

    words: Phrase
    others: tuple[tuple[Phrase, float], ...] = ()
    answers: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()
    longer: tuple[str, ...] = ()
    longer_weight: float = 0.0
    thing: bool = False
    purpose: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as understood: ``segments`` to be found, ``extras`` (numbers) that only help ranking.

    ``corrected`` are pairs of a word as typed and as read; ``guesses`` are those that were merely allowed for.
    """

    segments: tuple[Segment, ...] = ()
    extras: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    guesses: tuple[tuple[str, str], ...] = ()


def read(q: str, index: Words, forgiving: bool = False) -> Reading:
    """The query as this index understands it; ``forgiving`` reads every longer word as a possible slip."""
    typed = words(q)[:MOST_WORDS]
    unfinished = bool(typed) and q[-1:].isalnum()
    mended = [_mended(index, word, unfinished and at == len(typed) - 1) for at, word in enumerate(typed)]
    corrected = {was: now for was, now in zip(typed, mended, strict=True) if was != now}
    phrases = _asked(cut(tuple(mended)))
    plain, extras = [p for p in phrases if not _is_number(p)], [p[0] for p in phrases if _is_number(p)]
    if not plain:
        plain, extras = phrases, []
    meant = _meant(index, plain) if forgiving else {}
    segments = [_segment(index, phrase, meant) for phrase in plain]
    if unfinished and segments and segments[-1].words[-1] == mended[-1]:
        segments[-1] = _completed(index, segments[-1])
    corrected |= {word: to[0] for word, to in meant.items() if frequency(index, to[0]) > frequency(index, word)}
    guesses = tuple((word, to[0]) for word, to in meant.items())
    return Reading(_joined(index, segments), tuple(extras), tuple(corrected.items()), guesses)


def _meant(index: Words, phrases: list[Phrase]) -> dict[str, list[str]]:
    """What the single words among the phrases may be slips of; those of the vocabulary are meant as they stand."""
    single = [phrase[0] for phrase in phrases if len(phrase) == 1 and phrase[0] not in known_words()]
    found = {word: corrections(index, word, thorough=False) for word in single}
    return {word: meant for word, meant in found.items() if meant}


def _mended(index: Words, word: str, unfinished: bool) -> str:
    if word in STOP_WORDS or word in known_words() or is_thing((word,)) or frequency(index, word):
        return word
    if unfinished and completions(index, word):
        return word
    return next(iter(corrections(index, word)), word)


def cut(typed: Phrase) -> list[Phrase]:
    """The words as phrases of the vocabulary, the longest first, and single words between them."""
    found: list[Phrase] = []
    at = 0
    while at < len(typed):
        longest = min(longest_phrase(), len(typed) - at)
        size = next((size for size in range(longest, 1, -1) if is_phrase(typed[at : at + size])), 1)
        found.append(typed[at : at + size])
        at += size
    return found


def _asked(phrases: list[Phrase]) -> list[Phrase]:
    """The phrases that say something; all of them when none does."""
    telling = [phrase for phrase in phrases if len(phrase) > 1 or phrase[0] not in STOP_WORDS]
    return list(dict.fromkeys(telling or phrases))


def _is_number(phrase: Phrase) -> bool:
    return len(phrase) == 1 and phrase[0].isdigit()


def _segment(index: Words, phrase: Phrase, meant: Mapping[str, list[str]]) -> Segment:
    others = [(other, SYNONYM) for other in same_as(phrase)]
    telling = tuple(word for word in phrase if word not in STOP_WORDS) or phrase
    if len(phrase) == 1:
        others += _other_words(index, phrase[0], meant.get(phrase[0], ()))
    named = (is_thing(phrase), is_purpose(phrase))
    return Segment(telling, tuple(others), answered_by(phrase), filed_under(phrase), thing=named[0], purpose=named[1])


def _other_words(index: Words, word: str, meant: Sequence[str]) -> list[tuple[Phrase, float]]:
    others: list[tuple[Phrase, float]] = [(cut, COMPOUND) for cut in halves(index, word)]
    others += [((relative,), RELATIVE) for relative in relatives(index, word)]
    for other in meant:
        others += [((other,), CORRECTION), *((same, CORRECTION) for same in same_as((other,)))]
    return others


def _completed(index: Words, segment: Segment) -> Segment:
    """The last segment, whose last word may not be finished yet."""
    *before, start = segment.words
    finished = segment.thing or frequency(index, start) > 0
    weight = LONGER_WORD if finished else COMPLETION
    longer = completions(index, start)
    if before:
        whole = tuple(((*before, word), weight) for word in longer[:MOST_MEANT])
        return replace(segment, others=(*segment.others, *whole))
    meant = () if finished else tuple((same, weight) for word in longer[:MOST_MEANT] for same in same_as((word,)))
    return replace(segment, others=(*segment.others, *meant), longer=tuple(longer), longer_weight=weight)


def _joined(index: Words, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours that the index also knows written as one word become one segment: "book case" as "bookcase"."""
    found: list[Segment] = []
    for segment in segments:
        before = found[-1] if found else None
        if before is not None and len(before.words) == len(segment.words) == 1:
            joined = before.words[0] + segment.words[0]
            if frequency(index, joined):
                found[-1] = replace(
                    before,
                    words=before.words + segment.words,
                    others=(((joined,), COMPOUND), *((same, SYNONYM) for same in same_as((joined,)))),
                    thing=before.thing or segment.thing,
                )
                continue
        found.append(segment)
    return tuple(found)
