"""Of which own listings somebody was told that they end soon: once for each end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, exists, func, select

from node.storage.desk_tables import expiry_reminders
from node.storage.engine import Tx
from node.storage.listings import LIVE, OwnListing, by_keys
from node.storage.tables import listings
from node.storage.upsert import upsert


def untold(tx: Tx, now: int, before: int, least_life_s: int, limit: int) -> list[OwnListing]:
    """Live listings that end between these moments and of whose end nobody was told, the first to end first.

    Left out is what was written or renewed less than ``least_life_s`` before its end: its giver knows.
    """
    c, told = listings.c, expiry_reminders.c
    known = exists().where(told.listing_id == c.id, told.expires_at == c.expires_at)
    ends = and_(c.state == LIVE, c.expires_at > now, c.expires_at <= before)
    due = select(c.key).where(ends, c.expires_at - c.modified_at >= least_life_s, ~known).order_by(c.expires_at)
    keys = [row.key for row in tx.execute(due.limit(limit))]
    found = by_keys(tx, keys)
    return [found[key] for key in keys]


def last_told(tx: Tx, organisation_id: str) -> int:
    """When an organisation was reminded of anything last, in seconds since 1970; 0 for never."""
    c, told = listings.c, expiry_reminders.c
    query = select(func.max(told.told_at)).join_from(expiry_reminders, listings, told.listing_id == c.id)
    return int(tx.execute(query.where(c.organisation_id == organisation_id)).scalar() or 0)


def tell(tx: Tx, rows: Sequence[OwnListing], now: int) -> None:
    """Note that somebody was told of the ends that these listings have now."""
    values = [{"listing_id": row.id, "expires_at": row.expires_at, "told_at": now} for row in rows]
    upsert(tx, expiry_reminders, values)
