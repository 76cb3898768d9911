"""What the halves that are known of an exchange say together, kept as a handover. Whatever brings a half ends here."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import orjson

from node.context import Node
from node.services.impact import factors
from node.storage import handovers, receipt_halves
from node.storage.engine import Tx
from node.storage.receipt_halves import KnownHalf
from schemas.handover import Handover
from schemas.receipt import Half, load_half
from schemas.receipt_pair import handover, pair

_AT_ONCE = 200


def settle_every(node: Node) -> int:
    """Work every exchange out anew, some hundreds in a transaction; how many: after the factors have changed, say."""
    after, done = "", 0
    while True:
        with node.database.write() as tx:
            some = receipt_halves.exchanges_after(tx, after, _AT_ONCE)
            settle(tx, node, some)
        if not some:
            return done
        after, done = some[-1], done + len(some)


def settle(tx: Tx, node: Node, exchanges: Collection[str]) -> None:
    """Work these exchanges out anew from all that is known of them. What comes out as it was is not written again."""
    known = receipt_halves.of_exchanges(tx, exchanges)
    before = handovers.by_exchanges(tx, exchanges)
    found = {exchange: _handover(node, known.get(exchange, ())) for exchange in exchanges}
    changed = [one for name, one in found.items() if one is not None and _differs(one, before.get(name))]
    handovers.put(tx, changed)
    handovers.drop(tx, [name for name in before if found[name] is None])


def believed(halves: Iterable[KnownHalf]) -> list[Half]:
    """Those that nothing speaks against."""
    return [load_half(orjson.loads(one.item)) for one in halves if one.verified and not one.problem]


def _handover(node: Node, halves: Iterable[KnownHalf]) -> Handover | None:
    found = pair(believed(halves))
    return None if found is None else handover(found, node.now, factors.of(node.settings))


def _differs(one: Handover, before: Handover | None) -> bool:
    return before is None or before._replace(changed_at=one.changed_at) != one
