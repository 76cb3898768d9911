"""Imports at the desk as view models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request
from flask_babel import gettext as _

from node.context import Node
from node.services.identity.audit import COMMAND_LINE
from node.services.identity.members import EDITOR, Member
from node.services.importing import imports
from node.services.importing.columns import COLUMNS, PRICE
from node.services.importing.imports import NOT_OFFERED, NOTHING_DONE
from node.services.importing.steps import CHANGING, table_row
from node.services.listings.doubted import INSTEAD
from node.services.pictures import fetching, zip_uploads
from node.storage.imports import (
    AT_WORK,
    BACK,
    CHECKED,
    DONE,
    KEPT,
    LEFT,
    READY,
    REFUSED,
    TAKEN,
    UNDONE,
    Import,
    ImportRow,
)
from node.web.desk.frame import desk_frame
from node.web.form_state import form_at
from node.web.inside import head, pager
from node.web.portal.cards import moment
from node.web.view_models.desk_imports import (
    DeskImportCell,
    DeskImportColumn,
    DeskImportCount,
    DeskImportPage,
    DeskImportRefused,
    DeskImportRow,
    DeskImportRowsPage,
    DeskImportSample,
    DeskImportsPage,
)
from node.web.view_models.parts import Choice, Form
from node.web.wording.code_words import word
from node.web.wording.import_words import COUNTS
from node.web.wording.said import plain

PAGE, ROWS, LOOK, SAMPLES = 20, 10, 12, 3
NOT_USED = ""
LONG = ("description", "terms", "accessibility", "safety", "appeal")
_NOT_FREE = "not-free-words"
IMAGE = "image"


def imports_page(node: Node, member: Member, number: int, errors: Mapping[str, str]) -> DeskImportsPage:
    base = f"{request.script_root}/desk/{member.slug}/import"
    found = imports.past(node, member, PAGE, (number - 1) * PAGE)
    rows = tuple(_in_list(one, base) for one in found.imports)
    return DeskImportsPage(
        head=head(_("Import a list")),
        desk=desk_frame("listings"),
        form=form_at(f"/desk/{member.slug}/import", errors=errors) if member.may(EDITOR) else None,
        template_path=f"{base}/template",
        imports=rows,
        open=next((row for one, row in zip(found.imports, rows, strict=True) if one.open_for), None),
        pager=pager(f"{base}?", number, found.total, PAGE),
    )


def _in_list(one: Import, base: str) -> DeskImportRow:
    return DeskImportRow(
        one.file_name, f"{base}/{one.id}", _by(one), moment(one.made_at), one.state, _counted(_told(one))
    )


def _by(one: Import) -> str:
    return _("by command") if one.by == COMMAND_LINE.name else one.by


def _told(one: Import) -> Mapping[str, int]:
    """What to say of it: once it is undone, what came of that."""
    if one.state != UNDONE:
        return one.counts
    return {kind: one.counts.get(kind, 0) for kind in (BACK, KEPT, *NOTHING_DONE)}


def _counted(counts: Mapping[str, int]) -> tuple[DeskImportCount, ...]:
    return tuple(DeskImportCount(kind, counts[kind]) for kind in COUNTS if counts.get(kind))


def import_page(
    node: Node,
    member: Member,
    one: Import,
    with_columns: bool,
    errors: Mapping[str, str],
    meant: Mapping[int, str] | None = None,
) -> DeskImportPage:
    here, root = f"/desk/{member.slug}/import/{one.id}", request.script_root
    may, show = member.may(EDITOR), one.state == "columns" or (one.state == CHECKED and with_columns)
    rows = imports.rows_in(node, one, (READY, TAKEN, BACK, KEPT), LOOK) if not show and one.state not in AT_WORK else []
    elsewhere = fetching.missing(node, one.id) if one.state == DONE else fetching.Missing(0, ())
    refused = one.state in (CHECKED, DONE) and bool(one.counts.get(REFUSED)) and bool(_some_refused(node, one))
    return DeskImportPage(
        head=head(_("Import a list")),
        desk=desk_frame("listings"),
        state="columns" if show else one.state,
        file_name=one.file_name,
        list_path=f"{root}/desk/{member.slug}/import",
        here_path=root + here,
        form=form_at(here, errors={} if "photos" in errors else errors) if may and show else None,
        photos=_photos_form(one, here, errors) if may else None,
        has_photos=zip_uploads.has_photos(node, one),
        most_mb=zip_uploads.MOST_BYTES // 2**20,
        columns=_columns(node, one, meant) if show else (),
        remarks=tuple(one.remarks[:10]) if show else (),
        missing=one.missing,
        done=max(0, one.done),
        total=one.total,
        counts=() if show or one.state in AT_WORK else _counted(_told(one)),
        rows=tuple(_sample(row) for row in rows),
        run=form_at(here, {"then": "run"}) if may and one.state == CHECKED and not show else None,
        undo=form_at(here, {"then": "undo"}) if may and one.state == DONE and rows and _did_something(one) else None,
        drop=form_at(here, {"then": "drop"}) if may and one.state in ("columns", CHECKED) else None,
        stopped=one.stopped,
        resume=form_at(here, {"then": "resume"}) if may and one.stopped else None,
        leave=form_at(here, {"then": "leave"}) if may and one.stopped else None,
        rows_path=f"{root}{here}/rows" if refused and may and not show else "",
        refused_path=f"{root}{here}/refused.csv" if refused and not show else "",
        columns_path=f"{root}{here}?columns=1" if may and one.state == CHECKED and not show else "",
        fetching=elsewhere.wait,
        not_fetched=elsewhere.failed,
    )


def _did_something(one: Import) -> bool:
    return any(one.counts.get(kind) for kind in CHANGING)


def _photos_form(one: Import, here: str, errors: Mapping[str, str]) -> Form | None:
    """Where a column may name photos, until it is decided."""
    told = {name: said for name, said in errors.items() if name == "photos"}
    return (
        form_at(f"{here}/photos", errors=told) if one.state in ("columns", CHECKED) and IMAGE in one.columns else None
    )


def _some_refused(node: Node, one: Import) -> list[ImportRow]:
    return imports.rows_in(node, one, (REFUSED,), 1)


def _sample(row: ImportRow) -> DeskImportSample:
    over = row.state in (BACK, KEPT, LEFT) and not (row.state == BACK and row.change in NOTHING_DONE)
    kind = row.state if over else row.change
    notes = tuple(plain(problem["message"]) for problem in row.problems[:3])
    return DeskImportSample(row.number if row.number < 2_000_000 else 0, row.title, kind, notes)


def _columns(node: Node, one: Import, meant: Mapping[int, str] | None) -> tuple[DeskImportColumn, ...]:
    rows = imports.rows_in(node, one, (), 30)
    if meant is None:
        meant = {at: column for column, at in one.columns.items()}
    found = []
    for at, heading in enumerate(one.headings):
        texts = dict.fromkeys(row.cells[at].strip() for row in rows if at < len(row.cells) and row.cells[at].strip())
        if heading or texts:
            choices = _choices(meant.get(at, NOT_USED))
            found.append(DeskImportColumn(f"column-{at}", heading, tuple(texts)[:SAMPLES], choices))
    return tuple(found)


def _choices(chosen: str) -> tuple[Choice, ...]:
    names = [column for column in (*COLUMNS, PRICE) if column not in NOT_OFFERED]
    every = [Choice(NOT_USED, _("not used"), chosen == NOT_USED)]
    return (*every, *(Choice(name, word(name, "import_column"), name == chosen) for name in names))


def rows_page(node: Node, member: Member, one: Import, number: int) -> DeskImportRowsPage:
    here, root = f"/desk/{member.slug}/import/{one.id}", request.script_root
    total = imports.counts_now(node, one).get(REFUSED, 0)
    number = max(1, min(number, -(-total // ROWS)))
    rows = imports.rows_in(node, one, (REFUSED,), ROWS, (number - 1) * ROWS)
    return DeskImportRowsPage(
        head=head(_("Rows to be put right")),
        desk=desk_frame("listings"),
        form=form_at(f"{here}/rows?page={number}"),
        back_path=root + here,
        rows=tuple(_refused(one, row) for row in rows),
        total=total,
        refused_path=f"{root}{here}/refused.csv",
        published=one.state == DONE,
        pager=pager(f"{root}{here}/rows?", number, total, ROWS),
    )


def _refused(one: Import, row: ImportRow) -> DeskImportRefused:
    texts = {**dict.fromkeys(one.columns, ""), **dict(table_row(one, row).cells)}
    known = [problem for problem in row.problems if problem["field"] in COLUMNS or problem["field"] == PRICE]
    wrong: dict[str, Mapping[str, str]] = {}
    for problem in known:
        wrong.setdefault(problem["field"], problem)
    whole = [problem["message"] for problem in row.problems if problem not in known]
    asked = dict(wrong)
    if any(problem["code"] == _NOT_FREE for problem in row.problems):
        asked.setdefault("appeal", {"message": "", "advice": COLUMNS["appeal"].help})
    others = [column for column in texts if column not in asked]
    return DeskImportRefused(
        number=row.number,
        title=row.title,
        wrong=tuple(_cell(one, row, column, texts, asked[column], _more(known, column)) for column in asked),
        others=tuple(_cell(one, row, column, texts, {}) for column in others),
        whole=tuple(whole),
        leave=str(row.number),
        advice=INSTEAD if "appeal" in asked else "",
    )


def _more(known: Sequence[Mapping[str, str]], column: str) -> tuple[str, ...]:
    """What else is wrong with a cell, beside the first."""
    return tuple(problem["message"] for problem in known if problem["field"] == column)[1:]


def _cell(
    one: Import,
    row: ImportRow,
    column: str,
    texts: Mapping[str, object],
    problem: Mapping[str, str],
    more: tuple[str, ...] = (),
) -> DeskImportCell:
    value = str(texts.get(column, ""))
    name = word(column, "import_column")
    heading = one.headings[one.columns[column]] if column in one.columns else ""
    label = f"{name} ({heading})" if heading and heading.casefold() != name.casefold() else name
    is_long = column in LONG or "\n" in value or len(value) > 120
    advice = problem.get("advice", "") if problem.get("code") != _NOT_FREE else ""
    message = problem.get("message", "")
    return DeskImportCell(f"cell-{row.number}-{column}", label, value, message, advice, is_long, more)


def typed_cells(fields: Mapping[str, str], columns: Sequence[str]) -> dict[int, dict[str, str]]:
    """Row -> column -> what was typed there; fields that are none of ours are passed over."""
    found: dict[int, dict[str, str]] = {}
    for name, text in fields.items():
        kind, _sep, rest = name.partition("-")
        number, _sep, column = rest.partition("-")
        if kind == "cell" and number.isdecimal() and len(number) < 8 and column in columns:
            found.setdefault(int(number), {})[column] = text.replace("\x00", "").replace("\r\n", "\n")[:40_000]
    return found
