"""The list of items that Lend Engine exports (Admin, Items, Export: ``items.csv``), as rows of an import.

The headings are those of its source, ``src/AppBundle/Controller/Admin/Item/ItemExportController.php`` (as kept at
github.com/Repair-Share/lend-engine-app): Id, Type, Added on, Code, Name, Type, Serial number, Condition, Tags,
Location, Brand, Price paid, Value (RRP), Shown on website, Loan fee, Loan period, Short description, Long description,
Components, Care information, Keywords, Owned by, Donated by, and the library's own fields. Conditions are "A - As new",
"B - Fair" and "C - Poor" unless a library has named its own. What is for sale there (type "stock") has its price under
"Value (RRP)".

A fee is never guessed away: what states one is refused as in any table. Names of people are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape

from node.services.file_formats.spreadsheet import Sheet, SheetRow, text_of
from node.services.importing.columns import PRICE, code_of

_HEADINGS = (
    *("Id", "Type", "Added on", "Code", "Name", "Type", "Serial number", "Condition", "Tags", "Location", "Brand"),
    *("Price paid", "Value (RRP)", "Shown on website", "Loan fee", "Loan period", "Short description"),
    *("Long description", "Components", "Care information", "Keywords", "Owned by", "Donated by"),
)
_MARKS = {"Id", "Name", "Loan fee", "Loan period", "Shown on website"}
_OURS = (
    *("id", "kind", "action", "title", "description", "category", "condition", "tags", "replacement_value"),
    *("terms", "status", PRICE),
)
_LEFT_OUT = (
    "What Lend Engine says of serial numbers, of where an item lies, of what was paid for it, who owns it and who gave "
    "it was left out: it is not for the public."
)
_HIDDEN = "Items that were not shown on your website there are not shown here either."
_FEES = (
    "Items with a loan fee are refused: only what is free from end to end belongs here. If a library means to lend one "
    "for nothing, put 0 under “Loan fee” and import it again."
)
_DEFAULT_FEE = (
    "An empty loan fee means your library's usual fee there, which this file does not say. Import those items only if "
    "that fee is 0."
)
_BREAK = re.compile(r"<\s*(?:br|/p|/li|/div)\s*/?\s*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")
_GRADE = re.compile(r"\A[A-Z]\s*-\s*")


def is_lend_engine(headings: Sequence[str]) -> bool:
    return set(headings) >= _MARKS


def from_lend_engine(sheet: Sheet) -> Sheet:
    """The same rows under our headings, and what to know about them."""
    own = [heading for heading in sheet.headings if heading and heading not in _HEADINGS]
    remarks = [_LEFT_OUT, _HIDDEN, _FEES]
    rows = tuple(_row(row, sheet.headings) for row in sheet.rows)
    if any(not text_of(row.cells[_OURS.index(PRICE)]) for row in rows):
        remarks.append(_DEFAULT_FEE)
    if own:
        named = ", ".join(f"“{heading[:40]}”" for heading in own[:10])
        remarks.append(f"Fields of your own were left out: {named}.")
    return Sheet(_OURS, rows, (*sheet.remarks, *remarks))


def _row(row: SheetRow, headings: Sequence[str]) -> SheetRow:
    if row.fault:
        return row
    # The first of the two headings "Type" says how an item is had, the second what sort of thing it is.
    first: dict[str, str] = {}
    second: dict[str, str] = {}
    for heading, cell in zip(headings, row.cells, strict=False):
        (second if heading in first else first).setdefault(heading, text_of(cell))
    told = {**dict.fromkeys(_HEADINGS, ""), **first}
    sort, way = second.get("Type", ""), told["Type"].casefold()
    tags = [tag.strip() for tag in f"{told['Tags']},{told['Keywords']}".split(",") if tag.strip()]
    made = {
        "id": told["Id"],
        "kind": "skill" if way == "service" else "equipment",
        "action": "help" if way == "service" else "lend",
        "title": told["Name"],
        "description": _description(told),
        "category": sort or next(iter(tags), ""),
        "condition": _condition(told["Condition"]),
        "tags": ";".join(dict.fromkeys(tags[:20])),
        "replacement_value": told["Value (RRP)"] if way in ("", "loan", "kit") else "",
        "terms": _terms(told),
        "status": "available" if told["Shown on website"].casefold() == "yes" else "withdrawn",
        PRICE: told["Loan fee"] if way in ("", "loan", "kit") else told["Loan fee"] or told["Value (RRP)"],
    }
    return SheetRow(row.number, tuple(made[name] for name in _OURS))


def _description(told: dict[str, str]) -> str:
    parts = (
        _plain(told["Short description"]),
        _plain(told["Long description"]),
        f"Made by {told['Brand']}." if told["Brand"] else "",
        f"Comes with: {_plain(told['Components'])}" if told["Components"] else "",
    )
    return "\n\n".join(part for part in parts if part)


def _terms(told: dict[str, str]) -> str:
    days = told["Loan period"]
    lent = "Lent for a day at a time." if days == "1" else f"Lent for up to {days} days at a time."
    return "\n".join(part for part in (lent if days.isdecimal() else "", _plain(told["Care information"])) if part)


def _condition(said: str) -> str:
    """The code that its words mean; empty where they are a library's own."""
    return code_of("condition", _GRADE.sub("", said)) or ""


def _plain(markup: str) -> str:
    """Its text, with the line breaks that its markup means. It is text for cells: pages escape it like any other."""
    text = unescape(_MARKUP.sub("", _BREAK.sub("\n", markup)))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
