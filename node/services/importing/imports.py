"""Imports at the desk: a file is taken in and kept row by row, and somebody says what its columns mean.

The file itself is not kept. What becomes of its rows afterwards is in `steps`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace

import orjson

from node.context import Node
from node.processes import FullError, GivenUpError
from node.services.file_formats.spreadsheet import Sheet, SheetRow, SpreadsheetError, text_of
from node.services.identity import audit
from node.services.identity.members import Member
from node.services.importing.batches import SKIPPED
from node.services.importing.column_guess import LOOKED_AT, guess
from node.services.importing.columns import COLUMNS, PRICE, folded
from node.services.importing.rows import Name, Refusal, RowProblem, match_columns
from node.services.importing.template import refused_rows
from node.services.listings.drafts import UNCHANGED
from node.services.pictures import zip_uploads
from node.storage import handed_on
from node.storage import imports as stored
from node.storage.engine import Tx
from node.storage.imports import CHECKED, CHECKING, DONE, REFUSED, RUNNING, UNDOING, Import, ImportRow
from schemas.errors import SharefeedError
from schemas.records import dataclass

NOT_OFFERED = frozenset(["organisation_type", "organisation_url"])
"""Columns that say what an organisation is, which its own page says at the desk."""
KEPT_DAYS, MOST_KEPT = 30, 200
"""Rows are kept so long after anything was done with them, and of past imports so many an organisation."""
MOST_TEXT = 48 * 2**20
LONGEST_NAME = 120
SMALL = 2**18
NOTHING_DONE = (UNCHANGED, SKIPPED)
UNNAMED = -1
"""What `Import.done` says of an import whose rows have no names yet."""


_FRESH: Mapping[str, object] = {"tries": 0, "stopped": "", "leased_until": 0}


class DeskImportError(SharefeedError):
    """An import that cannot go on like this; the message says why and what to do."""


class UnknownImportError(SharefeedError):
    """This organisation has no such import."""

    def __init__(self) -> None:
        super().__init__("There is no such import here.")


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it is kept: its headings, and of each row its number, its texts and its item as JSON, and its fault."""

    headings: tuple[str, ...]
    remarks: tuple[str, ...]
    rows: tuple[tuple[int, bytes, bytes, str], ...]


def packed(data: bytes) -> Packed:
    """Read a file. Raises `SpreadsheetError`. To be done in another process: it may take long, and much memory."""
    from node.services.file_formats.reading import read

    sheet = read(data, any_headings=True)
    rows = []
    room = MOST_TEXT
    for row in sheet.rows:
        cells = orjson.dumps([cleaned(text_of(cell)) for cell in row.cells])
        item = b"" if row.item is None else orjson.dumps(row.item)
        room -= len(cells) + len(item)
        if room < 0:
            raise SpreadsheetError("The file holds far more text than a list needs. Split it into smaller files.")
        rows.append((row.number, cells, item, row.fault))
    return Packed(tuple(cleaned(heading)[:200] for heading in sheet.headings), sheet.remarks, tuple(rows))


def cleaned(text: str) -> str:
    """A text of a file as every database takes it."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def begin(node: Node, member: Member, data: bytes, name: str) -> Import:
    """Take in a file; an import of the same member for which nothing was decided yet is thrown away for it.

    Raises `SpreadsheetError` for a file that cannot be read, and `DeskImportError`, also where another import is going
    on, or waits with what somebody else brought or what was typed into it.
    """
    with node.database.read() as tx:
        _refuse_busy(stored.open_of(tx, member.organisation_id))
    found = _read(node, data)
    if not found.rows:
        raise DeskImportError("There is no row below the headings. Nothing was changed.")
    columns = _columns(found)
    with node.database.write() as tx:
        _refuse_moved(tx, member.organisation_id)
        before = stored.open_of(tx, member.organisation_id)
        _refuse_busy(before)
        if before is not None:
            _refuse_to_lose(tx, member, before)
            stored.remove(tx, before.id)
        known = stored.remembered(tx, member.organisation_id, _mark(found.headings))
        one = Import(
            id=secrets.token_hex(8),
            organisation_id=member.organisation_id,
            open_for=member.organisation_id,
            state=stored.COLUMNS,
            file_name=cleaned(name)[:LONGEST_NAME],
            by=member.name,
            made_at=node.now,
            changed_at=node.now,
            headings=found.headings,
            columns=columns if known is None else known,
            remarks=found.remarks,
            total=len(found.rows),
        )
        stored.put(tx, one)
        stored.put_rows(tx, (_row(one, *row) for row in found.rows))
    return one


def _columns(found: Packed) -> dict[str, int]:
    """What the columns mean: by their headings, else by what stands in their cells."""
    by_heading = match_columns(found.headings)[0]
    cells = [orjson.loads(cells) for _, cells, _, _ in found.rows[:LOOKED_AT]]
    columns = {**by_heading, **guess(found.headings, cells, by_heading)}
    return {column: at for column, at in columns.items() if column not in NOT_OFFERED}


def _refuse_busy(one: Import | None) -> None:
    if one is not None and one.state in stored.AT_WORK:
        raise DeskImportError("Another import is going on. Wait until it is done, and send this file then.")


def _refuse_to_lose(tx: Tx, member: Member, before: Import) -> None:
    if before.by != member.name or stored.was_corrected(tx, before.id):
        raise DeskImportError(
            f"“{before.file_name}”, which {before.by} brought, is not done yet. Go on with it, or throw it away there; "
            "then send this file."
        )


def _read(node: Node, data: bytes) -> Packed:
    if len(data) <= SMALL and not data.startswith(b"PK"):
        # What is packed may be far larger than it looks; a short text is read sooner than a process begins.
        return packed(data)
    try:
        return node.workshop.run(packed, data)
    except FullError as error:
        raise DeskImportError("Many files are being read just now. Wait a moment, and send this one again.") from error
    except GivenUpError as error:
        raise DeskImportError("This file took too long to read. Split it into smaller ones.") from error


def _row(one: Import, number: int, cells: bytes, item: bytes, fault: str) -> ImportRow:
    return ImportRow(one.id, number, cells=tuple(orjson.loads(cells)), item=item.decode(), fault=fault)


def _mark(headings: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(folded(one) for one in headings).encode()).hexdigest()


def one_of(node: Node, member: Member, import_id: str) -> Import:
    """An import of this member's organisation. Raises `UnknownImportError`."""
    with node.database.read() as tx:
        found = stored.by_id(tx, member.organisation_id, import_id)
    if found is None:
        raise UnknownImportError
    return found


