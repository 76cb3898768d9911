"""What another node publishes and people ask for in a catalogue.

The listing is not ours to change. Where its node takes messages, requests are handed on to it, and it knows how many
there are. Where it takes none, the catalogue keeps them: what is promised is counted here, and what was handed over
counts as gone until the node publishes the listing anew: its word is the newer one then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import orjson

from federation.records import ACTIVE, Source
from node.services.exchanges.people import contacts
from node.storage import catalogue, exchanges, sources
from node.storage.engine import Tx
from schemas.listing import Listing, load_listing
from schemas.node_document import NONE

LISTINGS = "listings/"


@dataclass(frozen=True)
class ForeignListing:
    """A listing of a catalogue's source: what asking needs to know of it."""

    id: str
    key: str
    organisation_id: str
    source: Source
    document: str
    created_at: int
    changed_at: int

    @cached_property
    def _listing(self) -> Listing:
        return load_listing(orjson.loads(self.document))

    def listing(self) -> Listing:
        return self._listing

    @property
    def takes_messages(self) -> bool:
        """Whether requests are handed on to its own node."""
        return contacts.takes_messages(self.source)

    @property
    def turn(self) -> str:
        """Who has it there if several ask, as its node says; blank where it says nothing of it."""
        return _turns(self.source.node_document or "").get(self.organisation_id, "")


@lru_cache(maxsize=64)
def _turns(document: str) -> Mapping[str, str]:
    """What a node document that was understood says of how its organisations take requests."""
    said = orjson.loads(document).get("asking") if '"asking"' in document else None
    return {one["organisation"]: one["turn"] for one in said or ()}


def by_key(tx: Tx, key: str, now: int) -> ForeignListing | None:
    """A listing that is shown now and that its own node has sent; None for all else."""
    shown = catalogue.by_key(tx, key)
    if shown is None or shown.entry.source_id is None or shown.entry.facts.expires_at <= now:
        return None
    entry, source = shown.entry, sources.by_id(tx, shown.entry.source_id)
    if source is None or source.state != ACTIVE or any(one != source.node_id for one in entry.via):
        return None
    made = (
        entry.id,
        entry.key,
        entry.facts.organisation_id,
        source,
        entry.item,
        shown.first_shown_at,
        shown.changed_at,
    )
    return ForeignListing(*made)


def askable(tx: Tx, key: str, now: int, here: str) -> ForeignListing | None:
    """A listing that can be asked for here: its node takes messages, or somebody answers for it by mail.

    ``here`` is the id of this node.
    """
    row = by_key(tx, key, now)
    if row is None or row.listing().request_url or left(tx, row) == 0:
        return None
    if row.takes_messages:
        # What a node publishes of others, or in the name of one of ours, is not its own to answer for.
        own = row.id.startswith(f"{row.source.node_id}{LISTINGS}") and row.turn != NONE
        return row if own and not row.organisation_id.startswith(here) else None
    contact = contacts.known(tx, row.source)
    return row if contact is not None and contacts.takes_requests(tx, contact) else None


def is_handed_over(tx: Tx, key: str, now: int) -> bool:
    """Whether there was something of a listing, and all of it was handed over here since it was published as it is."""
    row = by_key(tx, key, now)
    return row is not None and row.listing().quantity.available > 0 and left(tx, row) == 0


def left(tx: Tx, row: ForeignListing) -> int:
    """How many there are, without those that were handed over since the listing was published as it is."""
    if row.takes_messages:
        return row.listing().quantity.available
    return max(0, row.listing().quantity.available - exchanges.counted_since(tx, row.id, row.changed_at))
