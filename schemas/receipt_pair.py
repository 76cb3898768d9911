"""What the halves of a receipt say together: whether they agree, and the handover that they make. Pure.

Refuses to count anything that only one node says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from schemas.exchange import OWNER
from schemas.handover import (
    DIFFERS,
    MATCHED,
    MEASURED,
    NOT_KNOWN,
    ONE_OPERATOR,
    ONE_SIDED,
    Handover,
)
from schemas.impact import estimate
from schemas.impact_factors import Factors
from schemas.receipt import Half
from schemas.records import dataclass

SAME = (
    "outcome",
    "listing",
    "direction",
    "kind",
    "action",
    "quantity",
    "owner/id",
    "owner/type",
    "asker/id",
    "asker/type",
    "asker_home",
)
"""Members of ``_sharefeed`` that must be the same in both halves.

Everything else may differ. Of a weight, what was measured counts before what was stated, and of two from the same
source the smaller; of hours the smaller; of all else the owner's word.
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A member that is not the same in both halves: its JSON Pointer in the item, and what either says."""

    pointer: str
    owner: Any
    asker: Any


def match(owner: Half, asker: Half) -> tuple[Difference, ...]:
    """What contradicts in the two halves of one exchange, in a lasting order; nothing where they agree."""
    ours, theirs = _members(owner), _members(asker)
    if ours == theirs:
        return ()
    pairs = zip(_COMPARED, ours, theirs, strict=True)
    return tuple(Difference(f"/_sharefeed/{path}", one, other) for path, one, other in pairs if one != other)


_COMPARED = ("exchange", *SAME)
_members = attrgetter(*(path.replace("/", ".") for path in _COMPARED))


@dataclass(frozen=True, slots=True)
class Pair:
    """The halves of one exchange that are to be believed, and what in them contradicts."""

    owner: Half | None
    asker: Half | None
    differences: tuple[Difference, ...] = ()

    @property
    def state(self) -> str:
        """One of `schemas.handover.HANDOVER_STATES`."""
        if self.owner is None or self.asker is None:
            return ONE_SIDED
        if self.differences:
            return DIFFERS
        one = self.owner.signed_by == self.asker.signed_by or self.owner.key == self.asker.key
        return ONE_OPERATOR if one else MATCHED


def pair(halves: Iterable[Half]) -> Pair | None:
    """The two halves of an exchange among all that are known of it, in whatever order; None where there are none.

    Each must be signed rightly. For the asker speaks the node that the owner's half names, and no other.
    """
    known = sorted(halves, key=lambda half: (half.signed_by, half.sig or ""))
    owner = next((half for half in known if half.side == OWNER), None)
    askers = [half for half in known if half.side != OWNER]
    if owner is not None:
        askers = [half for half in askers if half.signed_by == owner.asker_home]
    asker = next(iter(askers), None)
    if owner is None and asker is None:
        return None
    return Pair(owner, asker, match(owner, asker) if owner and asker else ())


def handover(found: Pair, now: int, factors: Factors | None = None) -> Handover | None:
    """The handover that a pair makes, with its effect by these factors (without any, by those of the program).

    None while the owner's half is not known: what somebody says of another's listing is no handover yet. ``now`` is
    when that was found, in seconds since 1970. What did not come about weighs nothing and takes no time.
    """
    if found.owner is None:
        return None
    told = [half for half in (found.owner, found.asker) if half is not None]
    made = _told(found, found.owner, told if found.owner.succeeded else [], now)
    if not found.owner.succeeded:
        return made
    effect = estimate(made, found.owner.unit or "", factors)
    return made._replace(
        weight_g=effect.weight_g,
        weight_source=effect.weight_source,
        minutes=effect.minutes,
        co2e_low_g=effect.co2e_low_g,
        co2e_g=effect.co2e_g,
        co2e_high_g=effect.co2e_high_g,
        cost_pence=effect.cost_pence,
        factors=effect.factors,
    )


def _told(found: Pair, first: Half, told: Sequence[Half], now: int) -> Handover:
    state = found.state
    giver, taker = (first.owner, first.asker) if first.direction == "offer" else (first.asker, first.owner)
    weight_g, weight_source = _weight(told)
    return Handover(
        exchange=first.exchange,
        state=state,
        counted=state == MATCHED and first.succeeded,
        outcome=first.outcome,
        direction=first.direction,
        action=first.action,
        kind=first.kind,
        category=first.category,
        listing_id=first.listing,
        title=first.title,
        owner_id=first.owner.id or "",
        place=first.place or "",
        quantity=first.quantity,
        weight_g=weight_g,
        weight_source=weight_source,
        minutes=_minutes(told),
        giver_id=giver.id or "",
        taker_id=taker.id or "",
        giver_name=giver.name or "",
        taker_name=taker.name or "",
        giver_type=giver.type,
        taker_type=taker.type,
        asker_id=first.asker.id or "",
        listed_on=_day(first.listed),
        asked_on=_day(first.asked),
        accepted_on=_day(first.accepted),
        handed_over_on=_day(first.handed_over),
        ended_on=_day(first.ended),
        month=_day(first.ended)[:7],
        changed_at=now,
    )


def _weight(halves: Sequence[Half]) -> tuple[int | None, str]:
    said = [(half.weight_source, half.weight_kg) for half in halves if half.weight_kg]
    measured = [weight for weight in said if weight[0] == MEASURED]
    chosen = min(measured or said, key=lambda weight: weight[1] or 0, default=None)
    if chosen is None or chosen[0] is None or chosen[1] is None:
        return None, NOT_KNOWN
    return round(chosen[1] * 1000 * halves[0].quantity), chosen[0]


def _minutes(halves: Sequence[Half]) -> int | None:
    said = [half.hours for half in halves if half.hours is not None]
    return round(min(said) * 60) if said else None


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
