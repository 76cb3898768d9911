"""What a page of another node's receipts changes here: its mirror, the halves that are believed, and handovers.

A half that a feed no longer holds is no longer believed; a handover that no half speaks of is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from federation.receipts import Judged
from node.context import Node
from node.services.receipts import matching
from node.storage import receipt_halves, receipt_readings
from node.storage.engine import Tx
from node.storage.receipt_halves import KnownHalf
from node.storage.receipt_readings import Held, Reading
from schemas.canonical import contribution, digest_hex, digest_value
from schemas.errors import Problem
from schemas.records import dataclass

DAY_S = 86_400
_AT_ONCE = 500
_REASON_BYTES = 100
REPEATED = Problem(
    "/_sharefeed/exchange", "repeated", "This feed has another half of the same side of this exchange already."
)


@dataclass(frozen=True, slots=True)
class Page:
    """What a page brings: items that were judged, and the ids of those that are gone."""

    items: tuple[Judged, ...]
    gone: tuple[str, ...] = ()


def keep(tx: Tx, node: Node, reading: Reading, page: Page) -> Reading:
    """Apply a page; the reading with its new count and digest. Of an id that stands there twice the last one counts."""
    items = {one.id: one for one in page.items}
    gone = [one for one in page.gone if one not in items]
    known = receipt_readings.held(tx, reading.source_id, [*items, *gone])
    fresh = [one for one in items.values() if _is_new(one, known.get(one.id))]
    rows = _without_repeated(tx, reading, [_held(reading, one) for one in fresh])
    receipt_readings.mark(tx, reading.source_id, items.keys() - {one.id for one in fresh}, reading.reading)
    replaced = [known[one.id] for one in fresh if one.id in known]
    removed = [known[one] for one in gone if one in known]
    receipt_readings.drop(tx, reading.source_id, [one.id for one in removed])
    receipt_readings.put(tx, rows)
    _believe(tx, node, reading, [*replaced, *removed], rows, {one.id: one for one in fresh})
    return _counted(_weighed(reading, fresh, node.now // DAY_S), [*replaced, *removed], rows)


def sweep(tx: Tx, node: Node, reading: Reading) -> Reading:
    """At the end of a reading from the start: let go what it did not meet. Else nothing."""
    if not reading.reading_open:
        return reading
    while unmet := receipt_readings.unmarked(tx, reading.source_id, reading.reading, _AT_ONCE):
        receipt_readings.drop(tx, reading.source_id, [one.id for one in unmet])
        _believe(tx, node, reading, unmet, [], {})
        reading = _counted(reading, unmet, [])
    return reading


def forget(tx: Tx, node: Node, source_id: int) -> bool:
    """Forget some of what a source has told, because it is removed; whether there was any."""
    some = receipt_halves.of_source(tx, source_id, _AT_ONCE)
    receipt_halves.drop(tx, source_id, [(one.exchange, one.side, one.signed_by) for one in some])
    matching.settle(tx, node, sorted({one.exchange for one in some}))
    return bool(some)


def _is_new(one: Judged, known: Held | None) -> bool:
    # What was set aside is judged each time that it is met: a key may have become known.
    return known is None or known.hash != one.hash or bool(known.reasons) or bool(one.problems)


def _held(reading: Reading, one: Judged) -> Held:
    half = one.half
    if half is None:
        return Held(reading.source_id, one.id, one.hash, reasons=one.problems, reading=reading.reading)
    names = half.exchange, half.side, half.signed_by
    return Held(reading.source_id, one.id, one.hash, *names, reading=reading.reading)


def _without_repeated(tx: Tx, reading: Reading, rows: Sequence[Held]) -> list[Held]:
    """One exchange counts once, under whatever ids a feed has it: the first one that was read stays."""
    taken = receipt_readings.named(tx, reading.source_id, [row.exchange for row in rows if row.exchange])
    found = []
    for row in rows:
        first = taken.setdefault((row.exchange, row.side, row.signed_by), row.id) if row.exchange else row.id
        found.append(row if first == row.id else replace(row, exchange="", side="", signed_by="", reasons=(REPEATED,)))
    return found


def _believe(
    tx: Tx, node: Node, reading: Reading, before: Iterable[Held], rows: Sequence[Held], judged: dict[str, Judged]
) -> None:
    """Put the halves of ``rows`` in the place of those of ``before``, and see what they say together with others."""
    old = {(row.exchange, row.side, row.signed_by) for row in before if row.exchange}
    new = {(row.exchange, row.side, row.signed_by): judged[row.id].text for row in rows if row.exchange}
    receipt_halves.drop(tx, reading.source_id, sorted(old - new.keys()))
    receipt_halves.put(tx, [KnownHalf(*key, text, reading.source_id, changed_at=node.now) for key, text in new.items()])
    matching.settle(tx, node, sorted({key[0] for key in old | new.keys()}))


def _weighed(reading: Reading, fresh: Iterable[Judged], day: int) -> Reading:
    """With how much of it was new today."""
    taken = sum(len(f"{one.id}{one.text}".encode()) + _REASON_BYTES * len(one.problems) for one in fresh)
    return replace(reading, day=day, day_bytes=taken + (reading.day_bytes if reading.day == day else 0))


def _counted(reading: Reading, before: Sequence[Held], rows: Sequence[Held]) -> Reading:
    total = digest_value(reading.digest)
    total += sum(contribution(row.id, row.hash) for row in rows) - sum(contribution(row.id, row.hash) for row in before)
    return replace(reading, count=reading.count + len(rows) - len(before), digest=digest_hex(total))
