"""Sums over handovers, for pages that must not read a million rows. Kept in step by `node.storage.handovers` alone.

What each row adds is said by `schemas.tally`. Here it is taken away for what a row was and added for what it is now, in
the transaction that changes the row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, delete, func, select, union

from node.storage import catalogue
from node.storage.among import among
from node.storage.engine import Tx
from node.storage.rollup_tables import handover_organisations, handover_rollups
from node.storage.upsert import add_up
from schemas.handover import PERSON, Handover
from schemas.records import dataclass
from schemas.tally import ALL, DIMENSIONS, OTHER, SUMS, Cell, Part, merged, tally
from schemas.vocabulary import ACTIONS, ORGANISATION_TYPES, roots

_CELL, _PART = Cell._fields, Part._fields
_NONE = dict.fromkeys(SUMS, 0)
_r, _o = handover_rollups.c, handover_organisations.c


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sums are asked for: those of ``months`` (YYYY-MM), narrowed to a value in each dimension of ``chosen``."""

    months: tuple[str, ...]
    chosen: Mapping[str, str] = field(default_factory=dict)


def lock(tx: Tx) -> None:
    """Let nobody else change handovers until this transaction ends: two side by side would count one of them twice."""
    catalogue.state(tx, lock=True)


def move(tx: Tx, before: Iterable[Handover], after: Iterable[Handover]) -> None:
    """Count ``after`` in the place of ``before``, which was read after this transaction took the `lock`."""
    taken, parts = tally(before, -1)
    added, joined = tally(after)
    parts.update(joined)
    _shift(tx, handover_rollups, {cell: _complete(sums) for cell, sums in merged(taken, added).items()})
    _shift(tx, handover_organisations, {part: {"exchanges": number} for part, number in parts.items() if number})


def _complete(sums: Mapping[str, int]) -> dict[str, int]:
    return {**_NONE, **sums}


def _shift(tx: Tx, table: Table, changes: Mapping[Any, Mapping[str, int]]) -> None:
    names = [column.name for column in table.primary_key]
    # In one order, so that the tree is walked and not leapt about in.
    ordered = sorted(changes)
    add_up(tx, table, [{**of._asdict(), **changes[of]} for of in ordered])
    fewer = [of._asdict() for of in ordered if changes[of]["exchanges"] < 0]
    if fewer:
        it = [table.c[name] == bindparam(f"its_{name}") for name in names]
        empty = delete(table).where(table.c.exchanges == 0, *it)
        tx.execute(empty, [{f"its_{name}": value for name, value in one.items()} for one in fewer])


def by_month(tx: Tx, asked: Asked) -> dict[tuple[str, str], dict[str, int]]:
    """The sums of each month and standing."""
    query = select(_r.month, _r.standing, *(_r[name] for name in SUMS)).where(_within(tx, asked))
    return {(month, standing): _named(sums) for month, standing, *sums in tx.execute(query)}


def by_value(
    tx: Tx, asked: Asked, dimension: str, only: Collection[str] = (), names: Sequence[str] = SUMS
) -> dict[tuple[str, str], dict[str, int]]:
    """The sums of each value of a dimension and each standing; what was chosen in that dimension does not narrow.

    ``only`` are the ones to look at, where there may be very many; ``names`` are the sums that are wanted.
    """
    column = _r[dimension]
    of_each = _within(tx, asked, dimension)
    if only:
        of_each = and_(of_each, among(tx, column, only))
    query = (
        select(column, _r.standing, *(func.sum(_r[name]) for name in names))
        .where(of_each)
        .group_by(column, _r.standing)
    )
    return {(value, standing): _named(sums, names) for value, standing, *sums in tx.execute(query)}


def most_frequent(tx: Tx, asked: Asked, dimension: str, limit: int) -> list[str]:
    """The values of a dimension with the most exchanges, the most frequent first."""
    column, number = _r[dimension], func.sum(_r.exchanges)
    query = select(column).where(_within(tx, asked, dimension)).group_by(column)
    return [value for (value,) in tx.execute(query.order_by(number.desc(), column).limit(limit))]


def organisations(tx: Tx, asked: Asked) -> tuple[int, int, int]:
    """How many organisations had a part in confirmed handovers, how many of them gave, how many got something."""
    roles = [func.max(case((_o.role == role, 1), else_=0)).label(role) for role in ("giver", "taker")]
    each = select(*roles).where(_taking_part(tx, asked)).group_by(_o.organisation_id).subquery()
    counts = [func.coalesce(func.sum(each.c[role]), 0) for role in ("giver", "taker")]
    row = tx.execute(select(func.count(), *counts).select_from(each)).one()
    return int(row[0]), int(row[1]), int(row[2])


