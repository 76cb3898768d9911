"""The organisations that moved from this node to another one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select, update

from node.storage.desk_tables import handed_on
from node.storage.engine import Tx
from node.storage.tables import organisations
from node.storage.upsert import upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One organisation that moved: its listings, whose ids begin with ``ids``, are the node ``to``'s since ``at``.

    They are published here until ``ends_at``; ``ended``: they are not any more. Moments are seconds since 1970.
    """

    organisation_id: str
    slug: str
    ids: str
    to: str
    at: int
    ends_at: int
    ended: bool


_EVERY = select(handed_on, organisations.c.slug).join(organisations, organisations.c.id == handed_on.c.organisation_id)


def put(tx: Tx, moved: HandedOver) -> None:
    names = [name for name in HandedOver.__slots__ if name != "slug"]
    upsert(tx, handed_on, [{name: getattr(moved, name) for name in names}])


def remove(tx: Tx, organisation_id: str) -> bool:
    """Forget that an organisation moved; whether it had."""
    return tx.execute(delete(handed_on).where(handed_on.c.organisation_id == organisation_id)).rowcount == 1


def end(tx: Tx, organisation_id: str) -> None:
    tx.execute(update(handed_on).where(handed_on.c.organisation_id == organisation_id).values(ended=True))


def every(tx: Tx) -> list[HandedOver]:
    """All of them, in a lasting order."""
    return [_moved(row) for row in tx.execute(_EVERY.order_by(handed_on.c.organisation_id))]


def due(tx: Tx, now: int) -> list[HandedOver]:
    """Those whose listings are still published here, and should not be."""
    return [_moved(row) for row in tx.execute(_EVERY.where(handed_on.c.ended.is_(False), handed_on.c.ends_at <= now))]


def of(tx: Tx, organisation_id: str) -> HandedOver | None:
    row = tx.execute(_EVERY.where(handed_on.c.organisation_id == organisation_id)).first()
    return _moved(row) if row else None


def by_slug(tx: Tx, slug: str) -> HandedOver | None:
    row = tx.execute(_EVERY.where(organisations.c.slug == slug)).first()
    return _moved(row) if row else None


def _moved(row: Row[Any]) -> HandedOver:
    return HandedOver(*(getattr(row, name) for name in HandedOver.__slots__))
