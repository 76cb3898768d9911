"""How the reading of receipts stands, source by source: for who runs an aggregator."""

from __future__ import annotations

from collections.abc import Sequence

from federation.records import ACTIVE, L1
from node.context import Node
from node.storage import receipt_readings, sources
from node.storage.receipt_readings import Held
from schemas.records import dataclass

_MOST_HELD = 100


@dataclass(frozen=True, slots=True)
class State:
    """One source: how its last reading ended, how many halves its feed has, and how many of them were set aside.

    ``held`` are some of those, with their reasons.
    """

    source_id: int
    name: str
    code: str
    message: str
    halves: int
    aside: int
    held: tuple[Held, ...]


def readable(node: Node) -> list[int]:
    """The numbers of the sources whose receipts can be read."""
    with node.database.read() as tx:
        return [one.id for one in sources.every(tx) if one.state == ACTIVE and one.level == L1]


def of_sources(node: Node, source_ids: Sequence[int]) -> list[State]:
    """Those of these sources whose receipts were looked for once, by name."""
    with node.database.read() as tx:
        readings = {one.source_id: one for one in receipt_readings.every(tx)}
        found = []
        for source in sources.every(tx):
            reading = readings.get(source.id)
            if reading is None or source.id not in source_ids:
                continue
            aside, held = receipt_readings.aside(tx, source.id, _MOST_HELD)
            told = reading.last_code or "waiting", reading.last_message
            found.append(State(source.id, source.name, *told, reading.count, aside, tuple(held)))
    return found
