"""What one handover adds to the sums of a dashboard, and to which of them. Pure.

Sums are kept for every choice of what somebody may narrow by (`DIMENSIONS`), so that any of them is read and never
worked out. Ledgers stay apart: kilograms, uses and hours are different columns, and nothing here adds one to another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from schemas.exchange import CANCELLED, DECLINED, EXPIRED, NO_SHOW, RECEIVED, RETURNED, UNKNOWN, WITHDRAWN
from schemas.handover import DEFAULT, DIFFERS, MEASURED, ONE_OPERATOR, PERSON, STATED, Handover
from schemas.vocabulary import ACTIONS, ORGANISATION_TYPES, home_of

DIMENSIONS = ("action", "category", "organisation_type", "place")
"""What sums are kept by, besides the month: the action, the root of the category, the type of who gave, the place."""
ALL = "*"
"""Stands for every value of a dimension."""
OTHER = "other"

CONFIRMED, ONE_SIDED, NOT_HANDED_OVER = "confirmed", "one_sided", "not_handed_over"
STANDINGS = (CONFIRMED, ONE_OPERATOR, ONE_SIDED, DIFFERS, NOT_HANDED_OVER)
"""Confirmed by both sides; both under one operator's key; by one side; they contradict each other; nothing came of it,
or nobody knows."""

OUTCOMES = (RECEIVED, RETURNED, DECLINED, WITHDRAWN, EXPIRED, CANCELLED, NO_SHOW, UNKNOWN)
DAYS = (1, 3, 7, 14, 30, 60, 90, 180)
"""Upper ends of the spans in which the days until a gift found its home are counted."""
SPANS = (*(f"days_{days}" for days in DAYS), "days_more", "days_unknown")
LEDGERS = (
    *("given", "weighed", "unweighed", "weight_g", "measured_g", "stated_g", "default_g"),
    *("co2e_known", "co2e_low_g", "co2e_g", "co2e_high_g", "cost_known", "cost_pence"),
    *("uses", "lent", "space", "space_minutes", "space_unknown", "skill", "skill_minutes", "skill_unknown"),
)
SUMS = ("exchanges", "asked", "accepted", *OUTCOMES, *LEDGERS, *SPANS)

_HAPPENED = (RECEIVED, RETURNED)
_WEIGHTS: Mapping[str, str] = MappingProxyType({MEASURED: "measured_g", STATED: "stated_g", DEFAULT: "default_g"})


class Cell(NamedTuple):
    """Which sums: those of one month and standing, each dimension of one value or `ALL`."""

    month: str
    action: str
    category: str
    organisation_type: str
    place: str
    standing: str


class Part(NamedTuple):
    """An organisation that gave (``role`` giver) or got (taker) something in a month, within these dimensions."""

    month: str
    action: str
    category: str
    organisation_type: str
    place: str
    role: str
    organisation_id: str


def standing_of(one: Handover) -> str:
    """How far a handover can be believed, and whether it was one; one of `STANDINGS`."""
    if one.counted:
        return CONFIRMED
    if one.state == DIFFERS:
        return DIFFERS
    if one.outcome == UNKNOWN and one.handed_over_on and one.action != "lend":
        # Whoever said so was left without an answer. A loan may have been given by both sides' word, and not come back.
        return ONE_SIDED
    if one.outcome not in _HAPPENED:
        return NOT_HANDED_OVER
    return ONE_OPERATOR if one.state == ONE_OPERATOR else ONE_SIDED


def values_of(one: Handover) -> tuple[str, str, str, str]:
    """Its value in each of `DIMENSIONS`."""
    action = one.action if one.action in ACTIONS else OTHER
    known = (*ORGANISATION_TYPES, PERSON)
    given_by = one.giver_type if one.giver_type in known else OTHER
    place = " ".join(one.place.split())[:80]
    return action, root_of(one.category), given_by, "" if place == ALL else place


@lru_cache(maxsize=4096)
def root_of(path: str) -> str:
    """The root of a category, by the vocabulary."""
    home = home_of(path)
    return home.root if home else OTHER


def cell_of(one: Handover) -> Cell:
    """The cell that tells every dimension apart and that a handover counts in."""
    return Cell(one.month, *values_of(one), standing_of(one))


def cells_over(cell: Cell) -> Iterator[Cell]:
    """Every cell that counts what such a cell counts: for each choice of dimensions the one with its values there."""
    month, action, category, given_by, place, standing = cell
    for values in product((action, ALL), (category, ALL), (given_by, ALL), (place, ALL)):
        yield Cell(month, *values, standing)


def parts_of(one: Handover) -> Iterator[Part]:
    """The organisations that had a part in a confirmed handover: over all, by each dimension, and by all of them."""
    if not one.counted:
        return
    sides = [(role, found) for role, found in (("giver", one.giver_id), ("taker", one.taker_id)) if found]
    own = values_of(one)
    for values in product(*((value, ALL) for value in own)):
        if values.count(ALL) in (0, len(own) - 1, len(own)):
            action, category, given_by, place = values
            for role, found in sides:
                yield Part(one.month, action, category, given_by, place, role, found)


def sums_of(one: Handover) -> dict[str, int]:
    """What it adds, by the names of `SUMS`."""
    found = {"exchanges": 1, "asked": int(bool(one.asked_on)), "accepted": int(bool(one.accepted_on))}
    found[one.outcome if one.outcome in OUTCOMES else UNKNOWN] = 1
    if one.outcome in _HAPPENED:
        found.update(_LEDGER_OF.get(one.action, _nothing)(one))
    return found


def _nothing(one: Handover) -> dict[str, int]:
    return {}


def _goods(one: Handover) -> dict[str, int]:
    found = {"given": one.quantity, _span(one): 1}
    if one.weight_g is None:
        found["unweighed"] = 1
    else:
        found |= {"weighed": 1, "weight_g": one.weight_g, _WEIGHTS.get(one.weight_source, "default_g"): one.weight_g}
    if one.co2e_g is not None:
        low, high = one.co2e_low_g, one.co2e_high_g
        found |= {
            "co2e_known": 1,
            "co2e_low_g": one.co2e_g if low is None else low,
            "co2e_g": one.co2e_g,
            "co2e_high_g": one.co2e_g if high is None else high,
        }
    return found if one.cost_pence is None else found | {"cost_known": 1, "cost_pence": one.cost_pence}


def _hours(one: Handover, ledger: str) -> dict[str, int]:
    told = {f"{ledger}_unknown": 1} if one.minutes is None else {f"{ledger}_minutes": one.minutes}
    return {ledger: 1, **told}


_LEDGER_OF: Mapping[str, Callable[[Handover], dict[str, int]]] = {
    "give": _goods,
    "lend": lambda one: {"uses": 1, "lent": one.quantity},
    "host": lambda one: _hours(one, "space"),
    "help": lambda one: _hours(one, "skill"),
}


def _span(one: Handover) -> str:
    """In which span the days lie from its listing until somebody was promised it, or had it where nothing was asked."""
    begin, end = _day(one.listed_on), _day(one.accepted_on or one.ended_on)
    if begin is None or end is None or end < begin:
        return "days_unknown"
    days = (end - begin).days
    return next((f"days_{most}" for most in DAYS if days <= most), "days_more")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def tally(rows: Iterable[Handover], sign: int = 1) -> tuple[dict[Cell, dict[str, int]], Counter[Part]]:
    """What handovers add to cells, and which parts their organisations have; with ``sign`` -1, what they take away."""
    finest: dict[Cell, dict[str, int]] = {}
    parts: Counter[Part] = Counter()
    for one in rows:
        _add(finest.setdefault(cell_of(one), {}), sums_of(one), sign)
        for part in parts_of(one):
            parts[part] += sign
    cells: dict[Cell, dict[str, int]] = {}
    # Handovers of one kind, place and month are added up before they are spread over sixteen cells.
    for cell, sums in finest.items():
        for over in cells_over(cell):
            _add(cells.setdefault(over, {}), sums)
    return cells, parts


def _add(to: dict[str, int], sums: Mapping[str, int], sign: int = 1) -> None:
    for name, value in sums.items():
        to[name] = to.get(name, 0) + sign * value


def merged(cells: dict[Cell, dict[str, int]], more: Mapping[Cell, Mapping[str, int]]) -> dict[Cell, dict[str, int]]:
    """Both together; what comes to nothing is left out."""
    for cell, sums in more.items():
        _add(cells.setdefault(cell, {}), sums)
    return {cell: sums for cell, sums in cells.items() if any(sums.values())}
