"""After the mirror changed: what the catalogue shows of the listings that were touched.

One place settles every cause alike (a page, a ruling, a hold that ends, a source that is paused or removed), so that
the catalogue is always what the mirrors and the operator's words say.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace

from federation.chunks import chunked
from federation.facts import Entry, Removal, passed_on, short_key
from federation.merge import Current, Nodes, Resolution, resolve, territory
from federation.ports import Ledger
from federation.reading import Context, read_kept
from federation.records import EXPIRED, KEPT, MERGED, SHOWN, WAITING, Mirrored, ReadItem, Source, Withdrawn
from schemas.errors import Problem
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Fresh:
    """What one source has just sent: rows that were put a moment ago, with their items. Saves reading them again."""

    source_id: int | None = None
    rows: Mapping[str, tuple[Mirrored, ReadItem]] = field(default_factory=dict)

    def item(self, row: Mirrored) -> ReadItem | None:
        found = self.rows.get(row.id) if row.source_id == self.source_id else None
        return found[1] if found else None


def said_for(ledger: Ledger, source: Source) -> list[str]:
    """Ids of what other sources said in the name of this source's node, under its address or as coming from it."""
    found: set[str] = set()
    for node_id in (source.node_id, *json.loads(source.former_ids)):
        found |= {*ledger.under(territory(node_id), source.id), *ledger.first_from(node_id, source.id)}
    return sorted(found)


def settle(
    ledger: Ledger,
    ids: Collection[str],
    own_id: str,
    now: int,
    fresh: Fresh | None = None,
    reasons: Mapping[str, str] | None = None,
) -> None:
    """Bring the catalogue in step for ``ids``.

    ``fresh`` must hold every row that its source has of ``ids``; ``reasons`` are the words of tombstones by id.
    """
    nodes = Nodes(own_id, ledger.nodes())
    for chunk in chunked(ids):
        _settle_chunk(ledger, chunk, nodes, now, fresh or Fresh(), reasons or {})


def _settle_chunk(
    ledger: Ledger, ids: Sequence[str], nodes: Nodes, now: int, fresh: Fresh, reasons: Mapping[str, str]
) -> None:
    chunk = _Chunk(nodes, now, fresh, ledger.current(ids), ledger.routes(ids, fresh.source_id), reasons)
    chunk.note_waiting(ledger.withdrawn(ids))
    chunk.read_again(ledger, ids)
    entries: list[Entry] = []
    removals: list[Removal] = []
    turned: list[Mirrored] = []
    for listing_id in ids:
        rows, outcome, entry = chunk.settled(ledger, listing_id)
        turned += chunk.turned(rows, outcome, chunk.current.get(listing_id))
        if entry is not None:
            entries.append(entry)
        elif outcome.winner is None and not outcome.keep and listing_id in chunk.current:
            removals.append(Removal(listing_id, outcome.reason))
    ledger.set_state(turned)
    ledger.publish(entries, removals, now)


