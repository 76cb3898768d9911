"""Holding off floods of requests, in a way that nobody can use to keep others from asking.

Anybody can type anybody's address. So what was not confirmed counts against the network that it came from, never
against the address; and where there is too much of it, the oldest makes room for the newest.
"""

from __future__ import annotations

from dataclasses import replace

from node.context import Node
from node.services.exchanges import acting
from node.services.limits.strangers import FormLimitError
from node.storage import exchange_people, exchanges
from node.storage.engine import Tx
from schemas import exchange as rules
from schemas.errors import Problem
from schemas.exchange import CLOCK, Act
from schemas.exchange_refusals import Refusal

HOUR_S = 3600
AN_HOUR = 10
"""Requests from one network within an hour."""
A_DAY = 10
"""Requests of one address within a day that it has confirmed."""
FROM_ONE, FROM_ALL = 5, 50
"""Unconfirmed requests in the name of one address within a day, from one network and from all: each is a mail to it."""
OF_ONE, OF_ALL = 200, 2000
"""Unconfirmed requests that wait, of one organisation and of all."""


def refuse(tx: Tx, sender: str, now: int) -> None:
    """Raises `FormLimitError` where too many come from one network."""
    if exchange_people.count_from(tx, sender, now - HOUR_S) >= AN_HOUR:
        message = "There were many requests from this connection within an hour. Please try again later."
        raise FormLimitError(Problem("", "too-many-from-here", message), HOUR_S)


def may_ask(tx: Tx, person: str, sender: str, now: int) -> bool:
    """Whether an address may be asked once more whether it asks for something."""
    since, unconfirmed = now - rules.DAY_S, (rules.UNCONFIRMED,)
    confirmed = tuple(state for state in rules.STATES if state != rules.UNCONFIRMED)
    return (
        exchange_people.asked_by(tx, person, since, confirmed) < A_DAY
        and exchange_people.asked_by(tx, person, since, unconfirmed, sender) < FROM_ONE
        and exchange_people.asked_by(tx, person, since, unconfirmed) < FROM_ALL
    )


def make_room(tx: Tx, node: Node, organisation_id: str, contact_id: str | None) -> None:
    """Forget the oldest that nobody has confirmed, where an organisation or the node has as many as it keeps."""
    for whose, most in (((organisation_id, contact_id), OF_ONE), ((None, None), OF_ALL)):
        surplus = exchanges.count_unconfirmed(tx, *whose) - most + 1
        for exchange_id in exchanges.oldest_unconfirmed(tx, max(surplus, 0), *whose):
            _lapse(tx, node, exchange_id)


def _lapse(tx: Tx, node: Node, exchange_id: str) -> None:
    before, lapse = exchanges.by_id(tx, exchange_id, lock=True), Act(rules.LAPSE, CLOCK)
    if before is None or before.exchange.state != rules.UNCONFIRMED:
        return
    after = rules.decide(before.exchange, lapse, node.now)
    if not isinstance(after, Refusal):
        acting.keep(tx, node, before, replace(before, exchange=after), lapse)
