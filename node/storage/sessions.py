"""Browsers that are signed in. Only hashes of the secrets that they hold are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, select, update

from node.storage.account_tables import sessions
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One signed-in browser; moments are whole seconds since 1970 in UTC.

    ``account_id`` is None for operators who came by a link from the command line; ``device`` is what the browser calls
    itself, in a few words; ``proved_at`` is when who uses it last proved who they are.
    """

    token_hash: str
    role: str
    account_id: str | None
    device: str
    created_at: int
    seen_at: int
    expires_at: int
    proved_at: int


_NAMES = tuple(StoredSession.__slots__)


def add(tx: Tx, session: StoredSession) -> None:
    tx.execute(sessions.insert().values({name: getattr(session, name) for name in _NAMES}))


def by_hash(tx: Tx, token_hash: str) -> StoredSession | None:
    row = tx.execute(select(sessions).where(sessions.c.token_hash == token_hash)).first()
    return _session(row) if row else None


def every(tx: Tx, role: str, account_id: str | None = None) -> list[StoredSession]:
    """All sessions of a role, or those of one account, the latest seen first."""
    query = select(sessions).where(sessions.c.role == role)
    if account_id is not None:
        query = query.where(sessions.c.account_id == account_id)
    return [_session(row) for row in tx.execute(query.order_by(sessions.c.seen_at.desc(), sessions.c.token_hash))]


def seen(tx: Tx, token_hash: str, now: int, expires_at: int) -> None:
    """Note that a session was used, and how long it lives from now."""
    one = update(sessions).where(sessions.c.token_hash == token_hash)
    tx.execute(one.values(seen_at=now, expires_at=expires_at))


def proved(tx: Tx, token_hash: str, now: int) -> None:
    """Note that who uses a session proved who they are."""
    tx.execute(update(sessions).where(sessions.c.token_hash == token_hash).values(proved_at=now))


def remove(tx: Tx, token_hashes: Sequence[str]) -> int:
    """End these sessions; how many there were."""
    return tx.execute(delete(sessions).where(sessions.c.token_hash.in_(list(token_hashes)))).rowcount


def remove_all(tx: Tx) -> int:
    """End every session of this node; how many there were."""
    return tx.execute(delete(sessions)).rowcount


def forget(tx: Tx, now: int) -> None:
    """Forget sessions whose time is over."""
    tx.execute(delete(sessions).where(sessions.c.expires_at <= now))


def _session(row: Row[Any]) -> StoredSession:
    return StoredSession(*(getattr(row, name) for name in _NAMES))
