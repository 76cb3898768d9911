"""What is done with an import at the desk, in pieces: looking at its rows, publishing them, taking all of it back.

Each piece of some hundred rows is one transaction, in which what becomes of its rows is kept with their listings. So
whoever goes on after a crash neither loses a row nor takes one twice.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic

import orjson

from node.context import Node
from node.services.file_formats.spreadsheet import SheetRow
from node.services.importing import imports
from node.services.importing.batches import Run, bring, pictures_of
from node.services.importing.row_values import Defaults
from node.services.importing.rows import Name, Reading, Row, RowProblem, Taken, named, read_row
from node.services.importing.sheets import Options, defaults_of, imported
from node.services.listings.doubted import is_about_words
from node.services.listings.own_ids import listing_id, new_key
from node.services.listings.publishing import withdraw_in, writing
from node.services.listings.taking_back import take_back
from node.services.pictures import zip_uploads
from node.storage import imports as stored
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.imports import (
    ABSENT,
    ABSENT_FROM,
    BACK,
    CHECKED,
    CHECKING,
    DONE,
    KEPT,
    READY,
    REFUSED,
    TAKEN,
    UNDOING,
    UNDONE,
    WAITING,
    Import,
    ImportRow,
)
from node.storage.listings import WITHDRAWN
from node.storage.organisations import OwnOrganisation
from schemas.errors import SharefeedError

log = logging.getLogger(__name__)

PIECE, WITH_PHOTOS = 250, 20
LEASE_S = 60
AT_ONCE_S = 20.0
MOST_TRIES = 3
"""So often in a row a piece may fail on a fault of ours before somebody has to say that it is to go on."""
AGAIN_S = 15
CHANGING = ("added", "changed", "withdrawn", ABSENT)


def work(node: Node, seconds: float = AT_ONCE_S, import_id: str | None = None) -> bool:
    """Go on with an import that waits, or with this one, for some seconds at most; whether there was one."""
    lease, ends = secrets.token_hex(12), monotonic() + seconds
    with node.database.write() as tx:
        one = stored.claim(tx, node.now, node.now + LEASE_S, lease, import_id)
    if one is None:
        return False
    while one is not None and one.state in stored.AT_WORK and one.lease == lease and monotonic() < ends:
        one = _tried(node, one)
    if one is not None and one.lease == lease:
        with node.database.write() as tx:
            stored.change(tx, one.id, leased_until=0)
    return True


def _tried(node: Node, one: Import) -> Import | None:
    """Do a piece; the import as it stands then, or None where that failed."""
    try:
        _step(node, one)
    except SharefeedError:
        raise  # nobody's fault, such as a database that is busy: it is tried until it succeeds
    except Exception:
        _note_fault(node, one)
        return None
    if one.tries:
        with node.database.write() as tx:
            stored.change(tx, one.id, tries=0)
    with node.database.read() as tx:
        return stored.by_id(tx, one.organisation_id, one.id)


def _note_fault(node: Node, one: Import) -> None:
    reference = secrets.token_hex(4)
    log.exception("an import failed, reference %s", reference)
    with node.database.write() as tx:
        if stored.holds(tx, one):
            tries = one.tries + 1
            stopped = reference if tries >= MOST_TRIES else ""
            stored.change(tx, one.id, tries=tries, stopped=stopped, leased_until=node.now + AGAIN_S)


def _step(node: Node, one: Import) -> None:
    if one.state == UNDOING:
        _undo(node, one)
    elif one.state == CHECKING and one.done == imports.UNNAMED:
        _name(node, one)
    else:
        _piece(node, one)


def _host(tx: Tx, one: Import) -> OwnOrganisation:
    return hosted.by_ids(tx, [one.organisation_id])[one.organisation_id]


def _defaults(node: Node, host: OwnOrganisation) -> Defaults:
    known = host.organisation
    return replace(defaults_of(node, Options(known.name, known.type)), slug=host.slug)


def table_row(one: Import, row: ImportRow, slug: str = "") -> Row:
    """A row as it is read: the cells of its columns, with what was typed in their place."""
    inside = {column: row.cells[at] for column, at in one.columns.items() if at < len(row.cells)}
    cells = {column: text for column, text in {**inside, **row.typed}.items() if text.strip()}
    headings = {column: one.headings[at] for column, at in one.columns.items()}
    item = orjson.loads(row.item) if row.item else None
    return Row(SheetRow(row.number, row.cells, row.fault, item), cells, headings, Name(slug, row.ref, row.twin))


def _name(node: Node, one: Import) -> None:
    """Decide once how each row is known."""
    with node.database.write() as tx:
        if not stored.holds(tx, one):
            return
        rows = stored.rows(tx, one.id, (WAITING,))
        stored.put_rows(tx, _renamed(node, one, _host(tx, one), rows, Taken()))
        stored.change(tx, one.id, done=0, total=len(rows))


def _renamed(
    node: Node, one: Import, host: OwnOrganisation, rows: Sequence[ImportRow], taken: Taken
) -> list[ImportRow]:
    found = named([table_row(one, row) for row in rows], _defaults(node, host), taken)
    return [replace(row, ref=new.name.ref, twin=new.name.twin) for row, new in zip(rows, found, strict=True)]


def _piece(node: Node, one: Import) -> None:
    only_try = one.state == CHECKING
    with node.database.read() as tx:
        piece = WITH_PHOTOS if zip_uploads.has_photos(node, one) else PIECE
        rows = stored.rows(tx, one.id, (WAITING if only_try else READY,), piece)
    if rows:
        _settle(node, one, rows, only_try)
    elif only_try or not _take_down_missing(node, one):
        _finish(node, one, CHECKED if only_try else DONE)


def _settle(node: Node, one: Import, rows: Sequence[ImportRow], only_try: bool) -> None:
    """Publish these rows, or only try it, and keep what became of each."""
    with node.database.read() as tx:
        host = _host(tx, one)
    run = Run(node, only_try, {host.slug: host.organisation}, one.by, one.id)
    readings = _read(run, one, host, rows)
    images = pictures_of(run, readings, zip_uploads.shelf(node, one, only_try))
    with node.database.write() if only_try else writing(node) as tx:
        if not stored.holds(tx, one):
            return
        bring(run, tx, readings, images)
        stored.put_rows(tx, _settled(run, one, rows, READY if only_try else TAKEN))
        stored.change(tx, one.id, done=one.done + len(rows), changed_at=node.now, leased_until=node.now + LEASE_S)


def _read(run: Run, one: Import, host: OwnOrganisation, rows: Sequence[ImportRow]) -> list[Reading]:
    defaults = _defaults(run.node, host)
    found = []
    for row in rows:
        ready = table_row(one, row, host.slug)
        if _names_another(ready, defaults):
            ready = replace(ready, name=replace(ready.name, slug="-"))
        result, notes = read_row(ready, defaults)
        if isinstance(result, Reading):
            found.append(result)
            run.notes += notes
        else:
            run.refusals.append(result)
    return found


def _names_another(row: Row, defaults: Defaults) -> bool:
    [again] = named([row], defaults)
    return again.name.slug != defaults.slug


def _settled(run: Run, one: Import, rows: Sequence[ImportRow], state: str) -> list[ImportRow]:
    columns = {one.headings[at]: column for column, at in one.columns.items()}
    notes: dict[int, list[Mapping[str, str]]] = {}
    for note in run.notes:
        notes.setdefault(note.row, []).append(_told(note, columns))
    refused = {refusal.row.number: refusal.problems for refusal in run.refusals}
    results = {result.row: result for result in run.results}
    found = []
    for row in rows:
        title = table_row(one, row).cells.get("title", "")
        base = replace(row, title=str(title)[:200], problems=tuple(notes.get(row.number, ())), doubted=False)
        if row.number in refused:
            told = tuple(_told(problem, columns) for problem in refused[row.number])
            found.append(replace(base, state=REFUSED, change="", problems=told))
        else:
            result = results[row.number]
            is_doubted = any(is_about_words(doubt) for doubt in result.doubts)
            id_ = listing_id(run.node.settings.url, result.key)
            found.append(replace(base, state=state, change=result.change, doubted=is_doubted, listing_id=id_))
    return found


def _told(problem: RowProblem, columns: Mapping[str, str]) -> dict[str, str]:
    field = columns.get(problem.column, problem.column)
    found = {"field": field, "column": problem.column, "value": problem.value, "message": problem.message}
    return {**found, "advice": problem.advice, "code": problem.code}


def _absent(tx: Tx, node: Node, one: Import) -> list[tuple[str, str]]:
    """Key and title of what an earlier import made and the file lacks; nothing where a row cannot be known."""
    rows = [row for row in stored.rows(tx, one.id) if row.number < ABSENT_FROM]
    if not one.missing or any(not row.ref and row.state != stored.LEFT for row in rows):
        return []
    slug = _host(tx, one).slug
    there = {new_key(slug, row.ref) for row in rows if row.ref}
    return [(row.key, row.item()["title"]) for row in imported(tx, one.organisation_id) if row.key not in there]


def _take_down_missing(node: Node, one: Import) -> bool:
    """Take down a piece of what the file lacks; whether there was any."""
    if not one.missing:
        return False
    with writing(node) as tx:
        if not stored.holds(tx, one):
            return True
        gone = _absent(tx, node, one)[:PIECE]
        withdraw_in(tx, node, {key: WITHDRAWN for key, _ in gone}, one.by, one.id)
        start = ABSENT_FROM + sum(n for (_, change, _), n in stored.tally(tx, one.id).items() if change == ABSENT)
        url = node.settings.url
        stored.put_rows(
            tx,
            [
                ImportRow(one.id, start + at, TAKEN, ABSENT, title=title[:200], listing_id=listing_id(url, key))
                for at, (key, title) in enumerate(gone)
            ],
        )
    return bool(gone)


def _finish(node: Node, one: Import, state: str) -> None:
    with node.database.write() as tx:
        if not stored.holds(tx, one):
            return
        counts = imports.summed(stored.tally(tx, one.id))
        if state == CHECKED and one.missing:
            counts[ABSENT] = len(_absent(tx, node, one))
        waits = one.organisation_id if state == CHECKED else None
        stored.change(tx, one.id, state=state, open_for=waits, counts=counts, changed_at=node.now)


def correct(
    node: Node, one: Import, typed: Mapping[int, Mapping[str, str]], left: Sequence[int], by: str
) -> dict[str, int]:
    """Put what somebody typed in the place of cells, leave rows out, and try again; published where the import is done.

    What was typed is kept, right or wrong. With how many rows are good now, refused still and left out. Raises
    `imports.DeskImportError` while the import is being worked on.
    """
    with node.database.write() as tx:
        now = stored.by_id(tx, one.organisation_id, one.id)
        if now is None or now.state not in (CHECKED, DONE):
            raise imports.DeskImportError("This import is being worked on. Try again when that is done.")
        there = [row for row in stored.some(tx, one.id, [*typed, *left]) if row.state == REFUSED]
        gone = [replace(row, state=stored.LEFT, problems=()) for row in there if row.number in left]
        rows = [_with(row, typed[row.number]) for row in there if row.number not in left]
        host, taken, numbers = _host(tx, now), Taken(), {row.number for row in there}
        for number, ref in stored.names(tx, one.id):
            if number not in numbers:
                taken.take(Name(host.slug, ref), number)
        rows = _renamed(node, now, host, rows, taken)
        stored.put_rows(tx, [*gone, *rows])
    if rows:
        _settle(node, replace(now, by=by), rows, now.state == CHECKED)
    with node.database.write() as tx:
        after = stored.some(tx, one.id, [row.number for row in rows])
        stored.change(tx, one.id, done=now.done, counts={**now.counts, **_fresh(tx, one.id, now.counts)})
    refused = sum(row.state == REFUSED for row in after)
    return {"good": len(after) - refused, "refused": refused, "left": len(gone)}


def _with(row: ImportRow, typed: Mapping[str, str]) -> ImportRow:
    return replace(row, typed={**row.typed, **typed})


def _fresh(tx: Tx, import_id: str, before: Mapping[str, int]) -> dict[str, int]:
    absent = {ABSENT: before[ABSENT]} if ABSENT in before else {}
    return {**dict.fromkeys(before, 0), **absent, **imports.summed(stored.tally(tx, import_id))}


def _undo(node: Node, one: Import) -> None:
    with writing(node) as tx:
        if not stored.holds(tx, one):
            return
        rows = [row for row in stored.rows(tx, one.id, (TAKEN,), PIECE) if row.change in CHANGING]
        if rows:
            done = take_back(tx, node, one.id, [row.listing_id for row in rows], one.by)
            stored.put_rows(tx, [replace(row, state=BACK if row.listing_id in done else KEPT) for row in rows])
            stored.change(tx, one.id, done=one.done + len(rows), leased_until=node.now + LEASE_S)
            return
        if not _pass_over(tx, one):
            counts = {**one.counts, **imports.summed(stored.tally(tx, one.id))}
            stored.change(tx, one.id, state=UNDONE, open_for=None, counts=counts, changed_at=node.now)


def _pass_over(tx: Tx, one: Import) -> bool:
    """Move on from rows that changed nothing; whether there were any."""
    rows = stored.rows(tx, one.id, (TAKEN,), PIECE)
    stored.put_rows(tx, [replace(row, state=BACK) for row in rows])
    return bool(rows)
