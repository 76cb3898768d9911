"""Everything that an organisation has here, as one file: for each of its members, at any time."""

from __future__ import annotations

from flask import Response, render_template, request
from flask_babel import gettext as _

from node.services.identity import audit
from node.services.identity.members import EDITOR, OWNER
from node.services.moving import exporting
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, member_now
from node.web.form_state import form_at
from node.web.inside import head
from node.web.view_models.desk_export import DeskExportPage

blueprint = guarded("exporting")


@blueprint.get("/<slug>/export")
def page(slug: str) -> str:
    view = DeskExportPage(
        head(_("Take a copy")),
        desk_frame("export"),
        form_at(f"/desk/{slug}/export"),
        f"{request.script_root}/desk/{slug}/move" if member_now().may(OWNER) else None,
    )
    return render_template("desk/export.html", page=view)


@blueprint.post("/<slug>/export")
def take(slug: str) -> Response:
    member = member_now()
    made = exporting.export(current_node(), slug, audit.by(member), member.may(EDITOR))
    response = Response(made.pieces, content_type=exporting.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return response
