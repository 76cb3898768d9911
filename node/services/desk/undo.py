"""What was done with several listings at the desk is taken back, unless somebody changed one of them since.

Each deed has a mark, which the versions that came of it carry; whoever did it has the mark in their browser.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from node.context import Node
from node.services.identity import audit
from node.services.identity.members import Member
from node.services.listings.own_ids import listing_id
from node.services.listings.publishing import writing
from node.services.listings.publishing_parts import refuse_moved
from node.services.listings.taking_back import take_back
from node.storage import listing_versions
from node.storage.engine import Tx
from schemas.records import dataclass

UNDO_S = 3600
AT_ONCE_S = 20.0
PIECE = 250
_PREFIX = "many-"


@dataclass(frozen=True, slots=True)
class Undone:
    """How many listings are as they were, were changed since, and are left to be done for want of time."""

    done: int = 0
    changed: int = 0
    rest: int = 0


def mark_of(member: Member, doing: str, at: int) -> str:
    """The mark of what this member does at a moment; whoever goes on with it later has the same."""
    told = "\n".join((member.organisation_id, member.email, doing, str(at)))
    return _PREFIX + hashlib.sha256(told.encode()).hexdigest()[:16]


@contextmanager
def marked(tx: Tx, node: Node, keys: Sequence[str], mark: str) -> Iterator[None]:
    """Give the mark to what the block does with these listings."""
    last = listing_versions.last(tx)
    yield
    ids = [listing_id(node.settings.url, key) for key in keys]
    listing_versions.mark(tx, ids, last, mark)


def undo(node: Node, member: Member, mark: str, seconds: float = AT_ONCE_S) -> Undone:
    """Take back what carries the mark, in pieces, for some seconds at most. Raises `PublishingError`.

    Nothing but this organisation's own is touched, and nothing that was not done with several at the desk.
    """
    if not mark.startswith(_PREFIX):
        return Undone()
    ends, done = monotonic() + seconds, 0
    with node.database.read() as tx:
        refuse_moved(tx, [member.organisation_id])
        ids = listing_versions.latest_with(tx, mark, member.organisation_id)
        changed = listing_versions.count_with(tx, mark) - len(ids)
    for start in range(0, len(ids), PIECE):
        with writing(node) as tx:
            done += len(take_back(tx, node, mark, ids[start : start + PIECE], member.name))
            if not start:
                audit.record(tx, node, audit.by(member), "listings-undone", str(len(ids)), member.organisation_id)
        if monotonic() >= ends:
            break
    with node.database.read() as tx:
        return Undone(done, changed, len(listing_versions.latest_with(tx, mark, member.organisation_id)))
