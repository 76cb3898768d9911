"""Due times and leases that lie further ahead than any that this program gives: what a clock left that was wrong."""

from __future__ import annotations

from sqlalchemy import update

from node.storage.engine import Tx
from node.storage.photo_tables import picture_copies
from node.storage.tables import outbox, photos, sources

_DAY_S = 86_400
FARTHEST_S = {sources: 2 * _DAY_S, outbox: _DAY_S, photos: 60 * _DAY_S, picture_copies: 2 * _DAY_S}
"""A little more than the longest pause that is ever given in each."""
LONGEST_LEASE_S = _DAY_S


def pull_in(tx: Tx, now: int) -> int:
    """Let what is due too far ahead be due now, and end leases that nobody can have; how many rows that were."""
    changed = 0
    for table, farthest in FARTHEST_S.items():
        changed += tx.execute(update(table).where(table.c.due_at > now + farthest).values(due_at=now)).rowcount
        if "lease_until" in table.c:
            held = update(table).where(table.c.lease_until > now + LONGEST_LEASE_S)
            changed += tx.execute(held.values(lease_until=0)).rowcount
    return changed
