"""What somebody has beside a password: the secret of an app that shows codes, sealed, and codes for when it is lost."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from node.storage.account_tables import recovery_codes, second_factors
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """An app that shows codes. Until ``confirmed_at`` it counts for nothing; ``last_step`` is of the last code used."""

    account_id: str
    secret: str
    confirmed_at: int | None
    last_step: int


def of_account(tx: Tx, account_id: str) -> SecondFactor | None:
    row = tx.execute(select(second_factors).where(second_factors.c.account_id == account_id)).first()
    return SecondFactor(row.account_id, row.secret, row.confirmed_at, row.last_step) if row else None


def begin(tx: Tx, account_id: str, secret: str) -> None:
    """Keep a secret that is not confirmed yet, in place of another such."""
    c = second_factors.c
    tx.execute(delete(second_factors).where(c.account_id == account_id, c.confirmed_at.is_(None)))
    tx.execute(second_factors.insert().values(account_id=account_id, secret=secret, last_step=0))


def confirm(tx: Tx, account_id: str, now: int) -> None:
    tx.execute(update(second_factors).where(second_factors.c.account_id == account_id).values(confirmed_at=now))


def use_step(tx: Tx, account_id: str, step: int) -> bool:
    """Use the code of a step up, and all before it; whether it was still good. Of two at once, one succeeds."""
    c = second_factors.c
    one = update(second_factors).where(c.account_id == account_id, c.last_step < step)
    return tx.execute(one.values(last_step=step)).rowcount == 1


def remove(tx: Tx, account_id: str) -> None:
    """Take the app and all codes away."""
    tx.execute(delete(second_factors).where(second_factors.c.account_id == account_id))
    tx.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))


def set_recovery(tx: Tx, account_id: str, hashes: Sequence[str]) -> None:
    """Keep these codes in place of those before."""
    tx.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    tx.execute(recovery_codes.insert(), [{"code_hash": one, "account_id": account_id} for one in hashes])


def use_recovery(tx: Tx, account_id: str, code_hash: str) -> bool:
    """Use a code up; whether it was there. Of two at once, one succeeds."""
    c = recovery_codes.c
    one = delete(recovery_codes).where(c.account_id == account_id, c.code_hash == code_hash)
    return tx.execute(one).rowcount == 1


def recovery_left(tx: Tx, account_id: str) -> int:
    query = select(func.count()).where(recovery_codes.c.account_id == account_id)
    return tx.execute(query).scalar() or 0
