"""Applying one page: the mirror, what waits, the catalogue and the cursor, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

from federation import decide
from federation.chunks import chunked
from federation.ports import Ledger, StaleError
from federation.records import APPLIED, L0, L1, WAITING, Mirrored, ReadPage, Source, Tally, Withdrawn
from federation.schedule import after_match, after_mismatch, after_silence, wants_unconditional
from federation.settle import Fresh, said_for, settle
from schemas.errors import DocumentError
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """The circumstances of a page: for which node, when, with which limit, and the validators of its answer.

    ``date`` is the moment, in seconds, for which the answer spoke.
    """

    own_id: str
    now: int
    listings_limit: int
    etag: str | None
    last_modified: str | None
    date: int


def store_page(ledger: Ledger, source: Source, page: ReadPage, asked: Asked) -> tuple[Source, Tally]:
    """Apply ``page`` whole; the source as it now stands, and what was done.

    Raises `StaleError` when the stored cursor is no longer the one that the page was asked with, and `DocumentError`
    when the source would grow beyond its limit.
    """
    before = source
    _check_mine(ledger, before)
    source = _numbered(source)
    changes = _changes(ledger, source, page, asked)
    _keep(ledger, changes)
    absence = _absence(ledger, changes.source, page)
    if not decide.fits(absence.source, page.head, asked.listings_limit):
        message = f"This source has more than {asked.listings_limit} listings, the most that is taken from one."
        raise DocumentError.of("too-many-listings", message)
    after = _remove(ledger, source, changes, absence, asked)
    _settle(ledger, changes, absence, asked)
    after = _advanced(_counted_anew(ledger, after, page), page, asked)
    ledger.save(after, before.cursor)
    if before.last_full_at is None and after.last_full_at is not None:
        # From now on this node's silence means something, so what others said of its listings is judged again.
        settle(ledger, said_for(ledger, after), asked.own_id, asked.now)
    return after, changes.tally + absence.tally + Tally(pages=1)


def _counted_anew(ledger: Ledger, source: Source, page: ReadPage) -> Source:
    """The source with sums that are counted and not moved along, where a whole reading ends in a mirror that differs:
    sums that were once wrong would differ for ever.
    """
    head = page.head if _ends_whole(source, page) else None
    if head is None or decide.verification(source, head.count, head.digest) is not False:
        return source
    return decide.recounted(source, ledger.unmarked(source.id, source.reading + 1))


def _check_mine(ledger: Ledger, source: Source) -> None:
    """`Ledger.save` would find out as well, but only after all the work."""
    stored = ledger.source(source.id)
    if stored is None or stored.lease_token != source.lease_token or stored.cursor != source.cursor:
        raise StaleError(source.id)


def _numbered(source: Source) -> Source:
    """Every document that stands for itself is a reading from the start; pages of a change feed continue one."""
    if source.level == L1 or source.reading_open:
        return source
    return replace(source, reading=source.reading + 1)


def _changes(ledger: Ledger, source: Source, page: ReadPage, asked: Asked) -> decide.Changes:
    tombstones = page.head.deleted if page.head else ()
    ids = {item.id for item in page.items} | {stone.id for stone in tombstones}
    known: dict[str, Mirrored] = {}
    for chunk in chunked(ids):
        known.update(ledger.known(source.id, chunk))
    rulings = ledger.rulings(source.id, ids)
    return decide.changes(source, page.items, tombstones, known, rulings, asked.own_id, asked.now)


def _keep(ledger: Ledger, changes: decide.Changes) -> None:
    source = changes.source
    ledger.put([(row, item.item) for row, item in changes.put])
    ledger.mark(source.id, changes.unchanged, source.reading)
    ledger.forget_withdrawn(source.id, [row.id for row, _ in changes.put])


def _absence(ledger: Ledger, source: Source, page: ReadPage) -> decide.Changes:
    """What a whole reading did not meet; nothing unless this page ends one."""
    return decide.absence(source, ledger.unmarked(source.id, source.reading) if _ends_whole(source, page) else ())


def _ends_whole(source: Source, page: ReadPage) -> bool:
    if source.level == L1:
        return source.reading_open and page.head is not None and not page.head.more
    return _is_complete(source, page)


def _is_complete(source: Source, page: ReadPage) -> bool:
    """Whether one document holds all that the node publishes. The operator's word on a plain feed stands: it never
    does, whatever it says of itself one day.
    """
    head = page.head
    return source.level == L0 and head is not None and head.complete and not head.more and page.next_url is None


def _remove(ledger: Ledger, before: Source, changes: decide.Changes, absence: decide.Changes, asked: Asked) -> Source:
    """Take what is gone out of the mirror; what the catalogue shows of it is kept aside, for a word or an undo."""
    dropped = {row.id: (row, reason) for row, reason in changes.dropped + absence.dropped}
    counted, held = decide.count_removals(absence.source, before, len(dropped), bool(absence.dropped), asked.now)
    batch = Batch(before.id, str(uuid4()), WAITING if held else APPLIED, asked.now)
    for chunk in chunked(dropped):
        _set_aside(ledger, batch, {listing_id: dropped[listing_id] for listing_id in chunk})
        ledger.drop(before.id, chunk)
    return counted


class Batch(NamedTuple):
    """What the removals of one page have in common."""

    source_id: int
    name: str
    state: str
    now: int


def _set_aside(ledger: Ledger, batch: Batch, rows: Mapping[str, tuple[Mirrored, str]]) -> None:
    """Keep what is shown of these rows: not always what was sent last, which may have been unfit to be shown."""
    current = {i: was for i, was in ledger.current(list(rows)).items() if was.source_id == batch.source_id}
    texts = ledger.published(list(current))
    ledger.put_withdrawn(
        [
            Withdrawn(
                batch.source_id,
                id_,
                batch.name,
                batch.state,
                rows[id_][1],
                texts[id_],
                was.hash,
                was.via[:-1],
                batch.now,
            )
            for id_, was in current.items()
        ]
    )


def _settle(ledger: Ledger, changes: decide.Changes, absence: decide.Changes, asked: Asked) -> None:
    fresh = Fresh(changes.source.id, {row.id: (row, item) for row, item in changes.put})
    gone = {row.id: reason for row, reason in changes.dropped + absence.dropped}
    settle(ledger, [*fresh.rows, *gone], asked.own_id, asked.now, fresh, gone)


def _advanced(source: Source, page: ReadPage, asked: Asked) -> Source:
    """The source with its cursor, validators and verification moved on."""
    head = page.head
    if head is not None and source.level == L1:
        stays = head.checkpoint == source.cursor
        etag = asked.etag if stays and not head.more else None
        source = replace(source, cursor=head.checkpoint, epoch=head.epoch, etag=etag, last_modified=None)
        if head.more:
            return source
    else:
        source = replace(source, etag=asked.etag, last_modified=asked.last_modified)
    whole = source.reading_open or wants_unconditional(source, asked.now)
    source = replace(source, reading_open=False, last_full_at=asked.now if whole else source.last_full_at)
    return _verified(source, page, asked)


def _verified(source: Source, page: ReadPage, asked: Asked) -> Source:
    if not (source.level == L1 or _is_complete(source, page)):
        return after_silence(source)
    head = page.head
    identical = decide.verification(source, head.count, head.digest) if head else None
    if identical is None:
        return after_silence(source)
    return after_match(source, asked.date) if identical else after_mismatch(source, asked.now)


def store_unchanged(ledger: Ledger, source: Source, date: int) -> None:
    """Keep that the node has nothing new: what was identical still is, at the answer's date."""
    if source.verified_at is not None and source.reread_at is None:
        source = replace(source, verified_at=max(source.verified_at, date))
    ledger.save(source, asked_with=source.cursor)
