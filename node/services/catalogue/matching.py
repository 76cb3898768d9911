"""Wants meet offers: which offers could meet a want, how well, and why. `fit` is pure; the rest asks the index once.

Nothing is offered as a match that is none: both must name the same thing, or the offer must stand in a category of
which every listing is what is wanted. What is near, alike in other words or of the same category only ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any

import orjson

from node.context import Node
from node.search import compounds, neighbours
from node.search.analysis import EVERYONE, stem, without_markup, words
from node.search.errors import IndexUnavailableError
from node.search.index import Snapshot
from node.search.languages import base_language
from node.search.meeting import SAME, exclude_each_other, filed_as, is_about, relation
from node.search.places import haversine_km
from node.search.things import GOODS, SKILL, Said, Thing, read, sort_of, telling_words, things_in
from node.services.catalogue.search import reader
from node.storage import catalogue
from node.storage.catalogue import Shown
from schemas.records import dataclass
from schemas.vocabulary import home_of

FARTHEST_KM = 60.0
"""Further away nobody fetches it."""

GOOD_ENOUGH = 0.5
_CANDIDATES = 60
_ROOM_KM = 15.0
_HALF_KM = 8.0
_KINDS = {"item": "goods", "equipment": "goods"}
_MET_BY = {"give": ("give",), "lend": ("lend", "give"), "host": ("host",), "help": ("help",)}

THINGS, KIND, WORDS, CATEGORY, ROOM, DISTANCE = "things", "kind", "words", "category", "room", "distance"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a match. ``code`` is one of

    - ``things``: both name it; ``values`` is what the want calls it and what the offer calls it;
    - ``kind``: what is offered is a kind of what is wanted; ``values`` as before;
    - ``words``: ``values`` are the words that both say, where the vocabulary knows no thing in them;
    - ``category``: both are in the category ``values[0]`` (a path);
    - ``room``: it is such a room as is looked for, in the category ``values[0]``;
    - ``distance``: they are ``km`` apart.
    """

    code: str
    values: tuple[str, ...] = ()
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """How well an offer meets a want: ``score`` from 0 to 1, and why."""

    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """The other side of a match."""

    shown: Shown
    fit: Fit


@dataclass(frozen=True, slots=True)
class Met:
    """How many offers meet a want, and the best of them."""

    count: int = 0
    best: Partner | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    """What one listing says that matters here."""

    shown: Shown
    sort: str
    title: Said
    tags: tuple[Thing, ...]
    words: Mapping[str, str]

    @property
    def asked(self) -> tuple[Thing, ...]:
        """What a want is about: its title. Of goods, where that names nothing, their tags."""
        found = self.title.things or (self.tags if self.sort == GOODS else ())
        # Only of English is it known which words describe a thing, and which of those count.
        english = base_language(self.shown.entry.facts.language) in ("", "en")
        return found if english else tuple(replace(thing, traits=()) for thing in found)

    @property
    def leaf(self) -> str:
        return self.shown.entry.facts.category


def partners(node: Node, shown: Shown, limit: int) -> list[Partner]:
    """What meets a listing, the best first: for a want the offers, for an offer the wants; none without an index."""
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return []
    return found_in(node, snapshot, shown)[:limit]


def found_in(node: Node, snapshot: Snapshot, shown: Shown) -> list[Partner]:
    """The same on one state of the index, of the likeliest sixty."""
    keys = candidates(snapshot, shown, node.now)
    with node.database.read() as tx:
        found = catalogue.by_keys(tx, keys)
    return best(shown, found.values(), node.now)


def met(node: Node, wants: Sequence[Shown]) -> dict[str, Met]:
    """Key of each want -> how many offers fit now, and the best; worked out once for each state of the index."""
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return {}
    unknown = [want for want in wants if _remembered(snapshot, want) is None]
    keys = {want.entry.key: candidates(snapshot, want, node.now) for want in unknown}
    with node.database.read() as tx:
        found = catalogue.by_keys(tx, sorted({key for some in keys.values() for key in some}))
    for want in unknown:
        fits = best(want, [found[key] for key in keys[want.entry.key] if key in found], node.now)
        snapshot.plans["matches", want.entry.key, want.entry.hash] = Met(len(fits), fits[0] if fits else None)
    return {want.entry.key: _remembered(snapshot, want) or Met() for want in wants}


