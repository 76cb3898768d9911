"""How operators are let in: one-time links, and the sessions that they open. Only hashes of the secrets are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update

from node.storage.engine import Tx
from node.storage.operator_tables import operator_links, sessions


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A one-time link; moments are whole seconds since 1970 in UTC."""

    token_hash: str
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One signed-in browser; moments are whole seconds since 1970 in UTC."""

    token_hash: str
    role: str
    created_at: int
    seen_at: int
    expires_at: int


def add_link(tx: Tx, link: StoredLink) -> None:
    values = {"token_hash": link.token_hash, "expires_at": link.expires_at, "used_at": link.used_at}
    tx.execute(operator_links.insert().values(values))


def link(tx: Tx, token_hash: str) -> StoredLink | None:
    row = tx.execute(select(operator_links).where(operator_links.c.token_hash == token_hash)).first()
    return StoredLink(row.token_hash, row.expires_at, row.used_at) if row else None


def use_link(tx: Tx, token_hash: str, now: int) -> bool:
    """Mark a link as used; whether it still was good. Of two who try at once, one succeeds."""
    c = operator_links.c
    good = update(operator_links).where(c.token_hash == token_hash, c.used_at.is_(None), c.expires_at > now)
    return tx.execute(good.values(used_at=now)).rowcount == 1


def forget_links(tx: Tx, before: int) -> None:
    """Forget links whose time was over before ``before``."""
    tx.execute(delete(operator_links).where(operator_links.c.expires_at < before))


def add(tx: Tx, session: StoredSession) -> None:
    values = {name: getattr(session, name) for name in StoredSession.__slots__}
    tx.execute(sessions.insert().values(values))


def by_hash(tx: Tx, token_hash: str) -> StoredSession | None:
    row = tx.execute(select(sessions).where(sessions.c.token_hash == token_hash)).first()
    return _session(row) if row else None


def every(tx: Tx) -> list[StoredSession]:
    """All sessions, the latest seen first."""
    return [_session(row) for row in tx.execute(select(sessions).order_by(sessions.c.seen_at.desc()))]


def seen(tx: Tx, token_hash: str, now: int, expires_at: int) -> None:
    """Note that a session was used, and how long it lives from now."""
    one = update(sessions).where(sessions.c.token_hash == token_hash)
    tx.execute(one.values(seen_at=now, expires_at=expires_at))


def remove(tx: Tx, token_hashes: Sequence[str]) -> int:
    """End these sessions; how many there were."""
    return tx.execute(delete(sessions).where(sessions.c.token_hash.in_(list(token_hashes)))).rowcount


def forget(tx: Tx, now: int) -> None:
    """Forget sessions whose time is over."""
    tx.execute(delete(sessions).where(sessions.c.expires_at <= now))


def _session(row: Row[Any]) -> StoredSession:
    return StoredSession(row.token_hash, row.role, row.created_at, row.seen_at, row.expires_at)
