"""Our own stylesheets, scripts and drawings: named by their content, so that browsers may keep them for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, request
from markupsafe import Markup

from node.web.appearance.preview import preview_of

_ICON = Markup('<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#i-{}"></use></svg>')
_POINTING = ("back", "next", "out")
"""Icons that point, and are turned where one reads from right to left."""
_FOR_EVER = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1024)
def _digest(path: Path, _modified_ns: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def install(app: Flask) -> None:
    """Add ``?v=`` to every address of a static file, and let what is asked for by its right name be kept."""
    folder = Path(app.static_folder or "")

    def name_by_content(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            version = version_of(folder, values["filename"])
            if version:
                values["v"] = version

    def keep(response: Response) -> Response:
        if request.endpoint == "static" and response.status_code in (200, 304):
            asked = request.args.get("v")
            right = asked is not None and asked == version_of(folder, (request.view_args or {})["filename"])
            response.headers["Cache-Control"] = _FOR_EVER if right else "no-cache"
        return response

    prefix = app.static_url_path or ""

    def static(filename: str) -> str:
        preview = preview_of()
        # Of a preview they are no part: browsers have them already, and no session need be asked for.
        root = preview.root if preview else request.script_root
        return address_of(folder, root + prefix, filename)

    app.url_defaults(name_by_content)
    app.after_request(keep)
    app.jinja_env.globals |= {"static": static, "svg_icon": lambda name: _icon(static("icons.svg"), name)}


@lru_cache(maxsize=1024)
def address_of(folder: Path, prefix: str, filename: str) -> str:
    """The path of a static file, as ``url_for`` makes it, worked out once in each process.

    A page of results names some 150 of them, and building them anew took half of its time.
    """
    version = version_of(folder, filename)
    return f"{prefix}/{quote(filename, safe='/')}{f'?v={version}' if version else ''}"


def version_of(folder: Path, filename: str) -> str | None:
    """A short hash of the file's content; None where there is no such file."""
    path = folder / filename
    try:
        return _digest(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=1024)
def _icon(sheet: str, name: str) -> Markup:
    """One of the icons. A page of results has some eighty, and a macro of Jinja's costs ten times as much."""
    points = " icon-points" if name in _POINTING else ""
    return _ICON.format(points, sheet, name)
