"""Which remote photographs are wanted, ready or out of reach. The pictures themselves are files, not rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, select, update

from federation.chunks import chunked
from node.storage.engine import Tx
from node.storage.tables import photos
from node.storage.upsert import insert_of
from schemas.records import dataclass

WANTED, READY, FAILED = "wanted", "ready", "failed"


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """One remote photograph. ``width`` and ``height`` are those of our copy, in pixels; moments are seconds in UTC.

    ``tries`` counts failures in a row, ``failure`` says why the last one was.
    """

    key: str
    url: str
    state: str
    width: int | None
    height: int | None
    failure: str | None
    tries: int
    due_at: int
    fetched_at: int | None
    used_at: int


_NAMES = tuple(StoredPhoto.__slots__)


def want(tx: Tx, urls_by_key: dict[str, str], now: int) -> None:
    """Note photographs that are to be copied; those known already stay as they are."""
    rows = [_wanted(key, url, now) for key, url in urls_by_key.items()]
    for piece in chunked(rows):
        tx.execute(insert_of(tx.dialect, photos).on_conflict_do_nothing(index_elements=["key"]), piece)


def _wanted(key: str, url: str, now: int) -> dict[str, Any]:
    return {"key": key, "url": url, "state": WANTED, "tries": 0, "due_at": now, "used_at": now}


def by_keys(tx: Tx, keys: Collection[str]) -> dict[str, StoredPhoto]:
    found: dict[str, StoredPhoto] = {}
    for piece in chunked(keys):
        rows = tx.execute(select(photos).where(photos.c.key.in_(piece)))
        found.update((row.key, _photo(row)) for row in rows)
    return found


def claim(tx: Tx, now: int, until: int, limit: int) -> list[StoredPhoto]:
    """Photographs that are due, kept from other workers until ``until``."""
    due = and_(photos.c.state.in_((WANTED, FAILED)), photos.c.due_at <= now)
    query = select(photos).where(due).order_by(photos.c.due_at, photos.c.key).limit(limit)
    claimed = [_photo(row) for row in tx.execute(query.with_for_update(skip_locked=True))]
    mine = update(photos).where(photos.c.key.in_([photo.key for photo in claimed]))
    tx.execute(mine.values(due_at=until))
    return claimed


def ready(tx: Tx, key: str, width: int, height: int, now: int) -> None:
    """Our copy is there."""
    values = {"state": READY, "width": width, "height": height, "failure": None, "tries": 0, "fetched_at": now}
    tx.execute(update(photos).where(photos.c.key == key).values(values))


def failed(tx: Tx, key: str, why: str, tries: int, due_at: int) -> None:
    """There is no copy; it is tried again at ``due_at``."""
    values = {"state": FAILED, "failure": why, "tries": tries, "due_at": due_at}
    tx.execute(update(photos).where(photos.c.key == key).values(values))


def used(tx: Tx, keys: Collection[str], now: int) -> None:
    """Someone looked at these."""
    for piece in chunked(keys):
        tx.execute(update(photos).where(photos.c.key.in_(piece)).values(used_at=now))


def least_used(tx: Tx, limit: int) -> list[str]:
    """Keys of ready photographs, the longest unused first."""
    query = select(photos.c.key).where(photos.c.state == READY).order_by(photos.c.used_at, photos.c.key)
    return [row.key for row in tx.execute(query.limit(limit))]


def unused(tx: Tx, before: int, limit: int) -> list[str]:
    """Keys of photographs in any state that nobody has asked for since ``before``."""
    query = select(photos.c.key).where(photos.c.used_at < before).order_by(photos.c.used_at).limit(limit)
    return [row.key for row in tx.execute(query)]


def forget(tx: Tx, keys: Sequence[str]) -> None:
    for piece in chunked(keys):
        tx.execute(delete(photos).where(photos.c.key.in_(piece)))


def _photo(row: Row[Any]) -> StoredPhoto:
    return StoredPhoto(*(getattr(row, name) for name in _NAMES))