def fit(want: Shown, offer: Shown) -> Fit | None:
    """How well an offer meets a want; None where it does not."""
    if not _possible(want, offer):
        return None
    asked, given = _side(want), _side(offer)
    km = _apart(want, offer)
    found = list(_evidence(asked, given, km))
    if not found:
        return None
    score = _score(asked, given, found, km)
    reasons = dict.fromkeys([*found, *_further(asked, given, found, km)])
    return Fit(round(score, 3), tuple(reasons)) if score >= GOOD_ENOUGH else None


def _remembered(snapshot: Snapshot, want: Shown) -> Met | None:
    kept: Met | None = snapshot.plans.get(("matches", want.entry.key, want.entry.hash))
    return kept


def candidates(snapshot: Snapshot, shown: Shown, now: int, among: Sequence[str] | None = None) -> list[str]:
    """Keys of what may meet a listing, the likeliest sixty; where ``among`` is given, of those keys alone."""
    side = _side(shown)
    facts = shown.entry.facts
    named = side.asked if facts.direction == "want" else (*side.title.things, *side.tags)
    return neighbours.counterparts(snapshot, facts, named, tuple(side.words), now, _CANDIDATES, among)


def best(shown: Shown, others: Iterable[Shown], now: int) -> list[Partner]:
    """Those of the others that do meet a listing, the best first."""
    wanted = shown.entry.facts.direction == "want"
    alive = [other for other in others if other.entry.facts.expires_at > now]
    fits = [(other, fit(shown, other) if wanted else fit(other, shown)) for other in alive]
    found = [Partner(other, one) for other, one in fits if one is not None]
    return sorted(found, key=lambda one: (-one.fit.score, -one.shown.position))


def _possible(want: Shown, offer: Shown) -> bool:
    """Whether the two may be compared at all: sides, organisations, kinds, days."""
    asked, given = want.entry.facts, offer.entry.facts
    return (
        (asked.direction, given.direction) == ("want", "offer")
        and asked.organisation_id != given.organisation_id
        and (asked.status, given.status) == ("available", "available")
        and _KINDS.get(asked.kind, asked.kind) == _KINDS.get(given.kind, given.kind)
        and given.action in _MET_BY.get(asked.action, ())
        and (asked.available_from or "") <= (given.available_until or "9999")
        and (given.available_from or "") <= (asked.available_until or "9999")
    )


def _side(shown: Shown) -> _Side:
    facts = shown.entry.facts
    sort = sort_of(facts.kind)
    title = read(facts.title, sort)
    found = () if title.is_part else (thing for tag in _tags(shown) for thing in things_in(tag, sort))
    tags = tuple(thing for thing in found if thing.name not in title.beside)
    return _Side(shown, sort, title, tags, telling_words(facts.title, sort))


def _tags(shown: Shown) -> list[str]:
    found: list[str] = orjson.loads(shown.entry.item).get("tags", [])
    return found


def _evidence(want: _Side, offer: _Side, km: float | None) -> Iterable[Reason]:
    """What makes it a match; nothing where nothing does."""
    if km is not None and km > FARTHEST_KM:
        return
    if exclude_each_other(want.shown.entry.facts.title, offer.shown.entry.facts.title, _root(offer.leaf)):
        return
    if _is_broken(offer.shown) and not _takes_broken(want.shown):
        return
    says = partial(_says, offer.shown)
    for thing in want.asked:
        yield from _met(thing, want, offer, says)
    if _is_room(want, offer):
        if km is None or km <= _ROOM_KM:
            yield Reason(ROOM, (offer.leaf,))
    elif not want.asked:
        yield from _same_words(want, offer)


def _is_broken(offer: Shown) -> bool:
    facts = offer.entry.facts
    return facts.condition == "for_parts" or compounds.is_broken(words(facts.title))


def _takes_broken(want: Shown) -> bool:
    return want.entry.facts.condition == "for_parts" or compounds.takes_broken(_all_words(want.entry.item))


