"""Success stories as everyone reads them: all, one, the feeds; and an organisation's answer by a mailed link."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue import shown as services
from node.services.catalogue.embedding import USUAL
from node.services.moving import moves
from node.services.stories import consent, feed, reading
from node.services.stories.consent import Asked, ConsentError
from node.services.stories.reading import A_PAGE, Shown
from node.services.syndication import json_ld
from node.storage.stories import NO, YES
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.embedding import code as embed_code
from node.web.embedding.request import FrameRequest
from node.web.form_state import form_at
from node.web.inside import keep_private, page_number, pager
from node.web.portal.listing_page import Scene
from node.web.portal.scene import scene_of
from node.web.stories.view import ATOM_PATH as ATOM
from node.web.stories.view import JSON_PATH, LIST_PATH, card_of, cards_of, feed_links, paths_for, story_path, view_of
from node.web.view_models.parts import Form, Head, Link
from node.web.view_models.stories import StoriesPage, StoryPage, StoryWordPage
from node.web.wording.said import plain
from node.web.wording.words import clip
from schemas import atom_feed, json_feed
from schemas.story import Story, digest

blueprint = Blueprint("stories", __name__)

MORE = 3
WORD_PATH = "/story-word/<token>"


@blueprint.get(LIST_PATH)
def every() -> str:
    node, number = current_node(), page_number()
    found, total = reading.page(node, number)
    if not found and number > 1:
        abort(404)
    scene = scene_of(node, ())
    here = f"{request.script_root}{LIST_PATH}"
    head = scene.head(_("Stories"), _("What became of what was given, lent and shared here."), scene.address(here))
    view = StoriesPage(
        head=replace(head, feeds=(*feed_links(), *head.feeds)),
        cards=cards_of(node, found),
        total=total,
        pager=pager(f"{here}?", number, total, A_PAGE),
        feeds=feed_links(),
    )
    return render_template("portal/stories.html", page=view)


@blueprint.get(f"{LIST_PATH}/<key>")
def story(key: str) -> ResponseReturnValue:
    node = current_node()
    found = reading.one(node, key)
    place = moves.place_of_story(node, key) if found is None else None
    if place is not None:
        return redirect(place.story(key), 308)
    if found is None:
        abort(404)
    return render_template("portal/story.html", page=_page(node, found))


def _page(node: Node, found: Shown) -> StoryPage:
    told, scene = found.story, scene_of(node, ())
    others = [one for one in reading.newest(node, MORE + 1) if one.key != found.key][:MORE]
    here = story_path(found.key)
    home = told.url if found.source_id is not None else None
    frame = FrameRequest(SearchRequest(limit=USUAL), story=found.key)
    return StoryPage(
        head=_head(node, found, scene, home),
        story=view_of(told, paths_for(node, [told]), _listing_path(node, told)),
        sharing=replace(scene.sharing(told.title, here), qr_path=None, sheet_path=None),
        report_path=f"{here}/report" if node.settings.aggregate else None,
        source=_source(node, found),
        home_url=home,
        more=cards_of(node, others),
        all_path=f"{request.script_root}{LIST_PATH}",
        embed_html=embed_code.script_line(node.settings.url, frame, scene.address(here), told.title),
    )


def _head(node: Node, found: Shown, scene: Scene, home: str | None) -> Head:
    here, told = scene.address(story_path(found.key)), found.story
    card = card_of(told, found.key, paths_for(node, [told]))
    picture = scene.address(card.image.path) if card.image else None
    document = json_ld.script_text(json_ld.story_document(told, home or here))
    # A story that is only passed on has its place elsewhere; search engines are sent there.
    head = scene.head(told.title, clip(told.content_text, 160), home or here, document, picture)
    oembed = scene.oembed(here)
    return replace(head, language=told.language or "", oembed_url=oembed, feeds=(*feed_links(), *head.feeds))


def _listing_path(node: Node, told: Story) -> str:
    """The page of the listing, if there is still one here."""
    if not told.handed.listing:
        return ""
    key = services.key_of(node, told.handed.listing)
    return f"{request.script_root}/listings/{key}" if key else ""


def _source(node: Node, found: Shown) -> Link | None:
    if found.source_id is None:
        return None
    from node.storage import sources
    from node.web.portal.origins import source_path

    with node.database.read() as tx:
        source = sources.by_id(tx, found.source_id)
    if source is None:
        return None
    return Link(source.name or urlsplit(source.url).hostname or "", source_path(source, request.script_root))


@blueprint.get(JSON_PATH)
def json_document() -> Response:
    own, after = "own" in request.args, request.args.get("after", "")
    answer = feed.json_document(current_node(), _("Stories"), own, after)
    return open_to_all(conditional(answer, json_feed.MEDIA_TYPE))


@blueprint.get(ATOM)
def atom_document() -> Response:
    return open_to_all(conditional(feed.atom_document(current_node(), _("Stories")), atom_feed.MEDIA_TYPE))


@blueprint.get(WORD_PATH)
def word(token: str) -> ResponseReturnValue:
    return _private(_word(token))


@blueprint.post(WORD_PATH)
def answer(token: str) -> ResponseReturnValue:
    node = current_node()
    try:
        asked = consent.by_token(node, token)
        consent.answer(node, asked, request.form.get("says", ""), request.form.get("seen", ""))
    except ConsentError as error:
        return _private(_word(token, plain(str(error))), 422)
    return redirect(f"{request.script_root}/story-word/{token}", 303)


def _private(page: tuple[str, int], status: int | None = None) -> Response:
    text, usual = page
    return keep_private(Response(text, status or usual, mimetype="text/html"))


def _word(token: str, wrong: str = "") -> tuple[str, int]:
    node = current_node()
    try:
        asked = consent.by_token(node, token)
    except ConsentError:
        bad = StoryWordPage(Head(_("This link does not work"), indexed=False))
        return render_template("portal/story_word.html", page=bad), 404
    yes, no = answers_to(asked, f"/story-word/{token}")
    page = StoryWordPage(
        head=Head(_("May your name stand there?"), indexed=False),
        story=view_of(asked.story, paths_for(node, [asked.story])),
        state=state_of(asked),
        yes=yes,
        no=no,
        wrong=wrong,
        shown_path=story_path(asked.own.key) if reading.one(node, asked.own.key) else "",
    )
    return render_template("portal/story_word.html", page=page), 200


def state_of(asked: Asked) -> str:
    """What was answered to the very words that stand there: asked, yes or no."""
    own = asked.own
    return "asked" if own.consent == YES and own.agreed_to != digest(asked.story) else own.consent


def answers_to(asked: Asked, path: str) -> tuple[Form | None, Form | None]:
    """The forms for a yes and a no, but for what was answered already."""
    state, seen = state_of(asked), digest(asked.story)
    yes, no = (form_at(path, {"says": says, "seen": seen}) if state != says else None for says in (YES, NO))
    return yes, no
