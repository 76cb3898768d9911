"""A listing as a sheet of paper, for a real noticeboard: large words, and the address where it can be asked for."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _

from node.services import shown as services
from node.services.shown import Found
from node.web import current_node
from node.web.listing_page import listing_page
from node.web.pages import scene_of
from node.web.view_models import Head, SheetPage

blueprint = Blueprint("sheets", __name__)


@blueprint.get("/listings/<key>/sheet")
def sheet(key: str) -> str:
    node = current_node()
    found = services.listing(node, key)
    if not isinstance(found, Found):
        abort(404)
    scene = scene_of(node, [found.shown])
    listing = listing_page(found.shown, scene)
    head = Head(_("%(title)s, to print", title=listing.card.title), indexed=False)
    return render_template("portal/sheet.html", page=SheetPage(head, listing, scene.address(listing.card.path)))
