"""What an organisation's sharing has become, for itself: its level, its badges, and what comes next if it likes."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded
from node.web.impact.earned import recognition_box
from node.web.impact.recognition import found_at, where_of, years_of
from node.web.inside import head
from node.web.view_models.recognition import DeskRecognitionPage

blueprint = guarded("recognition")


@blueprint.get("/<slug>/recognition")
def page(slug: str) -> str:
    node = current_node()
    found = found_at(node, slug)
    where = where_of(node, found.organisation.id, slug)
    view = DeskRecognitionPage(
        head(_("What your sharing has become")),
        desk_frame("recognition"),
        recognition_box(found, where, years_of(node, found, where)),
        where.path,
    )
    return render_template("desk/recognition.html", page=view)
