"""What stands in a frame on another website: the newest or best matches of a search, or one listing.

A catalogue runs the search as its own page does. A small publisher has no index: of its newest listings those are shown
that fit, and words and distances decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from federation.facts import Facts, short_key
from node.context import Node
from node.search.request import YES, SearchRequest
from node.services.catalogue import shown as pages
from node.services.catalogue.shown import Gone
from node.storage import catalogue, organisations
from node.storage.catalogue import Shown
from node.storage.engine import Tx
from schemas.records import dataclass

USUAL, MOST = 6, 24
"""Listings in a frame, unless it says how many, and at most."""
MOST_ORGANISATIONS = 300
"""More are too many to choose from in a list."""
_LOOKED_THROUGH = 500


@dataclass(frozen=True, slots=True)
class Strip:
    """What a frame shows of ``request``, which names organisations by keys. ``total`` counts everything that fits.

    Each listing comes with its distance from where the search looks from, in kilometres. ``organisation`` is the one
    that all of them are asked of, as (id, name), where it is known.
    """

    request: SearchRequest
    found: tuple[tuple[Shown, float | None], ...] = ()
    total: int = 0
    organisation: tuple[str, str] | None = None


def strip(node: Node, asked: SearchRequest) -> Strip:
    """The listings of a search; organisations may be named by their keys or, those of this node, by their slugs.

    While there is no index, there is nothing to show.
    """
    with node.database.read() as tx:
        known = asked.changed(organisation=tuple(sorted({_key_of(tx, name) for name in asked.organisation})))
    made = _searched(node, known) if node.settings.aggregate else _own(node, known)
    return made if len(known.organisation) != 1 else _named(node, made, asked.organisation[0])


def one(node: Node, key: str) -> Shown | Gone | None:
    """The listing with this key, or what became of it; None if there never was one."""
    found = pages.listing(node, key)
    return found.shown if isinstance(found, pages.Found) else found


def names(node: Node) -> list[tuple[str, str]]:
    """Key and name of every organisation with listings, by name; none where there are too many to choose from."""
    with node.database.read() as tx:
        found = catalogue.some_organisations(tx, MOST_ORGANISATIONS + 1)
    return sorted(found, key=lambda pair: (pair[1].casefold(), pair[0])) if len(found) <= MOST_ORGANISATIONS else []


def _key_of(tx: Tx, name: str) -> str:
    own = organisations.by_slug(tx, name)
    return short_key(own.organisation.id) if own else name


def _searched(node: Node, asked: SearchRequest) -> Strip:
    from node.services.catalogue.search import search

    result = search(node, asked)
    found = tuple((match.shown, match.distance_km) for match in result.matches)
    return Strip(asked, found, result.total)


def _own(node: Node, asked: SearchRequest) -> Strip:
    with node.database.read() as tx:
        if len(asked.organisation) == 1:
            newest: Iterable[Shown] = catalogue.of_organisation(tx, asked.organisation[0], node.now, _LOOKED_THROUGH)
        else:
            newest = catalogue.newest(tx, node.now, _LOOKED_THROUGH)
        fitting = [shown for shown in newest if _fits(shown.entry.facts, asked)]
    return Strip(asked, tuple((shown, None) for shown in fitting[: asked.limit]), len(fitting))


def _fits(facts: Facts, asked: SearchRequest) -> bool:
    values = (
        (asked.organisation, facts.organisation_key),
        (asked.direction, facts.direction),
        (asked.kind, facts.kind),
        (asked.action, facts.action),
        (asked.organisation_type, facts.organisation_type),
        (asked.condition, facts.condition),
        (asked.status, facts.status),
        (asked.event, YES if facts.event_until else ""),
    )
    if any(wanted and value not in wanted for wanted, value in values):
        return False
    return not asked.category or any(f"{facts.category}/".startswith(f"{path}/") for path in asked.category)


def _named(node: Node, made: Strip, name: str) -> Strip:
    """The strip with the organisation's id and name: from its listings, else from its page."""
    if made.found:
        facts = made.found[0][0].entry.facts
        known: tuple[str, str] | None = (facts.organisation_id, facts.organisation_name)
    else:
        host = pages.organisation(node, name)
        known = (host.organisation.id, host.organisation.name) if host else None
    return Strip(made.request, made.found, made.total, known)
