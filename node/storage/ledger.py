"""The engine's ledger (`federation.ports`) on this database: each method is one call to a noun's file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from federation.facts import Entry, Removal
from federation.merge import OURSELVES, Current, KnownNode
from federation.records import ACTIVE, KEPT, SUSPENDED, WAITING, Mirrored, PollResult, Ruling, Source, Withdrawn
from node.storage import catalogue, events, handed_on, mirror, polls, removals, rulings, sources
from node.storage.engine import Database, Tx


class StoredLedger:
    """One transaction's view; see `federation.ports.Ledger`. It writes, so others that write wait until it ends.

    Merging reads what several sources sent and writes what follows from it. On PostgreSQL two that did so side by side
    would not see each other's rows and would wait for each other's locks; on SQLite they stand in line already.
    """

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        catalogue.state(tx, lock=True)

    def source(self, source_id: int) -> Source | None:
        return sources.by_id(self.tx, source_id, lock=True)

    def save(self, source: Source, asked_with: str | None) -> None:
        sources.save(self.tx, source, asked_with)

    def suspend(self, source_id: int, reason: str) -> None:
        sources.change(self.tx, source_id, state=SUSPENDED, state_reason=reason)

    def resume(self, source_id: int) -> None:
        sources.change(self.tx, source_id, state=ACTIVE, state_reason=None, gone_answers=0)

    def amend(self, source: Source) -> None:
        sources.amend(self.tx, source)

    def note(self, source_id: int, code: str, message: str, now: int) -> None:
        events.note(self.tx, source_id, code, message, now)

    def source_at(self, url: str) -> int | None:
        found = sources.by_url(self.tx, url)
        return found.id if found else None

    def nodes(self) -> list[KnownNode]:
        ours = tuple((one.ids, one.to) for one in handed_on.every(self.tx))
        own = [KnownNode(OURSELVES, "", ACTIVE, True, (), ours)] if ours else []
        return [*sources.nodes(self.tx), *own]

    def known(self, source_id: int, ids: Collection[str]) -> dict[str, Mirrored]:
        return mirror.known(self.tx, source_id, ids)

    def texts(self, source_id: int, ids: Collection[str]) -> dict[str, str]:
        return mirror.texts(self.tx, source_id, ids)

    def routes(self, ids: Collection[str], besides: int | None = None) -> dict[str, list[Mirrored]]:
        return mirror.routes(self.tx, ids, besides)

    def put(self, rows: Sequence[tuple[Mirrored, str]]) -> None:
        mirror.put(self.tx, rows)

    def set_state(self, rows: Sequence[Mirrored]) -> None:
        mirror.set_state(self.tx, rows)

    def mark(self, source_id: int, ids: Collection[str], reading: int) -> None:
        mirror.mark(self.tx, source_id, ids, reading)

    def drop(self, source_id: int, ids: Collection[str]) -> None:
        mirror.drop(self.tx, source_id, ids)

    def unmarked(self, source_id: int, reading: int) -> list[Mirrored]:
        return mirror.unmarked(self.tx, source_id, reading)

    def ids_of(self, source_id: int, after: str, limit: int) -> list[str]:
        return mirror.ids_of(self.tx, source_id, after, limit)

    def under(self, address: str, except_source: int) -> list[str]:
        sent = mirror.under(self.tx, address, except_source)
        return sorted({*sent, *removals.under(self.tx, address, except_source)})

    def first_from(self, node_id: str, except_source: int) -> list[str]:
        sent = mirror.first_from(self.tx, node_id, except_source)
        return sorted({*sent, *removals.first_from(self.tx, node_id, except_source)})

    def rulings(self, source_id: int, ids: Collection[str]) -> dict[str, Ruling]:
        return rulings.of_source(self.tx, source_id, ids)

    def withdrawn(self, ids: Collection[str]) -> dict[str, list[Withdrawn]]:
        return removals.of_ids(self.tx, ids)

    def waiting(self, source_id: int) -> list[Withdrawn]:
        return removals.of_source(self.tx, source_id, (WAITING, KEPT))

    def put_withdrawn(self, rows: Sequence[Withdrawn]) -> None:
        removals.put(self.tx, rows)

    def forget_withdrawn(self, source_id: int, ids: Collection[str]) -> None:
        removals.forget(self.tx, source_id, ids)

    def current(self, ids: Collection[str]) -> dict[str, Current]:
        return catalogue.current(self.tx, ids)

    def published(self, ids: Collection[str]) -> dict[str, str]:
        return catalogue.texts(self.tx, ids)

    def publish(self, entries: Sequence[Entry], removed: Sequence[Removal], now: int) -> None:
        catalogue.apply(self.tx, entries, removed, now)

    def log_poll(self, source_id: int, result: PollResult, milliseconds: int, now: int) -> None:
        polls.log(self.tx, source_id, result, milliseconds, now)


class StoredBook:
    """See `federation.ports.Book`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def open(self) -> Iterator[StoredLedger]:
        with self.database.write() as tx:
            yield StoredLedger(tx)
