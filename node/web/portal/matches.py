"""Matches in words: why an offer meets a want, as a line on its card and as a sentence in the API."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from node.services.catalogue import match_words
from node.services.catalogue.matching import Partner
from node.storage.catalogue import Shown
from node.web.portal.cards import Paths, card_of
from node.web.view_models.parts import Card, Site
from node.web.wording import words


def match_cards(shown: Shown, partners: Iterable[Partner], paths: Paths, site: Site) -> tuple[Card, ...]:
    """The other sides of a listing's matches as cards that say why they stand there."""
    cards = ((card_of(one.shown, paths), why(shown, one, site)) for one in partners)
    return tuple(replace(card, why=words_of) for card, words_of in cards)


def why(shown: Shown, partner: Partner, site: Site) -> str:
    """The reasons in one line, as this reader reads them."""
    return match_words.why(shown, partner, words.voice(), site.miles)
