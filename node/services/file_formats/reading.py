"""Reading a file of listings: what it is, by its content, be it a spreadsheet, a feed, an export or a program's list.

Each reader makes the same table of rows that a spreadsheet is, under our own headings, so that everything after it is
shared. Files of any other kind are refused as a whole.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import IO

from node.services.file_formats.commons_booking import from_timeframes, is_timeframes
from node.services.file_formats.json_rows import begins_like_json, read_json
from node.services.file_formats.lend_engine import from_lend_engine, is_lend_engine
from node.services.file_formats.own_download import from_download, is_download
from node.services.file_formats.spreadsheet import MAX_FILE_BYTES, Sheet, SpreadsheetError, table
from node.services.moving import export_zip

_PIECE = 2**16
_KINDS = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls) or one with a password"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a word processor's document"),
    (b"<html", "a web page"),
    (b"<!doctype html", "a web page"),
    (b"<table", "a web page"),
    (b"<?xml", "an XML document"),
)


def read_file(path: Path) -> Sheet:
    """The rows in a file. Raises `SpreadsheetError`."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise SpreadsheetError(f"{path} cannot be read: {error.strerror}.") from error
    return read(data)


def read(data: bytes, any_headings: bool = False) -> Sheet:
    """The rows in ``data``, whatever program wrote it: a list that is known, else XLSX or CSV.

    One of its columns must be called "title", unless somebody will say which column is which (``any_headings``).
    """
    if len(data) > MAX_FILE_BYTES:
        raise SpreadsheetError(f"The file is larger than {MAX_FILE_BYTES // 2**20} MB. Split it into smaller files.")
    for opening, what in _KINDS:
        if data[:20].lstrip().lower().startswith(opening.lower()):
            raise SpreadsheetError(f"This is {what}. Save the list as .xlsx or as CSV and import that.")
    known = _read_known(data)
    return _translated(table(data, any_headings)) if known is None else known


def _read_known(data: bytes) -> Sheet | None:
    """The rows of what is no spreadsheet and yet known; None for everything else. Raises `SpreadsheetError`."""
    if begins_like_json(data):
        return read_json(data)
    if data.startswith(b"PK"):
        found = _feed_in_export(data)
        return read_json(found) if found is not None else None
    return None


def _translated(sheet: Sheet) -> Sheet:
    """The table under our headings, if it is one of another program; as it is otherwise."""
    if is_download(sheet.headings):
        return from_download(sheet)
    if is_lend_engine(sheet.headings):
        return from_lend_engine(sheet)
    if is_timeframes(sheet.headings):
        return from_timeframes(sheet)
    return sheet


def _feed_in_export(data: bytes) -> bytes | None:
    """The listings of an export of ours; None for any other zip, of which a workbook is one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if export_zip.MANIFEST not in names or export_zip.FEED not in names:
                return None
            with archive.open(export_zip.FEED) as file:
                return _bounded(file)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        return None


def _bounded(file: IO[bytes]) -> bytes:
    """What unpacks from it, which a small zip could make very much."""
    whole = bytearray()
    while piece := file.read(_PIECE):
        whole += piece
        if len(whole) > MAX_FILE_BYTES:
            raise SpreadsheetError("The listings in this file are more than can be imported at once.")
    return bytes(whole)
