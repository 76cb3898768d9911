"""Which things of the vocabulary a text names, in whatever words and languages: what the index holds beside the words.

A thing is found by its number of names at the time of indexing, so a search asks for one term however many names there
are, and a name in one language never speaks for a text in another.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType

from node.search.analysis import STOP_WORDS, words
from node.search.compounds import is_part
from node.search.languages import ENGLISH
from node.search.names import APART, Mention, comparable, mentions, names_in, sign
from node.search.stems import stems
from schemas.records import dataclass
from schemas.vocabulary import asides, english_things, homes_of, languages, narrower, singular

NARROWER = "<"
"""Stands before the sign of a thing of which the text names a kind."""

_SHORTEST_DOING = 4
# The stems of shorter words are those of too many others in one language or another.
_SHORTEST_FOREIGN = 4

# A word that nobody writes stands for a pause, so that no name is found across one.
_PAUSE = " xqpauseqx "
_BREAK = re.compile(r"[,;:/|&+()–—\n.!?]|\s-\s")


@dataclass(frozen=True, slots=True)
class Told:
    """What a text tells: the signs of the ``things`` that it names, and its words without those that only say more.

    Of "tea towels and a car trailer" the ``words`` are "towels and a trailer". ``at_home`` says that one of the things
    belongs under the root of the listing.
    """

    things: tuple[str, ...]
    words: str
    at_home: bool


def pieces(text: str) -> tuple[str, ...]:
    """The folded words of a text, with a word for each pause in it."""
    return words(_BREAK.sub(_PAUSE, text))


@lru_cache(maxsize=8192)
def told_by(said: tuple[str, ...], root: str) -> Told:
    """What the `pieces` of a title or of tags tell in English, for a listing under ``root``."""
    things: dict[str, None] = {}
    left: list[str] = []
    alike, end, at_home = [singular(word) for word in said], 0, False
    for mention in mentions(alike):
        left += said[end : mention.start]
        meaning = mention.meant(root, running=False)
        if meaning is None:
            left += said[mention.start : mention.end]
        elif not _only_a_part(mention, alike):
            things[meaning.thing] = None
            at_home = at_home or root in meaning.roots
            left += said[mention.end - 1 : mention.end]
        end = mention.end
    left += said[end:]
    return Told(tuple(things), " ".join(word for word in left if word != _PAUSE.strip()), at_home)


def named_in(said: Sequence[str], root: str) -> list[str]:
    """The signs of the things that the words of a running text name in English, for a listing under ``root``."""
    found = (mention.meant(root, running=True) for mention in mentions([singular(word) for word in said]))
    return list(dict.fromkeys(meaning.thing for meaning in found if meaning))


def named_abroad(text: str, read_in: Iterable[str], root: str) -> list[str]:
    """The signs of the things that a text names in other languages."""
    found = (
        mention.meant(root, running=False)
        for language in read_in
        if language in _with_names()
        for said in comparable(text, language)
        for mention in mentions(said, language)
    )
    return list(dict.fromkeys(meaning.thing for meaning in found if meaning))


def _only_a_part(mention: Mention, said: Sequence[str]) -> bool:
    """Whether the next word speaks of a part of the thing, or of what is for it: "chair covers"."""
    return mention.end < len(said) and _is_part(said[mention.end])


@lru_cache(maxsize=4096)
def _is_part(word: str) -> bool:
    return is_part(word)


@lru_cache(maxsize=4096)
def signs_of(things: tuple[str, ...]) -> str:
    """What the index holds for things that a text names: each, and each of which it is a kind.

    What is called so itself ("transit wheelchair") is the thing as much as any other.
    """
    found = dict.fromkeys(things)
    for thing in things:
        for above in _broader().get(thing, ()):
            found[above if thing.endswith("-" + above) else NARROWER + above] = None
    return " ".join(found)


@lru_cache(maxsize=4096)
def broader_things(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """The signs of things of which the thing called so is a kind, as its names say: a quilting fabric is a fabric.

    The last words of a name tell, where they name a thing that is filed in the same place: a bed settee is a sofa, but
    a mobility scooter is no toy.
    """
    things = things_called(phrase)
    paths = {path for thing in things for path in homes(thing)}
    names = dict.fromkeys(name for thing in things for name in (phrase, *_english_names(thing)))
    ends = (name[start:] for name in names for start in range(1, len(name)))
    above = dict.fromkeys(thing for end in ends for thing in _exact(ENGLISH, [singular(word) for word in end]))
    return tuple(thing for thing in above if thing not in things and paths & {*homes(thing)})


def _english_names(thing: str) -> tuple[tuple[str, ...], ...]:
    return tuple(words(name) for name in _by_sign().get(thing, ()))


@lru_cache(maxsize=20_000)
def things_called(phrase: tuple[str, ...], written: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The signs of the things of which these folded words are a name: in English, else in any other language.

    ``written`` are the same words with their accents, where they are known.
    """
    alike = tuple(singular(word) for word in phrase)
    english = _exact(ENGLISH, alike) or next(filter(None, (_exact(ENGLISH, other) for other in _other_ways(alike))), ())
    if english or all(word in asides() or word in STOP_WORDS for word in alike):
        return english
    if min(map(len, phrase)) < _SHORTEST_FOREIGN and phrase[0].isascii():
        return ()
    spelt = (phrase,) if not written or written == phrase else (written, phrase)
    found = (thing for language in _with_names() for said in spelt for thing in _abroad(language, said))
    return tuple(dict.fromkeys(found))


