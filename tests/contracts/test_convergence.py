"""Mirrors always converge to exactly the publisher's live set, and catalogues too once holds are released.

Publishers are edited, deleted from, restored from backup and put to sleep past their tombstones, and read at random
moments over a wire that loses answers, cuts them short and hands out stale copies, by workers that stop half-way, die
between two transactions or are overtaken. Three aggregators stand in a ring, and one of them reads an L1 change feed,
an L0 JSON document and an L0 Atom document. What must hold is asked after every reading, not only in the end: most
faults are mended by the next rule, and then nothing is to be seen of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from federation.decide import HOLD_MORE_THAN
from federation.fetch import Answer
from federation.pipeline import Limits
from federation.records import ACTIVE, L1, PollResult
from node.context import Node
from node.services.listings import expiry, publishing
from node.services.moderation import decisions
from node.storage.engine import Database
from tests.contracts.convergence import (
    DeadError,
    Followed,
    World,
    check_first_hand,
    check_mirror_sums,
    check_routes,
    check_sums,
    cut,
    in_time,
    without_the_last,
)
from tests.fakes import wire as wires
from tests.fakes.network import Reader, Rows, backup, listing, live, restore
from tests.thorough import examples

KEYS = ("desk", "chair", "lamp", "urn", "drill", "tent")
TITLES = ("Oak", "Elm", "Ash", "Yew")
PUBLISHERS, FEEDS = st.integers(0, 2), st.integers(0, 7)
MOST_ROUNDS = 16


class Network(RuleBasedStateMachine):
    """What can happen to publishers and their readers; `Pair` and `Ring` say who they are."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.begin()
        self.clock, self.wire = self.world.clock, self.world.wire
        self.publishers: list[Node] = []
        self.readers: list[Reader] = []
        self.followed: list[Followed] = []
        self.backups: dict[int, Rows] = {}
        self.editions = count()
        self.taken: Counter[datetime] = Counter()

    def follow(self, reader: Reader, *nodes: Node, level: str = "L1", format_: str = "json") -> None:
        for node in nodes:
            self.followed.append(Followed(reader, reader.follow(node, level, format_), node))

    def _publisher(self, who: int) -> Node:
        return self.publishers[who % len(self.publishers)]

    def _followed(self, which: int, first_hand: bool = False) -> Followed:
        choice = [one for one in self.followed if one.publisher in self.publishers or not first_hand]
        return choice[which % len(choice)]

    @rule(who=PUBLISHERS, keys=st.sets(st.sampled_from(KEYS), min_size=1), title=st.sampled_from(TITLES))
    def write(self, who: int, keys: set[str], title: str) -> None:
        self._publish(self._publisher(who), *(f"{title} {key}" for key in sorted(keys)))

    @rule(who=PUBLISHERS, count=st.integers(HOLD_MORE_THAN + 1, HOLD_MORE_THAN + 4))
    def write_many(self, who: int, count: int) -> None:
        edition = next(self.editions)
        self._publish(self._publisher(who), *(f"Edition {edition} box-{number}" for number in range(count)))

    def _publish(self, node: Node, *titles: str) -> None:
        """Publish a listing for each title; its last word is its key."""
        one = listing(node, "")
        keys = {title: title.split()[-1] for title in titles}
        publishing.put_listings(
            node,
            [
                publishing.Draft(replace(one, title=title), publishing.new_key("helping-hands", key), key)
                for title, key in keys.items()
            ],
        )

    @rule(who=PUBLISHERS, days=st.integers(1, 40))
    def write_a_short_one(self, who: int, days: int) -> None:
        node = self._publisher(who)
        bread = listing(node, "Fresh bread", expires=self.clock() + timedelta(days=days))
        key = publishing.new_key("helping-hands", "bread")
        publishing.put_listings(node, [publishing.Draft(bread, key, "bread")])

    @rule(who=PUBLISHERS, key=st.sampled_from(KEYS), reason=st.sampled_from(["given", "withdrawn"]))
    def withdraw(self, who: int, key: str, reason: str) -> None:
        self._withdraw(self._publisher(who), [publishing.new_key("helping-hands", key)], reason)

    @rule(who=PUBLISHERS, keep=st.integers(0, 3))
    def withdraw_nearly_all(self, who: int, keep: int) -> None:
        node = self._publisher(who)
        rows = publishing.listings(node, "live")
        self._withdraw(node, [row.key for row in rows[keep:]], "removed")

    def _withdraw(self, node: Node, keys: list[str], reason: str) -> None:
        there = {row.key for row in publishing.listings(node, "live")}
        for key in keys:
            if key in there:
                publishing.withdraw(node, key, reason)

    @rule(who=PUBLISHERS)
    def take_backup(self, who: int) -> None:
        self.backups[who % len(self.publishers)] = backup(self._publisher(who).database)

    @precondition(lambda self: self.backups)
    @rule(who=PUBLISHERS)
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
            decisions.expire_foreign(reader.node)
            decisions.apply_overdue(reader.node)

    @rule(which=FEEDS)
    def read(self, which: int) -> None:
        """Whoever has read to the end has exactly what there is, with nothing to be mended."""
        self.wire.fault = wires.arrive
        self._read_to_the_end(self._followed(which))

    def _read_to_the_end(self, one: Followed) -> None:
        result = self._poll(one)
        if result.fine:
            assert one.has_all()
            assert one.source().reread_at is None
            if one.publisher in self.publishers:
                check_first_hand(one)

    def _poll(self, one: Followed, pages: int = 400) -> PollResult:
        before = in_time(one.reader.node)
        one.reader.limits = Limits(pages=pages)
        result = one.reader.poll(one.source_id)
        self._check_holds(one, before.keys() - in_time(one.reader.node).keys())
        check_mirror_sums(one)
        check_routes(one.reader.node)
        return result

    def _check_holds(self, one: Followed, gone: set[str]) -> None:
        """However the removals of a day are cut into pages and readings, those beyond the twentieth wait for a word."""
        if len(self.followed) == 1:
            self.taken[self.clock()] += len(gone)
            a_day_ago = self.clock() - timedelta(days=1)
            assert sum(taken for at, taken in self.taken.items() if at > a_day_ago) <= HOLD_MORE_THAN

    @rule(which=FEEDS, pages=st.integers(1, 2))
    def read_some_pages(self, which: int, pages: int) -> None:
        """What was not reached is not gone."""
        self.wire.fault = wires.arrive
        one = self._followed(which)
        before = one.mirrored()
        self._poll(one, pages)
        assert not (before.keys() - one.mirrored().keys()) & live(one.publisher).keys()

    @rule(which=FEEDS, pages=st.sampled_from([1, 2, 400]))
    def read_stale_copies(self, which: int, pages: int) -> None:
        """A whole reading asks caches to stand aside, so whatever they keep, it ends with what there is."""
        self.wire.fault = self.wire.stale
        one = self._followed(which)
        was = one.source()
        result = self._poll(one, pages)
        whole = was.reading_open or one.source().reading > was.reading
        if result.code == "ok" and whole and was.level == L1:
            assert one.has_all()

    @rule(which=FEEDS, fault=st.sampled_from([wires.lose, cut]))
    def read_in_vain(self, which: int, fault: wires.Fault) -> None:
        """What did not arrive whole changes nothing."""
        self.wire.fault = fault
        one = self._followed(which)
        mirror_before, shown_before = one.mirrored(), live(one.reader.node)
        self._poll(one)
        assert (one.mirrored(), live(one.reader.node)) == (mirror_before, shown_before)

    @rule(which=FEEDS, transactions=st.integers(1, 4))
    def die_and_read_again(self, which: int, transactions: int) -> None:
        """A worker dies between two transactions; the next one finds nothing half done."""
        self.wire.fault = wires.arrive
        one = self._followed(which)
        try:
            one.read_as(one.lease(), transactions)
        except DeadError:
            check_mirror_sums(one)
        self._read_to_the_end(one)

    @rule(which=FEEDS, same_lease=st.booleans())
    def be_overtaken(self, which: int, same_lease: bool) -> None:
        """While a slow worker waits for its answer, more is published and a quick one reads it all."""
        one = self._followed(which, first_hand=True)
        leased = one.lease()
        # Two readings of a document under one lease cannot be told apart: it has no cursor.
        quick = one.source if same_lease and leased.level == L1 else one.lease

        def slow(url: str, answer: Answer, no_cache: bool) -> Answer:
            self.wire.fault = wires.arrive
            self._publish(one.publisher, f"Edition {next(self.editions)} kettle")
            assert one.read_as(quick()).fine
            return answer

        self.wire.fault = slow
        assert one.read_as(leased).code == "stale"
        assert one.has_all()
        assert one.source().reread_at is None

    @rule(which=FEEDS)
    def lose_one_listing(self, which: int) -> None:
        """One listing is lost on its way and all else is in order: the reader finds out, and mends it."""
        one = self._followed(which)
        self.wire.fault = without_the_last
        result = self._poll(one)
        planned = one.source().reread_at
        if result.fine and not one.has_all():
            assert planned is not None
            self.clock.now = max(self.clock.now, datetime.fromtimestamp(planned, self.clock.now.tzinfo))
        self.wire.fault = wires.arrive
        self._read_to_the_end(one)

    def teardown(self) -> None:
        self.wire.fault = wires.arrive
        for _ in range(MOST_ROUNDS):
            before = self._everything()
            self._round()
            if self._everything() == before and self._all_verified():
                break
        self._check_mirrors()
        self.check_catalogues()

    def _round(self) -> None:
        self.clock.move(hours=3)
        self._keep_house()
        for one in self.followed:
            self._poll(one)
        for reader in self.readers:
            for batch in decisions.batches(reader.node):
                decisions.apply_batch(reader.node, batch.batch)

    def _everything(self) -> list[dict[str, str]]:
        nodes = [*self.publishers, *(reader.node for reader in self.readers)]
        return [live(node) for node in nodes] + [one.mirrored() for one in self.followed]

    def _all_verified(self) -> bool:
        return all(one.source().reread_at is None for one in self.followed)

    def _check_mirrors(self) -> None:
        for one in self.followed:
            source = one.source()
            assert one.has_all(), f"{one.reader.node.settings.url} of {source.url}"
            assert source.state == ACTIVE
            assert source.verified_at is not None
            assert source.reread_at is None

    def check_catalogues(self) -> None:
        expected: dict[str, str] = {}
        for publisher in self.publishers:
            expected |= live(publisher)
        for reader in self.readers:
            assert live(reader.node) == expected, reader.node.settings.url
        for node in [*self.publishers, *(reader.node for reader in self.readers)]:
            check_sums(node)


