"""The links by which both sides come to an exchange, and the codes that they say to each other at the door.

Signed with the node's secret, so that nobody can guess or alter one; each names the exchange and whom it was sent to.
Opening one changes nothing: programs that check mails open every link in them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from node.context import Node
from node.services.exchanges.people import contacts
from node.services.identity.members import EDITOR, ROLES
from node.storage import accounts, exchange_homes, exchanges, memberships
from node.storage.accounts import Account
from node.storage.engine import Tx
from node.storage.exchanges import Stored
from node.storage.owner_contacts import Contact
from schemas.errors import SharefeedError
from schemas.exchange import ASKER, OWNER
from schemas.records import dataclass

PATH = "asked/"
_TO = "to-"
_FORMER = "This link was for somebody who does not look after it any more. Nothing was changed."
_TOKEN = re.compile(r"([0-9a-z]{16,20})\.(asker|(?:to-)?[0-9a-f]{1,32})\.([A-Za-z0-9_-]{32})")


class ExchangeLinkError(SharefeedError):
    """A link that this node has not made, or of somebody who has no part in it any more. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who looks at an exchange: its ``side``, and on the owner's side which account, or which contact."""

    side: str
    account: Account | None = None
    contact: Contact | None = None

    @property
    def name(self) -> str:
        """Who did it, for the history of a listing."""
        return self.account.name if self.account else ""


def asker_url(node: Node, exchange_id: str) -> str:
    """The page of an exchange for who asked."""
    return f"{node.settings.url}{PATH}{_token(node, exchange_id, ASKER)}"


def owner_url(node: Node, exchange_id: str, account_id: str) -> str:
    """The page of an exchange for a member of the organisation, without signing in."""
    return f"{node.settings.url}{PATH}{_token(node, exchange_id, account_id)}"


def contact_url(node: Node, exchange_id: str, contact_id: str) -> str:
    """The page of an exchange for who answers for another node."""
    return f"{node.settings.url}{PATH}{_token(node, exchange_id, _TO + contact_id)}"


def party(node: Node, tx: Tx, token: str) -> tuple[Stored, Party]:
    """What a link of ours leads to, and who comes by it. Raises `ExchangeLinkError`."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_token(node, found[1], found[2]), token):
        raise ExchangeLinkError("This link is none of ours, or a part of it is missing. Nothing was changed.")
    stored = exchanges.by_id(tx, found[1])
    if stored is None:
        raise ExchangeLinkError("What this link was about is over and forgotten.")
    if found[2] == ASKER:
        return stored, Party(ASKER)
    if found[2].startswith(_TO):
        return stored, _contact(tx, stored, found[2].removeprefix(_TO))
    if stored.contact_id is not None:
        return stored, _operator(tx, found[2])
    return stored, _member(tx, stored, found[2])


def _member(tx: Tx, stored: Stored, account_id: str) -> Party:
    """A member of the organisation that takes part here; where both do, of the one that is asked."""
    home, account = exchange_homes.of(tx, stored.id), accounts.by_id(tx, account_id)
    sides = (
        [(home.own_id, home.side)] if home is not None else [(stored.asker_id, ASKER), (stored.organisation_id, OWNER)]
    )
    for whose, side in sides:
        role = memberships.role_of(tx, account_id, whose) if whose else None
        if account is not None and role in ROLES and ROLES.index(role) >= ROLES.index(EDITOR):
            return Party(side, account)
    raise ExchangeLinkError(_FORMER)


def _contact(tx: Tx, stored: Stored, contact_id: str) -> Party:
    # A link that was mailed to an address that is not named any more opens nothing.
    contact = contacts.now_of(tx, stored.contact_id)[0] if stored.contact_id is not None else None
    if contact is None or contact.id != contact_id:
        raise ExchangeLinkError(_FORMER)
    home = exchange_homes.of(tx, stored.id)
    return Party(home.side if home is not None else OWNER, contact=contact)


def _operator(tx: Tx, account_id: str) -> Party:
    """Who runs the catalogue looks at what both sides see differently."""
    account = accounts.by_id(tx, account_id)
    if account is None or not account.operator:
        raise ExchangeLinkError(_FORMER)
    return Party(OWNER, account)


def code_of(node: Node, exchange_id: str, side: str) -> str:
    """Six digits that one side says aloud: whoever types them has met them."""
    return f"{int(_digest(node, f'code {exchange_id} {side}').hexdigest(), 16) % 1_000_000:06}"


def person_of(node: Node, email: str) -> str:
    """A keyed hash of an e-mail address, the same however it is written."""
    return _digest(node, f"person {email.strip().lower()}").hexdigest()


def topic_of(exchange_id: str) -> str:
    """What mails of one exchange are about, by which they can be called back."""
    return f"exchange:{exchange_id}"


def _token(node: Node, exchange_id: str, who: str) -> str:
    said = f"{exchange_id}.{who}"
    return f"{said}.{base64.urlsafe_b64encode(_digest(node, f'link {said}').digest()).decode()[:32]}"


def _digest(node: Node, text: str) -> hmac.HMAC:
    return hmac.new(node.settings.secret(), f"exchange {text}".encode("utf-8", "surrogatepass"), hashlib.sha256)
