"""A receipt: what became of one exchange, in two halves, each signed by the node that speaks for its side. Pure.

One half is a JSON Feed item, with our members under ``_sharefeed``. It is signed over its canonical form (RFC 8785)
without ``sig``, so that members that we do not know are covered too. Refuses a half that says who a person is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from marshmallow.exceptions import ValidationError

from schemas import signing
from schemas.canonical import EXTENSION, UNHASHED_MEMBERS, canonical_bytes, hash_of, listing_hash
from schemas.document import Document
from schemas.errors import DocumentError, Problem
from schemas.exchange import ASKER, CLOSED, OWNER, RECEIVED, RETURNED
from schemas.fields import AbsoluteUri, Choice, Day, Flag, HttpUrl, Moment, Number, Part, Text, problems_of, refuse
from schemas.handover import MEASURED, PERSON, STATED
from schemas.listing import CategoryPath
from schemas.records import dataclass
from schemas.strict_json import AmbiguousObject
from schemas.vocabulary import ACTIONS, ACTIONS_OF_KIND, DIRECTIONS, KINDS, ORGANISATION_TYPES

RECEIPT = "receipt"
"""The value of ``type``, and the purpose of the signature."""
SIDES = (OWNER, ASKER)
SUCCESSES = (RECEIVED, RETURNED)
PARTY_TYPES = (PERSON, *ORGANISATION_TYPES)
LONGEST_NODE_ID, LONGEST_EXCHANGE = 500, 600
"""In bytes: databases find halves by exchange, side and node together."""
LARGEST_HALF_BYTES = 16_384
MOST_UNITS, HEAVIEST_KG, MOST_HOURS = 1_000_000, 100_000, 100_000


@dataclass(frozen=True, slots=True)
class Party:
    """One side: an organisation, or a person, of whom nothing more is said.

    An organisation that asked and got nothing may stand without its id and its name, too.
    """

    type: str
    id: str | None = None
    name: str | None = None


class Half(NamedTuple):
    """One half of a receipt. ``weight_kg`` is of one unit, ``hours`` of the whole exchange; days are calendar dates.

    ``owner`` is whose listing it was. ``asker_home`` is the node that speaks for who asked, so that no other can.
    ``attested``: the side of this half is somebody without a node, whose address ``signed_by`` has confirmed.
    """

    id: str
    title: str
    content_text: str
    date_published: datetime
    date_modified: datetime
    exchange: str
    side: str
    outcome: str
    listing: str
    direction: str
    kind: str
    action: str
    category: str
    quantity: int
    owner: Party
    asker: Party
    asker_home: str
    asked: date
    ended: date
    signed_by: str
    type: str = RECEIPT
    attested: bool = False
    unit: str | None = None
    weight_kg: float | None = None
    weight_source: str | None = None
    hours: float | None = None
    place: str | None = None
    listed: date | None = None
    accepted: date | None = None
    handed_over: date | None = None
    key: str | None = None
    sig: str | None = None

    @property
    def succeeded(self) -> bool:
        """Whether it came to its end as it should."""
        return self.outcome in SUCCESSES


class _DayAlone(Day):
    """A calendar date and nothing else: the hour of a handover is nobody's business."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if type(value) is str and len(value) > len("2026-12-05"):
            raise refuse("bad-date", "This must be a date alone, such as 2026-12-05.")
        return super()._deserialize(value, attr, data, **kwargs)


class _NodeId(HttpUrl):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = LONGEST_NODE_ID

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        if not address.endswith("/"):
            raise refuse("bad-url", "The id of a node ends in a slash.")
        return address


class _ExchangeUri(AbsoluteUri):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limit = LONGEST_EXCHANGE


