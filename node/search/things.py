"""What a title or a tag names: the things of the vocabulary, whatever they are called. Pure; the index is not asked.

A thing is named where the text says that it is one. "Chair covers" mention chairs and name none; "help with computers"
names none either. What is merely mentioned is kept apart, because it tells what the listing is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache, lru_cache
from types import MappingProxyType

from node.search import compounds
from node.search.analysis import EVERYONE, STOP_WORDS, stem, words
from node.search.lexicon import (
    Phrase,
    answered_by,
    filed_under,
    is_phrase,
    is_purpose,
    is_thing,
    longest_phrase,
    same_as,
)
from node.search.wider import is_wide, members_of, paths_of, wider_than
from schemas.records import dataclass
from schemas.vocabulary import categories, fold

GOODS, SKILL, SPACE = "goods", "skill", "space"
_SORTS = {"item": GOODS, "equipment": GOODS, "skill": SKILL, "space": SPACE}
_BREAK = re.compile(r"[,;:/|&+()–—\n]|\s-\s|\bor\b|\band\b", re.IGNORECASE)
# What follows says what it is for, not what it is: "desks for our homework club".
_PURPOSE = re.compile(r"\b(?:for|so that|because|to help|dla|para)\b", re.IGNORECASE)
# What follows says what it has, not what it is: "cupboard with shelves"; but a table with six chairs is both.
_FEATURES = re.compile(r"\b(?:with|without|no)\b|\bw/(?:o\b)?", re.IGNORECASE)
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve")
_COUNTED = re.compile(rf"\s*(?:a |its |matching )?(?:\d|(?:{'|'.join(_NUMBERS)})\b)", re.IGNORECASE)
_SHORTEST = 3
# The vocabulary has them, but alone they say nothing of what it is.
_VAGUE = """
volunteer volunteering training teaching lesson class course workshop session talk help advice repair mend fix support
room space place corner work job service set kit box equipment tool display
"""
_TWO_IN_ONE = ("fridge freezer",)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing that a text names. ``name`` is the same for all its names, ``said`` is how it was called here.

    ``answered`` are the categories of which every listing is such a thing, ``filed`` those where some are, ``members``
    the folded names of things that it may also be. ``senses`` make it another thing than its name alone ("white" of
    coats), ``services`` say what is done about it, ``traits`` are words that an offer of it has to say as well.
    """

    name: Phrase
    said: str
    answered: tuple[str, ...] = ()
    filed: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()
    senses: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    traits: tuple[str, ...] = ()

    @property
    def words(self) -> Phrase:
        """The stems of what it was called."""
        return _folded(tuple(self.said.split()))

    @property
    def subject(self) -> Phrase:
        """The same without the words for what is done about it: "website" of "website help"."""
        return tuple(word for word in self.words if not compounds.is_service(word))


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: the ``things`` that it names, the names of those ``beside`` that it merely mentions.

    ``heads`` are the stems of words that may be what it is about. ``is_part`` says that it is of parts, or of work,
    ``services`` of a skill which kind of help it is.
    """

    things: tuple[Thing, ...] = ()
    beside: frozenset[Phrase] = frozenset()
    heads: frozenset[str] = frozenset()
    is_part: bool = False
    services: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Found:
    things: dict[Phrase, Thing] = field(default_factory=dict)
    beside: set[Phrase] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    is_part: bool = False


def sort_of(kind: str) -> str:
    """What a kind of listing is here: goods, whether given or lent, a skill or a space."""
    return _SORTS.get(kind, kind)


def things_in(text: str, sort: str = GOODS) -> tuple[Thing, ...]:
    """The things that a title or a tag names, each once, in order."""
    return read(text, sort).things


@lru_cache(maxsize=8192)
def read(text: str, sort: str = GOODS) -> Said:
    """What a title or a tag of a listing of this sort says."""
    found = _Found()
    if sort == GOODS and compounds.asks_for_help(words(text)):
        return Said(is_part=True)
    for part in _BREAK.split(what_it_is(text, sort)):
        _read_part(found, words(part), sort)
    if sort == GOODS and any(compounds.only_a_part(part) for part in map(words, _BREAK.split(text))):
        found.beside |= found.things.keys()
        found.things.clear()
        found.is_part = True
    return Said(
        tuple(found.things.values()),
        frozenset(found.beside - found.things.keys()),
        frozenset(found.heads),
        found.is_part and not found.things,
        services=_services(words(text)) if sort == SKILL else frozenset(),
    )


@lru_cache(maxsize=4096)
def telling_words(text: str, sort: str = GOODS) -> Mapping[str, str]:
    """Stem -> word of the words that say what it is, in order."""
    telling = (word for word in words(what_it_is(text, sort)) if len(word) > 1 and word.isalpha())
    return MappingProxyType({stem(EVERYONE, word): word for word in telling if word not in STOP_WORDS})


def what_it_is(text: str, sort: str = GOODS) -> str:
    """The text up to where it begins to say what for, or what it has; the whole text where nothing stands before."""
    before = _before(_PURPOSE, text)
    return _without_features(before) if sort == GOODS else before


def names_of(things: Iterable[Thing]) -> Iterator[Phrase]:
    """Every name under which one of these things may be found."""
    for thing in things:
        yield from dict.fromkeys((thing.name, words(thing.said), *same_as(words(thing.said))))


def kinds_of(things: Iterable[Thing]) -> Iterator[Phrase]:
    """Names of what these things may be, besides their own: "tent" for camping equipment."""
    for thing in things:
        yield from (tuple(name.split()) for name in sorted(thing.members))


def wider_names_of(things: Iterable[Thing]) -> Iterator[Phrase]:
    """Names of what these things are some of: "bedding" for a duvet."""
    for thing in things:
        yield from wider_than(words(thing.said), thing.filed)


def _before(what: re.Pattern[str], text: str) -> str:
    before = what.split(text, maxsplit=1)[0]
    return before if any(word not in STOP_WORDS for word in words(before)) else text


def _without_features(text: str) -> str:
    found = _FEATURES.search(text)
    if found is None or _COUNTED.match(text, found.end()):
        return text
    return _before(_FEATURES, text)


def _read_part(found: _Found, part: Phrase, sort: str) -> None:
    """Add what the words between two commas name."""
    goods = sort == GOODS
    taken = goods and compounds.asks_for_work(part)
    found.is_part |= taken
    at = since = 0
    for phrase in _cut(part):
        end = at + len(phrase)
        named = not taken and (not goods or _names_it(part, at, phrase))
        if named and phrase[-1] not in STOP_WORDS:
            found.heads.add(stem(EVERYONE, phrase[-1]))
        found.is_part |= goods and compounds.is_part(phrase[-1]) and (at > 0 or end == len(part))
        things = list(_things(_spelled(phrase), _modifiers(part[since:at]), part, sort))
        if named and things:
            since = end
        for thing in things:
            if named:
                found.things.setdefault(thing.name, thing)
            else:
                found.beside.add(thing.name)
        at = end


def _cut(part: Phrase) -> list[Phrase]:
    """The words as things of the vocabulary, the longest first, and single words between them."""
    found: list[Phrase] = []
    at = 0
    while at < len(part):
        longest = min(longest_phrase(), len(part) - at)
        size = next((size for size in range(longest, 1, -1) if _is_one(part[at : at + size])), 1)
        if size > 1 and compounds.is_plain(part[at]) and _is_one(part[at + size - 1 : at + size + 1]):
            # "portable stage blocks": the plain word says less than the one that follows.
            size = 1
        found.append(part[at : at + size])
        at += size
    return found


def _is_one(phrase: Phrase) -> bool:
    """Whether these words together name one thing; "office desk" is only a desk that stood in an office."""
    if len(phrase) < 2 or fold(" ".join(phrase)) in _TWO_IN_ONE:
        return False
    if is_phrase(phrase) or is_wide(phrase) or (len(phrase) == 2 and is_thing(("".join(phrase),))):
        return True
    return is_thing(phrase) and not all(compounds.is_plain(word) for word in phrase[:-1])


def _spelled(phrase: Phrase) -> Phrase:
    """The phrase as the vocabulary spells it: "arm chair" as one word, "pinboard" as two."""
    if is_thing(phrase) or is_wide(phrase) or is_purpose(phrase):
        return phrase
    joined = "".join(phrase)
    halves = ((joined[:at], joined[at:]) for at in range(_SHORTEST, len(joined) - _SHORTEST + 1))
    if len(phrase) == 2:
        return (joined,) if is_thing((joined,)) else phrase
    return next((half for half in halves if is_thing(half)), phrase)


def _names_it(part: Phrase, at: int, phrase: Phrase) -> bool:
    """Whether these words of a part say what it is, rather than what it belongs to."""
    before, after = part[:at], part[at + len(phrase) :]
    if after and phrase[-1] == "seats" and (after[0].isdigit() or after[0] in _NUMBERS):
        return False
    if after and after[0] == "of":
        return not compounds.is_measure(phrase[-1])
    if _is_of_another(before):
        return False
    if not after or f"{phrase[-1]} {after[0]}" in _TWO_IN_ONE:
        return True
    if compounds.is_plural(phrase[-1]) and not compounds.senses_of("", phrase):
        return not compounds.is_part(after[0])
    return not any(compounds.makes_it_another(word) for word in _following(after)) and not _goes_on(after)


def _following(after: Phrase) -> Iterator[str]:
    """The words after a thing that may still be of its name."""
    for word in after:
        if word in STOP_WORDS or not word.isalpha() or compounds.ends_a_thing(word):
            return
        yield word


def _goes_on(after: Phrase) -> bool:
    """Whether another thing follows at once, of which the first only says more: "coffee grinder"."""
    following = tuple(_following(after))
    return bool(following) and is_thing(_cut(following)[0])


def _is_of_another(before: Phrase) -> bool:
    """Whether what stands before makes the rest what something belongs to: "legs of", "repair of"."""
    at = before.index("of") if "of" in before else 0
    return at > 0 and compounds.takes_it_away(before[at - 1])


def _modifiers(before: Phrase) -> tuple[str, ...]:
    """The last words before a thing that describe it; numbers are no description."""
    found: list[str] = []
    for word in reversed(before):
        if word in STOP_WORDS:
            break
        if word.isalpha():
            found.insert(0, word)
    return tuple(found)


def _things(phrase: Phrase, before: Phrase, part: Phrase, sort: str) -> Iterator[Thing]:
    if (
        not (is_thing(phrase) or is_wide(phrase))
        or is_purpose(phrase)
        or (len(phrase) == 1 and phrase[0] in STOP_WORDS)
    ):
        return
    wide = paths_of(phrase)
    answered = wide or tuple(path for path in answered_by(phrase) if not _is_wide(path))
    if not is_wide(phrase) and (_folded(phrase) in _vague() or _is_field(phrase, answered)):
        return
    name = min(_name(one) for one in (phrase, *same_as(phrase)))
    traits = tuple(word for word in before if compounds.is_trait(word) and not compounds.senses_of(phrase[-1], [word]))
    yield Thing(
        name,
        " ".join(phrase),
        answered,
        filed_under(phrase),
        members_of(phrase),
        senses=compounds.senses_of(phrase[-1], before) if sort == GOODS else frozenset(),
        services=_services(part) if sort == SKILL else frozenset(),
        traits=traits if sort == GOODS else (),
    )


def _services(said: Phrase) -> frozenset[str]:
    return compounds.services_of(said) or compounds.ANY_SERVICE


def _is_field(phrase: Phrase, answered: tuple[str, ...]) -> bool:
    """Whether it is only the name of a wide category: "garden", of which a listing may be anything."""
    return bool(answered_by(phrase)) and not answered and fold(" ".join(phrase)) not in _examples()


def _name(phrase: Phrase) -> Phrase:
    # Not by stems: "bedding" and "composter" have those of "bed" and "compost".
    return tuple(fold(" ".join(phrase)).split())


def _folded(phrase: Phrase) -> Phrase:
    return tuple(stem(EVERYONE, word) for word in phrase)


def _is_wide(path: str) -> bool:
    """Whether a category holds many kinds of thing: a listing in "garden" may be anything."""
    return "/" not in path or path.endswith("/other")


@cache
def _vague() -> frozenset[Phrase]:
    return frozenset((stem(EVERYONE, word),) for word in _VAGUE.split())


@cache
def _examples() -> frozenset[str]:
    """Things that are called like a whole category, folded: books are things, a garden is none."""
    return frozenset(fold(example) for category in categories().values() for example in category.examples)
