"""oEmbed 1.0 (oembed.com): the address of a page of ours becomes the HTML of a frame with what stands there.

Speaks of listings, stories, organisations and searches of this node alone; any other address is not found. Fetches
nothing: what is at an address is known from its path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson
from flask import Blueprint, Response, abort, current_app, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from federation.facts import short_key
from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services.catalogue import embedding, shown
from node.services.catalogue.embedding import USUAL
from node.services.stories import reading
from node.services.syndication.feeds import rendered
from node.web import current_node
from node.web.conditional import conditional, open_to_all
from node.web.embedding import code as embed_code
from node.web.embedding.frame import title_of
from node.web.embedding.request import OEMBED_PATH, FrameRequest
from schemas.records import dataclass

blueprint = Blueprint("oembed", __name__)
blueprint.after_request(open_to_all)

WIDEST_PX, AGE_S = 600, 3600
"""How wide a frame is unless less is asked for, and for how long an answer is good."""
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours as a frame; ``author`` is the organisation it is of, with the address of its page."""

    frame: FrameRequest
    title: str
    author: tuple[str, str] | None = None


@blueprint.get(f"/{OEMBED_PATH}")
def provide() -> Response:
    writer = _WRITERS.get(request.args.get("format", "json"))
    if writer is None:
        abort(501, "The formats are json and xml.")
    node = current_node()
    page = _page_at(node, request.args.get("url", ""))
    if page is None:
        abort(404, "This is no address of a listing, a story, an organisation or a search of this node.")
    write, media_type = writer
    response = conditional(rendered("oembed", write(_document(node, page))), media_type)
    response.headers["Cache-Control"] = f"public, max-age={AGE_S}"
    return response


def _document(node: Node, page: Page) -> dict[str, Any]:
    width, frame = min(_asked_px("maxwidth") or WIDEST_PX, WIDEST_PX), page.frame.within(_asked_px("maxheight"))
    height = min(_asked_px("maxheight") or frame.height, frame.height)
    url, name = node.settings.url, node.settings.node_name
    author = dict(zip(("author_name", "author_url"), page.author, strict=True)) if page.author else {}
    return {
        "version": "1.0",
        "type": "rich",
        "title": page.title,
        **author,
        "provider_name": name,
        "provider_url": url,
        "cache_age": AGE_S,
        "html": embed_code.frame(url, frame, page.title, str(width), height),
        "width": width,
        "height": height,
    }


def _asked_px(name: str) -> int | None:
    """A width or a height in pixels; None for what is none."""
    text = request.args.get(name, "")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) < 6 else None


def _page_at(node: Node, address: str) -> Page | None:
    """The page of ours at an address; None for any other."""
    path = own_path(address, node.settings.url)
    found = _routed(path) if path is not None else None
    if found is None:
        return None
    endpoint, values = found
    if endpoint == "pages.listing":
        return _listing(node, values["key"])
    if endpoint == "pages.organisation":
        return _organisation(node, values["key"])
    if endpoint == "stories.story":
        return _story(node, values["key"])
    return _search(node, urlsplit(address).query) if endpoint == "portal.search" else None


def own_path(address: str, url: str) -> str | None:
    """The path of ``address`` below ``url``, with one slash in front and decoded; None where it lies elsewhere."""
    try:
        asked, own = urlsplit(address), urlsplit(url)
        same = _place(asked.scheme, asked.hostname, asked.port) == _place(own.scheme, own.hostname, own.port)
    except ValueError:
        return None
    if not same or "@" in asked.netloc or not asked.path.startswith(own.path):
        return None
    return "/" + unquote(asked.path.removeprefix(own.path))


def _place(scheme: str, host: str | None, port: int | None) -> tuple[str, str, int | None]:
    return scheme, host or "", port or _PORTS.get(scheme)


def _routed(path: str) -> tuple[str, Mapping[str, Any]] | None:
    try:
        endpoint, values = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint), values


def _listing(node: Node, key: str) -> Page | None:
    found = shown.listing(node, key)
    if not isinstance(found, shown.Found):
        return None
    facts = found.shown.entry.facts
    by = (facts.organisation_name, f"{node.settings.url}organisations/{facts.organisation_key}")
    return Page(FrameRequest(SearchRequest(limit=USUAL), key), facts.title, by)


def _story(node: Node, key: str) -> Page | None:
    found = reading.one(node, key)
    if found is None:
        return None
    teller = found.story.organisation
    own = node.settings.url + "organisations/"
    name = teller.id.removeprefix(own) if teller.id.startswith(own) else short_key(teller.id)
    return Page(FrameRequest(SearchRequest(limit=USUAL), story=key), found.story.title, (teller.name, own + name))


def _organisation(node: Node, key: str) -> Page | None:
    host = shown.organisation(node, key)
    if host is None:
        return None
    asked = SearchRequest(organisation=(short_key(host.organisation.id),), limit=USUAL)
    by = (host.organisation.name, f"{node.settings.url}organisations/{key}")
    return Page(FrameRequest(asked), title_of(embedding.Strip(asked, organisation=(host.organisation.id, by[0]))), by)


def _search(node: Node, query: str) -> Page:
    asked, _problems = from_args(MultiDict(parse_qsl(query)))
    strip = embedding.strip(node, asked.changed(limit=USUAL))
    return Page(FrameRequest(strip.request), title_of(strip))


def _as_xml(document: Mapping[str, Any]) -> bytes:
    from lxml import etree

    root = etree.Element("oembed")
    for name, value in document.items():
        etree.SubElement(root, name).text = str(value)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", standalone=True)


_WRITERS: Mapping[str, tuple[Callable[[Mapping[str, Any]], bytes], str]] = {
    "json": (orjson.dumps, "application/json"),
    "xml": (_as_xml, "text/xml; charset=utf-8"),
}
