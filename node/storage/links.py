"""One-time links. Only hashes of their tokens are kept."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from node.storage.account_tables import links
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A one-time link to the door ``purpose``, for the account if there is one; ``email`` is the address it gives it.

    Moments are whole seconds since 1970 in UTC.
    """

    token_hash: str
    purpose: str
    account_id: str | None
    expires_at: int
    used_at: int | None = None
    email: str | None = None


def add(tx: Tx, link: StoredLink) -> None:
    tx.execute(links.insert().values({name: getattr(link, name) for name in StoredLink.__slots__}))


def by_hash(tx: Tx, purpose: str, token_hash: str) -> StoredLink | None:
    row = tx.execute(select(links).where(links.c.token_hash == token_hash, links.c.purpose == purpose)).first()
    return StoredLink(*(getattr(row, name) for name in StoredLink.__slots__)) if row else None


def use(tx: Tx, purpose: str, token_hash: str, now: int) -> bool:
    """Mark a link as used; whether it still was good. Of two who try at once, one succeeds."""
    c = links.c
    good = update(links).where(
        c.token_hash == token_hash, c.purpose == purpose, c.used_at.is_(None), c.expires_at > now
    )
    return tx.execute(good.values(used_at=now)).rowcount == 1


def forget(tx: Tx, before: int) -> None:
    """Forget links whose time was over before ``before``."""
    tx.execute(delete(links).where(links.c.expires_at < before))


def forget_over(tx: Tx, purpose: str, now: int) -> None:
    """Forget links for a purpose whose time is over."""
    tx.execute(delete(links).where(links.c.purpose == purpose, links.c.expires_at < now))


def remove_since(tx: Tx, purpose: str, account_id: str, expires_at: int) -> None:
    """Let those links of one account stop working that would end at ``expires_at`` or later."""
    c = links.c
    tx.execute(delete(links).where(c.purpose == purpose, c.account_id == account_id, c.expires_at >= expires_at))


def remove_all(tx: Tx) -> None:
    """Let every link of this node stop working."""
    tx.execute(delete(links))


def remove(tx: Tx, purpose: str, account_id: str | None = None) -> None:
    """Let every link to this door stop working, or those of one account."""
    whose = () if account_id is None else (links.c.account_id == account_id,)
    tx.execute(delete(links).where(links.c.purpose == purpose, *whose))
