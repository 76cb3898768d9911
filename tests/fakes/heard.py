"""A handler of messages for tests: it writes down what it heard, in the transaction of the message."""

from __future__ import annotations

from sqlalchemy import select

from node.context import Node
from node.services.messages.receiving import Outcome
from node.storage.engine import Tx
from node.storage.tables import bounces
from schemas.message import Message

HANDLERS = {"message": "tests.fakes.heard"}


def handle(tx: Tx, node: Node, message: Message) -> Outcome:
    words = message.words or ""
    if words == "fail":
        raise RuntimeError("a fault while a message is taken")
    if words == "refuse":
        return Outcome("not-yet", "Not now.")
    # Any table will do whose key refuses a second row.
    tx.execute(bounces.insert().values(person=words, count=1, first_at=node.now, last_at=node.now))
    return Outcome()


def heard(node: Node) -> list[str]:
    with node.database.read() as tx:
        return sorted(row.person for row in tx.execute(select(bounces.c.person)))
