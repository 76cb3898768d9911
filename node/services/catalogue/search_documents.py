"""Results of a search as documents for machines: a JSON Feed, an Atom feed, and points for a map.

The listings stand in them as the catalogue publishes them, byte for byte. These feeds are windows on the catalogue, not
the node's own feed: nothing may be concluded from what is missing in them, so they carry no count and no digest.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import orjson

from node.context import Node
from node.search.documents import Pin
from node.search.errors import IndexUnavailableError
from node.search.index import FOLDER
from node.search.request import SearchRequest
from node.services.catalogue.search import SearchResult, pins, search
from node.services.syndication.feeds import Rendered, rendered
from schemas import json_feed
from schemas.page import Page, PageHead

PATH, JSON_PATH, ATOM_PATH, GEOJSON_PATH = "search", "search.json", "search.atom", "search.geojson"
FEED_LISTINGS = 50
GEOJSON_MEDIA_TYPE = "application/geo+json"


def address(node: Node, path: str, request: SearchRequest) -> str:
    """The absolute address of a search under ``path``, the same for the same search."""
    query = urlencode(request.to_args())
    return f"{node.settings.url}{path}{'?' + query if query else ''}"


def json_document(node: Node, request: SearchRequest, title: str) -> Rendered:
    """The results as a JSON Feed, the newest first unless the search says otherwise.

    Raises `ParameterError`, and `IndexUnavailableError` while there is no index.
    """
    result, page = _page(node, request, title, JSON_PATH)
    items = [match.shown.entry.item.encode() for match in result.matches]
    return rendered("search", json_feed.encode(page, items))


def atom_document(node: Node, request: SearchRequest, title: str) -> Rendered:
    """The same as an Atom feed."""
    from schemas import atom_feed

    result, page = _page(node, request, title, ATOM_PATH)
    items = tuple(orjson.loads(match.shown.entry.item) for match in result.matches)
    return rendered("search", atom_feed.encode(replace(page, format="atom", items=items)))


def geojson_document(node: Node, request: SearchRequest, root: str) -> Rendered:
    """The results that have a point as a FeatureCollection (RFC 7946); ``root`` is what stands before every path.

    Raises `IndexUnavailableError` while there is no index.
    """
    start = orjson.dumps(f"{root}/listings/")[1:-1]
    features = b",".join(_feature(pin, start) for pin in pins(node, request))
    return replace(rendered("map", b'{"type":"FeatureCollection","features":[' + features + b"]}"), effort=1)


def ready(node: Node, request: SearchRequest) -> SearchResult:
    """The result of a search. Raises `IndexUnavailableError` where there is no index to answer from."""
    result = search(node, request)
    if not result.ready:
        raise IndexUnavailableError(node.settings.home / FOLDER, "it has not been built yet")
    return result


def _page(node: Node, request: SearchRequest, title: str, path: str) -> tuple[SearchResult, Page]:
    asked = request if request.sort else request.changed(sort="newest", page=request.page, cursor=request.cursor)
    result = ready(node, asked)
    following = request.changed(cursor=result.next_cursor) if result.next_cursor else None
    page = Page(
        format="json",
        title=title,
        head=PageHead(node=node.settings.url, licence=node.settings.licence),
        home_page_url=address(node, PATH, request.changed(limit=SearchRequest().limit)),
        feed_url=address(node, path, request),
        next_url=address(node, path, following) if following else None,
        language=node.settings.language,
        author=node.settings.node_name,
    )
    return result, page


def _feature(pin: Pin, start: bytes) -> bytes:
    """A pin with its path, which ``start`` begins; put together as text, for each of ten thousand the same way."""
    key = pin.key.encode()
    return b'{"type":"Feature","id":"%b",%b,"path":"%b%b"}}' % (key, pin.facts[1:-2], start, key)
