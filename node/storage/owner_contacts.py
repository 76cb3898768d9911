"""Who answers for a node that takes no messages: one row for each address that was named for a source."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, and_, delete, exists, or_, select, update

from node.storage.engine import Tx
from node.storage.exchange_tables import exchanges, owner_contacts
from schemas.records import dataclass

NEW, WILLING, STOPPED = "new", "willing", "stopped"
"""Has never pressed anything; has; wants no requests."""
_c = owner_contacts.c


@dataclass(frozen=True, slots=True)
class Contact:
    """``source_id`` is blank once the source is gone; ``told_at`` is when the first mail was written to it."""

    id: str
    source_id: int | None
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


def leave(tx: Tx, source_id: int, node_id: str) -> None:
    """The source goes: who answers for it is kept under the id of its node, until `meet_again` or `forget`."""
    tx.execute(update(owner_contacts).where(_c.source_id == source_id).values(source_id=None, node_id=node_id))


def meet_again(tx: Tx, source_id: int, node_id: str) -> None:
    """A node is read again: who has answered for it does so once more, and who said stop has still said it."""
    gone = and_(_c.source_id.is_(None), _c.node_id == node_id)
    tx.execute(update(owner_contacts).where(gone).values(source_id=source_id, node_id=None))


def forget(tx: Tx, before: int) -> int:
    """Delete who answered for sources that are gone, but for who said stop; how many there were.

    Who has an exchange that is open, or ended no longer ago than ``before``, stays: its links lead there.
    """
    x = exchanges.c
    needed = exists().where(x.contact_id == _c.id, or_(x.closed_at.is_(None), x.closed_at >= before))
    gone = and_(_c.source_id.is_(None), _c.state != STOPPED)
    return tx.execute(delete(owner_contacts).where(gone, ~needed)).rowcount


def _contact(row: Row[Any]) -> Contact:
    return Contact(*(getattr(row, name) for name in Contact.__slots__))
