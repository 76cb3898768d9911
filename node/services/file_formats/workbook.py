"""The rows of an Excel workbook, read with bounds: of the sheets that can be seen the one that suits, and its values.

Reads the five parts that hold them and nothing else: no macro, no picture, no link. A hostile file costs no more than
an honest one of the largest size: what is unpacked and each element of it is counted, and XML that declares entities is
refused at its first word. Source: ECMA-376 part 1, section 18 (SpreadsheetML); both of its namespaces are understood.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from posixpath import normpath
from typing import TypeAlias
from xml.parsers import expat

from schemas.errors import SharefeedError

MAX_UNPACKED_BYTES = 64 * 2**20
MAX_ELEMENTS = 1_500_000
"""Half a million filled cells, as 20,000 rows have that fill 25 columns; 2 to 4 seconds of work."""
MAX_DEPTH = 50
MAX_PARTS = 2000
MAX_COLUMNS = 60
LAST_ROW = 2**20
MOST_SHEETS, OPENING = 10, 20
"""So many sheets are looked at, and so many rows of each, to find the one with the list."""

Cell: TypeAlias = str | int | float | bool | datetime | date | time | None
Start: TypeAlias = Callable[[str, Mapping[str, str]], None]
End: TypeAlias = Callable[[str], None]
Said: TypeAlias = Callable[[str], None]
Row: TypeAlias = tuple[int, list[Cell]]

_PIECE = 2**16
_PART_MARK = b"PK\x01\x02"
_WORKBOOK = "xl/workbook.xml"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_CODES = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')
_DATE_CODES = re.compile(r"(?<![_\\])[dmhys]", re.IGNORECASE)
_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_FALSE_LEAP_DAY = 60
"""Serial number of 29 February 1900, which Excel believes in."""


_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
)
"""What zipfile, zlib, expat and the numbers in a file raise for a damaged one."""


class WorkbookError(SharefeedError):
    """A workbook that is not read; the message says why and what to do."""


@dataclass(slots=True)
class Workbook:
    """A workbook while it is read: ``unresolved`` is how many formulas without a result were met so far, and ``hidden``
    how many rows that hold something and cannot be seen in it.
    """

    archive: zipfile.ZipFile
    strings: list[str] = field(default_factory=list)
    date_styles: set[int] = field(default_factory=set)
    from_1904: bool = False
    unresolved: int = 0
    hidden: int = 0
    _bytes: int = 0
    _elements: int = MAX_ELEMENTS

    def read(self, part: str, start: Start, end: End = lambda name: None, text: Said = lambda said: None) -> None:
        """Read a whole part; the handlers get names without prefixes."""
        for _ in self.pieces(part, start, end, text):
            pass

    def pieces(self, part: str, start: Start, end: End, text: Said) -> Iterator[None]:
        """The same piece by piece, for whoever wants to stop. Raises `WorkbookError` at a limit."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_entities

        left, depth = self._elements, 0

        def started(name: str, attributes: dict[str, str]) -> None:
            nonlocal left, depth
            left -= 1
            depth += 1
            if left < 0 or depth > MAX_DEPTH:
                raise _too_much()
            start(name.rpartition(":")[2] if ":" in name else name, attributes)

        def ended(name: str) -> None:
            nonlocal depth
            depth -= 1
            end(name.rpartition(":")[2] if ":" in name else name)

        parser.StartElementHandler, parser.EndElementHandler = started, ended
        parser.CharacterDataHandler = text
        with self.archive.open(part) as file:
            while piece := file.read(_PIECE):
                self._bytes += len(piece)
                if self._bytes > MAX_UNPACKED_BYTES:
                    raise _too_much()
                parser.Parse(piece)
                self._elements = left
                yield
        parser.Parse(b"", True)
        self._elements = left
        yield


