"""Asking for many rows by id, as one parameter.

An ``IN`` with one parameter an id is compiled anew for each length of the list (a third of the time of a large page
went into that) and is bounded in length; an array in one parameter is neither.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, String, any_, cast, func, literal, select

from node.storage.engine import Tx


def among(tx: Tx, column: ColumnElement[Any], ids: Collection[str]) -> ColumnElement[bool]:
    """The condition that ``column`` is one of ``ids``, however many there are."""
    if tx.dialect.name == "sqlite":
        each = func.json_each(literal(orjson.dumps(list(ids)).decode())).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(cast(list(ids), ARRAY(String)))
