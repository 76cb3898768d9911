"""Already gave it away? A handover that took place without the node is recorded afterwards."""

from __future__ import annotations

from dataclasses import replace

from node.context import Node
from node.services import publishing
from node.services.exchanges import asking
from node.services.exchanges.acting import ExchangeError, act, keep
from node.services.publishing import UnknownListingError
from node.storage import exchanges, handed_on, listings
from node.storage.exchanges import Stored
from node.storage.listings import LIVE, PAUSED
from schemas import exchange as rules
from schemas.exchange import OWNER, Act, Exchange, Refusal


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
        row = listings.by_key(tx, key)
        if row is None or row.organisation_id != organisation_id:
            raise UnknownListingError(key)
        moved = handed_on.of(tx, organisation_id) is not None
        if moved or row.state not in (LIVE, PAUSED) or row.listing().action != "give":
            raise ExchangeError(Refusal("over"))
        if quantity < 1 or quantity > row.listing().quantity.available:
            raise ExchangeError(Refusal("too-few" if quantity < 1 else "too-many"))
        asked = asking.off_site(row, quantity, node.now)
        exchanges.add(tx, asked)
        after = replace(asked, exchange=_handed_over(asked.exchange))
        keep(tx, node, asked, after, Act(rules.HAND_OVER, OWNER), by=by)
    return after


def _handed_over(exchange: Exchange) -> Exchange:
    """Nobody else can confirm it, so it ends as one side's word."""
    said = replace(exchange, state=rules.UNKNOWN, owner_said=True, granted=exchange.asked)
    return replace(said, counted=said.granted if said.is_gift else 0)
