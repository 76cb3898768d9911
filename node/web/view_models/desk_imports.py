"""The desk's pages about imports.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import ONE_PAGE, Choice, Form, Head, Pager
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskImportCount:
    """How many rows became, or would become, something; ``kind`` is a code of the vocabulary import_count."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class DeskImportRow:
    """An import in the list of them."""

    file_name: str
    path: str
    by: str
    at: datetime
    state: str
    counts: tuple[DeskImportCount, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskImportsPage:
    """desk/imports.html: bring a file, and those that were brought. ``form`` has the field ``file``.

    ``open`` is the import that is not done yet, if any.
    """

    head: Head
    desk: DeskFrame
    form: Form | None = None
    template_path: str = ""
    imports: tuple[DeskImportRow, ...] = ()
    open: DeskImportRow | None = None
    pager: Pager = ONE_PAGE


@dataclass(frozen=True, slots=True)
class DeskImportColumn:
    """A column of the file: its ``heading``, some of its cells, and what it is taken for. ``code`` names its field."""

    code: str
    heading: str
    samples: tuple[str, ...]
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class DeskImportSample:
    """One row, what became or would become of it, and what is worth knowing."""

    number: int
    title: str
    kind: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskImportPage:
    """desk/import.html: one import, by its ``state``.

    columns: ``form`` has a field for each of ``columns``, and ``missing``. checking, running, undoing: ``done`` of
    ``total``. checked, done, undone: ``counts`` and ``rows``, some of them; ``run``, ``undo`` and ``drop`` are buttons,
    ``rows_path`` leads to the refused ones. ``photos`` takes a zip (field ``photos``) of ``most_mb`` at most.
    ``stopped`` names a fault of ours in the log; ``resume`` and ``leave`` are the buttons then. ``fetching`` so many
    photos from elsewhere are not here yet, ``not_fetched`` are the addresses of some that cannot be had, and why.
    """

    head: Head
    desk: DeskFrame
    state: str
    file_name: str
    list_path: str
    here_path: str
    form: Form | None = None
    columns: tuple[DeskImportColumn, ...] = ()
    photos: Form | None = None
    has_photos: bool = False
    most_mb: int = 0
    remarks: tuple[str, ...] = ()
    missing: bool = False
    done: int = 0
    total: int = 0
    counts: tuple[DeskImportCount, ...] = ()
    rows: tuple[DeskImportSample, ...] = ()
    run: Form | None = None
    undo: Form | None = None
    drop: Form | None = None
    rows_path: str = ""
    refused_path: str = ""
    columns_path: str = ""
    stopped: str = ""
    resume: Form | None = None
    leave: Form | None = None
    fetching: int = 0
    not_fetched: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class DeskImportCell:
    """One cell of a refused row as a field: its name (``code``), ``label``, what stands in it, what is wrong.

    ``more`` is what else is wrong with it.
    """

    code: str
    label: str
    value: str
    error: str = ""
    advice: str = ""
    long: bool = False
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskImportRefused:
    """A refused row: its wrong cells, the others, and ``whole`` for what is wrong with no cell by itself.

    ``advice`` is what to do about it as a whole.
    """

    number: int
    title: str
    wrong: tuple[DeskImportCell, ...]
    others: tuple[DeskImportCell, ...] = ()
    whole: tuple[str, ...] = ()
    leave: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class DeskImportRowsPage:
    """desk/import_rows.html: refused rows to be put right, several at once; ``total`` of them are left."""

    head: Head
    desk: DeskFrame
    form: Form
    back_path: str
    rows: tuple[DeskImportRefused, ...] = ()
    total: int = 0
    refused_path: str = ""
    published: bool = False
    pager: Pager = ONE_PAGE
