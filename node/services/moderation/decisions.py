"""The queue that an operator works off: held and quarantined listings, and removals that wait for a word."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson

from federation.facts import Removal
from federation.reading import BY_THE_CLOCK
from federation.records import (
    APPLIED,
    EXPIRED,
    HELD,
    KEPT,
    QUARANTINED,
    RELEASED,
    WAITING,
    Mirrored,
    Ruling,
    Source,
    Withdrawn,
)
from federation.rejudge import judge, read_row, restore
from federation.settle import expired, settle
from node.context import Node
from node.storage import catalogue, mirror, removals, rulings, sources
from node.storage.engine import Tx
from node.storage.ledger import StoredLedger
from node.storage.removals import Batch
from schemas.errors import SharefeedError
from schemas.free.explain import OF_WORDS, fingerprint
from schemas.records import dataclass

QUEUE_STATES = (HELD, QUARANTINED)
HOLD_DAYS = 7
_DAY_S = 86_400


class ModerationError(SharefeedError):
    """A word that cannot take effect; nothing was changed."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One listing that waits. ``raw`` is what was sent; ``can_release`` says whether it could be shown at all."""

    row: Mirrored
    source_name: str
    raw: dict[str, Any]
    can_release: bool

    @property
    def title(self) -> str:
        title = self.raw.get("title")
        return title if isinstance(title, str) and title.strip() else self.row.id


def waiting(node: Node, limit: int = 50, offset: int = 0, states: Collection[str] = QUEUE_STATES) -> list[QueueItem]:
    """The queue, or what of it is in these states; the longest waiting first."""
    with node.database.read() as tx:
        by_id = {source.id: source for source in sources.every(tx)}
        rows = mirror.in_states(tx, states, limit, offset)
    return [_queue_item(node, row, text, by_id[row.source_id]) for row, text in rows]


def waiting_one(node: Node, source_id: int, listing_id: str) -> QueueItem:
    """One listing of the queue. Raises `ModerationError` when it waits no more."""
    with node.database.read() as tx:
        row = mirror.known(tx, source_id, [listing_id]).get(listing_id)
        text = mirror.texts(tx, source_id, [listing_id]).get(listing_id)
        source = sources.by_id(tx, source_id)
    if row is None or text is None or source is None or row.state not in QUEUE_STATES:
        raise ModerationError("This listing waits no more: its node changed or removed it, or the word was given.")
    return _queue_item(node, row, text, source)


def _queue_item(node: Node, row: Mirrored, text: str, source: Source) -> QueueItem:
    readable = read_row(source, row, text, node.now).facts is not None
    return QueueItem(row, source.name, orjson.loads(text), readable)


def count_waiting(node: Node) -> dict[str, int]:
    """How many listings are held, quarantined, and in removals that wait."""
    with node.database.read() as tx:
        counts = mirror.count_states(tx).values()
        removed = sum(batch.size for batch in removals.batches(tx))
    return {
        HELD: sum(count.get(HELD, 0) for count in counts),
        QUARANTINED: sum(count.get(QUARANTINED, 0) for count in counts),
        "removals": removed,
    }


def release(node: Node, source_id: int, listing_id: str, reason: str = "") -> None:
    """Show a listing that waits. Raises `ModerationError` when it cannot be shown as it is."""
    item = waiting_one(node, source_id, listing_id)
    if not item.can_release:
        why = "; ".join(str(problem) for problem in item.row.reasons)
        raise ModerationError(
            f"This listing cannot be shown as it is: {why} It stays in the queue; refuse it with a reason that its "
            "node will read, or leave it until the node mends it."
        )
    _rule(node, source_id, listing_id, Ruling(item.row.hash, RELEASED, reason, _words_in_doubt(item.row, item.raw)))


def refuse(node: Node, source_id: int, listing_id: str, reason: str) -> None:
    """Refuse this version of a listing; its node reads the reason. Raises `ModerationError` without one."""
    if not reason.strip():
        raise ModerationError("Give a reason: the listing's node reads it in its report.")
    with node.database.read() as tx:
        row = mirror.known(tx, source_id, [listing_id]).get(listing_id)
        text = mirror.texts(tx, source_id, [listing_id]).get(listing_id)
    if row is None or text is None:
        raise ModerationError("This listing is no longer there: its node removed it.")
    words = _words_in_doubt(row, orjson.loads(text))
    _rule(node, source_id, listing_id, Ruling(row.hash, "refused", reason.strip(), words))


def _words_in_doubt(row: Mirrored, raw: dict[str, Any]) -> str:
    """The words on which this is the word as well, for later versions that say the same."""
    return fingerprint(raw) if any(reason.code in OF_WORDS for reason in row.reasons) else ""


