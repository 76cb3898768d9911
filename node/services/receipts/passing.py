"""The other home of an exchange gets this node's half of the receipt by message, so that both know when they match.

Nobody has to believe what comes: it is judged as in a feed, and a feed says it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import orjson

from federation.receipts import Teller, judge
from node.context import Node
from node.services.messages.receiving import Outcome
from node.services.receipts import matching
from node.storage import exchange_homes, peers, receipt_halves, receipts
from node.storage.engine import Tx
from node.storage.peers import FORMER, PINNED
from node.storage.receipt_halves import KnownHalf
from schemas import message as types
from schemas.message import Message
from schemas.receipt import Half


def pass_on(tx: Tx, node: Node, exchange_id: str, halves: Iterable[Half]) -> None:
    """Send these halves, which are published, to the other home of their exchange, where it has one."""
    from node.services.messages.sending import send

    home = exchange_homes.of(tx, exchange_id)
    for half in halves if home is not None else ():
        text = receipts.item(tx, half.exchange, half.side)
        if home is not None and text is not None:
            told = {"type": types.RECEIPT, "exchange": half.exchange, "receipt": orjson.Fragment(text)}
            send(tx, node, home.peer, told, exchange_id)


def handle(tx: Tx, node: Node, message: Message) -> Outcome:
    """Take the other home's half, within the transaction in which the message is taken."""
    from node.services.exchanges.between_nodes.heard import about

    stored, home = about(tx, node, message)
    if stored is None or home is None:
        return Outcome("unknown-exchange", "There is no such exchange between these two nodes.")

    def key_of(node_id: str, key_id: str) -> str | None:
        found = peers.key(tx, node_id, key_id)
        return found.public if found is not None and found.state in (PINNED, FORMER) else None

    today = datetime.fromtimestamp(node.now, UTC).date()
    teller = Teller((message.from_,), today, (node.settings.url,))
    judged = judge(message.document.get("receipt"), teller, key_of)
    if judged is None:
        return Outcome("bad-receipt", "This message has no half of a receipt.")
    half = judged.half
    if half is None:
        return Outcome(judged.problems[0].code, judged.problems[0].message)
    if half.exchange != message.exchange or half.side == home.side:
        return Outcome("not-yours", "A node sends its own half of the receipt of this exchange.")
    known = receipt_halves.of_exchanges(tx, [half.exchange]).get(half.exchange, [])
    source = next((one.source_id for one in known if (one.side, one.signed_by) == (half.side, half.signed_by)), None)
    kept = KnownHalf(half.exchange, half.side, half.signed_by, judged.text, source, changed_at=node.now)
    receipt_halves.put(tx, [kept])
    matching.settle(tx, node, [half.exchange])
    return Outcome()
