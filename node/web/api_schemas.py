"""What the API takes and answers, for its OpenAPI document. Parameters are read by `node.search.request` alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from node.search.request import FARTHEST_KM, LARGEST_PAGE, LONGEST_QUERY, MOST_VALUES, PAGE_SIZE, SORTS
from schemas.vocabulary import ACTIONS, CONDITIONS, DIRECTIONS, KINDS, ORGANISATION_TYPES, STATUSES


def _said(**members: str) -> dict[str, Any]:
    return {"metadata": members}


class ListingSchema(Schema):
    """A listing of the catalogue. ``item`` is the JSON Feed item exactly as it is published, with its hash."""

    key = fields.String(required=True, **_said(description="Its short name in addresses of this site."))
    url = fields.URL(required=True, **_said(description="Its page on this site."))
    source = fields.Integer(
        required=True, allow_none=True, **_said(description="The source it was read from; null if it was written here.")
    )
    via = fields.List(fields.String(), required=True, **_said(description="Nodes that passed it on, the origin first."))
    first_shown = fields.DateTime(required=True)
    distance_km = fields.Float(**_said(description="From the point of the search, where both have one."))
    item = fields.Dict(required=True)


class FacetValueSchema(Schema):
    value = fields.String(required=True)
    label = fields.String(**_said(description="For categories: the name in English."))
    count = fields.Integer(required=True)


class SearchSchema(Schema):
    """One page of results. Each facet is counted with every filter but its own, so that its values can be compared."""

    total = fields.Integer(required=True, **_said(description="All results, not only those of this page."))
    how = fields.String(
        required=True, **_said(description="How the words were read: words, spelling, more, most or category.")
    )
    corrected = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, **_said(description="Word as typed -> as read.")
    )
    listings = fields.List(fields.Nested(ListingSchema), required=True)
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FacetValueSchema)), required=True)
    next = fields.URL(required=True, allow_none=True, **_said(description="The next page; null on the last."))


class ReasonSchema(Schema):
    """One reason for a match."""

    code = fields.String(
        required=True, **_said(description="things, words, category, room or distance; more may come.")
    )
    values = fields.List(
        fields.String(),
        required=True,
        **_said(description="things: what the want and the offer call it; words: both say them; else a category path."),
    )
    km = fields.Float(**_said(description="How far the two are apart."))


class MatchSchema(Schema):
    score = fields.Float(required=True, **_said(description="How well it fits, from 0 to 1."))
    why = fields.String(required=True, **_said(description="The reasons in words."))
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    listing = fields.Nested(ListingSchema, required=True)


class MatchesSchema(Schema):
    """What meets a listing. None of it is of the same organisation."""

    direction = fields.String(required=True, **_said(description="What the matches are: offer or want."))
    matches = fields.List(fields.Nested(MatchSchema), required=True)


class OrganisationPageSchema(Schema):
    """An organisation, as it describes itself, and what it offers and looks for."""

    key = fields.String(required=True)
    url = fields.URL(required=True)
    organisation = fields.Dict(required=True)
    listings = fields.List(fields.Nested(ListingSchema), required=True)


class CategorySchema(Schema):
    path = fields.String(required=True)
    root = fields.String(required=True)
    label = fields.String(required=True)
    plural = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    synonyms = fields.List(fields.String(), required=True)
    count = fields.Integer(required=True, **_said(description="Listings in it and below it now."))


class CategoriesSchema(Schema):
    categories = fields.List(fields.Nested(CategorySchema), required=True)


class SourceSchema(Schema):
    """A feed that this catalogue reads, and how it is. Moments are RFC 3339; null: not yet."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    node = fields.String(required=True)
    feed = fields.String(required=True)
    level = fields.String(required=True)
    state = fields.String(required=True)
    url = fields.URL(required=True, **_said(description="Its page on this site."))
    shown = fields.Integer(required=True)
    held = fields.Integer(required=True)
    quarantined = fields.Integer(required=True)
    merged = fields.Integer(required=True)
    last_read = fields.DateTime(required=True, allow_none=True)
    verified_identical = fields.DateTime(required=True, allow_none=True)


class SourcesSchema(Schema):
    sources = fields.List(fields.Nested(SourceSchema), required=True)


class ProposalSchema(Schema):
    """A source to propose. An operator looks at it before anything of it is shown."""

    url = fields.String(required=True, **_said(description="The address of a website, a feed or a node document."))
    name = fields.String(**_said(description="Who proposes it."))
    email = fields.String(**_said(description="Where the answer goes."))
    note = fields.String()


class ProposedSchema(Schema):
    id = fields.Integer(required=True)
    state = fields.String(required=True)
    url = fields.String(required=True)


class ProblemSchema(Schema):
    """A problem document (RFC 9457); ``problems`` says which parameter or member is meant (JSON Pointer)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    problems = fields.List(fields.Dict())


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema or {"type": "string"}}


def _several(name: str, description: str, items: Mapping[str, Any]) -> dict[str, Any]:
    several = f"{description} May stand more than once: any of them."
    schema = {"type": "array", "items": dict(items), "maxItems": MOST_VALUES}
    return {**_parameter(name, several, **schema), "style": "form", "explode": True}


def _choice(name: str, description: str, values: tuple[str, ...]) -> dict[str, Any]:
    return _several(name, description, {"type": "string", "enum": list(values)})


SEARCH_PARAMETERS: tuple[dict[str, Any], ...] = (
    _parameter("q", "Words to find; slips of a letter are forgiven.", type="string", maxLength=LONGEST_QUERY),
    _choice("direction", "Offered or wanted.", DIRECTIONS),
    _choice("kind", "What it is.", KINDS),
    _choice("action", "What happens with it.", ACTIONS),
    _several("category", "A category path; everything below it counts as well.", {"type": "string"}),
    _choice("organisation_type", "Who it is from.", ORGANISATION_TYPES),
    _choice("condition", "Items and equipment only.", CONDITIONS),
    _choice("status", "Available or reserved.", STATUSES),
    _several("organisation", "Key of an organisation.", {"type": "string"}),
    _several("source", "Number of a source.", {"type": "integer", "minimum": 0}),
    _parameter("near", "Name of a place in which something is listed; lat and lon say it exactly.", type="string"),
    _parameter("lat", "Latitude of a point in degrees (WGS 84), with lon.", type="number", minimum=-90, maximum=90),
    _parameter("lon", "Longitude of the point.", type="number", minimum=-180, maximum=180),
    _parameter("within", "Kilometres around the point.", type="number", minimum=0.05, maximum=FARTHEST_KM),
    _parameter("from", "First day on which it is wanted.", type="string", format="date"),
    _parameter("to", "Last day on which it is wanted.", type="string", format="date"),
    _parameter("sort", "Usual: by words, else by distance, else the newest.", type="string", enum=list(SORTS)),
    _parameter("page", "Number of the page, for people; programs follow next.", type="integer", minimum=1),
    _parameter("limit", f"Listings a page; usually {PAGE_SIZE}.", type="integer", minimum=1, maximum=LARGEST_PAGE),
    _parameter("cursor", "From next; opaque.", type="string", maxLength=200),
)
