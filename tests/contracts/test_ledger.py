"""What the engine may expect of a ledger, whatever keeps it: memory, SQLite, PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from federation.facts import Entry, Removal, short_key
from federation.merge import Current, KnownNode
from federation.ports import Ledger, StaleError
from federation.records import (
    APPLIED,
    HELD,
    KEPT,
    L1,
    SUSPENDED,
    WAITING,
    PollResult,
    Ruling,
    Source,
    Tally,
    Withdrawn,
)
from node.storage.engine import Database
from schemas.canonical import contribution, digest_hex
from schemas.errors import Problem
from tests.fakes.stores import MemoryStore, Store, StoredStore
from tests.federation.made import NODE, PRESENT, listing_id, read, row

HUB, A = "https://hub.example/", "https://a.example/"
MANY = 40_000
ODD_IDS = ["https://node.example/%_'\"ö\U0001f33b", "urn:x:%", "https://node.example/[1]?a=*&b"]


def source(url: str = NODE, **values: Any) -> Source:
    return replace(Source(0, url + "changes.json", url, "Node", "json", L1, added_at=PRESENT), **values)


def withdrawn(source_id: int, ref: str, state: str = WAITING, batch: str = "one") -> Withdrawn:
    return Withdrawn(source_id, listing_id(ref), batch, state, "given", '{"id": 1}', "h" * 43, (HUB,), PRESENT)


def entry(ref: str, source_id: int | None = None, **changes: Any) -> Entry:
    item = read(ref, **changes)
    assert item.published is not None
    assert item.facts is not None
    return Entry(item.id, short_key(item.id), source_id, item.published, item.hash, (NODE,), item.facts)


class LedgerContract:
    """Every test runs on every kind of ledger; ``store`` says on which."""

    @pytest.fixture
    def ids(self, store: Store) -> tuple[int, int]:
        """Two sources: a node and a hub."""
        return store.add(source()).id, store.add(source(HUB)).id

    def fill(self, store: Store, source_id: int, *refs: str, **values: Any) -> None:
        rows = [(row(read(ref), source_id, **values), f'{{"ref": "{ref}"}}') for ref in refs]
        with store.book.open() as ledger:
            ledger.put(rows)

    def test_a_block_that_raises_leaves_no_trace(self, store: Store, ids: tuple[int, int]) -> None:
        def fail(ledger: Ledger) -> None:
            ledger.put([(row(read("a")), "{}")])
            ledger.put_withdrawn([withdrawn(1, "b")])
            ledger.publish([entry("a")], [], PRESENT)
            ledger.suspend(ids[0], "why")
            ledger.log_poll(ids[0], PollResult("ok", ""), 1, PRESENT)
            raise LookupError

        before = store.source(ids[0])
        with pytest.raises(LookupError), store.book.open() as ledger:
            fail(ledger)
        assert (store.rows(ids[0]), store.withdrawn(ids[0]), store.live(), store.polls(ids[0])) == ({}, {}, {}, [])
        assert store.source(ids[0]) == before

    def test_a_source_that_is_not_there(self, store: Store) -> None:
        with store.book.open() as ledger:
            assert ledger.source(99) is None
            with pytest.raises(StaleError):
                ledger.save(source(id=99), None)

    @pytest.mark.parametrize(
        ("stored", "mine", "asked_with", "fine"),
        [
            pytest.param({}, {}, None, True, id="first reading"),
            pytest.param({"cursor": "c1"}, {"cursor": "c2"}, "c1", True, id="cursor as asked"),
            pytest.param({"cursor": "c1"}, {"cursor": None}, "c1", True, id="begun at the start"),
            pytest.param({"cursor": "c2"}, {}, "c1", False, id="cursor moved"),
            pytest.param({"cursor": "c1"}, {}, None, False, id="cursor set meanwhile"),
            pytest.param({}, {}, "c1", False, id="cursor taken away"),
            pytest.param({"cursor": ""}, {}, None, False, id="an empty cursor is one"),
            pytest.param({"lease_token": 8}, {"lease_token": 7}, None, False, id="lease lost"),
        ],
    )
    def test_saving(
        self, store: Store, stored: dict[str, Any], mine: dict[str, Any], asked_with: str | None, fine: bool
    ) -> None:
        kept = store.add(source(**stored))
        changed = replace(kept, **mine, etag='"new"', due_at=55)
        with store.book.open() as ledger:
            if fine:
                ledger.save(changed, asked_with)
            else:
                with pytest.raises(StaleError):
                    ledger.save(changed, asked_with)
        assert store.source(kept.id) == (changed if fine else kept)

    def test_saving_leaves_the_operators_words_alone(self, store: Store) -> None:
        kept = store.add(source())
        theirs = {"state": "paused", "state_reason": "why", "name": "Other", "hold_new": True, "defaults": '{"a": 1}'}
        store.change(kept.id, **theirs)
        with store.book.open() as ledger:
            ledger.save(replace(kept, cursor="c1"), None)
        assert store.source(kept.id) == replace(kept, cursor="c1", **theirs)

    def test_every_member_of_a_source_is_kept(self, store: Store) -> None:
        full = source(
            reading=2**40,
            reading_open=True,
            mirror_digest="f" * 64,
            removal_window="[[0,1,2]]",
            former_ids='["https://old.example/"]',
            document_url=NODE,
            document_read_at=PRESENT,
            gone_since=PRESENT,
            verified_at=PRESENT,
            reread_at=PRESENT,
            last_message="ö \U0001f33b",
            node_document="{}",
        )
        kept = store.add(full)
        assert store.source(kept.id) == replace(full, id=kept.id)

    def test_suspending(self, store: Store, ids: tuple[int, int]) -> None:
        with store.book.open() as ledger:
            ledger.suspend(ids[0], "it is gone")
        found = store.source(ids[0])
        assert (found.state, found.state_reason) == (SUSPENDED, "it is gone")

    def test_suspensions_end(self, store: Store, ids: tuple[int, int]) -> None:
        store.change(ids[0], state=SUSPENDED, state_reason="why", gone_answers=3)
        with store.book.open() as ledger:
            ledger.resume(ids[0])
        found = store.source(ids[0])
        assert (found.state, found.state_reason, found.gone_answers) == ("active", None, 0)

    def test_all_of_a_source_can_be_amended(self, store: Store, ids: tuple[int, int]) -> None:
        other = replace(source(A, name="Other", cursor="c", document_etag='"x"', state="paused"), id=ids[0])
        with store.book.open() as ledger:
            ledger.amend(other)
            assert (ledger.source_at(A + "changes.json"), ledger.source_at(NODE + "changes.json")) == (ids[0], None)
        assert store.source(ids[0]) == other
        assert store.source(ids[1]).url == HUB + "changes.json"

    def test_what_happened_is_noted_once(self, store: Store, ids: tuple[int, int]) -> None:
        with store.book.open() as ledger:
            for code, message in [("moved", "a"), ("moved", "a"), ("moved", "b"), ("renamed", "b"), ("moved", "a")]:
                ledger.note(ids[0], code, message, PRESENT)
            for number in range(60):
                ledger.note(ids[1], "renamed", str(number), PRESENT)
        assert store.events(ids[0]) == ["moved", "moved", "renamed", "moved"]
        assert len(store.events(ids[1])) >= 50

    def test_nodes(self, store: Store, ids: tuple[int, int]) -> None:
        told = {"former_ids": f'["{A}"]', "handed_on": f'[["{A}listings/x.", "{NODE}"]]'}
        store.change(ids[1], last_full_at=PRESENT, state=SUSPENDED, **told)
        with store.book.open() as ledger:
            nodes = sorted(ledger.nodes())
        passed = ((f"{A}listings/x.", NODE),)
        assert nodes == [
            KnownNode(ids[0], NODE, "active", False),
            KnownNode(ids[1], HUB, SUSPENDED, True, (A,), passed),
        ]

    def test_the_mirror_gives_back_what_was_put(self, store: Store, ids: tuple[int, int]) -> None:
        reasons = (Problem("/a~1b", "bad", "Wörds", 3), Problem("", "other", ""))
        full = replace(row(read("a"), ids[0]), via=(HUB, NODE), reasons=reasons, state=HELD)
        with store.book.open() as ledger:
            ledger.put([(full, '{"a": "ö"}')])
            assert ledger.known(ids[0], [full.id, listing_id("x")]) == {full.id: full}
            assert ledger.texts(ids[0], [full.id]) == {full.id: '{"a": "ö"}'}
            assert ledger.known(ids[1], [full.id]) == {}
            assert ledger.known(ids[0], []) == ledger.texts(ids[0], []) == {}

    def test_putting_again_keeps_when_it_was_first_seen(self, store: Store, ids: tuple[int, int]) -> None:
        first = row(read("a"), ids[0], first_seen_at=5)
        second = row(read("a", title="New"), ids[0], first_seen_at=9, reading=3, changed_at=77)
        with store.book.open() as ledger:
            ledger.put([(first, "1")])
            ledger.put([(second, "2"), (row(read("b"), ids[0]), "3")])
            ledger.put([])
        assert store.rows(ids[0])[first.id] == (replace(second, first_seen_at=5), "2")

    def test_states_change_without_anything_else(self, store: Store, ids: tuple[int, int]) -> None:
        self.fill(store, ids[0], "a", "b")
        before = store.rows(ids[0])
        turned = replace(row(read("a"), ids[0]), state=HELD, reasons=(Problem("", "x", "y"),), hash="other", reading=9)
        with store.book.open() as ledger:
            ledger.set_state([turned, row(read("unknown"), ids[0])])
            ledger.set_state([])
        a, b = listing_id("a"), listing_id("b")
        expected = replace(before[a][0], state=HELD, reasons=turned.reasons)
        assert store.rows(ids[0]) == {a: (expected, before[a][1]), b: before[b]}

    def test_marks_and_what_was_not_met(self, store: Store, ids: tuple[int, int]) -> None:
        self.fill(store, ids[0], "a", "b", "c", reading=1)
        self.fill(store, ids[1], "a", reading=1)
        with store.book.open() as ledger:
            ledger.mark(ids[0], [listing_id("a"), listing_id("nobody")], 2)
            ledger.mark(ids[0], [], 2)
            assert sorted(one.id for one in ledger.unmarked(ids[0], 2)) == [listing_id("b"), listing_id("c")]
            assert len(ledger.unmarked(ids[0], 3)) == 3
            assert [one.source_id for one in ledger.unmarked(ids[1], 2)] == [ids[1]]

    def test_dropping_takes_one_sources_rows_only(self, store: Store, ids: tuple[int, int]) -> None:
        self.fill(store, ids[0], "a", "b")
        self.fill(store, ids[1], "a")
        with store.book.open() as ledger:
            ledger.drop(ids[0], [listing_id("a"), listing_id("nobody")])
            ledger.drop(ids[0], [])
        assert (set(store.rows(ids[0])), set(store.rows(ids[1]))) == ({listing_id("b")}, {listing_id("a")})

    def test_routes_come_by_source(self, store: Store, ids: tuple[int, int]) -> None:
        self.fill(store, ids[1], "a")
        self.fill(store, ids[0], "a", "b")
        with store.book.open() as ledger:
            routes = ledger.routes([listing_id("a"), listing_id("b"), listing_id("x")])
            assert {id_: [one.source_id for one in rows] for id_, rows in routes.items()} == {
                listing_id("a"): list(ids),
                listing_id("b"): [ids[0]],
            }
            [only] = ledger.routes([listing_id("a")], ids[0])[listing_id("a")]
            assert only.source_id == ids[1]

    def test_ids_come_in_order_and_in_pieces(self, store: Store, ids: tuple[int, int]) -> None:
        refs = ["b", "B", "a", "_", "-", "ä", "a/b", "a b"]
        self.fill(store, ids[0], *refs)
        self.fill(store, ids[1], "z")
        found, after = list[str](), ""
        with store.book.open() as ledger:
            while piece := ledger.ids_of(ids[0], after, 3):
                found += piece
                after = piece[-1]
        assert sorted(found) == sorted(listing_id(ref) for ref in refs)

    @pytest.mark.parametrize(
        ("address", "found"),
        [
            pytest.param(
                "https://a.example/", {"https://a.example/1", "https://a.example/ö", "https://a.example/"}, id="all"
            ),
            pytest.param("https://a.example/1/", set(), id="none"),
            pytest.param("https://A.example/", {"https://A.example/1"}, id="as it is spelt"),
            pytest.param("https://a_example/", {"https://a_example/1"}, id="an underscore is no joker"),
        ],
    )
    def test_what_lies_under_an_address(
        self, store: Store, ids: tuple[int, int], address: str, found: set[str]
    ) -> None:
        every = ["https://a.example/1", "https://a.example/ö", "https://a.example/", "https://A.example/1"]
        every += [
            "https://a.example.evil/1",
            "https://a_example/1",
            "https://a.example",
            "https://a-example/1",
            "urn:a",
        ]
        rows = [(replace(row(read()), id=id_, source_id=ids[1]), "{}") for id_ in every]
        mine = [(replace(row(read()), id=address + "mine", source_id=ids[0]), "{}")]
        with store.book.open() as ledger:
            ledger.put(rows + mine)
            assert set(ledger.under(address, ids[0])) == found

    def test_removed_listings_lie_under_an_address_too(self, store: Store, ids: tuple[int, int]) -> None:
        with store.book.open() as ledger:
            ledger.put_withdrawn([withdrawn(ids[1], "a"), withdrawn(ids[0], "b")])
            assert list(ledger.under(NODE, ids[0])) == [listing_id("a")]

    @pytest.mark.parametrize(
        ("via", "found"),
        [
            pytest.param((A,), True, id="from there"),
            pytest.param((A, HUB), True, id="from there, by another"),
            pytest.param((HUB, A), False, id="through there"),
            pytest.param((A + "x",), False, id="an address that begins alike"),
            pytest.param((), False, id="its own"),
        ],
    )
    def test_what_names_an_origin(self, store: Store, ids: tuple[int, int], via: tuple[str, ...], found: bool) -> None:
        with store.book.open() as ledger:
            ledger.put(
                [(replace(row(read("a"), ids[1]), via=via), "{}"), (replace(row(read("b"), ids[0]), via=via), "{}")]
            )
            ledger.put_withdrawn([replace(withdrawn(ids[1], "c"), via=via)])
            wanted = [listing_id("a"), listing_id("c")] if found else []
            assert list(ledger.first_from(A, ids[0])) == wanted

    def test_rulings(self, store: Store, ids: tuple[int, int]) -> None:
        store.rule(ids[0], listing_id("a"), Ruling("h1", "refused", "first"))
        store.rule(ids[0], listing_id("a"), Ruling("h2", "released", "then"))
        with store.book.open() as ledger:
            found = ledger.rulings(ids[0], [listing_id("a"), listing_id("b")])
            assert found == {listing_id("a"): Ruling("h2", "released", "then")}
            assert ledger.rulings(ids[1], [listing_id("a")]) == {}

    def test_what_is_set_aside(self, store: Store, ids: tuple[int, int]) -> None:
        rows = [withdrawn(ids[0], "a"), withdrawn(ids[1], "a", KEPT, "two"), withdrawn(ids[0], "b", APPLIED)]
        with store.book.open() as ledger:
            ledger.put_withdrawn(rows)
            ledger.put_withdrawn([])
            found = ledger.withdrawn([listing_id("a"), listing_id("x")])
            assert sorted(found[listing_id("a")], key=lambda one: one.source_id) == rows[:2]
            assert list(found) == [listing_id("a")]
            assert list(ledger.waiting(ids[0])) == rows[:1]
            assert list(ledger.waiting(ids[1])) == rows[1:2]
            again = withdrawn(ids[0], "a", APPLIED, "three")
            ledger.put_withdrawn([again])
            ledger.forget_withdrawn(ids[0], [listing_id("b"), listing_id("x")])
            ledger.forget_withdrawn(ids[0], [])
        assert store.withdrawn(ids[0]) == {listing_id("a"): again}

    def test_the_catalogue(self, store: Store, ids: tuple[int, int]) -> None:
        a, b = entry("a", ids[0]), entry("b", ids[0])
        with store.book.open() as ledger:
            ledger.publish([a, b], [], PRESENT)
            ledger.publish(
                [entry("a", ids[1], title="New")], [Removal(b.id, "given"), Removal("urn:x", "given")], PRESENT
            )
            ledger.publish([], [], PRESENT)
            new = entry("a", ids[1], title="New")
            assert ledger.current([a.id, b.id]) == {a.id: Current(ids[1], new.hash, (NODE,))}
            assert ledger.published([a.id, b.id]) == {a.id: new.item}
        assert store.sums() == (1, digest_hex(contribution(new.id, new.hash, new.via)))

    def test_publishing_the_same_again_is_no_change(self, store: Store, ids: tuple[int, int]) -> None:
        with store.book.open() as ledger:
            ledger.publish([entry("a", ids[0])], [], PRESENT)
        before = store.live()
        with store.book.open() as ledger:
            ledger.publish([entry("a", ids[0])], [], PRESENT + 5)
        assert store.live() == before

    def test_what_was_removed_comes_back_at_the_end(self, store: Store, ids: tuple[int, int]) -> None:
        with store.book.open() as ledger:
            ledger.publish([entry("a", ids[0]), entry("b", ids[0])], [], PRESENT)
            ledger.publish([], [Removal(listing_id("a"), "given")], PRESENT)
            ledger.publish([entry("a", ids[0])], [], PRESENT)
        positions = {id_: one.position for id_, one in store.live().items()}
        assert positions == {listing_id("b"): 2, listing_id("a"): 4}

    def test_polls_are_logged(self, store: Store, ids: tuple[int, int]) -> None:
        with store.book.open() as ledger:
            ledger.log_poll(ids[0], PollResult("ok", "Fine.", Tally(1, 2**40, 3, 4, 5, 6)), 12, PRESENT)
            ledger.log_poll(ids[0], PollResult("connect", "x" * 9999), 12, PRESENT)
        assert [result.code for result in store.polls(ids[0])] == ["ok", "connect"]
        assert store.polls(ids[1]) == []

    @pytest.mark.parametrize("id_", ODD_IDS)
    def test_odd_ids(self, store: Store, ids: tuple[int, int], id_: str) -> None:
        odd = replace(row(read(), ids[0]), id=id_)
        with store.book.open() as ledger:
            ledger.put([(odd, "{}")])
            ledger.mark(ids[0], [id_], 7)
            ledger.put_withdrawn([replace(withdrawn(ids[0], "x"), id=id_)])
            assert ledger.known(ids[0], [id_])[id_].reading == 7
            assert list(ledger.routes([id_])) == list(ledger.withdrawn([id_])) == [id_]
            ledger.forget_withdrawn(ids[0], [id_])
            ledger.drop(ids[0], [id_])
        assert (store.rows(ids[0]), store.withdrawn(ids[0])) == ({}, {})

    def test_lists_longer_than_a_statement_has_parameters(self, store: Store, ids: tuple[int, int]) -> None:
        """SQLite stops at 32,766, PostgreSQL at 65,535."""
        self.fill(store, ids[0], "a")
        many = [f"urn:x:{number}" for number in range(MANY)] * 2 + [listing_id("a")]
        with store.book.open() as ledger:
            assert len(ledger.known(ids[0], many)) == len(ledger.texts(ids[0], many)) == len(ledger.routes(many)) == 1
            assert ledger.rulings(ids[0], many) == ledger.withdrawn(many) == ledger.current(many) == {}
            assert ledger.published(many) == {}
            ledger.mark(ids[0], many, 5)
            ledger.forget_withdrawn(ids[0], many)
            ledger.drop(ids[0], many)
        assert store.rows(ids[0]) == {}


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()


class TestStoredLedger(LedgerContract):
    @pytest.fixture
    def store(self, database: Database) -> Store:
        return StoredStore(database, PRESENT)
