"""A message from one node to another about an exchange: a JSON object, signed by the request that carries it. Pure.

To receive one twice is the same as once: its ``id`` says which it is. Refuses to say what a message does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.document import Document
from schemas.errors import DocumentError, Problem
from schemas.exchange import ASKER, OWNER
from schemas.fields import AbsoluteUri, Choice, Flag, HttpUrl, Language, Moment, Number, Part, Text, problems_of
from schemas.node_document import Version
from schemas.records import dataclass
from schemas.strict_json import AmbiguousObject
from schemas.vocabulary import ORGANISATION_TYPES

VERSION = "1.0"
REQUEST, WITHDRAW, ACCEPT, DECLINE, CANCEL = "request", "withdraw", "accept", "decline", "cancel"
MESSAGE, HANDED_OVER, RECEIVED, RETURNED = "message", "handed_over", "received", "returned"
NO_SHOW, DISPUTE, STATE, VERDICT, RECEIPT = "no_show", "dispute", "state", "verdict", "receipt"
PASS_ON, FORGET, MEASURED, GIVEN = "pass_on", "forget", "measured", "given"
TYPES = (
    *(REQUEST, WITHDRAW, ACCEPT, DECLINE, CANCEL, MESSAGE, HANDED_OVER, RECEIVED),
    *(RETURNED, NO_SHOW, DISPUTE, STATE, MEASURED, GIVEN, PASS_ON, FORGET, VERDICT, RECEIPT),
)
OF_EXCHANGES = TYPES[: TYPES.index(VERDICT)]
"""Those about one exchange between an owner and an asker."""
BAD_CODE, NO_MORE_CODES, NOT_NOW = "bad-code", "no-more-codes", "not-now"
CODE_ANSWERS = (BAD_CODE, NO_MORE_CODES, NOT_NOW)
"""Why a code is not taken: it is not the right one, too many were wrong before, or nothing is to be handed over now."""
PERSON = "person"
MOST_BYTES = 64 * 1024
LONGEST_WORDS, MOST_ASKED = 2000, 10_000
MOST_CHANGES = 2**31 - 1
"""Of one exchange, as every database can count them."""
HEAVIEST_G, LONGEST_MIN = 100_000_000, 366 * 24 * 60
"""What all of it together may weigh, and how long a room may be had or help may take."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: an organisation with an ``id`` and a ``name``, or a person.

    Of a person a name may be said, and the address that the sending node has confirmed.
    """

    type: str
    id: str | None = None
    name: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where an exchange stands at its owner's home. ``revision`` grows with each change there, ``heard`` is how many of
    the asker's acts it has heard of. ``starts`` and ``ends`` are its time, where it has one. ``weight_g`` is what all
    of it weighed and ``minutes`` how long it took, where the side ``measured_by`` has said so.
    """

    name: str
    asked: int
    granted: int
    owner_said: bool
    asker_said: bool
    since: datetime
    revision: int
    heard: int
    starts: datetime | None = None
    ends: datetime | None = None
    weight_g: int | None = None
    minutes: int | None = None
    measured_by: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``document`` is all of it as it came, for members that only one type has."""

    id: str
    type: str
    from_: str
    to: str
    at: datetime
    version: str = VERSION
    exchange: str | None = None
    listing: str | None = None
    quantity: int | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    need: int | None = None
    language: str | None = None
    asker: Asker | None = None
    for_whom: str | None = None
    words: str | None = None
    code: str | None = None
    kind: str | None = None
    weight_g: int | None = None
    minutes: int | None = None
    sequence: int | None = None
    state: State | None = None
    document: Mapping[str, Any] = field(default_factory=dict, compare=False)


class AskerSchema(Document):
    made = Asker
    type = Choice((*ORGANISATION_TYPES, PERSON), required=True)
    id = AbsoluteUri()
    name = Text(limit=200)
    email = Text(limit=254)

    def check(self, loaded: dict[str, Any]) -> None:
        if loaded["type"] != PERSON and not (loaded.get("id") and loaded.get("name")):
            raise ValidationError({"id": ["An organisation has an id and a name."]})


class StateSchema(Document):
    made = State
    name = Text(limit=20, required=True)
    asked = Number(1, MOST_ASKED, whole=True, required=True)
    granted = Number(0, MOST_ASKED, whole=True, required=True)
    owner_said = Flag(required=True)
    asker_said = Flag(required=True)
    since = Moment(required=True)
    revision = Number(0, MOST_CHANGES, whole=True, required=True)
    heard = Number(0, MOST_CHANGES, whole=True, required=True)
    starts = Moment()
    ends = Moment()
    weight_g = Number(1, HEAVIEST_G, whole=True)
    minutes = Number(1, LONGEST_MIN, whole=True)
    measured_by = Choice((OWNER, ASKER))


class MessageSchema(Document):
    """Loads to `Message`; a type that is not known is for the receiver to refuse."""

    made = Message
    version = Version(limit=20, data_key="sharefeed", required=True)
    id = AbsoluteUri(required=True)
    type = Text(limit=40, required=True)
    from_ = HttpUrl(data_key="from", required=True)
    to = HttpUrl(required=True)
    at = Moment(required=True)
    exchange = AbsoluteUri()
    listing = AbsoluteUri()
    quantity = Number(1, MOST_ASKED, whole=True)
    starts = Moment()
    ends = Moment()
    need = Number(0, 2, whole=True)
    language = Language()
    asker = Part(AskerSchema())
    for_whom = Text(limit=80)
    words = Text(limit=LONGEST_WORDS)
    code = Text(limit=6)
    kind = Text(limit=20)
    weight_g = Number(1, HEAVIEST_G, whole=True)
    minutes = Number(1, LONGEST_MIN, whole=True)
    sequence = Number(1, MOST_CHANGES, whole=True)
    state = Part(StateSchema())

    def check(self, loaded: dict[str, Any]) -> None:
        # Whose ids begin with it are its own to speak for: without the slash https://a.co would be the start of a.com.
        wrong = [name for name, at in (("from", "from_"), ("to", "to")) if not loaded[at].endswith("/")]
        if wrong:
            raise ValidationError({name: ["The id of a node ends in a slash."] for name in wrong})


_MESSAGE = MessageSchema()


def load_message(document: Any) -> Message:
    """The message in ``document`` (a JSON value). Raises `DocumentError` with JSON Pointers."""
    if not isinstance(document, Mapping) or isinstance(document, AmbiguousObject):
        raise DocumentError([Problem("", "not-an-object", "A message is an object whose names each stand once.")])
    try:
        loaded: Message = _MESSAGE.load(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages)) from error
    return replace(loaded, document=document)
