"""The organisation: who a listing is from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from marshmallow.exceptions import ValidationError

from schemas.document import Document
from schemas.errors import DocumentError
from schemas.fields import AbsoluteUri, Choice, HttpUrl, Many, Part, Text, problems_of
from schemas.opening import OpeningHours, OpeningHoursSchema
from schemas.place import Place, PlaceSchema
from schemas.records import dataclass
from schemas.vocabulary import ORGANISATION_TYPES


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in a public register: ``scheme`` as org-id.guide names it (GB-CHC, GB-COH), ``id`` as registered."""

    scheme: str
    id: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """``id`` is an absolute URI; ``type`` one of `ORGANISATION_TYPES`; the rest may be empty.

    ``place`` is where it is, as exactly as it says; ``opening_hours`` when somebody is there.
    """

    id: str
    name: str
    type: str
    url: str | None = None
    logo: str | None = None
    description: str | None = None
    identifiers: tuple[Identifier, ...] = field(default=())
    place: Place | None = None
    opening_hours: OpeningHours | None = None


class IdentifierSchema(Document):
    made = Identifier
    scheme = Text(limit=40, required=True)
    id = Text(limit=80, required=True)


class OrganisationSchema(Document):
    """Loads to `Organisation`; unknown members are left to the raw document that the caller keeps."""

    made = Organisation
    id = AbsoluteUri(required=True)
    name = Text(limit=200, required=True)
    type = Choice(ORGANISATION_TYPES, required=True)
    url = HttpUrl()
    logo = HttpUrl()
    description = Text(limit=2000)
    identifiers = Many(Part(IdentifierSchema()), limit=10)
    place = Part(PlaceSchema())
    opening_hours = Part(OpeningHoursSchema())


ORGANISATION = OrganisationSchema()
"""The one instance: building a schema costs more than loading ten documents with it."""


def load_organisation(document: Mapping[str, Any]) -> Organisation:
    """The organisation in ``document``. Raises `DocumentError` with JSON Pointers."""
    try:
        loaded: Organisation = ORGANISATION.load(document)
    except ValidationError as error:
        raise DocumentError(problems_of(error.messages)) from error
    return loaded


def dump_organisation(organisation: Organisation) -> dict[str, Any]:
    """The organisation as it stands in a listing or a node document."""
    return dict(ORGANISATION.dump(organisation))