@dataclass(slots=True)
class _Chunk:
    """Some listings that are settled together, and what is known of them. ``texts`` are by source and id."""

    nodes: Nodes
    now: int
    fresh: Fresh
    current: Mapping[str, Current]
    others: Mapping[str, Sequence[Mirrored]]
    reasons: Mapping[str, str]
    waiting: dict[str, set[int]] = field(default_factory=dict)
    texts: dict[tuple[int, str], str] = field(default_factory=dict)

    def note_waiting(self, withdrawn: Mapping[str, Sequence[Withdrawn]]) -> None:
        for listing_id, rows in withdrawn.items():
            held = (row for row in rows if row.state in (WAITING, KEPT) and self.nodes.counts(row))
            self.waiting[listing_id] = {row.source_id for row in held}

    def read_again(self, ledger: Ledger, ids: Sequence[str]) -> None:
        """Fetch the texts of winners that are not at hand, a source at a time."""
        wanted: dict[int, list[str]] = {}
        for listing_id in ids:
            if listing_id in self.fresh.rows and listing_id not in self.others:
                continue
            winner = self.resolve(listing_id, self.rows(listing_id)).winner
            if winner is not None and self.fresh.item(winner) is None and not self.is_shown(winner):
                wanted.setdefault(winner.source_id, []).append(listing_id)
        for source_id, listing_ids in wanted.items():
            texts = ledger.texts(source_id, listing_ids)
            self.texts.update({(source_id, listing_id): text for listing_id, text in texts.items()})

    def rows(self, listing_id: str) -> list[Mirrored]:
        own = self.fresh.rows.get(listing_id)
        return [*([own[0]] if own else []), *self.others.get(listing_id, ())]

    def resolve(self, listing_id: str, rows: Sequence[Mirrored]) -> Resolution:
        current, waiting = self.current.get(listing_id), self.waiting.get(listing_id, ())
        return resolve(rows, current, waiting, self.nodes, self.reasons.get(listing_id, "removed"))

    def via(self, row: Mirrored) -> tuple[str, ...]:
        return passed_on(row.via, self.nodes.by_source[row.source_id].node_id)

    def is_shown(self, row: Mirrored) -> bool:
        return self.current.get(row.id) == Current(row.source_id, row.hash, self.via(row))

    def settled(self, ledger: Ledger, listing_id: str) -> tuple[list[Mirrored], Resolution, Entry | None]:
        """The rows of a listing, what becomes of it, and what is to be published.

        A copy that stood back while another was shown may have outlived its time: then it does not come forward.
        """
        rows = self.rows(listing_id)
        while True:
            outcome = self.resolve(listing_id, rows)
            entry = self.entry(ledger, outcome.winner)
            if entry is None or entry.facts.expires_at > self.now:
                return rows, outcome, entry
            rows = [expired(row) if row is outcome.winner else row for row in rows]

    def entry(self, ledger: Ledger, winner: Mirrored | None) -> Entry | None:
        """What is to be published of the winner; None where that is shown already."""
        if winner is None or self.is_shown(winner):
            return None
        item = self.fresh.item(winner) or self.item_again(ledger, winner)
        if item is None or item.published is None or item.facts is None:
            return None
        key, via = short_key(winner.id), self.via(winner)
        return Entry(winner.id, key, winner.source_id, item.published, item.own_hash, via, item.facts)

    def item_again(self, ledger: Ledger, row: Mirrored) -> ReadItem | None:
        text = self.texts.get((row.source_id, row.id)) or ledger.texts(row.source_id, [row.id]).get(row.id)
        if text is None:
            return None
        context = Context(self.nodes.by_source[row.source_id].node_id, self.now)
        return read_kept(row.id, text, row.hash, context)

    def turned(self, rows: Sequence[Mirrored], outcome: Resolution, shown: Current | None) -> Iterator[Mirrored]:
        """The rows of which something else is to be said now than is stored."""
        for row in rows:
            if row.state == EXPIRED and row not in self.rows(row.id):
                yield row
            if row.state not in (SHOWN, MERGED):
                continue
            if row is outcome.winner:
                if row.state == MERGED:
                    yield replace(row, state=SHOWN, reasons=())
                continue
            why = (self.why_not(row, outcome, shown),)
            if row.state == SHOWN or row.reasons != why:
                yield replace(row, state=MERGED, reasons=why)

    def why_not(self, row: Mirrored, outcome: Resolution, shown: Current | None) -> Problem:
        if outcome.winner is not None:
            other = self.nodes.by_source[outcome.winner.source_id].node_id
            return Problem("", "merged", f"The catalogue shows this listing as {other} sends it.")
        if shown is not None and shown.source_id is None:
            return Problem("", "merged", "The catalogue shows this listing as this node wrote it.")
        origin = self.nodes.overruled(row)
        if origin is not None:
            return Problem("", "merged", f"{origin} is read here itself, so only its own word on this listing counts.")
        return Problem("", "merged", "Its source is suspended, so nothing of it is shown.")


def expired(row: Mirrored) -> Mirrored:
    """The row once its time is over."""
    return replace(row, state=EXPIRED, reasons=(Problem("/_sharefeed/expires", "expired", "Its time is over."),))
