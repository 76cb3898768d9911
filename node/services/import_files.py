"""The one door for files of listings: bytes that somebody sent, whatever program wrote them, as a table of rows.

Each reader says by a file's content and name whether it is its kind. What a row means is not decided here (`rows`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from node.services import spreadsheet
from node.services.spreadsheet import Sheet


@dataclass(frozen=True, slots=True)
class Reader:
    """One kind of file. ``read`` is given the bytes, raises `SpreadsheetError`, and names columns as we do."""

    recognises: Callable[[bytes, str], bool]
    read: Callable[[bytes], Sheet]


READERS: tuple[Reader, ...] = ()
"""Kinds of files besides spreadsheets, which are everything that none of these recognises."""


def read_rows(data: bytes, name: str = "", any_headings: bool = True) -> Sheet:
    """The rows of a file; ``name`` is what it is called where it came from. Raises `SpreadsheetError`.

    With ``any_headings`` somebody will say which column is which; else one must be called "title".
    """
    for reader in READERS:
        if reader.recognises(data, name):
            return reader.read(data)
    return spreadsheet.read(data, any_headings)
