"""The listing: one free offer or want, as a JSON Feed 1.1 item with our fields under ``_sharefeed``.

This module says what a listing must be. It keeps no clock (whether one has expired is for its reader to say), and it
does not clean markup: readers keep what was sent and clean what they render.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.canonical import EXTENSION, UNHASHED_MEMBERS
from schemas.document import Document
from schemas.errors import DocumentError
from schemas.event import Event, EventSchema
from schemas.fields import (
    AbsoluteUri,
    Choice,
    Day,
    HttpUrl,
    Language,
    Many,
    Moment,
    Number,
    Part,
    Pattern,
    Text,
    problems_of,
    refuse,
    without_empty,
)
from schemas.free.prices import price_members
from schemas.organisation import Organisation, OrganisationSchema
from schemas.place import Place, PlaceSchema
from schemas.records import dataclass
from schemas.vocabulary import ACTIONS, ACTIONS_OF_KIND, CONDITIONS, DIRECTIONS, KINDS, STATUSES, is_path

LONGEST_LIFE = timedelta(days=366)
"""``expires`` may lie at most this far after ``date_modified``: a year, and a day for leap years."""

LATEST_END_DAYS = 2
"""So many days after its last date an event is over everywhere, also where it goes past midnight."""

GOODS = ("item", "equipment")


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """How many units can still be had; ``unit`` in the giver's words ("each", "hours")."""

    available: int = 1
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Available:
    """First and last day on which it can be collected or booked; on the ``full`` days between nothing is left."""

    from_: date | None = None
    until: date | None = None
    full: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Money:
    """``amount`` in units of ``currency`` (ISO 4217)."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One offer or want, valid by every rule of this module. Moments are aware UTC; ``weight_kg`` is of one unit."""

    id: str
    title: str
    date_modified: datetime
    direction: str
    kind: str
    action: str
    category: str
    expires: datetime
    organisation: Organisation
    url: str | None = None
    content_text: str | None = None
    content_html: str | None = None
    language: str | None = None
    images: tuple[Image, ...] = ()
    tags: tuple[str, ...] = ()
    date_published: datetime | None = None
    condition: str | None = None
    quantity: Quantity = field(default_factory=Quantity)
    status: str = "available"
    place: Place | None = None
    available: Available | None = None
    event: Event | None = None
    calendar_url: str | None = None
    weight_kg: float | None = None
    replacement_value: Money | None = None
    hours: float | None = None
    terms: str | None = None
    accessibility: str | None = None
    safety: str | None = None
    appeal: str | None = None
    request_url: str | None = None


class ImageSchema(Document):
    made = Image
    url = HttpUrl(required=True)
    alt = Text(limit=500)


class QuantitySchema(Document):
    made = Quantity
    available = Number(1, 1_000_000, whole=True)
    unit = Text(limit=40)


class Currency(Pattern):
    """An ISO 4217 code, by its shape: which currencies exist is not ours to keep."""

    form, code, message = (
        re.compile(r"[A-Z]{3}\Z"),
        "bad-currency",
        "This must be a currency code such as GBP.",
    )


class AvailableSchema(Document):
    made = Available
    from_ = Day(data_key="from")
    until = Day()
    full = Many(Day(), limit=366)

    def check(self, loaded: dict[str, Any]) -> None:
        if "from_" in loaded and "until" in loaded and loaded["until"] < loaded["from_"]:
            raise refuse("bad-date", "This lies before the first day.", "until")


class MoneySchema(Document):
    made = Money
    amount = Number(0, 1e9, required=True)
    currency = Currency(limit=3, required=True)


