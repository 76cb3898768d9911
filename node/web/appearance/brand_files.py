"""What browsers load of the node's own appearance: the stylesheet of its colour, its icon, its logo.

Each is named by what is in it, so that browsers keep it for a year and yet show at once what is published next.
"""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, abort, current_app, request

from node.services.pictures import logos
from node.settings import Settings
from node.web import current_node
from node.web.appearance import app_icons
from node.web.appearance.brand import css, icon, is_colour
from node.web.appearance.preview import preview_of
from node.web.static_files import address_of

blueprint = Blueprint("brand", __name__)

BRAND_PATH = "/brand.css"
ICON_PATH = "/brand/icon.svg"
ICON_FILE = "favicon.svg"
_FOR_EVER = "public, max-age=31536000, immutable"
_A_MINUTE = "public, max-age=60"


def versioned(path: str, settings: Settings) -> str | None:
    """The address of a file that is made of the brand colour; None where there is none."""
    return f"{path}?v={settings.brand_colour[1:]}" if is_colour(settings.brand_colour) else None


@blueprint.get(BRAND_PATH)
def stylesheet() -> Response:
    return _coloured(css(_colour()), "text/css")


@blueprint.get(ICON_PATH)
def icon_file() -> Response:
    drawing = (Path(current_app.static_folder or "") / ICON_FILE).read_text(encoding="utf-8")
    return _coloured(icon(drawing, _colour()), "image/svg+xml")


def _colour() -> str:
    colour = str(current_node().settings.brand_colour)
    if not is_colour(colour):
        abort(404)
    return colour


def _coloured(content: str | bytes, media_type: str) -> Response:
    kind = media_type if isinstance(content, bytes) else f"{media_type}; charset=utf-8"
    response = Response(content, content_type=kind)
    right = request.args.get("v") == _colour()[1:]
    response.headers["Cache-Control"] = _FOR_EVER if right else _A_MINUTE
    return response


@blueprint.get(f"/brand/{app_icons.FOLDER}/<name>")
def app_icon(name: str) -> Response:
    """An icon of the installed board in the brand colour."""
    if name not in app_icons.DRAWINGS + app_icons.PICTURES:
        abort(404)
    path = Path(current_app.static_folder or "") / app_icons.FOLDER / name
    return _coloured(
        app_icons.coloured(path, _colour()), "image/svg+xml" if name in app_icons.DRAWINGS else "image/png"
    )


def app_icon_path(name: str, settings: Settings) -> str:
    """The address of an icon of the installed board, in the brand colour where there is one."""
    root, static = request.script_root, current_app.static_url_path or ""
    own = versioned(f"{root}/brand/{app_icons.FOLDER}/{name}", settings)
    return own or address_of(Path(current_app.static_folder or ""), root + static, f"{app_icons.FOLDER}/{name}")


@blueprint.get("/brand/<name>")
def logo(name: str) -> Response:
    """A logo that is or was published; one that is being prepared is shown in a preview alone."""
    from node.services.configuration import appearance

    known = logos.parts_of(name)
    found = appearance.logo(current_node(), known.key) if known else None
    if found is None or not (found.published or preview_of()):
        abort(404)
    response = Response(found.data, content_type=found.media_type)
    response.headers["Cache-Control"] = _FOR_EVER
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
