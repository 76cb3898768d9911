"""Members of organisations: who they are there, and what their role allows."""

from __future__ import annotations

from node.context import Node
from node.services.identity.audit import COMMAND_LINE, Who, record
from node.storage import accounts, api_tokens, memberships, organisations
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.memberships import MemberRow, Membership, Place
from schemas.errors import SharefeedError
from schemas.records import dataclass

OWNER, EDITOR, VIEWER = "owner", "editor", "viewer"
ROLES = (VIEWER, EDITOR, OWNER)
"""Each may do what those before it may."""


class MembersError(SharefeedError):
    """Members that an organisation cannot have, or must keep. Nothing was changed."""


class OnlyOwnerError(MembersError):
    """The only owner among members: somebody must look after them."""

    def __init__(self) -> None:
        super().__init__("An organisation needs an owner. Make somebody else an owner first. Nothing was changed.")


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


def editors(tx: Tx, organisation_id: str) -> list[Account]:
    """Everyone who may change the listings of an organisation: who is written to about them."""
    members = memberships.of_organisation(tx, organisation_id)
    able = [one.account_id for one in members if ROLES.index(one.role) >= ROLES.index(EDITOR)]
    return [account for account in (accounts.by_id(tx, one) for one in able) if account is not None]


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


def roster(node: Node, organisation_id: str) -> list[MemberRow]:
    """The members of an organisation, by name."""
    with node.database.read() as tx:
        return memberships.of_organisation(tx, organisation_id)


def account_of(node: Node, organisation_id: str, account_id: str) -> Account:
    """The account of a member of this organisation. Raises `MembersError`."""
    with node.database.read() as tx:
        found = accounts.by_id(tx, account_id)
        if found is None or memberships.role_of(tx, account_id, organisation_id) is None:
            raise MembersError("This person is no member any more. Nothing was changed.")
    return found


def join(node: Node, account: Account, slug: str, role: str, by: Who = COMMAND_LINE) -> None:
    """Make somebody a member of an organisation, or give a member another role. Raises `MembersError`."""
    if role not in ROLES:
        raise MembersError(f"There is no role {role!r}; a member is one of {', '.join(ROLES)}.")
    with node.database.write() as tx:
        organisation_id = _organisation(tx, slug)
        join_in(tx, node, account, organisation_id, role, by)


def join_in(tx: Tx, node: Node, account: Account, organisation_id: str, role: str, by: Who) -> None:
    """The same within a transaction; ``role`` is one of `ROLES`."""
    before = memberships.role_of(tx, account.id, organisation_id)
    if before == role:
        return
    if role != OWNER:
        keep_an_owner(tx, organisation_id, account.id)
    memberships.put(tx, Membership(account.id, organisation_id, role, node.now))
    action = "member-joined" if before is None else "member-role"
    record(tx, node, by, action, f"{account.email}: {role}", organisation_id, about=account.id)


def leave(node: Node, account: Account, slug: str, by: Who = COMMAND_LINE) -> None:
    """End somebody's membership and their tokens. Raises `MembersError` for none and an only owner."""
    with node.database.write() as tx:
        organisation_id = _organisation(tx, slug)
        keep_an_owner(tx, organisation_id, account.id)
        if not memberships.remove(tx, account.id, organisation_id):
            raise MembersError(f"{account.email} is no member of {slug}. Nothing was changed.")
        api_tokens.remove_of(tx, account.id, organisation_id)
        record(tx, node, by, "member-left", account.email, organisation_id, about=account.id)


def keep_an_owner(tx: Tx, organisation_id: str, account_id: str) -> None:
    """Raises `OnlyOwnerError` where this account is the only owner among several members."""
    roles = memberships.lock_roles(tx, organisation_id)
    owners = [one for one, role in roles.items() if role == OWNER]
    if owners == [account_id] and len(roles) > 1:
        raise OnlyOwnerError


def _organisation(tx: Tx, slug: str) -> str:
    own = organisations.by_slug(tx, slug)
    if own is None:
        raise MembersError(f"This node has no organisation {slug!r}. `sharefeed organisation list` names them.")
    return own.organisation.id
