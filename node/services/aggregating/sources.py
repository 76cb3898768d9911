"""The operator's work with sources: adding, pausing, resuming, removing, and seeing how each one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson

from federation.chunks import CHUNK
from federation.records import (
    ACTIVE,
    HELD,
    MERGED,
    PAUSED,
    PLAIN,
    QUARANTINED,
    REMOVED,
    RESUMED,
    SHOWN,
    SUSPENDED,
    SUSPENDED_NOW,
    Mirrored,
    Source,
)
from federation.rejudge import hide, show
from federation.settle import said_for, settle
from node.context import Node
from node.storage import catalogue, events, mirror, owner_contacts, polls, receipt_readings, removals, sources
from node.storage.engine import Tx
from node.storage.events import EventRow
from node.storage.ledger import StoredBook, StoredLedger
from node.storage.polls import PollRow
from schemas.errors import SharefeedError
from schemas.fields import rfc3339_of
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.discovery import Discovered
    from federation.plain import Defaults


MOST_CONTACT = 254


class SourceError(SharefeedError):
    """Something asked of a source that cannot be done; ``source_id`` where there is one."""

    def __init__(self, message: str, source_id: int | None = None) -> None:
        self.source_id = source_id
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Health:
    """How one source is. ``counts`` is how many of its listings are in each state."""

    source: Source
    counts: dict[str, int]
    waiting_removals: int = 0

    @property
    def shown(self) -> int:
        return self.counts.get(SHOWN, 0) + self.waiting_removals

    @property
    def held(self) -> int:
        return self.counts.get(HELD, 0) + self.waiting_removals

    @property
    def quarantined(self) -> int:
        return self.counts.get(QUARANTINED, 0)

    @property
    def merged(self) -> int:
        return self.counts.get(MERGED, 0)

    @property
    def next_read(self) -> int | None:
        """When the source is read next, in seconds; None where the operator stopped that."""
        return self.source.due_at if self.source.state in (ACTIVE, SUSPENDED) else None

    @property
    def identical(self) -> bool:
        """Whether the last comparison found the mirror to be exactly what the node publishes."""
        return self.source.verified_at is not None and self.source.reread_at is None


def add(
    node: Node, found: Discovered, *, name: str | None = None, defaults: Defaults | None = None, hold_new: bool = False
) -> Source:
    """Make a source of what was discovered; it is due at once.

    Raises `SourceError` when the feed or its node is a source already, when it is this node itself, or when a plain
    feed comes without the defaults that it lacks.
    """
    if found.node_id == node.settings.url:
        raise SourceError("That is this node itself; its own listings are shown already.")
    if found.level == PLAIN and defaults is None:
        raise SourceError("This is a plain feed. Say which organisation, kind and category its entries are of.")
    source = Source(
        id=0,
        url=found.feed_url,
        node_id=found.node_id,
        name=name or found.name,
        format=found.format,
        level=found.level,
        hold_new=hold_new,
        defaults=defaults.to_json() if defaults else "{}",
        node_document=found.node_document_text,
        document_url=found.document_url,
        document_asked_at=node.now,
        document_read_at=node.now if found.node_document else None,
        ttl_s=found.node_document.ttl if found.node_document else None,
        due_at=node.now,
        added_at=node.now,
    )
    with node.database.write() as tx:
        there = sources.by_url(tx, source.url) or sources.by_node(tx, source.node_id)
        if there is not None:
            raise SourceError(f"This is source {there.id} already, {there.name}.", there.id)
        added = sources.add(tx, source)
        owner_contacts.meet_again(tx, added.id, added.node_id)
        return added


def get(node: Node, source_id: int) -> Source:
    """The source. Raises `SourceError` where there is none with this number."""
    with node.database.read() as tx:
        source = sources.by_id(tx, source_id)
    if source is None:
        raise SourceError(f"There is no source {source_id}.", source_id)
    return source


def health(node: Node) -> list[Health]:
    """How every source is, by name."""
    with node.database.read() as tx:
        counts, waiting = mirror.count_states(tx), _waiting_removals(tx)
        return [Health(source, counts.get(source.id, {}), waiting[source.id]) for source in sources.every(tx)]


def _waiting_removals(tx: Tx) -> Counter[int]:
    waiting = Counter[int]()
    for batch in removals.batches(tx):
        waiting[batch.source_id] += batch.size
    return waiting


def every(node: Node) -> list[Source]:
    """Every source, by name; cheaper than how each one is."""
    with node.database.read() as tx:
        return sources.every(tx)


def health_of(node: Node, source_id: int) -> Health:
    """How one source is. Raises `SourceError` where there is none with this number."""
    source = get(node, source_id)
    with node.database.read() as tx:
        counts = mirror.count_states(tx, source_id)
        return Health(source, counts.get(source_id, {}), _waiting_removals(tx)[source_id])


def recent_polls(node: Node, source_id: int) -> list[PollRow]:
    """The last readings of a source, the newest first."""
    with node.database.read() as tx:
        return polls.recent(tx, source_id)


def history(node: Node, source_id: int) -> list[EventRow]:
    """What happened to a source besides being read, the newest first."""
    with node.database.read() as tx:
        return events.recent(tx, source_id)


def organisations(node: Node, source_id: int) -> list[tuple[str, str]]:
    """Key and name of the organisations that are shown from a source."""
    with node.database.read() as tx:
        return catalogue.organisations_of_source(tx, source_id, node.now)


def sizes(node: Node) -> dict[int, tuple[int, int]]:
    """How many listings are shown from each source by its number, and of how many organisations."""
    with node.database.read() as tx:
        return catalogue.sizes_by_source(tx, node.now)


def totals(node: Node) -> tuple[int, int]:
    """How many listings the catalogue shows now, and of how many organisations."""
    with node.database.read() as tx:
        return catalogue.totals(tx, node.now)


def titles(node: Node, source_id: int, ids: Sequence[str]) -> dict[str, str]:
    """What these listings of a source are called; their id where they have no title."""
    with node.database.read() as tx:
        texts = mirror.texts(tx, source_id, ids)
    named = {listing_id: orjson.loads(text).get("title") for listing_id, text in texts.items()}
    return {i: title if isinstance(title, str) and title.strip() else i for i, title in named.items()}


def verdicts(node: Node, source_id: int, after: str = "", limit: int = 500, state: str | None = None) -> list[Mirrored]:
    """What became of a source's listings, by id from the one after ``after``."""
    with node.database.read() as tx:
        return mirror.of_source(tx, source_id, after, limit, state)


