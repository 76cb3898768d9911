"""Going: a member leaves an organisation, a person closes their account. The last to look after something stays."""

from __future__ import annotations

from node.context import Node
from node.services.identity import members
from node.services.identity.audit import by, erase, record
from node.services.identity.members import OWNER, MembersError, OnlyOwnerError
from node.storage import accounts as stored
from node.storage import api_tokens, memberships
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.memberships import Place


class LastOperatorError(MembersError):
    """Nobody else runs the node."""

    def __init__(self) -> None:
        super().__init__("Somebody must run this board. Make another operator first. Nothing was changed.")


def places(node: Node, account: Account) -> list[tuple[Place, bool]]:
    """The organisations that somebody is a member of, by name, and whether they are its last owner."""
    with node.database.read() as tx:
        return [(one, _is_last(tx, one, account)) for one in memberships.places_of(tx, account.id)]


def is_last_operator(node: Node, account: Account) -> bool:
    with node.database.read() as tx:
        return _runs_it_alone(tx, account)


def leave(node: Node, account: Account, slug: str) -> None:
    """End one's own membership. Raises `OnlyOwnerError`, and `MembersError` where there is none."""
    with node.database.write() as tx:
        for place in memberships.places_of(tx, account.id):
            if place.slug == slug and _is_last(tx, place, account):
                raise OnlyOwnerError
    members.leave(node, account, slug, by(account))


def close(node: Node, account: Account) -> None:
    """Take one's own account away, with all that lets in. Raises `OnlyOwnerError` and `LastOperatorError`."""
    with node.database.write() as tx:
        if _runs_it_alone(tx, account):
            raise LastOperatorError
        for place in memberships.places_of(tx, account.id):
            if _is_last(tx, place, account):
                raise OnlyOwnerError
            record(tx, node, by(account), "member-left", "", place.organisation_id)
        api_tokens.remove_of(tx, account.id)
        stored.remove(tx, account.id)
        record(tx, node, by(account), "account-closed", about=account.id)
        erase(tx, node, account, by(account))


def _is_last(tx: Tx, place: Place, account: Account) -> bool:
    roles = memberships.lock_roles(tx, place.organisation_id)
    return [one for one, role in roles.items() if role == OWNER] == [account.id]


def _runs_it_alone(tx: Tx, account: Account) -> bool:
    return account.operator and [one.id for one in stored.every(tx) if one.operator] == [account.id]
