"""The pages of a listing, of an organisation and of a publisher, as view models. Reads no database and no request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

import orjson
from babel.numbers import format_currency

from federation.facts import short_key
from node.services.listings import safety as asked_safety
from node.services.syndication import json_ld
from node.services.syndication.node_document import NODE_DOCUMENT_PATH
from node.storage.catalogue import Shown
from node.web.embedding.request import MAKER_PATH, OEMBED_PATH
from node.web.portal.cards import Paths, card_of, cards_of, moment, organisation_path, pictures_of, place_of
from node.web.portal.closed_days import closed_by_organisation
from node.web.view_models.events import EventBox
from node.web.view_models.listing import (
    ListingPage,
    OrganisationBox,
    OrganisationPage,
    Origin,
    PublisherHomePage,
    Sharing,
    Step,
)
from node.web.view_models.parts import Card, FeedLink, Head, Link, MapView, PageLink, Pager
from node.web.wording import words
from node.web.wording.code_words import category
from node.web.wording.opening_words import opening_box
from node.web.wording.prose import body_of
from schemas.listing import Listing, Money, load_listing
from schemas.organisation import Organisation
from schemas.records import dataclass
from schemas.vocabulary import categories, home_of

MOST_PLACES = 5
QR_NAME, SHEET_NAME, EVENT_ICS, EVENTS_ICS = "qr.svg", "sheet", "event.ics", "events.ics"
"""What follows the path of a page: its address as a QR code, the page to print, and when events take place."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page stands in: where pages are, what there is to follow, and where a search goes, if there is one.

    ``served`` says that a program answers there: a folder of files has no maps, no sheets to print and no QR codes.
    ``now`` is when somebody looks, which such a folder does not know.
    """

    paths: Paths
    feeds: tuple[FeedLink, ...]
    search_path: str | None = None
    served: bool = True
    now: datetime | None = None

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

    def sharing(self, title: str, path: str) -> Sharing:
        """How the page at ``path`` is passed on."""
        url = self.address(path)
        mail = f"mailto:?{urlencode({'subject': title, 'body': url}, quote_via=quote)}"
        if not self.served:
            return Sharing(title, url, mail)
        return Sharing(title, url, mail, f"{path}/{QR_NAME}", f"{path}/{SHEET_NAME}")

    def embed(self, pairs: Sequence[tuple[str, str]] = ()) -> str | None:
        """Where one makes a frame of these listings for one's own website; ``pairs`` are parameters of a search."""
        query = f"?{urlencode(pairs)}" if pairs else ""
        return f"{self.paths.root}/{MAKER_PATH}{query}" if self.served else None

    def oembed(self, address: str) -> str | None:
        """Where programs ask how the page at this address is shown on other websites."""
        return f"{self.paths.url}{OEMBED_PATH}?{urlencode({'url': address})}" if self.served else None

    def search(self, **query: str) -> str:
        return f"{self.search_path}?{urlencode(query)}" if self.search_path else ""


def listing_page(
    shown: Shown,
    scene: Scene,
    origin: Origin | None = None,
    via: Sequence[Step] = (),
    similar: Sequence[Card] = (),
    partners: Sequence[Card] = (),
    mails: bool = False,
    others: int | None = None,
) -> ListingPage:
    """The page of a listing, written here or read from a source, which ``origin`` then names; ``via`` leads to it.

    ``mails`` says whether somebody can be told by mail what meets it. ``others`` counts what its organisation has on
    the board, this included.
    """
    item = orjson.loads(shown.entry.item)
    listing = load_listing(item)
    card = card_of(shown, scene.paths)
    checks, safety = asked_safety.apart(listing.safety)
    home = None if shown.entry.source_id is None else listing.url
    published, changed = _dates(listing, shown, scene.paths.timezone)
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
        checks=tuple(check.sentence for check in checks if check.until is None),
        good_until=next((check.until for check in checks if check.until), None),
        safety=safety or None,
        calendar_url=listing.calendar_url,
        organisation=_box_beside(listing, shown, scene, others),
        state="outdated" if origin is not None and origin.standing in ("held", "quarantined") else "shown",
        ask_url=listing.request_url or home,
        home_url=home,
        home_name=_home_name(home, origin),
        via=tuple(via),
        origin=origin,
        published=published,
        changed=changed,
        report_path=f"{card.path}/report" if scene.search_path else None,
        alert_path=f"{scene.paths.root}/alerts/matches/{quote(shown.entry.key)}" if mails else None,
        sharing=scene.sharing(card.title, card.path),
        similar=tuple(similar),
        partners=tuple(partners),
        map=MapView((card,)) if scene.served and card.place.lat is not None else None,
        own_path=_own(scene, "listings", shown.entry.key) if shown.entry.source_id is None else None,
        event=_event_box(listing, card, scene),
        closed=_closed(listing, scene),
    )


def _closed(listing: Listing, scene: Scene) -> tuple[date, ...]:
    """The days that its organisation is closed, as somebody sees it who looks now."""
    today = scene.now.astimezone(ZoneInfo(scene.paths.timezone)).date() if scene.now else None
    return closed_by_organisation(listing, today) if today else ()


