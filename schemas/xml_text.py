"""The text of an XML document, found out before any XML parser sees it, and what is refused on sight.

libxml2 is then given UTF-8 and told so: what was examined here is exactly what is parsed, whatever encoding the bytes
claim. A DOCTYPE is refused (entity bombs, external files: OWASP, "XML External Entity Prevention"), and so is more
markup than a feed of the allowed size can hold.
"""

from __future__ import annotations

import codecs
import re

from schemas.errors import DocumentError

MAX_MARKUP = 300_000
"""``<`` signs in one document: 5 MiB of the smallest listings hold 230,000."""

MAX_PROLOG = 100
"""Comments and processing instructions before the first element."""

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# XML 1.0, appendix F.1: the first "<" or "<?" as the families of encodings write it.
_FAMILIES = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
)
_EBCDIC = b"\x4c\x6f\xa7\x94"
_DECLARED = re.compile(r"<\?xml\s[^>]*?\bencoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._:-]{0,60})[\"']")
_BLANK = re.compile("\ufeff?[ \\t\\r\\n]*")
_PASSED_OVER = re.compile(r"<\?|<!--")
_WIDE = ("utf-16", "utf-32")
# Python's codecs that are no character encodings of documents, and UTF-7, in which "<" can hide from every check.
_NOT_FOR_XML = frozenset(["idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "charmap"])


def text_of(data: bytes) -> str:
    """The document as text, by byte order mark, else by declaration, else as UTF-8 (RFC 7303, XML 1.0 appendix F).

    Raises `DocumentError` (``bad-encoding``) with the line for bytes that are not what they claim to be.
    """
    name = encoding_of(data)
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"The document says that it is {name}, and byte {error.start} is not."
        raise DocumentError.of("bad-encoding", message, line=line) from error
    except (LookupError, UnicodeError, ValueError) as error:
        raise DocumentError.of("bad-encoding", f"The encoding {name} cannot be read.", line=1) from error


def encoding_of(data: bytes) -> str:
    """Python's name of the encoding. Raises `DocumentError` (``bad-encoding``) for one that is none."""
    for start, name in (*_MARKS, *_FAMILIES):
        if data.startswith(start):
            return name
    opening = data[:200].decode("cp037" if data.startswith(_EBCDIC) else "latin-1")
    declared = _DECLARED.search(opening)
    return _usable(declared[1]) if declared else "utf-8"


def _usable(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name.replace("_", "-")
    except LookupError as error:
        message = f"The document says that it is {declared}, which is no known encoding."
        raise DocumentError.of("bad-encoding", message, line=1) from error
    if name in _NOT_FOR_XML:
        raise DocumentError.of("bad-encoding", f"Feeds in {declared} are not read.", line=1)
    if name.startswith(_WIDE):
        # Its declaration could be read byte by byte, so it is not what it says.
        raise DocumentError.of("bad-encoding", f"The document says that it is {declared}, and it is not.", line=1)
    return name


def check(text: str) -> None:
    """Refuses a DOCTYPE and too much markup. Raises `DocumentError` (``doctype``, ``too-large``)."""
    start = after_prolog(text)
    if text.startswith("<!DOCTYPE", start):
        message = "A feed must not have a DOCTYPE; it is refused because it can make a reader fetch or expand things."
        raise DocumentError.of("doctype", message, line=text.count("\n", 0, start) + 1)
    if text.count("<") > MAX_MARKUP:
        raise DocumentError.of("too-large", "This document holds more elements than any feed should.")


def after_prolog(text: str) -> int:
    """Where the DOCTYPE or the root element begins: after white space, comments and processing instructions.

    Raises `DocumentError` (``too-large``) for more of those than anyone writes.
    """
    at = _past_blank(text, 0)
    for _ in range(MAX_PROLOG):
        opening = _PASSED_OVER.match(text, at)
        if not opening:
            return at
        closing = "?>" if opening[0] == "<?" else "-->"
        # From the end of the opening: "<!-->" does not close itself.
        found = text.find(closing, opening.end())
        if found < 0:
            return len(text)
        at = _past_blank(text, found + len(closing))
    raise DocumentError.of("too-large", "This document begins with more comments than any feed should.", line=1)


def _past_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at
