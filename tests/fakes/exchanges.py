"""Somebody asks for a desk, in tests: a publisher with a member to answer, and what was mailed."""

from __future__ import annotations

import re
from email import message_from_string, policy
from typing import Any

from sqlalchemy import select

from node.context import Node
from node.services.exchanges import acting, asking
from node.services.exchanges.asking import Askable, Wish
from node.services.identity import accounts, members
from node.services.listings.publishing import put_listings
from node.storage.exchange_tables import exchanges
from node.storage.exchanges import Stored
from node.storage.exchanges import by_id as stored_by_id
from node.storage.tables import outbox
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.listing import Quantity
from tests.fakes.publisher import draft

_LINK = re.compile(r"https?://\S+")
FROM = "192.0.2.7"


def shared(node: Node, ref: str = "desk", quantity: int = 1, **members_: Any) -> Askable:
    """A listing of the school that can be asked for, with a member who answers."""
    values: dict[str, Any] = {"quantity": Quantity(quantity), **members_}
    [outcome] = put_listings(node, [draft(node, ref, **values)])
    if not any(one.email == "ann@school.example" for one in accounts.every(node)):
        ann = accounts.add(node, "Ann", "ann@school.example", operator=False)
        members.join(node, ann, "riverside-school", members.EDITOR)
    found = asking.askable(node, outcome.key)
    assert found is not None
    return found


def wish(name: str = "Cem", **members_: Any) -> Wish:
    values: dict[str, Any] = {"email": f"{name.lower()}@cem.example", "agreed": True, "language": "en"}
    return Wish(name, **{**values, **members_})


def asked(node: Node, what: Askable, name: str = "Cem", confirmed: bool = True, **members_: Any) -> str:
    """Ask for something; the number of the exchange."""
    known = set(every(node))
    asking.ask(node, what, wish(name, **members_), FROM)
    [made] = set(every(node)) - known
    return act(node, made, rules.CONFIRM, ASKER).id if confirmed else made


def act(node: Node, exchange_id: str, name: str, side: str = OWNER, **more: Any) -> Stored:
    return acting.act(node, exchange_id, Act(name, side, **more))


def every(node: Node) -> list[str]:
    """The numbers of all exchanges, the oldest first."""
    with node.database.read() as tx:
        return [row.id for row in tx.execute(select(exchanges.c.id).order_by(exchanges.c.opened_at, exchanges.c.id))]


def now_of(node: Node, exchange_id: str) -> Stored:
    with node.database.read() as tx:
        found = stored_by_id(tx, exchange_id)
    assert found is not None
    return found


def mails(node: Node) -> list[tuple[str, str, str]]:
    """To whom, subject and text of each mail, in the order in which they were written."""
    with node.database.read() as tx:
        rows = list(tx.execute(select(outbox.c.recipient, outbox.c.message).order_by(outbox.c.id)))
    found = []
    for row in rows:
        message: Any = message_from_string(row.message, policy=policy.default)
        found.append((row.recipient, str(message["Subject"]), message.get_body(("plain",)).get_content()))
    return found


def subjects(node: Node) -> list[tuple[str, str]]:
    return [(to.partition("@")[0], subject) for to, subject, _ in mails(node)]


def last_link(node: Node, to: str) -> str:
    """The path of the link in the last mail to an address that begins so."""
    text = [text for recipient, _, text in mails(node) if recipient.startswith(to)][-1]
    return "/asked/" + next(link for link in _LINK.findall(text) if "/asked/" in link).partition("/asked/")[2]
