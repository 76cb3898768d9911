"""Sums of what an organisation's confirmed handovers were good for, made by the database. Reads alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union

from node.storage.engine import Tx
from node.storage.receipt_tables import handovers
from schemas.handover import WEIGHT_SOURCES
from schemas.impact import GOODS, LEDGER_OF, GoodsTotal, Totals, UseTotal
from schemas.records import dataclass

_c = handovers.c
_HAPPENED = ("received", "returned")
_NUMBERS = ("quantity", "weight_g", "co2e_low_g", "co2e_g", "co2e_high_g", "cost_pence", "minutes")
_KNOWN = ("co2e_g", "cost_pence", "minutes")


@dataclass(frozen=True, slots=True)
class Reach:
    """With how many other organisations something was shared, how often with people, and what is not confirmed."""

    organisations: int
    people: int
    unconfirmed: int


def given_by(tx: Tx, organisation_id: str) -> Totals:
    """What an organisation gave, lent, hosted and helped with, as far as both sides confirmed it."""
    return _totals(tx, and_(_c.counted.is_(True), _c.giver_id == organisation_id))


def taken_by(tx: Tx, organisation_id: str) -> Totals:
    """What an organisation got, as far as both sides confirmed it."""
    return _totals(tx, and_(_c.counted.is_(True), _c.taker_id == organisation_id))


def reach(tx: Tx, organisation_id: str) -> Reach:
    """Whom an organisation shares with."""
    mine = or_(_c.giver_id == organisation_id, _c.taker_id == organisation_id)
    takers = select(_c.taker_id).where(_c.counted.is_(True), _c.giver_id == organisation_id)
    givers = select(_c.giver_id).where(_c.counted.is_(True), _c.taker_id == organisation_id)
    others = union(takers, givers).subquery()
    met = select(func.count()).select_from(others).where(others.c[0].not_in(("", organisation_id)))
    people = _count(and_(_c.counted.is_(True), _c.giver_id == organisation_id, _c.taker_id == ""))
    said = _count(and_(mine, _c.counted.is_(False), _c.outcome.in_(_HAPPENED)))
    return Reach(*(int(tx.execute(query).scalar_one()) for query in (met, people, said)))


def _count(where: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(handovers).where(where)


def _totals(tx: Tx, where: ColumnElement[bool]) -> Totals:
    sums = [func.sum(_c[name]).label(name) for name in _NUMBERS]
    known = [func.count(_c[name]).label(f"known_{name}") for name in _KNOWN]
    sources = [func.sum(case((_c.weight_source == name, 1), else_=0)).label(f"by_{name}") for name in WEIGHT_SOURCES]
    query = select(_c.action, _c.factors, func.count().label("handovers"), *sums, *known, *sources)
    totals, versions = Totals(), set()
    for row in tx.execute(query.where(where).group_by(_c.action, _c.factors)):
        # PostgreSQL adds up to a decimal, and nothing to nothing.
        sums_of = {name: int(value or 0) for name, value in row._mapping.items() if name not in ("action", "factors")}
        versions.add(row.factors)
        ledger = LEDGER_OF.get(row.action, GOODS)
        if ledger == GOODS:
            _add_goods(totals.goods, sums_of)
        else:
            _add_use(getattr(totals, ledger), sums_of)
    totals.factors = tuple(sorted(versions - {""}))
    return totals


def _add_goods(goods: GoodsTotal, sums: dict[str, int]) -> None:
    for name in ("handovers", *_NUMBERS[:-1]):
        setattr(goods, name, getattr(goods, name) + sums[name])
    for source in WEIGHT_SOURCES:
        goods.weighed[source] += sums[f"by_{source}"]
    goods.without_co2e += sums["handovers"] - sums["known_co2e_g"]
    goods.without_cost += sums["handovers"] - sums["known_cost_pence"]


def _add_use(use: UseTotal, sums: dict[str, int]) -> None:
    for name in ("handovers", "quantity", "minutes"):
        setattr(use, name, getattr(use, name) + sums[name])
    use.without_minutes += sums["handovers"] - sums["known_minutes"]
