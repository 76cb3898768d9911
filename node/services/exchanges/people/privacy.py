"""When who asked is forgotten: thirty days after the end by itself, at once when they say so; and what is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from node.context import Node
from node.services.exchanges import acting, links
from node.services.exchanges.between_nodes import across
from node.services.exchanges.people.forgetting import FORGOTTEN_FILE, HANDED_ON, UNNAMED, forget
from node.storage import exchange_people, exchanges, messages, outbox, owner_contacts
from node.storage.exchanges import Stored
from schemas import exchange as rules
from schemas.exchange import ASKER, Act

_AT_ONCE = 200
_NETWORK_S = rules.DAY_S
_ENDINGS = (rules.WITHDRAW, rules.CANCEL)


def purge(node: Node) -> int:
    """Forget the askers of what was over a month ago, and which networks asked a day ago; how many askers.

    And who answered for a source that is gone, once nothing is left of which they could hear.
    """
    with node.database.write() as tx:
        old = exchange_people.over_before(tx, node.now - rules.FORGET_S, _AT_ONCE)
        forget(tx, node, old)
        exchange_people.forget_networks(tx, node.now - _NETWORK_S)
        owner_contacts.forget(tx, node.now - rules.FORGET_S)
    return len(old)


def erase(node: Node, exchange_id: str) -> None:
    """Forget who asked, because they say so; what is still open is called off, and the owner is told so."""
    with node.database.write() as tx:
        stored = exchanges.by_id(tx, exchange_id, lock=True)
        if stored is None:
            return
        if exchange_people.of(tx, exchange_id) is not None:
            across.tell_to_forget(tx, node, stored)
        forget(tx, node, [exchange_id])
    # Only now, so that the mail which tells the owner names nobody, and is not called back with the others.
    for name in rules.possible(stored.exchange, ASKER, node.now):
        if name in _ENDINGS:
            acting.act(node, exchange_id, Act(name, ASKER))
    node.database.wipe()


def forget_again(node: Node) -> int:
    """After a backup was brought back: forget whom the node had forgotten since it was made; how many there were."""
    path = node.settings.home / FORGOTTEN_FILE
    noted = path.read_text(encoding="ascii").split() if path.exists() else []
    count = 0
    with node.database.write() as tx:
        for one in noted:
            if one.startswith(UNNAMED):
                continue
            exchange_id = one.removeprefix(HANDED_ON)
            stored = exchanges.by_id(tx, exchange_id) if one != exchange_id else None
            goes_on = stored is not None and stored.exchange.state != rules.UNCONFIRMED
            count += (exchange_people.hand_on if goes_on else exchange_people.forget)(tx, exchange_id)
            outbox.forget_topic(tx, links.topic_of(exchange_id))
            messages.forget_words(tx, exchange_id)
    return count


def taken_along(node: Node, stored: Stored) -> dict[str, Any]:
    """All that is kept about who asked and what they asked, as JSON members."""
    with node.database.read() as tx:
        person, letters = exchange_people.of(tx, stored.id), exchange_people.letters(tx, stored.id)
        events = exchanges.events(tx, stored.id)
    exchange = stored.exchange
    return {
        "listing": stored.listing_id,
        "title": stored.title,
        "name": person.name if person else None,
        "email": person.email if person else None,
        "for": person.for_whom if person else None,
        "language": person.language if person else None,
        "asked": exchange.asked,
        "granted": exchange.granted,
        "state": exchange.state,
        "weight_g": stored.weight_g,
        "minutes": stored.minutes,
        "from": _moment(exchange.starts_at),
        "until": _moment(exchange.ends_at),
        "messages": [{"at": _moment(one.at), "by": one.side, "text": one.words} for one in letters],
        "events": [{"at": _moment(one.at), "by": one.side, "what": one.act} for one in events],
    }


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
