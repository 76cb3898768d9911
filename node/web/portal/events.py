"""Workshops, drop-ins and open days in the order in which they take place: a page, a feed, and calendars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import gettext as _

from node.context import Node
from node.search.request import YES, SearchRequest
from node.services.syndication import event_calendar as calendars
from node.services.syndication import feeds as documents
from node.services.syndication.listing_calendar import MEDIA_TYPE
from node.web import current_node
from node.web.appearance.site import site_of
from node.web.conditional import conditional, open_to_all
from node.web.portal.cards import cards_of
from node.web.portal.listing_page import EVENT_ICS, EVENTS_ICS
from node.web.portal.scene import scene_of
from node.web.searching.days import usual_days
from node.web.view_models.events import EventGroup, EventsPage
from node.web.view_models.parts import Card, FeedLink, Head, Link, Site
from node.web.wording import words
from node.web.wording.event_words import is_this_week, next_date
from schemas import json_feed

blueprint = Blueprint("events", __name__)

PATH, ICS_PATH, JSON_PATH = "/events", "/events.ics", "/events.json"


MOST_ON_A_FRONT_PAGE = 4


def next_cards(node: Node) -> tuple[Card, ...]:
    """The cards of the few events that take place next, for a front page."""
    shown, site = calendars.coming(node, MOST_ON_A_FRONT_PAGE), site_of(node)
    return tuple(card for card in cards_of(shown, scene_of(node, shown).paths) if next_date(card, site))


@blueprint.get(PATH)
def page() -> str:
    node = current_node()
    shown, site = calendars.coming(node), site_of(node)
    scene = scene_of(node, shown)
    cards = [card for card in cards_of(shown, scene.paths) if next_date(card, site)]
    title = _("What takes place, and when")
    described = _("Workshops, drop-ins and open days near you, all free.")
    root = request.script_root
    feeds = (
        FeedLink(_("Calendar"), root + ICS_PATH, "text/calendar"),
        FeedLink("JSON Feed", root + JSON_PATH, json_feed.MEDIA_TYPE),
    )
    head = Head(title, described, scene.address(root + PATH), feeds=feeds)
    return render_template("portal/events.html", page=EventsPage(head, _groups(cards, site), feeds, (*_on_days(site),)))


@blueprint.get(ICS_PATH)
def calendar() -> Response:
    node = current_node()
    name = _("What takes place: %(name)s", name=node.settings.node_name)
    return open_to_all(conditional(calendars.every(node, name), MEDIA_TYPE))


@blueprint.get(JSON_PATH)
def feed() -> Response:
    node = current_node()
    title = _("What takes place: %(name)s", name=node.settings.node_name)
    address = f"{node.settings.url}{JSON_PATH.removeprefix('/')}"
    return open_to_all(conditional(calendars.feed(node, title, address), json_feed.MEDIA_TYPE))


@blueprint.get(f"/listings/<key>/{EVENT_ICS}")
def listing(key: str) -> Response:
    return _for_all(calendars.of_listing(current_node(), key))


@blueprint.get(f"/organisations/<key>/{EVENTS_ICS}")
def organisation(key: str) -> Response:
    return _for_all(calendars.of_organisation(current_node(), key))


def _for_all(body: bytes | None) -> Response:
    if body is None:
        abort(404)
    return open_to_all(conditional(documents.rendered("events", body), MEDIA_TYPE))


def _on_days(site: Site) -> Iterator[Link]:
    """Searches for what takes place on the days that people mean, where there is a search."""
    if site.search_path is None:
        return
    today = words.day_of(site.now, site)
    week = (_("In the next seven days"), (today, today + timedelta(days=6)))
    for label, (first, last) in (week, *usual_days(today)):
        asked = SearchRequest(event=(YES,), available_from=first, available_until=last)
        yield Link(label, f"{site.search_path}?{urlencode(asked.to_args())}")
    yield Link(_("Search among them"), f"{site.search_path}?{urlencode(SearchRequest(event=(YES,)).to_args())}")


def _groups(cards: Sequence[Card], site: Site) -> tuple[EventGroup, ...]:
    """The events of the next seven days, and what comes after."""
    soon = tuple(card for card in cards if (date := next_date(card, site)) and is_this_week(date, site.now))
    later = tuple(card for card in cards if card not in soon)
    groups = (EventGroup("soon", soon), EventGroup("later", later))
    return tuple(group for group in groups if group.cards)
