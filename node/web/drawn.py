"""Cards of results, drawn once and filled with what differs from search to search.

A card says the same in every search but for its title, in which words may be marked, its distance, and why it stands
there. Drawing one takes longer than finding it, so each is drawn with slots in those places, kept with the version of
the row that it was drawn from, and put together anew for each search. What a card says of days changes at midnight, and
a picture may go at any time, so a drawing is for one day, and for ten minutes at most.

Refuses to keep a card whose picture we have no copy of yet: the next reader shall see it.
"""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from node.context import Node
from node.services.search import Match
from node.storage.catalogue import Shown
from node.web import phrases, words
from node.web.cards import Paths, addresses_of, card_of
from node.web.view_model_parts import Card, Site

MOST_KEPT = 4096
"""Some 3 kB each."""
FRESH_S = 600

# Nobody can know these, so no text of a listing can stand in for one.
_MARK = secrets.token_hex(8)
_SLOTS = {name: f"{_MARK}{name}" for name in ("title", "far", "why")}
_SLOT = re.compile(f"{_MARK}({'|'.join(_SLOTS)})")

_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A card as drawn: ``pieces`` of HTML with the names of slots between them, always in turn."""

    card: Card
    pieces: tuple[str, ...]

    def filled(self, texts: Mapping[str, str]) -> Markup:
        """The card with these texts, which are escaped unless they are markup."""
        parts = [piece if at % 2 == 0 else str(escape(texts[piece])) for at, piece in enumerate(self.pieces)]
        return Markup("".join(parts))  # noqa: S704 - what the template escaped, and what was escaped here


class Frames:
    """The cards that one process drew last; threads share it."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._held: OrderedDict[_Key, Frame] = OrderedDict()
        self._lock = Lock()

    def get(self, key: _Key) -> Frame | None:
        with self._lock:
            frame = self._held.get(key)
            if frame is not None:
                self._held.move_to_end(key)
            return frame

    def keep(self, key: _Key, frame: Frame) -> None:
        with self._lock:
            self._held[key] = frame
            if len(self._held) > self._most:
                self._held.popitem(last=False)


def cards(node: Node, matches: Sequence[Match], site: Site) -> tuple[Card, ...]:
    """The cards of a search's results, drawn."""
    keyed = {_key(match, site): match for match in matches}
    held = {key: frame for key in keyed if (frame := _frames().get(key))}
    new = {key: match for key, match in keyed.items() if key not in held}
    frames = held | _draw(node, new) if new else held
    return tuple(_filled(frames[key], match, site) for key, match in keyed.items())


def _frames() -> Frames:
    frames: Frames = current_app.extensions.setdefault("sharefeed.frames", Frames())
    return frames


def _key(match: Match, site: Site) -> _Key:
    """What a drawing depends on: the row, who reads, when, and which slots there are."""
    shown, moment = match.shown, int(site.now.timestamp())
    when = words.day_of(site.now, site), moment // FRESH_S
    return (
        shown.entry.key,
        shown.position,
        shown.entry.hash,
        site.home_path,
        words.locale(),
        when,
        match.distance_km is None,
    )


def _draw(node: Node, new: Mapping[_Key, Match]) -> dict[_Key, Frame]:
    from node.web.pages import scene_of

    paths = scene_of(node, [match.shown for match in new.values()]).paths
    draw, made = _macro(), {}
    for key, match in new.items():
        made[key] = _frame(match, paths, draw)
        if _is_settled(match.shown, paths):
            _frames().keep(key, made[key])
    return made


def _macro() -> Callable[[Card], str]:
    context: dict[str, Any] = {}
    current_app.update_template_context(context)
    macros: Any = current_app.jinja_env.get_template("macros/cards.html").make_module(context)
    draw: Callable[[Card], str] = macros.card
    return draw


def _frame(match: Match, paths: Paths, draw: Callable[[Card], str]) -> Frame:
    card = card_of(match.shown, paths)
    far = "" if match.distance_km is None else _SLOTS["far"]
    return Frame(card, tuple(_SLOT.split(draw(replace(card, title=_SLOTS["title"], far=far)))))


def _is_settled(shown: Shown, paths: Paths) -> bool:
    """Whether every picture that the listing names is ours by now."""
    return all(address.startswith(paths.url) or address in paths.copies for address in addresses_of([shown]))


def _filled(frame: Frame, match: Match, site: Site) -> Card:
    card, texts = frame.card, {"title": words.clip(frame.card.title) or phrases.say("Without a title")}
    if match.distance_km is not None:
        place = replace(card.place, distance_m=match.distance_km * 1000)
        texts["far"] = words.distance(place, site)
    return replace(card, html=frame.filled(texts))
