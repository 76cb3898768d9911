"""From what the catalogue shows to what pages show: cards, places, organisations. Reads no database and no request.

A card is drawn from the facts and from a few members of the item, which was valid when it was stored; only the page of
one listing loads the whole document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson

from federation.facts import Facts
from node.services.listings.drafts import end_of_day
from node.services.pictures.logos import parts_of
from node.services.pictures.upload_names import name_in_path
from node.services.syndication.event_calendar import event_in
from node.storage.catalogue import Shown
from node.web.view_models.parts import Card, EventDate, Image, Place
from schemas.canonical import EXTENSION
from schemas.event import occurrences, zone_of
from schemas.records import dataclass

if TYPE_CHECKING:
    # For its name alone: behind it stands the HTTP client, which a small publisher never loads.
    from node.services.pictures.proxy import Picture

MEDIA_PATH = "media/"


@dataclass(frozen=True, slots=True)
class Paths:
    """Where pages are: ``root`` is the path in front of every path ("" or "/free"), ``url`` the node's own address.

    ``end`` follows the name of a page ("" or ".html"); ``copies`` are our copies of pictures that are elsewhere, by
    their addresses. One without a copy is not shown: a page never makes a reader's browser ask other sites.
    """

    root: str
    url: str
    timezone: str
    end: str = ""
    copies: Mapping[str, Picture] = field(default_factory=dict)

    def listing(self, key: str) -> str:
        return f"{self.root}/listings/{quote(key)}{self.end}"

    def organisation(self, organisation_id: str, key: str) -> str:
        """The page of an organisation: an own one has its slug at the end of its id, another one a key."""
        own = self.url + "organisations/"
        name = organisation_id.removeprefix(own) if organisation_id.startswith(own) else key
        return f"{self.root}/organisations/{quote(name, safe='')}{self.end}"

    def picture(self, address: str, alt: str, small: bool = False) -> Image | None:
        """What we have of a picture; ``small`` is for cards."""
        own = self.url + MEDIA_PATH
        if address.startswith(own):
            return self._own_picture(address.removeprefix(own), alt, small)
        copy = self.copies.get(address)
        if copy is None:
            return None
        if small:
            return Image(self.root + copy.card_path, alt)
        return Image(self.root + copy.path, alt, copy.width, copy.height, self.root + copy.card_path)

    def logo(self, address: str | None) -> Image | None:
        """What we have of an organisation's logo. It stands beside the name, so it says nothing of its own."""
        own = self.url + MEDIA_PATH
        if address is None or not address.startswith(own):
            copy = self.copies.get(address or "")
            return Image(self.root + copy.card_path, "") if copy else None
        name = address.removeprefix(own)
        size = parts_of(name)
        path = f"{self.root}/{MEDIA_PATH}{quote(name, safe='')}"
        return Image(path, "", size.width, size.height) if size else Image(path, "")

    def _own_picture(self, file: str, alt: str, small: bool) -> Image:
        sent = name_in_path(file)
        if sent is None:
            return Image(f"{self.root}/{MEDIA_PATH}{quote(file, safe='')}", alt)
        if small:
            return Image(f"{self.root}/{sent.card_path}", alt)
        return Image(f"{self.root}/{sent.path}", alt, sent.width, sent.height, f"{self.root}/{sent.card_path}")


def cards_of(shown: Iterable[Shown], paths: Paths) -> tuple[Card, ...]:
    return tuple(card_of(one, paths) for one in shown)


def card_of(shown: Shown, paths: Paths, distance_m: float | None = None) -> Card:
    """The card of a listing; ``distance_m`` is how far it is from where the reader looks from."""
    entry = shown.entry
    facts, item = entry.facts, orjson.loads(entry.item)
    extension = item[EXTENSION]
    return Card(
        path=paths.listing(entry.key),
        title=facts.title,
        sign=sign_of(facts.direction, facts.action),
        root=facts.category.partition("/")[0],
        place=place_of(extension.get("place") or {}, distance_m),
        organisation=facts.organisation_name,
        status=facts.status,
        image=next(iter(pictures_of(item, paths, small=True)), None),
        first_shown=moment(shown.first_shown_at),
        expires=moment(facts.expires_at),
        available_from=_start(facts.available_from, paths.timezone),
        available_until=_end(facts.available_until, paths.timezone),
        full=tuple(date.fromisoformat(day) for day in (extension.get("available") or {}).get("full") or ()),
        quantity=(extension.get("quantity") or {}).get("available", 1),
        language=facts.language,
        event=_dates(shown, paths.timezone),
    )


def _dates(shown: Shown, timezone: str) -> tuple[EventDate, ...]:
    event = event_in(shown)
    if event is None:
        return ()
    zone, all_day = zone_of(event.zone, timezone), event.starts is None
    here = zone_of(timezone, "UTC")
    return tuple(
        EventDate(
            one.starts.astimezone(zone),
            one.ends.astimezone(zone) if event.ends or all_day else None,
            all_day,
            one.cancelled,
            not all_day and not _agree(one.starts, zone, here),
        )
        for one in occurrences(event, timezone)
    )


def _agree(moment: datetime, zone: ZoneInfo, other: ZoneInfo) -> bool:
    """Whether clocks in both zones show the same then."""
    return moment.astimezone(zone).utcoffset() == moment.astimezone(other).utcoffset()


def sign_of(direction: str, action: str) -> str:
    """What a tag shows: every want looks alike, an offer says what can be done."""
    return "wanted" if direction == "want" else action


def place_of(place: Mapping[str, Any], distance_m: float | None = None) -> Place:
    """A place as the item states it, unknown members left out."""
    names = ("name", "locality", "postcode", "country", "lat", "lon", "precision_m")
    return Place(**{name: place.get(name) for name in names}, distance_m=distance_m)


def pictures_of(item: Mapping[str, Any], paths: Paths, small: bool = False) -> tuple[Image, ...]:
    """The pictures of an item that we have ourselves, in order."""
    found = (paths.picture(image["url"], image.get("alt") or "", small) for image in _listed(item))
    return tuple(image for image in found if image is not None)


def addresses_of(shown: Iterable[Shown]) -> set[str]:
    """The addresses of all pictures that these listings name."""
    return {image["url"] for one in shown for image in _listed(orjson.loads(one.entry.item))}


def logo_of(shown: Shown) -> str | None:
    """The address of the logo of the organisation that a listing is from, as the listing states it."""
    logo: str | None = orjson.loads(shown.entry.item)[EXTENSION]["organisation"].get("logo")
    return logo


def _listed(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    return item[EXTENSION].get("images") or ([{"url": item["image"]}] if item.get("image") else [])


def text_of(shown: Shown) -> str:
    """What a listing says beside its title, in one line without markup; empty where that is HTML alone."""
    text = orjson.loads(shown.entry.item).get("content_text")
    return " ".join(text.split()) if isinstance(text, str) else ""


def organisation_path(facts: Facts, paths: Paths) -> str:
    return paths.organisation(facts.organisation_id, facts.organisation_key)


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _start(day: str | None, timezone: str) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), ZoneInfo(timezone)) if day else None


def _end(day: str | None, timezone: str) -> datetime | None:
    return end_of_day(date.fromisoformat(day), timezone) if day else None
