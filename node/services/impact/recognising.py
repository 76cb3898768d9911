"""What an organisation's sharing has become, from what is known when somebody asks. Nothing of it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from node.context import Node
from node.services.catalogue import shown
from node.storage import organisations, recognised
from schemas import recognition
from schemas.impact import Totals, total
from schemas.organisation import Organisation
from schemas.recognition import Ahead, Earned, Recognition
from schemas.records import dataclass

LEVEL = "level"
"""The name of the level among the names of badges."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """An organisation with what it has earned."""

    organisation: Organisation
    recognition: Recognition


def of(node: Node, organisation_id: str, at: datetime | None = None) -> Recognition:
    """What an organisation has earned, as far as this node knows; only a catalogue knows a network.

    ``at`` is the moment to look back to (aware), the present if there is none.
    """
    whole = node.settings.aggregate
    with node.database.read() as tx:
        rows = recognised.needed(tx, organisation_id, whole)
    return recognition.of(organisation_id, rows, at or node.clock(), whole)


@dataclass(frozen=True, slots=True)
class Year:
    """A year of an organisation, to be certified: what it gave, how often it received, and what it had earned by then.

    ``until`` is the last day that is spoken of: the year's own, or today's while the year lasts.
    """

    organisation: Organisation
    year: int
    until: date
    given: Totals
    taken: int
    recognition: Recognition

    @property
    def shared(self) -> int:
        """How often it gave, lent, hosted or helped."""
        given = self.given
        return sum(ledger.handovers for ledger in (given.goods, given.loans, given.space, given.skills))


def years(node: Node, organisation_id: str) -> list[int]:
    """The years of which there is something to certify, the latest first."""
    with node.database.read() as tx:
        return [year for year in recognised.years(tx, organisation_id) if year <= node.clock().year]


def year(node: Node, organisation: Organisation, year_: int) -> Year | None:
    """What can be certified of a year; None where nothing that counts ended in it."""
    if year_ not in years(node, organisation.id):
        return None
    last = datetime(year_, 12, 31, 23, 59, 59, tzinfo=UTC)
    at = min(last, node.clock())
    with node.database.read() as tx:
        given = total(recognised.given_in(tx, organisation.id, year_))
        taken = recognised.taken_in(tx, organisation.id, year_)
    return Year(organisation, year_, at.date(), given, taken, of(node, organisation.id, at))


def find(node: Node, key: str) -> Recognised | None:
    """The same for a slug of ours or a key of the catalogue; None where no organisation is shown by that name."""
    with node.database.read() as tx:
        own = organisations.by_slug(tx, key)
    if own is not None:
        return Recognised(own.organisation, of(node, own.organisation.id))
    host = shown.organisation(node, key)
    return Recognised(host.organisation, of(node, host.organisation.id)) if host else None


def document(node: Node, found: Recognised) -> dict[str, Any]:
    """The same as JSON, with what it was made of and by which rules."""
    earned = found.recognition
    return {
        "organisation": {"id": found.organisation.id, "name": found.organisation.name},
        "rules": {"version": earned.version, "url": f"{node.settings.url}recognition.json"},
        "computed_by": node.settings.url,
        "network": node.settings.aggregate,
        "handovers": earned.handovers,
        "months": earned.months,
        "level": {"id": earned.level.id, "rank": earned.level.rank, "since": earned.level_since}
        if earned.level
        else None,
        "next_level": _ahead(earned.next_level) if earned.next_level else None,
        "badges": [_earned(badge) for badge in earned.badges],
        "ahead": [_ahead(ahead) for ahead in earned.ahead],
    }


def _earned(earned: Earned) -> dict[str, Any]:
    told = {"id": earned.badge.id, "since": earned.since, "count": earned.count}
    return {**told, "categories": list(earned.categories)} if earned.categories else told


def _ahead(ahead: Ahead) -> dict[str, Any]:
    needed = {"needs": ahead.goal.needs, "needs_months": ahead.goal.months}
    return {"id": ahead.goal.id, "count": ahead.count, "months": ahead.months, **needed}