class PartySchema(Document):
    made = Party
    type = Choice(PARTY_TYPES, required=True)
    id = AbsoluteUri()
    name = Text(limit=200)

    def check(self, loaded: dict[str, Any]) -> None:
        named = [member for member in ("id", "name") if member in loaded]
        if loaded["type"] == PERSON and named:
            raise refuse("personal", "A receipt says nothing about a person.", named[0])
        if len(named) == 1:
            missing = "name" if named == ["id"] else "id"
            raise refuse("missing", "An organisation has both an id and a name here, or neither.", missing)


class ReceiptSchema(Document):
    """What stands under ``_sharefeed`` in a half."""

    type = Choice((RECEIPT,), required=True)
    exchange = _ExchangeUri(required=True)
    side = Choice(SIDES, required=True)
    outcome = Choice(CLOSED, required=True)
    listing = AbsoluteUri(required=True)
    direction = Choice(DIRECTIONS, required=True)
    kind = Choice(KINDS, required=True)
    action = Choice(ACTIONS, required=True)
    category = CategoryPath(limit=80, required=True)
    quantity = Number(1, MOST_UNITS, whole=True, required=True)
    unit = Text(limit=40)
    weight_kg = Number(0, HEAVIEST_KG)
    weight_source = Choice((MEASURED, STATED))
    hours = Number(0, MOST_HOURS)
    owner = Part(PartySchema(), required=True)
    asker = Part(PartySchema(), required=True)
    asker_home = _NodeId(required=True)
    place = Text(limit=120)
    listed = _DayAlone()
    asked = _DayAlone(required=True)
    accepted = _DayAlone()
    handed_over = _DayAlone()
    ended = _DayAlone(required=True)
    signed_by = _NodeId(required=True)
    attested = Flag(required=True)
    key = Text(limit=200, required=True)
    sig = Text(limit=200, required=True)

    def check(self, loaded: dict[str, Any]) -> None:
        _check_what(loaded)
        _check_parties(loaded)
        _check_days(loaded)


def _check_what(loaded: Mapping[str, Any]) -> None:
    kind, action = loaded["kind"], loaded["action"]
    if action not in ACTIONS_OF_KIND[kind]:
        allowed = " or ".join(ACTIONS_OF_KIND[kind])
        raise refuse("action-does-not-fit", f"With kind {kind} the action is {allowed}.", "action")
    if loaded["outcome"] == RETURNED and action != "lend":
        raise refuse("outcome-does-not-fit", "Only what was lent is returned.", "outcome")
    if ("weight_kg" in loaded) != ("weight_source" in loaded):
        missing = "weight_source" if "weight_kg" in loaded else "weight_kg"
        raise refuse("missing", "A weight says where it is from.", missing)


def _check_parties(loaded: Mapping[str, Any]) -> None:
    owner, asker, signer = loaded["owner"], loaded["asker"], loaded["signed_by"]
    if owner.id is None:
        raise ValidationError({"owner": refuse("missing", "The owner is an organisation with an id.", "id").messages})
    if asker.type != PERSON and asker.id is None and loaded["outcome"] in SUCCESSES:
        raise ValidationError({"asker": refuse("missing", "Whoever has had something is named.", "id").messages})
    if loaded["side"] == OWNER and not loaded["exchange"].startswith(signer):
        raise refuse("not-theirs", "The owner's half is signed by the node that the exchange is kept on.", "signed_by")
    if loaded["side"] == ASKER and loaded["asker_home"] != signer:
        raise refuse("not-theirs", "The asker's half is signed by the node that speaks for the asker.", "signed_by")


def _check_days(loaded: Mapping[str, Any]) -> None:
    for name in ("listed", "asked", "accepted", "handed_over"):
        if name in loaded and loaded[name] > loaded["ended"]:
            raise refuse("bad-date", "This lies after the end.", name)


_RECEIPT = ReceiptSchema()


class HalfSchema(Document):
    """A JSON Feed item that is one half of a receipt."""

    id = AbsoluteUri(required=True)
    title = Text(limit=200, required=True)
    content_text = Text(limit=1000, required=True)
    date_published = Moment(required=True)
    date_modified = Moment(required=True)
    extension = Part(_RECEIPT, data_key=EXTENSION, required=True)

    def check(self, loaded: dict[str, Any]) -> None:
        if not loaded["id"].startswith(loaded["extension"]["signed_by"]):
            raise refuse("not-theirs", "The id of a half begins with the id of the node that signed it.", "id")


