"""Nodes for tests that need several: each with a database of its own, a shared clock, and the real application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select

from federation.pipeline import Limits, Poll
from federation.reading import read_page
from federation.records import PollResult, Source
from federation.schedule import Pace
from node.app import create_app
from node.context import Node
from node.services.configuration import setup
from node.services.listings import publishing
from node.settings import Settings
from node.storage import catalogue, mirror, sources
from node.storage.engine import Database, Tx
from node.storage.ledger import StoredBook
from node.storage.tables import metadata
from schemas.listing import Listing
from tests.fakes.databases import empty
from tests.fakes.wire import Wire

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
Rows = Mapping[str, list[dict[str, Any]]]


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def backup(database: Database) -> Rows:
    """Every row of every table."""
    with database.read() as tx:
        return {t.name: [dict(row._mapping) for row in tx.execute(select(t))] for t in metadata.sorted_tables}


def restore(node: Node, rows: Rows) -> None:
    """Put a backup back, and tell the world, as `sharefeed db epoch` does."""
    empty(node.database)
    with node.database.write() as tx:
        for table in metadata.sorted_tables:
            if rows[table.name]:
                tx.execute(insert(table), rows[table.name])
                _count_on(tx, table)
    setup.new_epoch(node)


def _count_on(tx: Tx, table: Table) -> None:
    """Number new rows after those that were put back, as a real restore does; SQLite does so by itself."""
    column = table.autoincrement_column
    if tx.dialect.name == "postgresql" and column is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        tx.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))


def make_node(database: Database, name: str, clock: Clock, wire: Wire, home: Path, **values: Any) -> Node:
    """A node at ``https://NAME.example/`` over an empty database, reachable on ``wire``."""
    settings = Settings(home, {"node_url": f"https://{name}.example/", "node_name": name, **values})
    empty(database)
    node = Node(settings, database, clock)
    with database.write() as tx:
        catalogue.begin(tx, node.now)
    wire.apps[f"https://{name}.example"] = create_app(node)
    return node


def listing(node: Node, title: str, **changes: Any) -> Listing:
    """A valid listing of the node's one organisation; ids and dates are filled when it is published."""
    organisation = publishing.ensure_organisation(node, "Helping Hands", "charity")
    values: dict[str, Any] = {
        "id": "",
        "title": title,
        "date_modified": node.clock(),
        "direction": "offer",
        "kind": "item",
        "action": "give",
        "category": "furniture/desk",
        "expires": node.clock() + timedelta(days=300),
        "organisation": organisation,
    }
    return Listing(**{**values, **changes})


def publish(node: Node, titles: Mapping[str, str]) -> None:
    """Publish a listing for each key (a short word) with its title."""
    drafts = [
        publishing.Draft(listing(node, title), publishing.new_key("helping-hands", key), key)
        for key, title in titles.items()
    ]
    publishing.put_listings(node, drafts)


def live(node: Node) -> dict[str, str]:
    """Id and hash of everything that a node publishes now."""
    with node.database.read() as tx:
        return {shown.entry.id: shown.entry.hash for shown in catalogue.live(tx)}


def mirrored(node: Node, source_id: int) -> dict[str, str]:
    """Id and hash of everything that a node knows of a source."""
    with node.database.read() as tx:
        return {row.id: row.hash for row in mirror.of_source(tx, source_id, limit=100_000)}


@dataclass
class Reader:
    """An aggregator's worker, one poll at a time."""

    node: Node
    wire: Wire
    limits: Limits = field(default_factory=Limits)

    def follow(self, publisher: Node, level: str = "L1", format_: str = "json") -> int:
        """Add a source; its number."""
        path = {"L1": "changes.json", "L0": f"feed.{format_}"}[level]
        url = publisher.settings.url
        source = Source(0, url + path, url, publisher.settings.node_name, format_, level, added_at=self.node.now)
        with self.node.database.write() as tx:
            return sources.add(tx, source).id

    def poll(self, source_id: int) -> PollResult:
        with self.node.database.write() as tx:
            [leased] = sources.lease(tx, [source_id], self.node.now, 600)
        own_id, pace = self.node.settings.url, Pace()
        poll = Poll(StoredBook(self.node.database), self.wire, read_page, own_id, pace, self.limits, self.node.now)
        return poll.run(leased)
