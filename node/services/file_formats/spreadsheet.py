"""Reading a spreadsheet: the bytes of a CSV or XLSX file as rows of typed cells, numbered as its owner sees them.

What a cell means is not decided here (`rows` does). Refused as a whole: files beyond the limits below, which are there
so that a hostile file cannot fill the memory, files of another kind, and sheets without a heading "title".
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

from node.services.file_formats.workbook import LAST_ROW, MAX_COLUMNS, Cell, WorkbookError, rows_of
from node.services.importing.columns import COLUMNS, field_of
from schemas.errors import SharefeedError
from schemas.records import dataclass

MAX_FILE_BYTES = 20 * 2**20
MAX_ROWS = 20_000
MAX_CELL = 32_767
"""Characters in a cell: the limit that spreadsheet programs have."""

_HEADER_SEARCH = 20
_DELIMITERS = (",", ";", "\t", "|")

_END = "\x00the end\x00"
_CENTRAL = re.compile(
    rb"[A-Za-z\xc0-\xff][\x9f\xb3\xb9\xbf][a-z\x9c\x9f\xb3\xb9\xbf\xc0-\xff]|\xb3[a-z\xe0-\xff]|\xa3\xf3|\x9c\xe6"
)
"""Polish letters of Windows-1250, where the western code page has signs that stand in no word, such as a small cube."""
_UNCLOSED = (
    "A quotation mark is opened in this row and never closed, so the rest of the file went into it. Close it, or write "
    "it twice where it is meant as a sign."
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_NO_TEXT, _SHOWING = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f\ufffd]"), 4000


class SpreadsheetError(SharefeedError):
    """A file that cannot be read as a spreadsheet; nothing of it was used. The message says what to do."""

    def __init__(self, message: str) -> None:
        # One that comes from another process is made anew of what it said there.
        message = message.removesuffix(" Nothing was changed.")
        super().__init__(f"{message} Nothing was changed.")


class _UnclosedError(SharefeedError):
    """The last row of a CSV file, which ends inside quotation marks."""

    def __init__(self, number: int, cells: Sequence[Cell]) -> None:
        self.row = SheetRow(number, tuple(cells[:MAX_COLUMNS]), _UNCLOSED)
        super().__init__(_UNCLOSED)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something. ``number`` is 1-based, as a spreadsheet program shows it.

    ``fault`` says why nothing in it can be trusted, if so. ``item`` is the JSON Feed item that the row shows, where
    it comes from a feed of ours: what has no column is kept from there.
    """

    number: int
    cells: tuple[Cell, ...]
    fault: str = ""
    item: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """``headings`` as they are written, in order; ``rows`` are those below the headings that are not blank.

    ``remarks`` are for the owner of the file.
    """

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    remarks: tuple[str, ...] = ()


def table(data: bytes, any_headings: bool) -> Sheet:
    """The rows of a workbook or else of CSV, one of whose columns must be called "title", but for ``any_headings``."""
    if not data.startswith(b"PK"):
        return _sheet(_csv_rows(data), any_headings)
    remarks: list[str] = []
    try:
        sheet = _sheet(rows_of(data, remarks.append, _suits), any_headings)
    except WorkbookError as error:
        raise SpreadsheetError(str(error)) from error
    return replace(sheet, remarks=tuple(remarks))


