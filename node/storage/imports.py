"""Imports at the desk: the files that somebody brought, row by row, and what became of each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

import orjson
from sqlalchemy import Row, Table, and_, delete, func, or_, select, update

from node.storage.among import among
from node.storage.engine import Tx
from node.storage.import_tables import import_columns, import_rows, imports
from node.storage.upsert import upsert
from schemas.records import dataclass

COLUMNS, CHECKING, CHECKED, RUNNING, DONE, UNDOING, UNDONE = (
    *("columns", "checking", "checked", "running", "done", "undoing", "undone"),
)
"""What an import waits for, or what is being done with it."""
AT_WORK = (CHECKING, RUNNING, UNDOING)
WAITING, READY, REFUSED, TAKEN, LEFT, BACK, KEPT = (*("waiting", "ready", "refused", "done", "left", "undone", "kept"),)
"""A row that is to be looked at, is good, is not, was published, is not to be taken, was undone, was changed since."""
ABSENT, ABSENT_FROM = "absent", 2_000_000
"""The change of a listing that was taken down because the file lacks it, and from where on such rows are numbered."""
_INSERTED = 2000


@dataclass(frozen=True, slots=True)
class Import:
    """One file that was brought. ``columns`` says at which place among the ``headings`` each column stands.

    ``done`` of its ``total`` rows have come through what is being done; ``counts`` says what became of how many.
    ``tries`` in a row failed; ``stopped`` names the fault in the log once it is not tried again by itself.
    """

    id: str
    organisation_id: str
    open_for: str | None
    state: str
    file_name: str
    by: str
    made_at: int
    changed_at: int
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    remarks: tuple[str, ...] = ()
    missing: bool = False
    total: int = 0
    done: int = 0
    lease: str = ""
    leased_until: int = 0
    tries: int = 0
    stopped: str = ""
    counts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of it. ``cells`` are the file's, ``typed`` what somebody put in their place, by column.

    ``problems`` are what is wrong where it is refused, else what is worth knowing.
    """

    import_id: str
    number: int
    state: str = WAITING
    change: str = ""
    doubted: bool = False
    ref: str = ""
    twin: int | None = None
    title: str = ""
    listing_id: str = ""
    cells: tuple[str, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    item: str = ""
    fault: str = ""
    problems: tuple[Mapping[str, str], ...] = ()


_JSON = frozenset(["headings", "columns", "remarks", "counts", "cells", "typed", "problems"])
_TUPLES = frozenset(["headings", "remarks", "cells", "problems"])
_c, _r = imports.c, import_rows.c


def put(tx: Tx, one: Import) -> None:
    """Keep an import, in place of what stood under its id."""
    upsert(tx, imports, [_values(one)])


def put_rows(tx: Tx, rows: Iterable[ImportRow]) -> None:
    values = [_values(row) for row in rows]
    for start in range(0, len(values), _INSERTED):
        upsert(tx, import_rows, values[start : start + _INSERTED])


def by_id(tx: Tx, organisation_id: str, import_id: str) -> Import | None:
    row = tx.execute(select(imports).where(_c.id == import_id, _c.organisation_id == organisation_id)).first()
    return _import(row) if row else None


def of_organisation(tx: Tx, organisation_id: str, limit: int, offset: int = 0) -> list[Import]:
    """The imports of an organisation, the latest first."""
    query = select(imports).where(_c.organisation_id == organisation_id).order_by(_c.made_at.desc(), _c.id)
    return [_import(row) for row in tx.execute(query.limit(limit).offset(offset))]


def count(tx: Tx, organisation_id: str) -> int:
    query = select(func.count()).select_from(imports).where(_c.organisation_id == organisation_id)
    return int(tx.execute(query).scalar_one())


def open_of(tx: Tx, organisation_id: str) -> Import | None:
    """The import of this organisation that is not over."""
    row = tx.execute(select(imports).where(_c.open_for == organisation_id)).first()
    return _import(row) if row else None


def claim(tx: Tx, now: int, until: int, lease: str, import_id: str | None = None) -> Import | None:
    """Take on an import that waits for work, or just this one, until a moment; None if there is none."""
    due = and_(_c.state.in_(AT_WORK), _c.leased_until <= now, _c.stopped == "")
    if import_id is not None:
        due = and_(due, _c.id == import_id)
    found = tx.execute(select(_c.id).where(due).order_by(_c.changed_at, _c.id).limit(1).with_for_update()).scalar()
    if found is None:
        return None
    tx.execute(update(imports).where(_c.id == found).values(lease=lease, leased_until=until))
    row = tx.execute(select(imports).where(_c.id == found)).one()
    return _import(row)


def holds(tx: Tx, one: Import) -> bool:
    """Whether whoever claimed this import still may write for it; nobody else can take it until ``tx`` ends."""
    query = select(_c.lease).where(_c.id == one.id, _c.state == one.state)
    return tx.execute(query.with_for_update()).scalar() == one.lease


def change(tx: Tx, import_id: str, **values: Any) -> None:
    told = {name: orjson.dumps(value).decode() if name in _JSON else value for name, value in values.items()}
    tx.execute(update(imports).where(_c.id == import_id).values(**told))


def remove(tx: Tx, import_id: str) -> None:
    tx.execute(delete(import_rows).where(_r.import_id == import_id))
    tx.execute(delete(imports).where(_c.id == import_id))


def forget_rows(tx: Tx, before: int) -> int:
    """Throw away the rows of imports on which nothing was done since a moment; of how many imports."""
    with_rows = select(_r.import_id).distinct()
    old = [row.id for row in tx.execute(select(_c.id).where(_c.changed_at < before, _c.id.in_(with_rows)))]
    for import_id in old:
        tx.execute(delete(import_rows).where(_r.import_id == import_id))
        tx.execute(delete(imports).where(_c.id == import_id, _c.open_for.is_not(None)))
    return len(old)


def forget_oldest(tx: Tx, most: int) -> int:
    """Throw away what is over of each organisation, but for its latest ``most``; how many went."""
    over = _c.open_for.is_(None)
    many = select(_c.organisation_id).where(over).group_by(_c.organisation_id).having(func.count() > most)
    gone = 0
    for organisation_id in list(tx.execute(many).scalars()):
        query = select(_c.id).where(over, _c.organisation_id == organisation_id)
        old = list(tx.execute(query.order_by(_c.made_at.desc(), _c.id).offset(most)).scalars())
        for import_id in old:
            remove(tx, import_id)
        gone += len(old)
    return gone


def touched_since(tx: Tx, ids: Sequence[str], moment: int) -> set[str]:
    """Those of these imports that are not over, or on which something was done since then."""
    needed = or_(_c.open_for.is_not(None), _c.changed_at >= moment)
    return set(tx.execute(select(_c.id).where(among(tx, _c.id, ids), needed)).scalars())


def rows(
    tx: Tx, import_id: str, states: Sequence[str] = (), limit: int | None = None, offset: int = 0, after: int = -1
) -> list[ImportRow]:
    """Rows of an import in these states (all without), in the order of the file, those behind the row ``after``."""
    query = select(import_rows).where(_r.import_id == import_id, _r.number > after)
    if states:
        query = query.where(_r.state.in_(states))
    return [_row(row) for row in tx.execute(query.order_by(_r.number).limit(limit).offset(offset))]


def was_corrected(tx: Tx, import_id: str) -> bool:
    """Whether somebody typed anything into its cells, or left a row out."""
    done = or_(_r.typed != "{}", _r.state == LEFT)
    return tx.execute(select(_r.number).where(_r.import_id == import_id, done).limit(1)).first() is not None


def names(tx: Tx, import_id: str) -> list[tuple[int, str]]:
    """Number and name of each row that has one."""
    query = select(_r.number, _r.ref).where(_r.import_id == import_id, _r.ref != "", _r.state != LEFT)
    return [(int(row.number), str(row.ref)) for row in tx.execute(query)]


def some(tx: Tx, import_id: str, numbers: Sequence[int]) -> list[ImportRow]:
    """These few rows, in the order of the file."""
    query = select(import_rows).where(_r.import_id == import_id, _r.number.in_(numbers)).order_by(_r.number)
    return [_row(row) for row in tx.execute(query)]


def set_rows(tx: Tx, import_id: str, states: Sequence[str], **values: Any) -> None:
    """Give all rows in these states other values."""
    tx.execute(update(import_rows).where(_r.import_id == import_id, _r.state.in_(states)).values(**values))


def tally(tx: Tx, import_id: str) -> dict[tuple[str, str, bool], int]:
    """State, change and whether it is in doubt -> how many rows."""
    query = select(_r.state, _r.change, _r.doubted, func.count()).where(_r.import_id == import_id)
    found = tx.execute(query.group_by(_r.state, _r.change, _r.doubted))
    return {(state, change, bool(doubted)): int(number) for state, change, doubted, number in found}


def remembered(tx: Tx, organisation_id: str, headings: str) -> dict[str, int] | None:
    """What headings (a hash) meant last time."""
    c = import_columns.c
    query = select(c.columns).where(c.organisation_id == organisation_id, c.headings == headings)
    found = tx.execute(query).scalar()
    return None if found is None else dict(orjson.loads(found))


def remember(tx: Tx, organisation_id: str, headings: str, columns: Mapping[str, int]) -> None:
    told = orjson.dumps(dict(columns)).decode()
    upsert(tx, import_columns, [{"organisation_id": organisation_id, "headings": headings, "columns": told}])


def _values(one: Import | ImportRow) -> dict[str, Any]:
    found = ((name, getattr(one, name)) for name in type(one).__slots__)
    return {name: _dumped(value) if name in _JSON else value for name, value in found}


def _dumped(value: Any) -> str:
    return orjson.dumps(value if isinstance(value, tuple) else dict(value)).decode()


def _loaded(table: Table, row: Row[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in table.c:
        name, value = column.name, getattr(row, column.name)
        value = orjson.loads(value) if name in _JSON else value
        found[name] = tuple(value) if name in _TUPLES else value
    return found


def _import(row: Row[Any]) -> Import:
    return Import(**_loaded(imports, row))


def _row(row: Row[Any]) -> ImportRow:
    return ImportRow(**_loaded(import_rows, row))
