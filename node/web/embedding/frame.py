"""Listings on other websites: the page that stands in a frame there, and the script that puts the frame in its place.

The frame's page can be framed by whoever likes (`node.web.security.FRAME_ENDPOINT`), so it holds no form, reads no
cookie and sets none, and says nothing about where it stands.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, request

from node.context import Node
from node.services.catalogue import embedding
from node.services.catalogue.embedding import Strip
from node.services.catalogue.shown import Gone
from node.services.stories import reading
from node.services.syndication.feeds import rendered
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.appearance import brand
from node.web.conditional import conditional, open_to_all
from node.web.embedding import request as frame_request
from node.web.embedding.code import SCRIPT_PATH
from node.web.embedding.request import FrameRequest
from node.web.portal.cards import card_of
from node.web.portal.listing_page import Scene
from node.web.portal.scene import scene_of
from node.web.stories import view as story_view
from node.web.view_models.embed import EmbedFrame
from node.web.view_models.parts import Card, Head, Link
from node.web.wording import words
from node.web.wording.phrases import say as _

blueprint = Blueprint("embed", __name__)

FRESH_S, STALE_S, SCRIPT_S = 300, 3600, 3600
"""For how long a frame is as good as new, how long an older one may be shown while it is fetched; the script's time."""
_YEAR_S = 31_536_000


@blueprint.get(f"/{frame_request.PATH}")
def frame() -> Response:
    node, wanted = current_node(), frame_request.read(request.args)
    make = _listing if wanted.listing else _story if wanted.story else _search
    made = make(node, wanted)
    styles = f"{request.script_root}/{frame_request.PATH}/{wanted.colour}.css" if wanted.colour else None
    body = render_template("embed/frame.html", page=replace(made, theme=wanted.theme, colour_path=styles))
    response = conditional(rendered("embed", body.encode()), "text/html; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={FRESH_S}, stale-while-revalidate={STALE_S}"
    response.vary.add("Accept-Language")
    return response


@blueprint.get(f"/{SCRIPT_PATH}")
def script() -> Response:
    path = Path(current_app.static_folder or "") / "js" / SCRIPT_PATH
    response = open_to_all(conditional(rendered("embed", path.read_bytes()), "text/javascript; charset=utf-8"))
    response.headers["Cache-Control"] = f"public, max-age={SCRIPT_S}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get(f"/{frame_request.PATH}/<colour>.css")
def colour(colour: str) -> Response:
    """A stylesheet with the colour that a frame was asked for, made readable as the city's own is."""
    if frame_request.colour_of(colour) != colour:
        abort(404)
    response = Response(brand.css(f"#{colour}"), content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable"
    return response


def _search(node: Node, wanted: FrameRequest) -> EmbedFrame:
    strip = embedding.strip(node, wanted.asked)
    scene = scene_of(node, [shown for shown, _km in strip.found])
    cards = (card_of(shown, scene.paths, None if km is None else km * 1000) for shown, km in strip.found)
    title = title_of(strip)
    of_one = strip.organisation is not None and not strip.request.q
    return EmbedFrame(_head(title), title, _all(strip, scene), tuple(cards), strip.total, of_one=of_one)


def _listing(node: Node, wanted: FrameRequest) -> EmbedFrame:
    found = embedding.one(node, wanted.listing)
    if isinstance(found, Shown):
        card = card_of(found, scene_of(node, [found]).paths)
        return EmbedFrame(_head(card.title), card.title, Link(_("See it in full"), card.path), (card,), 1, single=True)
    gone = _("This is no longer on the board.") if isinstance(found, Gone) else _("There is no such listing here.")
    home = Link(_("See what is there now"), f"{request.script_root}/")
    return EmbedFrame(_head(gone), gone, home, single=True, gone=gone)


def _story(node: Node, wanted: FrameRequest) -> EmbedFrame:
    found = reading.one(node, wanted.story)
    every = Link(_("More stories"), f"{request.script_root}{story_view.LIST_PATH}")
    if found is None:
        gone = _("This story is not told any more.")
        return EmbedFrame(_head(gone), gone, every, single=True, gone=gone)
    [one] = story_view.cards_of(node, [found])
    card = Card(one.path, one.title, one.sign, one.root, organisation=one.organisation, image=one.image)
    see = Link(_("Read the story"), one.path)
    shown = EmbedFrame(_head(one.title), one.title, see, (replace(card, language=one.language),), 1, single=True)
    return replace(shown, words=one.excerpt)


def _head(title: str) -> Head:
    return Head(title, indexed=False)


def title_of(strip: Strip) -> str:
    """What stands above the listings."""
    asked, only_wants = strip.request, strip.request.direction == ("want",)
    if strip.organisation and not asked.q:
        name = strip.organisation[1]
        return _("Wanted by %(name)s", name=name) if only_wants else _("Shared by %(name)s", name=name)
    if asked.q:
        return _("“%(words)s”, for free", words=asked.q)
    return _("Wanted") if only_wants else _("What is free near you")


def _all(strip: Strip, scene: Scene) -> Link:
    label = _("See all %(count)s", count=words.number(strip.total)) if strip.total > 1 else _("See more")
    return Link(label, path_of(strip, scene))


def path_of(strip: Strip, scene: Scene) -> str:
    """The page of this site on which all of it stands: the organisation's, the search, or a publisher's front."""
    if strip.organisation and [name for name, _value in frame_request.searched(strip.request)] == ["organisation"]:
        return scene.paths.organisation(strip.organisation[0], strip.request.organisation[0])
    if scene.search_path is None:
        return f"{scene.paths.root}/"
    return frame_request.searched_at(scene.search_path, strip.request)
