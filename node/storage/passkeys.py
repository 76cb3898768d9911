"""Passkeys (WebAuthn credentials) of accounts: public keys alone, which open nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select, update

from node.storage.account_tables import passkeys
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Passkey:
    """``credential`` is the attested credential data in base64; ``uses`` the authenticator's own counter, or 0."""

    id: str
    account_id: str
    credential_id: str
    credential: str
    name: str
    uses: int
    made_at: int
    used_at: int | None = None


_NAMES = tuple(Passkey.__slots__)


def add(tx: Tx, passkey: Passkey) -> None:
    tx.execute(passkeys.insert().values({name: getattr(passkey, name) for name in _NAMES}))


def by_credential(tx: Tx, credential_id: str) -> Passkey | None:
    row = tx.execute(select(passkeys).where(passkeys.c.credential_id == credential_id)).first()
    return _passkey(row) if row else None


def of_account(tx: Tx, account_id: str) -> list[Passkey]:
    query = select(passkeys).where(passkeys.c.account_id == account_id)
    return [_passkey(row) for row in tx.execute(query.order_by(passkeys.c.made_at, passkeys.c.id))]


def used(tx: Tx, passkey_id: str, uses: int, now: int) -> None:
    tx.execute(update(passkeys).where(passkeys.c.id == passkey_id).values(uses=uses, used_at=now))


def remove(tx: Tx, account_id: str, passkey_id: str) -> bool:
    """Take a passkey of this account away; whether there was one."""
    c = passkeys.c
    return tx.execute(delete(passkeys).where(c.account_id == account_id, c.id == passkey_id)).rowcount == 1


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(*(getattr(row, name) for name in _NAMES))
