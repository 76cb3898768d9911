"""The spreadsheets that we write can be read again, and the documentation says what the code does."""

from __future__ import annotations

import csv
import io
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from node.services.file_formats import spreadsheet
from node.services.file_formats.reading import read
from node.services.file_formats.spreadsheet import Sheet, SheetRow
from node.services.importing.columns import CHOICES, COLUMNS
from node.services.importing.row_values import BUILDING_M, LOCALITY_M, Defaults
from node.services.importing.rows import Name, Refusal, read_table
from node.services.importing.template import EXAMPLES, columns_table, csv_template, refused_rows, xlsx_template
from node.services.listings.drafts import DEFAULT_LIFE, RENEW_WITHIN

ROOT = Path(__file__).parents[4]
DEFAULTS = Defaults(datetime(2026, 11, 22, 12, tzinfo=UTC), organisation="School")
PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("data", [pytest.param(csv_template(), id="csv"), pytest.param(xlsx_template(), id="xlsx")])
def test_the_template_imports_as_it_is(data: bytes) -> None:
    table = read_table(read(data), DEFAULTS)
    assert (table.refusals, table.notes, table.remarks) == ((), (), ())
    assert [reading.listing.title for reading in table.readings] == [example["title"] for example in EXAMPLES]
    assert {reading.listing.action for reading in table.readings} == {"give", "lend", "host", "help"}


def test_the_template_has_every_column_in_order() -> None:
    assert read(csv_template()).headings == read(xlsx_template()).headings == tuple(COLUMNS)


def test_the_workbook_offers_the_choices_and_explains_the_columns() -> None:
    workbook = load_workbook(io.BytesIO(xlsx_template()))
    offered = {validation.formula1 for validation in workbook["Listings"].data_validations.dataValidation}
    assert offered == {f'"{",".join(codes)}"' for codes in CHOICES.values()}
    explained = [row[0] for row in workbook["Columns"].iter_rows(min_row=2, values_only=True)]
    assert explained == list(COLUMNS)


def test_the_example_file_is_the_template() -> None:
    assert (ROOT / "examples" / "template.csv").read_bytes() == csv_template()


def test_the_documentation_lists_every_column_and_limit() -> None:
    assert columns_table() in PAGE
    for limit in (
        f"{spreadsheet.MAX_FILE_BYTES // 2**20} MB",
        f"{spreadsheet.MAX_ROWS:,} rows",
        f"{spreadsheet.MAX_COLUMNS} columns",
        f"{spreadsheet.MAX_CELL:,} characters",
        f"{DEFAULT_LIFE.days} days, renewed",
        f"less than {RENEW_WITHIN.days} left",
        f"{BUILDING_M} where `place` names a building, else {LOCALITY_M}",
    ):
        assert limit in PAGE


def test_refused_rows_stay_one_cell_where_semicolons_divide() -> None:
    sheet = Sheet(("title", "quantity"), (SheetRow(2, ("Desk;=1+1", "lots")),))
    written = refused_rows(sheet, read_table(sheet, DEFAULTS).refusals).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(written), delimiter=";")][1].startswith("Desk;=1+1")


def test_every_default_in_the_documentation_is_about_a_column() -> None:
    table = PAGE.split("## What empty cells mean")[1].split("##")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) <= COLUMNS.keys()


def test_refused_rows_come_back_with_what_is_wrong_and_import_once_corrected() -> None:
    sheet = read(b"id,Name,qty,end,shelf\r\n7,=Desk,lots,+30d,9\r\n8,Chair,1,,\r\n")
    table = read_table(sheet, DEFAULTS)
    written = refused_rows(sheet, table.refusals)
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows[0] == ["id", "Name", "qty", "end", "shelf", "problem"]
    assert rows[1][:5] == ["7", "'=Desk", "lots", "'+30d", "9"]
    assert "must be a number" in rows[1][5]
    corrected = read_table(read(written.replace(b"lots", b"3")), DEFAULTS)
    assert [(r.listing.title, r.name.ref) for r in corrected.readings] == [("=Desk", "7")]
    assert corrected.remarks == ("The column “shelf” is not used.",)
    assert b"problem,problem" not in refused_rows(read(written), table.refusals)


@given(st.lists(st.text(alphabet="=+-@'\t\r\n1.e a", max_size=8) | st.floats() | st.none(), min_size=1, max_size=5))
def test_no_written_cell_is_a_formula(cells: list[Any]) -> None:
    sheet = Sheet(tuple(f"column {n}" for n in range(len(cells))), (SheetRow(2, tuple(cells)),))
    written = refused_rows(sheet, [Refusal(sheet.rows[0], Name(), ())])
    heads, row = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert len(heads) == len(row) == len(cells) + 1
    for cell in row:
        assert cell[:1] not in ("=", "@", "\t", "\r")
        assert cell[:1] not in ("+", "-") or math.isfinite(float(cell))