def _abroad(language: str, said: Sequence[str]) -> Iterator[str]:
    """The things of which these words are a name in a language other than English."""
    both = [stems(language, word) for word in said]
    yield from _exact(language, [one[0] for one in both])
    if any(len(one) > 1 for one in both):
        yield from _exact(language, [one[-1] for one in both])


def is_english(phrase: tuple[str, ...]) -> bool:
    """Whether these folded words are an English name of a thing."""
    alike = tuple(singular(word) for word in phrase)
    return any(_exact(ENGLISH, said) for said in (alike, *_other_ways(alike)))


def _other_ways(said: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Several words with two neighbours written together, or with the doing for the doer at the end: "carpet wash"."""
    if len(said) < 2:
        return
    if len(said) > 2:
        yield from ((*said[:at], said[at] + said[at + 1], *said[at + 2 :]) for at in range(len(said) - 1))
    *before, last = said
    if len(last) >= _SHORTEST_DOING:
        bare = last.removesuffix("ing").removesuffix("er")
        yield from ((*before, bare + ending) for ending in ("", "er", "ing", "e") if bare + ending != last)


def _exact(language: str, said: Sequence[str]) -> tuple[str, ...]:
    return tuple(meaning.thing for meaning in names_in(language).exactly(said))


@cache
def most_words() -> int:
    """The most words that a name of a thing has."""
    return max(max(names_in(language).longest.values()) for language in (ENGLISH, *_with_names()))


def has_kinds(thing: str) -> bool:
    """Whether other things are kinds of this one."""
    return thing in _below()


@cache
def names_of_thing(thing: str) -> tuple[tuple[str, ...], ...]:
    """The folded names of a thing by its sign: in English, the commonest first, then in other languages."""
    english = _by_sign().get(thing, ())
    foreign = (name for said in languages().values() for name in said["things"].get(english[0], ())) if english else ()
    return tuple(dict.fromkeys(words(name) for name in (*english, *foreign)))


def kinds_below(thing: str) -> tuple[str, ...]:
    """The signs of the things that are kinds of this one."""
    return _below().get(thing, ())


@cache
def homes(thing: str) -> tuple[str, ...]:
    """Paths of the categories in which the thing with this sign stands."""
    names = _by_sign().get(thing)
    return homes_of(names[0]) if names else ()


@lru_cache(maxsize=4096)
def kinds_that_offer(things: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of listing that alone offer such things, where these are rooms or skills; empty for goods."""
    roots = {path.partition("/")[0] for thing in things for path in homes(thing)}
    return tuple(sorted(roots)) if roots and roots <= APART else ()


@cache
def _by_sign() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({sign(names[0]): names for names in english_things()})


@cache
def _with_names() -> tuple[str, ...]:
    return tuple(languages())


@cache
def _below() -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({sign(thing): tuple(sign(kind) for kind in kinds) for thing, kinds in narrower().items()})


@cache
def _broader() -> Mapping[str, tuple[str, ...]]:
    """Sign -> signs of what it is a kind of."""
    above: dict[str, list[str]] = {}
    for broader, kinds in narrower().items():
        for kind in kinds:
            above.setdefault(sign(kind), []).append(sign(broader))
    return MappingProxyType({kind: tuple(found) for kind, found in above.items()})
