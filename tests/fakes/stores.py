"""Two places in which an aggregator can keep what it knows, seen alike by tests: memory, and a real database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from federation.ports import Book
from federation.records import Mirrored, PollResult, Ruling, Source, Withdrawn
from node.storage import catalogue, events, mirror, polls, removals, rulings, sources
from node.storage.engine import Database
from node.storage.ledger import StoredBook
from schemas.errors import SharefeedError
from tests.fakes.change_log import LogRow
from tests.fakes.ledger import Memory, MemoryBook

LEASE_S = 600


class MissingError(SharefeedError):
    """There is no such source."""


class Store(Protocol):
    @property
    def book(self) -> Book: ...

    def add(self, source: Source) -> Source: ...

    def lease(self, source_id: int, now: int) -> Source: ...

    def source(self, source_id: int) -> Source: ...

    def change(self, source_id: int, **values: object) -> None: ...

    def forget(self, source_id: int) -> None: ...

    def rows(self, source_id: int) -> dict[str, tuple[Mirrored, str]]: ...

    def withdrawn(self, source_id: int) -> dict[str, Withdrawn]: ...

    def rule(self, source_id: int, listing_id: str, ruling: Ruling) -> None: ...

    def live(self) -> dict[str, LogRow]:
        """What the catalogue shows, by id."""
        ...

    def sums(self) -> tuple[int, str]:
        """Count and digest as they moved with each change."""
        ...

    def polls(self, source_id: int) -> Sequence[PollResult]: ...

    def events(self, source_id: int) -> list[str]:
        """The codes of what happened to a source, the oldest first."""
        ...

    def last_event(self, source_id: int) -> str:
        """What happened to a source last, in words."""
        ...


class MemoryStore:
    def __init__(self) -> None:
        self.book = MemoryBook()

    @property
    def memory(self) -> Memory:
        return self.book.memory

    def add(self, source: Source) -> Source:
        number = max(self.memory.sources, default=0) + 1
        self.memory.sources[number] = replace(source, id=number)
        return self.memory.sources[number]

    def lease(self, source_id: int, now: int) -> Source:
        stored = self.memory.sources[source_id]
        leased = replace(stored, lease_until=now + LEASE_S, lease_token=stored.lease_token + 1)
        self.memory.sources[source_id] = leased
        return leased

    def source(self, source_id: int) -> Source:
        return self.memory.sources[source_id]

    def change(self, source_id: int, **values: object) -> None:
        self.memory.sources[source_id] = replace(self.memory.sources[source_id], **values)

    def forget(self, source_id: int) -> None:
        del self.memory.sources[source_id]

    def rows(self, source_id: int) -> dict[str, tuple[Mirrored, str]]:
        return {i: pair for (s, i), pair in self.memory.mirror.items() if s == source_id}

    def withdrawn(self, source_id: int) -> dict[str, Withdrawn]:
        return {i: row for (s, i), row in self.memory.removals.items() if s == source_id}

    def rule(self, source_id: int, listing_id: str, ruling: Ruling) -> None:
        self.memory.rulings[source_id, listing_id] = ruling

    def live(self) -> dict[str, LogRow]:
        return self.memory.log.live()

    def sums(self) -> tuple[int, str]:
        return self.memory.log.sums()

    def polls(self, source_id: int) -> Sequence[PollResult]:
        return [result for number, result in self.memory.polls if number == source_id]

    def events(self, source_id: int) -> list[str]:
        return [code for number, code, _, _ in self.memory.events if number == source_id]

    def last_event(self, source_id: int) -> str:
        return next(message for number, _, message, _ in reversed(self.memory.events) if number == source_id)


class StoredStore:
    """On a database that has its tables and nothing in them."""

    def __init__(self, database: Database, now: int = 0) -> None:
        self.database = database
        self.book = StoredBook(database)
        with database.write() as tx:
            catalogue.begin(tx, now)

    def add(self, source: Source) -> Source:
        with self.database.write() as tx:
            return sources.add(tx, source)

    def lease(self, source_id: int, now: int) -> Source:
        with self.database.write() as tx:
            [leased] = sources.lease(tx, [source_id], now, LEASE_S)
        return leased

    def source(self, source_id: int) -> Source:
        with self.database.read() as tx:
            source = sources.by_id(tx, source_id)
        if source is None:
            raise MissingError(str(source_id))
        return source

    def change(self, source_id: int, **values: object) -> None:
        with self.database.write() as tx:
            sources.change(tx, source_id, **values)

    def forget(self, source_id: int) -> None:
        with self.database.write() as tx:
            sources.remove(tx, source_id)

    def rows(self, source_id: int) -> dict[str, tuple[Mirrored, str]]:
        with self.database.read() as tx:
            rows = {row.id: row for row in mirror.of_source(tx, source_id, limit=100_000)}
            texts = mirror.texts(tx, source_id, list(rows))
        return {id_: (row, texts[id_]) for id_, row in rows.items()}

    def withdrawn(self, source_id: int) -> dict[str, Withdrawn]:
        with self.database.read() as tx:
            batches = removals.batches(tx, ("waiting", "applied", "kept"))
            rows = [row for batch in batches for row in removals.in_batch(tx, batch.batch)]
        return {row.id: row for row in rows if row.source_id == source_id}

    def rule(self, source_id: int, listing_id: str, ruling: Ruling) -> None:
        with self.database.write() as tx:
            rulings.put(tx, source_id, listing_id, ruling, 0)

    def live(self) -> dict[str, LogRow]:
        with self.database.read() as tx:
            shown = list(catalogue.live(tx))
        return {
            s.entry.id: LogRow(
                s.entry.id, s.position, s.entry.item, s.entry.hash, s.entry.via, s.changed_at, s.entry.source_id
            )
            for s in shown
        }

    def sums(self) -> tuple[int, str]:
        with self.database.read() as tx:
            state = catalogue.state(tx)
        return state.live_count, state.digest

    def polls(self, source_id: int) -> Sequence[PollResult]:
        with self.database.read() as tx:
            rows = polls.recent(tx, source_id)
        return [PollResult(row.code, row.message) for row in reversed(rows)]

    def events(self, source_id: int) -> list[str]:
        with self.database.read() as tx:
            return [row.code for row in reversed(events.recent(tx, source_id))]

    def last_event(self, source_id: int) -> str:
        with self.database.read() as tx:
            return events.recent(tx, source_id, 1)[0].message


def listing_states(rows: Mapping[str, tuple[Mirrored, str]]) -> dict[str, str]:
    """What became of each listing."""
    return {id_: row.state for id_, (row, _) in rows.items()}
