"""The page about the API, at the foot of its addresses: it works without scripts, and with them each can be tried."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template
from flask_babel import gettext as _

from node.context import Node
from node.services.catalogue import board
from node.services.syndication.feeds import CHANGES_PATH
from node.web import current_node
from node.web.api.page import forms_of, groups_of
from node.web.api.reading import document_of
from node.web.portal.scene import scene_of
from node.web.view_models.api import ApiPage

blueprint = Blueprint("api_docs", __name__)


@blueprint.get("/api/")
def page() -> str:
    node = current_node()
    document, scene = document_of(current_app), scene_of(node, ())
    root = scene.paths.root
    words = _("How programs search this board, read it and follow it.")
    shown = ApiPage(
        head=scene.head(_("For programs"), words, scene.address(f"{root}/api/")),
        document_path=f"{root}/api/openapi.json",
        changes_path=f"{root}/{CHANGES_PATH}",
        downloads_path=f"{root}/downloads/",
        groups=groups_of(document, root, _keys(node)),
        forms=forms_of(document),
        quota=node.settings.api_rate_per_minute or None,
    )
    return render_template("portal/api.html", page=shown)


def _keys(node: Node) -> dict[str, str]:
    """A key that is there now for each path that takes one: of the newest offer, and of who offers it."""
    newest = board.newest(node, "offer", 1, 1)
    if not newest:
        return {}
    entry = newest[0].entry
    return {
        "/api/v1/listings/{key}": entry.key,
        "/api/v1/listings/{key}/matches": entry.key,
        "/api/v1/organisations/{key}": entry.facts.organisation_key,
    }
