"""One listing, several routes: whose word counts, and what the catalogue shows of it. Pure.

The owner of a listing is the node that was polled, never what the payload says. What the payload says is used only to
deny: a copy that names another origin, or carries an id under another known node's address, does not count while that
node is a source itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from federation.reading import HIDING
from federation.records import (
    ACTIVE,
    EXPIRED,
    HELD,
    MERGED,
    PAUSED,
    QUARANTINED,
    REMOVED,
    SHOWN,
    Mirrored,
    Withdrawn,
)
from schemas.records import dataclass

_ELIGIBLE = (SHOWN, MERGED)
OURSELVES = 0


class KnownNode(NamedTuple):
    """A source's node. ``spoken`` says that it was once read to the end, so that its silence means something.

    ``source_id`` is 0 for this node itself. ``former`` are ids that it had before it moved: it speaks for what lies
    under them as well. ``handed_on`` are pairs: of what has an id that begins with the first, the node with the second
    as its id speaks in its place.
    """

    source_id: int
    node_id: str
    state: str
    spoken: bool
    former: tuple[str, ...] = ()
    handed_on: tuple[tuple[str, str], ...] = ()


class Current(NamedTuple):
    """What the catalogue shows of a listing now; ``source_id`` None is a listing written here."""

    source_id: int | None
    hash: str
    via: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What is to become of one listing: ``winner`` is shown, or what is shown stays (``keep``), or it goes."""

    winner: Mirrored | None = None
    keep: bool = False
    reason: str = "removed"


def territory(node_id: str) -> str:
    """What every address of a node's own begins with."""
    return node_id if node_id.endswith("/") else node_id + "/"


class Nodes:
    """The nodes that this aggregator knows, found by the address under which a listing's id lies."""

    def __init__(self, own_id: str, known: Iterable[KnownNode]) -> None:
        self.own_id = own_id
        known = [node._replace(node_id=own_id) if node.source_id == OURSELVES else node for node in known]
        self.by_source = {node.source_id: node for node in known}
        speaking = [node for node in self.by_source.values() if node.spoken and node.state != REMOVED]
        # A node that is read under its own id comes before one that once had that id.
        self._spoken = {old: node.node_id for node in speaking for old in node.former}
        self._spoken.update((node.node_id, node.node_id) for node in speaking)
        self._by_address = {node_id.rstrip("/"): now_id for node_id, now_id in self._spoken.items()}
        self._by_address[own_id.rstrip("/")] = own_id
        self._handed_on = {node.node_id: node.handed_on for node in speaking if node.handed_on}

    def home(self, listing_id: str) -> str | None:
        """The known node that speaks for an id: under whose own address it lies (the longest match, ending where a part
        of a path ends), or to whom that one handed it on.
        """
        address, slash, _ = listing_id.rpartition("/")
        while slash:
            if address in self._by_address:
                return self._heir(listing_id, self._by_address[address])
            address, slash, _ = address.rpartition("/")
        return None

    def _heir(self, listing_id: str, node_id: str) -> str:
        """Whom the node that speaks for an id names in its place. Nobody else is asked, so nobody can take it."""
        passed = {node_id}
        while True:
            pairs = self._handed_on.get(node_id, ())
            named = max((pair for pair in pairs if listing_id.startswith(pair[0])), default=None)
            heir = None if named is None else self.own_id if named[1] == self.own_id else self._spoken.get(named[1])
            if heir is None or heir in passed:
                return node_id
            passed.add(heir)
            node_id = heir

    def overruled(self, row: Mirrored | Withdrawn) -> str | None:
        """The node whose word counts in place of this copy's: an origin that is a source itself, or this node."""
        node_id = self.by_source[row.source_id].node_id
        named = row.via[0] if row.via else node_id
        for origin in (self.own_id if named == self.own_id else self._spoken.get(named), self.home(row.id)):
            if origin not in (None, node_id):
                return origin
        return None

    def counts(self, row: Mirrored | Withdrawn) -> bool:
        """Whether this copy may be shown at all: only the origin's word counts where the origin is a source."""
        node = self.by_source.get(row.source_id)
        return node is not None and node.state in (ACTIVE, PAUSED) and self.overruled(row) is None

    def rank(self, row: Mirrored, current: Current | None) -> tuple[bool, int, bool, int, int]:
        """The order of preference among copies that count, best first."""
        node = self.by_source[row.source_id]
        origin = row.via[0] if row.via else node.node_id
        is_shown = current is not None and current.source_id == row.source_id
        at_home = row.id.startswith(territory(origin))
        return (not at_home, len(row.via), not is_shown, row.first_seen_at, row.source_id)


def resolve(
    routes: Sequence[Mirrored],
    current: Current | None,
    waiting: Collection[int],
    nodes: Nodes,
    reason: str = "removed",
) -> Resolution:
    """What the catalogue shows of one listing that came by ``routes`` (one row a source, whatever its state).

    ``waiting`` are the sources that count and whose removal of it waits for a word or was undone. ``reason`` is given
    to the removal if there is one.
    """
    if current is not None and current.source_id is None:
        return Resolution(keep=True)
    eligible = [row for row in routes if row.state in _ELIGIBLE and nodes.counts(row)]
    if eligible:
        return Resolution(winner=min(eligible, key=lambda row: nodes.rank(row, current)))
    if current is None:
        return Resolution(reason=reason)
    own = next((row for row in routes if row.source_id == current.source_id), None)
    if own is None:
        return Resolution(keep=current.source_id in waiting, reason=reason)
    return _last_word(own, reason) if nodes.counts(own) else Resolution(reason=reason)


def _last_word(row: Mirrored, reason: str) -> Resolution:
    """What stays of a listing whose newest version cannot be shown: the last valid one, unless it is no longer free."""
    if row.state in (QUARANTINED, HELD):
        return Resolution(keep=all(problem.code not in HIDING for problem in row.reasons), reason=reason)
    return Resolution(reason=EXPIRED if row.state == EXPIRED else reason)
