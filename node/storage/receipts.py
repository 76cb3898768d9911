"""The halves of receipts that this node has signed, in a log of their own: each at the position of its latest change.

The log goes by the same rules as that of the catalogue (`node.storage.catalogue`), shares its epoch, and is written
under the same lock. Nothing is ever taken out of it: what happened, happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal, select

from node.storage import catalogue
from node.storage.among import among
from node.storage.catalogue import LogRow, Publication
from node.storage.engine import Tx
from node.storage.exchange_tables import exchange_events, exchanges
from node.storage.message_tables import exchange_homes
from node.storage.receipt_tables import receipt_log, receipts
from node.storage.upsert import upsert
from schemas.canonical import contribution, digest_hex, digest_value
from schemas.exchange import ACCEPT, ASKER, CANCELLED, CLOSED, CONFIRM, HAND_OVER, OWNER, TAKE_BACK
from schemas.records import dataclass

_c = receipts.c
BEGUN_BY = (CONFIRM, ACCEPT, HAND_OVER)
"""An exchange without any of these acts never reached its owner, so there is nothing to be said of it."""
MISTAKE = (TAKE_BACK, CANCELLED)
"""The act and the state after it of what was given by mistake to who had not asked: nothing is said of that either."""


@dataclass(frozen=True, slots=True)
class OwnHalf:
    """A half as it is published: ``item`` is JSON text, ``hash`` its hash, ``id`` its id in the feed."""

    exchange: str
    side: str
    id: str
    item: str
    hash: str


def state(tx: Tx) -> Publication:
    """How far the log is. Its epoch is the node's, so that a backup that is brought back ends it as well."""
    row = tx.execute(select(receipt_log)).first()
    epoch = catalogue.state(tx).epoch
    return Publication(epoch, row.head, row.live_count, row.digest, 0) if row else _nothing(epoch)


def _nothing(epoch: str) -> Publication:
    return Publication(epoch, 0, 0, digest_hex(0), 0)


def publish(tx: Tx, halves: Sequence[OwnHalf], now: int) -> int:
    """Publish these halves, or what they are now; how many of them changed anything. None may stand there twice."""
    catalogue.state(tx, lock=True)
    before = state(tx)
    known = {(row.exchange, row.side): row for row in _rows(tx, [half.exchange for half in halves])}
    changed = [half for half in halves if _hash(known.get((half.exchange, half.side))) != half.hash]
    replaced = [known[half.exchange, half.side] for half in changed if (half.exchange, half.side) in known]
    total = digest_value(before.digest)
    total += sum(contribution(half.id, half.hash) for half in changed)
    total -= sum(contribution(row.id, row.hash) for row in replaced)
    upsert(tx, receipts, [_row(half, before.head + place, now) for place, half in enumerate(changed, start=1)])
    head, live = before.head + len(changed), before.live_count + len(changed) - len(replaced)
    upsert(tx, receipt_log, [{"id": 1, "head": head, "live_count": live, "digest": digest_hex(total)}])
    return len(changed)


def _rows(tx: Tx, names: Sequence[str]) -> Sequence[Any]:
    columns = _c.exchange, _c.side, _c.id, _c.hash
    return tx.execute(select(*columns).where(among(tx, _c.exchange, names))).fetchall()


def _hash(row: Any) -> str | None:
    return None if row is None else str(row.hash)


def _row(half: OwnHalf, position: int, now: int) -> dict[str, Any]:
    values = {name: getattr(half, name) for name in OwnHalf.__slots__}
    return {**values, "position": position, "at": now}


def log_after(tx: Tx, position: int, base: int, limit: int) -> list[LogRow]:
    """What was published or changed after ``position``, in order; ``base`` says nothing, for nothing is removed."""
    query = select(_c.id, _c.position, _c.item, _c.at).where(_c.position > position)
    rows = tx.execute(query.order_by(_c.position).limit(limit))
    return [LogRow(row.id, row.position, True, row.item, row.at, None) for row in rows]


def item(tx: Tx, exchange: str, side: str) -> str | None:
    """The half of this side as it is published, as JSON text; None where there is none."""
    return tx.execute(select(_c.item).where(_c.exchange == exchange, _c.side == side)).scalar()


def unsigned(tx: Tx, prefix: str, limit: int) -> list[str]:
    """Exchanges of this node that are over and of which no owner's half is published, the first to end first.

    ``prefix`` and the number of an exchange are what it is called in receipts.
    """
    e, done = exchanges.c, exchange_events.c
    begun = select(done.id).where(done.exchange_id == e.id, done.act.in_(BEGUN_BY)).exists()
    slip = (done.act == MISTAKE[0]) & (done.state == MISTAKE[1])
    mistaken = select(done.id).where(done.exchange_id == e.id, slip).exists()
    name = literal(prefix) + e.id
    published = select(_c.exchange).where(_c.exchange == name, _c.side == OWNER).exists()
    copies = select(exchange_homes.c.exchange_id).where(exchange_homes.c.side == ASKER)
    ours = e.id.not_in(copies)
    over = select(e.id).where(e.state.in_(list(CLOSED)), e.closed_at.is_not(None), begun, ~mistaken, ~published, ours)
    return list(tx.execute(over.order_by(e.closed_at, e.id).limit(limit)).scalars())


def count(tx: Tx) -> int:
    """How many halves are published."""
    return int(tx.execute(select(func.count()).select_from(receipts)).scalar_one())
