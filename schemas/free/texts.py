"""The words of an item that are judged: its fields in one text, folded, with the way back to where they stood.

Nothing here fails: whatever an item holds where text belongs, what is no text is passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import accumulate
from operator import itemgetter
from typing import Any, NamedTuple

from schemas.canonical import EXTENSION
from schemas.errors import Mark
from schemas.free.folding import BLANK, GAP, Spans, folded, spelled, unveiled

LONGEST = 60_000
"""A valid listing is shorter; of others, what lies beyond is not read."""
_MARKUP = re.compile(r"<[^<>]{0,2000}>|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|\w{2,31});", re.IGNORECASE)
_BREAKS = re.compile(r"</?(?:p|div|li|ul|ol|br|h[1-6]|tr|td|table)\b", re.IGNORECASE)
_SAID = ("title", "content_text", "content_html")
_ASKED = ("terms", "safety", "accessibility", "request_url")
_MOST_TAGS = 50


class Words(NamedTuple):
    """``text`` holds the fields one after another, with gaps in between, each as long as it was sent. What is said of
    the thing ends at ``said``; small print follows. ``veiled`` is where words stood in disguise.
    """

    text: str
    fields: tuple[str, ...]
    originals: tuple[str, ...]
    said: int
    veiled: Spans = ()

    def mark(self, start: int, end: int) -> Mark:
        """Where the characters from ``start`` to ``end`` of the whole stood."""
        at = bisect_right(self.veiled, start, key=itemgetter(1))
        to = bisect_left(self.veiled, end, lo=at, key=itemgetter(0))
        if at < to:
            start, end = min(start, self.veiled[at][0]), max(end, self.veiled[to - 1][1])
        starts = [0, *accumulate(len(text) + 1 for text in self.originals)]
        number = bisect_right(starts, start) - 1
        return Mark(self.fields[number], start - starts[number], end - starts[number])

    def quoted(self, mark: Mark) -> str:
        """The words themselves, as they were written."""
        return self.originals[self.fields.index(mark.pointer)][mark.start : mark.end]


def words_of(item: Mapping[str, Any]) -> Words:
    """The words of a JSON Feed item: title, text, markup without its tags, and tags; then, in small print, what its
    giver asks of takers, what its pictures show, what its place is called, and what it is counted in.
    """
    said, small = [*_said(item)], [*_small_print(item.get(EXTENSION))]
    fields = [field for field, _ in (*said, *small)]
    originals = [text for _, text in (*said, *small)]
    if sum(map(len, originals)) > LONGEST:
        originals = [text[: LONGEST // len(originals)] for text in originals]
    read = originals
    if "/content_html" in fields:
        read = [
            _unmarked(text) if name == "/content_html" else text for name, text in zip(fields, originals, strict=True)
        ]
    whole, veiled = unveiled(GAP.join(text.replace(GAP, " ") for text in read))
    end = sum(map(len, originals[: len(said)])) + max(len(said) - 1, 0)
    return Words(spelled(_folded(whole)), tuple(fields), tuple(originals), end, veiled)


def _said(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _SAID:
        text = item.get(name)
        if isinstance(text, str):
            yield f"/{name}", text
    tags = item.get("tags")
    for number, tag in enumerate(tags[:_MOST_TAGS] if isinstance(tags, list) else ()):
        if isinstance(tag, str):
            yield f"/tags/{number}", tag


def _small_print(extension: Any) -> Iterator[tuple[str, str]]:
    said = extension if isinstance(extension, dict) else {}
    for name in _ASKED:
        if isinstance(said.get(name), str):
            yield f"/{EXTENSION}/{name}", said[name]
    images = said.get("images")
    for number, image in enumerate(images[:_MOST_TAGS] if isinstance(images, list) else ()):
        if isinstance(image, dict) and isinstance(image.get("alt"), str):
            yield f"/{EXTENSION}/images/{number}/alt", image["alt"]
    place = said.get("place")
    if isinstance(place, dict) and isinstance(place.get("name"), str):
        yield f"/{EXTENSION}/place/name", place["name"]
    quantity = said.get("quantity")
    unit = quantity.get("unit") if isinstance(quantity, dict) else None
    # A single word ("each", "hours") says nothing.
    if isinstance(unit, str) and len(unit.split()) > 1:
        yield f"/{EXTENSION}/quantity/unit", unit


def _folded(whole: str) -> str:
    """The fields folded with gaps in between; all at once where they have no letters that need care."""
    if whole.isascii() and BLANK not in whole:
        return whole.lower()
    return GAP.join(map(folded, whole.split(GAP)))


def _unmarked(html: str) -> str:
    """The words of markup: spaces stand where tags were, so that every word keeps its place."""
    return _MARKUP.sub(_instead, html)


def _instead(match: re.Match[str]) -> str:
    length = match.end() - match.start()
    if match[0][0] == "&":
        return "".join(" " if one.isspace() else one for one in unescape(match[0]))[:length].rjust(length)
    return ("." if _BREAKS.match(match[0]) else "").ljust(length)
