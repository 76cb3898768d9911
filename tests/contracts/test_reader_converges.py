"""A reader that follows the rules ends with exactly the publisher's listings, whatever happens in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from node.context import Node
from node.services.configuration import setup
from node.services.listings import expiry, publishing
from node.services.syndication import feeds
from node.services.syndication.feeds import FeedCache
from node.storage import catalogue, tables
from node.storage.engine import Database
from tests.fakes.mirror_reader import MirrorReader
from tests.fakes.publisher import Clock, draft, school
from tests.thorough import examples

REFS = "abcde"
KEPT = (tables.organisations, tables.listings, tables.catalogue, tables.publication)

Backup = list[list[dict[str, Any]]]

# Few listings, small pages and many readings: what goes wrong goes wrong where these meet.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.tuples(st.sets(st.sampled_from(REFS), min_size=2), st.integers(0, 2))),
        st.tuples(st.just("withdraw"), st.sampled_from(REFS)),
        st.tuples(st.just("renew"), st.sampled_from(REFS)),
        st.tuples(st.just("pass"), st.sampled_from([1, 95])),
        st.tuples(st.sampled_from(["back up", "restore"]), st.none()),
        st.tuples(st.just("read"), st.tuples(st.integers(0, 1), st.integers(1, 3))),
        st.tuples(st.just("read"), st.tuples(st.integers(0, 1), st.integers(1, 3))),
    ),
    min_size=8,
    max_size=30,
)


class Story:
    """One publisher, two readers that read a page now and then, and what happens to them."""

    def __init__(self, node: Node) -> None:
        small = node.settings.changed(page_entries=2)
        self.clock = Clock()
        self.node = Node(small, node.database, self.clock)
        self.cache = FeedCache()
        self.readers = [MirrorReader(self._ask), MirrorReader(self._ask)]
        self.backup = _backed_up(node.database)

    def _ask(self, after: str | None) -> bytes:
        return feeds.changes(self.node, after, self.cache).body

    def happen(self, step: str, what: Any) -> None:
        if step == "put":
            refs, version = what
            drafts = [draft(self.node, ref, title=f"Desk {version}") for ref in sorted(refs)]
            ends = self.clock() + timedelta(days=50)
            publishing.put_listings(self.node, [_ending(d, ends) for d in drafts])
        elif step in ("withdraw", "renew"):
            self._if_known(step, f"riverside-school.{what}")
        elif step == "pass":
            self.clock.pass_by(days=what)
            expiry.expire(self.node)
            expiry.prune(self.node)
        elif step == "back up":
            self.backup = _backed_up(self.node.database)
        elif step == "restore":
            _restored(self.node.database, self.backup)
            setup.new_epoch(self.node)
        else:
            number, pages = what
            for _ in range(pages):
                self.readers[number].read_page()

    def _if_known(self, step: str, key: str) -> None:
        if any(row.key == key for row in publishing.listings(self.node)):
            (publishing.withdraw if step == "withdraw" else publishing.renew)(self.node, key)


def _ending(one: publishing.Draft, ends: datetime) -> publishing.Draft:
    return replace(one, listing=replace(one.listing, expires=ends))


def _backed_up(database: Database) -> Backup:
    with database.read() as tx:
        return [[dict(row) for row in tx.execute(select(table)).mappings()] for table in KEPT]


def _restored(database: Database, backup: Backup) -> None:
    with database.write() as tx:
        for table in reversed(KEPT):
            tx.execute(delete(table))
        for table, rows in zip(KEPT, backup, strict=True):
            if rows:
                tx.execute(table.insert(), rows)


def _emptied(node: Node) -> None:
    _restored(node.database, [[], [], [], []])
    with node.database.write() as tx:
        catalogue.begin(tx, node.now)
    school(node)


@pytest.mark.timeout(120 * examples(1))
def test_every_reader_ends_with_exactly_what_is_published(node: Node) -> None:
    # The same rules hold on both; the server's round trips make each step there a few times slower.
    share = 1 if node.database.is_sqlite else 3

    @settings(max_examples=examples(60) // share, deadline=None)
    @given(steps=STEPS)
    def tell(steps: list[tuple[str, Any]]) -> None:
        _tell(node, steps)

    tell()


def _tell(node: Node, steps: list[tuple[str, Any]]) -> None:
    _emptied(node)
    story = Story(node)
    for step, what in steps:
        story.happen(step, what)
    with node.database.read() as tx:
        live = {shown.entry.id: shown.entry.hash for shown in catalogue.live(tx)}
    for reader in story.readers:
        reader.read_to_the_end()
        assert reader.mirror == live
