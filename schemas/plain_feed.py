"""Plain RSS and Atom of unknown make, read by feedparser into items without any of our fields.

feedparser is given bytes in memory, never an address or a file name, so it cannot fetch. Markup is not cleaned here: a
reader keeps what was sent and cleans what it renders. Nothing that changes by itself (comment counts, say) is taken
over, so that the same entry is the same item on every poll.
"""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import unescape
from typing import Any

import feedparser
from lxml import etree

from schemas import plain_xml
from schemas.atom_entry import FOREIGN, text_in
from schemas.atom_names import local_name, number_or_text
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError
from schemas.fields import rfc3339, without_empty
from schemas.free.prices import names_a_price
from schemas.page import Page

_MARKUP = re.compile(r"<[^<>]*>")
_HTML = ("text/html", "application/xhtml+xml")


def decode(data: bytes, content_type: str | None = None, base_url: str | None = None) -> Page:
    """The page in ``data``; ``head`` is None. Relative addresses are resolved against ``base_url``, if given.

    A document that is not quite XML is read as far as it can be, which is said in ``problems``. Raises `DocumentError`
    (``not-a-feed``, ``doctype``, ``too-large``).
    """
    text, problems = plain_xml.text_and_problems(data, content_type)
    root, faults = plain_xml.root_of(text)
    parsed = _parse(root, base_url)
    if not parsed.version and not parsed.entries:
        message = f"A feed begins with rss, feed or RDF; this document begins with {local_name(root.tag)[:40]}."
        raise DocumentError.of("not-a-feed", message, line=1)
    feed = parsed.feed
    return Page(
        format="atom" if parsed.version.startswith("atom") else "rss",
        title=plain(feed.get("title_detail")) or "",
        items=tuple(_items(parsed, plain_xml.entries_of(root))),
        home_page_url=feed.get("link"),
        feed_url=_link(feed, "self"),
        next_url=_link(feed, "next"),
        description=plain(feed.get("subtitle_detail")),
        language=feed.get("language") or None,
        author=feed.get("author") or None,
        problems=(*problems, *faults),
    )


def _parse(root: etree._Element, base_url: str | None) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8"}
    if base_url:
        headers["content-location"] = base_url
    # A stream, because feedparser would take bytes for the name of a file to open.
    stream = io.BytesIO(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    return feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=bool(base_url))


def _items(parsed: Any, elements: Sequence[etree._Element]) -> Iterator[dict[str, Any]]:
    """An item for each entry; prices are drawn from the XML, because feedparser knows only some namespaces."""
    paired = elements if len(elements) == len(parsed.entries) else [None] * len(parsed.entries)
    for entry, element in zip(parsed.entries, paired, strict=True):
        prices = _prices(element) if element is not None else {}
        yield without_empty({**_item(entry, parsed.feed.get("language")), FOREIGN: prices})


def _item(entry: Mapping[str, Any], feed_language: str | None) -> dict[str, Any]:
    images, attachments = _enclosures(entry)
    return {
        "id": entry.get("id"),
        "url": entry.get("link"),
        "title": plain(entry.get("title_detail")),
        **_content(entry),
        "language": (entry.get("title_detail") or {}).get("language") or feed_language,
        "image": images[0] if images else None,
        "attachments": attachments,
        "tags": list(dict.fromkeys(tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", []))),
        "authors": [{"name": author["name"]} for author in entry.get("authors", []) if author.get("name")],
        "date_published": _date(entry.get("published_parsed")),
        "date_modified": _date(entry.get("updated_parsed") if "updated" in entry else None),
        EXTENSION: without_empty({"place": _point(entry)}),
    }


def plain(detail: Mapping[str, Any] | None) -> str | None:
    """The text of one of feedparser's details, without markup; None if there is none."""
    if not detail or not detail.get("value"):
        return None
    text = str(detail["value"])
    return (unescape(_MARKUP.sub(" ", text)) if detail.get("type") in _HTML else text).strip() or None


def _content(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The fullest text there is: ``content`` before ``summary``, as markup or text by its stated type."""
    details = [*entry.get("content", []), entry.get("summary_detail") or {}]
    found: dict[str, Any] = {}
    for detail in details:
        name = "content_html" if detail.get("type") in _HTML else "content_text"
        if detail.get("value"):
            found.setdefault(name, detail["value"])
    return found


def _enclosures(entry: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    """Addresses of pictures, and what else is attached."""
    images: list[str] = []
    attachments: list[dict[str, Any]] = []
    for media in [*entry.get("enclosures", []), *entry.get("media_content", [])]:
        address, kind = media.get("href") or media.get("url"), media.get("type") or ""
        if not address:
            continue
        if kind.startswith("image/") or media.get("medium") == "image":
            images.append(address)
        else:
            attachments.append({"url": address, "mime_type": kind or "application/octet-stream"})
    return images + [media["url"] for media in entry.get("media_thumbnail", []) if media.get("url")], attachments


def _date(parsed: Any) -> str | None:
    """feedparser's moment, which is in UTC and whole seconds."""
    try:
        return rfc3339(datetime.fromtimestamp(timegm(parsed), UTC)) if parsed else None
    except (ValueError, OverflowError):
        return None


def _point(entry: Mapping[str, Any]) -> dict[str, float] | None:
    """GeoRSS and GML as feedparser reads them; W3C Basic Geo, which it hands on as text."""
    where = entry.get("where") or {}
    if where.get("type") == "Point":
        longitude, latitude = where["coordinates"][:2]
        return {"lat": latitude, "lon": longitude}
    lat, lon = (number_or_text(str(entry.get(name, ""))) for name in ("geo_lat", "geo_long"))
    return None if isinstance(lat, str) or isinstance(lon, str) else {"lat": lat, "lon": lon}


def _link(feed: Mapping[str, Any], rel: str) -> str | None:
    return next((link.get("href") for link in feed.get("links", []) if link.get("rel") == rel), None)


def _prices(entry: etree._Element) -> dict[str, dict[str, str]]:
    """Elements of any namespace whose name is that of a price, so that a listing is judged by them."""
    found: dict[str, dict[str, str]] = {}
    for element in entry.iter():
        if names_a_price(local_name(element.tag)):
            namespace = etree.QName(element).namespace or ""
            found.setdefault(namespace, {})[local_name(element.tag)] = text_in(element).strip()
    return found
