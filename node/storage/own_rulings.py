"""What whoever runs the catalogue said of listings that are written here: that one stays, or that it was taken down."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from node.storage.among import among
from node.storage.desk_tables import own_rulings
from node.storage.engine import Tx
from node.storage.upsert import upsert
from schemas.records import dataclass

KEPT, TAKEN_DOWN = "kept", "taken_down"


@dataclass(frozen=True, slots=True)
class OwnRuling:
    """``ruling`` is `KEPT` or `TAKEN_DOWN`, ``reason`` what its author reads, ``at`` seconds since 1970.

    ``words`` is a digest of the words that were in doubt, while which are the same it counts; blank where none were.
    """

    ruling: str
    reason: str
    words: str
    at: int


def of(tx: Tx, ids: Collection[str]) -> dict[str, OwnRuling]:
    """The word on each of these listings, where there is one."""
    rows = tx.execute(select(own_rulings).where(among(tx, own_rulings.c.id, ids)))
    return {row.id: OwnRuling(row.ruling, row.reason, row.words, row.at) for row in rows}


def put(tx: Tx, listing_id: str, ruling: OwnRuling) -> None:
    """Keep the newest word on a listing."""
    values = {"ruling": ruling.ruling, "reason": ruling.reason, "words": ruling.words, "at": ruling.at}
    upsert(tx, own_rulings, [{"id": listing_id, **values}])