def _met(wanted: Thing, want: _Side, offer: _Side, says: Callable[[str], bool]) -> Iterable[Reason]:
    """Why one thing that is asked for is met: by the first thing on offer that does, or by the category."""
    for thing in _offered(want, offer):
        found = relation(wanted, thing, says, _root(want.leaf) if _root(want.leaf) == _root(offer.leaf) else "")
        if found and _same_sense(wanted, thing, want, offer):
            yield Reason(THINGS if found == SAME else KIND, (wanted.said, thing.said))
            return
    if want.sort == SKILL and want.leaf == offer.leaf and is_about(wanted, offer.words, offer.title.services):
        yield Reason(WORDS, tuple(offer.words[word] for word in wanted.subject))
        return
    # A field of work ("languages") is no answer to one who needs a storyteller.
    if want.title.things and want.sort != SKILL and (path := filed_as(wanted, offer.title, offer.leaf, says)):
        yield Reason(CATEGORY, (path,))


def _says(shown: Shown, said: str) -> bool:
    return said in _all_words(shown.entry.item)


@lru_cache(maxsize=512)
def _all_words(item: str) -> frozenset[str]:
    """The stems of every word of a listing."""
    told: dict[str, Any] = orjson.loads(item)
    parts = (told.get("title"), *told.get("tags", ()), told.get("content_text"), told.get("content_html"))
    return frozenset(stem(EVERYONE, word) for part in parts if part for word in words(without_markup(part)))


def _offered(want: _Side, offer: _Side) -> tuple[Thing, ...]:
    """What an offer is: its title, and the tags of goods of the same category; others only say what goes with it."""
    if not offer.title.things or (want.leaf == offer.leaf and offer.sort == GOODS):
        return (*offer.title.things, *offer.tags)
    return offer.title.things


def _same_sense(wanted: Thing, offered: Thing, want: _Side, offer: _Side) -> bool:
    """A word of two senses ("bench") counts only where both stand in a corner of the catalogue that has such things."""
    if want.leaf == offer.leaf:
        return True
    if not want.title.things or want.sort == SKILL:
        return False
    roots = {_root(want.leaf), _root(offer.leaf)} - {"other"}
    filed = {_root(path) for thing in (wanted, offered) for path in thing.filed}
    if "space" in roots or not roots & filed:
        return False
    return (
        len(roots) == 1
        or roots <= filed
        or not any(compounds.is_homonym(*one.said.split()) for one in (wanted, offered))
    )


def _same_words(want: _Side, offer: _Side) -> Iterable[Reason]:
    """Where the vocabulary knows nothing that is asked for: all its words, or most with the last one among them."""
    shared = {stem: word for stem, word in want.words.items() if stem in offer.words}
    if not shared or (want.leaf != offer.leaf and not (len(shared) > 1 and "other" in (want.leaf, offer.leaf))):
        return
    last = list(want.words)[-1]
    if want.sort == GOODS and (last in shared and last not in offer.title.heads):
        return
    if len(shared) == len(want.words) or (last in shared and 2 * len(shared) > len(want.words)):
        yield Reason(WORDS, tuple(shared.values()))


def _is_room(want: _Side, offer: _Side) -> bool:
    """Rooms of one kind stand for each other, whatever they are called."""
    home = home_of(want.leaf)
    named = home is not None and home.path not in (home.root, f"{home.root}/other")
    return named and want.leaf == offer.leaf and _root(want.leaf) == "space"


def _further(want: _Side, offer: _Side, found: Sequence[Reason], km: float | None) -> Iterable[Reason]:
    room = any(reason.code == ROOM for reason in found)
    if want.leaf == offer.leaf and _root(want.leaf) != "other" and not room:
        yield Reason(CATEGORY, (want.leaf,))
    if km is not None:
        yield Reason(DISTANCE, km=round(km, 1))


def _score(want: _Side, offer: _Side, found: Sequence[Reason], km: float | None) -> float:
    """Half for what of it is met, three tenths for the category, two tenths for nearness."""
    met = min(1.0, len(found) / max(1, len(want.asked))) if want.asked else 1.0
    same = 1.0 if want.leaf == offer.leaf else 0.5
    near = 0.5 if km is None else _HALF_KM / (km + _HALF_KM)
    return 0.5 * (0.6 + 0.4 * met) + 0.3 * same + 0.2 * near


def _apart(one: Shown, other: Shown) -> float | None:
    here, there = one.entry.facts, other.entry.facts
    if here.lat is None or here.lon is None or there.lat is None or there.lon is None:
        return None
    return haversine_km(here.lat, here.lon, there.lat, there.lon)


def _under(path: str, above: str) -> bool:
    return path == above or path.startswith(f"{above}/")


def _root(path: str) -> str:
    return path.partition("/")[0]
