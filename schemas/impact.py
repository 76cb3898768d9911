"""What a handover was good for, with its method: goods, loans, rooms and help each in a ledger of its own. Pure.

Nothing is added across ledgers. What nobody has weighed, said or published a figure for is not known: it is counted as
that and never guessed. docs/impact.md tells the method to people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from schemas.handover import DEFAULT, MEASURED, NOT_KNOWN, STATED, WEIGHT_SOURCES
from schemas.impact_factors import AVOIDED, PER_ITEM, Factor, Factors, Goods, shipped
from schemas.impact_titles import NOTHING, Meaning, meaning
from schemas.records import dataclass

GOODS, LOANS, SPACE, SKILLS = "goods", "loans", "space", "skills"
LEDGERS = (GOODS, LOANS, SPACE, SKILLS)
LEDGER_OF = {"give": GOODS, "lend": LOANS, "host": SPACE, "help": SKILLS}

BY_THE_KILOGRAM = frozenset(("kg", "kilo", "kilogram", "kilogramme"))
_G = Decimal(1000)
HEAVIEST_G = 10**9
"""A thousand tonnes. Who says more of one handover, by weight or by number, is not believed: it is not known then."""
_MOST_G = 10**12
"""No sum of as many handovers as a catalogue takes is more than a database holds."""


class Handed(Protocol):
    """What is asked of a handover; `schemas.handover.Handover` has it.

    ``weight_g`` is of all units together and counts where ``weight_source`` says that somebody measured or stated it.
    ``ended_on`` is an ISO 8601 day, or blank.
    """

    @property
    def action(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def weight_g(self) -> int | None: ...
    @property
    def weight_source(self) -> str: ...
    @property
    def minutes(self) -> int | None: ...
    @property
    def ended_on(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Effect:
    """What one handover was good for. ``ledger`` says which of the rest speaks; None is not known.

    ``co2e_*_g`` are grams of carbon dioxide equivalent that were avoided: at least, about, at most. ``cost_pence`` is
    disposal that was avoided, in hundredths of the factors' currency. ``factors`` is their version, ``method`` the id
    of the factor that counted, blank where none did.
    """

    ledger: str
    quantity: int = 1
    weight_g: int | None = None
    weight_source: str = NOT_KNOWN
    co2e_low_g: int | None = None
    co2e_g: int | None = None
    co2e_high_g: int | None = None
    cost_pence: int | None = None
    minutes: int | None = None
    factors: str = ""
    method: str = ""


def estimate(handed: Handed, unit: str = "", factors: Factors | None = None) -> Effect:
    """The effect of something that was handed over, counted in ``unit`` (blank for pieces), by these factors.

    Without factors those that come with the program.
    """
    factors = factors or shipped()
    ledger = LEDGER_OF.get(handed.action, GOODS)
    quantity = max(1, handed.quantity)
    if ledger != GOODS:
        minutes = None if ledger == LOANS else handed.minutes
        return Effect(ledger, quantity, minutes=minutes, factors=factors.version)
    return _goods(handed, quantity, unit, factors)


def for_one(row: Goods, factors: Factors) -> tuple[int, int, int, bool] | None:
    """What a row means in grams of CO2e avoided, at least, about and at most, and whether that is of a kilogram.

    Otherwise it is of one piece. None where nothing is known.
    """
    by_weight = any(factors.by_id[name].unit != PER_ITEM for name in row.factors[:1])
    weight = 1000 if by_weight or row.weight_kg is None else _whole(row.weight_kg * _G)
    low, central, high, _ = _co2e(row, Meaning(row.category, frozenset(), single=True), 1, weight, factors)
    return None if low is None or central is None or high is None else (low, central, high, by_weight)


def _goods(handed: Handed, quantity: int, unit: str, factors: Factors) -> Effect:
    found = meaning(handed.category, handed.title, unit, factors)
    row = _row(handed.category, found, factors)
    weight, source = _weight(handed, row, found, quantity, unit)
    if weight is not None and weight > HEAVIEST_G:
        return Effect(GOODS, quantity, factors=factors.version)
    low, central, high, method = _co2e(row, found, quantity, weight, factors)
    cost = _cost(weight, handed.ended_on, factors) if row.disposal else None
    return Effect(
        GOODS, quantity, weight, source, low, central, high, cost, factors=factors.version, method=method
    )  # fmt: skip


def _row(category: str, found: Meaning, factors: Factors) -> Goods:
    """The first row of the category that speaks of such a thing, or the one for any goods."""
    return next((row for row in factors.of_category(found.home) if found.fits(row)), NOTHING)


def _weight(handed: Handed, row: Goods, found: Meaning, quantity: int, unit: str) -> tuple[int | None, str]:
    """Grams of all units, and who says so: measured before stated, stated before what such things usually weigh."""
    if handed.weight_g is not None and handed.weight_source in (MEASURED, STATED):
        return handed.weight_g, handed.weight_source
    if unit.strip().casefold().rstrip("s") in BY_THE_KILOGRAM:
        return quantity * 1000, STATED
    if row.weight_kg is None or not found.single:
        return None, NOT_KNOWN
    return _whole(row.weight_kg * _G * quantity), DEFAULT


def _co2e(
    row: Goods, found: Meaning, quantity: int, weight: int | None, factors: Factors
) -> tuple[int | None, int | None, int | None, str]:
    """Grams avoided at least, about and at most, and the factor that says so.

    A figure of what making it has cost counts by displacement. One that is net has no range of its own; the range is
    then what the other figures that were published for the same goods say.
    """
    ranges = []
    for name in row.factors:
        spent = _spent(factors.by_id[name], found, quantity, weight)
        if spent is not None:
            ranges.append((name, _range(factors.by_id[name], spent, factors)))
    if not ranges or ranges[0][0] != row.factors[0]:
        return None, None, None, ""
    low = min(one[0] for _, one in ranges)
    high = max(one[2] for _, one in ranges)
    return _whole(low), _whole(ranges[0][1][1]), _whole(high), ranges[0][0]


def _spent(factor: Factor, found: Meaning, quantity: int, weight: int | None) -> Decimal | None:
    """Grams of CO2e by a factor, before displacement; None where it cannot say."""
    if factor.unit == PER_ITEM:
        return factor.kg_co2e * _G * quantity if found.single else None
    return None if weight is None else factor.kg_co2e * weight / factor.of_kg


def _range(factor: Factor, spent: Decimal, factors: Factors) -> tuple[Decimal, Decimal, Decimal]:
    if factor.unit == AVOIDED:
        return spent, spent, spent
    by = factors.displacement
    return spent * by.low, spent * by.central, spent * by.high


def _cost(weight: int | None, ended_on: str, factors: Factors) -> int | None:
    """Disposal avoided, in hundredths of the currency, at the rate of the day; None where no rate is known for it."""
    try:
        day = date.fromisoformat(ended_on)
    except ValueError:
        return None
    rate = next((one for one in factors.disposal.rates if one.from_ <= day <= one.until), None)
    return None if weight is None or rate is None else _whole(rate.per_tonne * weight / 10_000)


def _whole(number: Decimal) -> int:
    """To the nearest whole one, halves upwards; no more than a database holds."""
    return min(int(number.quantize(Decimal(1), ROUND_HALF_UP)), _MOST_G)


@dataclass(slots=True)
class GoodsTotal:
    """All goods together. ``weight_g`` and the rest are sums of what is known; ``weighed`` counts handovers by who says
    what they weigh, those of whom nobody knows among them; ``without_co2e`` and ``without_cost`` count what is missing.
    """

    handovers: int = 0
    quantity: int = 0
    weight_g: int = 0
    weighed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WEIGHT_SOURCES, 0))
    co2e_low_g: int = 0
    co2e_g: int = 0
    co2e_high_g: int = 0
    cost_pence: int = 0
    without_co2e: int = 0
    without_cost: int = 0


@dataclass(slots=True)
class UseTotal:
    """All loans, all uses of rooms, or all help: how often, and for how long where that is known."""

    handovers: int = 0
    quantity: int = 0
    minutes: int = 0
    without_minutes: int = 0


@dataclass(slots=True)
class Totals:
    """Four ledgers, side by side and never added to each other, and the versions of the factors they were made with."""

    goods: GoodsTotal = field(default_factory=GoodsTotal)
    loans: UseTotal = field(default_factory=UseTotal)
    space: UseTotal = field(default_factory=UseTotal)
    skills: UseTotal = field(default_factory=UseTotal)
    factors: tuple[str, ...] = ()

    @property
    def handovers(self) -> int:
        """How often something was handed over, of whatever kind."""
        return sum(getattr(self, ledger).handovers for ledger in LEDGERS)


def total(effects: Iterable[Effect]) -> Totals:
    """What they come to together; in whatever order they come, it is the same."""
    totals, versions = Totals(), set()
    for effect in effects:
        versions.add(effect.factors)
        if effect.ledger == GOODS:
            _add_goods(totals.goods, effect)
        else:
            _add_use(getattr(totals, effect.ledger), effect)
    totals.factors = tuple(sorted(versions - {""}))
    return totals


def _add_goods(goods: GoodsTotal, effect: Effect) -> None:
    goods.handovers += 1
    goods.quantity += effect.quantity
    goods.weight_g += effect.weight_g or 0
    goods.weighed[effect.weight_source if effect.weight_g is not None else NOT_KNOWN] += 1
    for name in ("co2e_low_g", "co2e_g", "co2e_high_g", "cost_pence"):
        setattr(goods, name, getattr(goods, name) + (getattr(effect, name) or 0))
    goods.without_co2e += effect.co2e_g is None
    goods.without_cost += effect.cost_pence is None


def _add_use(use: UseTotal, effect: Effect) -> None:
    use.handovers += 1
    use.quantity += effect.quantity
    use.minutes += effect.minutes or 0
    use.without_minutes += effect.minutes is None
