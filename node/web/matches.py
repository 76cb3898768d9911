"""Matches in words: why an offer meets a want, as a line on its card and as a sentence in the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import flask_babel

from node.services.matching import CATEGORY, KIND, ROOM, THINGS, WORDS, Partner, Reason
from node.storage.catalogue import Shown
from node.web import words
from node.web.cards import Paths, card_of
from node.web.code_words import category
from node.web.view_models import Card, Place, Site
from schemas.vocabulary import fold


def _(text: str, **values: object) -> str:
    return str(flask_babel.gettext(text, **values))


def match_cards(shown: Shown, partners: Iterable[Partner], paths: Paths, site: Site) -> tuple[Card, ...]:
    """The other sides of a listing's matches as cards that say why they stand there."""
    cards = ((card_of(one.shown, paths), why(shown, one, site)) for one in partners)
    return tuple(replace(card, why=words_of) for card, words_of in cards)


def why(shown: Shown, partner: Partner, site: Site) -> str:
    """The reasons in one line: "Both name desks, same category (Desk), about 2 km"."""
    vague = max((one.entry.facts.precision_m or 0.0) for one in (shown, partner.shown))
    said = [_said(reason, vague, site) for reason in partner.fit.reasons]
    line = ", ".join(dict.fromkeys(part for part in said if part))
    return line[:1].upper() + line[1:]


def _said(reason: Reason, vague_m: float, site: Site) -> str:
    if reason.code == THINGS:
        return _things(*reason.values)
    if reason.code == KIND:
        wanted, offered = reason.values
        return _("“%(offered)s” is a kind of “%(wanted)s”", offered=offered, wanted=wanted)
    if reason.code == WORDS:
        return _("both say “%(words)s”", words=" ".join(reason.values))
    if reason.code == ROOM:
        return _("the kind of room that is looked for (%(category)s)", category=category(reason.values[0]).label)
    if reason.code == CATEGORY:
        return _("same category (%(category)s)", category=category(reason.values[0]).label)
    return words.distance(Place(precision_m=vague_m, distance_m=(reason.km or 0.0) * 1000), site)


def _things(wanted: str, offered: str) -> str:
    if fold(wanted) == fold(offered):
        return _("both name “%(thing)s”", thing=wanted)
    return _("“%(offered)s” is another word for “%(wanted)s”", offered=offered, wanted=wanted)
