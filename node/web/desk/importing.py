"""Importing a list at the desk: bring a file, say what its columns mean, look, put right, import, undo."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from node.services.file_formats.spreadsheet import MAX_FILE_BYTES, SpreadsheetError
from node.services.identity import accounts
from node.services.identity.members import EDITOR
from node.services.importing import imports, steps
from node.services.importing.columns import COLUMNS, PRICE
from node.services.importing.imports import DeskImportError, UnknownImportError
from node.services.importing.template import csv_template, xlsx_template
from node.services.pictures import zip_uploads
from node.services.pictures.shrinking import PictureError
from node.storage.imports import CHECKED, Import
from node.storage.imports import COLUMNS as COLUMNS_ASKED
from node.web import current_node
from node.web.desk.gate import at_least, guarded, member_now
from node.web.desk.importing_view import ROWS, import_page, imports_page, rows_page, typed_cells
from node.web.inside import page_number, say, to
from node.web.wording.said import plain

blueprint = guarded("imports", EDITOR)
AT_ONCE_S = 0.8
"""So long a request itself goes on with an import, so that short lists need no waiting."""
_ROOM = 2**16
_FILES = {"send": MAX_FILE_BYTES, "photos": zip_uploads.MOST_BYTES}
_DOING = {"run": imports.run, "undo": imports.undo, "resume": imports.resume}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.url_value_preprocessor
def _take_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file may be as large as the reader takes it, from those who are signed in."""
    most = _FILES.get(str(endpoint).rpartition(".")[2]) if request.method == "POST" else None
    if most and accounts.signed_in(current_node(), request.cookies.get(accounts.COOKIE)):
        request.max_content_length = most + _ROOM


@blueprint.get("/<slug>/import")
def page(slug: str) -> str:
    return _list()


def _list(errors: dict[str, str] | None = None) -> str:
    view = imports_page(current_node(), member_now(), page_number(), errors or {})
    return render_template("desk/imports.html", page=view)


@blueprint.post("/<slug>/import")
def send(slug: str) -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _list({"file": _("Choose a file first.")}), 422
    try:
        one = imports.begin(current_node(), member_now(), file.read(MAX_FILE_BYTES + 1), file.filename)
    except (SpreadsheetError, DeskImportError) as error:
        return _list({"file": plain(str(error))}), 422
    return to(f"/desk/{slug}/import/{one.id}")


@blueprint.get("/<slug>/import/template.<any(csv, xlsx):kind>")
def template(slug: str, kind: str) -> Response:
    data, media = (csv_template(), "text/csv") if kind == "csv" else (xlsx_template(), _XLSX)
    return _download(data, media, f"listings.{kind}")


