"""The catalogue's front page as a view model: what is new, near and wanted, and the operator's own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from flask import request

from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue import board
from node.services.catalogue import search as searching
from node.services.catalogue.search import SearchResult
from node.services.impact import effects
from node.services.stories import reading
from node.web.appearance.site import site_of
from node.web.impact.effect import effect_strip
from node.web.portal import drawn
from node.web.portal.cards import cards_of
from node.web.portal.events import PATH as EVENTS_PATH
from node.web.portal.events import next_cards
from node.web.portal.listing_page import Scene
from node.web.portal.scene import scene_of
from node.web.portal.sources import summary
from node.web.searching.page import Addresses, place_error
from node.web.stories import view as story_view
from node.web.view_models.home import ActionEntry, CategoryTile, HomePage, Nearby
from node.web.view_models.parts import Head, Link
from node.web.wording.code_words import category
from node.web.wording.phrases import say as _
from node.web.wording.prose import paragraphs
from schemas.vocabulary import ACTIONS

NEW, WANTED, NEAR, PLACES, STORIES = 8, 4, 8, 6, 3
EACH = 2
"""At most so many new listings of one organisation."""


def front_page(node: Node, asked: SearchRequest) -> HomePage:
    """The page for a reader who looks from where ``asked`` says, or from nowhere."""
    settings = node.settings
    counted = searching.search(node, SearchRequest(limit=1))
    offered = searching.search(node, SearchRequest(direction=("offer",), limit=1))
    new, wanted = board.newest(node, "offer", NEW, EACH), board.newest(node, "want", WANTED, EACH)
    scene = scene_of(node, [*new, *wanted])
    counts = _counts(offered)
    nearby, unknown = _nearby(node, asked)
    return HomePage(
        head=_head(node, scene, asked, nearby),
        entries=_entries(counts, scene),
        new=cards_of(new, scene.paths),
        new_path=Addresses(scene.paths.root).of(SearchRequest(direction=("offer",), sort="newest")),
        wanted=cards_of(wanted, scene.paths),
        offers=counts.get("offer", 0),
        wants=counts.get("want", 0),
        categories=_categories(counted, scene),
        summary=summary(node),
        headline=settings.headline,
        lead=settings.lead or settings.tagline,
        about=paragraphs(settings.about_text) if settings.about_text.strip() else None,
        contact=settings.contact_line,
        near=asked.near,
        lat=asked.lat,
        lon=asked.lon,
        nearby=nearby,
        place_error=unknown,
        places=tuple(_places(node, asked.near)),
        events=next_cards(node),
        stories=story_view.cards_of(node, reading.newest(node, STORIES)),
        stories_path=scene.paths.root + story_view.LIST_PATH,
        events_path=scene.paths.root + EVENTS_PATH,
        effect=effect_strip(effects.of_everyone(node), scene.paths.root),
    )


def _head(node: Node, scene: Scene, asked: SearchRequest, nearby: Nearby | None) -> Head:
    known = nearby is not None and nearby.place
    title = _("What is free near %(place)s", place=asked.near) if known else _("What is free near you")
    description = node.settings.node_description or node.settings.tagline
    return replace(scene.head(title, description, node.settings.url), indexed=not _is_somewhere(asked))


def _is_somewhere(asked: SearchRequest) -> bool:
    return bool(asked.near or asked.point)


def _nearby(node: Node, asked: SearchRequest) -> tuple[Nearby | None, str | None]:
    """What is offered near the place in the address, or why there is nothing to say of it."""
    if not _is_somewhere(asked):
        return None, None
    here = SearchRequest(direction=("offer",), near=asked.near, lat=asked.lat, lon=asked.lon)
    found = searching.search(node, here.changed(limit=NEAR))
    if not found.place_known:
        return None, place_error(asked.near)
    if not found.ready:
        return None, None
    root, site = request.script_root, site_of(node)
    # What does not say where it is comes last in a search; here it is left out.
    placed = [match for match in found.matches if match.distance_km is not None]
    cards = drawn.cards(node, placed, site)
    return Nearby(asked.near, Addresses(root).of(here), f"{root}/", cards), None


def _places(node: Node, near: str) -> Iterator[Link]:
    """The places of which most is listed, and the one that was asked for, if it is among them, marked."""
    for name in board.places(node, PLACES):
        address = f"{request.script_root}/?{urlencode({'near': name})}#near-title"
        yield Link(name, address, name.casefold() == near.casefold())


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