def text_of(cell: Cell) -> str:
    """The cell as text, trimmed; a whole number without its decimals, a date as 2026-12-05."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _sheet(rows: Iterator[tuple[int, Sequence[Cell]]], any_headings: bool) -> Sheet:
    filled = _filled(rows)
    opening = list(islice(filled, _HEADER_SEARCH))
    at = _heading_row(opening, any_headings)
    if at is None:
        raise _no_headings(opening)
    headings = tuple(text_of(cell) for cell in opening[at].cells)
    found = [*opening[at + 1 :], *islice(filled, MAX_ROWS - len(opening) + at + 2)]
    if len(found) > MAX_ROWS:
        raise SpreadsheetError(f"There are more than {MAX_ROWS:,} rows. Split the file into smaller ones.")
    return Sheet(headings, tuple(found))


def _filled(rows: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[SheetRow]:
    """The rows that hold something. The last one may be a row that is not closed."""
    try:
        for number, cells in rows:
            if number > LAST_ROW:
                raise SpreadsheetError("The sheet claims more rows than a spreadsheet can have.")
            if any(text_of(cell) for cell in cells):
                yield SheetRow(number, tuple(cells[:MAX_COLUMNS]))
    except _UnclosedError as error:
        yield error.row


def _heading_row(opening: Sequence[SheetRow], any_headings: bool) -> int | None:
    """Where the headings are: a title over the table is passed over. Without a "title" the first of the fullest rows is
    taken, where any headings will do.
    """
    whole = [(at, [text_of(cell) for cell in row.cells]) for at, row in enumerate(opening) if not row.fault]
    named = next((at for at, texts in whole if any(field_of(text) == "title" for text in texts)), None)
    if named is not None or not any_headings or not whole:
        return named
    return max(whole, key=lambda one: (sum(map(bool, one[1])), -one[0]))[0]


def _suits(opening: list[tuple[int, list[Cell]]]) -> int:
    """How much the opening rows of a sheet look like a list's: best with a title beside another heading that is known,
    then with one alone, then with a row below another.
    """
    filled = list(_filled(iter(opening)))
    at = _heading_row(filled, any_headings=False)
    if at is None:
        return int(len(filled) > 1)
    return 3 if sum(field_of(text_of(cell)) is not None for cell in filled[at].cells) > 1 else 2


def _no_headings(opening: Sequence[SheetRow]) -> SpreadsheetError:
    first = [text_of(cell)[:40] for row in opening[:1] if not row.fault for cell in row.cells]
    seen = ", ".join(f"“{_CONTROL.sub(' ', text)}”" for text in [text for text in first if text][:8])
    if not seen:
        return SpreadsheetError("There is nothing in this file.")
    return SpreadsheetError(
        f"No column is called “title”. The first row says {seen}. Give each column one of the names in the template "
        "(`sharefeed import --template listings.xlsx` writes it)."
    )


def _csv_rows(data: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = _text(data)
    delimiter = _delimiter(text)
    if text[:4].lower() == "sep=":
        # Excel's own hint to itself; it shows the next line as row 1.
        text = text.partition("\n")[2]
    # An unclosed quotation mark makes one cell of the rest of the file: better a long cell in one bad row than the
    # module's own limit, which would end the reading.
    csv.field_size_limit(MAX_FILE_BYTES)
    # A row of our own at the end: it is swallowed if a quotation mark is still open.
    lines = chain(io.StringIO(text, newline=""), ["\n", _END])
    waiting: tuple[int, list[str]] = (0, [])
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), start=1):
            yield waiting
            waiting = (number, cells)
    except csv.Error as error:
        raise SpreadsheetError(f"This is not a CSV file: {error}.") from error
    if waiting[1] != [_END]:
        raise _UnclosedError(*waiting)


def _text(data: bytes) -> str:
    """Raises `SpreadsheetError` for what is no text at all."""
    text = _decoded(data)
    if len(_NO_TEXT.findall(text[:_SHOWING])) > max(20, 0.05 * len(text[:_SHOWING])):
        raise SpreadsheetError("This is no list that can be read. Save the list as .xlsx or as CSV and import that.")
    return text


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        # Half of the bytes of most text are 0 there; a file that was cut together may have lost its mark.
        half = data[start:_SHOWING:2]
        if half.count(0) > len(half) / 2:
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes as "CSV", in Poland and in western Europe; both have a meaning for nearly every byte.
        return data.decode("cp1250" if _CENTRAL.search(data) else "cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The delimiter under which most headings are known; between equals, the one that makes most rows equally wide."""
    if text[:4].lower() == "sep=" and text[4:5] in _DELIMITERS:
        return text[4:5]
    opening = text.lstrip("\r\n")[:20_000]
    return max(_DELIMITERS, key=lambda delimiter: _known_headings(opening, delimiter))


def _known_headings(opening: str, delimiter: str) -> tuple[int, int, int]:
    """The most headings known in a row, how many rows have the most usual width, and the width of the widest."""
    known, widths = 0, []
    reader = csv.reader(opening.splitlines()[:_HEADER_SEARCH], delimiter=delimiter)
    with suppress(csv.Error):
        for cells in reader:
            known = max(known, sum(field_of(cell) in COLUMNS for cell in cells))
            widths.append(len(cells))
    usual = Counter(width for width in widths if width > 1)
    return known, max(usual.values(), default=0), max(widths, default=0)
