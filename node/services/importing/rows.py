"""From the rows of a spreadsheet to listings: each row by itself becomes a valid listing or says why it does not. Pure.

Nothing is fetched, stored or asked of a clock. What stands in a listing was checked by `schemas.listing.load_listing`,
the rule that every reader applies; `row_values` decides what an empty cell means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from node.services.file_formats.spreadsheet import Sheet, SheetRow, text_of
from node.services.file_formats.workbook import Cell
from node.services.importing.cells import CellError, line
from node.services.importing.columns import COLUMNS, PROBLEM, field_of, folded
from node.services.importing.item_cells import pictures_in, said_so
from node.services.importing.row_values import Author, Composed, Defaults, Fault, Picture, compose, parse_cells
from node.services.listings.own_ids import slug_of
from schemas.errors import DocumentError, Problem
from schemas.listing import Listing, load_listing
from schemas.records import dataclass

_SHOWN_CHARACTERS, _READ_CHARACTERS = 80, 500
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing wrong with a row, or worth knowing: where it is, what stands there, what is wrong and what to do.

    ``row`` is the number that a spreadsheet program shows, ``column`` the heading as written (the column's name where
    the sheet has none), ``pointer`` where the value would stand in the listing (RFC 6901), ``code`` the rule, where a
    listing as a whole was refused.
    """

    row: int
    column: str
    pointer: str
    value: str
    message: str
    advice: str = ""
    code: str = ""

    def __str__(self) -> str:
        value = f" “{self.value}”" if self.value else ""
        advice = f" {self.advice}" if self.advice else ""
        return f"row {self.row}, {self.column}{value}: {self.message}{advice}"


@dataclass(frozen=True, slots=True)
class Name:
    """How a row is known from one import to the next: the slug of its organisation, and its id or its title's slug.

    Either is empty where the row does not say it. ``twin`` is an earlier row with the same id.
    """

    slug: str = ""
    ref: str = ""
    twin: int | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.slug and self.ref)


