"""What the clock does in exchanges: reminders before and after the day, and an end to waiting. Each step once."""

from __future__ import annotations

from dataclasses import replace

from node.context import Node
from node.services.exchanges import acting, booked
from node.services.exchanges.people import telling
from node.services.listings import publishing
from node.storage import exchanges
from schemas import exchange as rules
from schemas.exchange import CLOCK, Act

_AT_ONCE = 100


def chase(node: Node) -> int:
    """Do what is due; how many steps. A step and its mails are kept together, so each happens once."""
    with node.database.read() as tx:
        due = exchanges.due(tx, node.now, _AT_ONCE)
    return sum(_step(node, exchange_id) for exchange_id in due)


def _step(node: Node, exchange_id: str) -> bool:
    calendar_id = None
    with publishing.writing(node) as tx:
        before = exchanges.by_id(tx, exchange_id, lock=True)
        if before is None:
            return False
        exchange, name = rules.tick(before.exchange, node.now)
        if not name:
            return False
        after = replace(before, exchange=exchange)
        if name == rules.END:
            calendar_id = acting.keep(tx, node, before, after, Act(rules.LAPSE, CLOCK))
        else:
            exchanges.change(tx, after, node.now)
            telling.remind(tx, node, after, name)
    booked.tell(node, calendar_id)
    return True
