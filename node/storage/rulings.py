"""The operator's word on single listings."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from federation.records import Ruling
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.tables import rulings
from node.storage.upsert import upsert


def of_source(tx: Tx, source_id: int, ids: Collection[str]) -> dict[str, Ruling]:
    """The word on each of these listings, where there is one."""
    query = select(rulings).where(rulings.c.source_id == source_id, among(tx, rulings.c.id, ids))
    return {row.id: Ruling(row.hash, row.ruling, row.reason, row.words) for row in tx.execute(query)}


def put(tx: Tx, source_id: int, listing_id: str, ruling: Ruling, now: int) -> None:
    """Keep the newest word; it counts for the version with this hash, and for the words that were in doubt."""
    values = {"source_id": source_id, "id": listing_id, "ruled_at": now, **ruling._asdict()}
    upsert(tx, rulings, [values])
