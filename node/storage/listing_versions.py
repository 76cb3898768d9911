"""What own listings said before, and who changed what: written where listings are, read at the desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, func, select, update

from node.storage.among import among
from node.storage.desk_tables import listing_versions
from node.storage.engine import Tx
from node.storage.tables import listings
from schemas.records import dataclass

LARGEST = 2**63 - 1
"""No database has a larger number."""
KEPT = 50
"""How many versions of one listing are kept, the latest."""


@dataclass(frozen=True, slots=True)
class Version:
    """A listing as it stood after one change; ``by`` is the name of whoever made it, empty where nobody signed in.

    ``import_id`` is the import that the change came with, or the mark of something done with many, else empty.
    """

    listing_id: str
    at: int
    by: str
    change: str
    state: str
    document: str
    import_id: str = ""
    id: int = 0

    def item(self) -> dict[str, Any]:
        """The listing as a JSON Feed item, without hash."""
        return dict(orjson.loads(self.document))


_NAMES = tuple(Version.__slots__)


def add(tx: Tx, versions: Sequence[Version]) -> None:
    """Keep these versions. What is older than the latest `KEPT` of a listing is forgotten by `tidy`."""
    if versions:
        rows = [{name: getattr(one, name) for name in _NAMES if name != "id"} for one in versions]
        tx.execute(listing_versions.insert(), rows)


def of_listing(tx: Tx, listing_id: str) -> list[Version]:
    """The versions of a listing, the latest first."""
    c = listing_versions.c
    query = select(listing_versions).where(c.listing_id == listing_id).order_by(c.id.desc()).limit(KEPT)
    return [Version(**{name: getattr(row, name) for name in _NAMES}) for row in tx.execute(query)]


def of_listings(tx: Tx, listing_ids: Sequence[str]) -> Iterator[Version]:
    """The versions of these few listings, the oldest of each first."""
    c = listing_versions.c
    query = select(listing_versions).where(c.listing_id.in_(list(listing_ids))).order_by(c.listing_id, c.id)
    for row in tx.execute(query):
        yield Version(**{name: getattr(row, name) for name in _NAMES})


def one(tx: Tx, listing_id: str, number: int) -> Version | None:
    """One version of this listing, by its number."""
    if not 0 < number <= LARGEST:
        return None
    c = listing_versions.c
    row = tx.execute(select(listing_versions).where(c.id == number, c.listing_id == listing_id)).first()
    return Version(**{name: getattr(row, name) for name in _NAMES}) if row else None


def latest(tx: Tx, listing_id: str) -> int:
    """The number of the latest version of a listing; 0 where none is kept."""
    c = listing_versions.c
    return int(tx.execute(select(func.max(c.id)).where(c.listing_id == listing_id)).scalar() or 0)


def last(tx: Tx) -> int:
    """The number of the latest version of all."""
    return int(tx.execute(select(func.max(listing_versions.c.id))).scalar() or 0)


def mark(tx: Tx, listing_ids: Sequence[str], after: int, mark: str) -> None:
    """Give versions of these listings behind this number the mark by which they are taken back."""
    c = listing_versions.c
    mine = update(listing_versions).where(c.id > after, among(tx, c.listing_id, listing_ids))
    tx.execute(mine.values(import_id=mark))


def latest_with(tx: Tx, mark: str, organisation_id: str) -> list[str]:
    """The listings of an organisation whose latest version has this mark, in the order of their ids."""
    c, later = listing_versions.c, listing_versions.alias()
    newer = select(later.c.id).where(later.c.listing_id == c.listing_id, later.c.id > c.id).exists()
    theirs = select(listings.c.id).where(listings.c.id == c.listing_id, listings.c.organisation_id == organisation_id)
    query = select(c.listing_id).where(c.import_id == mark, theirs.exists(), ~newer)
    return list(tx.execute(query.order_by(c.listing_id)).scalars())


def count_with(tx: Tx, mark: str) -> int:
    """How many listings have a version with this mark, whatever came after it."""
    c = listing_versions.c
    return int(tx.execute(select(func.count(c.listing_id.distinct())).where(c.import_id == mark)).scalar_one())


def tidy(tx: Tx) -> None:
    """Forget all but the latest versions of each listing."""
    c = listing_versions.c
    many = select(c.listing_id).group_by(c.listing_id).having(func.count() > KEPT)
    for listing_id in [row.listing_id for row in tx.execute(many)]:
        kept = [version.id for version in of_listing(tx, listing_id)]
        tx.execute(delete(listing_versions).where(c.listing_id == listing_id, c.id < min(kept)))