def _rule(node: Node, source_id: int, listing_id: str, ruling: Ruling) -> None:
    with node.database.write() as tx:
        ledger = StoredLedger(tx)
        source = ledger.source(source_id)
        if source is None:
            raise ModerationError(f"There is no source {source_id} any more.")
        _check_unchanged(ledger, source_id, listing_id, ruling)
        rulings.put(tx, source_id, listing_id, ruling, node.now)
        judge(ledger, source, listing_id, ruling, node.settings.url, node.now)


def _check_unchanged(ledger: StoredLedger, source_id: int, listing_id: str, ruling: Ruling) -> None:
    """A word is about the version that was looked at."""
    row = ledger.known(source_id, [listing_id]).get(listing_id)
    if row is None or row.hash != ruling.hash:
        raise ModerationError("Its node has changed or removed this listing meanwhile. Nothing was done; look again.")


def judge_again(node: Node, limit: int = 5000) -> int:
    """Show what waits for no reason any more: its date has come, or its source's new listings are no longer held.

    A change feed does not send it again, so nobody else would notice. How many were looked at.
    """
    with node.database.read() as tx:
        by_id = {source.id: source for source in sources.every(tx)}
        rows = [row for row, _ in mirror.in_states(tx, QUEUE_STATES, limit) if _may_be_over(row, by_id[row.source_id])]
    for row in rows:
        with node.database.write() as tx:
            ledger = StoredLedger(tx)
            source = ledger.source(row.source_id)
            word = ledger.rulings(row.source_id, [row.id]).get(row.id)
            if source is not None:
                judge(ledger, source, row.id, word, node.settings.url, node.now)
    return len(rows)


def _may_be_over(row: Mirrored, source: Source) -> bool:
    waits_for = {reason.code for reason in row.reasons} - BY_THE_CLOCK
    if source.trusts_words:
        waits_for -= OF_WORDS
    return waits_for <= (frozenset() if source.hold_new else {"held-new"})


def batches(node: Node) -> list[Batch]:
    """Removals that wait for a word, the oldest first."""
    with node.database.read() as tx:
        return removals.batches(tx)


def recent_batches(node: Node) -> list[Batch]:
    """Removals that were applied and can still be undone, the large ones."""
    with node.database.read() as tx:
        return removals.batches(tx, (APPLIED,), minimum=3)


def batch_listings(node: Node, batch: str) -> list[Withdrawn]:
    with node.database.read() as tx:
        return removals.in_batch(tx, batch)


def apply_batch(node: Node, batch: str) -> int:
    """Let a removal take effect; how many listings go."""
    with node.database.write() as tx:
        ledger = StoredLedger(tx)
        rows = [row for row in removals.in_batch(tx, batch) if row.state in (WAITING, KEPT)]
        removals.decide(tx, batch, APPLIED, node.now)
        reasons = {row.id: row.reason for row in rows}
        settle(ledger, list(reasons), node.settings.url, node.now, reasons=reasons)
    return len(rows)


def undo_batch(node: Node, batch: str) -> int:
    """Show everything of a removal, again or still, until its node sends it anew or its time is over; how many."""
    with node.database.write() as tx:
        ledger = StoredLedger(tx)
        rows = removals.in_batch(tx, batch)
        removals.decide(tx, batch, KEPT, node.now)
        for source_id in {row.source_id for row in rows}:
            source = ledger.source(source_id)
            if source is not None:
                mine = [row for row in rows if row.source_id == source_id]
                restore(ledger, source, mine, node.settings.url, node.now)
    return len(rows)


def apply_overdue(node: Node) -> int:
    """Apply removals that have waited for a week; how many batches."""
    with node.database.read() as tx:
        late = removals.overdue(tx, node.now - HOLD_DAYS * _DAY_S)
    for batch in late:
        apply_batch(node, batch)
    return len(late)


def forget_old(node: Node) -> int:
    """Let go of applied removals that are too old to undo; how many."""
    with node.database.write() as tx:
        return removals.purge(tx, node.now - HOLD_DAYS * _DAY_S)


def expire_foreign(node: Node, limit: int = 500) -> int:
    """Take listings of sources whose time is over out of the catalogue; how many."""
    with node.database.read() as tx:
        if not _over(tx, node, limit):
            return 0
    with node.database.write() as tx:
        ledger = StoredLedger(tx)
        # Asked again, because a source may have renewed one since.
        over = _over(tx, node, limit)
        for source_id in set(over.values()):
            ids = [listing_id for listing_id, shown_from in over.items() if shown_from == source_id]
            rows = ledger.known(source_id, ids).values()
            ledger.forget_withdrawn(source_id, ids)
            ledger.set_state([expired(row) for row in rows if row.state not in QUEUE_STATES])
        ledger.publish([], [Removal(listing_id, EXPIRED) for listing_id in over], node.now)
        settle(ledger, list(over), node.settings.url, node.now)
    return len(over)


def _over(tx: Tx, node: Node, limit: int) -> dict[str, int]:
    """Listings of sources that are shown though their time is over, with their source."""
    return {listing_id: source for listing_id, source in catalogue.expired(tx, node.now, limit) if source is not None}
