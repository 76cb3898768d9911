"""Members of organisations: who they are there, and what their role allows."""

from __future__ import annotations

from dataclasses import dataclass

from node.context import Node
from node.storage import memberships, organisations
from node.storage.accounts import Account
from node.storage.memberships import Place

OWNER, EDITOR, VIEWER = "owner", "editor", "viewer"
ROLES = (VIEWER, EDITOR, OWNER)
"""Each may do what those before it may."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is signed in, in one organisation. ``role`` is one of `ROLES`, ``slug`` the organisation's."""

    account_id: str
    name: str
    email: str
    language: str
    organisation_id: str
    slug: str
    role: str

    def may(self, least: str) -> bool:
        """Whether the role allows what needs at least ``least``."""
        return ROLES.index(self.role) >= ROLES.index(least)


def member_of(node: Node, account: Account, slug: str) -> Member | None:
    """The account in the organisation with this slug; None where it is no member or there is no such organisation.

    Who runs the node is an owner everywhere.
    """
    with node.database.read() as tx:
        own = organisations.by_slug(tx, slug)
        if own is None:
            return None
        role = OWNER if account.operator else memberships.role_of(tx, account.id, own.organisation.id)
    if role not in ROLES:
        return None
    return Member(account.id, account.name, account.email, account.language, own.organisation.id, slug, role)


def places_of(node: Node, account: Account) -> list[Place]:
    """The organisations that an account may open, by name."""
    with node.database.read() as tx:
        return memberships.every_place(tx, OWNER) if account.operator else memberships.places_of(tx, account.id)
