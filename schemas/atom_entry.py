"""Reads one Atom entry into a raw JSON Feed item. It never judges a listing.

What a listing's own rules should point at is handed on as it stands: text where a number should be, a list where an
element stands twice. So one bad entry is refused by itself, with its reasons, and its neighbours are kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any
from urllib.parse import urljoin

from lxml import etree

from schemas.atom_names import (
    ATOM,
    CATEGORY_SCHEME,
    GEORSS,
    IMAGE_TYPES,
    REST,
    SHAREFEED,
    XML,
    Form,
    Shape,
    extension,
    local_name,
    number_or_text,
    sf,
    trimmed,
)
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError
from schemas.strict_json import AmbiguousObject, loads

FOREIGN = "_xml"
"""Where elements of namespaces that are not ours stand in an item: {namespace: {name: value}}. Kept, and examined
like every member: a shop's ``g:price`` must not slip by because it stands in XML."""

MAX_ATTRIBUTES = 30
MAX_ATTACHMENTS = 20

# Without "<" inside: a run of those would otherwise take quadratic time.
_MARKUP = re.compile(r"<[^<>]*>")
_OURS = f"{{{SHAREFEED}}}"
_STANDARD = f"{{{ATOM}}}"


@dataclass(slots=True)
class _Entry:
    """What has been read so far: ``item`` outside and ``members`` inside ``_sharefeed``, ``rest`` out of sf:json."""

    item: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)
    point: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)

    def whole(self) -> dict[str, Any]:
        if self.point and isinstance(self.members.setdefault("place", {}), dict):
            self.members["place"] = {**self.point, **self.members["place"]}
        if self.members:
            self.item[EXTENSION] = self.members
        return _merged(self.item, self.rest)


def read_entry(element: etree._Element) -> dict[str, Any]:
    """The raw item in an ``atom:entry``. Raises `DocumentError` when its ``sf:json`` is no JSON object."""
    entry = _Entry()
    language = element.get(f"{{{XML}}}lang")
    if language:
        entry.item["language"] = language
    for child in element:
        tag = str(child.tag)
        read = _ELEMENTS.get(tag)
        if read:
            read(entry, child)
        elif tag.startswith(_OURS):
            _read_member(entry.members, child, extension())
        elif not tag.startswith(_STANDARD):
            _read_foreign(entry.item, child)
    return entry.whole()


