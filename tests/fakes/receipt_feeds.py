"""Scripted nodes that publish receipts, honest or not, and an aggregator that reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from federation.records import L1, PollResult, Source
from node.context import Node
from node.services.configuration.setup import prepare_database
from node.services.receipts.harvest import Harvest, Limits
from node.settings import SECRET_FILE, Settings
from node.storage import handovers, receipt_halves, receipt_readings, sources
from node.storage.engine import Database
from node.storage.receipt_readings import Reading
from schemas import signing
from schemas.canonical import listing_hash
from schemas.errors import DocumentError
from schemas.handover import Handover
from tests.fakes.halves import key_of
from tests.fakes.scripted import ScriptedNet, ScriptedNode

CITY = "https://city.example/"


def publish(node: ScriptedNode, *items: Mapping[str, Any]) -> None:
    """Put these items into the feed, as they are."""
    for item in items:
        try:
            hash_ = listing_hash(item)
        except DocumentError:
            hash_ = ""
        node.log.put(str(item["id"]), orjson.dumps(item).decode(), hash_)


@dataclass
class Reader:
    """An aggregator and its sources by the ids of their nodes; it knows ``keys``, and else those of `halves.key_of`.

    While they are ``silent``, no key can be looked up.
    """

    node: Node
    net: ScriptedNet
    numbers: dict[str, int] = field(default_factory=dict)
    asked_keys: list[tuple[str, str]] = field(default_factory=list)
    keys: dict[str, bytes] = field(default_factory=dict)
    silent: bool = False
    limits: Limits = field(default_factory=Limits)

    def follow(self, node_id: str, **document: Any) -> ScriptedNode:
        """A new source, whose receipts stand where listings would."""
        made = self.net.node(node_id)
        made.describe("changes", **document)
        assert made.document is not None
        made.document["feeds"]["receipts"] = made.address()
        source = Source(0, f"{node_id}feed", node_id, "Scripted", "json", L1, added_at=self.node.now)
        with self.node.database.write() as tx:
            self.numbers[node_id] = sources.add(tx, source).id
        self.describe(made)
        return made

    def describe(self, made: ScriptedNode, **members: Any) -> None:
        """Let the aggregator know what the node's document says."""
        text = orjson.dumps(made.document).decode()
        with self.node.database.write() as tx:
            sources.change(tx, self.numbers[made.id], node_document=text, **members)

    @property
    def harvest(self) -> Harvest:
        return Harvest(self.node, self.net, self._key_of, self.limits)

    def _key_of(self, node_id: str, key_id: str) -> str | None:
        self.asked_keys.append((node_id, key_id))
        if self.silent:
            return None
        public = signing.public_of(self.keys.get(node_id, key_of(node_id)))
        return public if signing.key_id(public) == key_id else None

    def read(self, of: ScriptedNode) -> PollResult:
        return self.harvest.now(self.numbers[of.id])

    def reading(self, of: ScriptedNode) -> Reading:
        with self.node.database.read() as tx:
            found = receipt_readings.of_source(tx, self.numbers[of.id])
        assert found is not None
        return found

    def aside(self, of: ScriptedNode) -> list[str]:
        """The codes of what is set aside."""
        with self.node.database.read() as tx:
            _count, held = receipt_readings.aside(tx, self.numbers[of.id], 1000)
        return sorted(reason.code for one in held for reason in one.reasons)

    def handovers(self) -> list[Handover]:
        with self.node.database.read() as tx:
            return list(handovers.every(tx))

    def counted(self) -> list[str]:
        return [one.exchange for one in self.handovers() if one.counted]

    def states(self) -> list[str]:
        return [one.state for one in self.handovers()]

    def known(self) -> int:
        """How many halves are known."""
        with self.node.database.read() as tx:
            return len(list(receipt_halves.every(tx)))


def reader(home: Path, database: Database, net: ScriptedNet | None = None) -> Reader:
    """An aggregator on this database, by the clock of the net."""
    found = net or ScriptedNet()
    home.mkdir(parents=True, exist_ok=True)
    (home / SECRET_FILE).write_text("not a secret, but as long as a true one is")
    settings = Settings(home, {"node_url": CITY, "node_name": "City", "aggregate": True})
    node = Node(settings, database, lambda: datetime.fromtimestamp(found.clock.now, UTC))
    prepare_database(node)
    return Reader(node, found)
