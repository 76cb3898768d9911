"""A success story: what an organisation tells of one handover of its own, as a JSON Feed item. Pure.

A person is never named: where the other side is one, the story says no more than that. The other organisation is named
only where it has said yes to this very text; `shown_as` takes its name away otherwise.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import orjson
from marshmallow.exceptions import ValidationError

from schemas.canonical import EXTENSION
from schemas.document import Document
from schemas.errors import DocumentError, Problem
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
    Text,
    problems_of,
    refuse,
    without_empty,
)
from schemas.listing import CategoryPath, Image, ImageSchema
from schemas.records import dataclass
from schemas.vocabulary import ACTIONS, DIRECTIONS, KINDS, ORGANISATION_TYPES

TYPE = "story"
PERSON = "person"
MOST_PHOTOS = 6
LONGEST_TITLE, LONGEST_TEXT = 120, 4000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Teller:
    """The organisation that tells a story: ``id`` is an absolute URI, ``type`` one of `ORGANISATION_TYPES`."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Other:
    """The other side of the handover: a person (`PERSON`), of whom no more is said, or what kind of organisation.

    ``id`` and ``name`` are there only for an organisation that has said yes.
    """

    type: str
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What the story is about: ``title`` as its listing had it, ``ended`` the day on which it was over."""

    title: str
    direction: str
    kind: str
    action: str
    category: str
    quantity: int = 1
    exchange: str | None = None
    listing: str | None = None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One story; its moments are aware and in UTC, ``url`` is its page."""

    id: str
    title: str
    content_text: str
    date_published: datetime
    date_modified: datetime
    organisation: Teller
    handed: Handed
    other: Other = Other(PERSON)
    url: str | None = None
    language: str | None = None
    images: tuple[Image, ...] = ()


class TellerSchema(Document):
    made = Teller
    id = AbsoluteUri(required=True)
    name = Text(limit=200, required=True)
    type = Choice(ORGANISATION_TYPES, required=True)


class OtherSchema(Document):
    made = Other
    type = Choice((PERSON, *ORGANISATION_TYPES), required=True)
    id = AbsoluteUri()
    name = Text(limit=200)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["type"] == PERSON and ("id" in loaded or "name" in loaded):
            raise refuse("person-named", "A story names no person.", "type")


class HandedSchema(Document):
    made = Handed
    title = Text(limit=200, required=True)
    direction = Choice(DIRECTIONS, required=True)
    kind = Choice(KINDS, required=True)
    action = Choice(ACTIONS, required=True)
    category = CategoryPath(limit=80, required=True)
    quantity = Number(1, 1_000_000, whole=True)
    exchange = AbsoluteUri()
    listing = AbsoluteUri()
    ended = Day()


class ExtensionSchema(Document):
    """What stands under ``_sharefeed`` in the item of a story."""

    type = Choice((TYPE,), required=True)
    organisation = Part(TellerSchema(), required=True)
    other = Part(OtherSchema())
    handed = Part(HandedSchema(), required=True)
    images = Many(Part(ImageSchema()), limit=MOST_PHOTOS)


class ItemSchema(Document):
    id = AbsoluteUri(required=True)
    url = HttpUrl()
    title = Text(limit=LONGEST_TITLE, required=True)
    content_text = Text(limit=LONGEST_TEXT, required=True)
    language = Language()
    date_published = Moment(required=True)
    date_modified = Moment(required=True)
    extension = Part(ExtensionSchema(), data_key=EXTENSION, required=True)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["date_modified"] < loaded["date_published"]:
            raise refuse("bad-date", "This lies before date_published.", "date_modified")


_ITEM = ItemSchema()
_EXTENSION = ExtensionSchema()


def load_story(item: Any) -> Story:
    """The story in a JSON Feed item. Raises `DocumentError` with every problem and its JSON Pointer."""
    if not isinstance(item, Mapping):
        raise DocumentError([Problem("", "not-an-object", "A story is an object with named members.")])
    try:
        data = _ITEM.load(item)
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages)) from error
    extension = data.pop("extension")
    extension.pop("type")
    return Story(**data, **extension)


def dump_story(story: Story) -> dict[str, Any]:
    """The story as a JSON Feed item: plain readers find its first photo and its author where they look."""
    dumped: dict[str, Any] = _ITEM.dump(story)
    dumped[EXTENSION] = {"type": TYPE, **_EXTENSION.dump(story)}
    if story.images:
        dumped["image"] = story.images[0].url
    dumped["authors"] = [without_empty({"name": story.organisation.name})]
    return dumped


def digest(story: Story) -> str:
    """What the other organisation says yes to: title, text and photos, as 43 characters of base64url."""
    said = [story.title, story.content_text, [[image.url, image.alt] for image in story.images]]
    data = orjson.dumps(said)
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")


def word_item(title: str, text: str, handed: Handed, organisation_type: str) -> dict[str, Any]:
    """The words of a story as `schemas.free` reads them: with what it is about where a listing says so."""
    about = {name: getattr(handed, name) for name in ("direction", "kind", "action", "category")}
    return {"title": title, "content_text": text, EXTENSION: {**about, "organisation": {"type": organisation_type}}}


def shown_as(story: Story, agreed: bool) -> Story | None:
    """The story as it may be shown: with the other organisation's name where that has ``agreed`` to it.

    Without a yes its name is taken away. None where the words themselves name it: then there is nothing to show.
    """
    if agreed or story.other.type == PERSON:
        return story
    if story.other.name and names(story, story.other.name):
        return None
    return replace(story, other=Other(story.other.type))


def names(story: Story, name: str) -> bool:
    """Whether the words of a story, or what its photos are said to show, hold this name, however it is spelled."""
    wanted = _words(name)
    said = _words(" \n ".join([story.title, story.content_text, *(image.alt or "" for image in story.images)]))
    return bool(wanted) and f" {wanted} " in f" {said} "


def _words(text: str) -> str:
    """The words of a text in small letters without accents, one blank between them."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_WORD.findall("".join(one for one in plain if not unicodedata.combining(one))))
