"""What sums over exchanges say: how many ended well, where the others were lost, how long a gift was looked for. Pure.

`Standings` are the sums of one group of exchanges, by how far they can be believed (`schemas.tally.STANDINGS`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from schemas.exchange import CANCELLED, DECLINED, EXPIRED, NO_SHOW, RECEIVED, RETURNED, UNKNOWN, WITHDRAWN
from schemas.records import dataclass
from schemas.tally import CONFIRMED, DAYS, ONE_SIDED, SPANS, STANDINGS

BEFORE_A_YES = (DECLINED, WITHDRAWN, EXPIRED)
AFTER_A_YES = (CANCELLED, NO_SHOW, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many exchanges came how far, each a part of the one before: asked, agreed, handed over, confirmed by both."""

    asked: int
    agreed: int
    handed_over: int
    confirmed: int


@dataclass(slots=True)
class Standings:
    """Sums by standing and by the names of `schemas.tally.SUMS`; what is not there is nothing."""

    sums: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, standing: str, sums: Mapping[str, int]) -> None:
        """Count these in."""
        own = self.sums.setdefault(standing, {})
        for name, value in sums.items():
            own[name] = own.get(name, 0) + value

    def of(self, standing: str, name: str) -> int:
        return self.sums.get(standing, {}).get(name, 0)

    def confirmed(self, name: str) -> int:
        """Of what both sides have confirmed."""
        return self.of(CONFIRMED, name)

    def all(self, name: str) -> int:
        """Of every exchange, whatever became of it."""
        return sum(self.of(standing, name) for standing in STANDINGS)

    @property
    def funnel(self) -> Funnel:
        asked = self.all("exchanges")
        agreed = asked - sum(self.all(outcome) for outcome in BEFORE_A_YES)
        handed_over = self.all(RECEIVED) + self.all(RETURNED) + self.unanswered
        return Funnel(asked, agreed, handed_over, self.confirmed("exchanges"))

    @property
    def unanswered(self) -> int:
        """How often one side said that it was handed over, and the other never said anything."""
        return self.of(ONE_SIDED, UNKNOWN)

    @property
    def success(self) -> float | None:
        """Which part of all exchanges both sides have confirmed; None where there are none."""
        asked = self.all("exchanges")
        return self.confirmed("exchanges") / asked if asked else None

    @property
    def spans(self) -> tuple[tuple[int, int | None, int], ...]:
        """Days until a gift was promised: after how many, until how many (None: no end), and how often."""
        ends: tuple[int | None, ...] = (*DAYS, None)
        begins = (0, *(days + 1 for days in DAYS))
        return tuple(
            (begin, end, self.confirmed(name)) for begin, end, name in zip(begins, ends, SPANS[:-1], strict=True)
        )

    @property
    def middle_span(self) -> tuple[int, int | None] | None:
        """The span that the median lies in: half of the gifts took no longer. None where no gift's days are known."""
        spans = self.spans
        total, seen = sum(number for *_, number in spans), 0
        for begin, end, number in spans:
            seen += number
            if total and 2 * seen >= total:
                return begin, end
        return None
