"""The engine's ledger in memory: rolled back whole when a block raises, with the same checks as the stored one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from federation.facts import Entry, Removal
from federation.merge import Current, KnownNode
from federation.ports import StaleError
from federation.records import ACTIVE, KEPT, SUSPENDED, WAITING, Mirrored, PollResult, Ruling, Source, Withdrawn
from tests.fakes.change_log import ChangeLog

Key = tuple[int, str]

# What a reading may write of a source: the rest is the operator's.
_READERS = (
    *("epoch", "cursor", "etag", "last_modified", "reading", "reading_open", "mirror_count", "mirror_digest"),
    *("removal_window", "due_at", "lease_until", "failures", "gone_answers", "gone_since"),
    *("last_polled_at", "last_read_at", "last_full_at", "verified_at", "mismatch_backoff_s"),
    *("reread_at", "last_code", "last_message"),
)


@dataclass
class Memory:
    """Everything that an aggregator remembers. All values are immutable, so a copy of the dicts is a snapshot."""

    sources: dict[int, Source] = field(default_factory=dict)
    mirror: dict[Key, tuple[Mirrored, str]] = field(default_factory=dict)
    removals: dict[Key, Withdrawn] = field(default_factory=dict)
    rulings: dict[Key, Ruling] = field(default_factory=dict)
    log: ChangeLog = field(default_factory=ChangeLog)
    polls: list[tuple[int, PollResult]] = field(default_factory=list)
    events: list[tuple[int, str, str, int]] = field(default_factory=list)

    def copy(self) -> Memory:
        return Memory(
            dict(self.sources),
            dict(self.mirror),
            dict(self.removals),
            dict(self.rulings),
            self.log.copy(),
            list(self.polls),
            list(self.events),
        )


class MemoryLedger:
    """See `federation.ports.Ledger`."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    def source(self, source_id: int) -> Source | None:
        return self.memory.sources.get(source_id)

    def save(self, source: Source, asked_with: str | None) -> None:
        stored = self.memory.sources.get(source.id)
        if stored is None or stored.cursor != asked_with or stored.lease_token != source.lease_token:
            raise StaleError(source.id)
        read = {name: getattr(source, name) for name in _READERS}
        self.memory.sources[source.id] = replace(stored, **read)

    def amend(self, source: Source) -> None:
        self.memory.sources[source.id] = source

    def suspend(self, source_id: int, reason: str) -> None:
        self._change(source_id, state=SUSPENDED, state_reason=reason)

    def resume(self, source_id: int) -> None:
        self._change(source_id, state=ACTIVE, state_reason=None, gone_answers=0)

    def _change(self, source_id: int, **values: Any) -> None:
        self.memory.sources[source_id] = replace(self.memory.sources[source_id], **values)

    def note(self, source_id: int, code: str, message: str, now: int) -> None:
        mine = [event[1:3] for event in self.memory.events if event[0] == source_id]
        if not mine or mine[-1] != (code, message):
            self.memory.events.append((source_id, code, message, now))

    def source_at(self, url: str) -> int | None:
        return next((source.id for source in self.memory.sources.values() if source.url == url), None)

    def nodes(self) -> list[KnownNode]:
        every = self.memory.sources.values()
        return [
            KnownNode(
                s.id,
                s.node_id,
                s.state,
                s.last_full_at is not None,
                tuple(orjson.loads(s.former_ids)),
                tuple((ids, to) for ids, to in orjson.loads(s.handed_on)),
            )
            for s in every
        ]

    def known(self, source_id: int, ids: Collection[str]) -> Mapping[str, Mirrored]:
        return {row.id: row for row, _ in self._rows(source_id, ids)}

    def texts(self, source_id: int, ids: Collection[str]) -> Mapping[str, str]:
        return {row.id: text for row, text in self._rows(source_id, ids)}

    def _rows(self, source_id: int, ids: Collection[str]) -> Iterator[tuple[Mirrored, str]]:
        return (self.memory.mirror[source_id, i] for i in ids if (source_id, i) in self.memory.mirror)

    def routes(self, ids: Collection[str], besides: int | None = None) -> Mapping[str, Sequence[Mirrored]]:
        wanted, found = set(ids), dict[str, list[Mirrored]]()
        for row, _ in sorted(self.memory.mirror.values(), key=lambda pair: pair[0].source_id):
            if row.id in wanted and row.source_id != besides:
                found.setdefault(row.id, []).append(row)
        return found

    def put(self, rows: Sequence[tuple[Mirrored, str]]) -> None:
        for row, text in rows:
            before = self.memory.mirror.get((row.source_id, row.id))
            first_seen = before[0].first_seen_at if before else row.first_seen_at
            self.memory.mirror[row.source_id, row.id] = (replace(row, first_seen_at=first_seen), text)

    def set_state(self, rows: Sequence[Mirrored]) -> None:
        for row in rows:
            if (row.source_id, row.id) in self.memory.mirror:
                stored, text = self.memory.mirror[row.source_id, row.id]
                turned = replace(stored, state=row.state, reasons=row.reasons)
                self.memory.mirror[row.source_id, row.id] = (turned, text)

    def mark(self, source_id: int, ids: Collection[str], reading: int) -> None:
        for row, text in list(self._rows(source_id, ids)):
            self.memory.mirror[source_id, row.id] = (replace(row, reading=reading), text)

    def drop(self, source_id: int, ids: Collection[str]) -> None:
        for id_ in ids:
            self.memory.mirror.pop((source_id, id_), None)

    def unmarked(self, source_id: int, reading: int) -> Sequence[Mirrored]:
        rows = (row for row, _ in self.memory.mirror.values())
        return [row for row in rows if row.source_id == source_id and row.reading < reading]

    def ids_of(self, source_id: int, after: str, limit: int) -> Sequence[str]:
        return sorted(i for s, i in self.memory.mirror if s == source_id and i > after)[:limit]

    def under(self, address: str, except_source: int) -> Sequence[str]:
        sent = (*self.memory.mirror, *self.memory.removals)
        return sorted({i for s, i in sent if s != except_source and i.startswith(address)})

    def first_from(self, node_id: str, except_source: int) -> Sequence[str]:
        rows = [*(row for row, _ in self.memory.mirror.values()), *self.memory.removals.values()]
        return sorted({row.id for row in rows if row.source_id != except_source and row.via[:1] == (node_id,)})

    def rulings(self, source_id: int, ids: Collection[str]) -> Mapping[str, Ruling]:
        return {i: self.memory.rulings[source_id, i] for i in ids if (source_id, i) in self.memory.rulings}

    def withdrawn(self, ids: Collection[str]) -> Mapping[str, Sequence[Withdrawn]]:
        wanted, found = set(ids), dict[str, list[Withdrawn]]()
        for row in self.memory.removals.values():
            if row.id in wanted:
                found.setdefault(row.id, []).append(row)
        return found

    def waiting(self, source_id: int) -> Sequence[Withdrawn]:
        rows = self.memory.removals.values()
        return [row for row in rows if row.source_id == source_id and row.state in (WAITING, KEPT)]

    def put_withdrawn(self, rows: Sequence[Withdrawn]) -> None:
        for row in rows:
            self.memory.removals[row.source_id, row.id] = row

    def forget_withdrawn(self, source_id: int, ids: Collection[str]) -> None:
        for id_ in ids:
            self.memory.removals.pop((source_id, id_), None)

    def current(self, ids: Collection[str]) -> Mapping[str, Current]:
        live = self.memory.log.live()
        return {i: Current(live[i].source_id, live[i].hash, live[i].via) for i in ids if i in live}

    def published(self, ids: Collection[str]) -> Mapping[str, str]:
        live = self.memory.log.live()
        return {i: live[i].text or "" for i in ids if i in live}

    def publish(self, entries: Sequence[Entry], removals: Sequence[Removal], now: int) -> None:
        ids = [entry.id for entry in entries] + [removal.id for removal in removals]
        assert len(ids) == len(set(ids)), "an id stands twice in one change"
        current = self.current(ids)
        for entry in entries:
            if current.get(entry.id) != Current(entry.source_id, entry.hash, entry.via):
                self.memory.log.put(entry.id, entry.item, entry.hash, entry.via, now, entry.source_id)
        for removal in removals:
            if removal.id in current:
                self.memory.log.bury(removal.id, removal.reason, now)

    def log_poll(self, source_id: int, result: PollResult, milliseconds: int, now: int) -> None:
        self.memory.polls.append((source_id, result))


class MemoryBook:
    """See `federation.ports.Book`. ``memory`` is what was kept last."""

    def __init__(self) -> None:
        self.memory = Memory()

    @contextmanager
    def open(self) -> Iterator[MemoryLedger]:
        working = self.memory.copy()
        yield MemoryLedger(working)
        self.memory = working