_HALF = HalfSchema()


def load_half(item: Any) -> Half:
    """The half in a JSON Feed item. Raises `DocumentError` with every problem and its JSON Pointer.

    Whether its signature is right is not said here: see `is_signed_with`.
    """
    if isinstance(item, AmbiguousObject):
        raise DocumentError.of("repeated-name", f"These names stand more than once: {', '.join(item.repeated)}.")
    try:
        data = _HALF.load(item)
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages)) from error
    extension = data.pop("extension")
    return Half(**data, **extension)


def dump_half(half: Half) -> dict[str, Any]:
    """The half as a JSON Feed item."""
    dumped: dict[str, Any] = _HALF.dump(half)
    dumped[EXTENSION] = _RECEIPT.dump(half)
    return dumped


def signed(half: Half, private: bytes) -> dict[str, Any]:
    """The half as a JSON Feed item, with the name of the key and its signature."""
    item = dump_half(half._replace(key=signing.key_id(signing.public_of(private)), sig=None))
    item[EXTENSION]["sig"] = signing.sign(private, RECEIPT, payload(item))
    return item


def is_signed_with(item: Mapping[str, Any], public: str, form: bytes | None = None) -> bool:
    """Whether the half's signature is that of this public key, over all that it says; ``form`` is its `payload`."""
    extension = item.get(EXTENSION)
    sig = extension.get("sig") if isinstance(extension, Mapping) else None
    if not isinstance(sig, str):
        return False
    try:
        return signing.verify(public, RECEIPT, payload(item) if form is None else form, sig)
    except DocumentError:
        return False


def payload(item: Mapping[str, Any]) -> bytes:
    """What is signed: the canonical form of the item without ``sig``. Raises `DocumentError` where it has none."""
    extension = item[EXTENSION]
    kept: dict[str, Any] = {name: value for name, value in extension.items() if name != "sig"}
    if isinstance(extension, AmbiguousObject):
        raise DocumentError.of("repeated-name", "A name stands more than once here.", f"/{EXTENSION}")
    return canonical_bytes({**item, EXTENSION: kept})


def hash_and_payload(item: Mapping[str, Any]) -> tuple[str, bytes | None]:
    """The item's hash, and its `payload` where that has the same bytes: working them out is a third of checking a half.

    Raises `DocumentError` as `listing_hash` does.
    """
    extension = item.get(EXTENSION)
    if any(isinstance(one, AmbiguousObject) for one in (item, extension)):
        return listing_hash(item), None
    if not isinstance(extension, dict) or not ({*UNHASHED_MEMBERS} - {"sig"}).isdisjoint(extension):
        return listing_hash(item), None
    form = payload(item)
    return hash_of(form), form


def half_id(node_id: str, exchange: str, side: str) -> str:
    """What a half is called by the node that signs it.

    An exchange that another node keeps has a name that this one did not choose, so it is not taken over.
    """
    part = exchange.rpartition("/")[2]
    if not exchange.startswith(node_id):
        part = hashlib.sha256(exchange.encode()).hexdigest()[:20]
    return f"{node_id}receipts/{part}.{side}"


UNKNOWN_KEY = "unknown-key"


def of_unknown_key() -> Problem:
    """The problem of a half whose key is not, or not yet, believed to be that of the node that it names."""
    return Problem(f"/{EXTENSION}/key", UNKNOWN_KEY, "Its key is not known as one of the node that it names.")


def not_signed(pointer: str = f"/{EXTENSION}/sig") -> Problem:
    """The problem of a half whose signature is not that of the node that it names."""
    return Problem(pointer, "bad-signature", "This is not signed with a key of the node that it names.")
