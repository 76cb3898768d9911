"""What a page changes: functions of what is known, what was read, the operator's word and the time. Pure.

Counterexamples that these rules close are named in docs/protocol.md; each has a test.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace

from federation import window
from federation.reading import HIDING, MAX_VIA
from federation.records import (
    EXPIRED,
    HELD,
    L1,
    LOOP,
    MERGED,
    QUARANTINED,
    REFUSED,
    RELEASED,
    SHOWN,
    Mirrored,
    ReadItem,
    Ruling,
    Source,
    Tally,
)
from schemas.canonical import contribution, digest_hex, digest_value
from schemas.errors import Problem
from schemas.page import PageHead, Tombstone
from schemas.records import dataclass

HOLD_MORE_THAN = 20
HOLD_SHARE = 0.10
EMPTYING_FROM = 3


@dataclass(frozen=True, slots=True)
class Changes:
    """What one page changes in the mirror. ``source`` carries the new count and digest."""

    source: Source
    put: tuple[tuple[Mirrored, ReadItem], ...] = ()
    unchanged: tuple[str, ...] = ()
    dropped: tuple[tuple[Mirrored, str], ...] = ()
    tally: Tally = field(default_factory=Tally)


def changes(
    source: Source,
    items: Collection[ReadItem],
    tombstones: Iterable[Tombstone],
    known: Mapping[str, Mirrored],
    rulings: Mapping[str, Ruling],
    own_id: str,
    now: int,
) -> Changes:
    """The changes that a page makes to the mirror of its source. A listing that is live wins over its own tombstone."""
    put, unchanged = [], []
    for item in items:
        row = _row(source, item, known.get(item.id), rulings.get(item.id), own_id, now)
        if _is_same(row, known.get(item.id)):
            unchanged.append(item.id)
        else:
            put.append((row, item))
    live = {item.id for item in items}
    gone = {stone.id: stone.reason for stone in tombstones if stone.id in known and stone.id not in live}
    dropped = tuple((known[listing_id], reason) for listing_id, reason in gone.items())
    counted = _counted(source, [row for row, _ in put], [known[r.id] for r, _ in put if r.id in known])
    return Changes(
        source=_counted(counted, [], [row for row, _ in dropped]),
        put=tuple(put),
        unchanged=tuple(unchanged),
        dropped=dropped,
        tally=_tally(put, known, len(dropped)),
    )


def absence(source: Source, absent: Iterable[Mirrored]) -> Changes:
    """The changes at the end of a whole reading: what it did not hold is gone."""
    rows = tuple(absent)
    dropped = tuple((row, "removed") for row in rows)
    return Changes(source=_counted(source, [], rows), dropped=dropped, tally=Tally(removed=len(rows)))


def _row(
    source: Source, item: ReadItem, before: Mirrored | None, ruling: Ruling | None, own_id: str, now: int
) -> Mirrored:
    state, reasons = fate(source, item, before, ruling, own_id, now)
    first_seen = before.first_seen_at if before else now
    return Mirrored(source.id, item.id, item.hash, item.via, state, reasons, source.reading, first_seen, now)


def fate(
    source: Source, item: ReadItem, before: Mirrored | None, ruling: Ruling | None, own_id: str, now: int
) -> tuple[str, tuple[Problem, ...]]:
    """What becomes of one version of a listing, and why. Whether another route is shown instead is decided later."""
    if own_id in item.via or len(item.via) > MAX_VIA:
        return LOOP, (Problem("/_sharefeed/via", "loop", "This came back to a node that had passed it on."),)
    word = ruling.ruling if ruling and ruling.hash == item.hash else None
    on_words = ruling.ruling if ruling and item.words and ruling.words == item.words else word
    if on_words and on_words != RELEASED:
        return REFUSED, (Problem("", "refused", ruling.reason if ruling else ""),)
    doubts = () if on_words or source.trusts_words else item.doubts
    if item.facts is None or (item.problems and not word):
        return QUARANTINED, _hiding(doubts) + item.problems
    if item.facts.expires_at <= now:
        return EXPIRED, (Problem("/_sharefeed/expires", "expired", "Its time is over."),)
    if doubts:
        return QUARANTINED if _hiding(doubts) and not item.has_appeal else HELD, doubts
    if source.hold_new and not on_words and not _was_accepted(before):
        return HELD, (Problem("", "held-new", "New listings of this source wait for the operator."),)
    return SHOWN, ()


def _hiding(doubts: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Doubts of a clear case: what reads like that hides even what was shown before."""
    return doubts if any(doubt.code in HIDING for doubt in doubts) else ()