@dataclass(slots=True)
class _Rows:
    """The cells of a sheet, as its elements come by. ``found`` is what is complete and not yet handed on."""

    book: Workbook
    found: list[tuple[int, list[Cell]]] = field(default_factory=list)
    number: int = 0
    column: int = 0
    cells: list[Cell] = field(default_factory=list)
    form: str = ""
    style: int = 0
    has_formula: bool = False
    is_value: bool = False
    is_aside: bool = False
    is_hidden: bool = False
    is_over: bool = False
    texts: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self.column = _column(attributes.get("r", "")) or self.column + 1
            self.form, self.style = attributes.get("t", "n"), int(attributes.get("s", 0))
            self.has_formula = False
            self.texts.clear()
        elif name in ("v", "t"):
            self.is_value = not self.is_aside and self.column <= MAX_COLUMNS
        elif name == "f":
            self.has_formula = True
        elif name == "rPh":
            self.is_aside = True
        elif name == "row":
            self.number = int(attributes.get("r", self.number + 1))
            if not 0 < self.number <= LAST_ROW:
                raise WorkbookError("The sheet claims more rows than a spreadsheet can have.")
            self.column, self.cells = 0, []
            self.is_hidden = attributes.get("hidden") in ("1", "true")

    def end(self, name: str) -> None:
        if name == "c" and self.column <= MAX_COLUMNS:
            self._keep("".join(self.texts))
        elif name in ("v", "t"):
            self.is_value = False
        elif name == "rPh":
            self.is_aside = False
        elif name == "row" and self.cells:
            self.found.append((self.number, self.cells))
            self.book.hidden += self.is_hidden
        elif name == "sheetData":
            self.is_over = True

    def text(self, said: str) -> None:
        if self.is_value:
            self.texts.append(said)

    def _keep(self, text: str) -> None:
        if not text:
            self.book.unresolved += self.has_formula
            return
        self.cells += [None] * (self.column - len(self.cells))
        self.cells[self.column - 1] = self._cell(text)

    def _cell(self, text: str) -> Cell:
        if self.form == "s":
            return self.book.strings[int(text)]
        if self.form == "b":
            return text.strip() in ("1", "true")
        if self.form == "d":
            return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        if self.form != "n":
            return _unescaped(text)
        value = float(text) if set(text) & set(".eE") else int(text)
        return _moment(value, self.book.from_1904) if self.style in self.book.date_styles else value


def rows_of(
    data: bytes, remark: Callable[[str], None], suits: Callable[[list[Row]], int] = lambda opening: 0
) -> Iterator[Row]:
    """Number (1-based) and cells, up to `MAX_COLUMNS`, of each row that holds something.

    Of several sheets the one is read whose opening rows suit best, and of equals the first. ``remark`` is told what
    the owner should know. Raises `WorkbookError`.
    """
    try:
        if data.count(_PART_MARK) > MAX_PARTS:
            raise _too_much()
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book, sheets = _opened(archive)
            yield from _rows(book, _suiting(book, sheets, suits, remark))
    except _BROKEN as error:
        raise _damaged() from error
    if book.hidden:
        remark("Some rows are hidden in this workbook. They were read, too: delete there what is not meant.")
    if book.unresolved:
        remark(
            "Some cells hold a formula without its result, so they count as empty. Open the file in a spreadsheet "
            "program, save it, and import it again."
        )


def _rows(book: Workbook, part: str) -> Iterator[Row]:
    reader = _Rows(book)
    for _ in book.pieces(part, reader.start, reader.end, reader.text):
        yield from reader.found
        reader.found.clear()
        if reader.is_over:
            break


def _suiting(
    book: Workbook, sheets: list[tuple[str, str]], suits: Callable[[list[Row]], int], remark: Callable[[str], None]
) -> str:
    """The part with the sheet that suits best. ``sheets`` are their names and parts, in order."""
    if len(sheets) == 1:
        return sheets[0][1]
    ranks = [suits(list(islice(_rows(book, part), OPENING))) for _, part in sheets]
    book.unresolved = book.hidden = 0
    at = ranks.index(max(ranks))
    if at or ranks.count(ranks[at]) > 1:
        name = sheets[at][0][:40]
        remark(f"This workbook has several sheets; only “{name}” was read. Save another one as a file of its own.")
    return sheets[at][1]


