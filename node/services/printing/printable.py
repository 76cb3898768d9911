"""What an organisation may print: what of its own is shown now, however much that is."""

from __future__ import annotations

from collections.abc import Sequence

from node.context import Node
from node.storage import catalogue, organisations
from node.storage import listings as stored
from node.storage.catalogue import Shown
from node.storage.listings import LIVE, Filter, OwnListing
from schemas.records import dataclass

MOST_CHOSEN = 400
"""More than that is on no 40 sheets."""


@dataclass(frozen=True, slots=True)
class Offered:
    """Listings of an organisation to choose among, those that were chosen first, and how many there are in all."""

    organisation: str
    rows: tuple[OwnListing, ...]
    total: int


def offered(node: Node, organisation_id: str, words: str, chosen: Sequence[str], most: int) -> Offered:
    """Those with these words in their titles, the latest change first, and all that are ``chosen`` (keys)."""
    with node.database.read() as tx:
        first = _own(stored.by_keys(tx, chosen[:MOST_CHOSEN]), organisation_id)
        found = stored.page(tx, Filter(organisation_id, LIVE, words), most)
        total = stored.counts(tx, organisation_id).get(LIVE, 0)
        name = organisations.by_ids(tx, [organisation_id])[organisation_id].organisation.name
    rows = [*first.values(), *(row for row in found if row.key not in first)]
    return Offered(name, tuple(rows[: max(most, len(first))]), total)


def shown(node: Node, organisation_id: str, keys: Sequence[str]) -> list[Shown]:
    """Those of these listings that are the organisation's and are shown now, in this order, each once."""
    with node.database.read() as tx:
        own = _own(stored.by_keys(tx, list(dict.fromkeys(keys))[:MOST_CHOSEN]), organisation_id)
        published = catalogue.by_keys(tx, list(own))
    return [published[key] for key in dict.fromkeys(keys) if key in published]


def _own(rows: dict[str, OwnListing], organisation_id: str) -> dict[str, OwnListing]:
    return {key: row for key, row in rows.items() if row.organisation_id == organisation_id and row.state == LIVE}
