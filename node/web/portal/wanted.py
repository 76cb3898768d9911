"""The wanted board: what others look for, each with how many offers fit it now and the best of them.

By kind and by place, the newest or the nearest first; everything that narrows it is a plain link.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from node.context import Node
from node.search.request import WINDOW, SearchRequest, from_args
from node.services.catalogue import board, matching
from node.services.catalogue import search as searching
from node.services.catalogue.matching import Met
from node.services.catalogue.search import FacetCount, SearchResult
from node.services.mail.mail_settings import can_mail
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.portal.cards import card_of
from node.web.portal.listing_page import Scene, pager_of
from node.web.portal.matches import why
from node.web.portal.scene import scene_of
from node.web.searching.page import Addresses, feeds_of, place_error
from node.web.searching.reach import reach_of, usual_km
from node.web.view_models.parts import Link, Site
from node.web.view_models.portal import WantedPage, WantedRow
from node.web.wording import words
from node.web.wording.code_words import category

blueprint = Blueprint("wanted", __name__)

EACH_PAGE = 24
PLACES = 5


@blueprint.get("/wanted")
def page() -> str:
    node, asked = current_node(), _asked()
    result = searching.search(node, asked)
    wants = [match.shown for match in result.matches]
    offers = matching.met(node, wants)
    best = [met.best.shown for met in offers.values() if met.best]
    return render_template(
        "portal/wanted.html", page=_page(node, asked, result, offers, scene_of(node, [*wants, *best]))
    )


def _asked() -> SearchRequest:
    """What of the address counts here: one kind, a place or a point, an order, a page."""
    given, _problems = from_args(request.args)
    return SearchRequest(
        direction=("want",),
        category=given.category[:1],
        near=given.near,
        lat=given.lat,
        lon=given.lon,
        within=given.within if given.near or given.point else None,
        sort=given.sort if given.sort in ("newest", "nearest") else "",
        page=given.page,
        limit=EACH_PAGE,
    )


def _page(node: Node, asked: SearchRequest, result: SearchResult, offers: dict[str, Met], scene: Scene) -> WantedPage:
    site, root, located = site_of(node), scene.paths.root, result.request
    stated, addresses = asked.changed(page=located.page), Addresses(root)
    lasting = stated.changed(sort="", limit=SearchRequest().limit)
    narrowed = bool(asked.category or asked.near or asked.point)
    head = scene.head(_("Wanted"), _("What others look for."), scene.address(_path(root, stated)))
    feeds = feeds_of(lasting, addresses)
    return WantedPage(
        head=replace(head, feeds=feeds),
        total=result.total,
        rows=tuple(_rows([match.shown for match in result.matches], offers, scene, site)),
        categories=tuple(_categories(result.facets, root, stated)),
        places=tuple(_places(node, root, stated, site.miles)),
        action_path=f"{root}/wanted",
        category=next(iter(asked.category), ""),
        near=asked.near,
        lat=asked.lat,
        lon=asked.lon,
        place_error=None if result.place_known else place_error(asked.near),
        reach=reach_of(stated, lambda one: _path(root, one), site.miles, asked.near) if located.point else None,
        sorts=tuple(_sorts(located, stated, root)),
        pager=pager_of(
            located.page,
            -(-min(result.total, WINDOW) // EACH_PAGE),
            lambda number: _path(root, stated.changed(page=number)),
        ),
        feeds=feeds,
        alert_path=addresses.of_alert(lasting) if can_mail(node.settings) else None,
        post_path=f"{root}/wanted/new",
        everything_path=f"{root}/wanted" if narrowed else None,
        ready=result.ready,
    )


def _path(root: str, asked: SearchRequest) -> str:
    pairs = asked.changed(direction=(), limit=SearchRequest().limit, page=asked.page).to_args()
    return f"{root}/wanted" + (f"?{urlencode(pairs)}" if pairs else "")


def _rows(wants: Sequence[Shown], offers: dict[str, Met], scene: Scene, site: Site) -> Iterator[WantedRow]:
    for want in wants:
        met = offers.get(want.entry.key, Met())
        fits = ngettext(
            "%(count)s offer fits now", "%(count)s offers fit now", met.count, count=words.number(met.count)
        )
        if met.best is None:
            yield WantedRow(card_of(want, scene.paths))
        else:
            best = card_of(met.best.shown, scene.paths)
            yield WantedRow(card_of(want, scene.paths), fits, best, why(want, met.best, site))


def _categories(facets: Sequence[FacetCount], root: str, stated: SearchRequest) -> Iterator[Link]:
    """Everything, then each root in which something is wanted."""
    tree = next((facet.values for facet in facets if facet.name == "category"), ())
    yield Link(_("Everything"), _path(root, stated.changed(category=())), not stated.category)
    for value in tree:
        if value.count or value.selected:
            shown = f"{category(value.value).label} ({words.number(value.count)})"
            yield Link(shown, _path(root, stated.changed(category=(value.value,))), value.selected)


def _places(node: Node, root: str, stated: SearchRequest, miles: bool) -> Iterator[Link]:
    """Everywhere, then the places in which most is wanted."""
    here = {"lat": None, "lon": None, "sort": ""}
    known = board.wanted_places(node, PLACES)
    if not known:
        return
    yield Link(_("Everywhere"), _path(root, stated.changed(near="", within=None, **here)), not stated.near)
    for name in known:
        near = stated.changed(near=name, within=stated.within or usual_km(miles), **here)
        yield Link(name, _path(root, near), stated.near == name)


def _sorts(located: SearchRequest, stated: SearchRequest, root: str) -> Iterator[Link]:
    """The orders to choose from: there is only one where nothing is near."""
    if located.point is None:
        return
    for name, text in (("nearest", _("Nearest")), ("newest", _("Newest"))):
        yield Link(text, _path(root, stated.changed(sort=name)), located.order == name)