def _event_box(listing: Listing, card: Card, scene: Scene) -> EventBox | None:
    if listing.event is None:
        return None
    calendar = f"{card.path}/{EVENT_ICS}" if scene.served else None
    return EventBox(listing.event.places, listing.event.sign_up, calendar)


def _own(scene: Scene, noun: str, key: str) -> str | None:
    """Where those who look after it are told how it is changed."""
    return f"{scene.paths.root}/desk/account/own/{noun}/{quote(key)}" if scene.served else None


def _box_beside(listing: Listing, shown: Shown, scene: Scene, others: int | None) -> OrganisationBox:
    path = organisation_path(shown.entry.facts, scene.paths)
    return found_at(organisation_box(listing.organisation, path, scene.paths, others), listing.organisation, scene)


def _listing_head(listing: Listing, card: Card, scene: Scene, home: str | None) -> Head:
    here = scene.address(card.path)
    picture = scene.address(card.image.path) if card.image else None
    said = json_ld.event_document(listing, home or here) or json_ld.listing_document(listing, home or here)
    document = json_ld.script_text(said)
    description = listing.content_text or f"{listing.organisation.name}: {listing.title}"
    # A listing that is only passed on has its place elsewhere; search engines are sent there.
    head = scene.head(listing.title, description, home or here, document, picture)
    return replace(head, language=listing.language or "", oembed_url=scene.oembed(here))


def _trail(path: str, scene: Scene) -> tuple[Link, ...]:
    home = home_of(path)
    if home is None:
        return ()
    known = categories()
    steps = [known[step] for step in dict.fromkeys((home.root, home.path)) if step in known]
    return tuple(Link(category(step.path).plural, scene.search(category=step.path)) for step in steps)


def _money(money: Money | None) -> str | None:
    return format_currency(money.amount, money.currency, locale=words.locale()) if money else None


def host_of(address: str | None) -> str | None:
    """The host in an address; None where there is none."""
    try:
        return urlsplit(address or "").hostname
    except ValueError:
        return None


def _home_name(home: str | None, origin: Origin | None) -> str | None:
    """What the listing's home is called: its source's name, unless that only passed it on."""
    if home is None:
        return None
    return origin.name if origin is not None and not origin.passed_on else host_of(home)


def _dates(listing: Listing, shown: Shown, timezone: str) -> tuple[datetime, datetime | None]:
    """When it was new, and when it was changed if that was on a later day, where its readers live."""
    modified = listing.date_modified
    published = listing.date_published or min(moment(shown.first_shown_at), modified)
    zone = ZoneInfo(timezone)
    later = modified.astimezone(zone).date() > published.astimezone(zone).date()
    return published, modified if later else None


def organisation_box(
    organisation: Organisation, path: str, paths: Paths, listings: int | None = None
) -> OrganisationBox:
    """An organisation whose own page is at ``path``, with its logo where we have it."""
    logo = paths.logo(organisation.logo)
    return OrganisationBox(organisation.name, path, organisation.type, organisation.url, logo, listings=listings)


def found_at(box: OrganisationBox, organisation: Organisation, scene: Scene) -> OrganisationBox:
    """The same with where and when people find it. A folder of files does not say how it stands now: it lies there."""
    opening = opening_box(organisation.opening_hours, scene.paths.timezone, scene.now)
    place = organisation.place
    if place is None:
        return replace(box, opening=opening)
    stated = {one.name: getattr(place, one.name) for one in fields(place)}
    return replace(box, place=place_of(stated), opening=opening)


def organisation_page(
    organisation: Organisation,
    shown: Sequence[Shown],
    path: str,
    scene: Scene,
    source: Link | None = None,
) -> OrganisationPage:
    """The page of an organisation with what it offers and looks for; ``source`` is where that was read."""
    offers, wants = _apart(cards_of(shown, scene.paths))
    document = json_ld.script_text(json_ld.organisation_document(organisation, scene.address(path)))
    description = organisation.description or ""
    return OrganisationPage(
        head=replace(
            scene.head(organisation.name, description, scene.address(path), document),
            oembed_url=scene.oembed(scene.address(path)),
        ),
        organisation=found_at(organisation_box(organisation, path, scene.paths, len(shown)), organisation, scene),
        description=description,
        identifiers=tuple((identifier.scheme, identifier.id) for identifier in organisation.identifiers),
        places=_places((*offers, *wants)),
        offers=offers,
        wants=wants,
        source=source,
        map=_map_of((*offers, *wants)) if scene.served else None,
        sharing=scene.sharing(organisation.name, path),
        embed_path=scene.embed([("organisation", short_key(organisation.id))]),
        calendar_path=f"{path}/{EVENTS_ICS}" if scene.served and any(card.event for card in offers) else None,
        own_path=_own(scene, "organisations", path.rpartition("/")[2]) if source is None else None,
    )


def _places(cards: tuple[Card, ...]) -> tuple[str, ...]:
    """The localities that the cards name, the most frequent first."""
    counts = Counter(card.place.locality for card in cards if card.place.locality)
    return tuple(place for place, _ in counts.most_common(MOST_PLACES) if place)


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
        embed_path=scene.embed(),
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
