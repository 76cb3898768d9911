"""Cards of results, drawn once and filled with what differs from search to search.

A card says the same in every search but for its title, in which words may be marked, its distance, and why it stands
there. Drawing one takes longer than finding it, so each is drawn with slots in those places, kept with the version of
the row that it was drawn from, and put together anew for each search. What a card says of days changes at midnight, and
a picture may go at any time, so a drawing is for one day, and for ten minutes at most.

Refuses to keep a card whose picture we have no copy of yet: the next reader shall see it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import current_app
from markupsafe import Markup, escape

from node.context import Node
from node.search.marking import Called, Plain, Wanted, excerpt
from node.services.catalogue.search import Match
from node.storage.catalogue import Shown
from node.web.portal.cards import Paths, addresses_of, card_of, text_of
from node.web.portal.day_strip import full_days
from node.web.portal.slots import Drawn, Shelf, slot
from node.web.view_models.parts import Card, Site
from node.web.wording import phrases, words
from node.web.wording.said import spoken
from schemas.records import dataclass

FRESH_S = 600
LONGEST_LOOKED_THROUGH = 2000
Days = tuple[date | None, date | None]
NO_DAYS: Days = (None, None)


@dataclass(frozen=True, slots=True)
class Frame:
    """A card, how it was drawn, and its texts, to be looked through for the words of a search."""

    card: Card
    drawn: Drawn
    title: Plain
    text: Plain


def cards(
    node: Node, matches: Sequence[Match], site: Site, asked: Wanted | None = None, days: Days = NO_DAYS
) -> tuple[Card, ...]:
    """The cards of a search's results, drawn, with the words that were ``asked`` for marked in them.

    ``days`` are the first and the last day asked for: what is full on some of them says so.
    """
    keyed = {_key(match, site): match for match in matches}
    held = {key: frame for key in keyed if (frame := _frames().get(key))}
    new = {key: match for key, match in keyed.items() if key not in held}
    frames = held | _draw(node, new) if new else held
    return tuple(_filled(frames[key], match, site, asked, days) for key, match in keyed.items())


def _frames() -> Shelf[Frame]:
    frames: Shelf[Frame] = current_app.extensions.setdefault("sharefeed.frames", Shelf())
    return frames


def _key(match: Match, site: Site) -> tuple[Hashable, ...]:
    """What a drawing depends on: the row, who reads, when, and which slots there are."""
    shown, moment = match.shown, int(site.now.timestamp())
    when = words.day_of(site.now, site), moment // FRESH_S
    return (
        shown.entry.key,
        shown.position,
        shown.entry.hash,
        site.home_path,
        phrases.code(),
        when,
        match.distance_km is None,
    )


def _draw(node: Node, new: Mapping[tuple[Hashable, ...], Match]) -> dict[tuple[Hashable, ...], Frame]:
    from node.web.portal.scene import scene_of

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
    far = "" if match.distance_km is None else slot("far")
    drawn = Drawn.of(draw(replace(card, title=slot("title"), far=far, found=slot("found"))))
    # What is not shown in full is not looked through further than anybody would read.
    return Frame(card, drawn, Plain.of(words.clip(card.title)), Plain.of(text_of(match.shown)[:LONGEST_LOOKED_THROUGH]))


def _is_settled(shown: Shown, paths: Paths) -> bool:
    """Whether every picture that the listing names is ours by now."""
    return all(address.startswith(paths.url) or address in paths.copies for address in addresses_of([shown]))


def _filled(frame: Frame, match: Match, site: Site, asked: Wanted | None, days: Days) -> Card:
    card = frame.card
    title: str = frame.title.text or phrases.say("Without a title")
    texts: dict[str, object] = {"title": title, "found": ""}
    if asked is not None:
        texts |= _found(frame, asked, title, site)
    if match.distance_km is not None:
        place = replace(card.place, distance_m=match.distance_km * 1000)
        texts["far"] = words.distance(place, site)
    if card.full and any(days):
        texts["found"] = Markup("{}{}").format(texts["found"], _full(card, site, days))
    return replace(card, html=frame.drawn.filled(texts))


def _full(card: Card, site: Site, days: Days) -> Markup:
    """Which of the days asked for, and still to come, are full."""
    first, last = max(days[0] or date.min, words.day_of(site.now, site)), days[1] or date.max
    full = full_days(replace(card, full=tuple(day for day in card.full if first <= day <= last)), site)
    # Translators: one or several days of those that somebody looks for.
    return (
        _OTHER.format(phrases.say("Full on %(days)s, free on another day that you asked for", days=full))
        if full
        else Markup()
    )


def _found(frame: Frame, asked: Wanted, title: str, site: Site) -> dict[str, object]:
    """The title with what was found in it, and a line on what was found elsewhere."""
    in_title = asked.found_in(frame.title)
    in_text = asked.found_in(frame.text)
    marked: dict[str, object] = {"title": marked_up(frame.title.text, in_title)} if in_title else {"title": title}
    if in_text:
        own = spoken(frame.card.language, site)
        return {**marked, "found": _EXCERPT.format(own, marked_up(*excerpt(frame.text, in_text)))}
    return marked if in_title else {**marked, **_called(frame, asked, site)}


def _called(frame: Frame, asked: Wanted, site: Site) -> dict[str, object]:
    """The same where the thing is called otherwise: that name is marked, and it is said that it is another one."""
    called = asked.called_in(frame.title)
    if called:
        return {"title": marked_up(frame.title.text, [called.span]), "found": _OTHER.format(_why(called))}
    called = asked.called_in(frame.text)
    if called is None:
        return {}
    part = marked_up(*excerpt(frame.text, [called.span]))
    return {"found": _EXCERPT.format(spoken(frame.card.language, site), part) + _OTHER.format(_why(called))}


def _why(called: Called) -> str:
    if called.is_kind:
        return phrases.say("A kind of it: “%(name)s”", name=called.name)
    return phrases.say("Also called “%(name)s”", name=called.name)


# Markup's own format escapes what is put in.
_EXCERPT = Markup('<p class="card-line card-found"><span{}>{}</span></p>')
_OTHER = Markup('<p class="card-line card-found">{}</p>')


def marked_up(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """``text`` with these parts of it marked, everything escaped."""
    html, at = Markup(), 0
    for start, end in spans:
        html += escape(text[at:start]) + _MARKED.format(text[start:end])
        at = end
    return html + escape(text[at:])


_MARKED = Markup("<mark>{}</mark>")
