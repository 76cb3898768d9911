"""What people typed, read as the things that they may mean.

The words are cut into segments: a phrase that the vocabulary knows as one thing, else a single word. Each segment
carries every other way to say it that may be found instead. A word that neither the index nor the vocabulary knows is
taken as a slip of the finger, and what was read instead is noted, so that the page can say so. What stands behind "for"
says who it is for, and only helps ranking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from node.search.analysis import STOP_WORDS, own_terms, words
from node.search.concepts import broader_things, is_english, things_called
from node.search.lexicon import (
    Phrase,
    answered_by,
    everyday,
    filed_under,
    is_place,
    is_purpose,
    known_words,
    language_called,
    longest_phrase,
    places_for,
    says_more,
    serving,
)
from node.search.spelling import Words, completions, corrections, frequency, halves, own_forms, relatives
from schemas.records import dataclass

MOST_WORDS = 12
MOST_MEANT = 3
"""Of the words that an unfinished one may become, so many are also looked for by their other names."""

SYNONYM, RELATIVE, COMPOUND, COMPLETION, CORRECTION = 0.8, 0.6, 0.9, 0.7, 0.5
THING, USE = 1.0, 0.8
"""How much a match by another wording counts beside one by the words typed."""

LONGER_WORD = 0.15
"""The same for a longer word ("desktop") when what was typed is a whole word already ("desk")."""

_TYPED = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# What follows says what for or for whom: "desks for a school".
_FOR = frozenset(("for", "so", "because", "dla", "para", "ar gyfer", "kad"))
# Who says so looks for those who need something.
_WANTS = re.compile(r"\b(?:wanted|who (?:needs?|wants?)|(?:to|can) (?:donate|give away|give)|giving away|donating)\b")


@dataclass(frozen=True, slots=True)
class Segment:
    """One thing asked for.

    ``words`` all stand somewhere in a listing that matches, each in one of its ``forms`` (word -> other words for it);
    or one of ``others`` stands there as a phrase (with its weight, 0 to 1); or it names one of ``things`` (signs, with
    their weight), or no more than what they are kinds of (``broader``), is written in ``language``, or is in one of
    ``answers`` (category paths). ``filed`` (category paths) only helps ranking. ``longer`` are words that the last one
    may become, which count ``longer_weight``. ``foreign`` says that the things were named in another language than
    English, ``purpose`` that the words name a purpose, ``place`` that any place will do in which one can do it.
    """

    words: Phrase
    forms: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict, hash=False)
    others: tuple[tuple[Phrase, float], ...] = ()
    things: tuple[tuple[str, float], ...] = ()
    answers: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()
    longer: tuple[str, ...] = ()
    longer_weight: float = 0.0
    language: str | None = None
    foreign: bool = False
    purpose: bool = False
    place: bool = False
    broader: tuple[str, ...] = ()

    @property
    def thing(self) -> bool:
        """Whether the vocabulary knows what this names."""
        return bool(self.things or self.answers)


@dataclass(frozen=True, slots=True)
class Reading:
    """A query as understood: ``segments`` to be found; ``hints`` and ``extras`` (numbers) only help ranking.

    ``corrected`` are pairs of a word as typed and as read; ``guesses`` are those that were merely allowed for. ``own``
    maps a word to its stems in other languages. ``wanted`` says that it asks for what others look for.
    """

    segments: tuple[Segment, ...] = ()
    hints: tuple[Segment, ...] = ()
    extras: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    guesses: tuple[tuple[str, str], ...] = ()
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    wanted: bool = False


@dataclass(frozen=True, slots=True)
class _Board:
    """What is known of the catalogue: its words, and the languages besides English in it."""

    index: Words
    own: Mapping[str, tuple[str, ...]]

    def has(self, word: str) -> bool:
        return bool(self.own.get(word)) or frequency(self.index, word) > 0


def read(q: str, index: Words, languages: Iterable[str] = (), forgiving: bool = False) -> Reading:
    """The query as this index understands it; ``languages`` are those besides English that listings are written in.

    ``forgiving`` reads every longer word as a possible slip, and takes a thing for what it is a kind of.
    """
    pairs = _typed(q)[:MOST_WORDS]
    written = dict(pairs)
    board = _Board(index, _own_words(index, pairs, tuple(languages)))
    typed = [word for word, _ in pairs]
    unfinished = bool(typed) and q[-1:].isalnum()
    mended = [_mended(board, *pair, unfinished and at == len(typed) - 1) for at, pair in enumerate(pairs)]
    corrected = {was: now for was, now in zip(typed, mended, strict=True) if was != now}
    if unfinished:
        mended = _finished(board, mended)
    phrases = _turned(cut(tuple(mended), written))
    asked, aside, numbers = _sorted(phrases, forgiving)
    meant = _meant(index, asked) if forgiving else {}
    segments = [_segment(index, phrase, written, meant) for phrase in asked]
    if forgiving:
        segments = [_wider(segment) for segment in segments]
    if unfinished and segments and segments[-1].words[-1] == mended[-1] == typed[-1]:
        segments[-1] = _completed(index, segments[-1])
    corrected |= {word: to[0] for word, to in meant.items() if frequency(index, to[0]) > frequency(index, word)}
    return Reading(
        segments=(*_places(phrases), *_joined(board, segments)),
        hints=tuple(_segment(index, phrase, written, {}) for phrase in aside),
        extras=tuple(numbers),
        corrected=tuple(corrected.items()),
        guesses=tuple((word, to[0]) for word, to in meant.items()),
        own=board.own,
        wanted=_WANTS.search(q.lower()) is not None,
    )


def _typed(q: str) -> list[tuple[str, str]]:
    """The words typed, folded, each with how it was written."""
    found = []
    for piece in _TYPED.findall(q.lower()):
        parts = words(piece)
        found += [(part, piece if len(parts) == 1 else part) for part in parts]
    return found


def _own_words(index: Words, pairs: Sequence[tuple[str, str]], languages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found = {}
    for word, piece in pairs if languages else ():
        plain = piece.replace("’", "").replace("'", "")
        terms = dict.fromkeys(term for code in languages for term in own_terms(plain, code))
        found[word] = own_forms(index, terms)
    return {word: terms for word, terms in found.items() if terms}


def _finished(board: _Board, words: Sequence[str]) -> list[str]:
    """The words, the last one finished where that makes a thing of the vocabulary with what stands before it."""
    *before, start = words
    if not before or before[-1] in STOP_WORDS or board.has(start) or start in known_words():
        return list(words)
    for word in completions(board.index, start)[:MOST_MEANT]:
        if any(things_called((*before[-size:], word)) for size in (2, 1)):
            return [*before, word]
    return list(words)


def _turned(phrases: Sequence[Phrase]) -> list[Phrase]:
    """The phrases, "screens for PCs" as "PC screens" where that is a thing."""
    found = list(phrases)
    for at in range(len(found) - 2):
        one, between, other = found[at : at + 3]
        if len(between) == 1 and between[0] in _FOR and not says_more(other) and things_called((*other, *one)):
            return [*found[:at], (*other, *one), *found[at + 3 :]]
    return found


def _place_and_use(phrases: Sequence[Phrase]) -> tuple[int, int] | None:
    """Where a word for any place stands, and behind it what one wants to do there: "somewhere quiet to rehearse"."""
    at = next((at for at, phrase in enumerate(phrases) if is_place(phrase)), len(phrases))
    uses = (other for other in range(len(phrases) - 1, at, -1) if places_for(phrases[other]))
    use = next(uses, None)
    return None if use is None else (at, use)


def _places(phrases: Sequence[Phrase]) -> Iterable[Segment]:
    found = _place_and_use(phrases)
    if found:
        done = phrases[found[1]]
        paths = places_for(done)
        yield Segment(done, answers=paths, filed=paths, purpose=True, place=True)


def _sorted(phrases: Sequence[Phrase], forgiving: bool) -> tuple[list[Phrase], list[Phrase], list[str]]:
    """What is asked for, what it is for, and numbers; whatever there is when the rest says nothing."""
    numbers = [phrase[0] for phrase in phrases if _is_number(phrase)]
    place = _place_and_use(phrases)
    if place:
        rest = [phrase for at, phrase in enumerate(phrases) if at not in place]
        return [], [p for p in dict.fromkeys(_telling(rest)) if p[0] not in _FOR], numbers
    at = next((at for at, phrase in enumerate(phrases) if len(phrase) == 1 and phrase[0] in _FOR), len(phrases))
    said = [_telling(some) for some in (phrases[:at], phrases[at:])]
    if not said[0] or not (forgiving or any(_names_something(phrase) for phrase in said[0])):
        said = [[*said[0], *said[1]], []]
    asked = list(dict.fromkeys(said[0]))
    if not asked:
        return list(dict.fromkeys(phrases)), [], []
    asked, more = _without_asides(asked)
    return asked, [phrase for phrase in dict.fromkeys((*more, *said[1])) if phrase not in asked], numbers


def _without_asides(asked: Sequence[Phrase]) -> tuple[list[Phrase], list[Phrase]]:
    """What is asked for, and what only says more of it; where nothing else is said, that is asked for."""
    more = [phrase for phrase in asked if says_more(phrase) and not things_called(phrase)]
    rest = [phrase for phrase in asked if phrase not in more]
    return (rest, more) if rest else (list(asked), [])


def _telling(phrases: Sequence[Phrase]) -> list[Phrase]:
    return [p for p in phrases if len(p) > 1 or not (p[0] in STOP_WORDS or _is_number(p))]


def _names_something(phrase: Phrase) -> bool:
    return bool(things_called(phrase) or answered_by(phrase) or serving(phrase))


def _meant(index: Words, phrases: list[Phrase]) -> dict[str, list[str]]:
    """What the single words among the phrases may be slips of; those of the vocabulary are meant as they stand."""
    single = [phrase[0] for phrase in phrases if len(phrase) == 1 and phrase[0] not in known_words()]
    found = {word: corrections(index, word, thorough=False) for word in single}
    return {word: meant for word, meant in found.items() if meant}


def _mended(board: _Board, word: str, written: str, unfinished: bool) -> str:
    if word in STOP_WORDS or word in known_words() or says_more((word,)) or things_called((word,)) or board.has(word):
        return word
    if unfinished and completions(board.index, word):
        return word
    meant = corrections(board.index, word)
    if not written.isascii():
        # A word of another language is seldom a slip of one of ours.
        meant = [other for other in meant if frequency(board.index, other)]
    return next(iter(meant), word)


def cut(typed: Phrase, written: Mapping[str, str] | None = None) -> list[Phrase]:
    """The words as phrases of the vocabulary, the longest first, and single words between them."""
    found: list[Phrase] = []
    at = 0
    while at < len(typed):
        longest = min(longest_phrase(), len(typed) - at)
        size = next((size for size in range(longest, 1, -1) if _is_one(typed[at : at + size], written or {})), 1)
        found.append(typed[at : at + size])
        at += size
    return found


def _is_one(phrase: Phrase, written: Mapping[str, str]) -> bool:
    if _things(phrase, written) or is_purpose(phrase):
        return True
    if phrase[0] in STOP_WORDS:
        return False
    if answered_by(phrase) or everyday(phrase):
        return True
    return phrase[-1] not in STOP_WORDS and bool(serving(phrase) or (len(phrase) > 1 and places_for(phrase)))


def _things(phrase: Phrase, written: Mapping[str, str]) -> tuple[str, ...]:
    spelt = tuple(written.get(word, word) for word in phrase)
    return things_called(phrase) if spelt == phrase else things_called(phrase, spelt)


def _is_number(phrase: Phrase) -> bool:
    return len(phrase) == 1 and phrase[0].isdigit()


def _segment(index: Words, phrase: Phrase, written: Mapping[str, str], meant: Mapping[str, Sequence[str]]) -> Segment:
    telling = tuple(word for word in phrase if word not in STOP_WORDS)
    if not telling or (len(telling) == 1 and len(phrase) > 1 and not is_purpose(phrase)):
        telling = phrase
    others = [(other, SYNONYM) for other in everyday(phrase)]
    named = _things(phrase, written)
    things = [(thing, THING) for thing in named]
    things += [(thing, USE) for thing in serving(phrase)]
    if len(phrase) == 1:
        for other in meant.get(phrase[0], ()):
            others.append(((other,), CORRECTION))
            things += [(thing, CORRECTION) for thing in things_called((other,))]
        others += _other_words(index, phrase[0])
    return Segment(
        telling,
        {word: everyday((word,)) for word in telling} if len(phrase) > 1 else {},
        tuple(others),
        tuple(things),
        answered_by(phrase),
        filed_under(phrase),
        language=language_called(phrase),
        foreign=bool(named) and not is_english(phrase),
        purpose=is_purpose(phrase),
    )


def _wider(segment: Segment) -> Segment:
    """The same, found also where a listing names no more than what it is a kind of: "bed" for a king size bed."""
    known = {thing for thing, _ in segment.things}
    return replace(segment, broader=tuple(thing for thing in broader_things(segment.words) if thing not in known))


def _other_words(index: Words, word: str) -> Iterable[tuple[Phrase, float]]:
    yield from ((halved, COMPOUND) for halved in halves(index, word))
    yield from (((relative,), RELATIVE) for relative in relatives(index, word))


def _completed(index: Words, segment: Segment) -> Segment:
    """The last segment, whose last word may not be finished yet; the name of a thing is."""
    if segment.things:
        return segment
    *before, start = segment.words
    finished = segment.thing or frequency(index, start) > 0
    weight = LONGER_WORD if finished else COMPLETION
    longer = completions(index, start)
    whole = [(*before, word) for word in longer[:MOST_MEANT]]
    if before:
        return replace(segment, others=(*segment.others, *((phrase, weight) for phrase in whole)))
    meant = () if finished else tuple((thing, weight) for phrase in whole for thing in things_called(phrase))
    return replace(segment, things=(*segment.things, *meant), longer=tuple(longer), longer_weight=weight)


def _joined(board: _Board, segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours that the index also knows written as one word become one segment: "book case" as "bookcase"."""
    found: list[Segment] = []
    for segment in segments:
        before = found[-1] if found else None
        if before is not None and len(before.words) == len(segment.words) == 1:
            joined = before.words[0] + segment.words[0]
            if board.has(joined):
                found[-1] = replace(
                    before,
                    words=before.words + segment.words,
                    others=(((joined,), COMPOUND),),
                    things=tuple((thing, SYNONYM) for thing in things_called((joined,))),
                )
                continue
        found.append(segment)
    return tuple(found)
