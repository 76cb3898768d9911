"""Judging again what is already in the mirror: after the operator's word, and when a removal is decided or undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson

from federation.decide import fate
from federation.facts import Entry, passed_on, short_key
from federation.ports import Ledger
from federation.reading import Context, read_item
from federation.records import ReadItem, Ruling, Source, Withdrawn
from federation.settle import Fresh, settle


def read_kept(source: Source, listing_id: str, text: str, now: int) -> ReadItem:
    """A stored item, judged as of ``now``; its stated hash counts, as the text was taken apart once already."""
    return read_item(listing_id, orjson.loads(text), "kept", Context(source.node_id, now))


def apply_ruling(ledger: Ledger, source: Source, listing_id: str, ruling: Ruling, own_id: str, now: int) -> bool:
    """Let the operator's word take effect on one listing; False where the source no longer has that listing."""
    row = ledger.known(source.id, [listing_id]).get(listing_id)
    text = ledger.texts(source.id, [listing_id]).get(listing_id)
    if row is None or text is None:
        return False
    item = read_kept(source, listing_id, text, now)._replace(hash=row.hash, via=row.via)
    state, reasons = fate(source, item, row, ruling, own_id, now)
    judged = replace(row, state=state, reasons=reasons)
    ledger.set_state([judged])
    settle(ledger, [listing_id], own_id, now, Fresh(source.id, {listing_id: (judged, item)}))
    return True


def restore(ledger: Ledger, source: Source, rows: Sequence[Withdrawn], now: int) -> int:
    """Show withdrawn listings again where nothing else is shown in their place; how many."""
    current = ledger.current([row.id for row in rows])
    items = [(row, read_kept(source, row.id, row.item, now)) for row in rows if row.id not in current]
    entries = [
        Entry(
            row.id,
            short_key(row.id),
            source.id,
            item.published,
            row.hash,
            passed_on(row.via, source.node_id),
            item.facts,
        )
        for row, item in items
        if item.published is not None and item.facts is not None and item.facts.expires_at > now
    ]
    ledger.publish(entries, [], now)
    return len(entries)
