"""Files as they come from people's desks, and from people who mean harm."""

from __future__ import annotations

import io
import pickle
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from node.services.file_formats import spreadsheet
from node.services.file_formats.reading import read
from node.services.file_formats.spreadsheet import SheetRow, SpreadsheetError, text_of
from node.services.file_formats.workbook import MAX_UNPACKED_BYTES
from tests.thorough import examples

HEADER = "id,title,description\r\n"


def workbook(*rows: list[Any], fill: Callable[[Any], None] = lambda sheet: None) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    fill(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


PLAIN = workbook(["title"], ["Desk"])


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"id,title\r\n1,Caf\xc3\xa9 \xc2\xa35\r\n", id="utf-8"),
        pytest.param(b"\xef\xbb\xbfid,title\r\n1,Caf\xc3\xa9 \xc2\xa35\r\n", id="utf-8 with a byte order mark"),
        pytest.param(b"id,title\r\n1,Caf\xe9 \xa35\r\n", id="windows-1252 with a pound sign"),
        pytest.param("id\ttitle\r\n1\tCafé £5\r\n".encode("utf-16"), id="utf-16 with tabs, Excel's Unicode text"),
        pytest.param("id\ttitle\r\n1\tCafé £5\r\n".encode("utf-16-le"), id="utf-16 that lost its mark"),
        pytest.param("id\ttitle\r\n1\tCafé £5\r\n".encode("utf-16-be"), id="utf-16 the other way round"),
        pytest.param("id|title\r\n1|Café £5\r\n".encode(), id="upright lines"),
        pytest.param("id;title\r\n1;Café £5\r\n".encode(), id="semicolons"),
        pytest.param("id\ttitle\n1\tCafé £5\n".encode(), id="tabs"),
        pytest.param("sep=;\r\nid;title\r\n1;Café £5\r\n".encode(), id="Excel's own hint"),
        pytest.param("id,title\r1,Café £5\r".encode(), id="line ends of an old Mac"),
        pytest.param('"id","title"\n"1","Café £5"'.encode(), id="everything quoted, no last line end"),
    ],
)
def test_every_way_of_writing_csv_says_the_same(data: bytes) -> None:
    sheet = read(data)
    assert sheet.headings == ("id", "title")
    assert sheet.rows == (SheetRow(2, ("1", "Café £5")),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250"])
@pytest.mark.parametrize("word", ["Łóżko", "krzesła", "Ilość", "skrzynia na narzędzia złożona", "gałąź"])
def test_polish_is_read_as_excel_writes_it(word: str, encoding: str) -> None:
    assert read(f"title\r\n{word}\r\n".encode(encoding)).rows[0].cells == (word,)


@pytest.mark.parametrize(
    "word", ["Bürostühle, 3 m³", "cœur à coudre", "¿Qué? Niño¹", "Straße £20", "crème brûlée", "½ Ÿ"]
)
def test_western_words_are_not_taken_for_polish_ones(word: str) -> None:
    assert read(f"title;x\r\n{word};\r\n".encode("cp1252")).rows[0].cells[0] == word


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param(HEADER + "1,a,b\r\n\r\n,,\r\n2,c,d\r\n", [2, 5], id="blank lines are counted, as they are shown"),
        pytest.param(HEADER + '1,a,"two\r\nlines"\r\n2,c,d\r\n', [2, 3], id="a line break in quotes is no new row"),
        pytest.param("Our list,,\r\n\r\n" + HEADER + "1,a,b\r\n", [4], id="a title over the table"),
        pytest.param("\r\n" + HEADER + "1,a,b\r\n", [3], id="an empty first row"),
        pytest.param(HEADER, [], id="headings alone"),
    ],
)
def test_rows_have_the_numbers_that_a_spreadsheet_shows(text: str, numbers: list[int]) -> None:
    assert [row.number for row in read(text.encode()).rows] == numbers


def test_a_quoted_cell_keeps_delimiters_quotes_and_line_breaks() -> None:
    sheet = read(b'title,description\n"a, ""b""; c","one\ntwo"\n')
    assert sheet.rows[0].cells == ('a, "b"; c', "one\ntwo")


