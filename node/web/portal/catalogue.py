"""The catalogue's own pages: its front, and the search. Thin: parse, call one service, render."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from node.context import Node
from node.search.marking import wanted
from node.search.request import WINDOW, SearchRequest, from_args
from node.services.catalogue import search as searching
from node.services.catalogue.search import SearchResult
from node.services.catalogue.search_names import names_in
from node.services.catalogue.wishing import Close, close_to
from node.services.mail.mail_settings import can_mail
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.portal import drawn
from node.web.portal.front_page import front_page
from node.web.portal.scene import scene_of
from node.web.searching.page import Asked, search_page
from node.web.wording import words

blueprint = Blueprint("portal", __name__)


@blueprint.get("/")
def home() -> str:
    asked, _problems = from_args(request.args)
    return render_template("portal/home.html", page=front_page(current_node(), asked))


@blueprint.get("/search")
def search() -> str:
    node = current_node()
    found, problems = from_args(request.args)
    stated = found.changed(page=found.page)
    # Without scripts, a point of the map stays in the form when somebody types a place: then the place is meant.
    if stated.point and searching.knows_place(node, stated.near):
        stated = stated.changed(lat=None, lon=None, page=stated.page)
    if not (stated.point or stated.near):
        stated = stated.changed(within=None, page=stated.page)
    result, site = _on_a_page_that_is_there(node, stated), site_of(node)
    asked = Asked(
        stated=stated,
        problems=problems,
        typed=request.args,
        today=words.day_of(site.now, site),
        miles=site.miles,
        mails=can_mail(node.settings),
        names=names_in(node, stated),
        close=close_to(node, stated.q) if stated.q and not result.total else Close(),
    )
    days = stated.available_from, stated.available_until
    cards = drawn.cards(node, result.matches, site, wanted(result.reading), days)
    page = search_page(result, cards, scene_of(node, ()), asked)
    return render_template("portal/search.html", page=page, site=site)


def _on_a_page_that_is_there(node: Node, stated: SearchRequest) -> SearchResult:
    """The result of a search; of its last page where an old address asks for one behind it."""
    result = searching.search(node, stated)
    last = max(1, -(-min(result.total, WINDOW) // stated.limit))
    return searching.search(node, stated.changed(page=last)) if stated.page > last else result