class Pair(Network):
    """One publisher and one aggregator, which reads it in one of the three ways."""

    @initialize(way=st.sampled_from([("L1", "json"), ("L1", "json"), ("L0", "json"), ("L0", "atom")]))
    def meet(self, way: tuple[str, str]) -> None:
        self.publishers = [self.world.node("p1")]
        self.readers = [Reader(self.world.node("a"), self.wire)]
        self.follow(self.readers[0], self.publishers[0], level=way[0], format_=way[1])


class Ring(Network):
    """Three publishers, and aggregators in a ring: a reads all three and c, b reads a, c and the first, c reads b."""

    @initialize()
    def meet(self) -> None:
        self.publishers = [self.world.node(name) for name in ("p1", "p2", "p3")]
        nodes = [self.world.node(name) for name in "abc"]
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
        for one in self.followed:
            self._read_to_the_end(one)

    @rule(who=PUBLISHERS)
    def go_round_and_be_withdrawn(self, who: int) -> None:
        """A listing comes back to those who had passed it on, and is withdrawn at home."""
        publisher = self._publisher(who)
        self._publish(publisher, f"Edition {next(self.editions)} kettle")
        self.everyone_reads()
        self.everyone_reads()
        self._withdraw(publisher, [publishing.new_key("helping-hands", "kettle")], "given")
        self.everyone_reads()


def _run(kind: type[Network], world: World, count: int, steps: int) -> None:
    machine = type(f"{kind.__name__}Here", (kind,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=count,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.slow
@pytest.mark.timeout(900 * examples(1))
@pytest.mark.parametrize(("kind", "count", "steps"), [(Pair, 30, 30), (Ring, 9, 30)])
def test_mirrors_and_catalogues_converge(
    databases: Mapping[str, Database], tmp_path: Path, kind: type[Network], count: int, steps: int
) -> None:
    # The same rules hold on both; the server's round trips make each step there a few times slower.
    share = 1 if databases["a"].is_sqlite else 3
    _run(kind, World(databases, tmp_path), examples(count) // share, steps)
