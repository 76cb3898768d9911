"""How the node looks, where an operator said so: what is published, what is being prepared, and the logos of both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row, delete, select, update

from node.storage.engine import Tx
from node.storage.operator_tables import appearance_drafts as drafts
from node.storage.operator_tables import appearances, logos
from node.storage.upsert import insert_of
from schemas.records import dataclass

_ONLY = 1
"""The number of the one draft."""


class Head(NamedTuple):
    """Which version is in force; two that differ in either are two."""

    id: int
    published_at: int


@dataclass(frozen=True, slots=True)
class Version:
    """What was published at one moment: ``values`` by the names of settings; moments are seconds since 1970 in UTC.

    ``back_to`` is when what it brings back had been published, 0 for the settings alone, None where it was new.
    """

    id: int
    values: Mapping[str, Any]
    published_at: int
    published_by: str
    back_to: int | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What may be published next. ``mark`` is another one each time that it is saved."""

    mark: str
    values: Mapping[str, Any]
    saved_at: int
    saved_by: str


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture as it is served, under a name that begins with its ``key``."""

    key: str
    media_type: str
    data: bytes
    published: bool = False


def head(tx: Tx) -> Head | None:
    """Which version is in force; None while the settings stand alone."""
    query = select(appearances.c.id, appearances.c.published_at).order_by(appearances.c.id.desc()).limit(1)
    row = tx.execute(query).first()
    return Head(*row) if row else None


def by_id(tx: Tx, number: int) -> Version | None:
    row = tx.execute(select(appearances).where(appearances.c.id == number)).first()
    return _version(row) if row else None


def recent(tx: Tx, limit: int) -> list[Version]:
    """The last versions, the newest first: that one is in force."""
    return [_version(row) for row in tx.execute(select(appearances).order_by(appearances.c.id.desc()).limit(limit))]


def publish(tx: Tx, version: Version) -> Version:
    """Let a version be in force from now on; it comes back with its number."""
    values = {
        "document": _written(version.values),
        "published_at": version.published_at,
        "published_by": version.published_by,
        "back_to": version.back_to,
    }
    number = tx.execute(appearances.insert().values(values).returning(appearances.c.id)).scalar_one()
    return Version(number, version.values, version.published_at, version.published_by, version.back_to)


def forget_before(tx: Tx, number: int) -> None:
    """Forget the versions before this one."""
    tx.execute(delete(appearances).where(appearances.c.id < number))


def draft(tx: Tx) -> Draft | None:
    row = tx.execute(select(drafts).where(drafts.c.id == _ONLY)).first()
    return Draft(row.mark, orjson.loads(row.document), row.saved_at, row.saved_by) if row else None


def save_draft(tx: Tx, new: Draft, instead_of: str) -> bool:
    """Keep a draft in place of the one with this mark, of none where that is empty; whether it still was so."""
    values = {
        "mark": new.mark,
        "document": _written(new.values),
        "saved_at": new.saved_at,
        "saved_by": new.saved_by,
    }
    if instead_of:
        mine = drafts.c.mark == instead_of
        return tx.execute(update(drafts).where(drafts.c.id == _ONLY, mine).values(values)).rowcount == 1
    first = insert_of(tx.dialect, drafts).values(id=_ONLY, **values).on_conflict_do_nothing(index_elements=["id"])
    # Not by the count of rows, which PostgreSQL's driver does not tell of an insertion.
    return tx.execute(first.returning(drafts.c.id)).first() is not None


def drop_draft(tx: Tx, mark: str) -> bool:
    """Forget the draft with this mark; whether it was there."""
    return tx.execute(delete(drafts).where(drafts.c.id == _ONLY, drafts.c.mark == mark)).rowcount == 1


def keep_logo(tx: Tx, logo: Logo, now: int) -> None:
    """Keep a logo; one that is there already stays as it is."""
    values = {"key": logo.key, "media_type": logo.media_type, "data": logo.data, "published": logo.published}
    row = insert_of(tx.dialect, logos).values(**values, added_at=now)
    tx.execute(row.on_conflict_do_nothing(index_elements=["key"]))


def logo(tx: Tx, key: str) -> Logo | None:
    row = tx.execute(select(logos).where(logos.c.key == key)).first()
    return Logo(row.key, row.media_type, row.data, row.published) if row else None


def publish_logo(tx: Tx, key: str) -> None:
    """Let everyone see this logo."""
    tx.execute(update(logos).where(logos.c.key == key).values(published=True))


def forget_logos(tx: Tx, but: Collection[str]) -> None:
    """Forget every logo but those with these keys."""
    tx.execute(delete(logos).where(logos.c.key.not_in(list(but))))


def _written(values: Mapping[str, Any]) -> str:
    return orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS).decode()


def _version(row: Row[Any]) -> Version:
    return Version(row.id, orjson.loads(row.document), row.published_at, row.published_by, row.back_to)
