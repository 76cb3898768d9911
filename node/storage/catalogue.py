"""The catalogue and its change log: one row a listing, at the position of its latest change.

Positions are given out inside the writing transaction, under a lock on the publication row, so the order of positions
is the order in which changes become visible and no reader can step over one. Count and digest move with each change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Row, Select, and_, delete, func, or_, select, update

from federation.facts import Entry, Facts, Removal
from federation.merge import Current
from node.storage.among import among, among_given, given
from node.storage.engine import Tx
from node.storage.tables import FACT_NAMES, catalogue, publication
from node.storage.upsert import upsert
from schemas.canonical import contribution, digest_hex, digest_value
from schemas.records import dataclass

# Built once, as each search and each change asks.
_STATE = select(publication)
_STATE_LOCKED = _STATE.with_for_update()


@dataclass(frozen=True, slots=True)
class Publication:
    """The state of the change log at one moment."""

    epoch: str
    head: int
    live_count: int
    digest: str
    pruned_through: int


@dataclass(frozen=True, slots=True)
class LogRow:
    """One row of the change log: a live listing (``item``) or a tombstone (``removed_reason``)."""

    id: str
    position: int
    live: bool
    item: str | None
    changed_at: int
    removed_reason: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A live listing of the catalogue, with what pages need to know of it."""

    entry: Entry
    position: int
    first_shown_at: int
    changed_at: int


def begin(tx: Tx, now: int) -> Publication:
    """Create the publication where there is none; the state that is in force."""
    if tx.execute(select(publication.c.id)).first() is None:
        zero = {"head": 0, "live_count": 0, "digest": digest_hex(0), "pruned_through": 0}
        tx.execute(publication.insert().values(id=1, epoch=str(uuid4()), created_at=now, **zero))
    return state(tx)


def state(tx: Tx, lock: bool = False) -> Publication:
    """The state of the change log; with ``lock``, other writers wait until this transaction ends."""
    row = tx.execute(_STATE_LOCKED if lock else _STATE).one()
    return Publication(row.epoch, row.head, row.live_count, row.digest, row.pruned_through)


def new_epoch(tx: Tx) -> str:
    """Declare that history was lost: every reader begins again. Called when a backup has been restored."""
    epoch = str(uuid4())
    tx.execute(update(publication).values(epoch=epoch))
    return epoch


def apply(tx: Tx, entries: Sequence[Entry], removals: Sequence[Removal], now: int) -> int:
    """Publish ``entries`` and withdraw ``removals``; how many of them changed anything. Ids must not repeat."""
    before = state(tx, lock=True)
    known = _known(tx, [entry.id for entry in entries] + [removal.id for removal in removals])
    changed = [entry for entry in entries if _differs(entry, known.get(entry.id))]
    gone = [removal for removal in removals if removal.id in known and known[removal.id].live]
    total = digest_value(before.digest) + sum(_sum_of(entry) for entry in changed)
    replaced = [known[e.id] for e in changed if e.id in known and known[e.id].live]
    removed = [known[removal.id] for removal in gone]
    total -= sum(contribution(row.id, row.hash, orjson.loads(row.via)) for row in replaced + removed)
    _store(tx, changed, before.head, now)
    _bury(tx, gone, before.head + len(changed), now)
    live = before.live_count + len(changed) - len(replaced) - len(removed)
    head = before.head + len(changed) + len(gone)
    tx.execute(update(publication).values(head=head, live_count=live, digest=digest_hex(total)))
    return len(changed) + len(gone)


def _sum_of(entry: Entry) -> int:
    return contribution(entry.id, entry.hash, entry.via)


def _known(tx: Tx, ids: Sequence[str]) -> dict[str, Row[Any]]:
    columns = (catalogue.c.id, catalogue.c.hash, catalogue.c.via, catalogue.c.live, catalogue.c.source_id)
    return {row.id: row for row in _by_ids(tx, columns, ids)}


def _by_ids(tx: Tx, columns: Iterable[Any], ids: Sequence[str]) -> Iterator[Row[Any]]:
    yield from tx.execute(select(*columns).where(among(tx, catalogue.c.id, ids)))


