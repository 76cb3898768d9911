"""The texts of a listing with the words marked that raised a doubt, as plain pieces: everything is shown as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from node.voices import later as _l
from node.web.view_models.control import MarkedText, Piece
from node.web.wording.phrases import say
from schemas.errors import Problem

_NAMES: Mapping[str, str] = {
    "/title": _l("Title"),
    "/content_text": _l("Description"),
    "/content_html": _l("Description"),
    "/_sharefeed/terms": _l("What the taker should agree to"),
    "/_sharefeed/safety": _l("Safety"),
    "/_sharefeed/accessibility": _l("Accessibility"),
    "/_sharefeed/request_url": _l("Where to ask"),
}
_TAG = _l("Tag")
_BESIDE = (("/_sharefeed/images/", _l("What a photo shows")), ("/_sharefeed/place/", _l("Place")))
_LONGEST_PLAIN = 400
_MORE = " … "


def marked_texts(item: Mapping[str, Any], problems: Iterable[Problem]) -> tuple[MarkedText, ...]:
    """Each text of the item in which words are marked, in the order of the item's fields, tags last."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for problem in problems:
        for mark in problem.marks:
            spans.setdefault(mark.pointer, []).append((mark.start, mark.end))
    order = list(_NAMES)
    pointers = sorted(spans, key=lambda pointer: (order.index(pointer) if pointer in order else len(order), pointer))
    texts = ((pointer, _text_at(item, pointer)) for pointer in pointers)
    return tuple(
        MarkedText(say(_name(pointer)), tuple(_pieces(text, sorted(spans[pointer]))))
        for pointer, text in texts
        if text is not None
    )


def _name(pointer: str) -> str:
    return _NAMES.get(pointer) or next((name for start, name in _BESIDE if pointer.startswith(start)), _TAG)


def _text_at(item: Mapping[str, Any], pointer: str) -> str | None:
    """The text at one of the places that are read; None where the item is not what was judged then."""
    found: Any = item
    for part in pointer.split("/")[1:]:
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found if isinstance(found, str) else None


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Piece]:
    at = 0
    for start, end in spans:
        start = max(start, at)
        if start >= end:
            continue
        if start > at:
            yield Piece(_shortened(text[at:start]))
        yield Piece(text[start:end], True)
        at = end
    if at < len(text):
        yield Piece(_shortened(text[at:]))


def _shortened(plain: str) -> str:
    """What stands between marks, without its middle where that is long."""
    half = _LONGEST_PLAIN // 2
    return plain if len(plain) <= _LONGEST_PLAIN else plain[:half] + _MORE + plain[-half:]
