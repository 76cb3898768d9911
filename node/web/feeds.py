"""The feeds and the node document, and the signs on pages that lead there."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, abort, current_app, request

from node.services.exchanges.between_nodes.asking_across import own_document
from node.services.listings import publishing
from node.services.receipts import open_data
from node.services.syndication import feed_readers, feeds
from node.services.syndication import node_document as about
from node.storage.listings import LIVE
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from schemas import atom_feed, json_feed

blueprint = Blueprint("feeds", __name__)
blueprint.after_request(open_to_all)

_CACHE, _NOTEBOOK = "sharefeed.feeds", "sharefeed.feed_readers"


def prepare(app: Flask) -> None:
    """Give the application its cache of answers, and what it has noted of those who read them."""
    app.extensions[_CACHE] = feeds.FeedCache()
    app.extensions[_NOTEBOOK] = feed_readers.Notebook()


def _cache() -> feeds.FeedCache:
    cache: feeds.FeedCache = current_app.extensions[_CACHE]
    return cache


@blueprint.get("/.well-known/sharefeed.json")
def node_document() -> Response:
    return conditional(about.node_document(current_node()), "application/json")


def _note_reader() -> None:
    notebook: feed_readers.Notebook = current_app.extensions[_NOTEBOOK]
    notebook.note(current_node(), request.user_agent.string, request.args.get("after", ""))


@blueprint.get("/changes.json")
def changes() -> Response:
    _note_reader()
    answer = feeds.changes(current_node(), request.args.get("after"), _cache())
    return conditional(answer, json_feed.MEDIA_TYPE)


@blueprint.get("/receipts.json")
def receipts() -> Response:
    answer = feeds.changes(current_node(), request.args.get("after"), _cache(), feeds.RECEIPTS)
    return conditional(answer, json_feed.MEDIA_TYPE)


@blueprint.get("/handovers.json")
def handovers() -> Response:
    return conditional(open_data.index(current_node()), "application/json")


@blueprint.get("/handovers.ndjson")
def handover_lines() -> Response:
    answer, following = open_data.lines(current_node(), request.args.get("after", ""))
    response = conditional(answer, open_data.MEDIA_TYPE)
    if following is not None:
        response.headers.add("Link", f'<{following}>; rel="next"')
    return response


@blueprint.get("/feed.json")
def json_document() -> Response:
    _note_reader()
    return conditional(feeds.json_document(current_node(), _cache()), json_feed.MEDIA_TYPE)


@blueprint.get("/feed.atom")
def atom_document() -> Response:
    _note_reader()
    return conditional(feeds.atom_document(current_node(), _cache()), atom_feed.MEDIA_TYPE)


@blueprint.get("/listings/<key>.json")
def one_listing(key: str) -> Response:
    """A listing of this node by itself, for those who ask for it from their own node."""
    node = current_node()
    try:
        row = publishing.listing(node, key)
    except publishing.UnknownListingError:
        abort(404)
    if row.state != LIVE:
        abort(404)
    return conditional(feeds.rendered("listing", own_document(node, row.item())), json_feed.MEDIA_TYPE)


@blueprint.after_app_request
def lead_here(response: Response) -> Response:
    """Pages say in their header, too, where the node document is: a reader need not parse them."""
    if response.mimetype == "text/html" and request.method in ("GET", "HEAD"):
        address = current_node().settings.url + about.NODE_DOCUMENT_PATH
        response.headers.add("Link", f'<{address}>; rel="sharefeed"; type="application/json"')
    return response