@pytest.mark.parametrize("swallowed", [pytest.param(1, id="a few rows"), pytest.param(50_000, id="very many")])
def test_a_quotation_mark_that_is_never_closed_costs_the_rows_after_it(swallowed: int) -> None:
    sheet = read(b'title,description\nDesk,fine\nChair,"oops\n' + b"more,rows\n" * swallowed)
    assert [(row.number, row.cells[0], bool(row.fault)) for row in sheet.rows] == [
        (2, "Desk", False),
        (3, "Chair", True),
    ]


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r", "\n\n"])
@pytest.mark.parametrize("cell", ['"b"', 'b "quoted"', '"b ""x"""', '"two\nlines"', "b"])
def test_a_file_that_ends_as_it_should_has_no_such_row(cell: str, end: str) -> None:
    assert [row.fault for row in read(f"title,description\na,{cell}{end}".encode()).rows] == [""]


def test_a_workbook_gives_typed_cells_and_the_values_of_formulas() -> None:
    data = workbook(["title", "available_from", "quantity", "lat"], ["Desk", datetime(2026, 12, 5), 3, 52.5])
    cells = read(data).rows[0].cells
    assert cells == ("Desk", datetime(2026, 12, 5), 3, 52.5)
    assert text_of(cells[1]) == "2026-12-05"


def test_a_formula_never_calculated_is_an_empty_cell_and_said_to_be_one() -> None:
    sheet = read(workbook(["title", "quantity"], ["Desk", "=1+1"]))
    assert sheet.rows[0].cells == ("Desk",)
    assert "formula" in sheet.remarks[0]
    assert read(PLAIN).remarks == ()


def test_a_row_that_is_hidden_is_read_and_said_to_be() -> None:
    def hide(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True

    sheet = read(workbook(["title"], ["Desk"], ["Chair"], fill=hide))
    assert [row.cells for row in sheet.rows] == [("Desk",), ("Chair",)]
    assert "Some rows are hidden" in sheet.remarks[0]


NUMBERS, DATES = ("General", "0.00", '"day" 0', "[Red]0"), ("dd/mm/yyyy", "yyyy-mm-dd hh:mm", "[$-809]d mmm yy")


@settings(max_examples=examples(20))
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.text(alphabet=st.characters(min_codepoint=32, blacklist_categories=["Cs", "Cn"]), max_size=8),
                st.integers(-(10**9), 10**9),
                st.floats(-1e9, 1e9).map(lambda value: round(value, 4)),
                st.booleans(),
                st.datetimes(datetime(1905, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0)),
                st.none(),
            ),
            st.integers(0, 2),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_workbook_says_what_openpyxl_reads_in_it(cells: list[tuple[Any, int]]) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["title"])
    for column, (value, form) in enumerate(cells, start=1):
        # What looks like a formula or an error would become one.
        cell = sheet.cell(2, column, value if not isinstance(value, str) else f"t{value.strip()}")
        cell.number_format = (DATES if isinstance(value, datetime) else NUMBERS)[form]
    out = io.BytesIO()
    book.save(out)
    theirs = load_workbook(io.BytesIO(out.getvalue()), data_only=True).worksheets[0]
    expected = [cell.value for cell in theirs[2]]
    ours = list(read(out.getvalue()).rows[0].cells) if any(text_of(cell) for cell in expected) else []
    padded = ours + [None] * (len(expected) - len(ours))
    assert [text_of(cell) for cell in padded] == [text_of(cell) for cell in expected]


