"""Who was asked to join an organisation and has not answered. Only the hash of what opens the link is kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, func, select, update

from node.storage.account_tables import invitations
from node.storage.engine import Tx
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Invitation:
    """An open invitation; ``invited_by`` is a name, moments are whole seconds since 1970 in UTC."""

    id: str
    organisation_id: str
    email: str
    role: str
    token_hash: str
    invited_by: str
    sent_at: int
    expires_at: int


_NAMES = tuple(Invitation.__slots__)


def add(tx: Tx, invitation: Invitation) -> None:
    tx.execute(invitations.insert().values({name: getattr(invitation, name) for name in _NAMES}))


def renew(tx: Tx, invitation_id: str, token_hash: str, sent_at: int, expires_at: int) -> None:
    """Let another link take the place of the one that was sent."""
    one = update(invitations).where(invitations.c.id == invitation_id)
    tx.execute(one.values(token_hash=token_hash, sent_at=sent_at, expires_at=expires_at))


def remove(tx: Tx, invitation_id: str) -> bool:
    """Take an invitation away; whether it was there. Of two who try at once, one succeeds."""
    return tx.execute(delete(invitations).where(invitations.c.id == invitation_id)).rowcount == 1


def remove_address(tx: Tx, organisation_id: str, email: str) -> None:
    """Take away what invites this address to an organisation, however it is spelt."""
    c = invitations.c
    tx.execute(delete(invitations).where(c.organisation_id == organisation_id, func.lower(c.email) == email.lower()))


def end_all(tx: Tx, now: int) -> None:
    """Let the link of every invitation stop working. They can be sent again."""
    tx.execute(update(invitations).where(invitations.c.expires_at > now).values(expires_at=now))


def forget(tx: Tx, before: int) -> None:
    """Take away what could not be accepted any more before then."""
    tx.execute(delete(invitations).where(invitations.c.expires_at <= before))


def emails(tx: Tx) -> list[str]:
    """The address of every invitation that was not answered."""
    return list(tx.execute(select(invitations.c.email)).scalars())


def by_hash(tx: Tx, token_hash: str) -> Invitation | None:
    row = tx.execute(select(invitations).where(invitations.c.token_hash == token_hash)).first()
    return _invitation(row) if row else None


def by_id(tx: Tx, organisation_id: str, invitation_id: str) -> Invitation | None:
    c = invitations.c
    row = tx.execute(select(invitations).where(c.organisation_id == organisation_id, c.id == invitation_id)).first()
    return _invitation(row) if row else None


def of_organisation(tx: Tx, organisation_id: str) -> list[Invitation]:
    """The invitations of an organisation, the latest first."""
    query = select(invitations).where(invitations.c.organisation_id == organisation_id)
    return [_invitation(row) for row in tx.execute(query.order_by(invitations.c.sent_at.desc(), invitations.c.id))]


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(*(getattr(row, name) for name in _NAMES))
