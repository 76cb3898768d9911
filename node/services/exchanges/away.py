"""Already gave it away? A handover that took place without the node is recorded afterwards."""

from __future__ import annotations

from dataclasses import replace

from node.context import Node
from node.services.exchanges import asking, links
from node.services.exchanges.acting import ExchangeError, act, keep
from node.services.exchanges.between_nodes import across, given
from node.services.exchanges.people import telling
from node.services.exchanges.receivers import Receiver
from node.services.listings import publishing
from node.services.listings.publishing import UnknownListingError
from node.storage import exchange_homes, exchange_people, exchanges, handed_on, listings
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_people import Person
from node.storage.exchanges import Stored
from node.storage.listings import LIVE, PAUSED, OwnListing
from schemas import exchange as rules
from schemas.exchange import OWNER, Act, Exchange
from schemas.exchange_refusals import Refusal


def gave_to(node: Node, exchange_id: str, by: str) -> Stored:
    """It went to somebody who had asked: accepted where it was not yet, and handed over; they are asked whether it was.

    Raises `ExchangeError` and `BookingError`.
    """
    with node.database.read() as tx:
        stored = exchanges.by_id(tx, exchange_id)
    if stored is not None and stored.exchange.state == rules.REQUESTED:
        act(node, exchange_id, Act(rules.ACCEPT, OWNER), by=by)
    return act(node, exchange_id, Act(rules.HAND_OVER, OWNER), by=by)


def gave_elsewhere(node: Node, key: str, organisation_id: str, quantity: int, by: str) -> Stored:
    """It went to somebody who is not known here: fewer are left, and the handover stays unconfirmed.

    Raises `UnknownListingError` and `ExchangeError`.
    """
    with publishing.writing(node) as tx:
        row = _given(tx, key, organisation_id, quantity)
        asked = asking.off_site(row, quantity, node.now)
        exchanges.add(tx, asked)
        after = replace(asked, exchange=_handed_over(asked.exchange))
        keep(tx, node, asked, after, Act(rules.HAND_OVER, OWNER), by=by)
    return after


def gave_to_organisation(
    node: Node, key: str, organisation_id: str, quantity: int, receiver: Receiver, by: str
) -> Stored:
    """It went to an organisation that has not asked here: the node that speaks for it asks it whether that was so.

    ``receiver`` is one that `receivers.chosen` has found. Raises `UnknownListingError` and `ExchangeError`.
    """
    with publishing.writing(node) as tx:
        row, person = _given(tx, key, organisation_id, quantity), links.person_of(node, receiver.id)
        if not receiver.peer and given.is_asked_much(tx, node, person):
            raise ExchangeError(Refusal("busy"))
        made = asking.off_site(row, quantity, node.now)
        known = replace(made, listing={**made.listing, "asker": receiver.told})
        stored = known if receiver.peer else replace(known, asker_id=receiver.id)
        exchanges.add(tx, stored)
        who = Person(stored.id, receiver.name, receiver.email, "", str(node.settings.language), person, "", node.now)
        exchange_people.add(tx, who)
        home = Home(stored.id, OWNER, receiver.peer, organisation_id, receiver.told)
        if receiver.peer:
            exchange_homes.add(tx, home)
        said = replace(stored.exchange, state=rules.HANDED_OVER, owner_said=True, granted=quantity, counted=quantity)
        after = replace(stored, exchange=said)
        keep(tx, node, stored, after, Act(rules.HAND_OVER, OWNER), by=by)
        if receiver.peer:
            across.give(tx, node, after, home, row.item())
        else:
            telling.ask_receiver(tx, node, after)
    return after


def _given(tx: Tx, key: str, organisation_id: str, quantity: int) -> OwnListing:
    row = listings.by_key(tx, key)
    if row is None or row.organisation_id != organisation_id:
        raise UnknownListingError(key)
    moved = handed_on.of(tx, organisation_id) is not None
    if moved or row.state not in (LIVE, PAUSED) or row.listing().action != "give":
        raise ExchangeError(Refusal("over"))
    if quantity < 1 or quantity > row.listing().quantity.available:
        raise ExchangeError(Refusal("too-few" if quantity < 1 else "too-many"))
    return row


def _handed_over(exchange: Exchange) -> Exchange:
    """Nobody else can confirm it, so it ends as one side's word."""
    said = replace(exchange, state=rules.UNKNOWN, owner_said=True, granted=exchange.asked)
    return replace(said, counted=said.granted if said.is_gift else 0)
