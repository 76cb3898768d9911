"""Every search as JSON Feed, as Atom, as points for a map, and as a calendar of its events, rooms and loans.

What cannot be used in an address is left out, as it is on pages: a feed that somebody subscribed to must not stop over
one parameter.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services.catalogue import search_calendar
from node.services.catalogue import search_documents as documents
from node.services.syndication.feeds import Rendered
from node.services.syndication.listing_calendar import MEDIA_TYPE
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from schemas import atom_feed, json_feed

blueprint = Blueprint("search_feeds", __name__)
blueprint.after_request(open_to_all)


@blueprint.get("/search.json")
def json_document() -> Response:
    return conditional(_made(documents.json_document), json_feed.MEDIA_TYPE)


@blueprint.get("/search.atom")
def atom_document() -> Response:
    return conditional(_made(documents.atom_document), atom_feed.MEDIA_TYPE)


@blueprint.get("/search.geojson")
def geojson_document() -> Response:
    asked, _problems = from_args(request.args)
    answer = documents.geojson_document(current_node(), asked, request.script_root)
    return conditional(answer, documents.GEOJSON_MEDIA_TYPE)


@blueprint.get("/search.ics")
def calendar() -> Response:
    node = current_node()
    asked, _problems = from_args(request.args)
    return conditional(search_calendar.document(node, asked, title_of(asked, node)), MEDIA_TYPE)


def _made(make: Callable[[Node, SearchRequest, str], Rendered]) -> Rendered:
    node = current_node()
    asked, _problems = from_args(request.args)
    if "limit" not in request.args:
        asked = asked.changed(limit=documents.FEED_LISTINGS, page=asked.page, cursor=asked.cursor)
    return make(node, asked, title_of(asked, node))


def title_of(asked: SearchRequest, node: Node) -> str:
    """What a feed reader calls this search."""
    name = node.settings.node_name
    title = _("%(words)s at %(name)s", words=asked.q, name=name) if asked.q else _("Free at %(name)s", name=name)
    return str(title)