def _was_accepted(before: Mirrored | None) -> bool:
    return before is not None and before.state in (SHOWN, MERGED, EXPIRED)


def _is_same(row: Mirrored, before: Mirrored | None) -> bool:
    if before is None or row.hash != before.hash or row.via != before.via:
        return False
    # Whether a listing is shown or merged is not the page's to say, so the two count as one here.
    return _merged_as_shown(row) == _merged_as_shown(before)


def _merged_as_shown(row: Mirrored) -> tuple[str, tuple[Problem, ...]]:
    return (SHOWN, ()) if row.state == MERGED else (row.state, row.reasons)


def _counted(source: Source, added: Iterable[Mirrored], taken: Iterable[Mirrored]) -> Source:
    added, taken = list(added), list(taken)
    total = digest_value(source.mirror_digest) + sum(_sum_of(row) for row in added) - sum(_sum_of(row) for row in taken)
    count = source.mirror_count + len(added) - len(taken)
    return replace(source, mirror_count=count, mirror_digest=digest_hex(total))


def recounted(source: Source, rows: Iterable[Mirrored]) -> Source:
    """The source with count and digest of these rows, all that it has."""
    return _counted(replace(source, mirror_count=0, mirror_digest=digest_hex(0)), rows, ())


def _sum_of(row: Mirrored) -> int:
    return contribution(row.id, row.hash, row.via)


def _tally(put: Collection[tuple[Mirrored, ReadItem]], known: Mapping[str, Mirrored], removed: int) -> Tally:
    new = sum(1 for row, _ in put if row.id not in known)
    quarantined = sum(1 for row, _ in put if row.state == QUARANTINED)
    return Tally(added=new, changed=len(put) - new, removed=removed, quarantined=quarantined)


def count_removals(source: Source, before: Source, removed: int, by_absence: bool, now: int) -> tuple[Source, bool]:
    """The source with its day's removals counted, and whether these must wait for a word.

    ``before`` is the source before the removals. Removals are counted over the last day against the size before the
    first of them, so that cutting them into slices does not help [slicing]; an absence that would empty a source waits
    as well.
    """
    if removed == 0:
        return source, False
    day = window.counted(before.removal_window, before.mirror_count, removed, now)
    many = day.removed > HOLD_MORE_THAN and day.removed > HOLD_SHARE * day.size
    empties = by_absence and before.mirror_count >= EMPTYING_FROM and source.mirror_count == 0
    return replace(source, removal_window=day.text), many or empties


def fits(source: Source, head: PageHead | None, limit: int) -> bool:
    """Whether the mirror may be as large as it is now.

    While a change feed is read, what is new can stand beside what is about to go: a node that gives all its listings
    other ids sends the new ones before the old ones' tombstones. The mirror may be twice the limit then, if the node
    states that what it publishes is within it. On the last page nothing is about to go any more.
    """
    if source.mirror_count <= limit:
        return True
    under_way = source.level == L1 and head is not None and head.more
    stated = head.count if head else None
    return under_way and stated is not None and stated <= limit and source.mirror_count <= 2 * limit


def verification(source: Source, count: int | None, digest: str | None) -> bool | None:
    """Whether the mirror is exactly the publisher's live set; None where the publisher does not say."""
    if count is None or digest is None:
        return None
    return source.mirror_count == count and source.mirror_digest == digest
