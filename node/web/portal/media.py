"""Pictures of this node's own listings, and logos of its organisations.

Each is named by its content, so browsers may keep it for ever.
"""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, abort, request, send_from_directory

from node.services.pictures.upload_names import name_in_path
from node.web import current_node

blueprint = Blueprint("media", __name__)

_NAME = re.compile(r"[0-9a-f]{32}(?:\.jpg|-[1-9][0-9]{0,3}x[1-9][0-9]{0,3}\.png)")
_KINDS = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_YEAR_S = 31_536_000


@blueprint.get("/media/<name>")
def picture(name: str) -> Response:
    sent = name_in_path(name)
    if sent is None and not _NAME.fullmatch(name):
        abort(404)
    folder = current_node().settings.home / "media"
    name = _lighter(folder, name) if sent else name
    kind = _KINDS[name.rpartition(".")[2]]
    response = send_from_directory(folder, name, mimetype=kind, max_age=_YEAR_S)
    response.cache_control.immutable = True
    # Catalogues fetch pictures to keep copies; anyone may show what is free to use.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if sent:
        response.vary.add("Accept")
    return response


def _lighter(folder: Path, name: str) -> str:
    """The same picture as WebP, which is a third smaller, for whoever says that they can show it."""
    webp = name.removesuffix(".jpg") + ".webp"
    is_wanted = "image/webp" in request.headers.get("Accept", "")
    return webp if is_wanted and (folder / webp).is_file() else name
