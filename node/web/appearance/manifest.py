"""The web app manifest: what a phone needs to put the board among its programs (W3C, Web Application Manifest)."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from node.context import Node
from node.services.syndication.feeds import rendered
from node.settings import Settings
from node.web import current_node
from node.web.appearance.brand import LIGHT_PAPER, is_colour, shades
from node.web.appearance.brand_files import app_icon_path
from node.web.appearance.site import language_of
from node.web.conditional import conditional
from node.web.wording import words
from node.web.wording.phrases import say as _

blueprint = Blueprint("manifest", __name__)

PATH, MEDIA_TYPE = "manifest.webmanifest", "application/manifest+json"
ICONS = (
    ("icon.svg", "any", "image/svg+xml", "any"),
    ("icon-192.png", "192x192", "image/png", "any"),
    ("icon-512.png", "512x512", "image/png", "any"),
    ("maskable-192.png", "192x192", "image/png", "maskable"),
    ("maskable-512.png", "512x512", "image/png", "maskable"),
)
"""File, size, type and purpose of each icon; ``tools/icons.py`` draws them."""
SHORT = 12
"""More letters than these are cut off under an icon."""


@blueprint.get(f"/{PATH}")
def manifest() -> Response:
    document = orjson.dumps(_document(current_node()), option=orjson.OPT_INDENT_2)
    response = conditional(rendered("manifest", document), MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _document(node: Node) -> dict[str, Any]:
    settings, root, language = node.settings, f"{request.script_root}/", language_of(words.locale())
    colour = shades(settings.brand_colour)[0].colour if is_colour(settings.brand_colour) else LIGHT_PAPER
    return {
        "id": root,
        "name": settings.node_name,
        "short_name": short_name(settings.node_name, settings.area_name),
        "description": settings.tagline or settings.node_description or _("What is free near you"),
        "lang": language.code,
        "dir": "rtl" if language.rtl else "ltr",
        "start_url": root,
        "scope": root,
        "display": "standalone",
        # Where a system has it: a window with a way back, which pages count on.
        "display_override": ["minimal-ui", "standalone"],
        "background_color": LIGHT_PAPER.lower(),
        "theme_color": colour.lower(),
        "icons": _icons(settings),
        "shortcuts": [
            {"name": _("Search the board"), "url": f"{root}search"},
            {"name": _("Wanted"), "url": f"{root}wanted"},
            {"name": _("Kept on this device"), "url": f"{root}offline"},
        ],
    }


def _icons(settings: Settings) -> list[dict[str, str]]:
    return [
        {"src": app_icon_path(name, settings), "sizes": sizes, "type": type_, "purpose": purpose}
        for name, sizes, type_, purpose in ICONS
    ]


def short_name(name: str, area: str) -> str:
    """What stands under the icon: the name if it is short, else the area's, else the first words that fit."""
    fitting = [text for text in (name, area) if text and len(text) <= SHORT]
    if fitting:
        return fitting[0]
    taken = ""
    for word in name.split():
        if len(longer := f"{taken} {word}".strip()) > SHORT:
            break
        taken = longer
    return taken or name[:SHORT]
