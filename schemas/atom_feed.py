"""Atom (RFC 4287), both directions, equal to JSON Feed in what it carries.

An ordinary Atom reader finds title, link, content, dates, author, category and a GeoRSS point where it looks for them;
our own fields stand beside them in our namespace, and members that have no element anywhere travel as one JSON text
(``sf:json``). Reading what was written gives the same items. Absence of our namespace makes a document a plain feed.

The work is in `atom_writing` (feedgen) and `atom_reading` (lxml), imported when first needed: both are heavy, and a
publisher whose Atom feed nobody asks for should not carry them.
"""

from __future__ import annotations

from schemas.page import Page

MEDIA_TYPE = "application/atom+xml"


def encode(page: Page) -> bytes:
    """The page as an Atom feed document in UTF-8, its items in their order.

    Raises `DocumentError` with the pointer of an item that no Atom entry can stand for: without an id, a title or a
    date of change, or with a number that JSON cannot write.
    """
    from schemas import atom_writing

    return atom_writing.encode(page)


def decode(data: bytes) -> Page:
    """The page in ``data``: raw JSON Feed items, ``head`` None without a ``sf:page`` element.

    A DOCTYPE is refused before anything is parsed, nothing is ever fetched, and a damaged document is refused as a
    whole. Raises `DocumentError` (``not-a-feed``, ``malformed-xml``, ``bad-encoding``, ``doctype``, ``too-large``)
    with the line of the fault.
    """
    from schemas import atom_reading

    return atom_reading.decode(data)
