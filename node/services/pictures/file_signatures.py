"""What the bytes of a file say it is before anybody decodes it: a film, a document, or two things at once. Pure.

A file can be a picture and, read by another program, an archive, a web page or a program. Nothing of it would survive
being written anew; it is refused all the same, because nobody's phone makes one.
"""

from __future__ import annotations

import re
import struct

_BEGINNING = 1024
_FILMS = (b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"3gp4", b"3gp5", b"dash")
_ACTIVE = re.compile(rb"<script[\s/>]|<\?php\s|<!doctype\s+html|<iframe[\s/>]", re.IGNORECASE)
_PHOTOS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES, _LONGEST_COMMENT = 22, 65_535
_PLAIN_NAMES = (
    (b"%PDF-", "This is a PDF and not a photo. Take a photo, or save the picture as JPEG."),
    (b"PK\x03\x04", "This is an archive and not a photo. Unpack it, and send the photos that are in it."),
)


def something_else(data: bytes) -> str | None:
    """Why these bytes are not only a photograph, in a sentence for whoever sent them; None where nothing says so."""
    start = data[:_BEGINNING]
    for sign, sentence in _PLAIN_NAMES:
        if start.startswith(sign):
            return sentence
    if start[4:8] == b"ftyp" and start[8:12] in _FILMS:
        return "This is a film and not a photo. Take a photo instead."
    if _is_markup(start):
        return "This is a drawing or a web page (SVG, HTML) and not a photo. Save the picture as PNG or JPEG."
    if _ends_as_archive(data) or b"%PDF-" in start or _ACTIVE.search(data):
        return "This file is a picture and something else at the same time, so it is not taken. Take another photo."
    return None


def begins_like_a_photo(data: bytes) -> bool:
    """Whether the first bytes are those of a format that is taken, whatever becomes of it further on."""
    return data.startswith(_PHOTOS) or data[8:12] == b"WEBP" or data[4:8] == b"ftyp"


def _is_markup(start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return True
    return text.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<!--", b"\x1f\x8b"))


def _ends_as_archive(data: bytes) -> bool:
    """Whether the end is that of a ZIP archive, which is read from its end: of any, whatever stands before it."""
    tail = data[-(_ZIP_END_BYTES + _LONGEST_COMMENT) :]
    at = tail.rfind(_ZIP_END)
    while at >= 0:
        end = tail[at : at + _ZIP_END_BYTES]
        if len(end) == _ZIP_END_BYTES:
            _, entries, size, offset, comment = struct.unpack("<8x HH II H", end)
            # Chance makes the four bytes once in a few thousand photos, but not what has to stand behind them.
            if at + _ZIP_END_BYTES + comment == len(tail) and entries and size and offset + size <= len(data):
                return True
        at = tail.rfind(_ZIP_END, 0, at)
    return False
