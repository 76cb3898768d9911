"""The organisations that this node hosts: one row each, the profile kept as its document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Row, select

from node.storage.engine import Tx
from node.storage.tables import organisations
from node.storage.upsert import upsert
from schemas.organisation import Organisation, dump_organisation, load_organisation
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class OwnOrganisation:
    """One organisation of this node. ``slug`` names it in addresses; moments are whole seconds since 1970 in UTC."""

    slug: str
    organisation: Organisation
    created_at: int
    modified_at: int


def put(tx: Tx, slug: str, organisation: Organisation, now: int) -> None:
    """Store the organisation under its id, in place of what stood there."""
    row = {
        "id": organisation.id,
        "slug": slug,
        "name": organisation.name,
        "type": organisation.type,
        "document": orjson.dumps(dump_organisation(organisation)).decode(),
        "created_at": now,
        "modified_at": now,
    }
    upsert(tx, organisations, [row], kept=("created_at",))


def every(tx: Tx) -> list[OwnOrganisation]:
    """All organisations of this node, by name."""
    query = select(organisations).order_by(organisations.c.name, organisations.c.id)
    return [_own(row) for row in tx.execute(query)]


def documents(tx: Tx) -> list[bytes]:
    """Every profile as JSON that is ready to send, in a lasting order: the same organisations give the same bytes."""
    query = select(organisations.c.document).order_by(organisations.c.id)
    return [row.document.encode() for row in tx.execute(query)]


def by_slug(tx: Tx, slug: str) -> OwnOrganisation | None:
    row = tx.execute(select(organisations).where(organisations.c.slug == slug)).first()
    return _own(row) if row else None


def by_ids(tx: Tx, ids: Sequence[str]) -> dict[str, OwnOrganisation]:
    """The organisations with these ids, of which there may be thousands."""
    found: dict[str, OwnOrganisation] = {}
    for start in range(0, len(ids), 500):
        query = select(organisations).where(organisations.c.id.in_(list(ids[start : start + 500])))
        found.update((row.id, _own(row)) for row in tx.execute(query))
    return found


def _own(row: Row[Any]) -> OwnOrganisation:
    organisation = load_organisation(orjson.loads(row.document))
    return OwnOrganisation(row.slug, organisation, row.created_at, row.modified_at)
