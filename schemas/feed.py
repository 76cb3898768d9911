"""What a document is, by its content: JSON Feed, Atom with our namespace, or a plain feed. Servers often misname it.

A document that is none of these is refused with a sentence that helps the person who pasted its address.
"""

from __future__ import annotations

import re

from schemas import json_feed
from schemas.errors import DocumentError
from schemas.page import Page

_NAMESPACE = "https://w3id.org/sharefeed/"
_ROOT = re.compile(r"<([^\s<>/]{1,200})")
_FIRST_LINE = re.compile(r"[^\n]{0,2000}")

_SIGNATURES = (
    (b"PK\x03\x04", "This is a spreadsheet or a zip file. Import it as a file, or publish it as a feed."),
    (b"\xd0\xcf\x11\xe0", "This is an old office document. Save the sheet as CSV and import it as a file."),
    (b"%PDF", "This is a PDF. A feed is a document for programs; look for a link called feed, RSS or Atom."),
    (b"\x1f\x8b", "This is a compressed file. Publish the feed itself."),
    (b"\x89PNG", "This is a picture, not a feed."),
    (b"\xff\xd8\xff", "This is a picture, not a feed."),
    (b"GIF8", "This is a picture, not a feed."),
)
_WEB_PAGE = "This is a web page, not a feed. Look for a link on it called feed, RSS or Atom."
_TABLE = "This looks like a table (CSV). Import it as a file, or publish it as a feed."
_NOTHING_KNOWN = "This is neither JSON Feed, Atom nor RSS."


def decode(data: bytes, media_type: str | None = None, base_url: str | None = None) -> Page:
    """The page in ``data``, whatever its format. ``media_type`` is believed for nothing but its charset.

    ``base_url`` is where the document was found; a plain feed's relative addresses are resolved against it. Raises
    `DocumentError`: ``not-a-feed`` with a helpful sentence, or what the format's own codec raises.
    """
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise DocumentError.of("not-a-feed", "The document is empty.")
    for start, message in _SIGNATURES:
        if data.startswith(start):
            raise DocumentError.of("not-a-feed", message)
    if json_feed.looks_like(data):
        return _decode_json(data)
    return _decode_xml(data, media_type, base_url)


def _decode_json(data: bytes) -> Page:
    try:
        return json_feed.decode(data)
    except DocumentError as error:
        if error.problems[0].code == "not-a-feed" and re.match(rb'\s*\{[^{}\[\]]*"sharefeed"\s*:', data):
            message = "This is a node document, not a feed: it lists the addresses of the feeds."
            raise DocumentError.of("not-a-feed", message) from error
        raise


def _decode_xml(data: bytes, media_type: str | None, base_url: str | None) -> Page:
    # Imported here: these bring lxml and feedparser with them, which a publisher does without.
    from schemas import atom_feed, plain_feed, plain_xml, xml_text

    text, _ = plain_xml.text_and_problems(data, media_type)
    start = xml_text.after_prolog(text)
    if not text.startswith("<", start):
        raise DocumentError.of("not-a-feed", _TABLE if _is_table(text) else _NOTHING_KNOWN)
    root = _ROOT.match(plain_xml.without_doctype(text), start)
    name = root[1].rpartition(":")[2].lower() if root else ""
    if name == "html" or text[start : start + 14].lower() == "<!doctype html":
        raise DocumentError.of("not-a-feed", _WEB_PAGE, line=1)
    if name == "feed" and _NAMESPACE in text:
        return atom_feed.decode(data)
    return plain_feed.decode(data, media_type, base_url)


def _is_table(text: str) -> bool:
    found = _FIRST_LINE.match(text.lstrip("\ufeff"))
    line = found[0] if found else ""
    return any(line.count(separator) >= 2 for separator in ",;\t")
