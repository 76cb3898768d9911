"""Listings kept in memory are those of the database: changed, withdrawn and new ones are read, the others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event

from bench.entries import hand_written, made_up
from federation.facts import Entry, Removal
from node.services.catalogue.kept import KeptListings
from node.storage import catalogue
from node.storage.catalogue import Shown
from node.storage.engine import Database
from node.storage.tables import metadata

ENTRIES = list(made_up(4))
KEYS = [entry.key for entry in ENTRIES]


@pytest.fixture
def database() -> Database:
    return made(ENTRIES)


def made(entries: list[Entry]) -> Database:
    database = Database("sqlite://")
    metadata.create_all(database.engine)
    with database.write() as tx:
        catalogue.begin(tx, 1)
        catalogue.apply(tx, entries, [], 1)
    return database


HEAD = ("any epoch", 0)


def read(database: Database, kept: KeptListings) -> dict[str, Shown]:
    return kept.by_keys(database, [*KEYS, "nothing"], HEAD)


def changed(entry: Entry) -> Entry:
    other = next(hand_written())
    return replace(entry, item=other.item, hash=other.hash)


def apply(database: Database, entries: list[Entry], removals: list[Removal] | None = None) -> tuple[str, int]:
    """Change the catalogue; where its change log stands then."""
    with database.write() as tx:
        catalogue.apply(tx, entries, removals or [], 2)
        state = catalogue.state(tx)
    return state.epoch, state.head


def head_of(database: Database) -> tuple[str, int]:
    with database.read() as tx:
        state = catalogue.state(tx)
    return state.epoch, state.head


def test_what_is_kept_is_the_same_object(database: Database) -> None:
    kept = KeptListings()
    first, again = read(database, kept), read(database, kept)
    assert first.keys() == set(KEYS)
    assert all(first[key] is again[key] for key in KEYS)


def test_a_change_is_seen_and_the_others_are_not_read_again(database: Database) -> None:
    kept = KeptListings()
    before = read(database, kept)
    apply(database, [changed(ENTRIES[0])])
    after = read(database, kept)
    assert after[KEYS[0]].entry.item == changed(ENTRIES[0]).item
    assert all(after[key] is before[key] for key in KEYS[1:])


def test_what_is_withdrawn_is_not_shown(database: Database) -> None:
    kept = KeptListings()
    read(database, kept)
    apply(database, [], [Removal(ENTRIES[1].id, "withdrawn")])
    assert read(database, kept).keys() == {KEYS[0], *KEYS[2:]}


def test_while_the_head_is_trusted_the_database_is_not_asked(database: Database) -> None:
    kept = KeptListings(trusted_s=3600)
    reached = head_of(database)
    before = kept.by_keys(database, KEYS, reached)
    asked = _count_statements(database)
    assert kept.by_keys(database, KEYS, reached) == before
    assert asked == []


def test_an_index_that_has_gone_on_is_believed_at_once(database: Database) -> None:
    kept = KeptListings(trusted_s=3600)
    kept.by_keys(database, KEYS, head_of(database))
    reached = apply(database, [changed(ENTRIES[0])])
    assert kept.by_keys(database, KEYS, reached)[KEYS[0]].entry.hash == changed(ENTRIES[0]).hash


def test_a_head_is_trusted_for_no_longer_than_said(database: Database) -> None:
    kept = KeptListings(trusted_s=0.0)
    reached = head_of(database)
    kept.by_keys(database, KEYS, reached)
    apply(database, [], [Removal(ENTRIES[0].id, "withdrawn")])
    assert KEYS[0] not in kept.by_keys(database, KEYS, reached)


def test_a_restored_database_is_read_anew(database: Database) -> None:
    """The same key at the same position may be another listing then."""
    kept = KeptListings(trusted_s=3600)
    kept.by_keys(database, KEYS, head_of(database))
    other = made([changed(ENTRIES[0]), *ENTRIES[1:]])
    assert kept.by_keys(other, KEYS, head_of(other))[KEYS[0]].entry.item == changed(ENTRIES[0]).item


def test_only_so_many_are_kept(database: Database) -> None:
    kept = KeptListings(most=2)
    assert read(database, kept).keys() == set(KEYS)
    assert len(kept._held) == 2
    assert read(database, kept).keys() == set(KEYS)


def _count_statements(database: Database) -> list[str]:
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _cur, statement, *_: asked.append(statement))
    return asked
