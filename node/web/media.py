"""Pictures of this node's own listings. Each is named by its content, so browsers may keep it for ever."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, send_from_directory

from node.web import current_node

blueprint = Blueprint("media", __name__)

_NAME = re.compile(r"[0-9a-f]{32}\.jpg")
_YEAR_S = 31_536_000


@blueprint.get("/media/<name>")
def picture(name: str) -> Response:
    if not _NAME.fullmatch(name):
        abort(404)
    folder = current_node().settings.home / "media"
    response = send_from_directory(folder, name, mimetype="image/jpeg", max_age=_YEAR_S)
    response.cache_control.immutable = True
    # Catalogues fetch pictures to keep copies; anyone may show what is free to use.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
