"""What the portal shows without being asked: the newest listings, those that are like another one, where most are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from node.context import Node
from node.search import neighbours
from node.search.errors import IndexUnavailableError
from node.search.index import Snapshot
from node.services.catalogue.search import reader
from node.storage import catalogue
from node.storage.catalogue import Shown

LOOKED_AT = 400
_AT_ONCE = 24
_PLACES = ("wanted places",)
_WANTS_LOOKED_AT = 200
_MOST_ROUNDS = 12


def similar(node: Node, shown: Shown, limit: int) -> list[Shown]:
    """What is like a listing, the likest first; nothing while there is no index."""
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return []
    entry = shown.entry
    return _by_keys(node, neighbours.similar(snapshot, entry.facts, entry.key, node.now, limit))


def places(node: Node, most: int) -> list[str]:
    """The places that the newest listings name most often, the most frequent first."""
    with node.database.read() as tx:
        named = [" ".join(name.split()) for name in catalogue.localities(tx, node.now, LOOKED_AT)]
    spelled: dict[str, str] = {}
    for name in named:
        spelled.setdefault(name.casefold(), name)
    counts = Counter(name.casefold() for name in named if name)
    return [spelled[name] for name, _ in counts.most_common(most)]


def newest(node: Node, direction: str, limit: int, each: int) -> list[Shown]:
    """The newest offers or wants, the newest first, with at most ``each`` of one organisation.

    One node that sends a thousand listings at once must not push all others off the front page.
    """
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return _few_of_each(_latest_changes(node, direction), limit, each)
    return _few_of_each(_in_rounds(node, snapshot, direction, each), limit, each)


def wanted_places(node: Node, limit: int) -> tuple[str, ...]:
    """The localities in which most is wanted, by the newest wants; worked out once for each state of the index."""
    try:
        snapshot = reader(node).snapshot()
    except IndexUnavailableError:
        return ()
    kept: tuple[str, ...] | None = snapshot.plans.get(_PLACES)
    if kept is None:
        wants = _by_keys(node, neighbours.newest(snapshot, "want", (), node.now, _WANTS_LOOKED_AT))
        counts = Counter(place for one in wants if (place := one.entry.facts.locality))
        kept = snapshot.plans[_PLACES] = tuple(place for place, _ in counts.most_common())
    return kept[:limit]


def _few_of_each(candidates: Iterable[Shown], limit: int, each: int) -> list[Shown]:
    chosen: list[Shown] = []
    counts = Counter[str]()
    for one in candidates:
        organisation = one.entry.facts.organisation_key
        if counts[organisation] < each:
            counts[organisation] += 1
            chosen.append(one)
        if len(chosen) == limit:
            break
    return chosen


def _latest_changes(node: Node, direction: str) -> list[Shown]:
    with node.database.read() as tx:
        return catalogue.newest(tx, node.now, _AT_ONCE * 4, direction)


def _in_rounds(node: Node, snapshot: Snapshot, direction: str, each: int) -> Iterator[Shown]:
    """The newest, some at a time; each time without the organisations of which there was enough already."""
    seen: set[str] = set()
    counts = Counter[str]()
    for _ in range(_MOST_ROUNDS):
        full = [organisation for organisation, count in counts.items() if count >= each]
        keys = neighbours.newest(snapshot, direction, full, node.now, _AT_ONCE)
        for one in _by_keys(node, [key for key in keys if key not in seen]):
            counts[one.entry.facts.organisation_key] += 1
            yield one
        if len(keys) < _AT_ONCE or seen.issuperset(keys):
            return
        seen.update(keys)


def _by_keys(node: Node, keys: list[str]) -> list[Shown]:
    with node.database.read() as tx:
        shown = catalogue.by_keys(tx, keys)
    return [shown[key] for key in keys if key in shown]