def _download(data: bytes, media: str, name: str) -> Response:
    return Response(data, mimetype=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _one(import_id: str) -> Import:
    try:
        return imports.one_of(current_node(), member_now(), import_id)
    except UnknownImportError:
        abort(404)


@blueprint.get("/<slug>/import/<import_id>")
def one(slug: str, import_id: str) -> str:
    return _shown(_one(import_id))


def _shown(found: Import, errors: dict[str, str] | None = None, meant: dict[int, str] | None = None) -> str:
    """``meant`` is what somebody chose for each column, where that is to be chosen again."""
    with_columns = "columns" in request.args or bool(errors and "photos" not in errors)
    view = import_page(current_node(), member_now(), found, with_columns, errors or {}, meant)
    return render_template("desk/import.html", page=view)


@blueprint.post("/<slug>/import/<import_id>")
def go_on(slug: str, import_id: str) -> ResponseReturnValue:
    """Do what the button says: check, run, undo, go on, end or drop."""
    node, found, doing = current_node(), _one(import_id), request.form.get("then", "")
    try:
        if doing == "drop":
            imports.drop(node, member_now(), found)
            zip_uploads.forget(node, found)
            say(_("The import is thrown away. Nothing was changed."))
            return to(f"/desk/{slug}/import")
        if doing == "leave":
            imports.leave(node, member_now(), found)
            say(_("The import is ended. What has been brought in stays."))
            return to(f"/desk/{slug}/import")
        if doing == "check":
            imports.check(node, member_now(), found, _meant(found), request.form.get("missing") == "yes")
        elif doing in _DOING:
            _DOING[doing](node, member_now(), found)
        else:
            abort(400)
    except DeskImportError as error:
        if doing == "check":
            return _shown(_with_choices(found), {"": plain(str(error))}, _meant(found)), 422
        say(plain(str(error)), ok=False)
    else:
        if not zip_uploads.has_photos(node, found):
            # Photos take long: they are left to the worker.
            steps.work(node, AT_ONCE_S, found.id)
    return to(f"/desk/{slug}/import/{import_id}")


@blueprint.post("/<slug>/import/<import_id>/photos")
def photos(slug: str, import_id: str) -> ResponseReturnValue:
    """Take in a zip with the photos that the rows name."""
    found, file = _one(import_id), request.files.get("photos")
    if found.state not in (COLUMNS_ASKED, CHECKED):
        abort(409)
    if file is None or not file.filename:
        return _shown(found, {"photos": _("Choose a file first.")}), 422
    try:
        zip_uploads.take(current_node(), found, file.save)
        imports.check_again(current_node(), member_now(), found)
    except (PictureError, DeskImportError) as error:
        return _shown(found, {"photos": plain(str(error))}), 422
    say(_("The photos are here. Rows that name them get them."))
    return to(f"/desk/{slug}/import/{import_id}")


def _meant(found: Import) -> dict[int, str]:
    return {at: request.form.get(f"column-{at}", "") for at in range(len(found.headings))}


def _with_choices(found: Import) -> Import:
    """The import as somebody would have it, to be shown again."""
    from dataclasses import replace

    chosen = {column: at for at, column in _meant(found).items() if column in COLUMNS or column == PRICE}
    return replace(found, columns=chosen, missing=request.form.get("missing") == "yes")


@blueprint.get("/<slug>/import/<import_id>/rows")
@at_least(EDITOR)
def rows(slug: str, import_id: str) -> str:
    view = rows_page(current_node(), member_now(), _one(import_id), page_number())
    return render_template("desk/import_rows.html", page=view)


@blueprint.post("/<slug>/import/<import_id>/rows")
def correct(slug: str, import_id: str) -> ResponseReturnValue:
    found = _one(import_id)
    typed = typed_cells(request.form, (*COLUMNS, PRICE))
    typed = dict(list(typed.items())[:ROWS])
    left = [int(text) for text in request.form.getlist("leave")[:ROWS] if text.isdecimal() and len(text) < 8]
    try:
        done = steps.correct(current_node(), found, typed, left, member_now().name)
    except DeskImportError as error:
        say(plain(str(error)), ok=False)
    else:
        say(_corrected(**done), ok=not done["refused"])
    return to(f"/desk/{slug}/import/{import_id}/rows?page={page_number()}")


def _corrected(good: int, refused: int, left: int) -> str:
    """What came of what was typed, as far as there is something to say."""
    told = (
        ngettext("%(num)s row is right now.", "%(num)s rows are right now.", good) if good else "",
        ngettext("%(num)s row is not right yet.", "%(num)s rows are not right yet.", refused) if refused else "",
        ngettext("%(num)s row is left out.", "%(num)s rows are left out.", left) if left else "",
    )
    return " ".join(filter(None, told)) or _("Nothing was put right, because those rows were settled already.")


@blueprint.get("/<slug>/import/<import_id>/refused.csv")
@at_least(EDITOR)
def refused(slug: str, import_id: str) -> Response:
    return _download(imports.refused_file(current_node(), _one(import_id)), "text/csv", "to-be-corrected.csv")