class CategoryPath(Text):
    """A path of the vocabulary, or one that could be: an unknown path under a known root is kept."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not is_path(text):
            raise refuse("bad-category", "This must be a category path such as furniture/desk.")
        return text


class ExtensionSchema(Document):
    """What stands under ``_sharefeed`` in an item."""

    direction = Choice(DIRECTIONS, required=True)
    kind = Choice(KINDS, required=True)
    action = Choice(ACTIONS, required=True)
    category = CategoryPath(limit=80, required=True)
    condition = Choice(CONDITIONS)
    quantity = Part(QuantitySchema())
    status = Choice(STATUSES)
    images = Many(Part(ImageSchema()), limit=20)
    place = Part(PlaceSchema())
    available = Part(AvailableSchema())
    event = Part(EventSchema())
    calendar_url = HttpUrl()
    expires = Moment(required=True)
    organisation = Part(OrganisationSchema(), required=True)
    weight_kg = Number(0, 100_000)
    replacement_value = Part(MoneySchema())
    hours = Number(0, 100_000)
    terms = Text(limit=4000)
    accessibility = Text(limit=4000)
    safety = Text(limit=4000)
    appeal = Text(limit=500)
    request_url = HttpUrl()

    def check(self, loaded: dict[str, Any]) -> None:
        kind, action = loaded["kind"], loaded["action"]
        if action not in ACTIONS_OF_KIND[kind]:
            allowed = " or ".join(ACTIONS_OF_KIND[kind])
            raise refuse("action-does-not-fit", f"With kind {kind} the action is {allowed}.", "action")
        if "condition" in loaded and kind not in GOODS:
            raise refuse("condition-does-not-fit", "Only items and equipment have a condition.", "condition")
        if "event" in loaded and (kind in GOODS or loaded["direction"] == "want"):
            raise refuse("event-does-not-fit", "Only a space or a skill on offer can be an event.", "event")


_EXTENSION = ExtensionSchema()


class ItemSchema(Document):
    """A JSON Feed item that is a listing."""

    id = AbsoluteUri(required=True)
    url = HttpUrl()
    title = Text(limit=200, required=True)
    content_text = Text()
    content_html = Text(limit=40_000)
    language = Language()
    image = HttpUrl()
    tags = Many(Text(limit=60), limit=20)
    date_published = Moment()
    date_modified = Moment(required=True)
    extension = Part(_EXTENSION, data_key=EXTENSION, required=True)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["extension"]["expires"] - loaded["date_modified"] > LONGEST_LIFE:
            message = "This is more than a year after date_modified; listings are renewed every year."
            raise ValidationError({EXTENSION: {"expires": refuse("expires-too-late", message).messages}})
        event = loaded["extension"].get("event")
        if event and loaded["extension"]["expires"].toordinal() - event.last.toordinal() > LATEST_END_DAYS:
            message = "The event is over before this; its listing ends with its last date."
            raise ValidationError({EXTENSION: {"expires": refuse("expires-after-event", message).messages}})


_ITEM = ItemSchema()


def load_listing(item: Mapping[str, Any]) -> Listing:
    """The listing in a JSON Feed item. Raises `DocumentError` with every problem and its JSON Pointer."""
    problems = list(price_members(item))
    try:
        data = _ITEM.load(item)
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages) + problems) from error
    if problems:
        raise DocumentError(problems)
    extension = data.pop("extension")
    image = data.pop("image", None)
    if image and "images" not in extension:
        extension["images"] = (Image(image),)
    return Listing(**data, **extension)


def dump_listing(listing: Listing) -> dict[str, Any]:
    """The listing as a JSON Feed item, without hash; plain readers find picture and author where they look."""
    dumped: dict[str, Any] = _ITEM.dump(listing)
    dumped[EXTENSION] = _EXTENSION.dump(listing)
    if listing.images:
        dumped["image"] = listing.images[0].url
    author = {"name": listing.organisation.name, "url": listing.organisation.url}
    dumped["authors"] = [without_empty(author)]
    return dumped


def without_passing_marks(item: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the item without ``hash``, ``sig`` and ``via``, ready to be given new ones."""
    extension = {k: v for k, v in item.get(EXTENSION, {}).items() if k not in UNHASHED_MEMBERS}
    return {**item, EXTENSION: extension}