def _opened(archive: zipfile.ZipFile) -> tuple[Workbook, list[tuple[str, str]]]:
    """The workbook with its shared texts and its styles; and the names and parts of its first sheets to be seen."""
    if _WORKBOOK not in archive.namelist():
        raise WorkbookError("This is not an Excel workbook. Save the list as .xlsx or as CSV.")
    book = Workbook(archive)
    targets = _targets(book)
    sheets = [(name, targets[relation][1]) for name, relation in _sheets(book)]
    parts = dict(targets.values())
    if "styles" in parts:
        book.date_styles = _date_styles(book, parts["styles"])
    if "sharedStrings" in parts:
        book.strings = _strings(book, parts["sharedStrings"])
    return book, sheets


def _targets(book: Workbook) -> dict[str, tuple[str, str]]:
    """Id of a relation of the workbook -> its kind, and the part that it leads to."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            part = target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")
            found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], part)

    book.read("xl/_rels/workbook.xml.rels", start)
    return found


def _sheets(book: Workbook) -> list[tuple[str, str]]:
    """Name and id of the relation of the first sheets that can be seen; of the first of all where none can."""
    sheets: list[tuple[bool, str, str]] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            relation = next(value for key, value in attributes.items() if key.endswith(":id"))
            sheets.append((attributes.get("state", "visible") != "visible", attributes.get("name", ""), relation))
        elif name == "workbookPr":
            book.from_1904 = attributes.get("date1904") in ("1", "true")

    book.read(_WORKBOOK, start)
    seen = [(name, relation) for hidden, name, relation in sheets if not hidden]
    return seen[:MOST_SHEETS] or [sheets[0][1:]]


def _date_styles(book: Workbook, part: str) -> set[int]:
    """The numbers of the styles that show a number as a date or a time."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside = [""]

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs"):
            inside[0] = name
        elif name == "xf" and inside[0] == "cellXfs":
            formats.append(int(attributes.get("numFmtId", 0)))

    book.read(part, start)
    dates = {number for number in set(formats) if _is_date(number, codes)}
    return {style for style, number in enumerate(formats) if number in dates}


def _is_date(number: int, codes: Mapping[int, str]) -> bool:
    if number not in codes:
        return number in _BUILT_IN_DATES
    return _DATE_CODES.search(_NOT_CODES.sub("", codes[number].partition(";")[0])) is not None


def _strings(book: Workbook, part: str) -> list[str]:
    """The texts that cells refer to by their number; how they are to be pronounced is passed over."""
    found: list[str] = []
    texts: list[str] = []
    depth = {"t": 0, "rPh": 0}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name in depth:
            depth[name] += 1

    def end(name: str) -> None:
        if name in depth:
            depth[name] -= 1
        elif name == "si":
            found.append(_unescaped("".join(texts)))
            texts.clear()

    def text(said: str) -> None:
        if depth["t"] and not depth["rPh"]:
            texts.append(said)

    book.read(part, start, end, text)
    return found


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column(reference: str) -> int:
    """The number of the column in a reference such as AB12; 0 where there is none. Far ones are all the same."""
    number = 0
    for letter in reference[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _moment(serial: float, from_1904: bool) -> Cell:
    """The day, or the time of day, of a serial number of days."""
    seconds = timedelta(milliseconds=round(serial % 1 * 86_400_000))
    if 0 <= serial < 1:
        return (datetime.combine(date.min, time()) + seconds).time()
    epoch = datetime.combine(date(1904, 1, 1) if from_1904 else date(1899, 12, 30), time())
    early = 1 if not from_1904 and 0 < serial < _FALSE_LEAP_DAY else 0
    try:
        return epoch + timedelta(days=serial // 1 + early) + seconds
    except OverflowError:
        return "#NUM!"


def _refuse_entities(*declared: object) -> None:
    raise WorkbookError("The workbook holds XML that no spreadsheet program writes; it was not read.")


def _too_much() -> WorkbookError:
    return WorkbookError("The file unpacks to far more than a list needs. If it is one, split it into smaller files.")


def _damaged() -> WorkbookError:
    return WorkbookError(
        "The workbook is damaged or is not an Excel file. Open it in a spreadsheet program, save it again as .xlsx "
        "or as CSV, and import that."
    )
