"""Count all handovers anew, and make of the sums over them what they should be."""

from __future__ import annotations

from node.context import Node
from node.storage import handovers, rollups
from node.storage.engine import Tx
from schemas.records import dataclass
from schemas.tally import Cell, tally


@dataclass(frozen=True, slots=True)
class Recount:
    """What a recount found: ``handovers`` in ``months`` of them, and how many sums of which month were wrong."""

    handovers: int
    months: int
    wrong: tuple[tuple[str, int], ...]


def recount(node: Node, mend: bool = False) -> Recount:
    """Compare the sums with the handovers, a month at a time; with ``mend``, make those of wrong months anew.

    While a month is mended nobody else changes handovers; in between they may.
    """
    with node.database.read() as tx:
        months = sorted({*handovers.months(tx), *rollups.months(tx)})
    counted, wrong = 0, []
    for month in months:
        with node.database.write() if mend else node.database.read() as tx:
            number, amiss = _month(tx, month, mend)
        counted += number
        wrong += [(month, amiss)] if amiss else []
    return Recount(counted, len(months), tuple(wrong))


def _month(tx: Tx, month: str, mend: bool) -> tuple[int, int]:
    if mend:
        rollups.lock(tx)
    rows = list(handovers.of_month(tx, month))
    amiss = _differing(tx, month, rows)
    if amiss and mend:
        rollups.replace(tx, month, rows)
    return len(rows), amiss


def _differing(tx: Tx, month: str, rows: list[handovers.Handover]) -> int:
    cells, parts = tally(rows)
    known_cells, known_parts = rollups.stored(tx, month)
    kept = {cell: {name: value for name, value in sums.items() if value} for cell, sums in known_cells.items()}
    due = {cell: {name: value for name, value in sums.items() if value} for cell, sums in cells.items()}
    of_cells: set[Cell] = {cell for cell in {*kept, *due} if kept.get(cell) != due.get(cell)}
    return len(of_cells) + sum(known_parts.get(part) != parts.get(part) for part in {*known_parts, *parts})
