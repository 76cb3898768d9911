"""The six digits of an exchange between two nodes: typed at one, compared at the other, which knows them.

Whoever types a code says that it was handed over if the code is right, and nothing if it is not. The home that knows
it answers, and the other one tells who typed it. Refuses to look at more than a few in one exchange.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace

import orjson

from node.context import Node
from node.services.exchanges import acting, booked
from node.services.exchanges.links import code_of
from node.services.exchanges.people import telling
from node.services.messages.receiving import Outcome
from node.services.receipts import issue
from node.storage import exchange_homes, exchanges
from node.storage.engine import Tx
from node.storage.exchange_homes import Home
from node.storage.exchanges import Event, Stored
from node.storage.messages import Outgoing
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.exchange_refusals import Refusal
from schemas.message import BAD_CODE, NO_MORE_CODES, NOT_NOW, Message

MOST_TRIES = 5
"""Wrong codes in one exchange, after which none is looked at."""
LOST = "lost"
"""What stands for the answer where the code could not be delivered."""
LATE_S = 60
"""Who typed a code looks at the page for about so long; whoever is answered later gets a mail."""


def compare(tx: Tx, node: Node, stored: Stored, home: Home, message: Message) -> Outcome:
    """Whether a message has the code of our side, which whoever sent it can only have heard from them."""
    typed_by = ASKER if home.side == OWNER else OWNER
    found = rules.decide(stored.exchange, Act(rules.MEET, typed_by), node.now)
    if isinstance(found, Refusal):
        return Outcome(NOT_NOW, "Nothing is to be handed over now.")
    if found == stored.exchange:
        return Outcome()
    if home.tries >= MOST_TRIES:
        return Outcome(NO_MORE_CODES, "There were too many wrong codes. Each side can still say it without one.")
    if hmac.compare_digest((message.code or "").encode(), code_of(node, stored.id, home.side).encode()):
        return Outcome()
    exchange_homes.change(tx, stored.id, tries=home.tries + 1)
    return Outcome(BAD_CODE, "This is not the code of the other side.")


def answered(tx: Tx, node: Node, message: Outgoing, answer: str) -> Callable[[], None] | None:
    """The other home has compared the code of this message: where it is right, our side has said it, too."""
    if not orjson.loads(message.body).get("code"):
        return None
    before, home = exchanges.by_id(tx, message.exchange_id, lock=True), exchange_homes.of(tx, message.exchange_id)
    if before is None or home is None:
        return None
    if answer:
        exchange_homes.change(tx, before.id, code_answer=answer, code_at=message.made_at)
        tell_late(tx, node, before, home.side, message.made_at)
        return None
    act = Act(rules.HAND_OVER, home.side)
    exchange = rules.decide(before.exchange, act, node.now)
    if isinstance(exchange, Refusal) or exchange == before.exchange:
        return None
    after = replace(before, exchange=exchange)
    if home.side == OWNER:
        calendar_id = acting.keep(tx, node, before, after, act, quiet=True)
        return lambda: booked.tell(node, calendar_id)
    # The owner's home has counted it as said, and need not be told.
    exchanges.change(tx, after, node.now)
    exchanges.note(tx, after.id, Event(node.now, act.side, act.name, exchange.state, exchange.granted))
    issue.follow(tx, node, after)
    return None


def lost(tx: Tx, stored: Stored, message: Outgoing) -> None:
    """A message will not arrive, and perhaps a code with it."""
    if message.body and orjson.loads(message.body).get("code"):
        exchange_homes.change(tx, stored.id, code_answer=LOST, code_at=message.made_at)


def tell_late(tx: Tx, node: Node, stored: Stored, side: str, typed_at: int, only_strangers: bool = False) -> None:
    """Write to who typed a wrong code, where the answer took so long that they look at the page no more."""
    home = exchange_homes.of(tx, stored.id)
    if node.now - typed_at > LATE_S and not (only_strangers and (home is None or not home.is_strangers)):
        telling.tell_wrong_code(tx, node, stored, side)
