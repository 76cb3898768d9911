"""Photographs that organisations sent: who sent which, and what they stand with. The pictures are files, not rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, and_, delete, exists, func, not_, or_, select, update

from federation.chunks import chunked
from node.storage.desk_tables import desk_drafts, listing_versions
from node.storage.engine import Tx
from node.storage.photo_tables import upload_uses, uploads
from node.storage.story_tables import stories
from node.storage.tables import listings
from node.storage.upsert import insert_of, upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Upload:
    """One photograph of one organisation; ``loose_since`` is None while something stands with it."""

    organisation_id: str
    name: str
    uploaded_by: str
    uploaded_at: int
    loose_since: int | None


_NAMES = tuple(Upload.__slots__)


def put(tx: Tx, organisation_id: str, name: str, by: str, now: int) -> None:
    """Note a photograph that was sent; one that nothing stands with begins to wait anew."""
    row = dict(zip(_NAMES, (organisation_id, name, by, now, now), strict=True))
    tx.execute(insert_of(tx.dialect, uploads).on_conflict_do_nothing().values(row))
    loose = and_(_is(organisation_id, [name]), uploads.c.loose_since.is_not(None))
    tx.execute(update(uploads).where(loose).values(loose_since=now))


def by_names(tx: Tx, organisation_id: str, names: Collection[str]) -> dict[str, Upload]:
    """Those of these photographs that the organisation has, by name."""
    found: dict[str, Upload] = {}
    for piece in chunked(names):
        rows = tx.execute(select(uploads).where(_is(organisation_id, piece)))
        found.update((row.name, _upload(row)) for row in rows)
    return found


def names(tx: Tx, organisation_id: str) -> list[str]:
    """The names of all photographs of an organisation."""
    query = select(uploads.c.name).where(uploads.c.organisation_id == organisation_id).order_by(uploads.c.name)
    return [row.name for row in tx.execute(query)]


def loose(tx: Tx, organisation_id: str, limit: int) -> list[Upload]:
    """Photographs of the organisation that nothing stands with, the newest first."""
    query = select(uploads).where(uploads.c.organisation_id == organisation_id, uploads.c.loose_since.is_not(None))
    rows = tx.execute(query.order_by(uploads.c.loose_since.desc(), uploads.c.name).limit(limit))
    return [_upload(row) for row in rows]


def count_loose(tx: Tx, organisation_id: str) -> int:
    where = and_(uploads.c.organisation_id == organisation_id, uploads.c.loose_since.is_not(None))
    return int(tx.execute(select(func.count()).select_from(uploads).where(where)).scalar_one())


def uses(tx: Tx, organisation_id: str, owner: str) -> list[tuple[str, str]]:
    """Name and words of each photograph that ``owner`` has, in order."""
    rows = tx.execute(select(upload_uses).where(_of(organisation_id, owner)).order_by(upload_uses.c.place))
    return [(row.name, row.alt) for row in rows]


def use(tx: Tx, organisation_id: str, owner: str, photos: Sequence[tuple[str, str]], now: int) -> None:
    """Let ``owner`` have these photographs (name and words) in this order, in place of those that it had."""
    before = {name for name, _ in uses(tx, organisation_id, owner)}
    after = {name for name, _ in photos}
    tx.execute(delete(upload_uses).where(_of(organisation_id, owner)))
    rows = [
        {"organisation_id": organisation_id, "owner": owner, "place": place, "name": name, "alt": alt}
        for place, (name, alt) in enumerate(photos)
    ]
    upsert(tx, upload_uses, rows)
    for piece in chunked(after):
        tx.execute(update(uploads).where(_is(organisation_id, piece)).values(loose_since=None))
    for piece in chunked(before - after):
        unused = and_(_is(organisation_id, piece), not_(_stands_with_something()))
        tx.execute(update(uploads).where(unused).values(loose_since=now))


def long_loose(tx: Tx, before: int, limit: int) -> list[Upload]:
    """Photographs that nothing has stood with since ``before``."""
    query = select(uploads).where(uploads.c.loose_since < before).order_by(uploads.c.loose_since, uploads.c.name)
    return [_upload(row) for row in tx.execute(query.limit(limit))]


def is_named(tx: Tx, upload: Upload) -> bool:
    """Whether a listing or a story of the organisation, shown or not, names the photograph, or did, or a draft does."""

    def names(column: Column[str]) -> ColumnElement[bool]:
        return column.contains(upload.name, autoescape=True)

    ours = listings.c.organisation_id == upload.organisation_id
    before = exists().where(listing_versions.c.listing_id == listings.c.id, names(listing_versions.c.document))
    drafted = exists().where(desk_drafts.c.organisation_id == upload.organisation_id, names(desk_drafts.c.images))
    told = exists().where(stories.c.organisation_id == upload.organisation_id, names(stories.c.document))
    typed = exists().where(stories.c.organisation_id == upload.organisation_id, names(stories.c.images))
    listed = exists().where(ours, names(listings.c.document))
    query = select(or_(listed, exists().where(ours, before), drafted, told, typed))
    return bool(tx.execute(query).scalar_one())


def hold(tx: Tx, organisation_id: str, names: Collection[str]) -> None:
    """Something stands with these photographs after all."""
    for piece in chunked(names):
        tx.execute(update(uploads).where(_is(organisation_id, piece)).values(loose_since=None))


def forget(tx: Tx, upload: Upload) -> bool:
    """Forget a photograph of an organisation; whether nobody else has the same, so that its files can go."""
    tx.execute(delete(uploads).where(_is(upload.organisation_id, [upload.name])))
    others = select(exists().where(uploads.c.name == upload.name))
    return not tx.execute(others).scalar_one()


def _is(organisation_id: str, names: Collection[str]) -> Any:
    return and_(uploads.c.organisation_id == organisation_id, uploads.c.name.in_(list(names)))


def _of(organisation_id: str, owner: str) -> Any:
    return and_(upload_uses.c.organisation_id == organisation_id, upload_uses.c.owner == owner)


def _stands_with_something() -> Any:
    same = and_(upload_uses.c.organisation_id == uploads.c.organisation_id, upload_uses.c.name == uploads.c.name)
    return exists().where(same)


def _upload(row: Row[Any]) -> Upload:
    return Upload(*(getattr(row, name) for name in _NAMES))
