"""What is shown of stories: this node's own and those of its sources, but for what the operator has hidden."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, not_, or_, select, update

from node.storage.among import among
from node.storage.engine import Tx
from node.storage.story_tables import story_rulings, story_shelf
from node.storage.tables import sources
from node.storage.upsert import upsert
from schemas.records import dataclass

_c = story_shelf.c
FINE = "[]"
HIDDEN, RELEASED = "hidden", "released"
_SHOWN_STATES = ("active", "paused")
"""The stories of a source that is suspended are not shown, as its listings are not."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A story as it is shown, or set aside for its ``problems`` (a JSON array). Moments are seconds since 1970."""

    id: str
    key: str
    source_id: int | None
    item: str
    problems: str
    title: str
    organisation_key: str
    other_key: str
    category: str
    published_at: int
    changed_at: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """The operator's word: `HIDDEN`, or `RELEASED` although its ``words`` (a digest) are in doubt."""

    ruling: str
    reason: str
    words: str
    at: int


@dataclass(frozen=True, slots=True)
class Looked:
    """A story as an operator sees it: ``reason`` is why it is hidden, None where it is not; ``source`` its name."""

    story: Shelved
    reason: str | None
    source: str | None


_NAMES = tuple(Shelved.__slots__)
_ROW = [_c[name] for name in _NAMES]


def put(tx: Tx, rows: Sequence[Shelved]) -> None:
    """Keep these stories as they are now."""
    upsert(tx, story_shelf, [{name: getattr(row, name) for name in _NAMES} for row in rows])


def drop(tx: Tx, ids: Collection[str]) -> None:
    if ids:
        tx.execute(delete(story_shelf).where(among(tx, _c.id, ids)))


def drop_source(tx: Tx, source_id: int) -> None:
    """Forget everything of a source."""
    tx.execute(delete(story_shelf).where(_c.source_id == source_id))


def of_source(tx: Tx, source_id: int) -> dict[str, Shelved]:
    """What was read from a source, by id, whatever became of it."""
    return {row.id: _shelved(row) for row in tx.execute(select(*_ROW).where(_c.source_id == source_id))}


def owners(tx: Tx, ids: Collection[str]) -> dict[str, int | None]:
    """Which of these ids stand here, with the source that each is of."""
    return {row.id: row.source_id for row in tx.execute(select(_c.id, _c.source_id).where(among(tx, _c.id, ids)))}


def by_key(tx: Tx, key: str) -> Shelved | None:
    """A story that is shown."""
    row = tx.execute(select(*_ROW).where(_shown(), _c.key == key)).first()
    return _shelved(row) if row else None


def by_ids(tx: Tx, ids: Collection[str]) -> dict[str, Shelved]:
    """Those of these stories that are shown."""
    return {row.id: _shelved(row) for row in tx.execute(select(*_ROW).where(_shown(), among(tx, _c.id, ids)))}


def by_id(tx: Tx, story_id: str) -> Shelved | None:
    """A story, shown or not."""
    row = tx.execute(select(*_ROW).where(_c.id == story_id)).first()
    return _shelved(row) if row else None


def release(tx: Tx, story_id: str) -> None:
    """Show what was set aside."""
    tx.execute(update(story_shelf).where(_c.id == story_id).values(problems=FINE))


def newest(tx: Tx, limit: int, after: tuple[int, str] | None = None, own: bool = False) -> list[Shelved]:
    """Stories that are shown, the newest first; ``after`` is moment and id of the last that a reader has."""
    where = [_shown(), *([_c.source_id.is_(None)] if own else []), *([_older(*after)] if after else [])]
    return [_shelved(row) for row in tx.execute(_in_order(and_(*where)).limit(limit))]


def page(tx: Tx, limit: int, offset: int) -> list[Shelved]:
    return [_shelved(row) for row in tx.execute(_in_order(_shown()).limit(limit).offset(offset))]


