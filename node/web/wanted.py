"""The wanted board: what others look for, the newest first, each with how many offers fit it now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from node.search.request import WINDOW, SearchRequest, from_args
from node.services import matching
from node.services import search as searching
from node.services.matching import Met
from node.services.search import FacetCount
from node.storage.catalogue import Shown
from node.web import current_node, words
from node.web.cards import card_of
from node.web.code_words import category
from node.web.listing_page import Scene, pager_of
from node.web.pages import scene_of
from node.web.search_page import Addresses, feeds_of
from node.web.view_models import Card, Link, WantedPage

blueprint = Blueprint("wanted", __name__)

EACH_PAGE = 24


@blueprint.get("/wanted")
def board() -> str:
    node = current_node()
    given, _problems = from_args(request.args)
    asked = SearchRequest(direction=("want",), category=given.category[:1], page=given.page, limit=EACH_PAGE)
    result = searching.search(node, asked)
    wants = [match.shown for match in result.matches]
    scene = scene_of(node, wants)
    root = scene.paths.root
    page = WantedPage(
        head=scene.head(
            _("Wanted"), _("What others look for."), scene.address(_path(root, asked.category, asked.page))
        ),
        total=result.total,
        cards=tuple(_cards(wants, matching.met(node, wants), scene)),
        categories=tuple(_categories(result.facets, root, asked.category)),
        pager=pager_of(
            asked.page,
            -(-min(result.total, WINDOW) // EACH_PAGE),
            lambda number: _path(root, asked.category, number),
        ),
        feeds=feeds_of(asked.changed(limit=SearchRequest().limit), Addresses(root)),
        post_path=f"{root}/wanted/new",
    )
    return render_template("portal/wanted.html", page=page)


def _path(root: str, category: Sequence[str], number: int = 1) -> str:
    pairs = [("category", path) for path in category] + ([("page", str(number))] if number > 1 else [])
    return f"{root}/wanted" + (f"?{urlencode(pairs)}" if pairs else "")


def _cards(wants: Sequence[Shown], offers: dict[str, Met], scene: Scene) -> Iterator[Card]:
    for want in wants:
        count = offers.get(want.entry.key, Met()).count
        fits = ngettext("%(count)s offer fits now", "%(count)s offers fit now", count, count=words.number(count))
        yield replace(card_of(want, scene.paths), why=fits if count else "")


def _categories(facets: Sequence[FacetCount], root: str, chosen: Sequence[str]) -> Iterator[Link]:
    """Everything, then each root in which something is wanted."""
    tree = next((facet.values for facet in facets if facet.name == "category"), ())
    yield Link(_("Everything"), _path(root, ()), not chosen)
    for value in tree:
        if value.count or value.selected:
            shown = f"{category(value.value).label} ({words.number(value.count)})"
            yield Link(shown, _path(root, (value.value,)), value.selected)
