"""Write rows whether or not they are there yet, in the one spelling that both databases share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table

from node.storage.engine import Tx


def upsert(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]], kept: Sequence[str] = ()) -> None:
    """Insert ``rows``, or update those whose primary key stands there already, except in the columns ``kept``.

    Every row has the same columns, with values as the driver takes them: pages of thousands of rows come this way, and
    sent through SQLAlchemy's own handling of parameters they took twice as long.
    """
    if not rows:
        return
    text, names = _statement(tx.dialect, table, tuple(rows[0]), tuple(kept))
    parameters: Any = [*map(itemgetter(*names), rows)] if names else list(rows)
    tx.exec_driver_sql(text, parameters)


@lru_cache(maxsize=64)
def _statement(
    dialect: Dialect, table: Table, columns: tuple[str, ...], kept: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """The statement as the driver wants it, and the names in the order of its parameters where it counts them."""
    keys = [column.name for column in table.primary_key]
    statement = insert_of(dialect, table)
    fresh = {name: statement.excluded[name] for name in columns if name not in (*keys, *kept)}
    whole = statement.on_conflict_do_update(index_elements=keys, set_=fresh)
    compiled = whole.compile(dialect=dialect, column_keys=list(columns))
    return str(compiled), tuple(compiled.positiontup or ())


def add_up(tx: Tx, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, or add their numbers to those of the rows with the same primary key. Every row is complete."""
    if not rows:
        return
    text, names = _sum_statement(tx.dialect, table)
    parameters: Any = [*map(itemgetter(*names), rows)] if names else list(rows)
    tx.exec_driver_sql(text, parameters)


@lru_cache(maxsize=16)
def _sum_statement(dialect: Dialect, table: Table) -> tuple[str, tuple[str, ...]]:
    keys = [column.name for column in table.primary_key]
    statement = insert_of(dialect, table)
    more = {column.name: column + statement.excluded[column.name] for column in table.c if column.name not in keys}
    compiled = statement.on_conflict_do_update(index_elements=keys, set_=more).compile(dialect=dialect)
    return str(compiled), tuple(compiled.positiontup or ())


def insert_of(dialect: Dialect, table: Table) -> Any:
    """The dialect's own ``INSERT``, which may end in ``ON CONFLICT``."""
    # The other dialect would cost a small node 50 ms of its start and 2 MB of memory.
    if dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
