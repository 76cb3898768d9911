"""The pages of a listing, of an organisation and of a publisher, as view models. Reads no database and no request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import orjson
from babel.numbers import format_currency

from node.services import json_ld
from node.services.about import NODE_DOCUMENT_PATH
from node.storage.catalogue import Shown
from node.web import words
from node.web.cards import Paths, card_of, cards_of, organisation_path, pictures_of
from node.web.prose import body_of
from node.web.view_models import (
    Card,
    FeedLink,
    Head,
    Link,
    ListingPage,
    MapView,
    OrganisationBox,
    OrganisationPage,
    PageLink,
    Pager,
    PublisherHomePage,
    Step,
)
from schemas.listing import Listing, Money, load_listing
from schemas.organisation import Organisation
from schemas.vocabulary import categories, home_of


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page stands in: where pages are, what there is to follow, and where a search goes, if there is one."""

    paths: Paths
    feeds: tuple[FeedLink, ...]
    search_path: str | None = None
    with_maps: bool = True

    def address(self, path: str) -> str:
        """The absolute address of a page of ours."""
        return self.paths.url.rstrip("/") + path.removeprefix(self.paths.root)

    def head(
        self, title: str, description: str, canonical_url: str, jsonld: str | None = None, image_url: str | None = None
    ) -> Head:
        return Head(
            title,
            words.clip(description, 160),
            canonical_url,
            feeds=self.feeds,
            node_document_path=f"{self.paths.root}/{NODE_DOCUMENT_PATH}",
            jsonld=jsonld,
            image_url=image_url,
        )

    def search(self, **query: str) -> str:
        return f"{self.search_path}?{urlencode(query)}" if self.search_path else ""


def listing_page(
    shown: Shown, scene: Scene, source_path: str | None = None, home_name: str | None = None
) -> ListingPage:
    """The page of a listing, written here or read from a source: ``home_name``, with a page at ``source_path``."""
    item = orjson.loads(shown.entry.item)
    listing = load_listing(item)
    card = card_of(shown, scene.paths)
    own = shown.entry.source_id is None
    home = None if own else listing.url
    return ListingPage(
        head=_listing_head(listing, card, scene, home),
        card=card,
        action=listing.action,
        kind=listing.kind,
        trail=_trail(listing.category, scene),
        images=pictures_of(item, scene.paths),
        body_html=body_of(listing.content_html, listing.content_text),
        condition=listing.condition,
        unit=listing.quantity.unit,
        weight_kg=listing.weight_kg,
        replacement_value=_money(listing.replacement_value),
        hours=listing.hours,
        tags=tuple(Link(tag, scene.search(q=tag)) for tag in listing.tags),
        terms=listing.terms,
        accessibility=listing.accessibility,
        safety=listing.safety,
        calendar_url=listing.calendar_url,
        organisation=organisation_box(listing.organisation, organisation_path(shown.entry.facts, scene.paths)),
        ask_url=listing.request_url or home,
        home_url=home,
        home_name=(home_name or _host(home)) if home else None,
        via=tuple(Step(_host(node) or node, node) for node in shown.entry.via),
        source_path=source_path,
        modified=listing.date_modified,
        map=MapView((card,)) if scene.with_maps and card.place.lat is not None else None,
    )


def _listing_head(listing: Listing, card: Card, scene: Scene, home: str | None) -> Head:
    here = scene.address(card.path)
    picture = scene.address(card.image.path) if card.image else None
    document = json_ld.script_text(json_ld.listing_document(listing, home or here))
    description = listing.content_text or f"{listing.organisation.name}: {listing.title}"
    # A listing that is only passed on has its place elsewhere; search engines are sent there.
    return scene.head(listing.title, description, home or here, document, picture)


def _trail(path: str, scene: Scene) -> tuple[Link, ...]:
    home = home_of(path)
    if home is None:
        return ()
    known = categories()
    steps = [known[step] for step in dict.fromkeys((home.root, home.path)) if step in known]
    return tuple(Link(step.plural, scene.search(category=step.path)) for step in steps)


def _money(money: Money | None) -> str | None:
    return format_currency(money.amount, money.currency, locale=words.locale()) if money else None


def _host(address: str | None) -> str | None:
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None


def organisation_box(organisation: Organisation, path: str, listings: int | None = None) -> OrganisationBox:
    return OrganisationBox(organisation.name, path, organisation.type, organisation.url, listings=listings)


def organisation_page(
    organisation: Organisation, shown: Sequence[Shown], path: str, scene: Scene, pager: Pager | None = None
) -> OrganisationPage:
    """The page of an organisation with what it offers and looks for."""
    offers, wants = _apart(cards_of(shown, scene.paths))
    document = json_ld.script_text(json_ld.organisation_document(organisation, scene.address(path)))
    description = organisation.description or ""
    return OrganisationPage(
        head=scene.head(organisation.name, description, scene.address(path), document),
        organisation=organisation_box(organisation, path, len(shown)),
        description=description,
        identifiers=tuple((identifier.scheme, identifier.id) for identifier in organisation.identifiers),
        offers=offers,
        wants=wants,
        pager=pager or Pager(),
        map=_map_of((*offers, *wants)) if scene.with_maps else None,
    )


def _map_of(cards: tuple[Card, ...]) -> MapView | None:
    pinned = tuple(card for card in cards if card.place.lat is not None)
    return MapView(pinned) if pinned else None


def publisher_page(
    name: str,
    description: str,
    organisations: tuple[OrganisationBox, ...],
    shown: Sequence[Shown],
    total: int,
    pager: Pager,
    scene: Scene,
) -> PublisherHomePage:
    """The front page of a small node, with one page of its listings; ``total`` counts them all."""
    offers, wants = _apart(cards_of(shown, scene.paths))
    return PublisherHomePage(
        head=scene.head(name, description, scene.paths.url),
        description=description,
        organisations=organisations,
        offers=offers,
        wants=wants,
        total=total,
        pager=pager,
        feeds=scene.feeds,
    )


def _apart(cards: tuple[Card, ...]) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    wants = tuple(card for card in cards if card.sign == "wanted")
    return tuple(card for card in cards if card.sign != "wanted"), wants


def pager_of(number: int, pages: int, path_of: Callable[[int], str]) -> Pager:
    """The pager of page ``number`` of ``pages``, both from 1: the first, the last, and what is next to this one."""
    if pages < 2:
        return Pager()
    wanted = sorted({1, pages, *(n for n in range(number - 2, number + 3) if 1 <= n <= pages)})
    steps: list[PageLink] = []
    for before, step in zip([0, *wanted], wanted, strict=False):
        if step > before + 1:
            steps.append(PageLink(None))
        steps.append(PageLink(step, path_of(step), step == number))
    return Pager(
        tuple(steps),
        path_of(number - 1) if number > 1 else None,
        path_of(number + 1) if number < pages else None,
    )