def test_the_first_sheet_that_can_be_seen_is_read() -> None:
    book = Workbook()
    book.worksheets[0].append(["title", "secret"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("List").append(["title", "quantity"])
    book.active = 1
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).headings == ("title", "quantity")


def test_a_cell_that_others_are_merged_into_speaks_for_itself_alone() -> None:
    sheet = read(workbook(["title"], ["Desk"], [None], ["Chair"], fill=lambda sheet: sheet.merge_cells("A2:A3")))
    assert [(row.number, row.cells) for row in sheet.rows] == [(2, ("Desk",)), (4, ("Chair",))]


def test_merged_headings_leave_columns_without_a_name() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("B1:C1")

    sheet = read(workbook(["title", "where", None], ["Desk", "Stanground", "PE2"], fill=merge))
    assert sheet.headings == ("title", "where")
    assert sheet.rows[0].cells == ("Desk", "Stanground", "PE2")


def test_only_the_first_sheet_is_read() -> None:
    book = Workbook()
    book.worksheets[0].append(["title"])
    book.create_sheet("Notes").append(["title", "private"])
    out = io.BytesIO()
    book.save(out)
    assert read(out.getvalue()).headings == ("title",)


def workbook_of(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sheets", "headings", "told"),
    [
        pytest.param({"A": [["title", "qty"], ["Desk", 1]], "B": [["x"]]}, ("title", "qty"), "", id="one list"),
        pytest.param({"Notes": [["Hello"]], "B": [["title"], ["Desk"]]}, ("title",), "only “B”", id="notes before it"),
        pytest.param({"A": [["title"], ["x"]], "B": [["title"], ["y"]]}, ("title",), "only “A”", id="two lists"),
        pytest.param({"A": [["Hello"]], "B": [["Gear"], ["Desk"]]}, ("Gear",), "only “B”", id="headings nobody knows"),
        pytest.param({"A": [], "B": [["title"], ["Desk"]]}, ("title",), "only “B”", id="an empty sheet first"),
    ],
)
def test_of_several_sheets_the_one_with_the_list_is_read(
    sheets: dict[str, list[list[Any]]], headings: tuple[str, ...], told: str
) -> None:
    sheet = read(workbook_of(**sheets), any_headings=True)
    assert sheet.headings == headings
    assert [told in remark for remark in sheet.remarks] == [True] * bool(told)


def test_what_another_process_refuses_says_once_that_nothing_was_changed() -> None:
    error = pickle.loads(pickle.dumps(SpreadsheetError("This is no list.")))
    assert str(error) == "This is no list. Nothing was changed."


def test_formatting_far_below_the_list_costs_no_time() -> None:
    def far_below(sheet: Any) -> None:
        sheet.cell(1_048_576, 1).number_format = "0.00"

    began = time.monotonic()
    assert len(read(workbook(["title"], ["Desk"], fill=far_below)).rows) == 1
    assert time.monotonic() - began < 10


_BOMB = b"<worksheet>" + b"0" * (MAX_UNPACKED_BYTES + 1)
_ENTITIES = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">]><workbook>&lol;</workbook>'
_FAR_ROW = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "nothing in this file", id="nothing at all"),
        pytest.param(b"\x00" * 5000, "no list that can be read", id="zeros"),
        pytest.param(bytes(range(256)) * 20, "no list that can be read", id="no text at all"),
        pytest.param(b"<html><table><tr><td>title", "a web page", id="a web page that calls itself a spreadsheet"),
        pytest.param(b"one,two\n1,2\n", "“one”, “two”", id="no title column"),
        pytest.param(b"PK\x03\x04 not a zip", "damaged", id="xlsx that is not a zip"),
        pytest.param(PLAIN[: len(PLAIN) // 2], "damaged", id="xlsx cut in half"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"\0" * 100, "old Excel", id="xls, or encrypted"),
        pytest.param(b"%PDF-1.7", "PDF", id="pdf"),
        pytest.param(b"\x89PNG\r\n", "picture", id="png"),
        pytest.param(b"x" * (spreadsheet.MAX_FILE_BYTES + 1), "larger than 20 MB", id="too large"),
        pytest.param(with_part(PLAIN, "xl/worksheets/sheet1.xml", _BOMB), "unpacks to far more", id="zip bomb"),
        pytest.param(with_part(PLAIN, "xl/workbook.xml", _ENTITIES), "no spreadsheet program", id="XML entities"),
        pytest.param(
            with_part(
                PLAIN, "xl/styles.xml", _ENTITIES.decode().replace("?>", " encoding='utf-16'?>").encode("utf-16")
            ),
            "no spreadsheet program",
            id="XML entities in UTF-16",
        ),
        pytest.param(with_part(PLAIN, "xl/worksheets/sheet1.xml", b"<not<xml"), "damaged", id="broken XML"),
        pytest.param(with_part(PLAIN, "xl/worksheets/sheet1.xml", _FAR_ROW), "more rows", id="a row beyond the last"),
        pytest.param(b"title\n" + b"x\n" * (spreadsheet.MAX_ROWS + 1), "more than 20,000 rows", id="too many rows"),
        pytest.param(b"a\n" * 5000, "No column is called", id="no headings in sight"),
    ],
)
def test_what_cannot_be_used_is_refused_in_plain_words(data: bytes, says: str) -> None:
    with pytest.raises(SpreadsheetError, match=says):
        read(data)