def report(node: Node, source_id: int, after: str = "", limit: int = 500) -> dict[str, Any]:
    """The report that a node reads about itself, as JSON values: per listing what became of it, and why."""
    how, rows = health_of(node, source_id), verdicts(node, source_id, after, limit)
    source = how.source
    return {
        "sharefeed": "1.0",
        "aggregator": node.settings.url,
        "source": {"id": source.id, "node": source.node_id, "feed": source.url, "state": source.state},
        "last_read": rfc3339_of(source.last_read_at),
        "verified_identical": rfc3339_of(source.verified_at) if how.identical else None,
        "last_verified_identical": rfc3339_of(source.verified_at),
        "next_read": rfc3339_of(how.next_read),
        "document_read": rfc3339_of(source.document_read_at),
        "counts": {
            **how.counts,
            "merged": how.merged,
            "waiting_removals": how.waiting_removals,
            "sent": source.mirror_count,
        },
        "history": [{**event._asdict(), "at": rfc3339_of(event.at)} for event in history(node, source_id)],
        "listings": [
            {"id": row.id, "hash": row.hash, "verdict": row.state, "reasons": [r.as_json() for r in row.reasons]}
            for row in rows
        ],
        "next_after": rows[-1].id if len(rows) == limit else None,
    }


def pause(node: Node, source_id: int, reason: str = "") -> None:
    """Read the source no more until it is resumed; what is shown stays."""
    _change(node, source_id, state=PAUSED, state_reason=reason or None)


def resume(node: Node, source_id: int) -> None:
    """Read the source again, at once; what a suspension hid is shown again."""
    before = get(node, source_id)
    _change(node, source_id, state=ACTIVE, state_reason=None, due_at=node.now, failures=0, gone_answers=0)
    show(StoredBook(node.database), source_id, node.settings.url, node.now)
    if before.state == SUSPENDED:
        _note_resumed(node, source_id, "The operator ended the suspension.")


