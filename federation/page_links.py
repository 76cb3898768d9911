"""The links by which a web page says where its feeds are: ``<link>`` elements and the Link header (RFC 8288).

Reads at most half a megabyte of a page, fetches nothing, and believes nothing: what a link leads to is judged there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from federation.fetch import Answer
from schemas.records import dataclass

MAX_PAGE_BYTES = 512 * 1024
MAX_LINKS = 8
_MAX_HEADER = 8192
DOCUMENT_REL = "sharefeed"
# In the order in which they are worth trying; "application/json" is often an API and no feed at all.
FEED_TYPES = ("application/feed+json", "application/atom+xml", "application/rss+xml", "application/json")


class _Link(NamedTuple):
    href: str
    rel: str
    type: str


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Absolute addresses, best first: node documents (``rel="sharefeed"``) and feeds (``rel="alternate"``)."""

    documents: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


def is_page(answer: Answer) -> bool:
    """Whether the answer is HTML. Its look counts before its type: many servers call every XML file text/html."""
    start = answer.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if any(opening in start for opening in (b"<html", b"<!doctype html")):
        return True
    if start.startswith((b"{", b"[")) or any(root in start for root in (b"<rss", b"<feed", b"<rdf:rdf")):
        return False
    return answer.media_type in ("text/html", "application/xhtml+xml")


def links_of(answer: Answer) -> PageLinks:
    """What the answer links to; a body that is not HTML still has its Link header."""
    links = list(_header_links(answer))
    base = answer.url
    if is_page(answer):
        base, in_page = _page_links(answer)
        links += in_page
    documents = (link.href for link in links if DOCUMENT_REL in link.rel.split())
    feeds = sorted((link for link in links if _is_feed(link)), key=lambda link: FEED_TYPES.index(link.type))
    return PageLinks(_absolute(base, documents), _absolute(base, (link.href for link in feeds)))


def _is_feed(link: _Link) -> bool:
    return "alternate" in link.rel.split() and link.type in FEED_TYPES


def _header_links(answer: Answer) -> Iterator[_Link]:
    from requests.utils import parse_header_links

    header = (answer.link_header or "")[:_MAX_HEADER]
    for found in parse_header_links(header) if header else ():
        # The header speaks of the answer's own address, whatever a <base> in the page says.
        href = _joined(answer.url, found.get("url", "").strip())
        yield _Link(href or "", found.get("rel", "").lower(), _plain_type(found.get("type", "")))


def _page_links(answer: Answer) -> tuple[str, list[_Link]]:
    """The page's base address, and its links as they stand."""
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(_text(answer), parser=parser)
    except (etree.LxmlError, ValueError):
        return answer.url, []
    bases = [element.get("href", "") for element in tree.iter("base") if element.get("href")]
    links = [
        _Link(element.get("href", "").strip(), element.get("rel", "").lower(), _plain_type(element.get("type", "")))
        for element in tree.iter("link")
        if element.get("href")
    ]
    return _joined(answer.url, bases[0]) or answer.url if bases else answer.url, links


def _text(answer: Answer) -> str:
    """The page as text. Addresses are ASCII as a rule, so a wrong guess of the charset costs nothing."""
    data = answer.body[:MAX_PAGE_BYTES]
    try:
        text = data.decode(answer.charset or "utf-8", "replace")
    except (LookupError, ValueError):
        text = data.decode("utf-8", "replace")
    # lxml takes no NUL, and refuses text that names a charset of its own in an XML declaration.
    text = text.replace("\x00", "").lstrip("\ufeff \t\r\n")
    return text.partition("?>")[2] if text.startswith("<?xml") else text


def _plain_type(stated: str) -> str:
    return stated.partition(";")[0].strip().lower()


def _absolute(base: str, hrefs: Iterable[str]) -> tuple[str, ...]:
    found = (_joined(base, href) for href in hrefs)
    return tuple(dict.fromkeys(url for url in found if url))[:MAX_LINKS]


def _joined(base: str, href: str) -> str | None:
    if not href:
        return None
    try:
        url = urldefrag(urljoin(base, href)).url
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
