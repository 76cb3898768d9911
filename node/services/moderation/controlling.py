"""What the operator's pages ask that no other page does."""

from __future__ import annotations

from federation.facts import Entry, short_key
from federation.rejudge import read_row
from node.context import Node
from node.services.moderation.decisions import QueueItem
from node.storage import catalogue, mirror, sources
from node.storage.catalogue import Shown


def shown_now(node: Node, listing_id: str) -> Shown | None:
    """What the catalogue shows of a listing at the moment."""
    with node.database.read() as tx:
        return catalogue.by_ids(tx, [listing_id]).get(listing_id)


def as_it_would_look(node: Node, item: QueueItem) -> Shown | None:
    """A listing that waits, as the catalogue would show it; None where it cannot be read as a listing."""
    row = item.row
    with node.database.read() as tx:
        source = sources.by_id(tx, row.source_id)
        text = mirror.texts(tx, row.source_id, [row.id]).get(row.id)
    if source is None or text is None:
        return None
    read = read_row(source, row, text, node.now)
    if read.facts is None or read.published is None:
        return None
    entry = Entry(row.id, short_key(row.id), row.source_id, read.published, row.hash, row.via, read.facts)
    return Shown(entry, 0, row.first_seen_at, row.changed_at)


def changes_behind(node: Node) -> int:
    """How many changes of the catalogue the search on this machine has not followed yet."""
    from node.search.index import read_state

    with node.database.read() as tx:
        head = catalogue.state(tx).head
    state = read_state(node.settings.home)
    return max(0, head - (state.position if state else 0))
