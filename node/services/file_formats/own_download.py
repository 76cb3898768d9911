"""The table that every node of ours offers for download, as rows of an import.

Its columns are `download_rows.COLUMNS`: fewer than a listing has, so that the NDJSON beside it is the better one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from node.services.file_formats.spreadsheet import Sheet, SheetRow, text_of
from node.services.importing.cells import words
from node.services.importing.item_cells import names_of

_MARKS = {"id", "organisation_id", "modified", "expires", "direction", "category"}
_TAKEN = ("url", "organisation_id", "modified")
"""What is in it and is found anew by whoever publishes it."""


def is_download(headings: Sequence[str]) -> bool:
    return set(headings) >= _MARKS


def from_download(sheet: Sheet) -> Sheet:
    """The same rows, known by what their ids say; without the addresses of the node that they came from."""
    places = {heading: at for at, heading in enumerate(sheet.headings)}
    kept = [at for at, heading in enumerate(sheet.headings) if heading not in _TAKEN]
    rows = tuple(_row(row, places, kept) for row in sheet.rows)
    remark = "This is a download of a catalogue. Its NDJSON holds more than this table: terms, hours and all photos."
    return Sheet(tuple(sheet.headings[at] for at in kept), rows, (*sheet.remarks, remark))


def _row(row: SheetRow, places: Mapping[str, int], kept: Sequence[int]) -> SheetRow:
    cells = [*row.cells, *[None] * (len(places) - len(row.cells))]
    name, address = places.get("organisation", -1), words(text_of(cells[places["id"]]))
    organisation, ref = names_of(address, words(text_of(cells[name])) if name >= 0 else "")
    cells[places["id"]] = ref
    if name >= 0:
        cells[name] = organisation
    return replace(row, cells=tuple(cells[at] for at in kept))
