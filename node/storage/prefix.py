"""Asking for what begins with an address, by a range, so that an index can answer."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import ColumnElement, and_

from node.storage.engine import Tx


def begins_with(tx: Tx, column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
    """The condition that ``column`` begins with ``address``, which ends in an ASCII character such as a slash."""
    # PostgreSQL compares as its locale says unless told otherwise; a range of bytes is what is meant.
    compared = column if tx.dialect.name == "sqlite" else column.collate("C")
    beyond = address[:-1] + chr(ord(address[-1]) + 1)
    return and_(compared >= address, compared < beyond)


def origin_is(tx: Tx, via: ColumnElement[Any], node_id: str) -> ColumnElement[bool]:
    """The condition that the JSON array in ``via`` names ``node_id`` first."""
    return begins_with(tx, via, orjson.dumps([node_id]).decode()[:-1])
