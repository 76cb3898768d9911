"""Judging again what is known already: after the operator's word, and when a source is suspended or resumed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

import orjson

from federation.chunks import CHUNK
from federation.decide import fate
from federation.facts import Entry, passed_on, short_key
from federation.merge import Nodes
from federation.ports import Book, Ledger
from federation.reading import BY_THE_CLOCK, Context, read_kept
from federation.records import (
    HELD,
    KEPT,
    QUARANTINED,
    RESUMED,
    SUSPENDED,
    Mirrored,
    ReadItem,
    Ruling,
    Source,
    Withdrawn,
)
from federation.settle import Fresh, said_for, settle
from schemas.canonical import EXTENSION
from schemas.free.explain import OF_WORDS


def read_row(source: Source, row: Mirrored, text: str, now: int) -> ReadItem:
    """A row of the mirror, judged as of ``now``. What was unreadable when it came is unreadable still: some of what was
    wrong then (a repeated name, a hash that differs) is no longer to be seen in the text that was kept.
    """
    item = read_kept(row.id, text, row.hash, Context(source.node_id, now))
    seen_then = tuple(reason for reason in row.reasons if reason.code not in OF_WORDS)
    if row.state != QUARANTINED or all(reason.code in BY_THE_CLOCK for reason in seen_then):
        return item
    return item._replace(facts=None, published=None, problems=seen_then)


def judge(
    ledger: Ledger, source: Source, listing_id: str, ruling: Ruling | None, own_id: str, now: int
) -> Mirrored | None:
    """Judge one listing as it was last sent, by the operator's word on it; None where the source no longer has it."""
    row = ledger.known(source.id, [listing_id]).get(listing_id)
    text = ledger.texts(source.id, [listing_id]).get(listing_id)
    if row is None or text is None:
        return None
    item = read_row(source, row, text, now)
    state, reasons = fate(source, item, row, ruling, own_id, now)
    judged = replace(row, state=state, reasons=reasons)
    ledger.set_state([judged])
    settle(ledger, [listing_id], own_id, now, Fresh(source.id, {listing_id: (judged, item)}))
    return judged


def restore(ledger: Ledger, source: Source, rows: Sequence[Withdrawn], own_id: str, now: int) -> int:
    """Show withdrawn listings again where nothing else is shown in their place and their source counts; how many."""
    nodes, current = Nodes(own_id, ledger.nodes()), ledger.current([row.id for row in rows])
    entries = [_entry(source, row, now) for row in rows if row.id not in current and nodes.counts(row)]
    restored = [entry for entry in entries if entry is not None]
    ledger.publish(restored, [], now)
    return len(restored)


def _entry(source: Source, row: Withdrawn, now: int) -> Entry | None:
    """What was shown, as it was; None once its time is over."""
    entry = _come_through(source, row.id, row.item, row.hash, row.via, now)
    return None if entry is None or entry.facts.expires_at <= now else entry


def _come_through(
    source: Source, listing_id: str, text: str, hash_: str, via: tuple[str, ...], now: int
) -> Entry | None:
    """A published listing, saying that it came from this source as its node is called now; its hash leaves that out."""
    facts = read_kept(listing_id, text, hash_, Context(source.node_id, now)).facts
    if facts is None:
        return None
    item, through = json.loads(text), passed_on(via, source.node_id)
    item[EXTENSION]["via"] = list(through)
    return Entry(listing_id, short_key(listing_id), source.id, orjson.dumps(item).decode(), hash_, through, facts)


def hide(book: Book, source_id: int, own_id: str, now: int) -> None:
    """Take everything of a suspended source out of the catalogue, so that `show` can bring it back."""

    def one_piece(ledger: Ledger, ids: Sequence[str]) -> None:
        _keep_older_versions(ledger, source_id, ids, now)
        settle(ledger, ids, own_id, now)

    _in_pieces(book, source_id, one_piece)
    with book.open() as ledger:
        settle(ledger, [row.id for row in ledger.waiting(source_id)], own_id, now)


def show(book: Book, source_id: int, own_id: str, now: int) -> None:
    """Bring the catalogue in step for a source that is read again."""
    _in_pieces(book, source_id, lambda ledger, ids: settle(ledger, ids, own_id, now))
    with book.open() as ledger:
        source = ledger.source(source_id)
        if source is not None:
            restore(ledger, source, ledger.waiting(source_id), own_id, now)


def speaks_again(book: Book, source_id: int, own_id: str, now: int) -> None:
    """End the suspension of a source whose node can be read again, and show what it hid."""
    with book.open() as ledger:
        source = ledger.source(source_id)
        if source is None or source.state != SUSPENDED:
            return
        ledger.resume(source_id)
    show(book, source_id, own_id, now)
    with book.open() as ledger:
        # Said last: a suspension without this word is found, and brought to its end, after a crash.
        ledger.note(source_id, RESUMED, "The node can be read again, so the suspension is over.", now)


def bring_along(book: Book, source_id: int, own_id: str, now: int) -> None:
    """After a source's node moved: all that is shown of it came from the new place, and that speaks for itself."""

    def one_piece(ledger: Ledger, ids: Sequence[str]) -> None:
        source = ledger.source(source_id)
        if source is not None:
            ledger.publish(_shown_elsewhere(ledger, source, ids, now), [], now)
            settle(ledger, ids, own_id, now)

    _in_pieces(book, source_id, one_piece)
    with book.open() as ledger:
        one_piece(ledger, [row.id for row in ledger.waiting(source_id)])
        source = ledger.source(source_id)
        if source is not None:
            settle(ledger, said_for(ledger, source), own_id, now)


def _shown_elsewhere(ledger: Ledger, source: Source, ids: Sequence[str], now: int) -> list[Entry]:
    shown = {i: was for i, was in ledger.current(ids).items() if was.source_id == source.id}
    stale = {i: was for i, was in shown.items() if was.via[-1:] != (source.node_id,)}
    texts = ledger.published(list(stale))
    moved = (_come_through(source, i, texts[i], was.hash, was.via[:-1], now) for i, was in stale.items())
    return [entry for entry in moved if entry is not None]


def _in_pieces(book: Book, source_id: int, act: Callable[[Ledger, Sequence[str]], None]) -> None:
    """``act`` on all ids of a source, some at a time, each time in one transaction: other writers come in between."""
    after = ""
    while True:
        with book.open() as ledger:
            ids = ledger.ids_of(source_id, after, CHUNK)
            if not ids:
                return
            act(ledger, ids)
        after = ids[-1]


def _keep_older_versions(ledger: Ledger, source_id: int, ids: Sequence[str], now: int) -> None:
    """Set aside what is shown of listings whose newest version waits or is unfit: the mirror has only that one."""
    current, texts = ledger.current(ids), ledger.published(ids)
    rows = [row for row in ledger.known(source_id, ids).values() if row.state in (HELD, QUARANTINED)]
    shown = [(row.id, current[row.id]) for row in rows if row.id in current and current[row.id].source_id == source_id]
    batch = str(uuid4())
    ledger.put_withdrawn(
        [Withdrawn(source_id, i, batch, KEPT, "removed", texts[i], was.hash, was.via[:-1], now) for i, was in shown]
    )
