"""Our copies of the photographs of other sites. What is not ready is not found; nothing is fetched for a request."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, send_file
from flask.blueprints import BlueprintSetupState

from node.services.pictures import proxy
from node.web import current_node

blueprint = Blueprint("photos", __name__)

KEEP_S = 30 * 86_400
_USES = "sharefeed.photo_uses"


@blueprint.record
def prepare(setup: BlueprintSetupState) -> None:
    setup.app.extensions[_USES] = proxy.Uses()


@blueprint.get("/photos/<name>")
def photo(name: str) -> Response:
    node = current_node()
    path = proxy.file_named(node, name)
    if path is None:
        abort(404)
    current_app.extensions[_USES].note(node, name)
    response = send_file(path, mimetype="image/jpeg", conditional=True, max_age=KEEP_S)
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