def _note_resumed(node: Node, source_id: int, message: str) -> None:
    """Said last: a suspension without this word was not brought to its end (`show_resumed`)."""
    with node.database.write() as tx:
        events.note(tx, source_id, RESUMED, message, node.now)


def hide_suspended(node: Node) -> int:
    """Finish what a suspension began, if the program ended in the middle of it; how many sources were left over."""
    with node.database.read() as tx:
        suspended = [source.id for source in sources.every(tx) if source.state == SUSPENDED]
        left = [source_id for source_id in suspended if catalogue.ids_of_source(tx, source_id, 1)]
    for source_id in left:
        hide(StoredBook(node.database), source_id, node.settings.url, node.now)
    return len(left)


def show_resumed(node: Node) -> int:
    """Finish what the end of a suspension began, if the program ended in the middle of it; how many were left over."""
    with node.database.read() as tx:
        last = events.newest(tx, (SUSPENDED_NOW, RESUMED))
        active = [source.id for source in sources.every(tx) if source.state == ACTIVE]
    left = [source_id for source_id in active if last.get(source_id) == SUSPENDED_NOW]
    for source_id in left:
        show(StoredBook(node.database), source_id, node.settings.url, node.now)
        _note_resumed(node, source_id, "The suspension is over.")
    return len(left)


def poll_soon(node: Node, source_id: int) -> None:
    """Let the worker read the source next, and its receipts."""
    _change(node, source_id, due_at=node.now)
    with node.database.write() as tx:
        receipt_readings.soon(tx, source_id)


def change(node: Node, source_id: int, **values: Any) -> None:
    """Change the source's name, defaults (JSON text) or whether its new listings are held."""
    _change(node, source_id, **values)


def name_contact(node: Node, source_id: int, contact: str) -> None:
    """Say who is asked for what a source publishes: an address, "none" for nobody, blank for what its node names.

    Raises `SourceError`.
    """
    from node.services.exchanges.people.contacts import NOBODY
    from node.services.limits.strangers import mail_problems

    contact = contact.strip()
    if contact != NOBODY and (len(contact) > MOST_CONTACT or mail_problems("contact", contact)):
        raise SourceError("This must be an e-mail address, such as name@example.org. Nothing was changed.", source_id)
    _change(node, source_id, contact=contact)


def trust_words(node: Node, source_id: int, trusted: bool) -> None:
    """Look at the words of a source or leave it; what waited because of them alone is then shown."""
    from node.services.moderation.decisions import judge_again

    _change(node, source_id, trusts_words=trusted)
    if trusted:
        judge_again(node)


def remove(node: Node, source_id: int) -> int:
    """Forget a source and take its listings out of the catalogue; how many were shown."""
    found = health_of(node, source_id)
    with node.database.write() as tx:
        sources.change(tx, source_id, state=REMOVED)
        sources.fence(tx, source_id)
    while _remove_some(node, source_id) or _remove_receipts(node, source_id):
        pass
    with node.database.write() as tx:
        ledger = StoredLedger(tx)
        # Copies that other nodes passed on were overruled by this one's word until now.
        ids = said_for(ledger, found.source)
        owner_contacts.leave(tx, source_id, found.source.node_id)
        sources.remove(tx, source_id)
        settle(ledger, ids, node.settings.url, node.now)
    return found.shown


def _remove_some(node: Node, source_id: int) -> bool:
    """Take some listings out, in a transaction of its own; whether there were any."""
    with node.database.write() as tx:
        ledger = StoredLedger(tx)
        ids = ledger.ids_of(source_id, "", CHUNK) or catalogue.ids_of_source(tx, source_id, CHUNK)
        ledger.drop(source_id, ids)
        ledger.forget_withdrawn(source_id, ids)
        settle(ledger, ids, node.settings.url, node.now)
    return bool(ids)


def _remove_receipts(node: Node, source_id: int) -> bool:
    from node.services.receipts import keeping

    with node.database.write() as tx:
        return keeping.forget(tx, node, source_id)


def _change(node: Node, source_id: int, **values: Any) -> None:
    get(node, source_id)
    with node.database.write() as tx:
        sources.change(tx, source_id, **values)