def organisations_by_month(tx: Tx, asked: Asked) -> dict[str, int]:
    """How many organisations had a part in confirmed handovers in each month."""
    query = select(_o.month, func.count(_o.organisation_id.distinct())).where(_taking_part(tx, asked))
    return {row[0]: row[1] for row in tx.execute(query.group_by(_o.month))}


def months(tx: Tx) -> list[str]:
    """Every month that has sums, in order."""
    queries = [select(table.c.month) for table in (handover_rollups, handover_organisations)]
    return sorted(month for (month,) in tx.execute(union(*queries)))


def span(tx: Tx) -> tuple[str, str] | None:
    """The first and the last month with exchanges; None where there are none."""
    # Each by itself, so that it is one step along the key; together they would look at every row.
    ends = [select(end(_r.month)).where(_r.month > "").scalar_subquery() for end in (func.min, func.max)]
    first, last = tx.execute(select(*ends)).one()
    return (first, last) if first else None


def finest(tx: Tx, asked: Asked) -> Iterator[tuple[Cell, dict[str, int]]]:
    """The sums by all dimensions at once, in order, some hundreds at a time in memory."""
    query = select(handover_rollups).where(_every_dimension(tx, _r, asked)).order_by(*(_r[name] for name in _CELL))
    rows = tx.execute(query, execution_options={"yield_per": 500})
    return ((Cell(*row[: len(_CELL)]), _named(row[len(_CELL) :])) for row in rows)


def stored(tx: Tx, month: str) -> tuple[dict[Cell, dict[str, int]], dict[Part, int]]:
    """All sums of a month as they stand."""
    rows = tx.execute(select(handover_rollups).where(_r.month == month))
    cells = {Cell(*row[: len(_CELL)]): _named(row[len(_CELL) :]) for row in rows}
    rows = tx.execute(select(handover_organisations).where(_o.month == month))
    return cells, {Part(*row[: len(_PART)]): row[len(_PART)] for row in rows}


def replace(tx: Tx, month: str, rows: Iterable[Handover]) -> None:
    """Throw the sums of a month away, and make them of its handovers. The transaction holds the `lock`."""
    for table in (handover_rollups, handover_organisations):
        tx.execute(delete(table).where(table.c.month == month))
    move(tx, (), rows)


def _named(sums: Sequence[int], names: Sequence[str] = SUMS) -> dict[str, int]:
    # PostgreSQL adds up to a decimal.
    return {name: int(value) for name, value in zip(names, sums, strict=True)}


def _within(tx: Tx, asked: Asked, free: str = "") -> ColumnElement[bool]:
    """The one cell of each month that has what was chosen; in the dimension ``free``, those of all its values."""
    narrowed = [_one_of(_r, name) if name == free else _r[name] == asked.chosen.get(name, ALL) for name in DIMENSIONS]
    return and_(among(tx, _r.month, asked.months), *narrowed)


def _taking_part(tx: Tx, asked: Asked) -> ColumnElement[bool]:
    if len(asked.chosen) > 1:
        return _every_dimension(tx, _o, asked)
    return and_(among(tx, _o.month, asked.months), *(_o[name] == asked.chosen.get(name, ALL) for name in DIMENSIONS))


def _every_dimension(tx: Tx, columns: Any, asked: Asked) -> ColumnElement[bool]:
    """The cells that tell every dimension apart, with what was chosen."""
    chosen = asked.chosen
    narrowed = [columns[name] == chosen[name] if name in chosen else _one_of(columns, name) for name in DIMENSIONS]
    return and_(among(tx, columns.month, asked.months), *narrowed)


def _one_of(columns: Any, dimension: str) -> ColumnElement[bool]:
    """Any value but `ALL`. Where all values are known they are named, so that each is a range of the key."""
    column: ColumnElement[str] = columns[dimension]
    named = values(dimension)
    return column.in_(named) if named else column != ALL


def values(dimension: str) -> tuple[str, ...]:
    """All values that a dimension can have, in their order; none where it may have any."""
    if dimension == "category":
        return tuple(dict.fromkeys([*(root.path for root in roots()), OTHER]))
    return {"action": (*ACTIONS, OTHER), "organisation_type": (*ORGANISATION_TYPES, PERSON, OTHER)}.get(dimension, ())
