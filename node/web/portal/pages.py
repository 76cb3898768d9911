"""Public pages: a small node's front page, each listing, each organisation. On a catalogue, `portal` has the front."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from federation.facts import short_key
from node.context import Node
from node.services.catalogue import shown as services
from node.services.catalogue.shown import Found, Gone, Host
from node.services.moving import moves
from node.services.stories import reading
from node.services.stories.reading import Shown as Told
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.portal.cards import cards_of, logo_of, moment
from node.web.portal.closed_days import closed_by_calendar
from node.web.portal.listing_page import (
    Scene,
    listing_page,
    organisation_box,
    organisation_page,
    pager_of,
    publisher_page,
)
from node.web.portal.scene import scene_of
from node.web.view_models.effect import EffectBox
from node.web.view_models.listing import GonePage, ListingPage
from node.web.view_models.parts import FeedLink, Head, Link
from node.web.view_models.recognition import RecognitionBox
from schemas.listing import load_listing

blueprint = Blueprint("pages", __name__)

SIMILAR = PARTNERS = 4
STORIES, THEIRS = 3, 6


@blueprint.record
def _front_of_a_publisher(setup: BlueprintSetupState) -> None:
    node: Node = setup.app.extensions["sharefeed"]
    if not node.settings.aggregate:
        setup.add_url_rule("/", "home", home)


def home() -> str:
    node = current_node()
    number = request.args.get("page", 1, type=int)
    front = services.front(node, number)
    if front is None:
        abort(404)
    scene = scene_of(node, front.shown)
    paths = scene.paths
    boxes = tuple(
        organisation_box(host, paths.organisation(host.id, slug), paths) for slug, host in front.organisations
    )
    name, description = node.settings.node_name, node.settings.node_description
    pager = pager_of(number, front.pages, lambda n: f"{request.script_root}/{f'?page={n}' if n > 1 else ''}")
    page = publisher_page(name, description, boxes, front.shown, front.total, pager, scene)
    from node.web.portal import events

    page = replace(page, events=events.next_cards(node), events_path=request.script_root + events.PATH)
    page = replace(page, **_stories(node, reading.newest(node, STORIES)))
    return render_template("publisher/home.html", page=page)


@blueprint.get("/listings/<key>")
def listing(key: str) -> Response:
    node = current_node()
    place = moves.place_of(node, key.partition(".")[0]) if "." in key else None
    if place is not None:
        return to_new_place(place.listing(key))
    found = services.listing(node, key)
    if isinstance(found, Found):
        return _listing(node, found)
    if found is None:
        abort(404)
    return _gone(found, services.organisation(node, key.partition(".")[0]) if "." in key else None)


def to_new_place(address: str) -> Response:
    """It is at another node now, for good (RFC 9110 section 15.4.9); whoever asks there again need not ask here."""
    response = make_response(redirect(address, 308))
    response.headers["Cache-Control"] = "max-age=3600"
    return response


def _listing(node: Node, found: Found) -> Response:
    if not node.settings.aggregate:
        scene = scene_of(node, [found.shown])
        page = _with_calendar(node, _with_asking(node, listing_page(found.shown, scene), found), found)
        page = _with_effect(node, page, found)
        return make_response(render_template("portal/listing.html", page=_with_stories(node, page, found)))
    from node.search.request import SearchRequest
    from node.services.catalogue import board, matching
    from node.services.catalogue import search as searching
    from node.services.mail.mail_settings import can_mail
    from node.web.portal.matches import match_cards
    from node.web.portal.origins import origin_of, steps_of

    similar = board.similar(node, found.shown, SIMILAR)
    partners = matching.partners(node, found.shown, PARTNERS)
    scene = scene_of(node, [found.shown, *similar, *(one.shown for one in partners)], logo_of(found.shown))
    root, paths = request.script_root, scene.paths
    origin = origin_of(found, found.source, root) if found.source else None
    fitting = match_cards(found.shown, partners, paths, site_of(node))
    steps, alike = tuple(steps_of(found, root)), cards_of(similar, paths)
    # Whatever is reserved or only on its way is met by nothing.
    mails = can_mail(node.settings) and found.shown.entry.facts.status == "available"
    theirs = searching.search(node, SearchRequest(organisation=(found.shown.entry.facts.organisation_key,), limit=1))
    page = listing_page(found.shown, scene, origin, steps, alike, fitting, mails, theirs.total or None)
    page = _with_calendar(node, _with_asking(node, page, found), found)
    page = _with_effect(node, _with_stories(node, page, found), found)
    return make_response(render_template("portal/listing.html", page=page))


def _with_asking(node: Node, page: ListingPage, found: Found) -> ListingPage:
    """The page with the way to ask for the listing here, where this node takes the requests for it."""
    from node.services.exchanges import asking
    from node.web.exchanges.asking_as import may_be_asked_from_afar

    key = found.shown.entry.key
    if may_be_asked_from_afar(node, found):
        page = replace(page, ask_as_path=f"{request.script_root}/listings/{key}/ask-as")
    what = asking.askable(node, key)
    if what is None:
        return replace(page, state="handed_over") if asking.is_handed_over(node, key) else page
    if what.left == 0:
        # What is promised here of another node's listing is known here alone.
        page = replace(page, card=replace(page.card, status="reserved"))
    path = f"{request.script_root}/listings/{key}/ask"
    return replace(page, ask_path=path, asked_path=f"{path}ed", ask_url=None)


def _with_calendar(node: Node, page: ListingPage, found: Found) -> ListingPage:
    """The page with the weekdays on which it is closed, where its calendar is kept here."""
    entry = found.shown.entry
    if entry.source_id is not None or page.calendar_url is None:
        return page
    listing = load_listing(orjson.loads(entry.item))
    closed = closed_by_calendar(node, listing, entry.key)
    return page if closed is None else replace(page, closed=closed, closed_as_usual=True)


def _with_stories(node: Node, page: ListingPage, found: Found) -> ListingPage:
    """The page with what became of what its organisation, or others with such things, handed over before."""
    facts = found.shown.entry.facts
    return replace(page, **_stories(node, reading.beside(node, facts.organisation_key, facts.category, STORIES)))


def _stories(node: Node, found: list[Told]) -> dict[str, Any]:
    """Stories as the pages here have them, with the way to all of them."""
    from node.web.stories import view as story_view

    return {"stories": story_view.cards_of(node, found), "stories_path": request.script_root + story_view.LIST_PATH}


def _with_effect(node: Node, page: ListingPage, found: Found) -> ListingPage:
    """The page with what giving it on would be good for, where anything is known of that."""
    from node.services.impact import factors as impact_factors
    from node.web.impact.effect import of_listing

    factors = impact_factors.of(node.settings)
    return replace(page, effect=of_listing(page, found.shown.entry.facts, factors, request.script_root))


def _gone(gone: Gone, host: Host | None) -> Response:
    """What became of a listing. Whoever read its code from paper came for what its organisation shares."""
    head = Head(gone.title or _("No longer on the board"), indexed=False)
    whose = None
    if host is not None and host.slug is not None and host.shown:
        whose = Link(host.organisation.name, f"{request.script_root}/organisations/{host.slug}")
    page = GonePage(head, gone.title, gone.reason, moment(gone.at), whose=whose)
    return make_response(render_template("portal/gone.html", page=page), 410)


@blueprint.get("/organisations/<key>")
def organisation(key: str) -> str | Response:
    node = current_node()
    place = moves.place_of(node, key)
    if place is not None:
        return to_new_place(place.organisation(key))
    host = services.organisation(node, key)
    if host is None:
        abort(404)
    scene = scene_of(node, host.shown, host.organisation.logo)
    path, source = scene.paths.organisation(host.organisation.id, key), _source_of(host)
    page = organisation_page(host.organisation, host.shown, path, scene, source)
    page = replace(page, **_stories(node, reading.of_organisation(node, host.organisation.id, THEIRS)))
    page = replace(page, recognition=_recognition(node, host, path, scene), effect=_effect(node, host, path, scene))
    if node.settings.aggregate:
        feeds, alert_path = _follow(node, host, scene)
        page = replace(page, head=replace(page.head, feeds=feeds), feeds=feeds, alert_path=alert_path)
    return render_template("portal/organisation.html", page=page)


def _recognition(node: Node, host: Host, path: str, scene: Scene) -> RecognitionBox:
    from node.services.impact import recognising
    from node.web.impact.earned import Where, recognition_box
    from node.web.impact.recognition import years_of

    found = recognising.Recognised(host.organisation, recognising.of(node, host.organisation.id))
    where = Where(scene.paths.root, path, scene.address(path))
    return recognition_box(found, where, years_of(node, found, where))


def _effect(node: Node, host: Host, path: str, scene: Scene) -> EffectBox:
    from node.services.impact import effects
    from node.web.impact.effect import effect_box

    return effect_box(effects.of(node, host.organisation), scene.paths.root, path, scene.address(path))


def _source_of(host: Host) -> Link | None:
    if host.source is None:
        return None
    from node.web.portal.origins import source_path

    return Link(host.source.name, source_path(host.source, request.script_root))


def _follow(node: Node, host: Host, scene: Scene) -> tuple[tuple[FeedLink, ...], str | None]:
    """What an organisation publishes as feeds of the search, and where mails about it are asked for."""
    from node.search.request import SearchRequest
    from node.services.mail.mail_settings import can_mail
    from node.web.searching.page import Addresses, feeds_of

    theirs, addresses = SearchRequest(organisation=(short_key(host.organisation.id),)), Addresses(scene.paths.root)
    return feeds_of(theirs, addresses), addresses.of_alert(theirs) if can_mail(node.settings) else None
