"""Another node says that it gave something to an organisation that this one speaks for, without being asked for it.

The copy begins where the owner's word is: handed over, one side says. The organisation is asked whether it was so, at
its desk, or by mail where this catalogue only knows an address for it. Refuses to be a way to flood anybody.
"""

from __future__ import annotations

from typing import Any

from node.context import Node
from node.services.aggregating import peers
from node.services.exchanges import asking, floods, links, receivers
from node.services.exchanges.between_nodes.across import EXCHANGES, ID
from node.services.exchanges.people import contacts, telling
from node.services.limits.strangers import sender_of
from node.services.messages.receiving import Outcome
from node.services.receipts.tellers import document_of
from node.storage import exchange_homes, exchange_people, exchanges, handed_on, organisations, sources
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_people import Person
from node.storage.exchanges import Event, Stored
from node.storage.owner_contacts import Contact
from schemas import exchange as rules
from schemas.errors import DocumentError
from schemas.exchange import ASKER, OWNER, Exchange
from schemas.listing import Listing, load_listing
from schemas.message import Message
from schemas.records import dataclass

AN_HOUR = 60
"""Handovers of which the nodes of one site may tell within an hour."""
UNANSWERED = 20
"""Handovers of which one organisation may be asked at once."""
_UNANSWERED = (rules.HANDED_OVER, rules.CANCELLED)
"""What was taken back has been a mail, too."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked: the organisation, and where this node knows only an address for it, who answers there."""

    id: str
    name: str
    type: str
    contact: Contact | None = None


def handle(tx: Tx, node: Node, message: Message) -> Outcome:
    """Take it within the transaction of the message."""
    exchange_id = (message.exchange or "").removeprefix(f"{message.from_}{EXCHANGES}")
    if not ID.fullmatch(exchange_id) or message.state is None or message.state.name != rules.HANDED_OVER:
        return Outcome("bad-exchange", "What was given is an exchange of the owner's home, and handed over.")
    if exchanges.by_id(tx, exchange_id) is not None:
        return Outcome("bad-exchange", "There is an exchange of this name already.")
    listing = _listing(message)
    if listing is None or listing.organisation.id.startswith(node.settings.url):
        return Outcome("not-yours", "A node gives what it publishes itself.")
    if not _may_give(tx, message.from_, listing.organisation.id):
        return Outcome("not-yours", "This organisation is another node's, which speaks for itself.")
    asked = _asked(tx, node, message)
    if asked is None:
        return Outcome("unknown-organisation", "This node speaks for no such organisation, or it cannot be asked.")
    sender, person = sender_of(node, "node", peers.site_of(message.from_)), links.person_of(node, asked.id)
    if exchange_people.count_from(tx, sender, node.now - floods.HOUR_S) >= AN_HOUR:
        return Outcome("too-many", "This node has told of many handovers within an hour. Tell of it later.")
    if is_asked_much(tx, node, person):
        return Outcome("too-many", "They have not answered many others yet.")
    stored = _stored(node, message, listing, asked, exchange_id)
    exchanges.add(tx, stored)
    owner = listing.organisation
    other = {"type": owner.type, "id": owner.id, "name": owner.name}
    exchange_homes.add(tx, Home(exchange_id, ASKER, message.from_, asked.id, other, message.state.revision))
    exchange_people.add(tx, Person(exchange_id, asked.name, "", "", "", person, sender, node.now))
    exchanges.note(tx, exchange_id, Event(node.now, OWNER, rules.HAND_OVER, rules.HANDED_OVER, stored.exchange.granted))
    telling.ask_receiver(tx, node, stored)
    return Outcome()


def is_asked_much(tx: Tx, node: Node, person: str) -> bool:
    """Whether an organisation (by its hash) has as many to answer as it may be asked at once."""
    return exchange_people.asked_by(tx, person, node.now - rules.FORGET_S, _UNANSWERED) >= UNANSWERED


def _listing(message: Message) -> Listing | None:
    """What was given, as the message has it: a gift that the sender publishes itself."""
    try:
        listing = load_listing(message.document.get("item") or {})
    except DocumentError:
        return None
    own = listing.id == message.listing and listing.id.startswith(f"{message.from_}listings/")
    return listing if own and (listing.direction, listing.action) == ("offer", "give") else None


def _may_give(tx: Tx, sender: str, organisation_id: str) -> bool:
    """Whether a node may say so for an organisation: not for one of another that is read here, unless it was handed on.

    Of what nobody here reads nothing is known.
    """
    homes = [one for one in sources.nodes(tx) if one.node_id and organisation_id.startswith(one.node_id)]
    home = max(homes, key=lambda one: len(one.node_id or ""), default=None)
    if home is None or organisation_id.startswith(sender):
        return True
    source = sources.by_node(tx, sender)
    document = document_of(source) if source is not None else None
    names_it = document is not None and any(one.id == organisation_id for one in document.organisations)
    return names_it and any(to.rstrip("/") == sender.rstrip("/") for _ids, to in home.handed_on)


def _asked(tx: Tx, node: Node, message: Message) -> _Asked | None:
    wanted = (message.asker.id if message.asker else "") or ""
    own = organisations.by_ids(tx, [wanted]).get(wanted)
    if own is not None:
        known = own.organisation
        return None if handed_on.of(tx, wanted) is not None else _Asked(known.id, known.name, known.type)
    if not node.settings.aggregate:
        return None
    for source in sources.every(tx):
        found = receivers.behind(tx, node, source, wanted)
        contact = contacts.ensured(tx, source.id) if found is not None and found.email else None
        if found is not None and contact is not None:
            return _Asked(found.id, found.name, found.type, contact)
    return None


def _stored(node: Node, message: Message, listing: Listing, asked: _Asked, exchange_id: str) -> Stored:
    quantity = message.quantity or 1
    about: dict[str, Any] = {
        # No key: it has no page here, and nothing of this node is counted by it.
        "key": "",
        "url": listing.url or listing.id,
        **asking.told_of(listing),
        "listed": listing.date_published.date().isoformat() if listing.date_published else None,
        "asker": {"type": asked.type, "id": asked.id, "name": asked.name},
    }
    exchange = Exchange(
        direction=listing.direction,
        action=listing.action,
        asked=quantity,
        opened_at=node.now,
        since=node.now,
        state=rules.HANDED_OVER,
        granted=quantity,
        owner_said=True,
    )
    contact_id = asked.contact.id if asked.contact else None
    return Stored(exchange_id, listing.id, listing.organisation.id, about, exchange, contact_id=contact_id)
