"""The sums of one part of all exchanges, as pages, files and the report show them; and the handovers of one month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue import search as searching
from node.services.dashboard.narrowing import Narrowing
from node.storage import catalogue, handovers, rollups
from node.storage.engine import Tx
from schemas.handover import Handover
from schemas.records import dataclass
from schemas.standings import Standings
from schemas.tally import DIMENSIONS, values_of

PLACES = 25
"""So many places are told apart at once; the rest is a sum of its own."""
ROWS = (
    *("exchanges", "weighed", "weight_g", "co2e_known", "co2e_low_g", "co2e_g", "co2e_high_g"),
    *("uses", "space_minutes", "skill_minutes"),
)
"""The sums that a page shows of each value of a dimension: a quarter of all, so that it reads no more than it shows."""
_SHORT = [name for name in DIMENSIONS if name != "place"]


@dataclass(frozen=True, slots=True)
class Taking:
    """Organisations with a part in confirmed handovers: all of them, those that gave, those that got something."""

    all: int = 0
    giving: int = 0
    taking: int = 0


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What became of the exchanges that ended in the months of ``narrowing``.

    ``months`` has each of its months, ``by`` for each dimension its values that occur, the most frequent first; what
    was chosen in a dimension does not narrow its own values. ``elsewhere`` is the sum over the places that are not told
    apart, ``known`` the first and the last month of which anything is known, ``active`` counts organisations.
    """

    narrowing: Narrowing
    total: Standings
    months: Mapping[str, Standings]
    by: Mapping[str, Mapping[str, Standings]]
    elsewhere: Standings
    organisations: Taking
    active: Mapping[str, int]
    known: tuple[str, str] | None


def read(node: Node, narrowing: Narrowing, of_each: Sequence[str] = ROWS) -> Dashboard:
    """All of it, from one state of the database; ``of_each`` are the sums that each value of a dimension gets."""
    asked = narrowing.asked
    with node.database.read() as tx:
        months = {month: Standings() for month in narrowing.months}
        total = Standings()
        for (month, standing), sums in rollups.by_month(tx, asked).items():
            months[month].add(standing, sums)
            total.add(standing, sums)
        by = {name: _values(tx, narrowing, name, of_each) for name in _SHORT}
        by["place"], elsewhere = _places(tx, narrowing, total, of_each)
        taking, active = rollups.organisations(tx, asked), rollups.organisations_by_month(tx, asked)
        known = rollups.span(tx)
    return Dashboard(narrowing, total, months, by, elsewhere, Taking(*taking), active, known)


def _values(
    tx: Tx, narrowing: Narrowing, dimension: str, names: Sequence[str], only: tuple[str, ...] = ()
) -> dict[str, Standings]:
    found: dict[str, Standings] = {}
    for (value, standing), sums in rollups.by_value(tx, narrowing.asked, dimension, only, names).items():
        found.setdefault(value, Standings()).add(standing, sums)
    return dict(sorted(found.items(), key=lambda one: (-one[1].all("exchanges"), one[0])))


def _places(
    tx: Tx, narrowing: Narrowing, total: Standings, names: Sequence[str]
) -> tuple[dict[str, Standings], Standings]:
    """The most frequent places, and what is left of everything without them."""
    often = rollups.most_frequent(tx, narrowing.asked, "place", PLACES)
    chosen = narrowing.chosen.get("place")
    found = _values(tx, narrowing, "place", names, tuple(dict.fromkeys([*often, *([chosen] if chosen else [])])))
    rest = Standings()
    if len(often) == PLACES and chosen is None:
        for standing, sums in total.sums.items():
            told = {name: sum(one.of(standing, name) for one in found.values()) for name in names}
            rest.add(standing, {name: sums[name] - told[name] for name in names})
    return found, rest


def looked_for(node: Node, narrowing: Narrowing) -> Mapping[str, int] | None:
    """How many wants stand in the catalogue now, by the roots of their categories; None while that cannot be said."""
    chosen = narrowing.chosen
    request = SearchRequest(
        direction=("want",),
        category=tuple(filter(None, [chosen.get("category")])),
        action=tuple(filter(None, [chosen.get("action")])),
        limit=1,
    )
    result = searching.search(node, request)
    if not result.ready:
        return None
    facet = next((facet for facet in result.facets if facet.name == "category"), None)
    counts = {value.value: value.count for value in facet.values} if facet else {}
    wanted = chosen.get("category")
    return {root: number for root, number in counts.items() if number and wanted in (None, root)}


def months_of(node: Node, narrowing: Narrowing) -> list[str]:
    """The months of it in which anything ended, in order."""
    with node.database.read() as tx:
        return sorted({month for month, _ in rollups.by_month(tx, narrowing.asked)})


@dataclass(frozen=True, slots=True)
class Page:
    """Some handovers of one month; ``more`` says that others follow, ``keys`` has those listings' keys that are shown
    now, by their ids.
    """

    rows: tuple[Handover, ...]
    more: bool
    keys: Mapping[str, str]


def handed(node: Node, month: str, chosen: Mapping[str, str], page: int, size: int) -> Page:
    """The handovers of a month that have what was chosen, the latest first."""
    with node.database.read() as tx:
        fitting = (one for one in handovers.of_month(tx, month) if _has(one, chosen))
        rows = list(islice(fitting, (page - 1) * size, page * size + 1))
        known = catalogue.by_ids(tx, list({one.listing_id for one in rows}))
    keys = {found: shown.entry.key for found, shown in known.items()}
    return Page(tuple(rows[:size]), len(rows) > size, keys)


def _has(one: Handover, chosen: Mapping[str, str]) -> bool:
    own = dict(zip(DIMENSIONS, values_of(one), strict=True))
    return all(own[name] == value for name, value in chosen.items())
