"""What an organisation's sharing was good for, and a whole node's: counted from handovers that both sides confirmed.

Four ledgers, side by side and never added to each other. The method stands in docs/impact.md and at ``/impact/method``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from node.context import Node
from node.services.catalogue import shown
from node.services.impact import factors as impact_factors
from node.storage import effects, organisations, rollups
from node.storage.effects import Reach
from schemas.handover import NOT_KNOWN
from schemas.impact import LEDGERS, GoodsTotal, Totals, UseTotal
from schemas.impact_factors import Worth
from schemas.organisation import Organisation
from schemas.records import dataclass
from schemas.tally import CONFIRMED

METHOD_PATH = "/impact/method"


@dataclass(frozen=True, slots=True)
class OrganisationEffect:
    """An organisation's effect: what it ``given`` and ``taken``, and whom it reached.

    ``worth`` is what the operator says that hours and carbon are worth, in ``currency``, if they say so.
    """

    organisation: Organisation
    given: Totals
    taken: Totals
    reach: Reach
    currency: str
    worth: Worth | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was confirmed by both sides yet."""
        return not self.given.handovers and not self.taken.handovers


def of(node: Node, organisation: Organisation) -> OrganisationEffect:
    """The effect of an organisation, as far as this node knows."""
    factors = impact_factors.of(node.settings)
    with node.database.read() as tx:
        given, taken = effects.given_by(tx, organisation.id), effects.taken_by(tx, organisation.id)
        met = effects.reach(tx, organisation.id)
    return OrganisationEffect(organisation, given, taken, met, factors.disposal.currency, factors.worth)


def find(node: Node, key: str) -> OrganisationEffect | None:
    """The same for a slug of ours or a key of the catalogue; None where no organisation is shown by that name."""
    with node.database.read() as tx:
        own = organisations.by_slug(tx, key)
    if own is not None:
        return of(node, own.organisation)
    host = shown.organisation(node, key)
    return of(node, host.organisation) if host else None


def of_everyone(node: Node) -> Totals:
    """What all that both sides confirmed was good for, from the sums that are kept in step."""
    with node.database.read() as tx:
        months = tuple(rollups.months(tx))
        found = rollups.by_month(tx, rollups.Asked(months)) if months else {}
    sums: Counter[str] = Counter()
    for (_month, standing), of_month in found.items():
        if standing == CONFIRMED:
            sums.update(of_month)
    told = sums["weighed"] + sums["unweighed"]
    goods = GoodsTotal(told, sums["given"], sums["weight_g"])
    goods.weighed[NOT_KNOWN] = sums["unweighed"]
    goods.co2e_low_g, goods.co2e_g, goods.co2e_high_g = sums["co2e_low_g"], sums["co2e_g"], sums["co2e_high_g"]
    goods.cost_pence, goods.without_co2e = sums["cost_pence"], told - sums["co2e_known"]
    goods.without_cost = told - sums["cost_known"]
    loans = UseTotal(sums["uses"], sums["lent"])
    space = UseTotal(sums["space"], sums["space"], sums["space_minutes"], sums["space_unknown"])
    skills = UseTotal(sums["skill"], sums["skill"], sums["skill_minutes"], sums["skill_unknown"])
    return Totals(goods, loans, space, skills)


def document(node: Node, found: OrganisationEffect) -> dict[str, Any]:
    """An organisation's effect as JSON: each ledger by itself, with what is not known, the method and its versions."""
    url = node.settings.url
    return {
        "organisation": {"id": found.organisation.id, "name": found.organisation.name},
        "computed_by": url,
        "method": f"{url}{METHOD_PATH[1:]}",
        "factors": sorted({*found.given.factors, *found.taken.factors}),
        "currency": found.currency,
        "given": _ledgers(found.given),
        "received": _ledgers(found.taken),
        "reached": {"organisations": found.reach.organisations, "handovers_to_people": found.reach.people},
        "not_confirmed_by_both": found.reach.unconfirmed,
    }


def _ledgers(totals: Totals) -> dict[str, Any]:
    return {ledger: asdict(getattr(totals, ledger)) for ledger in LEDGERS}
