"""Writes a page as Atom with feedgen; our own elements are a feedgen extension.

feedgen 1.0 leaves out ``rel`` and ``type`` of an entry's links, spells every date its own way and has no place for
``xml:lang``: the extension writes these, as the item has them. Nothing here is ever rounded, cleaned or reordered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator
from lxml import etree
from marshmallow.exceptions import ValidationError

from schemas.atom_names import (
    CATEGORY_SCHEME,
    GEORSS,
    HISTORY,
    IMAGE_TYPES,
    PREFIXES,
    REST,
    SHAREFEED,
    TOMBSTONES,
    UNWRITABLE,
    XML,
    Form,
    Shape,
    extension,
    is_word,
    is_writable,
    number_text,
    sf,
)
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError
from schemas.fields import Moment, rfc3339
from schemas.page import Page, PageHead, Tombstone, dump_head
from schemas.vocabulary import label

_ATOM_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_MOMENT = Moment()
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def encode(page: Page) -> bytes:
    """See `atom_feed.encode`."""
    feed = FeedGenerator()
    feed.register_extension("sharefeed", _FeedExtension, _EntryExtension, atom=True, rss=False)
    feed.sharefeed.head = page.head
    try:
        for position, item in enumerate(page.items):
            _add_entry(feed, item, f"/items/{position}")
        _describe(feed, page)
        written: bytes = feed.atom_str()
    except ValueError as error:
        # lxml says so when a text of the page itself cannot stand in XML.
        raise DocumentError.of("bad-text", f"This page cannot be written as Atom: {error}") from error
    return written


def _describe(feed: FeedGenerator, page: Page) -> None:
    address = page.feed_url or (page.head.node if page.head else page.home_page_url)
    if not address:
        raise DocumentError.of("missing", "An Atom feed needs an address of its own.", "/feed_url")
    feed.id(address)
    feed.title(page.title or address)
    # No clock here: the same page is always the same bytes, so that its ETag holds.
    removed = [tombstone.at for tombstone in page.head.deleted] if page.head else []
    feed.updated(max([entry.updated() for entry in feed.entry()] + removed, default=_NEVER))
    feed.author(name=page.author or page.title or address)
    feed.generator("Sharefeed", uri=SHAREFEED)
    for rel, href in (("self", page.feed_url), ("alternate", page.home_page_url), ("next", page.next_url)):
        if href:
            feed.link(href=href, rel=rel)
    if page.description:
        feed.subtitle(page.description)
    if page.language:
        feed.language(page.language)


def _add_entry(feed: FeedGenerator, item: Any, pointer: str) -> None:
    if not isinstance(item, dict):
        raise DocumentError.of("not-an-object", "An item must be an object to become an Atom entry.", pointer)
    rest = dict(item)
    # feedgen would put each entry before the last one.
    entry = feed.add_entry(order="append")
    entry.sharefeed.pointer, entry.sharefeed.rest = pointer, rest
    _add_required(entry, rest, pointer)
    _add_content(entry, rest)
    if is_word(rest.get("url")):
        entry.link(href=rest.pop("url"))
    _add_authors(entry, rest)
    tags = rest.get("tags")
    if isinstance(tags, list) and tags and all(is_word(tag) for tag in tags):
        entry.category([{"term": tag} for tag in rest.pop("tags")])


def _add_required(entry: Any, rest: dict[str, Any], pointer: str) -> None:
    """What an Atom entry cannot do without (RFC 4287, section 4.1.2)."""
    if not is_word(rest.get("id")):
        raise DocumentError.of("missing", "An item needs an id to become an Atom entry.", f"{pointer}/id")
    if not rest.get("title") or not is_writable(rest["title"]):
        message = f"The item {rest['id']} needs a title that XML can carry to become an Atom entry."
        raise DocumentError.of("missing", message, f"{pointer}/title")
    try:
        changed = _MOMENT.deserialize(rest.get("date_modified", ""))
    except ValidationError as error:
        message = f"The item {rest['id']} needs a date_modified to become an Atom entry."
        raise DocumentError.of("bad-date", message, f"{pointer}/date_modified") from error
    entry.id(rest.pop("id"))
    entry.title(rest.pop("title"))
    entry.updated(changed)


def _add_content(entry: Any, rest: dict[str, Any]) -> None:
    """The markup as content, else the text; where there are both, the extension writes the text."""
    for name, kind in (("content_html", "html"), ("content_text", "text")):
        if rest.get(name) and is_writable(rest[name]):
            entry.content(rest.pop(name), type=kind)
            return
    # Atom wants content or an alternate link; empty content is always allowed, and is read back as none.
    entry.content("", type="text")


def _add_authors(entry: Any, rest: dict[str, Any]) -> None:
    authors = rest.get("authors")
    if isinstance(authors, list) and authors and all(_is_author(author) for author in authors):
        entry.author([{"uri" if name == "url" else name: a[name] for name in a} for a in rest.pop("authors")])


def _is_author(author: Any) -> bool:
    if not isinstance(author, dict) or not {"name"} <= author.keys() <= {"name", "url"}:
        return False
    return all(is_word(value) for value in author.values())


class _FeedExtension:
    """What our namespace says of the whole page."""

    head: PageHead | None = None

    def extend_ns(self) -> dict[str, str]:
        return dict(PREFIXES)

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        if self.head:
            _write_head(feed, self.head)
        return feed


class _EntryExtension:
    """What feedgen does not know of an entry; ``rest`` holds the members that nothing has written yet."""

    pointer = ""
    rest: dict[str, Any]

    def extend_atom(self, element: etree._Element) -> etree._Element:
        _write_dates(element, self.rest)
        _write_beside(element, self.rest)
        members = self.rest.get(EXTENSION)
        if isinstance(members, dict) and members:
            unwritten = _write_extension(element, members)
            if unwritten:
                self.rest[EXTENSION] = unwritten
            else:
                del self.rest[EXTENSION]
        if self.rest:
            _child(element, REST, _json_text(self.rest, self.pointer))
        return element


def _write_dates(element: etree._Element, rest: dict[str, Any]) -> None:
    """Dates as the item spells them, where Atom allows the spelling (RFC 4287, section 3.3)."""
    if _ATOM_DATE.match(rest["date_modified"]):
        for updated in element.iterchildren("updated"):
            updated.text = rest.pop("date_modified")
    published = rest.get("date_published")
    if type(published) is str and _ATOM_DATE.match(published):
        etree.SubElement(element, "published").text = rest.pop("date_published")


def _write_beside(element: etree._Element, rest: dict[str, Any]) -> None:
    """The members of JSON Feed that feedgen has no way to write."""
    language, image = rest.get("language"), rest.get("image")
    if type(language) is str and _LANGUAGE_TAG.match(language):
        element.set(f"{{{XML}}}lang", rest.pop("language"))
    if type(image) is str and is_word(image):
        kind = IMAGE_TYPES.get(image.rpartition(".")[2].lower(), "image/*")
        etree.SubElement(element, "link", {"rel": "enclosure", "href": rest.pop("image"), "type": kind})
    if rest.get("summary") and is_writable(rest["summary"]):
        etree.SubElement(element, "summary").text = rest.pop("summary")
    if is_writable(rest.get("content_text")):
        _child(element, "content_text", rest.pop("content_text"))


def _write_extension(entry: etree._Element, members: dict[str, Any]) -> dict[str, Any]:
    """Writes the members under ``_sharefeed``; returns those that have no element, or whose value does not fit it."""
    rest = dict(members)
    if is_word(rest.get("category")):
        path = rest.pop("category")
        etree.SubElement(entry, "category", {"term": path, "scheme": CATEGORY_SCHEME, "label": label(path)})
    place = rest.get("place")
    if isinstance(place, dict):
        latitude, longitude = number_text(place.get("lat")), number_text(place.get("lon"))
        if latitude and longitude:
            etree.SubElement(entry, f"{{{GEORSS}}}point").text = f"{latitude} {longitude}"
            rest["place"] = {name: value for name, value in place.items() if name not in ("lat", "lon")}
            if not rest["place"]:
                del rest["place"]
    return _write_members(entry, rest, extension().parts)


def _write_members(parent: etree._Element, members: dict[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Any]:
    rest = {}
    for name, value in members.items():
        shape = shapes.get(name)
        unwritten = value if shape is None else _write_member(parent, value, shape)
        if unwritten is not _NOTHING:
            rest[name] = unwritten
    return rest


_NOTHING = object()


def _write_member(parent: etree._Element, value: Any, shape: Shape) -> Any:
    """Writes one member; returns what is left of it, `_NOTHING` if nothing is."""
    if shape.repeated:
        if not (isinstance(value, list) and value and all(_fits(one, shape) for one in value)):
            return value
        for one in value:
            _write_one(parent, one, shape)
        return _NOTHING
    if shape.form is Form.OBJECT:
        return _write_object(parent, value, shape)
    if not _fits(value, shape):
        return value
    _write_one(parent, value, shape)
    return _NOTHING


def _write_object(parent: etree._Element, value: Any, shape: Shape) -> Any:
    if not isinstance(value, dict):
        return value
    element = etree.SubElement(parent, shape.tag)
    rest = _write_members(element, value, shape.parts)
    if not len(element):
        # An element without members would be read as empty text.
        parent.remove(element)
        return value
    return rest or _NOTHING


def _fits(value: Any, shape: Shape) -> bool:
    """Whether the element alone can carry the value, so that nothing is left for JSON."""
    if shape.form is Form.TEXT:
        return is_writable(value)
    if shape.form is Form.WORD:
        return is_word(value)
    if shape.form is Form.NUMBER:
        return number_text(value) is not None
    if not isinstance(value, dict) or not value:
        return False
    parts = shape.parts
    return all(name in parts and not parts[name].repeated and _fits(value[name], parts[name]) for name in value)


def _write_one(parent: etree._Element, value: Any, shape: Shape) -> None:
    """Writes a value that fits (`_fits`)."""
    if shape.form is Form.OBJECT:
        _write_members(etree.SubElement(parent, shape.tag), value, shape.parts)
    else:
        text = number_text(value) if shape.form is Form.NUMBER else value
        etree.SubElement(parent, shape.tag).text = text


def _write_head(feed: etree._Element, head: PageHead) -> None:
    """The page's own members in ``sf:page``; completeness and removals as RFC 5005 and RFC 6721 have them."""
    members = dump_head(head)
    if members.pop("complete"):
        etree.SubElement(feed, f"{{{HISTORY}}}complete")
    del members["deleted"]
    page = _child(feed, "page", None)
    for name, value in members.items():
        _child(page, name, json.dumps(value) if isinstance(value, (bool, int)) else value)
    for tombstone in head.deleted:
        _write_tombstone(feed, tombstone)


def _write_tombstone(feed: etree._Element, tombstone: Tombstone) -> None:
    attributes = {"ref": tombstone.id, "when": rfc3339(tombstone.at)}
    element = etree.SubElement(feed, f"{{{TOMBSTONES}}}deleted-entry", attributes)
    _child(element, "reason", tombstone.reason)
    if tombstone.sig:
        _child(element, "sig", tombstone.sig)


def _child(parent: etree._Element, name: str, text: str | None) -> etree._Element:
    element = etree.SubElement(parent, sf(name))
    element.text = text
    return element


def _json_text(members: dict[str, Any], pointer: str) -> str:
    try:
        text = json.dumps(members, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, TypeError, RecursionError) as error:
        raise DocumentError.of("bad-number", f"This item cannot be written as JSON: {error}.", pointer) from error
    # JSON has a spelling for the characters that XML has not.
    return UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
