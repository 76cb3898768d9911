"""The template of an import, and refused rows for correction: spreadsheets that we write.

What is written can be imported again. Cells that a spreadsheet program would run as a formula are guarded by an
apostrophe, which the import takes off again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from node.services.file_formats.spreadsheet import MAX_ROWS, Sheet, text_of
from node.services.importing.cells import BOM, guarded
from node.services.importing.columns import CHOICES, COLUMNS, PROBLEM, folded
from node.services.importing.rows import Refusal

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "id": "1",
        "direction": "offer",
        "kind": "item",
        "action": "give",
        "title": "Six oak desks, 140 x 70 cm",
        "description": "From our old office. One has a scratched top.\nCollect by van from the back door.",
        "category": "furniture/desk",
        "condition": "good",
        "quantity": "6",
        "unit": "each",
        "organisation": "Example Community Trust",
        "organisation_type": "charity",
        "locality": "Stanground",
        "postcode": "PE2",
        "lat": "52.5546",
        "lon": "-0.2168",
        "available_until": "+60d",
        "weight_kg": "31",
        "tags": "desk;office",
        "language": "en",
        "place": "Old Mill",
    },
    {
        "id": "2",
        "direction": "offer",
        "kind": "equipment",
        "action": "lend",
        "title": "Projector and screen, a week at a time",
        "category": "av/projector",
        "condition": "fair",
        "organisation": "Example Community Trust",
        "organisation_type": "charity",
        "locality": "Stanground",
        "terms": "No deposit. Bring it back clean and dry.",
    },
    {
        "id": "3",
        "direction": "offer",
        "kind": "space",
        "action": "host",
        "title": "Meeting room for 12 on weekday evenings",
        "category": "space/meeting-room",
        "organisation": "Example Community Trust",
        "organisation_type": "charity",
        "locality": "Stanground",
        "accessibility": "Step-free from the street; hearing loop.",
    },
    {
        "id": "4",
        "direction": "want",
        "kind": "skill",
        "action": "help",
        "title": "Someone to set up our laptops",
        "category": "skill/digital",
        "organisation": "Example Community Trust",
        "organisation_type": "charity",
        "locality": "Stanground",
        "hours": "4",
        "expires": "+90d",
    },
    {
        "id": "5",
        "direction": "offer",
        "kind": "skill",
        "action": "help",
        "title": "Mend your own clothes: a workshop for beginners",
        "category": "skill/trades",
        "organisation": "Example Community Trust",
        "organisation_type": "charity",
        "locality": "Stanground",
        "place": "Old Mill",
        "event_dates": "+14d;+28d",
        "event_starts": "18:30",
        "event_ends": "20:30",
        "event_places": "12",
        "event_sign_up": "needed",
    },
)
"""What the template shows; to be replaced by whoever fills it in."""

_WIDE = {"title": 40, "description": 60, "category": 22, "organisation": 28, "tags": 24, "terms": 32}


def csv_template() -> bytes:
    """The template as CSV: UTF-8 with a byte order mark, without which Excel misreads what is not ASCII."""
    rows = [[example.get(column, "") for column in COLUMNS] for example in EXAMPLES]
    return _csv([list(COLUMNS), *rows])


def xlsx_template() -> bytes:
    """The template as a workbook: the sheet to fill in, with choices to pick from, and one about its columns."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Listings"
    sheet.append(list(COLUMNS))
    for example in EXAMPLES:
        # As text: +60d would be taken for a formula, and a number for a date.
        sheet.append([example.get(column) for column in COLUMNS])
    _shape(sheet)
    _explain(workbook.create_sheet("Columns"))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _shape(sheet: Worksheet) -> None:
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet.freeze_panes = "A2"
    for number, column in enumerate(COLUMNS, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDE.get(column, 16)
        sheet[f"{letter}1"].font = Font(bold=True)
        if column in CHOICES:
            listed = DataValidation(type="list", formula1=f'"{",".join(CHOICES[column])}"', allow_blank=True)
            sheet.add_data_validation(listed)
            listed.add(f"{letter}2:{letter}{MAX_ROWS + 1}")


def _explain(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font

    sheet.append(["Column", "What goes there", "Other names for it"])
    for column in COLUMNS.values():
        sheet.append([column.name, column.help, ", ".join(column.aliases)])
    for letter, width in (("A", 20), ("B", 80), ("C", 60)):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}1"].font = Font(bold=True)
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")


def columns_table() -> str:
    """The rows of the table of columns in ``docs/import.md``, in Markdown."""
    rows = ((f"`{column.name}`", column.help, ", ".join(column.aliases)) for column in COLUMNS.values())
    return "".join(f"| {name} | {text.replace('|', chr(92) + '|')} | {also} |\n" for name, text, also in rows)


def refused_rows(sheet: Sheet, refusals: Iterable[Refusal]) -> bytes:
    """The refused rows as CSV, under the headings of their sheet, with what is wrong in a last column ``problem``."""
    kept = [position for position, heading in enumerate(sheet.headings) if folded(heading) != PROBLEM]
    rows = [[*(sheet.headings[position] for position in kept), PROBLEM]]
    for refusal in refusals:
        cells = [text_of(refusal.row.cells[p]) if p < len(refusal.row.cells) else "" for p in kept]
        rows.append([*cells, " ".join(str(problem) for problem in refusal.problems)])
    # Everything in quotation marks: where a spreadsheet divides at semicolons, "a;=1" would become two cells.
    return _csv(rows, quoted=True)


def _csv(rows: Iterable[Sequence[str]], quoted: bool = False) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL).writerows(
        [guarded(cell) for cell in row] for row in rows
    )
    return f"{BOM}{out.getvalue()}".encode("utf-8", "replace")
