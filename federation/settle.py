"""After the mirror changed: what the catalogue shows of the listings that were touched.

One place settles every cause alike (a page, a ruling, a hold that ends, a source that is paused or removed), so that
the catalogue is always what the mirrors and the operator's words say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import orjson

from federation.facts import Entry, Removal, passed_on, short_key
from federation.merge import Current, KnownNode, Nodes, Resolution, resolve
from federation.ports import Ledger
from federation.reading import Context, read_item
from federation.records import KEPT, MERGED, SHOWN, WAITING, Mirrored, ReadItem
from schemas.errors import Problem

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Fresh:
    """What one source has just sent: rows that were put a moment ago, with their items. Saves reading them again."""

    source_id: int | None = None
    rows: Mapping[str, tuple[Mirrored, ReadItem]] = field(default_factory=dict)

    def item(self, row: Mirrored) -> ReadItem | None:
        found = self.rows.get(row.id) if row.source_id == self.source_id else None
        return found[1] if found else None


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
    for chunk in chunks(ids):
        _settle_chunk(ledger, chunk, nodes, now, fresh or Fresh(), reasons or {})


def chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """``ids`` in lists of a size that keeps memory small."""
    iterator = iter(ids)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _settle_chunk(
    ledger: Ledger, ids: Sequence[str], nodes: Nodes, now: int, fresh: Fresh, reasons: Mapping[str, str]
) -> None:
    current, withdrawn = ledger.current(ids), ledger.withdrawn(ids)
    others = ledger.routes(ids, fresh.source_id)
    entries: list[Entry] = []
    removals: list[Removal] = []
    turned: list[Mirrored] = []
    for listing_id in ids:
        own = fresh.rows.get(listing_id)
        rows = (*([own[0]] if own else []), *others.get(listing_id, ()))
        shown = current.get(listing_id)
        waiting = {row.source_id: row.state for row in withdrawn.get(listing_id, ()) if row.state in (WAITING, KEPT)}
        outcome = resolve(rows, shown, waiting, nodes, reasons.get(listing_id, "removed"))
        turned += _turned(rows, outcome, nodes)
        entry = _entry(ledger, outcome.winner, shown, nodes, now, fresh)
        if entry is not None:
            entries.append(entry)
        elif outcome.winner is None and not outcome.keep and shown is not None:
            removals.append(Removal(listing_id, outcome.reason))
    ledger.set_state(turned)
    ledger.publish(entries, removals, now)


def _turned(rows: Sequence[Mirrored], outcome: Resolution, nodes: Nodes) -> Iterator[Mirrored]:
    """The rows that went from shown to merged, or back."""
    for row in rows:
        if row.state not in (SHOWN, MERGED):
            continue
        wins = row is outcome.winner
        if wins and row.state == MERGED:
            yield replace(row, state=SHOWN, reasons=())
        elif not wins and row.state == SHOWN:
            yield replace(row, state=MERGED, reasons=(_merged_into(outcome.winner, nodes),))


def _merged_into(winner: Mirrored | None, nodes: Nodes) -> Problem:
    where = nodes.by_source[winner.source_id].node_id if winner else nodes.own_id
    return Problem("", "merged", f"The catalogue shows this listing as {where} sends it.")


def _entry(
    ledger: Ledger,
    winner: Mirrored | None,
    shown: Current | None,
    nodes: Nodes,
    now: int,
    fresh: Fresh,
) -> Entry | None:
    """What is to be published of the winner; None where that is shown already."""
    if winner is None:
        return None
    node = nodes.by_source[winner.source_id]
    via = passed_on(winner.via, node.node_id)
    if shown == Current(winner.source_id, winner.hash, via):
        return None
    item = fresh.item(winner) or _read_again(ledger, winner, node, now)
    if item is None or item.published is None or item.facts is None:
        return None
    return Entry(winner.id, short_key(winner.id), winner.source_id, item.published, winner.hash, via, item.facts)


def _read_again(ledger: Ledger, row: Mirrored, node: KnownNode, now: int) -> ReadItem | None:
    text = ledger.texts(row.source_id, [row.id]).get(row.id)
    if text is None:
        return None
    # "kept" is no wire format: as with XML, the hash that was stored with the text is the one that counts.
    return read_item(row.id, orjson.loads(text), "kept", Context(node.node_id, now))
