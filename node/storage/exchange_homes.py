"""Which exchanges have their other side at home on another node, and how far both have heard of each other."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Row, func, select, update

from node.storage.engine import Tx
from node.storage.exchange_tables import exchanges
from node.storage.message_tables import exchange_homes
from schemas.exchange import ASKER, OWNER
from schemas.handover import PERSON
from schemas.records import dataclass

_c = exchange_homes.c


@dataclass(frozen=True, slots=True)
class Home:
    """``side`` is the one that this node speaks for, ``peer`` the node of the other.

    ``own_id`` is the organisation of this node that takes part, "" for a person who asks. ``other`` is the other side:
    type, and of an organisation id and name. ``revision`` is the owner's, as far as it is known at the asker's;
    ``acts`` counts what the asker has done. ``tries`` are wrong codes. ``code_answer`` is why the code that was typed
    here at ``code_at`` was not taken by the other side's home; blank where it was, or none was typed.
    """

    exchange_id: str
    side: str
    peer: str
    own_id: str
    other: dict[str, Any]
    revision: int = 0
    acts: int = 0
    tries: int = 0
    code_answer: str = ""
    code_at: int = 0

    @property
    def attests(self) -> bool:
        """Whether this node has only confirmed the address of who asks, and keeps nothing else of them."""
        return self.side == ASKER and not self.own_id

    @property
    def is_strangers(self) -> bool:
        """Whether who asks here is a person whose address another node has confirmed."""
        return self.side == OWNER and self.other.get("type") == PERSON


def add(tx: Tx, home: Home) -> None:
    values = {name: getattr(home, name) for name in Home.__slots__}
    tx.execute(exchange_homes.insert().values({**values, "other": orjson.dumps(home.other).decode()}))


def of(tx: Tx, exchange_id: str) -> Home | None:
    """Where an exchange is at home beside this node; None where it is here alone."""
    row = tx.execute(select(exchange_homes).where(_c.exchange_id == exchange_id)).first()
    return _home(row) if row else None


def change(tx: Tx, exchange_id: str, **values: int | str) -> None:
    tx.execute(update(exchange_homes).where(_c.exchange_id == exchange_id).values(values))


def count_asked(tx: Tx, organisation_id: str, since: int) -> int:
    """How much other nodes have asked of an organisation of this one since a moment."""
    x = exchanges.c
    query = select(func.count()).select_from(exchanges.join(exchange_homes, x.id == _c.exchange_id))
    mine = query.where(x.organisation_id == organisation_id, x.opened_at > since, _c.side == OWNER)
    return tx.execute(mine).scalar() or 0


def partners(tx: Tx, own_id: str, limit: int) -> list[tuple[dict[str, Any], str]]:
    """The organisations of other nodes that an organisation of this one exchanged something with, the latest first.

    Each with the node that speaks for it.
    """
    x = exchanges.c
    query = select(_c.other, _c.peer).join(exchanges, x.id == _c.exchange_id).where(_c.own_id == own_id)
    rows = tx.execute(query.order_by(x.opened_at.desc(), x.id).limit(20 * limit))
    found = {row.other: (orjson.loads(row.other), row.peer) for row in rows}
    return [one for one in found.values() if one[0].get("type") != PERSON][:limit]


def _home(row: Row[Any]) -> Home:
    values = {name: getattr(row, name) for name in Home.__slots__}
    return Home(**{**values, "other": orjson.loads(row.other)})
