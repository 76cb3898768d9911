"""An organisation that comes from another node, brought in the browser by who runs this one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from node.services.identity import accounts
from node.services.identity.audit import by
from node.services.moving import bringing
from node.services.moving.bringing import Brought
from node.services.moving.brought_files import BringError
from node.services.pictures.zip_uploads import FOLDER
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, proved
from node.web.form_state import form_at
from node.web.inside import head
from node.web.view_models.desk_move import DeskBringPage, DeskBrought
from node.web.wording.said import plain

blueprint = guarded("bringing")

PAGE = "/desk/bring"
MOST_BYTES = 200 * 2**20
"""What is larger is brought by command: it would take longer than a browser waits."""
_ROOM = 2**16


@blueprint.url_value_preprocessor
def _take_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A file may be as large as that, from those who run the node: nobody else's is taken in at all."""
    if str(endpoint).endswith(".bring"):
        inside = accounts.signed_in(current_node(), request.cookies.get(accounts.COOKIE))
        if inside is not None and inside.account.operator:
            request.max_content_length = MOST_BYTES + _ROOM


@blueprint.before_request
def _operators_only() -> None:
    if not g.account.operator:
        abort(404)


@blueprint.get("/bring")
@proved(PAGE)
def page() -> str:
    return _page({})


@blueprint.post("/bring")
@proved(PAGE)
def bring() -> ResponseReturnValue:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page({"file": _("Choose a file first.")}), 422
    try:
        found = _brought(file)
    except BringError as error:
        return _page({"file": plain(str(error))}), 422
    return _page({}, found)


def _brought(file: FileStorage) -> Brought:
    """Take in the file, which is kept no longer than that takes."""
    node = current_node()
    folder = Path(node.settings.home) / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f".{secrets.token_hex(8)}.part"
    try:
        file.save(path)
        return bringing.bring(node, path, by(g.account))
    finally:
        path.unlink(missing_ok=True)


def _page(errors: Mapping[str, str], found: Brought | None = None) -> str:
    view = DeskBringPage(
        head=head(_("Bring an organisation from another node")),
        desk=desk_frame(),
        form=form_at(PAGE, errors=errors) if found is None else None,
        most_mb=MOST_BYTES // 2**20,
        brought=_told(found) if found else None,
    )
    return render_template("desk/bring.html", page=view)


def _told(found: Brought) -> DeskBrought:
    start = f"{request.script_root}/desk/{found.slug}"
    return DeskBrought(
        found.name,
        f"{start}/",
        f"{start}/members",
        current_node().settings.url,
        found.listings,
        found.photos,
        found.bookings,
        found.stories,
        found.receipts,
        tuple(plain(remark) for remark in found.remarks),
    )
