"""Expiry: what is over leaves the catalogue, and what is long gone leaves the change log.

Only this node's own listings are tombstoned here. What came from a source is its reader's to judge.
"""

from __future__ import annotations

from datetime import timedelta

from federation.facts import Removal
from node.context import Node
from node.storage import catalogue, listings

MIN_TOMBSTONE_DAYS = 90
"""The protocol's promise to readers that sleep; a shorter setting does not break it."""


def expire(node: Node, limit: int = 500) -> int:
    """Tombstone at most ``limit`` own listings whose time is over; how many."""
    with node.database.write() as tx:
        catalogue.state(tx, lock=True)
        over = [id_ for id_, source in catalogue.expired(tx, node.now, limit) if source is None]
        if over:
            catalogue.apply(tx, [], [Removal(id_, "expired") for id_ in over], node.now)
            listings.set_state(tx, over, listings.EXPIRED)
    return len(over)


def prune(node: Node) -> int:
    """Discard tombstones older than the setting ``tombstone_days``; how many."""
    days = max(MIN_TOMBSTONE_DAYS, node.settings.tombstone_days)
    with node.database.write() as tx:
        return catalogue.prune(tx, node.now - int(timedelta(days=days).total_seconds()))
