"""The catalogue as a change log: positions, tombstones, count and digest, on every database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from federation.facts import Entry, Facts, Removal
from node.context import Node
from node.services.listings.publishing import put_listings
from node.storage import catalogue
from node.storage.engine import Database, Tx
from node.storage.tables import catalogue as table
from node.storage.tables import publication
from schemas.canonical import contribution, digest_hex
from tests.fakes.publisher import draft
from tests.thorough import examples

NOW = 1_800_000_000


def entry(name: str, version: int = 0, via: tuple[str, ...] = (), source: int | None = None) -> Entry:
    facts = Facts(
        *(f"Desk {version}", "offer", "item", "give", "other", None, "available", "en", "urn:o", "o", "O", "school"),
        *(None, None, None, None, None, None, NOW, NOW + 1000),
    )
    item = orjson.dumps({"id": f"urn:{name}", "title": f"Desk {version}"}).decode()
    return Entry(f"urn:{name}", name, source, item, f"{version:043d}", via, facts)


def recomputed(tx: Tx) -> tuple[int, str]:
    """Count and digest as a reader who knows every live listing would work them out."""
    live = list(catalogue.live(tx))
    total = sum(contribution(shown.entry.id, shown.entry.hash, shown.entry.via) for shown in live)
    return len(live), digest_hex(total)


def positions(tx: Tx) -> list[int]:
    return [row.position for row in catalogue.log_after(tx, 0, 0, 10_000)]


def emptied(database: Database) -> None:
    with database.write() as tx:
        tx.execute(delete(table))
        tx.execute(delete(publication))
        catalogue.begin(tx, NOW)


def apply(node: Node, put: list[Entry], gone: list[Removal] | None = None, now: int = NOW) -> int:
    with node.database.write() as tx:
        return catalogue.apply(tx, put, gone or [], now)


def test_a_change_moves_a_listing_to_the_end_and_leaves_no_trace(node: Node) -> None:
    apply(node, [entry("a"), entry("b"), entry("c")])
    apply(node, [entry("a", 1)])
    with node.database.read() as tx:
        rows = catalogue.log_after(tx, 0, 0, 10)
    assert [(row.id, row.position) for row in rows] == [("urn:b", 2), ("urn:c", 3), ("urn:a", 4)]


def test_what_says_the_same_stays_where_it_is(node: Node) -> None:
    apply(node, [entry("a"), entry("b")])
    assert apply(node, [entry("a")]) == 0
    with node.database.read() as tx:
        assert catalogue.state(tx).head == 2


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(entry("a", 1), id="another-hash"),
        pytest.param(entry("a", 0, ("https://n.example/",)), id="another-route"),
        pytest.param(entry("a", 0, (), 7), id="another-source"),
    ],
)
def test_what_counts_as_a_change(node: Node, changed: Entry) -> None:
    apply(node, [entry("a")])
    assert apply(node, [changed]) == 1
    with node.database.read() as tx:
        state = catalogue.state(tx)
        assert (state.live_count, state.digest) == recomputed(tx)


def test_a_listing_that_returns_replaces_its_tombstone(node: Node) -> None:
    apply(node, [entry("a")])
    apply(node, [], [Removal("urn:a", "given")])
    with node.database.read() as tx:
        assert [(r.live, r.removed_reason, r.item) for r in catalogue.log_after(tx, 0, 0, 10)] == [
            (False, "given", None)
        ]
    apply(node, [entry("a", 1)])
    with node.database.read() as tx:
        rows = catalogue.log_after(tx, 0, 0, 10)
    assert [(row.live, row.removed_reason, row.position) for row in rows] == [(True, None, 3)]


def test_removing_what_is_not_there_changes_nothing(node: Node) -> None:
    apply(node, [entry("a")], [Removal("urn:x", "given")])
    apply(node, [], [Removal("urn:a", "given")])
    assert apply(node, [], [Removal("urn:a", "removed")]) == 0
    with node.database.read() as tx:
        assert catalogue.state(tx).head == 2


def test_pruning_discards_old_tombstones_only_and_remembers_the_newest(node: Node) -> None:
    apply(node, [entry("a"), entry("b"), entry("c")], now=NOW)
    apply(node, [], [Removal("urn:a", "given")], now=NOW + 10)
    apply(node, [], [Removal("urn:b", "given")], now=NOW + 20)
    with node.database.write() as tx:
        assert catalogue.prune(tx, NOW + 15) == 1
        assert catalogue.state(tx).pruned_through == 4
        assert [row.id for row in catalogue.log_after(tx, 0, 0, 10)] == ["urn:c", "urn:b"]
        assert catalogue.prune(tx, NOW + 15) == 0


def test_live_listings_after_the_position_but_tombstones_only_after_the_base(node: Node) -> None:
    apply(node, [entry(name) for name in "abcd"])
    apply(node, [], [Removal("urn:a", "given")])
    apply(node, [], [Removal("urn:b", "given")])
    with node.database.read() as tx:
        assert [row.id for row in catalogue.log_after(tx, 0, 5, 10)] == ["urn:c", "urn:d", "urn:b"]
        assert [row.id for row in catalogue.log_after(tx, 3, 0, 10)] == ["urn:d", "urn:a", "urn:b"]


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("put"),
            st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=4),
        ),
        st.tuples(st.just("remove"), st.sets(st.sampled_from("abcdef"), max_size=3)),
        st.tuples(st.just("prune"), st.integers(1, 5)),
    ),
    max_size=12,
)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_positions_count_and_digest_stay_in_step(node: Node, steps: list[tuple[str, object]]) -> None:
    emptied(node.database)
    for minute, step in enumerate(steps):
        with node.database.write() as tx:
            before = catalogue.state(tx)
            _take(tx, step, NOW + minute)
            after = catalogue.state(tx)
            assert (after.live_count, after.digest) == recomputed(tx)
            found = positions(tx)
            assert found == sorted(set(found))
            assert before.head <= after.head == max([before.head, *found])


def _take(tx: Tx, step: tuple[str, object], now: int) -> None:
    kind, what = step
    if kind == "put":
        assert isinstance(what, dict)
        routes = [(), ("https://one.example/",), ("https://one.example/", "https://two.example/")]
        catalogue.apply(tx, [entry(name, version, routes[via]) for name, (version, via) in what.items()], [], now)
    elif kind == "remove":
        assert isinstance(what, set)
        catalogue.apply(tx, [], [Removal(f"urn:{name}", "given") for name in sorted(what)], now)
    else:
        assert isinstance(what, int)
        catalogue.prune(tx, now - what)


WRITERS, ROUNDS = 4, 12


def test_concurrent_writers_never_give_a_position_out_of_visible_order(node: Node) -> None:
    """A reader that remembers the head must find every later change above it, whoever wrote it."""
    put_listings(node, [draft(node, "first")])
    done = threading.Event()
    seen: dict[int, str] = {}
    late: list[int] = []
    failures: list[BaseException] = []

    def write(number: int) -> None:
        for turn in range(ROUNDS):
            put_listings(node, [draft(node, f"w{number}-{turn % 5}", title=f"Desk {number}.{turn}")])

    def read() -> None:
        head = 0
        while not done.is_set():
            with node.database.read() as tx:
                rows = catalogue.log_after(tx, 0, 0, 10_000)
                new_head = catalogue.state(tx).head
            late.extend(row.position for row in rows if row.position <= head and row.position not in seen)
            seen.update((row.position, row.id) for row in rows)
            head = new_head

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    reader = threading.Thread(target=guarded, args=(read,))
    writers = [threading.Thread(target=guarded, args=(lambda n=n: write(n),)) for n in range(WRITERS)]
    for thread in [reader, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert (failures, late) == ([], [])
    with node.database.read() as tx:
        state = catalogue.state(tx)
        assert state.head == 1 + WRITERS * ROUNDS
        assert (state.live_count, state.digest) == recomputed(tx)


def test_a_page_its_count_and_its_digest_come_from_one_state(node: Node) -> None:
    """What another writer commits while a read transaction is open does not show in it."""
    put_listings(node, [draft(node, "a")])
    with node.database.read() as tx:
        before = catalogue.state(tx)
        put_listings(node, [draft(node, "b")])
        assert catalogue.state(tx) == before
        assert len(positions(tx)) == 1
    with node.database.read() as tx:
        assert catalogue.state(tx).head == before.head + 1


def test_a_new_epoch_changes_nothing_else(node: Node) -> None:
    apply(node, [entry("a")])
    with node.database.write() as tx:
        before = catalogue.state(tx)
        epoch = catalogue.new_epoch(tx)
        after = catalogue.state(tx)
    assert epoch == after.epoch != before.epoch
    assert (after.head, after.digest) == (before.head, before.digest)


def test_each_organisation_is_found_once_in_one_order(node: Node) -> None:
    """The database's own order of keys decides, whatever it thinks of capitals."""
    keys = ("aB", "Ab", "ab", "AB", "z_", "Z-", "0")
    named = [
        replace(made, facts=made.facts._replace(organisation_key=key, organisation_name=f"Of {key}"))
        for key in keys
        for made in (entry(f"{key}1"), entry(f"{key}2"))
    ]
    apply(node, named)
    apply(node, [], [Removal("urn:01", "given"), Removal("urn:02", "given")])
    with node.database.read() as tx:
        every = catalogue.some_organisations(tx, 100)
        assert catalogue.some_organisations(tx, 3) == every[:3]
    assert sorted(every) == sorted((key, f"Of {key}") for key in keys if key != "0")