def _differs(entry: Entry, row: Row[Any] | None) -> bool:
    if row is None or not row.live:
        return True
    same = row.hash == entry.hash and row.source_id == entry.source_id and orjson.loads(row.via) == list(entry.via)
    return not same


def _store(tx: Tx, entries: Sequence[Entry], head: int, now: int) -> None:
    rows = [_row(entry, head + offset, now) for offset, entry in enumerate(entries, start=1)]
    upsert(tx, catalogue, rows, kept=("key", "first_shown_at"))


def _row(entry: Entry, position: int, now: int) -> dict[str, Any]:
    return {
        "id": entry.id,
        "key": entry.key,
        "position": position,
        "live": True,
        "source_id": entry.source_id,
        "item": entry.item,
        "hash": entry.hash,
        "via": orjson.dumps(list(entry.via)).decode(),
        "first_shown_at": now,
        "changed_at": now,
        "removed_reason": None,
        **entry.facts._asdict(),
    }


def _bury(tx: Tx, removals: Sequence[Removal], head: int, now: int) -> None:
    for offset, removal in enumerate(removals, start=1):
        values = {"live": False, "item": None, "position": head + offset, "changed_at": now}
        buried = update(catalogue).where(catalogue.c.id == removal.id)
        tx.execute(buried.values(removed_reason=removal.reason, **values))


def log_after(tx: Tx, position: int, base: int, limit: int) -> list[LogRow]:
    """What changed after ``position``: live listings, and tombstones after both ``position`` and ``base``, in order."""
    wanted = or_(catalogue.c.live, catalogue.c.position > max(position, base))
    names = (catalogue.c.id, catalogue.c.position, catalogue.c.live, catalogue.c.item)
    query = select(*names, catalogue.c.changed_at, catalogue.c.removed_reason)
    query = query.where(catalogue.c.position > position, wanted).order_by(catalogue.c.position).limit(limit)
    return [LogRow(*row) for row in tx.execute(query)]


def changes_after(tx: Tx, position: int, limit: int) -> list[tuple[int, str, Shown | None]]:
    """Position, key and, while it is live, the listing of each change after ``position``: what an index follows."""
    query = select(catalogue).where(catalogue.c.position > position).order_by(catalogue.c.position).limit(limit)
    return [(row.position, row.key, _shown(row) if row.live else None) for row in tx.execute(query)]


def live(tx: Tx, limit: int | None = None) -> Iterator[Shown]:
    """Live listings, the newest change first."""
    query = select(catalogue).where(catalogue.c.live).order_by(catalogue.c.position.desc())
    return (_shown(row) for row in tx.execute(query.limit(limit) if limit else query))


def every_visible(tx: Tx, now: int) -> Iterator[Shown]:
    """What people may see, in the order of the change log, a few hundred at a time in memory."""
    query = select(catalogue).where(_visible(now)).order_by(catalogue.c.position)
    return (_shown(row) for row in tx.execute(query, execution_options={"yield_per": 500}))


def of_organisation(tx: Tx, organisation_key: str, now: int, limit: int = 200) -> list[Shown]:
    """What an organisation offers now, the newest change first."""
    query = select(catalogue).where(_visible(now), catalogue.c.organisation_key == organisation_key)
    return [_shown(row) for row in tx.execute(query.order_by(catalogue.c.position.desc()).limit(limit))]


def events(tx: Tx, now: int, today: str, limit: int) -> list[Shown]:
    """Workshops and the like whose last date is ``today`` (ISO 8601) or later, the first to end first."""
    query = select(catalogue).where(_visible(now), catalogue.c.event_until >= today)
    return [_shown(row) for row in tx.execute(query.order_by(catalogue.c.event_until, catalogue.c.key).limit(limit))]


def newest(tx: Tx, now: int, limit: int, direction: str | None = None) -> list[Shown]:
    """The newest visible listings."""
    query = select(catalogue).where(_visible(now))
    if direction:
        query = query.where(catalogue.c.direction == direction)
    return [_shown(row) for row in tx.execute(query.order_by(catalogue.c.position.desc()).limit(limit))]


def by_keys(tx: Tx, keys: Sequence[str]) -> dict[str, Shown]:
    """The live listings with these keys."""
    rows = tx.execute(_with_keys(tx.dialect.name), given(tx, keys)).fetchall()
    return {row.key: _shown(row) for row in rows if row.live}


