"""Asking for many rows by id, as one parameter.

An ``IN`` with one parameter an id is compiled anew for each length of the list (a third of the time of a large page
went into that) and is bounded in length; an array in one parameter is neither.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ARRAY, BindParameter, ColumnElement, String, any_, bindparam, cast, func, literal, select

from node.storage.engine import Tx


def among(tx: Tx, column: ColumnElement[Any], ids: Collection[str]) -> ColumnElement[bool]:
    """The condition that ``column`` is one of ``ids``, however many there are."""
    return _among(tx.dialect.name, column, literal(_sent(tx, ids)))


def among_given(dialect: str, column: ColumnElement[Any], name: str = "ids") -> ColumnElement[bool]:
    """The same for a statement that is built once: its parameter ``name`` is sent as `given` says."""
    return _among(dialect, column, bindparam(name))


def given(tx: Tx, ids: Collection[str], name: str = "ids") -> dict[str, Any]:
    """The parameter of `among_given`."""
    return {name: _sent(tx, ids)}


def _sent(tx: Tx, ids: Collection[str]) -> str | list[str]:
    return orjson.dumps(list(ids)).decode() if tx.dialect.name == "sqlite" else list(ids)


def _among(dialect: str, column: ColumnElement[Any], ids: BindParameter[Any]) -> ColumnElement[bool]:
    if dialect == "sqlite":
        each = func.json_each(ids).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(cast(ids, ARRAY(String)))
