"""Where both sides of an exchange confirm it when they meet: each at its own home."""

from __future__ import annotations

from urllib.parse import urlencode

from node.context import Node
from node.services.exchanges import links
from node.services.exchanges.between_nodes.across import EXCHANGES
from node.services.identity.members import EDITOR, ROLES
from node.storage import exchange_homes, exchanges, memberships, organisations
from node.storage.accounts import Account
from node.storage.exchange_homes import Home
from node.storage.exchanges import Stored
from schemas.exchange import ASKER, OWNER


def address(node: Node, stored: Stored, home: Home | None, side: str) -> str:
    """What the picture of one side says: the other side's home, with the code of this side."""
    whose = node.settings.url if home is None else home.peer
    said = {"for": OWNER if side == ASKER else ASKER, "code": links.code_of(node, stored.id, side)}
    return f"{whose}{EXCHANGES}{stored.id}?{urlencode(said)}"


def at_desk(node: Node, account: Account, exchange_id: str, side: str) -> str | None:
    """The slug of the organisation at whose desk an account acts for this side; None where it does not."""
    with node.database.read() as tx:
        stored, home = exchanges.by_id(tx, exchange_id), exchange_homes.of(tx, exchange_id)
        if stored is None or stored.contact_id is not None:
            return None
        whose = {OWNER: stored.organisation_id, ASKER: stored.asker_id}[side]
        if home is not None:
            whose = home.own_id if home.side == side else ""
        host = organisations.by_ids(tx, [whose]).get(whose)
        role = memberships.role_of(tx, account.id, whose) if host is not None else None
    able = account.operator or (role in ROLES and ROLES.index(role) >= ROLES.index(EDITOR))
    return host.slug if host is not None and able else None
