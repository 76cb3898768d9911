"""Which nodes read our feeds, when they last did, and how far they had come."""

from __future__ import annotations

from sqlalchemy import delete, select

from node.storage.engine import Tx
from node.storage.health_tables import feed_readers
from node.storage.upsert import upsert
from schemas.records import dataclass

MOST = 200
"""Whoever has not read for longest is forgotten beyond this: the table stays small, whatever addresses are made up."""


@dataclass(frozen=True, slots=True)
class FeedReader:
    """A node by the address that it names; ``position`` is -1 where what it read has none."""

    node_url: str
    first_at: int
    last_at: int
    position: int = -1


def note(tx: Tx, reader: FeedReader) -> None:
    """It read just now; the moment when it first did stays."""
    c = feed_readers.c
    names = ("node_url", "first_at", "last_at", "position")
    upsert(tx, feed_readers, [{name: getattr(reader, name) for name in names}], kept=("first_at",))
    beyond = [row.node_url for row in tx.execute(select(c.node_url).order_by(c.last_at.desc()).offset(MOST))]
    if beyond:
        tx.execute(delete(feed_readers).where(c.node_url.in_(beyond)))


def every(tx: Tx) -> list[FeedReader]:
    """All of them, who read last first."""
    rows = tx.execute(select(feed_readers).order_by(feed_readers.c.last_at.desc(), feed_readers.c.node_url))
    return [FeedReader(row.node_url, row.first_at, row.last_at, row.position) for row in rows]
