"""Sending photographs: one at a time by the script of a form, which asks for JSON, or several by the form of a page."""

from __future__ import annotations

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.services.identity.members import EDITOR
from node.services.pictures import uploads
from node.services.pictures.renditions import MAX_BYTES
from node.services.pictures.shrinking import PictureError
from node.services.pictures.uploads import BusyError, Photo
from node.web import current_node
from node.web.desk.frame import desk_frame
from node.web.desk.gate import guarded, member_now
from node.web.desk.photo_form import FILES, photo_item, sent_files, take_large_forms
from node.web.errors import for_machine
from node.web.form_state import form_at
from node.web.inside import head, say, to
from node.web.portal.scene import scene_of
from node.web.view_models.desk_photos import DeskPhotosPage
from node.web.wording.said import plain

blueprint = guarded("photos", EDITOR)
take_large_forms(blueprint)


@blueprint.get("/<slug>/photos")
def page(slug: str) -> str:
    return _page(current_node())


@blueprint.post("/<slug>/photos")
def send(slug: str) -> ResponseReturnValue:
    """Take files in, or remove a photograph that waits."""
    node, here = current_node(), f"/desk/{slug}/photos"
    if for_machine():
        return _sent_by_script(node)
    if request.form.get("remove"):
        if uploads.remove(node, member_now().organisation_id, request.form["remove"]):
            say(_("The photo is removed."))
        return to(here)
    refused = [said for name, data in sent_files() if (said := _refused(node, name, data))]
    if refused or not request.files.getlist(FILES):
        return _page(node, {FILES: " ".join(refused) or _("Choose a photo first.")}), 422
    say(_("The photos are here."))
    return to(here)


def _refused(node: Node, name: str, data: bytes) -> str:
    try:
        _take(node, data)
    except (PictureError, BusyError) as error:
        return f"{name}: {plain(str(error))}"
    return ""


def _take(node: Node, data: bytes) -> Photo:
    return uploads.upload(node, member_now().organisation_id, data, member_now().account_id)


def _sent_by_script(node: Node) -> ResponseReturnValue:
    files = list(sent_files())
    if len(files) != 1:
        return {"error": _("Choose a photo first.")}, 422
    try:
        photo = _take(node, files[0][1])
    except PictureError as error:
        return {"error": plain(str(error))}, 422
    except BusyError as error:
        return {"error": plain(str(error))}, 503, {"Retry-After": str(error.retry_s)}
    shown = photo_item(node, photo, scene_of(node, ()).paths).image
    answer = jsonify(ref=photo.ref, path=shown.path if shown else "")
    answer.status_code = 201
    return answer


def _page(node: Node, errors: dict[str, str] | None = None) -> str:
    member, paths = member_now(), scene_of(node, ()).paths
    view = DeskPhotosPage(
        head=head(_("Photos")),
        desk=desk_frame("photos"),
        form=form_at(f"/desk/{member.slug}/photos", errors=errors) if member.may(EDITOR) else None,
        waiting=tuple(photo_item(node, photo, paths) for photo in uploads.waiting(node, member.organisation_id)),
        most_mb=MAX_BYTES // 2**20,
    )
    return render_template("desk/photos.html", page=view)