def of_organisation(tx: Tx, key: str, limit: int) -> list[Shelved]:
    """What an organisation tells, and what others tell of it by its name, the newest first."""
    theirs = or_(_c.organisation_key == key, _c.other_key == key)
    return [_shelved(row) for row in tx.execute(_in_order(and_(_shown(), theirs)).limit(limit))]


def beside(tx: Tx, organisation_key: str, category: str, limit: int) -> list[Shelved]:
    """Stories for a listing: its organisation's first, then those about things of its kind (the category's root)."""
    own = of_organisation(tx, organisation_key, limit)
    root = category.partition("/")[0]
    alike = and_(_shown(), or_(_c.category == root, _c.category.startswith(f"{root}/", autoescape=True)))
    more = [_shelved(row) for row in tx.execute(_in_order(alike).limit(2 * limit))]
    known = {one.id for one in own}
    return [*own, *(one for one in more if one.id not in known)][:limit]


def count(tx: Tx, own: bool = False) -> int:
    where = and_(_shown(), _c.source_id.is_(None)) if own else _shown()
    return int(tx.execute(select(func.count()).select_from(story_shelf).where(where)).scalar_one())


def marks(tx: Tx, own: bool) -> list[tuple[str, str]]:
    """Id and item of everything that is shown, by id: what a digest over all of it is made of."""
    where = and_(_shown(), _c.source_id.is_(None)) if own else _shown()
    return [(row.id, row.item) for row in tx.execute(select(_c.id, _c.item).where(where).order_by(_c.id))]


def looked_through(tx: Tx, limit: int, offset: int) -> list[Looked]:
    """All stories for an operator, hidden ones and those set aside too, the latest change first."""
    query = (
        select(*_ROW, story_rulings.c.reason.label("reason"), sources.c.name.label("source"))
        .outerjoin(story_rulings, and_(story_rulings.c.id == _c.id, story_rulings.c.ruling == HIDDEN))
        .outerjoin(sources, sources.c.id == _c.source_id)
        .order_by(_c.changed_at.desc(), _c.id)
    )
    return [Looked(_shelved(row), row.reason, row.source) for row in tx.execute(query.limit(limit).offset(offset))]


def count_all(tx: Tx) -> int:
    return int(tx.execute(select(func.count()).select_from(story_shelf)).scalar_one())


def rule(tx: Tx, story_id: str, ruling: Ruling) -> None:
    """Keep the operator's word on a story, in place of what they said before."""
    values = {name: getattr(ruling, name) for name in Ruling.__slots__}
    upsert(tx, story_rulings, [{"id": story_id, **values}])


def unrule(tx: Tx, story_id: str) -> None:
    """Take the operator's word back."""
    tx.execute(delete(story_rulings).where(story_rulings.c.id == story_id))


def rulings(tx: Tx, ids: Collection[str]) -> dict[str, Ruling]:
    """What the operator said of these."""
    r = story_rulings.c
    rows = tx.execute(select(story_rulings).where(among(tx, r.id, ids)))
    return {row.id: Ruling(*(getattr(row, name) for name in Ruling.__slots__)) for row in rows}


def shown_ids(among_: Any) -> Any:
    """The ids that are shown of those that a query names."""
    return select(_c.id).where(_shown(), _c.id.in_(among_))


def _shown() -> ColumnElement[bool]:
    of_shown = exists().where(sources.c.id == _c.source_id, sources.c.state.in_(_SHOWN_STATES))
    is_hidden = exists().where(story_rulings.c.id == _c.id, story_rulings.c.ruling == HIDDEN)
    return and_(_c.problems == FINE, or_(_c.source_id.is_(None), of_shown), not_(is_hidden))


def _older(at: int, story_id: str) -> ColumnElement[bool]:
    return or_(_c.published_at < at, and_(_c.published_at == at, _c.id < story_id))


def _in_order(where: ColumnElement[bool]) -> Any:
    return select(*_ROW).where(where).order_by(_c.published_at.desc(), _c.id.desc())


def _shelved(row: Any) -> Shelved:
    return Shelved(*(getattr(row, name) for name in _NAMES))