@cache
def _with_keys(dialect: str) -> Select[Any]:
    # Asked for live rows, too, SQLite walks the index of all live rows instead of the one of keys: 5 ms of 5,000 rows.
    return select(catalogue).where(among_given(dialect, catalogue.c.key))


def versions(tx: Tx, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Position and hash of each of the live listings with these keys; with either, everything else may change."""
    rows = tx.execute(_versions(tx.dialect.name), given(tx, keys)).fetchall()
    return {row.key: (row.position, row.hash) for row in rows if row.live}


@cache
def _versions(dialect: str) -> Select[Any]:
    # Built once: each search asks this, and to build it took three times as long as to answer it.
    columns = catalogue.c.key, catalogue.c.position, catalogue.c.hash, catalogue.c.live
    return select(*columns).where(among_given(dialect, catalogue.c.key))


def by_key(tx: Tx, key: str) -> Shown | None:
    return by_keys(tx, [key]).get(key)


def by_ids(tx: Tx, ids: Sequence[str]) -> dict[str, Shown]:
    """The live listings with these ids."""
    rows = _by_ids(tx, [catalogue], ids)
    return {row.id: _shown(row) for row in rows if row.live}


def current(tx: Tx, ids: Collection[str]) -> dict[str, Current]:
    """What of these listings is shown now, as far as merging needs to know."""
    columns = (catalogue.c.id, catalogue.c.hash, catalogue.c.via, catalogue.c.live, catalogue.c.source_id)
    rows = _by_ids(tx, columns, list(ids))
    return {row.id: Current(row.source_id, row.hash, tuple(orjson.loads(row.via))) for row in rows if row.live}


def texts(tx: Tx, ids: Collection[str]) -> dict[str, str]:
    """The JSON texts of those of these listings that are live, as published."""
    rows = _by_ids(tx, (catalogue.c.id, catalogue.c.item, catalogue.c.live), list(ids))
    return {row.id: row.item for row in rows if row.live}


def ids_of_source(tx: Tx, source_id: int, limit: int) -> list[str]:
    """Some of the listings that are shown from this source."""
    mine = and_(catalogue.c.live, catalogue.c.source_id == source_id)
    return [row.id for row in tx.execute(select(catalogue.c.id).where(mine).limit(limit))]


def totals(tx: Tx, now: int) -> tuple[int, int]:
    """How many listings are visible, and of how many organisations."""
    columns = func.count(), func.count(catalogue.c.organisation_key.distinct())
    listings, organisations = tx.execute(select(*columns).where(_visible(now))).one()
    return listings, organisations


def organisations_of_source(tx: Tx, source_id: int, now: int, limit: int = 200) -> list[tuple[str, str]]:
    """Key and name of the organisations that are shown from this source, by name."""
    mine = and_(_visible(now), catalogue.c.source_id == source_id)
    columns = catalogue.c.organisation_key, func.max(catalogue.c.organisation_name)
    query = select(*columns).where(mine).group_by(catalogue.c.organisation_key)
    return [(key, name) for key, name in tx.execute(query.order_by(columns[1]).limit(limit))]


def organisations_behind(tx: Tx, source_id: int, now: int, limit: int = 200) -> list[tuple[str, str, str]]:
    """Id, name and type of the organisations that are shown from this source, by name."""
    mine = and_(_visible(now), catalogue.c.source_id == source_id)
    columns = (
        catalogue.c.organisation_id,
        func.max(catalogue.c.organisation_name),
        func.max(catalogue.c.organisation_type),
    )
    query = select(*columns).where(mine).group_by(catalogue.c.organisation_id)
    return [(id_, name, type_) for id_, name, type_ in tx.execute(query.order_by(columns[1]).limit(limit))]


def organisation_name(tx: Tx, organisation_key: str) -> str | None:
    """What one of its live listings calls an organisation; None where there is none."""
    theirs = and_(catalogue.c.live, catalogue.c.organisation_key == organisation_key)
    row = tx.execute(select(catalogue.c.organisation_name).where(theirs).limit(1)).first()
    return row.organisation_name if row else None


def some_organisations(tx: Tx, most: int) -> list[tuple[str, str]]:
    """Key and name of organisations with live listings, in the order of their keys, at most ``most``.

    One step along the index of keys for each of them: to group a million rows takes seconds.
    """
    columns = catalogue.c.organisation_key, catalogue.c.organisation_name
    found: list[tuple[str, str]] = []
    while len(found) < most:
        query = select(*columns).where(catalogue.c.live, catalogue.c.organisation_key > (found[-1][0] if found else ""))
        row = tx.execute(query.order_by(catalogue.c.organisation_key).limit(1)).first()
        if row is None:
            break
        found.append((row.organisation_key, row.organisation_name))
    return found


def sizes_by_source(tx: Tx, now: int) -> dict[int, tuple[int, int]]:
    """How many listings are visible from each source, and of how many organisations."""
    read = and_(_visible(now), catalogue.c.source_id.is_not(None))
    columns = catalogue.c.source_id, func.count(), func.count(catalogue.c.organisation_key.distinct())
    rows = tx.execute(select(*columns).where(read).group_by(catalogue.c.source_id))
    return {source_id: (listings, organisations) for source_id, listings, organisations in rows}


def points(tx: Tx, now: int, limit: int) -> list[tuple[float, float]]:
    """Latitude and longitude of visible listings that have a point, the newest first."""
    c = catalogue.c
    placed = and_(_visible(now), c.lat.is_not(None), c.lon.is_not(None))
    return [
        (lat, lon)
        for lat, lon in tx.execute(select(c.lat, c.lon).where(placed).order_by(c.position.desc()).limit(limit))
    ]


def localities(tx: Tx, now: int, limit: int) -> list[str]:
    """The localities that the newest visible listings name, as often as they name them."""
    c = catalogue.c
    named = and_(_visible(now), c.locality.is_not(None))
    return [name for (name,) in tx.execute(select(c.locality).where(named).order_by(c.position.desc()).limit(limit))]


@dataclass(frozen=True, slots=True)
class Grave:
    """The tombstone of a listing: why and when (seconds since 1970) it went, and what of its facts is said of it."""

    removed_reason: str | None
    changed_at: int
    direction: str


def grave(tx: Tx, key: str) -> Grave | None:
    """The tombstone of a listing that was here."""
    query = select(catalogue.c.removed_reason, catalogue.c.changed_at, catalogue.c.direction)
    row = tx.execute(query.where(catalogue.c.key == key, catalogue.c.live.is_(False))).first()
    return Grave(*row) if row else None


def expired(tx: Tx, now: int, limit: int) -> list[tuple[str, int | None]]:
    """Id and source of live listings whose time is over."""
    over = and_(catalogue.c.live, catalogue.c.expires_at <= now)
    query = select(catalogue.c.id, catalogue.c.source_id).where(over).limit(limit)
    return [(row.id, row.source_id) for row in tx.execute(query)]


def prune(tx: Tx, before: int) -> int:
    """Discard tombstones older than ``before``; how many. Cursors from before them must begin again."""
    old = and_(catalogue.c.live.is_(False), catalogue.c.changed_at < before)
    newest_of_them = tx.execute(select(func.max(catalogue.c.position)).where(old)).scalar()
    if newest_of_them is None:
        return 0
    through = max(state(tx, lock=True).pruned_through, newest_of_them)
    tx.execute(update(publication).values(pruned_through=through))
    return tx.execute(delete(catalogue).where(old)).rowcount


def _visible(now: int) -> Any:
    """What people may see: live (a removed row has no item) and not over.

    Written so that no index serves it. SQLite otherwise walked every live row by its expiry and sorted them: 84 ms for
    the twelve newest of 30,000, where walking back from the head takes less than one.
    """
    return and_(catalogue.c.item.is_not(None), catalogue.c.expires_at + 0 > now)


def _shown(row: Row[Any]) -> Shown:
    # The facts are the last columns of the table; taking them by name took three times as long.
    facts = Facts._make(row[-len(FACT_NAMES) :])
    via = tuple(orjson.loads(row.via))
    entry = Entry(row.id, row.key, row.source_id, row.item, row.hash, via, facts)
    return Shown(entry, row.position, row.first_shown_at, row.changed_at)
