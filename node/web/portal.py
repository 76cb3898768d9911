"""The catalogue's own pages: its front, and the search. Thin: parse, call one service, render."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from node.context import Node
from node.search.marking import wanted
from node.search.request import WINDOW, SearchRequest, from_args
from node.services import board
from node.services import search as searching
from node.services.mail_settings import can_mail
from node.services.search import SearchResult
from node.services.wishing import Close, close_to
from node.web import current_node, drawn, words
from node.web.cards import cards_of
from node.web.code_words import category
from node.web.listing_page import Scene
from node.web.pages import scene_of
from node.web.phrases import say as _
from node.web.search_page import Addresses, Asked, search_page
from node.web.site import site_of
from node.web.sources import summary
from node.web.view_models import ActionEntry, CategoryTile, Head, HomePage
from schemas.vocabulary import ACTIONS

blueprint = Blueprint("portal", __name__)

NEW, WANTED = 12, 4
EACH = 2
"""At most so many new listings of one organisation."""


@blueprint.get("/")
def home() -> str:
    node = current_node()
    counted = searching.search(node, SearchRequest(limit=1))
    offered = searching.search(node, SearchRequest(direction=("offer",), limit=1))
    new, wanted = board.newest(node, "offer", NEW, EACH), board.newest(node, "want", WANTED, EACH)
    scene = scene_of(node, [*new, *wanted])
    counts = _counts(offered)
    page = HomePage(
        head=_head(node, scene),
        entries=_entries(counts, scene),
        new=cards_of(new, scene.paths),
        new_path=Addresses(scene.paths.root).of(SearchRequest(direction=("offer",), sort="newest")),
        wanted=cards_of(wanted, scene.paths),
        offers=counts.get("offer", 0),
        wants=counts.get("want", 0),
        categories=_categories(counted, scene),
        summary=summary(node),
    )
    return render_template("portal/home.html", page=page)


def _head(node: Node, scene: Scene) -> Head:
    title = _("What is free near you")
    description = node.settings.node_description or node.settings.tagline
    return scene.head(title, description, node.settings.url)


def _counts(offered: SearchResult) -> dict[str, int]:
    """How many offers there are of each action, and how many offers and wants in all."""
    wanted = ("action", "direction")
    return {value.value: value.count for facet in offered.facets if facet.name in wanted for value in facet.values}


def _entries(counts: dict[str, int], scene: Scene) -> tuple[ActionEntry, ...]:
    addresses = Addresses(scene.paths.root)
    actions = tuple(
        ActionEntry(action, addresses.of(SearchRequest(action=(action,), direction=("offer",))), counts.get(action))
        for action in ACTIONS
    )
    return (*actions, ActionEntry("wanted", addresses.of(SearchRequest(direction=("want",))), counts.get("want")))


def _categories(counted: SearchResult, scene: Scene) -> tuple[CategoryTile, ...]:
    tree = next((facet.values for facet in counted.facets if facet.name == "category"), ())
    root = scene.paths.root
    tiles = ((value.value, value.count) for value in tree if value.count)
    return tuple(CategoryTile(path, category(path).label, f"{root}/categories/{path}", count) for path, count in tiles)


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
        close=close_to(node, stated.q) if stated.q and not result.total else Close(),
    )
    cards = drawn.cards(node, result.matches, site, wanted(result.reading))
    page = search_page(result, cards, scene_of(node, ()), asked)
    return render_template("portal/search.html", page=page, site=site)


def _on_a_page_that_is_there(node: Node, stated: SearchRequest) -> SearchResult:
    """The result of a search; of its last page where an old address asks for one behind it."""
    result = searching.search(node, stated)
    last = max(1, -(-min(result.total, WINDOW) // stated.limit))
    return searching.search(node, stated.changed(page=last)) if stated.page > last else result