def put(into: dict[str, Any], name: str, value: Any) -> None:
    """Sets a member; one that stands twice becomes a list, which no rule accepts where one value should be."""
    known = into.get(name)
    if name not in into:
        into[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        into[name] = [known, value]


def _merged(into: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Both objects in one; where both have a value it is that of ``more``, which is exact."""
    for name, value in more.items():
        known = into.get(name)
        into[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    if not isinstance(more, AmbiguousObject):
        return into
    marked = AmbiguousObject(into)
    marked.repeated = more.repeated
    return marked


def _read_member(into: dict[str, Any], element: etree._Element, holder: Shape) -> None:
    shape = holder.by_tag.get(str(element.tag))
    if shape is None:
        put(into, local_name(element.tag), _unknown(element))
    elif shape.repeated:
        into.setdefault(shape.member, []).append(_value(element, shape))
    else:
        put(into, shape.member, _value(element, shape))


def _value(element: etree._Element, shape: Shape) -> Any:
    if shape.form is Form.OBJECT:
        return _object(element, shape)
    if len(element):
        return _unknown(element)
    text = element.text or ""
    if shape.form is Form.TEXT:
        return text
    return number_or_text(text) if shape.form is Form.NUMBER else trimmed(text)


def _object(element: etree._Element, shape: Shape) -> dict[str, Any] | str:
    members: dict[str, Any] = {}
    for child in element:
        _read_member(members, child, shape)
    # Bare text where members should be: handed on, to be refused for what it is.
    return members or trimmed(element.text or "") or members


def _unknown(element: etree._Element) -> Any:
    """Text, or an object of what the element holds: a later version of the protocol may have more to say than this."""
    # lxml looks every value up by its name: 400,000 attributes on one element would take minutes.
    attributes = element.attrib.items() if len(element.attrib) <= MAX_ATTRIBUTES else []
    members: dict[str, Any] = {str(name): str(value) for name, value in attributes}
    for child in element:
        put(members, local_name(child.tag), _unknown(child))
    if not members:
        return element.text or ""
    return {**members, "text": element.text} if trimmed(element.text or "") else members


def _read_foreign(item: dict[str, Any], element: etree._Element) -> None:
    names = item.setdefault(FOREIGN, {}).setdefault(etree.QName(element).namespace or "", {})
    put(names, local_name(element.tag), _unknown(element))


def plain_text(element: etree._Element) -> str:
    """The text of an Atom text construct (RFC 4287, section 3.1), without markup."""
    kind = element.get("type", "text")
    if kind == "html":
        return unescape(_MARKUP.sub("", element.text or "")).strip()
    return text_in(element).strip() if kind == "xhtml" else text_in(element)


def text_in(element: etree._Element) -> str:
    """All text in the element, markup left out."""
    return "".join(str(text) for text in element.itertext())


def href_of(element: etree._Element) -> str | None:
    """The address in a link, made absolute where the document says by what (``xml:base``)."""
    href = element.get("href")
    if href is None or ":" in href.partition("/")[0]:
        return href
    return urljoin(element.base, href) if element.base else href


def _read_id(entry: _Entry, element: etree._Element) -> None:
    put(entry.item, "id", trimmed(element.text or ""))


def _read_text(entry: _Entry, element: etree._Element) -> None:
    put(entry.item, local_name(element.tag), plain_text(element))


def _read_updated(entry: _Entry, element: etree._Element) -> None:
    put(entry.item, "date_modified", trimmed(element.text or ""))


def _read_published(entry: _Entry, element: etree._Element) -> None:
    put(entry.item, "date_published", trimmed(element.text or ""))


def _read_content(entry: _Entry, element: etree._Element) -> None:
    kind = element.get("type", "text")
    if kind == "xhtml":
        put(entry.item, "content_html", _inner_markup(element))
    elif kind in ("html", "text/html"):
        put(entry.item, "content_html", element.text or "")
    elif element.text or len(element):
        put(entry.item, "content_text", text_in(element))


def _inner_markup(element: etree._Element) -> str:
    """The markup within the ``div`` of an XHTML content, without namespaces."""
    content = deepcopy(element)
    for inner in content.iter():
        inner.tag = local_name(inner.tag)
    etree.cleanup_namespaces(content)
    holder = content[0] if len(content) else content
    return escape(holder.text or "", quote=False) + "".join(etree.tostring(c, encoding="unicode") for c in holder)


def _read_link(entry: _Entry, element: etree._Element) -> None:
    rel = element.get("rel", "alternate")
    if rel == "alternate" and "url" not in entry.item:
        # An entry may have the same page in several types and languages: the first is the one to visit.
        href = href_of(element)
        if href:
            entry.item["url"] = href
    elif rel == "enclosure" and len(entry.item.get("attachments", ())) < MAX_ATTACHMENTS:
        _read_enclosure(entry.item, element)


def _read_enclosure(item: dict[str, Any], element: etree._Element) -> None:
    href = href_of(element)
    if not href:
        return
    kind = element.get("type") or IMAGE_TYPES.get(href.rpartition(".")[2].lower(), "application/octet-stream")
    if kind.startswith("image/") and "image" not in item:
        item["image"] = href
    else:
        item.setdefault("attachments", []).append({"url": href, "mime_type": kind})


def _read_category(entry: _Entry, element: etree._Element) -> None:
    term = element.get("term")
    if term is None:
        return
    if element.get("scheme") == CATEGORY_SCHEME:
        put(entry.members, "category", trimmed(term))
    else:
        entry.item.setdefault("tags", []).append(term)


def _read_author(entry: _Entry, element: etree._Element) -> None:
    parts = {"name": element.findtext(f"{_STANDARD}name"), "url": element.findtext(f"{_STANDARD}uri")}
    author = {name: trimmed(text) for name, text in parts.items() if text and trimmed(text)}
    if author:
        entry.item.setdefault("authors", []).append(author)


def _read_point(entry: _Entry, element: etree._Element) -> None:
    """GeoRSS Simple: latitude and longitude in WGS 84 degrees, between them white space or a comma."""
    parts = (element.text or "").replace(",", " ").split()
    if len(parts) == 2:
        entry.point = {"lat": number_or_text(parts[0]), "lon": number_or_text(parts[1])}
    else:
        entry.point = {"lat": trimmed(element.text or "")}


def _read_content_text(entry: _Entry, element: etree._Element) -> None:
    put(entry.item, "content_text", element.text or "")


def _read_rest(entry: _Entry, element: etree._Element) -> None:
    value = loads((element.text or "").encode("utf-8"))
    if not isinstance(value, dict):
        raise DocumentError.of("not-an-object", "it must be an object with named members.")
    entry.rest = value


_ELEMENTS: dict[str, Callable[[_Entry, etree._Element], None]] = {
    f"{_STANDARD}id": _read_id,
    f"{_STANDARD}title": _read_text,
    f"{_STANDARD}summary": _read_text,
    f"{_STANDARD}updated": _read_updated,
    f"{_STANDARD}published": _read_published,
    f"{_STANDARD}content": _read_content,
    f"{_STANDARD}link": _read_link,
    f"{_STANDARD}category": _read_category,
    f"{_STANDARD}author": _read_author,
    f"{{{GEORSS}}}point": _read_point,
    sf("content_text"): _read_content_text,
    sf(REST): _read_rest,
}