@dataclass(frozen=True, slots=True)
class Reading:
    """A row that became a listing.

    ``listing`` carries a provisional id, organisation id and dates; ``pictures`` are still to be found. ``closed`` is
    given, withdrawn or expired where the listing is over. With ``open_end`` the row names no end, with
    ``capped`` one that lies more than a year ahead.
    """

    row: SheetRow
    name: Name
    author: Author
    listing: Listing
    pictures: tuple[Picture, ...]
    closed: str | None
    open_end: bool
    capped: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that became none, and why."""

    row: SheetRow
    name: Name
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole sheet, read: ``notes`` are about rows that were taken, ``remarks`` about the sheet."""

    readings: tuple[Reading, ...]
    refusals: tuple[Refusal, ...]
    notes: tuple[RowProblem, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row beside the headings of its sheet; ``cells`` are those of known columns that hold something."""

    row: SheetRow
    cells: Mapping[str, Cell]
    headings: Mapping[str, str]
    name: Name = Name()

    def problem(self, column: str, message: str, pointer: str = "", with_advice: bool = True) -> RowProblem:
        known = COLUMNS.get(column)
        value = " ".join(_CONTROL.sub(" ", text_of(self.cells.get(column))[:_READ_CHARACTERS]).split())
        return RowProblem(
            self.row.number,
            self.headings.get(column, column),
            pointer or (known.pointer if known else ""),
            value if len(value) <= _SHOWN_CHARACTERS else value[: _SHOWN_CHARACTERS - 1] + "…",
            message,
            known.help if known and with_advice else "",
        )


def read_table(sheet: Sheet, defaults: Defaults) -> Table:
    """Every row of the sheet as a listing or as a refusal, in order. Never raises for what a cell holds."""
    columns, remarks = match_columns(sheet.headings)
    headings = {column: sheet.headings[position] for column, position in columns.items()}
    rows = [Row(row, cells_of(row, columns), headings) for row in sheet.rows]
    readings: list[Reading] = []
    refusals: list[Refusal] = []
    notes: list[RowProblem] = []
    for row in named(rows, defaults):
        result, found = read_row(row, defaults)
        if isinstance(result, Reading):
            readings.append(result)
            notes += found
        else:
            refusals.append(result)
    return Table(tuple(readings), tuple(refusals), tuple(notes), (*sheet.remarks, *remarks, *_nameless(sheet)))


def match_columns(headings: Sequence[str]) -> tuple[Mapping[str, int], tuple[str, ...]]:
    """Column -> its position in the sheet, and what to tell the owner about the other columns."""
    found: dict[str, int] = {}
    places = list(enumerate(headings))
    # A column under its own name beats one under another name for it, wherever they stand.
    for position, heading in sorted(places, key=lambda place: place[1].strip().lower() not in COLUMNS):
        field = field_of(heading)
        if field:
            found.setdefault(field, position)
    used = set(found.values())
    spare = (heading for position, heading in places if position not in used)
    unused = dict.fromkeys(heading for heading in spare if heading and folded(heading) != PROBLEM)
    return found, tuple(_unused(heading, found, headings) for heading in unused)


def _unused(heading: str, found: Mapping[str, int], headings: Sequence[str]) -> str:
    field = field_of(heading)
    if field is None:
        return f"The column “{heading[:40]}” is not used."
    other = headings[found[field]][:40]
    return f"The column “{heading[:40]}” is not used: “{other}” stands for the same."


def _nameless(sheet: Sheet) -> list[str]:
    """A remark about each column that holds something and has no heading (merged headings leave such columns)."""
    width = max((len(row.cells) for row in sheet.rows), default=0)
    headings = (*sheet.headings, *[""] * width)
    bare = [position for position in range(width) if not headings[position]]
    filled = {at for row in sheet.rows for at in bare if at < len(row.cells) and text_of(row.cells[at])}
    return [f"Column {_letter(position)} has no heading; it is not used." for position in sorted(filled)]


def _letter(position: int) -> str:
    """The name that spreadsheet programs give a column: A to Z, then AA."""
    first, last = divmod(position, 26)
    return (_ALPHABET[first - 1] if first else "") + _ALPHABET[last]


def cells_of(row: SheetRow, columns: Mapping[str, int]) -> dict[str, Cell]:
    """The cells of these columns that hold something, given where each column stands."""
    inside = {column: position for column, position in columns.items() if position < len(row.cells)}
    return {column: row.cells[at] for column, at in inside.items() if text_of(row.cells[at])}


def read_row(row: Row, defaults: Defaults) -> tuple[Reading | Refusal, list[RowProblem]]:
    """The listing and notes about it, or a refusal that says everything that is wrong at once."""
    values, faults = parse_cells(row.cells, defaults.today)
    composed = _as_said(row, compose(values, defaults))
    unreadable = {fault.column for fault in faults}
    faults += [fault for fault in composed.faults if fault.column not in unreadable]
    if row.name.twin:
        faults.append(Fault("id", f"Row {row.name.twin} has the same id, so one would overwrite the other."))
    if defaults.slug and row.name.slug != defaults.slug:
        faults.append(Fault("organisation", f"Only rows of {defaults.organisation} are taken here. Empty this cell."))
    if row.row.fault:
        return Refusal(row.row, Name(), (row.problem("row", row.row.fault),)), []
    listing, problems = _checked(composed)
    found = [row.problem(fault.column, fault.message) for fault in faults]
    found += [p for p in _located(row, problems) if p.column not in {earlier.column for earlier in found}]
    if listing is None or found:
        return Refusal(row.row, row.name, tuple(found)), []
    return _reading(row, composed, listing), [_note(row, fault) for fault in composed.notes]


def _as_said(row: Row, composed: Composed) -> Composed:
    """With what the feed says that the row comes from, where nobody corrected it in a cell."""
    item = row.row.item
    if item is None:
        return composed
    texts = {column: text_of(cell) for column, cell in row.cells.items()}
    said = said_so(item, texts, composed.item)
    pictures = pictures_in(item, texts)
    return replace(composed, item=said, pictures=composed.pictures if pictures is None else pictures)


def _checked(composed: Composed) -> tuple[Listing | None, Sequence[Problem]]:
    try:
        return load_listing(composed.item), ()
    except DocumentError as error:
        return None, error.problems


def _reading(row: Row, composed: Composed, listing: Listing) -> Reading:
    return Reading(
        row.row,
        row.name,
        composed.author,
        listing,
        composed.pictures,
        composed.closed,
        composed.end.open,
        composed.end.capped,
    )


def _note(row: Row, fault: Fault) -> RowProblem:
    return row.problem(fault.column, fault.message, with_advice=False)


def _located(row: Row, problems: Iterable[Problem]) -> list[RowProblem]:
    return [row.problem(_column_of(p.pointer, row), p.message, p.pointer) for p in problems]


def _column_of(pointer: str, row: Row) -> str:
    """The column behind a place in the listing: the closest one, and of equals the one that the row fills."""
    if pointer.endswith("/alt"):
        return "image_alt"
    near = [column for column in COLUMNS.values() if f"{pointer}/".startswith(f"{column.pointer}/")]
    best = max(near, key=lambda column: (len(column.pointer), column.name in row.cells), default=None)
    return best.name if best else "row"


@dataclass(slots=True)
class Taken:
    """The names given out so far: (slug, ref) -> row number, and how often each title has come."""

    names: dict[tuple[str, str], int] = field(default_factory=dict)
    titles: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, name: Name, number: int) -> None:
        """Count a name that a row was given before."""
        self.names.setdefault((name.slug, name.ref.casefold()), number)


def named(rows: Sequence[Row], defaults: Defaults, taken: Taken | None = None) -> list[Row]:
    """Give each row its name. Rows that will be refused have theirs too, so that they keep their place among equals."""
    taken = taken or Taken()
    # Stated ids first: no title may take what another row says is its own.
    in_turn = sorted(rows, key=lambda row: "id" not in row.cells)
    found = {row.row.number: replace(row, name=_name(row, taken, defaults)) for row in in_turn}
    return [found[row.row.number] for row in rows]


def _name(row: Row, taken: Taken, defaults: Defaults) -> Name:
    organisation = _text(row, "organisation") or defaults.organisation
    slug = slug_of(organisation) if organisation else ""
    if defaults.slug and slug == slug_of(defaults.organisation or ""):
        slug = defaults.slug
    ref, title = _text(row, "id"), _text(row, "title")
    if ref:
        # Upper and lower case are one here, as they are in the file names of a static site.
        first = taken.names.setdefault((slug, ref.casefold()), row.row.number)
        return Name(slug, ref, twin=first if first != row.row.number else None)
    return Name(slug, _numbered(slug, slug_of(title), taken)) if title else Name(slug)


def _numbered(slug: str, base: str, taken: Taken) -> str:
    count = taken.titles.get((slug, base), 0)
    while True:
        count += 1
        ref = base if count == 1 else f"{base}-{count}"
        if (slug, ref) not in taken.names:
            break
    taken.titles[slug, base] = count
    taken.names[slug, ref] = 0
    return ref


def _text(row: Row, column: str) -> str:
    try:
        return line(row.cells.get(column))
    except CellError:
        return ""
