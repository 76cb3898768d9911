"""Secret addresses of calendars with names in them. Only hashes of the secrets are kept."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, select

from node.storage.booking_tables import calendar_addresses
from node.storage.engine import Tx
from schemas.records import dataclass

_c = calendar_addresses.c


@dataclass(frozen=True, slots=True)
class CalendarAddress:
    """What an address opens: one calendar of an organisation, or all where ``calendar_id`` is None."""

    organisation_id: str
    calendar_id: int | None


def add(tx: Tx, token_hash: str, organisation_id: str, calendar_id: int | None, now: int) -> None:
    row = {"token_hash": token_hash, "organisation_id": organisation_id, "calendar_id": calendar_id, "made_at": now}
    tx.execute(calendar_addresses.insert().values(**row))


def remove(tx: Tx, organisation_id: str, calendar_id: int | None) -> bool:
    """End the addresses of an organisation as a whole, or of one of its calendars; whether there were any."""
    return tx.execute(delete(calendar_addresses).where(_of(organisation_id, calendar_id))).rowcount > 0


def made_at(tx: Tx, organisation_id: str, calendar_id: int | None) -> int | None:
    return tx.execute(select(_c.made_at).where(_of(organisation_id, calendar_id))).scalar()


def by_hash(tx: Tx, token_hash: str) -> CalendarAddress | None:
    row = tx.execute(select(calendar_addresses).where(_c.token_hash == token_hash)).first()
    return CalendarAddress(row.organisation_id, row.calendar_id) if row else None


def _of(organisation_id: str, calendar_id: int | None) -> ColumnElement[bool]:
    one = _c.calendar_id.is_(None) if calendar_id is None else _c.calendar_id == calendar_id
    return and_(_c.organisation_id == organisation_id, one)
