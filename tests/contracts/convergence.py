"""What the tests of convergence need: nodes that outlast a run, workers that die, a wire that spoils one thing, and
what must hold after every reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import orjson

from federation.fetch import Answer
from federation.pipeline import Limits, Poll
from federation.reading import read_page
from federation.records import KEPT, WAITING, PollResult, Source
from federation.schedule import Pace
from node.context import Node
from node.storage import catalogue, mirror, removals, sources
from node.storage.engine import Database
from node.storage.ledger import StoredBook, StoredLedger
from schemas.canonical import contribution, digest_hex
from tests.fakes import wire as wires
from tests.fakes.databases import empty
from tests.fakes.network import START, Clock, Reader, live, make_node, mirrored

NAMES = ("p1", "p2", "p3", "a", "b", "c")


class DeadError(Exception):
    """A worker died."""


class MortalBook(StoredBook):
    """A book whose worker dies after so many transactions, before it begins the next."""

    def __init__(self, database: Database, transactions: int) -> None:
        super().__init__(database)
        self.left = transactions

    @contextmanager
    def open(self) -> Iterator[StoredLedger]:
        if self.left == 0:
            raise DeadError
        self.left -= 1
        with super().open() as ledger:
            yield ledger


class Followed(NamedTuple):
    """Who reads whom; ``source_id`` is the reader's number for it."""

    reader: Reader
    source_id: int
    publisher: Node

    def source(self) -> Source:
        with self.reader.node.database.read() as tx:
            source = sources.by_id(tx, self.source_id)
        assert source is not None
        return source

    def mirrored(self) -> dict[str, str]:
        return mirrored(self.reader.node, self.source_id)

    def has_all(self) -> bool:
        return self.mirrored() == live(self.publisher)

    def lease(self) -> Source:
        node = self.reader.node
        with node.database.write() as tx:
            return sources.lease(tx, [self.source_id], node.now, 600)[0]

    def read_as(self, leased: Source, transactions: int = -1) -> PollResult:
        """Read under a lease that was taken before; the worker may die after some transactions."""
        node, book = self.reader.node, MortalBook(self.reader.node.database, transactions)
        return Poll(book, self.reader.wire, read_page, node.settings.url, Pace(), Limits(), node.now).run(leased)


class World:
    """What stays from one run to the next: applications are dear to make."""

    def __init__(self, databases: Mapping[str, Database], home: Path) -> None:
        self.databases, self.home = databases, home
        (home / "secret.key").write_bytes(b"a secret that only this test knows....")
        self.clock = Clock()
        self.wire = wires.Wire(self.clock)
        self.nodes: dict[str, Node] = {}

    def begin(self) -> None:
        self.clock.now = START
        self.wire.fault = wires.arrive
        self.wire.cached.clear()

    def node(self, name: str) -> Node:
        """The node of this name, empty."""
        if name not in self.nodes:
            database, aggregate = self.databases[name], name in "abc"
            made = make_node(database, name, self.clock, self.wire, self.home, aggregate=aggregate, page_entries=3)
            self.nodes[name] = made
            return made
        node = self.nodes[name]
        empty(node.database)
        with node.database.write() as tx:
            catalogue.begin(tx, node.now)
        return node


def cut(url: str, answer: Answer, no_cache: bool) -> Answer:
    """Half of a page, as if its length had not been stated."""
    return wires.cut(url, answer, no_cache) if answer.status == 200 else answer


def without_the_last(url: str, answer: Answer, no_cache: bool) -> Answer:
    """The page without its last listing."""
    if answer.status != 200 or not answer.media_type.endswith("json"):
        return answer
    page = orjson.loads(answer.body)
    return replace(answer, body=orjson.dumps({**page, "items": page["items"][:-1]}))


def in_time(node: Node) -> dict[str, str]:
    """Id and hash of what a node publishes and whose time is not over."""
    with node.database.read() as tx:
        shown = [shown.entry for shown in catalogue.live(tx)]
    return {entry.id: entry.hash for entry in shown if entry.facts.expires_at > node.now}


def check_first_hand(one: Followed) -> None:
    """Of a publisher that is read itself the catalogue shows what it says, whatever others say of its listings; what
    waits for a word stays.
    """
    with one.reader.node.database.read() as tx:
        waits = {row.id for row in removals.of_source(tx, one.source_id, (WAITING, KEPT))}
    shown = {id_: hash_ for id_, hash_ in in_time(one.reader.node).items() if id_ not in waits}
    home = one.publisher.settings.url
    assert {id_: hash_ for id_, hash_ in shown.items() if id_.startswith(home)} == in_time(one.publisher)


def check_routes(node: Node) -> None:
    """Nothing is shown that came back to a node that had passed it on."""
    with node.database.read() as tx:
        routes = [(*shown.entry.via, node.settings.url) for shown in catalogue.live(tx)]
    assert [via for via in routes if len(set(via)) < len(via)] == []


def check_mirror_sums(one: Followed) -> None:
    with one.reader.node.database.read() as tx:
        source, rows = sources.by_id(tx, one.source_id), mirror.of_source(tx, one.source_id, limit=100_000)
    total = sum(contribution(row.id, row.hash, row.via) for row in rows)
    assert source is not None
    assert (source.mirror_count, source.mirror_digest) == (len(rows), digest_hex(total))


def check_sums(node: Node) -> None:
    """Count and digest, which moved with each change, are those of the set as it stands."""
    with node.database.read() as tx:
        state = catalogue.state(tx)
        entries = [shown.entry for shown in catalogue.live(tx)]
    total = sum(contribution(entry.id, entry.hash, entry.via) for entry in entries)
    assert (state.live_count, state.digest) == (len(entries), digest_hex(total))
