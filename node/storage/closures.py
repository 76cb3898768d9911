"""Days on which an organisation, or one of its calendars, is closed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, or_, select

from node.storage.booking_tables import closures
from node.storage.engine import Tx
from schemas.records import dataclass

_c = closures.c


@dataclass(frozen=True, slots=True)
class StoredClosure:
    """Closed from ``first_day`` to ``last_day``, as ISO days; ``calendar_id`` None for the whole organisation."""

    id: int
    organisation_id: str
    calendar_id: int | None
    first_day: str
    last_day: str
    yearly: bool
    reason: str


_NAMES = tuple(StoredClosure.__slots__)


def add(tx: Tx, **values: Any) -> int:
    return int(tx.execute(closures.insert().values(**values).returning(_c.id)).scalar_one())


def remove(tx: Tx, closure_id: int, organisation_id: str) -> bool:
    """Forget closed days of this organisation; whether there were any."""
    which = delete(closures).where(_c.id == closure_id, _c.organisation_id == organisation_id)
    return tx.execute(which).rowcount == 1


def of(tx: Tx, organisation_id: str, calendar_id: int | None = None) -> list[StoredClosure]:
    """The closed days of an organisation as a whole, and of one of its calendars where it is named; by their day."""
    whose: ColumnElement[bool] = _c.calendar_id.is_(None)
    if calendar_id is not None:
        whose = or_(whose, _c.calendar_id == calendar_id)
    query = select(closures).where(_c.organisation_id == organisation_id, whose)
    return _closures(tx, query)


def every(tx: Tx, organisation_id: str) -> list[StoredClosure]:
    """All closed days of an organisation, those of its calendars too."""
    return _closures(tx, select(closures).where(_c.organisation_id == organisation_id))


def _closures(tx: Tx, query: Select[Any]) -> list[StoredClosure]:
    rows = tx.execute(query.order_by(_c.first_day, _c.id))
    return [StoredClosure(*(getattr(row, name) for name in _NAMES)) for row in rows]


def count(tx: Tx, organisation_id: str) -> int:
    return len(tx.execute(select(_c.id).where(_c.organisation_id == organisation_id)).all())