def test_a_zip_of_something_else_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(SpreadsheetError, match="not an Excel workbook"):
        read(out.getvalue())


_SHEET = (
    "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
    "<row><c t='str'><v>title</v></c></row>{}</sheetData>{}</worksheet>"
)


def hostile(body: str, after: str = "") -> bytes:
    return with_part(PLAIN, "xl/worksheets/sheet1.xml", _SHEET.format(body, after).encode())


@pytest.mark.parametrize(
    ("make", "rows"),
    [
        pytest.param(lambda: hostile("<row>" + "<c><v>1</v></c>" * 100_000 + "</row>"), 1, id="100,000 columns"),
        pytest.param(lambda: hostile("<row><c r='ZZZZZZ2'><v>1</v></c></row>"), 0, id="a column beyond the last"),
        pytest.param(lambda: hostile("<row/>" * 300_000), 0, id="very many empty rows"),
        pytest.param(lambda: hostile("", "<mergeCell ref='A1:B1'/>" * 1_000_000), 0, id="a million merged cells"),
        pytest.param(lambda: hostile(f"<row><c t='str'><v>{'x' * 2**20}</v></c></row>"), 1, id="a cell of 1 MB"),
        pytest.param(lambda: hostile("<row r='1048575'><c><v>1</v></c></row>"), 1, id="a row far below"),
        pytest.param(lambda: hostile("<a>" * 1_000_000), None, id="a million elements in each other"),
        pytest.param(lambda: with_part(PLAIN, "xl/styles.xml", b"<xf/>" * 10**6), None, id="not one root"),
        pytest.param(lambda: b"title" + b",c" * 100_000 + b"\nx" + b",1" * 100_000, 1, id="100,000 columns of CSV"),
        pytest.param(lambda: b"a," * 5_000_000, None, id="headings without end"),
        pytest.param(lambda: b'"' + b"a,\n" * 3_000_000, None, id="one heading without end"),
        pytest.param(lambda: b"title\n" + b"," * 4_000_000, 0, id="a row of millions of empty cells"),
    ],
)
def test_a_hostile_file_costs_little_time(make: Callable[[], bytes], rows: int | None) -> None:
    data = make()
    began = time.process_time()
    try:
        found = len(read(data).rows)
    except SpreadsheetError:
        assert rows is None
    else:
        assert found == rows
    assert time.process_time() - began < 2


def test_columns_beyond_the_limit_are_left_out() -> None:
    wide = ",".join(["title", *(f"c{n}" for n in range(100))])
    sheet = read(f"{wide}\n{wide}\n".encode())
    assert len(sheet.headings) == len(sheet.rows[0].cells) == spreadsheet.MAX_COLUMNS


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for candidate in (data, b"title," + data, b"PK\x03\x04" + data, b"title\n" + data):
        try:
            sheet = read(candidate)
        except SpreadsheetError:
            continue
        assert all(any(text_of(cell) for cell in row.cells) for row in sheet.rows)


@pytest.mark.parametrize(
    ("text", "headings", "rows"),
    [
        pytest.param("Kit list\n\nThing,Where\nTent,Shed\n", ("Thing", "Where"), 1, id="a-title-above"),
        pytest.param("Thing,Where\nTent,Shed\nLamp,Hall\n", ("Thing", "Where"), 2, id="the-first-of-equals"),
        pytest.param("Thing;Where\nTent;Shed\n", ("Thing", "Where"), 1, id="semicolons"),
        pytest.param(
            "Ding;Ort\nZelt;Keller, links, hinten, oben\nBoot;Hof\n", ("Ding", "Ort"), 2, id="commas-in-the-text"
        ),
        pytest.param("Our list,,\nWhere,Title\nShed,Tent\n", ("Where", "Title"), 1, id="a-title-is-known"),
    ],
)
def test_headings_may_be_any_where_somebody_says_what_they_mean(
    text: str, headings: tuple[str, ...], rows: int
) -> None:
    sheet = read(text.encode(), any_headings=True)
    assert (sheet.headings, len(sheet.rows)) == (headings, rows)
