"""Who is a member of which organisation, in which role."""

from __future__ import annotations

from sqlalchemy import delete, select

from node.storage.account_tables import accounts, memberships
from node.storage.engine import Tx
from node.storage.tables import organisations
from node.storage.upsert import upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Membership:
    """One account in one organisation; ``since`` is in whole seconds since 1970 in UTC."""

    account_id: str
    organisation_id: str
    role: str
    since: int


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member of an organisation, as the others see them."""

    account_id: str
    name: str
    email: str
    role: str
    since: int


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation as its members find it."""

    organisation_id: str
    slug: str
    name: str
    role: str


def put(tx: Tx, membership: Membership) -> None:
    """Make somebody a member, or give a member another role."""
    values = {name: getattr(membership, name) for name in Membership.__slots__}
    upsert(tx, memberships, [values], kept=("since",))


def remove(tx: Tx, account_id: str, organisation_id: str) -> bool:
    """End a membership; whether there was one."""
    c = memberships.c
    gone = delete(memberships).where(c.account_id == account_id, c.organisation_id == organisation_id)
    return tx.execute(gone).rowcount == 1


def role_of(tx: Tx, account_id: str, organisation_id: str) -> str | None:
    c = memberships.c
    query = select(c.role).where(c.account_id == account_id, c.organisation_id == organisation_id)
    return tx.execute(query).scalar()


def of_organisation(tx: Tx, organisation_id: str) -> list[MemberRow]:
    """The members of an organisation, by name."""
    query = (
        select(accounts.c.id, accounts.c.name, accounts.c.email, memberships.c.role, memberships.c.since)
        .join_from(memberships, accounts)
        .where(memberships.c.organisation_id == organisation_id)
        .order_by(accounts.c.name, accounts.c.id)
    )
    return [MemberRow(row.id, row.name, row.email, row.role, row.since) for row in tx.execute(query)]


def lock_roles(tx: Tx, organisation_id: str) -> dict[str, str]:
    """The role of each member by account; others who ask for them so wait until this transaction ends."""
    c = memberships.c
    query = select(c.account_id, c.role).where(c.organisation_id == organisation_id).order_by(c.account_id)
    return {row.account_id: row.role for row in tx.execute(query.with_for_update())}


def places_of(tx: Tx, account_id: str) -> list[Place]:
    """The organisations that an account is a member of, by name."""
    query = (
        select(organisations.c.id, organisations.c.slug, organisations.c.name, memberships.c.role)
        .join_from(memberships, organisations)
        .where(memberships.c.account_id == account_id)
        .order_by(organisations.c.name, organisations.c.id)
    )
    return [Place(row.id, row.slug, row.name, row.role) for row in tx.execute(query)]


def every_place(tx: Tx, role: str) -> list[Place]:
    """All organisations of the node, by name, as somebody sees them who has this role in each."""
    c = organisations.c
    query = select(c.id, c.slug, c.name).order_by(c.name, c.id)
    return [Place(row.id, row.slug, row.name, role) for row in tx.execute(query)]
