"""Numbers of rows in addresses."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import IntegerConverter, Map

LARGEST = 2**63 - 1
"""No row has a larger number, and a database that is asked for one fails."""


class RowNumber(IntegerConverter):
    """As ``int``, but what no row can have is an address that is not there."""

    def __init__(self, map_: Map, **options: Any) -> None:
        super().__init__(map_, **{"max": LARGEST, **options})
