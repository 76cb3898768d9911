"""A real aggregating node on SQLite whose sources are scripted nodes: services on top, the engine beneath."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from node.context import Node
from node.settings import Settings
from tests.fakes import faults
from tests.fakes.city import CITY, City
from tests.fakes.databases import database_at
from tests.fakes.scripted import ScriptedNet, ScriptedNode
from tests.fakes.stores import StoredStore


@dataclass
class Aggregator:
    """``node`` for services, ``city`` for the engine: both on one database and by one clock."""

    node: Node
    city: City

    @property
    def net(self) -> ScriptedNet:
        return self.city.net

    def school(self, *refs: str) -> ScriptedNode:
        """A scripted node with these listings."""
        made = self.net.node("https://school.example/")
        made.add(*refs)
        return made

    def shop(self, count: int) -> tuple[ScriptedNode, int]:
        """A scripted node with so many listings, and the source that has read them."""
        made = self.net.node("https://shop.example/")
        made.add(*boxes(count))
        source_id = self.city.follow(made)
        self.city.poll_fine(source_id)
        return made, source_id

    def suspend(self, node: ScriptedNode, source_id: int) -> None:
        """Let the node say three times that it is gone."""
        node.faults.extend([faults.gone] * 3)
        for _ in range(3):
            assert self.city.poll(source_id).code == "gone"


def boxes(count: int) -> list[str]:
    return [f"box{number}" for number in range(count)]


@contextmanager
def aggregator(home: Path, **settings: Any) -> Iterator[Aggregator]:
    """One over an empty database in ``home``; what must hold at any moment is checked at the end."""
    home.mkdir(parents=True, exist_ok=True)
    net, database = ScriptedNet(), database_at(home / "sharefeed.sqlite")
    values = {"node_url": CITY, "node_name": "City", "aggregate": True, **settings}
    node = Node(Settings(home, values), database, lambda: datetime.fromtimestamp(net.clock.now, UTC))
    city = City(net, StoredStore(database, net.clock.now))
    try:
        yield Aggregator(node, city)
        city.check()
    finally:
        database.close()
