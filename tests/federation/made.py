"""Plain values of the engine for tests of its pure parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from federation.reading import Context, read_item
from federation.records import L1, SHOWN, Mirrored, ReadItem, Source
from schemas.canonical import contribution, digest_hex
from schemas.errors import Problem
from schemas.page import with_hash
from tests.schemas.made import NOW, desk_item

NODE = "https://node.example/"
OWN = "https://city.example/"
PRESENT = int(NOW.timestamp())
DAY_S = 86_400
SOURCE = Source(1, NODE + "changes.json", NODE, "Node", "json", L1)


def listing_id(ref: str) -> str:
    return f"{NODE}listings/{ref}"


def read(ref: str = "desk", via: tuple[str, ...] = (), now: int = PRESENT, **changes: Any) -> ReadItem:
    """An item of the node as it was read."""
    item = with_hash(desk_item(**{"id": listing_id(ref), **changes}), via)
    return read_item(listing_id(ref), item, "json", Context(NODE, now))


def row(item: ReadItem, source_id: int = 1, state: str = SHOWN, *codes: str, **values: Any) -> Mirrored:
    """The row of the mirror that such an item becomes."""
    reasons = tuple(Problem("", code, "") for code in codes)
    made = Mirrored(source_id, item.id, item.hash, item.via, state, reasons, 0, PRESENT, PRESENT)
    return replace(made, **values)


def holding(source: Source, *rows: Mirrored) -> Source:
    """The source with the sums of these rows."""
    total = sum(contribution(one.id, one.hash, one.via) for one in rows)
    return replace(source, mirror_count=len(rows), mirror_digest=digest_hex(total))
