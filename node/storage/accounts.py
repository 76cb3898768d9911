"""People who may sign in to the desk."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select, update

from node.storage.account_tables import accounts
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """One person. ``operator`` is who runs the node; moments are whole seconds since 1970 in UTC.

    Without a ``password_hash`` one signs in by links alone.
    """

    id: str
    name: str
    email: str
    language: str
    operator: bool
    password_hash: str | None
    created_at: int
    signed_in_at: int | None = None


_NAMES = tuple(Account.__slots__)


def key_of(email: str) -> str:
    """What two spellings of one address have in common."""
    return email.strip().lower()


def add(tx: Tx, account: Account) -> None:
    values = {name: getattr(account, name) for name in _NAMES}
    tx.execute(accounts.insert().values(**values, email_key=key_of(account.email)))


def change(tx: Tx, account_id: str, **values: Any) -> None:
    """Give columns of one account other values."""
    if "email" in values:
        values["email_key"] = key_of(values["email"])
    tx.execute(update(accounts).where(accounts.c.id == account_id).values(**values))


def remove(tx: Tx, account_id: str) -> None:
    """Take an account away, with its memberships, sessions and links."""
    tx.execute(delete(accounts).where(accounts.c.id == account_id))


def by_id(tx: Tx, account_id: str) -> Account | None:
    row = tx.execute(select(accounts).where(accounts.c.id == account_id)).first()
    return _account(row) if row else None


def by_email(tx: Tx, email: str) -> Account | None:
    row = tx.execute(select(accounts).where(accounts.c.email_key == key_of(email))).first()
    return _account(row) if row else None


def every(tx: Tx) -> list[Account]:
    """All accounts, by address."""
    return [_account(row) for row in tx.execute(select(accounts).order_by(accounts.c.email_key))]


def _account(row: Row[Any]) -> Account:
    return Account(*(getattr(row, name) for name in _NAMES))
