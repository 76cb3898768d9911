"""Telling the other side's home, where that is another node, what was done here: by messages, kept with the act itself.

The owner's home decides and says where the exchange stands; the asker's home says what the asker did, and counts that.
Of a person who asks in a catalogue, the owner's home is told the name and the address, and the catalogue forgets them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from node.context import Node
from node.services.exchanges.links import topic_of
from node.services.messages.sending import send
from node.storage import exchange_homes, exchange_people, exchanges, messages, outbox, peers, sources
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchange_people import Person
from node.storage.exchanges import Stored
from schemas import exchange as rules
from schemas import message as types
from schemas.exchange import ASKER, OWNER, Act, Exchange
from schemas.fields import rfc3339_of
from schemas.message import PERSON

EXCHANGES = "exchanges/"
ID = re.compile(r"[0-9a-z]{16,20}")
_LEFT_OUT = ("content_html", "image", "attachments", "banner_image", "tags")
_LONGEST_TEXT, _LONGEST_NAME = 500, 60
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


def called(tx: Tx, node_id: str) -> str:
    """What people call the site of another node: its name, where that is known, and always its host, which is true."""
    host, known = urlsplit(node_id).netloc, sources.by_node(tx, node_id) or peers.by_id(tx, node_id)
    name = " ".join(known.name.split())[:_LONGEST_NAME].strip() if known is not None else ""
    return f"{name} ({host})" if name and name != host else host


def follow(tx: Tx, node: Node, before: Exchange, after: Stored, done: Act, words: str = "") -> None:
    """Tell the other home what was done, where there is one."""
    home = exchange_homes.of(tx, after.id)
    if home is None or (home.side == ASKER and done.side != ASKER):
        return
    if before.state == rules.UNCONFIRMED:
        if done.name == rules.CONFIRM:
            _hand_on(tx, node, after, home)
        return
    type_ = TYPE_OF.get(done.name, types.STATE) if done.side == home.side else types.STATE
    if done.name == rules.TAKE_BACK:
        type_ = types.CANCEL
    if type_ == types.HANDED_OVER and before.state == rules.HANDED_OVER:
        type_ = types.RECEIVED
    quantity = after.exchange.granted if type_ == types.ACCEPT else None
    # What is written to a person goes to them by mail, and not by way of the node that only knew their address.
    words = "" if home.is_strangers else words
    told = {"type": type_, "words": words or None, "quantity": quantity}
    post(tx, node, home, after, told)


def say_code(tx: Tx, node: Node, stored: Stored, code: str) -> None:
    """Have the other home compare what the other side is to have said aloud.

    Nothing counts as said before it has answered. What is on its way is not sent twice.
    """
    home = exchange_homes.of(tx, stored.id)
    if home is not None and code not in messages.waiting_codes(tx, stored.id):
        exchange_homes.change(tx, stored.id, code_answer="")
        post(tx, node, home, stored, {"type": types.HANDED_OVER, "code": code})


def _hand_on(tx: Tx, node: Node, stored: Stored, home: Home) -> None:
    """Somebody has confirmed their address: the owner's home is told who asks, and here they are forgotten."""
    person = exchange_people.of(tx, stored.id)
    if person is None or not person.email:
        return
    request(tx, node, stored, home, {"type": PERSON, "name": person.name, "email": person.email})
    exchange_people.hand_on(tx, stored.id)
    outbox.call_back(tx, topic_of(stored.id))


def tell_letter(tx: Tx, node: Node, stored: Stored, side: str, words: str) -> None:
    """Pass on what this node's side wrote."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and side == home.side and not home.is_strangers:
        post(tx, node, home, stored, {"type": types.MESSAGE, "words": words})


def tell_state(tx: Tx, node: Node, stored: Stored) -> None:
    """Say where an exchange stands, to the home of who asks."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and home.side == OWNER:
        post(tx, node, home, stored, {"type": types.STATE})


def give(tx: Tx, node: Node, stored: Stored, home: Home, item: Mapping[str, Any]) -> None:
    """Tell the home of an organisation that it got something; ``item`` is the listing as it was published."""
    shown = {name: value for name, value in item.items() if name not in _LEFT_OUT}
    if isinstance(shown.get("content_text"), str):
        shown["content_text"] = shown["content_text"][:_LONGEST_TEXT]
    told = {"listing": stored.listing_id, "quantity": stored.exchange.granted, "asker": home.other, "item": shown}
    post(tx, node, home, stored, {"type": types.GIVEN, **told})


def tell_measured(tx: Tx, node: Node, stored: Stored) -> None:
    """Say what this node's side has weighed or timed; nothing where that was taken back."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None:
        told = {"weight_g": stored.weight_g, "minutes": stored.minutes}
        post(tx, node, home, stored, {"type": types.MEASURED, **told})


def ask_to_pass_on(tx: Tx, node: Node, home: Home, stored: Stored, kind: str, person: Person) -> None:
    """Have the node that confirmed an address write to it, where only what is said by its link counts."""
    asker = {"type": PERSON, "email": person.email}
    told = {"type": types.PASS_ON, "kind": kind, "asker": asker, "language": person.language or None}
    post(tx, node, home, stored, told)


def tell_to_forget(tx: Tx, node: Node, stored: Stored) -> None:
    """A person who asked is forgotten here: have the other home do the same."""
    home = exchange_homes.of(tx, stored.id)
    if home is not None and (home.attests or home.is_strangers) and stored.exchange.state != rules.UNCONFIRMED:
        post(tx, node, home, stored, {"type": types.FORGET})


def attests(tx: Tx, exchange_id: str) -> bool:
    """Whether of who asks nothing is kept here but that their address was confirmed."""
    home = exchange_homes.of(tx, exchange_id)
    return home is not None and home.attests


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
        **_time(exchange),
        "revision": len(exchanges.events(tx, stored.id)),
        "heard": home.acts,
        **_measured(stored),
    }


def _time(exchange: Exchange) -> dict[str, Any]:
    if exchange.starts_at is None or exchange.ends_at is None:
        return {}
    return {"starts": rfc3339_of(exchange.starts_at), "ends": rfc3339_of(exchange.ends_at)}


def _measured(stored: Stored) -> dict[str, Any]:
    said = {"weight_g": stored.weight_g, "minutes": stored.minutes, "measured_by": stored.measured_by or None}
    return {name: value for name, value in said.items() if value is not None}


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