def check(node: Node, member: Member, one: Import, meant: Mapping[int, str], missing: bool) -> None:
    """Say what each column means, by its place, and have every row looked at without changing anything.

    Raises `DeskImportError` where a meaning stands twice, or none is the title.
    """
    used = [column for column in meant.values() if column in COLUMNS or column == PRICE]
    twice = next((column for column in used if used.count(column) > 1), None)
    if twice is not None:
        first, second = [one.headings[at] or "…" for at, column in meant.items() if column == twice][:2]
        raise DeskImportError(f"“{first}” and “{second}” are given the same meaning. Give it to one of them.")
    if "title" not in used:
        raise DeskImportError("Say which column names the thing. Every row needs that.")
    columns = {column: at for at, column in meant.items() if column in used}
    _move(node, member, one, (stored.COLUMNS, CHECKED), CHECKING, columns=columns, missing=missing, done=UNNAMED)
    with node.database.write() as tx:
        stored.remember(tx, one.organisation_id, _mark(one.headings), columns)


def run(node: Node, member: Member, one: Import) -> None:
    """Publish every good row. Raises `DeskImportError`."""
    _move(node, member, one, (CHECKED,), RUNNING, "import-run", done=0)


def undo(node: Node, member: Member, one: Import) -> None:
    """Take back what the import did. Raises `DeskImportError`."""
    _move(node, member, one, (DONE,), UNDOING, "import-undone", done=0)


def check_again(node: Node, member: Member, one: Import) -> None:
    """Look at every row once more, where that was done already. Raises `DeskImportError`."""
    if one.state == CHECKED:
        _move(node, member, one, (CHECKED,), CHECKING, done=UNNAMED)


def drop(node: Node, member: Member, one: Import) -> None:
    """Throw away an import that has changed nothing yet. Raises `DeskImportError`."""
    with node.database.write() as tx:
        now = stored.by_id(tx, one.organisation_id, one.id)
        if now is None or now.state not in (stored.COLUMNS, CHECKED):
            raise _moved_on()
        stored.remove(tx, one.id)


def resume(node: Node, member: Member, one: Import) -> None:
    """Try again what stopped on a fault of ours. Raises `DeskImportError`."""
    with node.database.write() as tx:
        _stopped(tx, member, one)
        stored.change(tx, one.id, changed_at=node.now, **_FRESH)


def leave(node: Node, member: Member, one: Import) -> None:
    """End an import that stopped; what was brought in stays. Raises `DeskImportError`."""
    with node.database.write() as tx:
        if _stopped(tx, member, one).state == CHECKING:
            stored.remove(tx, one.id)
            return
        stored.set_rows(tx, one.id, (stored.READY,), state=stored.LEFT)
        counts = summed(stored.tally(tx, one.id))
        stored.change(tx, one.id, state=DONE, open_for=None, counts=counts, changed_at=node.now, **_FRESH)


def _stopped(tx: Tx, member: Member, one: Import) -> Import:
    now = stored.by_id(tx, member.organisation_id, one.id)
    if now is None or not now.stopped:
        raise _moved_on()
    return now


