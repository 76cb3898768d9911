"""Who answers for a node that takes no messages: one row for each address that was named for a source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, and_, select, update

from node.storage.engine import Tx
from node.storage.exchange_tables import owner_contacts
from schemas.records import dataclass

NEW, WILLING, STOPPED = "new", "willing", "stopped"
"""Has never pressed anything; has; wants no requests."""
_c = owner_contacts.c


@dataclass(frozen=True, slots=True)
class Contact:
    """``told_at`` is when the first mail was written to it."""

    id: str
    source_id: int
    email: str
    state: str = NEW
    told_at: int | None = None


def by_id(tx: Tx, contact_id: str, lock: bool = False) -> Contact | None:
    """A contact; with ``lock`` others who would change it wait until this transaction ends."""
    query = select(owner_contacts).where(_c.id == contact_id)
    row = tx.execute(query.with_for_update() if lock else query).first()
    return _contact(row) if row else None


def of_source(tx: Tx, source_id: int, email: str) -> Contact | None:
    row = tx.execute(select(owner_contacts).where(and_(_c.source_id == source_id, _c.email == email))).first()
    return _contact(row) if row else None


def add(tx: Tx, contact: Contact) -> None:
    tx.execute(owner_contacts.insert().values({name: getattr(contact, name) for name in Contact.__slots__}))


def change(tx: Tx, contact: Contact, **values: Any) -> Contact:
    """Keep another state, or when it was told; the contact as it is now."""
    tx.execute(update(owner_contacts).where(_c.id == contact.id).values(**values))
    return replace(contact, **values)


def _contact(row: Row[Any]) -> Contact:
    return Contact(*(getattr(row, name) for name in Contact.__slots__))
