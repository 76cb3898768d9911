"""The node document, `/.well-known/sharefeed.json`: who publishes, under which licence, and where the feeds are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.document import Document
from schemas.errors import DocumentError, Problem
from schemas.fields import (
    AbsoluteUri,
    Choice,
    HttpUrl,
    Language,
    Many,
    Moment,
    Number,
    Part,
    Text,
    problems_of,
    refuse,
)
from schemas.organisation import Organisation, OrganisationSchema
from schemas.records import dataclass

VERSION = "1.0"
MAJOR = "1"
DEFAULT_TTL_S = 3600
FIRST, NEED, NEW, NONE = TURNS = ("first", "need", "new", "none")
"""Who asked first, who needs it most, who has not had anything before; or no requests are taken there."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where the node is at home. ``bbox`` as in GeoJSON (RFC 7946): west, south, east, north in degrees."""

    name: str | None = None
    country: str | None = None
    bbox: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    email: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Feeds:
    """Addresses of the change feed (L1), of the JSON Feed and Atom documents, of the feed of receipts (L2), and of what
    the node makes of receipts; and of the feed of stories.
    """

    changes: str | None = None
    json: str | None = None
    atom: str | None = None
    receipts: str | None = None
    handovers: str | None = None
    stories: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: ``public`` is the raw Ed25519 key in base64url; the moments bound its use.

    ``by`` is the id of the key before it, whose signature ``sig`` names this one as the next (`schemas.signing`).
    """

    id: str
    type: str
    public: str
    from_: datetime | None = None
    until: datetime | None = None
    by: str | None = None
    sig: str | None = None


@dataclass(frozen=True, slots=True)
class Software:
    name: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class HandedOn:
    """Another node, ``to``, publishes since ``at`` what has an id that begins with ``ids``."""

    ids: str
    to: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """How an organisation takes requests: ``turn`` says who has it if several ask, one of `TURNS`.

    A word that is not known says nothing.
    """

    organisation: str
    turn: str


@dataclass(frozen=True, slots=True)
class NodeDocument:
    """``id`` is the node's identity and never changes; ``ttl`` says in seconds how long a reader may wait."""

    id: str
    name: str
    licence: str
    version: str = VERSION
    description: str | None = None
    languages: tuple[str, ...] = ()
    area: Area | None = None
    attribution: str | None = None
    contact: Contact | None = None
    ttl: int = DEFAULT_TTL_S
    feeds: Feeds = field(default_factory=Feeds)
    inbox: str | None = None
    hub: str | None = None
    keys: tuple[Key, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    aggregates: tuple[str, ...] = ()
    moved_to: str | None = None
    moved_from: tuple[str, ...] = ()
    handed_on: tuple[HandedOn, ...] = ()
    asking: tuple[Asking, ...] = ()
    software: Software | None = None


class AreaSchema(Document):
    made = Area
    name = Text(limit=200)
    country = Text(limit=2)
    bbox = Many(Number(-180, 180), limit=4, least=4)

    def check(self, loaded: dict[str, Any]) -> None:
        box = loaded.get("bbox")
        # West may lie east of east: such an area crosses the date line (RFC 7946, section 5.2).
        if box and not -90 <= box[1] <= box[3] <= 90:
            raise refuse("bad-number", "A box is west, south, east, north, in degrees.", "bbox")


class ContactSchema(Document):
    made = Contact
    email = Text(limit=254)
    url = HttpUrl()


class FeedsSchema(Document):
    made = Feeds
    changes = HttpUrl()
    json = HttpUrl()
    atom = HttpUrl()
    receipts = HttpUrl()
    handovers = HttpUrl()
    stories = HttpUrl()


class KeySchema(Document):
    made = Key
    id = Text(limit=200, required=True)
    type = Choice(("Ed25519",), required=True)
    public = Text(limit=100, required=True)
    from_ = Moment(data_key="from")
    until = Moment()
    by = Text(limit=200)
    sig = Text(limit=200)


class SoftwareSchema(Document):
    made = Software
    name = Text(limit=80, required=True)
    version = Text(limit=40)


class HandedOnSchema(Document):
    made = HandedOn
    ids = HttpUrl(required=True)
    to = HttpUrl(required=True)
    at = Moment(required=True)


class AskingSchema(Document):
    made = Asking
    organisation = AbsoluteUri(required=True)
    turn = Text(limit=20, required=True)


class Version(Text):
    """ "1.0" and every later minor version; a major version that we do not know cannot be read."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text.split(".")[0] != MAJOR:
            raise refuse("unknown-version", f"This software reads version {MAJOR} of the protocol, not {text[:20]}.")
        return text


class NodeDocumentSchema(Document):
    """Loads to `NodeDocument`. Keys of a type we do not know are passed over."""

    made = NodeDocument
    version = Version(limit=20, data_key="sharefeed", required=True)
    id = HttpUrl(required=True)
    name = Text(limit=200, required=True)
    licence = Text(limit=60, required=True)
    description = Text(limit=2000)
    languages = Many(Language(), limit=50)
    area = Part(AreaSchema())
    attribution = Text(limit=500)
    contact = Part(ContactSchema())
    ttl = Number(0, 31_536_000, whole=True)
    feeds = Part(FeedsSchema())
    inbox = HttpUrl()
    hub = HttpUrl()
    keys = Many(Part(KeySchema()), limit=20)
    organisations = Many(Part(OrganisationSchema()), limit=5000)
    aggregates = Many(AbsoluteUri(), limit=5000)
    moved_to = HttpUrl()
    moved_from = Many(HttpUrl(), limit=20)
    handed_on = Many(Part(HandedOnSchema()), limit=5000)
    asking = Many(Part(AskingSchema()), limit=5000)
    software = Part(SoftwareSchema())

    def prepare(self, document: dict[str, Any]) -> dict[str, Any]:
        keys = document.get("keys")
        if not isinstance(keys, list):
            return document
        # A later protocol may list other kinds of key beside ours; only ours are for us to judge.
        return {**document, "keys": [k for k in keys if not isinstance(k, dict) or k.get("type") == "Ed25519"]}


_NODE = NodeDocumentSchema()


def load_node_document(document: Any) -> NodeDocument:
    """The node document in ``document`` (a JSON value). Raises `DocumentError` with JSON Pointers."""
    if not isinstance(document, Mapping):
        raise DocumentError([Problem("", "not-an-object", "A node document is an object with named members.")])
    try:
        loaded: NodeDocument = _NODE.load(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages)) from error
    return loaded


def dump_node_document(node: NodeDocument) -> dict[str, Any]:
    """The node document as a JSON value."""
    return dict(_NODE.dump(node))
