"""Telling the other side's home, where that is another node, what was done here: by messages, kept with the act itself.

The owner's home decides and says where the exchange stands; the asker's home says what the asker did, and counts that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from node.context import Node
from node.services.messages.sending import send
from node.storage import exchange_homes, exchange_people, exchanges
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchanges import Stored
from schemas import exchange as rules
from schemas import message as types
from schemas.exchange import ASKER, OWNER, Act, Exchange
from schemas.fields import rfc3339_of

EXCHANGES = "exchanges/"
TYPE_OF: Mapping[str, str] = {
    rules.WITHDRAW: types.WITHDRAW,
    rules.ACCEPT: types.ACCEPT,
    rules.DECLINE: types.DECLINE,
    rules.CANCEL: types.CANCEL,
    rules.HAND_OVER: types.HANDED_OVER,
    rules.BRING_BACK: types.RETURNED,
    rules.MISS: types.NO_SHOW,
    rules.DISPUTE: types.DISPUTE,
}
"""What an act is called in a message; `received` is the same act as `handed_over`, of whoever says it second."""


def uri_of(node: Node, home: Home) -> str:
    """What an exchange is called everywhere."""
    whose = node.settings.url if home.side == OWNER else home.peer
    return f"{whose}{EXCHANGES}{home.exchange_id}"


def follow(tx: Tx, node: Node, before: Exchange, after: Stored, done: Act, words: str = "", code: str = "") -> None:
    """Tell the other home what was done, where there is one. ``code`` is what the other side has said aloud."""
    home = exchange_homes.of(tx, after.id)
    if home is None or (home.side == ASKER and done.side != ASKER):
        return
    type_ = TYPE_OF.get(done.name, types.STATE) if done.side == home.side else types.STATE
    if type_ == types.HANDED_OVER and before.state == rules.HANDED_OVER:
        type_ = types.RECEIVED
    quantity = after.exchange.granted if type_ == types.ACCEPT else None
    told = {"type": type_, "words": words or None, "code": code or None, "quantity": quantity}
    post(tx, node, home, after, told)


def tell_letter(tx: Tx, node: Node, stored: Stored, side: str, words: str) -> None:
    """Pass on what this node's side wrote."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and side == home.side:
        post(tx, node, home, stored, {"type": types.MESSAGE, "words": words})


def tell_state(tx: Tx, node: Node, stored: Stored) -> None:
    """Say where an exchange stands, to the home of who asks."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and home.side == OWNER:
        post(tx, node, home, stored, {"type": types.STATE})


def post(tx: Tx, node: Node, home: Home, stored: Stored, told: Mapping[str, Any]) -> None:
    """Send a message about an exchange to its other home, with what each side's messages always have."""
    if home.side == OWNER:
        more: dict[str, Any] = {"state": state_of(tx, home, stored)}
    elif told["type"] == types.MESSAGE:
        more = {}
    else:
        exchange_homes.change(tx, stored.id, acts=home.acts + 1)
        more = {"sequence": home.acts + 1}
    send(tx, node, home.peer, {"exchange": uri_of(node, home), **told, **more}, stored.id)


def state_of(tx: Tx, home: Home, stored: Stored) -> dict[str, Any]:
    """Where an exchange stands; each change of it is an event, so their number grows with them."""
    exchange = stored.exchange
    return {
        "name": exchange.state,
        "asked": exchange.asked,
        "granted": exchange.granted,
        "owner_said": exchange.owner_said,
        "asker_said": exchange.asker_said,
        "since": rfc3339_of(exchange.since),
        "revision": len(exchanges.events(tx, stored.id)),
        "heard": home.acts,
    }


def request(tx: Tx, node: Node, stored: Stored, home: Home, asker: Mapping[str, Any]) -> None:
    """Send what was asked to the owner's home. The exchange, its home and who asks are kept already."""
    exchange, person = stored.exchange, exchange_people.of(tx, stored.id)
    words = next((one.words for one in exchange_people.letters(tx, stored.id)), None)
    told = {
        "type": types.REQUEST,
        "listing": stored.listing_id,
        "quantity": exchange.asked,
        "starts": rfc3339_of(exchange.starts_at),
        "ends": rfc3339_of(exchange.ends_at),
        "need": stored.need or None,
        "language": (person.language if person else "") or None,
        "for_whom": (person.for_whom if person else "") or None,
        "asker": dict(asker),
        "words": words,
    }
    post(tx, node, home, stored, told)
