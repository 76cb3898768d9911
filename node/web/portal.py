"""The catalogue's own pages: its front, and the search. Thin: parse, call one service, render."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services import search as searching
from node.services import shown as services
from node.services.search import SearchResult
from node.web import current_node
from node.web.cards import cards_of
from node.web.listing_page import Scene
from node.web.pages import scene_of
from node.web.search_page import Addresses, search_page
from node.web.site import MILES_COUNTRIES
from node.web.sources import summary
from node.web.view_models import ActionEntry, CategoryTile, Head, HomePage
from schemas.vocabulary import ACTIONS

blueprint = Blueprint("portal", __name__)

NEW, WANTED = 12, 4


@blueprint.get("/")
def home() -> str:
    node = current_node()
    counted = searching.search(node, SearchRequest(limit=1))
    new, wanted = services.newest(node, NEW, "offer"), services.newest(node, WANTED, "want")
    scene = scene_of(node, [*new, *wanted])
    page = HomePage(
        head=_head(node, scene),
        entries=_entries(counted, scene),
        new=cards_of(new, scene.paths),
        new_path=Addresses(scene.paths.root).of(SearchRequest(direction=("offer",), sort="newest")),
        wanted=cards_of(wanted, scene.paths),
        categories=_categories(counted, scene),
        summary=summary(node),
    )
    return render_template("portal/home.html", page=page)


def _head(node: Node, scene: Scene) -> Head:
    title = _("What is free near you")
    description = node.settings.node_description or node.settings.tagline
    return scene.head(title, description, node.settings.url)


def _entries(counted: SearchResult, scene: Scene) -> tuple[ActionEntry, ...]:
    addresses = Addresses(scene.paths.root)
    counts = {facet.name: {value.value: value.count for value in facet.values} for facet in counted.facets}
    actions = tuple(
        ActionEntry(action, addresses.of(SearchRequest(action=(action,), direction=("offer",)))) for action in ACTIONS
    )
    wants = counts.get("direction", {}).get("want")
    return (*actions, ActionEntry("wanted", addresses.of(SearchRequest(direction=("want",))), wants))


def _categories(counted: SearchResult, scene: Scene) -> tuple[CategoryTile, ...]:
    addresses = Addresses(scene.paths.root)
    tree = next((facet.values for facet in counted.facets if facet.name == "category"), ())
    return tuple(
        CategoryTile(value.value, value.label, addresses.of(SearchRequest(category=(value.value,))), value.count)
        for value in tree
        if value.count
    )


@blueprint.get("/search")
def search() -> str:
    node = current_node()
    asked, _problems = from_args(request.args)
    result = searching.search(node, asked.changed(page=asked.page))
    scene = scene_of(node, [match.shown for match in result.matches])
    miles = node.settings.country in MILES_COUNTRIES
    return render_template("portal/search.html", page=search_page(result, scene, miles))