def _move(
    node: Node, member: Member, one: Import, from_: Sequence[str], to: str, action: str = "", **values: object
) -> None:
    with node.database.write() as tx:
        now = stored.by_id(tx, one.organisation_id, one.id)
        if now is None or now.state not in from_:
            raise _moved_on()
        _refuse_moved(tx, one.organisation_id)
        busy = stored.open_of(tx, one.organisation_id)
        if busy is not None and busy.id != one.id:
            raise DeskImportError("Another import is not done yet. Finish it or throw it away first.")
        stored.change(tx, one.id, state=to, open_for=one.organisation_id, changed_at=node.now, **_FRESH, **values)
        if to == CHECKING:
            waiting = (stored.READY, REFUSED)
            stored.set_rows(tx, one.id, waiting, state=stored.WAITING, ref="", twin=None)
        if action:
            audit.record(tx, node, audit.by(member), action, one.file_name, one.organisation_id)


def _refuse_moved(tx: Tx, organisation_id: str) -> None:
    there = handed_on.of(tx, organisation_id)
    if there is not None:
        raise DeskImportError(f"This organisation moved to {there.to}. Import the list there. Nothing was changed.")


def _moved_on() -> DeskImportError:
    return DeskImportError("This was done already, by you or by somebody else. Look how it stands now.")


@dataclass(frozen=True, slots=True)
class Past:
    """The imports of an organisation, the latest first, and how many there are in all."""

    imports: tuple[Import, ...]
    total: int


def past(node: Node, member: Member, limit: int, skip: int = 0) -> Past:
    with node.database.read() as tx:
        found = stored.of_organisation(tx, member.organisation_id, limit, skip)
        return Past(tuple(found), stored.count(tx, member.organisation_id))


def rows_in(node: Node, one: Import, states: Sequence[str], limit: int, skip: int = 0) -> list[ImportRow]:
    """Some rows of an import in these states (all without), in the order of the file."""
    with node.database.read() as tx:
        return stored.rows(tx, one.id, states, limit, skip)


def counts_now(node: Node, one: Import) -> dict[str, int]:
    """What became, or would become, of how many rows."""
    with node.database.read() as tx:
        return summed(stored.tally(tx, one.id))


def summed(tally: Mapping[tuple[str, str, bool], int]) -> dict[str, int]:
    """Counts by change for good rows, else by state; ``doubted`` counts good rows once more.

    What changed nothing has nothing to be taken back, and counts as before.
    """
    found: dict[str, int] = {}
    for (state, change, doubted), number in tally.items():
        good = state in (stored.READY, stored.TAKEN)
        name = change if good or (state == stored.BACK and change in NOTHING_DONE) else state
        found[name] = found.get(name, 0) + number
        if good and doubted:
            found["doubted"] = found.get("doubted", 0) + number
    return found


def refused_file(node: Node, one: Import) -> bytes:
    """The refused rows as CSV, as they stand now, with what is wrong."""
    with node.database.read() as tx:
        rows = stored.rows(tx, one.id, (REFUSED,))
    refusals = [Refusal(SheetRow(row.number, cells_now(one, row)), Name(), _problems(row)) for row in rows]
    extra = tuple(dict.fromkeys(column for row in rows for column in row.typed if column not in one.columns))
    whole = [_with_typed(refusal, row, extra) for refusal, row in zip(refusals, rows, strict=True)]
    return refused_rows(Sheet((*one.headings, *extra), ()), whole)


def _with_typed(refusal: Refusal, row: ImportRow, extra: Sequence[str]) -> Refusal:
    """With what was typed in columns that the file does not have."""
    typed = tuple(row.typed.get(column, "") for column in extra)
    return replace(refusal, row=replace(refusal.row, cells=(*refusal.row.cells, *typed)))


def cells_now(one: Import, row: ImportRow) -> tuple[str, ...]:
    """The cells of a row as wide as the headings, with what somebody typed in their place."""
    cells = [*row.cells, *[""] * (len(one.headings) - len(row.cells))]
    for column, text in row.typed.items():
        if column in one.columns:
            cells[one.columns[column]] = text
    return tuple(cells[: len(one.headings)])


def _problems(row: ImportRow) -> tuple[RowProblem, ...]:
    names = ("column", "value", "message", "advice")
    found = []
    for problem in row.problems:
        column, value, message, advice = (problem.get(name, "") for name in names)
        found.append(RowProblem(row.number, column, "", value, message, advice))
    return tuple(found)


def tidy(node: Node) -> int:
    """Throw away the rows of imports on which nothing was done for a month; of how many imports. Photos go sooner.

    Of an organisation's past imports the oldest go where there are more than `MOST_KEPT`.
    """
    zip_uploads.tidy(node)
    with node.database.write() as tx:
        stored.forget_oldest(tx, MOST_KEPT)
        return stored.forget_rows(tx, node.now - KEPT_DAYS * 86_400)
