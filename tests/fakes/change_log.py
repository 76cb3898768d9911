"""A change log in memory, by the protocol's rules: what scripted nodes and the memory ledger publish."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from schemas.canonical import contribution, digest_hex

FIRST_EPOCH = "00000000-0000-4000-8000-000000000001"


class LogRow(NamedTuple):
    """One listing at the position of its latest change; ``text`` None is a tombstone. ``at`` in seconds."""

    id: str
    position: int
    text: str | None
    hash: str
    via: tuple[str, ...]
    at: int
    source_id: int | None = None
    reason: str | None = None

    @property
    def live(self) -> bool:
        return self.text is not None


@dataclass
class ChangeLog:
    """Every live listing and tombstone exactly once, in the order in which the changes became visible."""

    epoch: str = FIRST_EPOCH
    head: int = 0
    pruned_through: int = 0
    rows: dict[str, LogRow] = field(default_factory=dict)

    def copy(self) -> ChangeLog:
        return replace(self, rows=dict(self.rows))

    def put(
        self, id_: str, text: str, hash_: str, via: tuple[str, ...] = (), at: int = 0, source_id: int | None = None
    ) -> None:
        self.head += 1
        self.rows[id_] = LogRow(id_, self.head, text, hash_, via, at, source_id)

    def bury(self, id_: str, reason: str, at: int = 0) -> None:
        self.head += 1
        self.rows[id_] = self.rows[id_]._replace(position=self.head, text=None, at=at, reason=reason)

    def prune(self, before: int) -> None:
        """Discard the tombstones that are older than ``before``."""
        for row in list(self.rows.values()):
            if not row.live and row.at < before:
                self.pruned_through = max(self.pruned_through, row.position)
                del self.rows[row.id]

    def live(self) -> dict[str, LogRow]:
        return {row.id: row for row in self.rows.values() if row.live}

    def after(self, position: int, base: int) -> list[LogRow]:
        """Live listings after ``position``, and tombstones after both ``position`` and ``base``, in order."""
        wanted = (r for r in self.rows.values() if r.position > (position if r.live else max(position, base)))
        return sorted(wanted, key=lambda row: row.position)

    def sums(self) -> tuple[int, str]:
        """Count and digest of the live set, counted anew."""
        live = self.live().values()
        return len(live), digest_hex(sum(contribution(row.id, row.hash, row.via) for row in live))
