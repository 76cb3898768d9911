"""Copies of photographs that an import named by their address: which are here, which are due, and who waits."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Column, ColumnElement, delete, exists, func, select, update

from node.storage.among import among
from node.storage.desk_tables import desk_drafts, listing_versions
from node.storage.engine import Tx
from node.storage.import_tables import imports
from node.storage.photo_tables import picture_copies, picture_wants
from node.storage.story_tables import stories
from node.storage.tables import listings, organisations
from node.storage.upsert import insert_of, upsert
from schemas.records import dataclass

WAITING, READY, FAILED = "waiting", "ready", "failed"
_c, _w = picture_copies.c, picture_wants.c
FILE = re.compile(r"[0-9a-f]{32}\.jpg")
"""The name of a file that is made of nothing but its content."""
_WHERE_NAMED: tuple[Column[str], ...] = (
    listings.c.document,
    listing_versions.c.document,
    desk_drafts.c.images,
    stories.c.document,
    stories.c.images,
    organisations.c.document,
)


@dataclass(frozen=True, slots=True)
class Copy:
    """A photograph to be fetched; ``key`` is a hash of its ``url``, and ``tries`` so many have failed."""

    key: str
    url: str
    tries: int


@dataclass(frozen=True, slots=True)
class Want:
    """A listing, by its key, that named a photograph in an import of its organisation."""

    listing_key: str
    import_id: str
    organisation_id: str


def ready(tx: Tx, keys: Sequence[str]) -> dict[str, str]:
    """Key -> name of the file, of those copies that are here."""
    query = select(_c.key, _c.name).where(among(tx, _c.key, keys), _c.state == READY)
    return {row.key: row.name for row in tx.execute(query)}


def want(tx: Tx, urls: Mapping[str, str], wants: Sequence[tuple[str, Want]], now: int) -> None:
    """Have these photographs (key -> address) fetched for these listings (key and who); what failed is tried anew."""
    fresh = {"state": WAITING, "name": "", "tries": 0, "due_at": now, "lease_until": 0, "problem": ""}
    added = insert_of(tx.dialect, picture_copies).on_conflict_do_nothing()
    tx.execute(added, [{"key": key, "url": url, **fresh} for key, url in urls.items()])
    anew = {"state": WAITING, "tries": 0, "due_at": now}
    tx.execute(update(picture_copies).where(among(tx, _c.key, list(urls)), _c.state == FAILED).values(anew))
    rows = [{"copy_key": key, **{name: getattr(one, name) for name in Want.__slots__}} for key, one in wants]
    upsert(tx, picture_wants, rows)


def count_waiting(tx: Tx, organisation_id: str = "") -> int:
    """How many wait to be fetched, of all or of one organisation."""
    query = select(func.count()).select_from(picture_copies).where(_c.state == WAITING)
    if organisation_id:
        theirs = select(_w.copy_key).where(_w.organisation_id == organisation_id)
        query = query.where(_c.key.in_(theirs))
    return tx.execute(query).scalar() or 0


def due(tx: Tx, now: int, limit: int) -> list[str]:
    """The keys of some that are due: of each organisation the first, then of each the second, so that none waits for
    all that another one has named.
    """
    place = func.row_number().over(partition_by=_w.organisation_id, order_by=(_c.due_at, _c.key)).label("place")
    waiting = (
        select(_c.key, _c.due_at, place).join(picture_wants, _w.copy_key == _c.key).where(*_is_due(now)).subquery()
    )
    first = func.min(waiting.c.place)
    query = select(waiting.c.key).group_by(waiting.c.key).order_by(first, func.min(waiting.c.due_at), waiting.c.key)
    return list(tx.execute(query.limit(limit)).scalars())


def claim(tx: Tx, keys: Collection[str], now: int, until: int) -> list[Copy]:
    """Take on those of them that are still due, until a moment."""
    query = select(_c.key, _c.url, _c.tries).where(_c.key.in_(keys), *_is_due(now))
    rows = tx.execute(query.order_by(_c.key).with_for_update()).all()
    found = [Copy(row.key, row.url, row.tries) for row in rows]
    if found:
        tx.execute(update(picture_copies).where(_c.key.in_([one.key for one in found])).values(lease_until=until))
    return found


def done(tx: Tx, key: str, name: str) -> list[Want]:
    """This one is here; the listings that wait for it, which do so no longer."""
    told = {"state": READY, "name": name, "problem": "", "lease_until": 0}
    tx.execute(update(picture_copies).where(_c.key == key).values(told))
    rows = tx.execute(select(picture_wants).where(_w.copy_key == key).order_by(_w.listing_key)).all()
    tx.execute(delete(picture_wants).where(_w.copy_key == key))
    return [Want(row.listing_key, row.import_id, row.organisation_id) for row in rows]


def failed(tx: Tx, copy: Copy, problem: str, due_at: int | None) -> None:
    """It could not be had; without ``due_at`` it is not tried again by itself."""
    state = WAITING if due_at is not None else FAILED
    told = {"state": state, "tries": copy.tries + 1, "due_at": due_at or 0, "lease_until": 0, "problem": problem}
    tx.execute(update(picture_copies).where(_c.key == copy.key).values(told))


def names(tx: Tx) -> set[str]:
    """The names of the files of all copies that are here."""
    return set(tx.execute(select(_c.name).where(_c.state == READY)).scalars())


def named(tx: Tx, files: set[str]) -> set[str]:
    """Which of these files a listing, a version of one, a draft, a story or an organisation names."""
    found: set[str] = set()
    for column in _WHERE_NAMED:
        query = select(column).where(column.contains(".jpg"))
        if len(files) == 1:
            query = query.where(column.contains(next(iter(files)), autoescape=True)).limit(1)
        for text in tx.execute(query.execution_options(yield_per=500)).scalars():
            found.update(files.intersection(FILE.findall(text)))
    return found


def forget(tx: Tx, name: str) -> None:
    """Forget the copies that are this file."""
    tx.execute(delete(picture_copies).where(_c.name == name, _c.state == READY))


def forget_failed(tx: Tx) -> None:
    """Forget what could not be had, where the import that named it is gone."""
    failed = select(_c.key).where(_c.state == FAILED)
    kept = exists().where(imports.c.id == _w.import_id)
    tx.execute(delete(picture_wants).where(_w.copy_key.in_(failed), ~kept))
    waits = exists().where(_w.copy_key == _c.key)
    tx.execute(delete(picture_copies).where(_c.state == FAILED, ~waits))


def of_import(tx: Tx, import_id: str, states: Collection[str], limit: int) -> list[tuple[str, str]]:
    """Address and problem of what an import named and is not here."""
    joined = picture_copies.join(picture_wants, _w.copy_key == _c.key)
    query = select(_c.url, _c.problem).select_from(joined).where(_w.import_id == import_id, _c.state.in_(states))
    return [(row.url, row.problem) for row in tx.execute(query.distinct().order_by(_c.url).limit(limit))]


def count_of_import(tx: Tx, import_id: str, state: str) -> int:
    joined = picture_copies.join(picture_wants, _w.copy_key == _c.key)
    query = select(func.count(_c.key.distinct())).select_from(joined)
    return tx.execute(query.where(_w.import_id == import_id, _c.state == state)).scalar() or 0


def _is_due(now: int) -> tuple[ColumnElement[bool], ...]:
    return _c.state == WAITING, _c.due_at <= now, _c.lease_until <= now
