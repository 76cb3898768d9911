"""Reading a spreadsheet: the bytes of a CSV or XLSX file as rows of typed cells, numbered as its owner sees them.

What a cell means is not decided here (`rows` does). Refused as a whole: files beyond the limits below, which are there
so that a hostile file cannot fill the memory, files of another kind, and sheets without a heading "title".
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import TypeAlias

from node.services.columns import COLUMNS, field_of
from schemas.errors import SharefeedError

MAX_FILE_BYTES = 20 * 2**20
MAX_UNPACKED_BYTES = 160 * 2**20
MAX_PARTS = 2000
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 32_767
"""Characters in a cell: the limit that spreadsheet programs have."""

_LAST_ROW = 2**20
_HEADER_SEARCH = 20
_DELIMITERS = (",", ";", "\t")
_XML_TRAPS = tuple(mark.encode(coding) for mark in ("<!DOCTYPE", "<!ENTITY") for coding in ("ascii", "utf-16-le"))
_KINDS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls) or one with a password"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a word processor's document"),
)

Cell: TypeAlias = str | int | float | bool | datetime | date | time | None


class SpreadsheetError(SharefeedError):
    """A file that cannot be read as a spreadsheet; nothing of it was used. The message says what to do."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something. ``number`` is 1-based, as a spreadsheet program shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """``headings`` as they are written, in order; ``rows`` are those below the headings that are not blank."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_file(path: Path) -> Sheet:
    """The spreadsheet in a file. Raises `SpreadsheetError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SpreadsheetError(f"{path} cannot be read: {error.strerror}.") from error
    return read(data)


def read(data: bytes) -> Sheet:
    """The spreadsheet in ``data``: XLSX if it begins like one, else CSV. Raises `SpreadsheetError`."""
    if len(data) > MAX_FILE_BYTES:
        raise SpreadsheetError(f"The file is larger than {MAX_FILE_BYTES // 2**20} MB. Split it into smaller files.")
    for opening, what in _KINDS:
        if data.startswith(opening):
            raise SpreadsheetError(f"This is {what}. Save the list as .xlsx or as CSV and import that.")
    rows = _xlsx_rows(data) if data.startswith(b"PK") else _csv_rows(data)
    return _sheet(rows)


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


def _sheet(rows: Iterator[tuple[int, Sequence[Cell]]]) -> Sheet:
    headings: tuple[str, ...] | None = None
    above: list[str] = []
    found: list[SheetRow] = []
    for number, cells in rows:
        if number > _LAST_ROW:
            raise SpreadsheetError("The sheet claims more rows than a spreadsheet can have.")
        if not any(text_of(cell) for cell in cells):
            continue
        if headings is None:
            headings = _headings(cells, above)
        elif len(found) == MAX_ROWS:
            raise SpreadsheetError(f"There are more than {MAX_ROWS:,} rows. Split the file into smaller ones.")
        else:
            found.append(SheetRow(number, tuple(cells[:MAX_COLUMNS])))
    if headings is None:
        raise _no_headings(above)
    return Sheet(headings, tuple(found))


def _headings(cells: Sequence[Cell], above: list[str]) -> tuple[str, ...] | None:
    """The headings, if this is their row; a title over the table is passed over."""
    texts = tuple(text_of(cell) for cell in cells)
    if any(field_of(text) == "title" for text in texts):
        return texts[:MAX_COLUMNS]
    if not above:
        above.extend(text[:40] for text in texts if text)
    above.append("")
    if above.count("") >= _HEADER_SEARCH:
        raise _no_headings(above)
    return None


def _no_headings(above: Sequence[str]) -> SpreadsheetError:
    seen = ", ".join(f"“{text}”" for text in above[:8] if text)
    found = f"The first row says {seen}." if seen else "The sheet is empty."
    return SpreadsheetError(
        f"No column is called “title”. {found} Give each column one of the names in the template "
        "(`sharefeed import --template listings.xlsx` writes it)."
    )


def _csv_rows(data: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = _decoded(data)
    delimiter = _delimiter(text)
    if text[:4].lower() == "sep=":
        # Excel's own hint to itself; it shows the next line as row 1.
        text = text.partition("\n")[2]
    # An unclosed quotation mark makes one cell of the rest of the file: better a long cell in one bad row than the
    # module's own limit, which would end the reading.
    csv.field_size_limit(MAX_FILE_BYTES)
    try:
        yield from enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1)
    except csv.Error as error:
        raise SpreadsheetError(f"This is not a CSV file: {error}.") from error


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes as "CSV" in western Europe; it has a meaning for nearly every byte.
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The delimiter under which most headings are known; the most headings decide between equals."""
    if text[:4].lower() == "sep=" and text[4:5] in _DELIMITERS:
        return text[4:5]
    opening = text.lstrip("\r\n")[:20_000]
    return max(_DELIMITERS, key=lambda delimiter: _known_headings(opening, delimiter))


def _known_headings(opening: str, delimiter: str) -> tuple[int, int]:
    best = (0, 0)
    reader = csv.reader(opening.splitlines()[:_HEADER_SEARCH], delimiter=delimiter)
    try:
        for cells in reader:
            known = sum(field_of(cell) in COLUMNS for cell in cells)
            best = max(best, (known, len(cells)))
    except csv.Error:
        return best
    return best


def _xlsx_rows(data: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    _check_archive(data)
    # Imported here: 0.3 s and 30 MB that a web server never needs.
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and validations that it leaves out; they carry no data.
            warnings.simplefilter("ignore")
            workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheet = workbook.worksheets[0]
            yield from enumerate(_plain_rows(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)), start=1)
    except SpreadsheetError:
        raise
    except Exception as error:
        # openpyxl lets a dozen kinds of exception of its own, of zip and of XML through for one damaged file.
        raise _damaged() from error


def _plain_rows(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[Cell]]:
    for row in rows:
        # A format far below the list makes a million rows of nothing: they are counted, and cost nothing more.
        empty = row.count(None)
        width = len(row) if empty < len(row) else 0
        while width and row[width - 1] is None:
            width -= 1
        yield tuple(cell if isinstance(cell, Cell) else str(cell) for cell in row[:width])


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to too much, declare XML entities, or is no workbook. zipfile enforces stated sizes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
                raise SpreadsheetError("The file unpacks to far more than a list of this size needs; it was not read.")
            if "xl/workbook.xml" not in archive.namelist():
                raise SpreadsheetError("This is not an Excel workbook. Save the list as .xlsx or as CSV.")
            for part in parts:
                _check_part(archive, part)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise _damaged() from error


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(part) as file:
        while piece := file.read(2**18):
            if any(trap in tail + piece for trap in _XML_TRAPS):
                raise SpreadsheetError("The workbook holds XML that no spreadsheet program writes; it was not read.")
            tail = piece[-32:]


def _damaged() -> SpreadsheetError:
    return SpreadsheetError(
        "The workbook is damaged or is not an Excel file. Open it in a spreadsheet program, save it again as .xlsx "
        "or as CSV, and import that."
    )
