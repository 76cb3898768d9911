"""Wants meet offers: which offers could meet a want, how well, and why. `fit` is pure; the rest asks the index once.

Nothing is offered as a match that is none: both must name the same thing, or the offer must stand in a category of
which every listing is what is wanted. What is near, alike in other words or of the same category only ranks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from node.context import Node
from node.search import neighbours
from node.search.errors import IndexUnavailableError
from node.search.index import Snapshot
from node.search.places import haversine_km
from node.search.things import Thing, telling_words, things_in
from node.services.search import reader
from node.storage import catalogue
from node.storage.catalogue import Shown
from schemas.vocabulary import home_of

FARTHEST_KM = 60.0
"""Further away nobody fetches it."""

GOOD_ENOUGH = 0.5
_CANDIDATES = 60
_ROOM_KM = 15.0
_HALF_KM = 8.0
_KINDS = {"item": "goods", "equipment": "goods"}
_MET_BY = {"give": ("give",), "lend": ("lend", "give"), "host": ("host",), "help": ("help",)}

THINGS, WORDS, CATEGORY, ROOM, DISTANCE = "things", "words", "category", "room", "distance"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for a match. ``code`` is one of

    - ``things``: both name it; ``values`` is what the want calls it and what the offer calls it;
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
class _Side:
    """What one listing says that matters here."""

    shown: Shown
    title: tuple[Thing, ...]
    tags: tuple[Thing, ...]
    words: Mapping[str, str]

    @property
    def asked(self) -> tuple[Thing, ...]:
        """What a want is about: its title. Of goods, where that names nothing, their tags."""
        return self.title or (self.tags if self.shown.entry.facts.kind in _KINDS else ())

    @property
    def leaf(self) -> str:
        return self.shown.entry.facts.category


def partners(node: Node, shown: Shown, limit: int) -> list[Partner]:
    """What meets a listing, the best first: for a want the offers, for an offer the wants; none without an index."""
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return []
    keys = _candidates(snapshot, shown, node.now)
    with node.database.read() as tx:
        found = catalogue.by_keys(tx, keys)
    return _best(shown, found.values(), node.now)[:limit]


def count_offers(node: Node, wants: Sequence[Shown]) -> dict[str, int]:
    """Key of each want -> how many offers fit now; worked out once for each state of the index."""
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return {}
    unknown = [want for want in wants if _remembered(snapshot, want) is None]
    keys = {want.entry.key: _candidates(snapshot, want, node.now) for want in unknown}
    with node.database.read() as tx:
        found = catalogue.by_keys(tx, sorted({key for some in keys.values() for key in some}))
    for want in unknown:
        offers = [found[key] for key in keys[want.entry.key] if key in found]
        snapshot.plans["matches", want.entry.key, want.entry.hash] = len(_best(want, offers, node.now))
    return {want.entry.key: _remembered(snapshot, want) or 0 for want in wants}


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


def _remembered(snapshot: Snapshot, want: Shown) -> int | None:
    kept: int | None = snapshot.plans.get(("matches", want.entry.key, want.entry.hash))
    return kept


def _candidates(snapshot: Snapshot, shown: Shown, now: int) -> list[str]:
    side = _side(shown)
    facts = shown.entry.facts
    named = side.asked if facts.direction == "want" else (*side.title, *side.tags)
    return neighbours.counterparts(snapshot, facts, named, tuple(side.words), now, _CANDIDATES)


def _best(shown: Shown, others: Iterable[Shown], now: int) -> list[Partner]:
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
    item: dict[str, Any] = orjson.loads(shown.entry.item)
    title = shown.entry.facts.title
    tags = [thing for tag in item.get("tags", ()) for thing in things_in(tag)]
    return _Side(shown, things_in(title), tuple(tags), telling_words(title))


def _evidence(want: _Side, offer: _Side, km: float | None) -> Iterable[Reason]:
    """What makes it a match; nothing where nothing does."""
    if km is not None and km > FARTHEST_KM:
        return
    named = {thing.name: thing for thing in _offered(want, offer)}
    # A field of work ("languages") is no answer to one who needs a storyteller.
    skill = want.shown.entry.facts.kind == "skill"
    for thing in want.asked:
        other = named.get(thing.name)
        if other is not None and _same_sense(thing, want, offer):
            yield Reason(THINGS, (thing.said, other.said))
        elif want.title and not skill and any(_under(offer.leaf, path) for path in thing.answered):
            yield Reason(CATEGORY, (offer.leaf,))
    if _is_room(want, offer):
        if km is None or km <= _ROOM_KM:
            yield Reason(ROOM, (offer.leaf,))
    elif not want.asked:
        yield from _same_words(want, offer)


def _offered(want: _Side, offer: _Side) -> tuple[Thing, ...]:
    """What an offer is: its title, and the tags of goods of the same category; others only say what goes with it."""
    if not offer.title or (want.leaf == offer.leaf and offer.shown.entry.facts.kind in _KINDS):
        return (*offer.tags, *offer.title)
    return offer.title


def _same_sense(thing: Thing, want: _Side, offer: _Side) -> bool:
    """A word of two senses ("bench") counts only where both stand in the same corner of the catalogue."""
    if want.leaf == offer.leaf:
        return True
    if not want.title or want.shown.entry.facts.kind == "skill":
        return False
    roots = {_root(want.leaf), _root(offer.leaf)} - {"other"}
    return len(roots) == 1 and roots != {"space"} and any(_root(path) in roots for path in thing.filed)


def _same_words(want: _Side, offer: _Side) -> Iterable[Reason]:
    """Where the vocabulary knows nothing that is asked for: all its words, or most with the last one among them."""
    shared = {stem: word for stem, word in want.words.items() if stem in offer.words}
    if want.leaf != offer.leaf or not shared:
        return
    last = list(want.words)[-1]
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
