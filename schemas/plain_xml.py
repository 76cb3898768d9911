"""Makes whatever RSS or Atom a site serves into bytes that a feed parser can take without risk.

Feeds of unknown make are often not quite XML. They are repaired once, here and by libxml2, in time that grows with
their size; feedparser's own repair takes 5 s for 200 kB of opened tags. Entities and external files stay refused.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint

from lxml import etree

from schemas import xml_text
from schemas.atom_names import UNWRITABLE, local_name
from schemas.errors import DocumentError, Problem
from schemas.xml_parser import guarded_parser

MAX_ENTRIES = 2000
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 30
MAX_ENTITIES = 1_000_000
ENTRY_NAMES = ("item", "entry")

_SHORT = 200
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]+)", re.IGNORECASE)
_LOOSE_AMPERSAND = re.compile(
    r"&(?!#\d{1,7};|#x[0-9a-fA-F]{1,6};|amp;|lt;|gt;|quot;|apos;)([A-Za-z][A-Za-z0-9]{1,8};)?"
)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")


def text_and_problems(data: bytes, content_type: str | None) -> tuple[str, list[Problem]]:
    """The document as text: by byte order mark, the answer's charset, the declaration; else as Windows-1252.

    Most of the feeds that are not what they say are that. Never raises.
    """
    try:
        return xml_text.text_of(data), []
    except DocumentError as error:
        named = _CHARSET.search(content_type or "")
        for charset in [named[1]] if named else []:
            try:
                return data.decode(charset), list(error.problems)
            except (LookupError, UnicodeError, ValueError):
                continue
        return data.decode("windows-1252", "replace"), list(error.problems)


def root_of(text: str) -> tuple[etree._Element, list[Problem]]:
    """The root of a document that may need repair, with at most `MAX_ENTRIES` entries left in it.

    Raises `DocumentError` (``doctype``, ``too-large``, ``not-a-feed``) for what must not or cannot be read at all.
    """
    text = without_doctype(text)
    xml_text.check(text)
    if text.count("&") > MAX_ENTITIES:
        raise DocumentError.of("too-large", "This document holds more escaped characters than any feed should.")
    parser = guarded_parser(recover=True)
    try:
        root = etree.fromstring(_repaired(text).encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        message = f"This cannot be read as a feed: {error.msg}."
        raise DocumentError.of("not-a-feed", message, line=error.lineno) from error
    if root is None:
        raise DocumentError.of("not-a-feed", "This document holds no feed.")
    fault = parser.error_log[0] if len(parser.error_log) else None
    problems = [Problem("", "malformed-xml", f"not quite XML: {fault.message}", fault.line)] if fault else []
    return root, problems + _bounded(root)


def _repaired(text: str) -> str:
    """The text with what sites most often get wrong put right: bare ampersands, HTML's entities, control characters."""
    declaration = _DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text
    return UNWRITABLE.sub(" ", _LOOSE_AMPERSAND.sub(_spelled_out, body))


def _spelled_out(found: re.Match[str]) -> str:
    """The character behind an entity of HTML; any other ampersand as the text that it was meant to be."""
    name = found[1]
    code = name2codepoint.get(name[:-1]) if name else None
    return chr(code) if code else f"&amp;{name or ''}"


def without_doctype(text: str) -> str:
    """The text without a DOCTYPE that merely names a document type (RSS 0.91 asks for one).

    One that declares anything itself stays, to be refused by `xml_text.check`.
    """
    start = xml_text.after_prolog(text)
    if not text.startswith("<!DOCTYPE", start):
        return text
    end = text.find(">", start)
    if end < 0 or "[" in text[start:end]:
        return text
    # Line ends are kept, so that later faults are still found on their lines.
    return text[:start] + "\n" * text.count("\n", start, end) + text[end + 1 :]


def _bounded(root: etree._Element) -> list[Problem]:
    """Takes out of the tree what would keep a feed parser busy for longer than a feed is worth."""
    entries, elements, cut = 0, 0, []
    for element in root.iter():
        elements += 1
        _trim(element)
        if local_name(element.tag) in ENTRY_NAMES:
            entries += 1
            if entries > MAX_ENTRIES or elements > MAX_ELEMENTS:
                cut.append(element)
    if elements > MAX_ELEMENTS and not cut:
        raise DocumentError.of("too-large", "This document holds more elements than any feed should.")
    for element in cut:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    kept = entries - len(cut)
    return [Problem("", "too-many", f"There are {entries} entries; the first {kept} are read.")] if cut else []


def _trim(element: etree._Element) -> None:
    """Few attributes, and long text in one piece: escaped markup reaches a parser in as many pieces as it has "<"."""
    if len(element.attrib) > MAX_ATTRIBUTES:
        element.attrib.clear()
    text = element.text
    if text and len(text) > _SHORT and "]]>" not in text:
        element.text = etree.CDATA(text)


def entries_of(root: etree._Element) -> list[etree._Element]:
    """Every ``item`` (RSS, RDF) or ``entry`` (Atom), in document order."""
    return [element for element in root.iter() if local_name(element.tag) in ENTRY_NAMES]
