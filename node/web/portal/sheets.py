"""Sheets of paper, for a real noticeboard: a listing, what an organisation shares, the whole board.

Large words, and the address where it can be asked for, to type and as a QR code.
"""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _

from node.services.catalogue import shown as services
from node.services.catalogue.shown import Found
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.portal.cards import cards_of
from node.web.portal.listing_page import QR_NAME, SHEET_NAME, listing_page
from node.web.portal.scene import scene_of
from node.web.view_models.listing import PosterPage, SheetPage
from node.web.view_models.parts import Card, Head, Link
from node.web.wording.event_words import next_time

blueprint = Blueprint("sheets", __name__)

MOST_OFFERS, MOST_WANTS = 8, 4
"""What fits on a sheet that is read from two metres away."""


@blueprint.get(f"/listings/<key>/{SHEET_NAME}")
def sheet(key: str) -> str:
    node = current_node()
    found = services.listing(node, key)
    if not isinstance(found, Found):
        abort(404)
    scene = scene_of(node, [found.shown])
    listing = listing_page(found.shown, scene)
    card = listing.card
    head = replace(_head(card.title), language=card.language or "")
    when = next_time(card, site_of(node))
    page = SheetPage(head, listing, scene.address(card.path), f"{card.path}/{QR_NAME}", when)
    return render_template("portal/sheet.html", page=page)


@blueprint.get(f"/organisations/<key>/{SHEET_NAME}")
def organisation(key: str) -> str:
    node = current_node()
    host = services.organisation(node, key)
    if host is None:
        abort(404)
    scene = scene_of(node, ())
    path, name = scene.paths.organisation(host.organisation.id, key), host.organisation.name
    lead = _("We share for free, and so can you.")
    page = _poster(
        name, lead, scene.address(path), f"{path}/{QR_NAME}", Link(name, path), cards_of(host.shown, scene.paths)
    )
    return render_template("portal/poster.html", page=page)


@blueprint.get(f"/{SHEET_NAME}")
def board() -> str:
    node = current_node()
    scene, settings = scene_of(node, ()), node.settings
    home = f"{scene.paths.root}/"
    lead = settings.tagline or _(
        "Things to keep, things to borrow, rooms to use and people who help, from organisations around the corner."
    )
    name = settings.node_name
    page = _poster(name, lead, settings.url, home + QR_NAME, Link(name, home))
    return render_template("portal/poster.html", page=page)


def _poster(name: str, lead: str, address: str, qr_path: str, back: Link, cards: tuple[Card, ...] = ()) -> PosterPage:
    offers, wants = _first(cards, False, MOST_OFFERS), _first(cards, True, MOST_WANTS)
    more = len(cards) - len(offers) - len(wants)
    return PosterPage(_head(name), name, lead, address, qr_path, back, offers, wants, more)


def _first(cards: tuple[Card, ...], wanted: bool, most: int) -> tuple[Card, ...]:
    return tuple(card for card in cards if (card.sign == "wanted") is wanted)[:most]


def _head(title: str) -> Head:
    return Head(_("%(title)s, to print", title=title), indexed=False)
