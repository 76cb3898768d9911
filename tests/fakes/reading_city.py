"""A catalogue and two nodes whose receipts it reads, over HTTP within the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from federation.records import L1, Source
from node.context import Node
from node.services.aggregating import peers
from node.services.configuration import keys
from node.services.receipts import issue, verify
from node.services.receipts.harvest import Harvest
from node.services.receipts.verify import Verified
from node.settings import SECRET_FILE
from node.storage import sources
from schemas.exchange import ASKER, OWNER
from schemas.receipt import Half
from tests.fakes.databases import database_at
from tests.fakes.halves import OURS, SOMEBODY, THEIRS, half
from tests.fakes.network import Clock, make_node
from tests.fakes.wire import Wire

CITY = "https://city.example/"


@dataclass
class City:
    """A catalogue and the two nodes that it reads, by their ids."""

    wire: Wire
    nodes: dict[str, Node]

    @property
    def node(self) -> Node:
        return self.nodes[CITY]

    def publish(self, *halves: Half) -> None:
        """Let each half be signed and published by the node that it names."""
        for url in dict.fromkeys(one.signed_by for one in halves):
            node = self.nodes[url]
            with node.database.write() as tx:
                own = [one._replace(key=None) for one in halves if one.signed_by == url]
                issue.publish(tx, node, keys.own(node), own)

    def read(self) -> None:
        def key_of(node_id: str, key_id: str) -> str | None:
            return peers.key_of(self.node, node_id, key_id, self.wire, former=True)

        harvest = Harvest(self.node, self.wire, key_of)
        with self.node.database.read() as tx:
            known = [one.id for one in sources.every(tx)]
        assert all(harvest.now(number).fine for number in known)

    @property
    def clock(self) -> Clock:
        found = self.node.clock
        assert isinstance(found, Clock)
        return found

    def verify(self) -> Verified:
        return verify.verify(self.wire, CITY, self.node.clock().date(), workers=1)

    def differences(self) -> list[tuple[str, str]]:
        return [(one.code, one.words) for one in self.verify().compared.differences]

    def published(self) -> list[bytes]:
        """Every page of receipts of every node."""
        pages = []
        for url in (CITY, OURS, THEIRS):
            following: str | None = f"{url}receipts.json"
            while following:
                pages.append(self.wire.get(following).body)
                following = orjson.loads(pages[-1]).get("next_url")
        return pages


@contextmanager
def reading(folder: Path, page_entries: int = 2) -> Iterator[City]:
    """Three nodes in their folders, and some receipts that the catalogue has read."""
    clock = Clock()
    wire = Wire(clock)
    nodes = {}
    for name in ("city", "school", "charity"):
        home = folder / name
        home.mkdir()
        (home / SECRET_FILE).write_text("not a secret, but as long as a true one is")
        database = database_at(home / "sharefeed.sqlite")
        node = make_node(database, name, clock, wire, home, page_entries=page_entries, aggregate=name == "city")
        nodes[node.settings.url] = node
    made = City(wire, nodes)
    desks = [(half(OWNER, at, weight_kg=26, weight_source="stated"), half(ASKER, at)) for at in range(1, 6)]
    made.publish(*(one for both in desks for one in both))
    made.publish(half(OWNER, 7, outcome="declined"), half(OWNER, 8), half(OWNER, 9), half(ASKER, 9, quantity=2))
    told: dict[str, Any] = {"home": CITY, "asker": SOMEBODY, "asker_home": CITY, "owner": half().owner}
    made.publish(half(OWNER, 1, **told), half(ASKER, 1, attested=True, **told))
    for url in (OURS, THEIRS):
        source = Source(0, f"{url}changes.json", url, url, "json", L1, added_at=made.node.now)
        with made.node.database.write() as tx:
            number = sources.add(tx, source).id
            document = wire.get(f"{url}.well-known/sharefeed.json").body.decode()
            sources.change(tx, number, node_document=document)
    made.read()
    try:
        yield made
    finally:
        for node in nodes.values():
            node.database.close()
