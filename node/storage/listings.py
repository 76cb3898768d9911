"""The listings that this node's organisations wrote. What of them is public stands in the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, and_, func, select, update

from node.storage.engine import Tx
from node.storage.tables import listings
from node.storage.upsert import upsert
from schemas.canonical import EXTENSION
from schemas.listing import Listing, load_listing
from schemas.records import dataclass
from schemas.vocabulary import fold

LIVE, PAUSED, WITHDRAWN, EXPIRED = STATES = ("live", "paused", "withdrawn", "expired")
"""Shown; not shown for a while, by whoever wrote it; taken down; over because its last day is past."""
_IN_LIMIT = 500
_PLACES_FROM = 60


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
    values = [{**{name: getattr(row, name) for name in _NAMES}, **_searched(row)} for row in rows]
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


def by_id(tx: Tx, id_: str) -> OwnListing | None:
    row = tx.execute(select(listings).where(listings.c.id == id_)).first()
    return _own(row) if row else None


def known_ids(tx: Tx, ids: Sequence[str]) -> set[str]:
    """Those of these ids that a listing of this node has."""
    found: set[str] = set()
    for start in range(0, len(ids), _IN_LIMIT):
        query = select(listings.c.id).where(listings.c.id.in_(list(ids[start : start + _IN_LIMIT])))
        found.update(tx.execute(query).scalars())
    return found


def select_by(tx: Tx, state: str | None = None, organisation_id: str | None = None) -> list[OwnListing]:
    """The listings in this state and of this organisation, where asked for; the latest change first."""
    query = select(listings)
    if state is not None:
        query = query.where(listings.c.state == state)
    if organisation_id is not None:
        query = query.where(listings.c.organisation_id == organisation_id)
    return [_own(row) for row in tx.execute(query.order_by(listings.c.modified_at.desc(), listings.c.key))]


def each(tx: Tx, organisation_id: str, at_once: int = 100) -> Iterator[OwnListing]:
    """Every listing of an organisation by its key, whatever its state, with a few in memory at a time."""
    c, last = listings.c, ""
    while True:
        query = select(listings).where(c.organisation_id == organisation_id, c.key > last).order_by(c.key)
        rows = tx.execute(query.limit(at_once)).all()
        yield from (_own(row) for row in rows)
        if len(rows) < at_once:
            return
        last = rows[-1].key


def counts(tx: Tx, organisation_id: str) -> dict[str, int]:
    """How many listings of an organisation are in each state that any is in."""
    c = listings.c
    query = select(c.state, func.count()).where(c.organisation_id == organisation_id).group_by(c.state)
    return {str(row[0]): int(row[1]) for row in tx.execute(query)}


@dataclass(frozen=True, slots=True)
class Filter:
    """Which listings of an organisation are asked for: ``words`` stand in the title, each at the start of a word.

    ``after`` is a key behind which theirs come; with ``unchanged`` none has changed after that moment.
    """

    organisation_id: str
    state: str = ""
    words: str = ""
    sign: str = ""
    category: str = ""
    after: str = ""
    unchanged: int | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        c = listings.c
        wanted = [c.organisation_id == self.organisation_id]
        wanted += [column == value for column, value in ((c.state, self.state), (c.sign, self.sign)) if value]
        wanted += [c.words.contains(f" {word}", autoescape=True) for word in fold(self.words).split()]
        if self.category:
            wanted.append((c.category == self.category) | c.category.startswith(f"{self.category}/", autoescape=True))
        if self.after:
            wanted.append(c.key > self.after)
        if self.unchanged is not None:
            wanted.append(c.modified_at <= self.unchanged)
        return and_(*wanted)


def page(tx: Tx, wanted: Filter, limit: int, offset: int = 0, soonest: bool = False) -> list[OwnListing]:
    """One page of these listings: the latest change first, or what ends ``soonest``."""
    c = listings.c
    order = (c.expires_at, c.key) if soonest else (c.modified_at.desc(), c.key.desc())
    # First which, then what they say: sorting thousands of whole documents would take longer than reading fifty.
    keys = [
        row.key
        for row in tx.execute(select(c.key).where(wanted.condition).order_by(*order).limit(limit).offset(offset))
    ]
    found = by_keys(tx, keys)
    return [found[key] for key in keys]


def keys(tx: Tx, wanted: Filter, limit: int) -> list[str]:
    """The first keys of these listings, in the order that ``Filter.after`` goes by."""
    c = listings.c
    return [row.key for row in tx.execute(select(c.key).where(wanted.condition).order_by(c.key).limit(limit))]


def count(tx: Tx, wanted: Filter) -> dict[str, int]:
    """State -> how many of these listings are in it."""
    query = select(listings.c.state, func.count()).where(wanted.condition).group_by(listings.c.state)
    return {state: int(number) for state, number in tx.execute(query)}


def ending(tx: Tx, after: int, before: int, limit: int) -> list[OwnListing]:
    """Live listings that end after one moment and not after another, the first to end first."""
    c = listings.c
    query = select(listings).where(c.state == LIVE, c.expires_at > after, c.expires_at <= before)
    return [_own(row) for row in tx.execute(query.order_by(c.expires_at, c.key).limit(limit))]


def places_of(tx: Tx, organisation_id: str, limit: int) -> list[dict[str, Any]]:
    """The places that the latest listings of an organisation name, the most frequent first."""
    c = listings.c
    latest = select(c.document).where(c.organisation_id == organisation_id).order_by(c.modified_at.desc())
    items = (orjson.loads(row.document) for row in tx.execute(latest.limit(_PLACES_FROM)))
    told = Counter(orjson.dumps(place) for item in items if (place := item[EXTENSION].get("place")))
    return [orjson.loads(place) for place, _ in told.most_common(limit)]


def set_state(tx: Tx, ids: Sequence[str], state: str) -> None:
    """Move the listings with these ids to ``state``; their documents stay as they are."""
    for start in range(0, len(ids), _IN_LIMIT):
        chunk = list(ids[start : start + _IN_LIMIT])
        tx.execute(update(listings).where(listings.c.id.in_(chunk)).values(state=state))


_NAMES = tuple(OwnListing.__slots__)


def _searched(row: OwnListing) -> dict[str, str]:
    """What lists of own listings are searched and filtered by."""
    item = row.item()
    extension, title = item[EXTENSION], item["title"]
    sign = "wanted" if extension["direction"] == "want" else extension["action"]
    words = f" {fold(title)} {row.key.rpartition('.')[2].casefold()} "
    return {"title": title, "sign": sign, "category": extension["category"], "words": words}


def _own(row: Row[Any]) -> OwnListing:
    return OwnListing(*(getattr(row, name) for name in _NAMES))
