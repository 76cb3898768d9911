"""Listings that are still being written at the desk, as they were typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Row, delete, func, select

from node.storage.desk_tables import desk_drafts
from node.storage.engine import Tx
from node.storage.upsert import upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskDraft:
    """What somebody is writing: ``typed`` are the fields of the form of ``sign``, ``images`` dicts of url and alt.

    ``key`` is that of the listing that is being changed, None for a new one, and ``base`` the number of the version of
    it that ``typed`` began with.
    """

    id: str
    organisation_id: str
    key: str | None
    sign: str
    typed: Mapping[str, str]
    images: tuple[Mapping[str, str], ...] = ()
    saved_at: int = 0
    saved_by: str = ""
    base: int = 0

    @property
    def title(self) -> str:
        return self.typed.get("title", "")


def put(tx: Tx, draft: DeskDraft) -> None:
    """Keep a draft, in place of what was kept under its id. Whose it is, and what it changes, stays."""
    values = {
        "id": draft.id,
        "organisation_id": draft.organisation_id,
        "key": draft.key,
        "base": draft.base,
        "sign": draft.sign,
        "title": draft.title,
        "typed": orjson.dumps(dict(draft.typed)).decode(),
        "images": orjson.dumps([dict(image) for image in draft.images]).decode(),
        "saved_at": draft.saved_at,
        "saved_by": draft.saved_by,
    }
    upsert(tx, desk_drafts, [values], kept=("organisation_id", "key"))


def by_id(tx: Tx, draft_id: str) -> DeskDraft | None:
    row = tx.execute(select(desk_drafts).where(desk_drafts.c.id == draft_id)).first()
    return _draft(row) if row else None


def of_listing(tx: Tx, organisation_id: str, key: str) -> DeskDraft | None:
    """The latest draft of changes to a listing."""
    c = desk_drafts.c
    mine = select(desk_drafts).where(c.organisation_id == organisation_id, c.key == key)
    row = tx.execute(mine.order_by(c.saved_at.desc(), c.id).limit(1)).first()
    return _draft(row) if row else None


def of_organisation(tx: Tx, organisation_id: str, limit: int, offset: int = 0) -> list[DeskDraft]:
    """The drafts of an organisation, the latest saved first."""
    c = desk_drafts.c
    query = select(desk_drafts).where(c.organisation_id == organisation_id).order_by(c.saved_at.desc(), c.id)
    return [_draft(row) for row in tx.execute(query.limit(limit).offset(offset))]


def count(tx: Tx, organisation_id: str) -> int:
    query = select(func.count()).select_from(desk_drafts).where(desk_drafts.c.organisation_id == organisation_id)
    return int(tx.execute(query).scalar_one())


def remove(tx: Tx, draft_id: str) -> None:
    tx.execute(delete(desk_drafts).where(desk_drafts.c.id == draft_id))


def _draft(row: Row[Any]) -> DeskDraft:
    return DeskDraft(
        id=row.id,
        organisation_id=row.organisation_id,
        key=row.key,
        sign=row.sign,
        typed=orjson.loads(row.typed),
        images=tuple(orjson.loads(row.images)),
        saved_at=row.saved_at,
        saved_by=row.saved_by,
        base=row.base,
    )
