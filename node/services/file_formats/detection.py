"""What a file of listings is, by its content: a feed, an export of ours, or the list of another program.

Each reader makes the same table of rows that a spreadsheet is, under our own headings, so that everything after it is
shared. `read_known` is for what is no spreadsheet at all, `translated` for tables whose headings are another program's.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import IO

from node.services.file_formats.commons_booking import from_timeframes, is_timeframes
from node.services.file_formats.json_rows import begins_like_json, read_json
from node.services.file_formats.lend_engine import from_lend_engine, is_lend_engine
from node.services.file_formats.own_download import from_download, is_download
from node.services.file_formats.spreadsheet import MAX_FILE_BYTES, Sheet, SpreadsheetError
from node.services.moving import export_zip

_PIECE = 2**16


def read_known(data: bytes) -> Sheet | None:
    """The rows of what is no spreadsheet and yet known; None for everything else. Raises `SpreadsheetError`."""
    if begins_like_json(data):
        return read_json(data)
    if data.startswith(b"PK"):
        found = _feed_in_export(data)
        return read_json(found) if found is not None else None
    return None


def translated(sheet: Sheet) -> Sheet:
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
