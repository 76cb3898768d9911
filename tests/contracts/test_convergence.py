"""Mirrors always converge to exactly the publisher's live set, and catalogues too once holds are released.

Publishers are edited, deleted from, restored from backup and put to sleep past their tombstones, and read at random
moments over a wire that loses answers, cuts them short and hands out stale copies. Three aggregators stand in a ring,
one of them reads an L1 change feed, an L0 JSON document and an L0 Atom document, and each reading may stop half-way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from federation.pipeline import Limits
from federation.records import ACTIVE
from node.context import Node
from node.services import expiry, moderation, publishing
from node.storage import catalogue, sources
from node.storage.engine import Database, sqlite_url
from node.storage.tables import metadata
from schemas.canonical import contribution, digest_hex
from tests.fakes import wire as wires
from tests.fakes.network import Clock, Reader, Rows, backup, listing, live, make_node, mirrored, publish, restore
from tests.fakes.postgres import NoServerError, fresh_database

KEYS = ("desk", "chair", "lamp", "urn", "drill", "tent")
TITLES = ("Oak", "Elm", "Ash", "Yew")
NAMES = ("p1", "p2", "p3", "a", "b", "c")
MOST_ROUNDS = 16


class Network(RuleBasedStateMachine):
    """What can happen to publishers and their readers; `Pair` and `Ring` say who they are."""

    databases: Sequence[Database]
    home: Path

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.wire = wires.Wire(self.clock)
        self.publishers: list[Node] = []
        self.readers: list[Reader] = []
        self.followed: list[tuple[Reader, int, Node]] = []
        self.backups: dict[int, Rows] = {}

    def make(self, name: str) -> Node:
        database, aggregate = self.databases[NAMES.index(name)], name in "abc"
        return make_node(database, name, self.clock, self.wire, self.home, aggregate=aggregate, page_entries=3)

    def follow(self, reader: Reader, *nodes: Node, level: str = "L1", format_: str = "json") -> None:
        for node in nodes:
            self.followed.append((reader, reader.follow(node, level, format_), node))

    def _publisher(self, who: int) -> Node:
        return self.publishers[who % len(self.publishers)]

    publisher = st.integers(0, 2)

    @rule(who=publisher, keys=st.sets(st.sampled_from(KEYS), min_size=1), title=st.sampled_from(TITLES))
    def write(self, who: int, keys: set[str], title: str) -> None:
        publish(self._publisher(who), {key: f"{title} {key}" for key in sorted(keys)})

    @rule(who=publisher, count=st.integers(21, 30))
    def write_many(self, who: int, count: int) -> None:
        publish(self._publisher(who), {f"box-{number}": f"Box {number}" for number in range(count)})

    @rule(who=publisher, days=st.integers(1, 40))
    def write_a_short_one(self, who: int, days: int) -> None:
        node = self._publisher(who)
        ends = self.clock()
        draft = publishing.Draft(
            listing(node, "Fresh bread", expires=_days(ends, days)),
            publishing.new_key("helping-hands", "bread"),
            "bread",
        )
        publishing.put_listings(node, [draft])

    @rule(who=publisher, key=st.sampled_from(KEYS), reason=st.sampled_from(["given", "withdrawn"]))
    def withdraw(self, who: int, key: str, reason: str) -> None:
        self._withdraw(self._publisher(who), [publishing.new_key("helping-hands", key)], reason)

    @rule(who=publisher, keep=st.integers(0, 3))
    def withdraw_nearly_all(self, who: int, keep: int) -> None:
        node = self._publisher(who)
        rows = publishing.listings(node, "live")
        self._withdraw(node, [row.key for row in rows[keep:]], "removed")

    def _withdraw(self, node: Node, keys: list[str], reason: str) -> None:
        there = {row.key for row in publishing.listings(node, "live")}
        for key in keys:
            if key in there:
                publishing.withdraw(node, key, reason)

    @rule(who=publisher)
    def take_backup(self, who: int) -> None:
        self.backups[who % len(self.publishers)] = backup(self._publisher(who).database)

    @precondition(lambda self: self.backups)
    @rule(who=publisher)
    def restore_backup(self, who: int) -> None:
        who %= len(self.publishers)
        if who in self.backups:
            restore(self.publishers[who], self.backups[who])

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @rule(days=st.integers(91, 120))
    def sleep_past_tombstones(self, days: int) -> None:
        self.clock.move(days=days)
        self._keep_house()

    @rule()
    def keep_house(self) -> None:
        self._keep_house()

    def _keep_house(self) -> None:
        for node in [*self.publishers, *(reader.node for reader in self.readers)]:
            expiry.expire(node)
            expiry.prune(node)
        for reader in self.readers:
            moderation.expire_foreign(reader.node)

    @rule(
        which=st.integers(0, 7),
        fault=st.sampled_from(["arrive", "arrive", "stale", "lose", "cut"]),
        pages=st.sampled_from([1, 2, 400]),
    )
    def poll(self, which: int, fault: str, pages: int) -> None:
        reader, source_id, publisher = self.followed[which % len(self.followed)]
        self.wire.fault = getattr(self.wire, fault, None) or getattr(wires, fault)
        reader.limits = Limits(pages=pages)
        result = reader.poll(source_id)
        if fault == "arrive" and result.code in ("ok", "unchanged"):
            # Not only in the end: whoever has read to the end has exactly what there is, with nothing to be mended.
            assert mirrored(reader.node, source_id) == live(publisher)

    def teardown(self) -> None:
        self.wire.fault = wires.arrive
        for _ in range(MOST_ROUNDS):
            before = self._everything()
            self._round()
            if self._everything() == before and self._all_verified():
                break
        self._check_mirrors()
        self._check_catalogues()

    def _round(self) -> None:
        self.clock.move(hours=3)
        self._keep_house()
        for reader, source_id, _ in self.followed:
            reader.limits = Limits()
            reader.poll(source_id)
        for reader in self.readers:
            for batch in moderation.batches(reader.node):
                moderation.apply_batch(reader.node, batch.batch)

    def _everything(self) -> list[dict[str, str]]:
        nodes = [*self.publishers, *(reader.node for reader in self.readers)]
        return [live(node) for node in nodes] + [mirrored(reader.node, number) for reader, number, _ in self.followed]

    def _all_verified(self) -> bool:
        return all(source.reread_at is None for source in self._sources())

    def _sources(self) -> Iterator[sources.Source]:
        for reader, source_id, _ in self.followed:
            with reader.node.database.read() as tx:
                source = sources.by_id(tx, source_id)
            assert source is not None
            yield source

    def _check_mirrors(self) -> None:
        for (reader, source_id, publisher), source in zip(self.followed, self._sources(), strict=True):
            assert mirrored(reader.node, source_id) == live(publisher), f"{reader.node.settings.url} of {source.url}"
            assert source.state == ACTIVE
            assert source.verified_at is not None
            assert source.reread_at is None

    def _check_catalogues(self) -> None:
        expected: dict[str, str] = {}
        for publisher in self.publishers:
            expected |= live(publisher)
        for reader in self.readers:
            assert live(reader.node) == expected, reader.node.settings.url
        for node in [*self.publishers, *(reader.node for reader in self.readers)]:
            _check_sums(node)


class Pair(Network):
    """One publisher and one aggregator, which reads it in one of the three ways."""

    @initialize(way=st.sampled_from([("L1", "json"), ("L1", "json"), ("L0", "json"), ("L0", "atom")]))
    def meet(self, way: tuple[str, str]) -> None:
        self.publishers = [self.make("p1")]
        self.readers = [Reader(self.make("a"), self.wire)]
        self.follow(self.readers[0], self.publishers[0], level=way[0], format_=way[1])


class Ring(Network):
    """Three publishers, and aggregators in a ring: a reads all three and c, b reads a, c and the first, c reads b."""

    @initialize()
    def meet(self) -> None:
        self.publishers = [self.make(name) for name in ("p1", "p2", "p3")]
        nodes = [self.make(name) for name in "abc"]
        self.readers = [Reader(node, self.wire) for node in nodes]
        a, b, c = self.readers
        self.follow(a, self.publishers[0], nodes[2])
        self.follow(a, self.publishers[1], level="L0")
        self.follow(a, self.publishers[2], level="L0", format_="atom")
        self.follow(b, nodes[0], nodes[2], self.publishers[0])
        self.follow(c, nodes[1])

    @rule()
    def everyone_reads(self) -> None:
        self.wire.fault = wires.arrive
        for reader, source_id, _ in self.followed:
            reader.limits = Limits()
            reader.poll(source_id)


def _days(moment: datetime, days: int) -> datetime:

    return moment + timedelta(days=days)


def _check_sums(node: Node) -> None:
    """Count and digest, which moved with each change, are those of the set as it stands."""
    with node.database.read() as tx:
        state = catalogue.state(tx)
        entries = [shown.entry for shown in catalogue.live(tx)]
    total = sum(contribution(entry.id, entry.hash, entry.via) for entry in entries)
    assert (state.live_count, state.digest) == (len(entries), digest_hex(total))


def _run(kind: type[Network], databases: Sequence[Database], home: Path, examples: int, steps: int) -> None:
    machine = type(f"{kind.__name__}Here", (kind,), {"databases": databases, "home": home})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sequence[Database]]:
    """One database with tables for each node of the network."""
    with ExitStack() as stack:
        made = [Database(_url(request, tmp_path, name, stack)) for name in NAMES]
        for database in made:
            stack.callback(database.close)
            metadata.create_all(database.engine)
        yield made


def _url(request: pytest.FixtureRequest, folder: Path, name: str, stack: ExitStack) -> str:
    if request.param == "sqlite":
        return sqlite_url(folder / f"{name}.sqlite")
    server = request.getfixturevalue("postgres_server")
    if isinstance(server, NoServerError):
        pytest.skip(str(server))
    return stack.enter_context(fresh_database(server))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("kind", "examples", "steps"), [(Pair, 120, 30), (Ring, 25, 30)])
def test_mirrors_and_catalogues_converge(
    databases: Sequence[Database], tmp_path: Path, kind: type[Network], examples: int, steps: int
) -> None:
    (tmp_path / "secret.key").write_bytes(b"a secret that only this test knows....")
    # The same rules hold on both; the server's round trips make each step there a few times slower.
    share = 1 if databases[0].is_sqlite else 3
    _run(kind, databases, tmp_path, examples // share, steps)
