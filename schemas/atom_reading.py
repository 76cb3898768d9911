"""Reads an Atom document with lxml into a page of raw JSON Feed items (`atom_entry` reads the single entry)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from schemas import xml_text
from schemas.atom_entry import href_of, plain_text, read_entry
from schemas.atom_names import ATOM, HISTORY, REST, TOMBSTONES, XML, local_name, number_or_text, sf, trimmed
from schemas.canonical import EXTENSION
from schemas.errors import DocumentError, Problem
from schemas.node_document import VERSION
from schemas.page import Page, load_head
from schemas.xml_parser import guarded_parser

_DELETED = f"/{EXTENSION}/deleted/"


def parse(data: bytes) -> etree._Element:
    """The root element of a checked document: no DOCTYPE, no entities, no network, nothing repaired.

    Raises `DocumentError` as `atom_feed.decode` does.
    """
    text = xml_text.text_of(data)
    xml_text.check(text)
    parser = guarded_parser()
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError.of("malformed-xml", f"not XML: {error.msg}", line=error.lineno) from error


def decode(data: bytes) -> Page:
    """See `atom_feed.decode`."""
    root = parse(data)
    if root.tag != f"{{{ATOM}}}feed":
        raise DocumentError.of("not-a-feed", "An Atom feed begins with a feed element of the Atom namespace.", line=1)
    reading = _Reading()
    for element in root:
        read = _ELEMENTS.get(element.tag)
        if read:
            read(reading, element)
    return reading.page(root.get(f"{{{XML}}}lang"))


@dataclass(slots=True)
class _Reading:
    """What has been read of the feed so far; of what stands twice the first counts."""

    texts: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    head: dict[str, Any] | None = None
    complete: bool = False
    deleted: list[dict[str, Any]] = field(default_factory=list)
    deleted_lines: list[int | None] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def page(self, language: str | None) -> Page:
        head = None
        if self.head is not None:
            # The namespace states the version; a page may still name a later minor one.
            members = {"version": VERSION, **self.head, "complete": self.complete, "deleted": self.deleted}
            head, faults = load_head(members, f"/{EXTENSION}")
            self.problems += [self._located(fault) for fault in faults]
        return Page(
            format="atom",
            title=self.texts.get("title", ""),
            items=tuple(self.items),
            head=head,
            home_page_url=self.links.get("alternate"),
            feed_url=self.links.get("self"),
            next_url=self.links.get("next"),
            description=self.texts.get("subtitle"),
            language=language or None,
            author=self.texts.get("author"),
            problems=tuple(self.problems),
        )

    def _located(self, fault: Problem) -> Problem:
        position = fault.pointer.removeprefix(_DELETED).partition("/")[0]
        line = self.deleted_lines[int(position)] if position.isdecimal() else None
        return Problem(fault.pointer, fault.code, fault.message, line)


def _read_text(reading: _Reading, element: etree._Element) -> None:
    text = plain_text(element)
    if text:
        reading.texts.setdefault(local_name(element.tag), text)


def _read_author(reading: _Reading, element: etree._Element) -> None:
    name = element.findtext(f"{{{ATOM}}}name")
    if name:
        reading.texts.setdefault("author", name)


def _read_link(reading: _Reading, element: etree._Element) -> None:
    href = href_of(element)
    if href:
        reading.links.setdefault(element.get("rel", "alternate"), href)


def _read_head(reading: _Reading, element: etree._Element) -> None:
    members: dict[str, Any] = {}
    for child in element:
        name, text = local_name(child.tag), trimmed(child.text or "")
        if name == "more":
            members[name] = {"true": True, "false": False}.get(text, text)
        else:
            members[name] = number_or_text(text) if name == "count" else text
    reading.head = members


def _read_complete(reading: _Reading, element: etree._Element) -> None:
    reading.complete = True


def _read_deleted(reading: _Reading, element: etree._Element) -> None:
    tombstone = {"id": element.get("ref"), "at": element.get("when")}
    for name in ("reason", "sig"):
        text = element.findtext(sf(name))
        tombstone[name] = None if text is None else trimmed(text)
    reading.deleted.append({name: value for name, value in tombstone.items() if value is not None})
    reading.deleted_lines.append(_line(element))


def _read_entry(reading: _Reading, element: etree._Element) -> None:
    try:
        reading.items.append(read_entry(element))
    except DocumentError as error:
        # The entry is kept by name, so that it is refused by itself and its neighbours are not.
        pointer = f"/items/{len(reading.items)}/{EXTENSION}"
        message = f"The sf:{REST} of this entry cannot be read: {error.problems[0].message}"
        reading.problems.append(Problem(pointer, error.problems[0].code, message, _line(element)))
        id_ = trimmed(element.findtext(f"{{{ATOM}}}id") or "")
        reading.items.append({**({"id": id_} if id_ else {}), EXTENSION: None})


def _line(element: etree._Element) -> int | None:
    return getattr(element, "sourceline", None)


_ELEMENTS: dict[Any, Callable[[_Reading, etree._Element], None]] = {
    f"{{{ATOM}}}title": _read_text,
    f"{{{ATOM}}}subtitle": _read_text,
    f"{{{ATOM}}}author": _read_author,
    f"{{{ATOM}}}link": _read_link,
    f"{{{ATOM}}}entry": _read_entry,
    sf("page"): _read_head,
    f"{{{HISTORY}}}complete": _read_complete,
    f"{{{TOMBSTONES}}}deleted-entry": _read_deleted,
}
