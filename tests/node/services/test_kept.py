"""Listings kept in memory are those of the database: changed, withdrawn and new ones are read, the others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.entries import hand_written, made_up
from federation.facts import Entry, Removal
from node.services.kept import KeptListings
from node.storage import catalogue
from node.storage.engine import Database
from node.storage.tables import metadata

ENTRIES = list(made_up(4))
KEYS = [entry.key for entry in ENTRIES]


@pytest.fixture
def database() -> Database:
    made = Database("sqlite://")
    metadata.create_all(made.engine)
    with made.write() as tx:
        catalogue.begin(tx, 1)
        catalogue.apply(tx, ENTRIES, [], 1)
    return made


def read(database: Database, kept: KeptListings) -> dict[str, str]:
    with database.read() as tx:
        return {key: shown.entry.item for key, shown in kept.by_keys(tx, [*KEYS, "nothing"]).items()}


def changed(entry: Entry) -> Entry:
    other = next(hand_written())
    return replace(entry, item=other.item, hash=other.hash)


def test_what_is_kept_is_the_same_object(database: Database) -> None:
    kept = KeptListings()
    with database.read() as tx:
        first, again = kept.by_keys(tx, KEYS), kept.by_keys(tx, KEYS)
    assert all(first[key] is again[key] for key in KEYS)


def test_a_change_is_seen_at_once(database: Database) -> None:
    kept = KeptListings()
    before = read(database, kept)
    with database.write() as tx:
        catalogue.apply(tx, [changed(ENTRIES[0])], [], 2)
    after = read(database, kept)
    assert after[KEYS[0]] != before[KEYS[0]]
    assert [after[key] for key in KEYS[1:]] == [before[key] for key in KEYS[1:]]


def test_what_is_withdrawn_is_not_shown(database: Database) -> None:
    kept = KeptListings()
    read(database, kept)
    with database.write() as tx:
        catalogue.apply(tx, [], [Removal(ENTRIES[1].id, "withdrawn")], 2)
    assert read(database, kept).keys() == {KEYS[0], *KEYS[2:]}


def test_another_text_at_the_same_position_is_read(database: Database) -> None:
    """As after a backup was restored beneath a running process."""
    kept = KeptListings()
    read(database, kept)
    other = Database("sqlite://")
    metadata.create_all(other.engine)
    with other.write() as tx:
        catalogue.begin(tx, 1)
        catalogue.apply(tx, [changed(ENTRIES[0]), *ENTRIES[1:]], [], 1)
    assert read(other, kept)[KEYS[0]] == changed(ENTRIES[0]).item


def test_only_so_many_are_kept(database: Database) -> None:
    kept = KeptListings(most=2)
    assert read(database, kept).keys() == set(KEYS)
    with database.read() as tx:
        first, again = kept.by_keys(tx, KEYS[:1]), kept.by_keys(tx, KEYS[:1])
    assert first[KEYS[0]] is again[KEYS[0]]
    assert len(kept._held) == 2
