"""The listings that this node's organisations wrote. What of them is public stands in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, func, select, update

from node.storage.engine import Tx
from node.storage.tables import listings
from node.storage.upsert import upsert
from schemas.listing import Listing, load_listing

LIVE, WITHDRAWN, EXPIRED = "live", "withdrawn", "expired"
STATES = (LIVE, WITHDRAWN, EXPIRED)
_IN_LIMIT = 500


@dataclass(frozen=True, slots=True)
class OwnListing:
    """One listing of this node, shown or not.

    ``state`` is one of `STATES`, ``document`` the JSON Feed item without hash as JSON text, ``import_ref`` the row of
    the spreadsheet that it came from; moments are whole seconds since 1970 in UTC.
    """

    id: str
    key: str
    organisation_id: str
    state: str
    document: str
    import_ref: str | None
    created_at: int
    modified_at: int
    expires_at: int

    def item(self) -> dict[str, Any]:
        """The listing as a JSON Feed item, without hash."""
        return dict(orjson.loads(self.document))

    def listing(self) -> Listing:
        return load_listing(self.item())


def put(tx: Tx, rows: Sequence[OwnListing]) -> None:
    """Store each listing under its id, in place of what stood there."""
    values = [{name: getattr(row, name) for name in _NAMES} for row in rows]
    upsert(tx, listings, values, kept=("created_at",))


def by_keys(tx: Tx, keys: Sequence[str]) -> dict[str, OwnListing]:
    """The listings with these keys, of which there may be thousands."""
    found: dict[str, OwnListing] = {}
    for start in range(0, len(keys), _IN_LIMIT):
        query = select(listings).where(listings.c.key.in_(list(keys[start : start + _IN_LIMIT])))
        found.update((row.key, _own(row)) for row in tx.execute(query))
    return found


def by_key(tx: Tx, key: str) -> OwnListing | None:
    return by_keys(tx, [key]).get(key)


def select_by(tx: Tx, state: str | None = None, organisation_id: str | None = None) -> list[OwnListing]:
    """The listings in this state and of this organisation, where asked for; the latest change first."""
    query = select(listings)
    if state is not None:
        query = query.where(listings.c.state == state)
    if organisation_id is not None:
        query = query.where(listings.c.organisation_id == organisation_id)
    return [_own(row) for row in tx.execute(query.order_by(listings.c.modified_at.desc(), listings.c.key))]


def counts(tx: Tx, organisation_id: str) -> dict[str, int]:
    """How many listings of an organisation are in each state that any is in."""
    c = listings.c
    query = select(c.state, func.count()).where(c.organisation_id == organisation_id).group_by(c.state)
    return {str(row[0]): int(row[1]) for row in tx.execute(query)}


def set_state(tx: Tx, ids: Sequence[str], state: str) -> None:
    """Move the listings with these ids to ``state``; their documents stay as they are."""
    for start in range(0, len(ids), _IN_LIMIT):
        chunk = list(ids[start : start + _IN_LIMIT])
        tx.execute(update(listings).where(listings.c.id.in_(chunk)).values(state=state))


_NAMES = tuple(column.name for column in listings.columns)


def _own(row: Row[Any]) -> OwnListing:
    return OwnListing(*(getattr(row, name) for name in _NAMES))
