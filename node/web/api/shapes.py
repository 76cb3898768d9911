"""What the API takes and answers, for its OpenAPI document. Parameters are read by `node.search.request` alone."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from federation.pasted import MAX_CHARACTERS as LONGEST_ADDRESS
from federation.records import ACTIVE, L0, L1, PAUSED, PLAIN, SUSPENDED
from node.search.request import (
    FARTHEST_KM,
    LARGEST_PAGE,
    LARGEST_SOURCE,
    LONGEST_PLACE,
    LONGEST_QUERY,
    MOST_VALUES,
    NEAREST_KM,
    PAGE_SIZE,
    SORTS,
    WINDOW,
    YES,
)
from node.services.aggregating.proposals import LIMITS
from node.services.catalogue.shown import ORGANISATION_LISTINGS
from node.services.limits.strangers import MAIL_PATTERN
from node.storage.proposals import WAITING
from schemas.fields import NO_CONTROLS
from schemas.vocabulary import (
    ACTIONS,
    CONDITIONS,
    DIRECTIONS,
    KINDS,
    LONGEST_PATH,
    ORGANISATION_TYPES,
    STATUSES,
)

MOST_MATCHES = 20
KEY_PATTERN = "^[A-Za-z0-9_.~-]{1,120}$"
PATH_PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9]+(-[a-z0-9]+)*){0,2}$"
CURSOR_PATTERN = "^[A-Za-z0-9_-]{1,200}$"
_COUNT: dict[str, Any] = {"validate": validate.Range(min=0)}


def _said(**members: str) -> dict[str, Any]:
    return {"metadata": members}


def _one_of(*words: str) -> dict[str, Any]:
    return {"validate": validate.OneOf(words)}


class _Open(Schema):
    """More members may come; nobody shall be surprised by one that they do not know."""

    class Meta:
        unknown = EXCLUDE


class ListingSchema(_Open):
    """A listing of the catalogue. ``item`` is the JSON Feed item exactly as it is published, with its hash."""

    key = fields.String(required=True, **_said(description="Its short name in addresses of this site."))
    url = fields.URL(required=True, **_said(description="Its page on this site."))
    source = fields.Integer(
        required=True, allow_none=True, **_said(description="The source it was read from; null if it was written here.")
    )
    via = fields.List(fields.String(), required=True, **_said(description="Nodes that passed it on, the origin first."))
    first_shown = fields.DateTime(required=True, **_said(description="When it was first shown here."))
    distance_km = fields.Float(**_COUNT, **_said(description="From the point of the search, where both have one."))
    item = fields.Dict(required=True)


class FacetValueSchema(_Open):
    """One value that a filter may have, and how many results it would leave."""

    value = fields.String(required=True, **_said(description="As the parameter takes it."))
    label = fields.String(**_said(description="For categories: the name in English."))
    count = fields.Integer(required=True, **_COUNT)


class SearchSchema(_Open):
    """One page of results. Each facet is counted with every filter but its own, so that its values can be compared."""

    total = fields.Integer(required=True, **_COUNT, **_said(description="All results, not only those of this page."))
    how = fields.String(
        required=True, **_said(description="How the words were read: words, spelling, more, most or category.")
    )
    corrected = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, **_said(description="Word as typed -> as read.")
    )
    listings = fields.List(fields.Nested(ListingSchema), required=True, validate=validate.Length(max=LARGEST_PAGE))
    facets = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Nested(FacetValueSchema)),
        required=True,
        **_said(
            description="By the name of the parameter. Categories stand as one list, each before what is below it."
        ),
    )
    next = fields.URL(required=True, allow_none=True, **_said(description="The next page; null on the last."))


class ReasonSchema(_Open):
    """One reason for a match."""

    code = fields.String(
        required=True, **_said(description="things, kind, words, category, room or distance; more may come.")
    )
    values = fields.List(
        fields.String(),
        required=True,
        **_said(
            description="things, kind: what the want and the offer call it; words: both say them; else a category path."
        ),
    )
    km = fields.Float(**_COUNT, **_said(description="How far the two are apart."))


class MatchSchema(_Open):
    """One listing that meets another."""

    score = fields.Float(
        required=True, validate=validate.Range(min=0, max=1), **_said(description="How well it fits, from 0 to 1.")
    )
    why = fields.String(required=True, **_said(description="The reasons in words."))
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    listing = fields.Nested(ListingSchema, required=True)


class MatchesSchema(_Open):
    """What meets a listing. None of it is of the same organisation."""

    direction = fields.String(
        required=True, **_one_of(*DIRECTIONS), **_said(description="What the matches are: offer or want.")
    )
    matches = fields.List(fields.Nested(MatchSchema), required=True, validate=validate.Length(max=MOST_MATCHES))


class OrganisationPageSchema(_Open):
    """An organisation, as it describes itself, and what it offers and looks for."""

    key = fields.String(required=True, **_said(description="Its short name in addresses of this site."))
    url = fields.URL(required=True, **_said(description="Its page on this site."))
    organisation = fields.Dict(required=True)
    listings = fields.List(
        fields.Nested(ListingSchema), required=True, validate=validate.Length(max=ORGANISATION_LISTINGS)
    )


class CategorySchema(_Open):
    """A category of the vocabulary."""

    path = fields.String(required=True, validate=validate.Regexp(PATH_PATTERN), **_said(description="Its name."))
    root = fields.String(required=True, **_said(description="The path of the uppermost category that it is part of."))
    label = fields.String(required=True, **_said(description="What one of it is called, in English."))
    plural = fields.String(required=True, **_said(description="What many of it are called."))
    kinds = fields.List(
        fields.String(**_one_of(*KINDS)), required=True, **_said(description="What listings in it may be.")
    )
    synonyms = fields.List(fields.String(), required=True, **_said(description="Other words by which it is found."))
    count = fields.Integer(required=True, **_COUNT, **_said(description="Listings in it and below it now."))


class CategoriesSchema(_Open):
    """The whole vocabulary."""

    categories = fields.List(fields.Nested(CategorySchema), required=True)


class SuggestionSchema(_Open):
    """One way on: what to search for."""

    text = fields.String(required=True, **_said(description="The words to search for."))
    kind = fields.String(
        required=True,
        **_one_of("thing", "category", "word"),
        **_said(description="A thing of the vocabulary, a category, or a word of the catalogue."),
    )
    category = fields.String(
        validate=validate.Regexp(PATH_PATTERN), **_said(description="The path of the category, where it is one.")
    )


class SuggestionsSchema(_Open):
    """What somebody may be about to type, the likeliest first, 8 at most."""

    suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)


class SourceSchema(_Open):
    """A feed that this catalogue reads, and how it is. Moments are RFC 3339; null: not yet."""

    id = fields.Integer(required=True, validate=validate.Range(min=1), **_said(description="Its number here."))
    name = fields.String(required=True, **_said(description="What it is called here."))
    node = fields.String(required=True, **_said(description="Whose it is: the node's id, or its website."))
    feed = fields.String(required=True, **_said(description="The address that is read."))
    level = fields.String(
        required=True,
        **_one_of(L1, L0, PLAIN),
        **_said(description="L1: a change feed; L0: a complete document; plain: any other feed."),
    )
    state = fields.String(required=True, **_one_of(ACTIVE, PAUSED, SUSPENDED))
    url = fields.URL(required=True, **_said(description="Its page on this site."))
    shown = fields.Integer(required=True, **_COUNT, **_said(description="Listings that are shown."))
    held = fields.Integer(required=True, **_COUNT, **_said(description="Listings that wait for the operator's word."))
    quarantined = fields.Integer(required=True, **_COUNT, **_said(description="Listings that break a rule."))
    merged = fields.Integer(
        required=True, **_COUNT, **_said(description="Listings of which another source's copy is shown, or none.")
    )
    last_read = fields.DateTime(required=True, allow_none=True, **_said(description="When it was last read."))
    verified_identical = fields.DateTime(
        required=True,
        allow_none=True,
        **_said(description="When the copy was last found identical; null where it is not, or that is not known."),
    )


class SourcesSchema(_Open):
    """Every source of this catalogue."""

    sources = fields.List(fields.Nested(SourceSchema), required=True)


def _text(most: int, description: str, pattern: str = NO_CONTROLS) -> fields.String:
    return fields.String(
        validate=[validate.Length(max=most), validate.Regexp(pattern)], **_said(description=description)
    )


class ProposalSchema(_Open):
    """A source to propose. An operator looks at it before anything of it is shown."""

    url = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_ADDRESS),
        **_said(description="The address of a website, a feed or a node document."),
    )
    name = _text(LIMITS["name"], "Who proposes it.")
    email = _text(LIMITS["email"], "Where the answer goes.", f"^(?:{MAIL_PATTERN})?$")
    note = _text(LIMITS["note"], "What the operator should know.")


class ProposedSchema(_Open):
    """A proposal as it was kept."""

    id = fields.Integer(required=True, validate=validate.Range(min=1))
    state = fields.String(required=True, **_one_of(WAITING))
    url = fields.String(required=True, **_said(description="The address as it was understood."))


class FaultSchema(_Open):
    """What is wrong with one parameter or member."""

    pointer = fields.String(required=True, **_said(description="Where it is: a JSON Pointer (RFC 6901)."))
    code = fields.String(required=True, **_said(description="What it is, for programs."))
    message = fields.String(required=True, **_said(description="What it is, in words."))
    line = fields.Integer(validate=validate.Range(min=1), **_said(description="Where it is in a text that is no JSON."))


class ProblemSchema(_Open):
    """A problem document (RFC 9457)."""

    type = fields.String(required=True, **_said(description="A URI that names the sort of problem.", format="uri"))
    title = fields.String(required=True, **_said(description="The status in words."))
    status = fields.Integer(required=True, validate=validate.Range(min=400, max=599))
    detail = fields.String(required=True, **_said(description="What happened, in words."))
    problems = fields.List(fields.Nested(FaultSchema), **_said(description="What is at fault, where that is known."))
    reference = fields.String(**_said(description="By this the server's operator finds it in the log."))
    violated_policies = fields.List(
        fields.String(), data_key="violated-policies", **_said(description="Which limits were passed (429).")
    )


def _parameter(name: str, description: str, example: Any, **schema: Any) -> dict[str, Any]:
    said = {"name": name, "in": "query", "description": description, "schema": schema, "allowEmptyValue": True}
    return said if example is None else {**said, "example": example}


def _several(name: str, description: str, example: Any, **items: Any) -> dict[str, Any]:
    several = f"{description} May stand more than once: any of them."
    schema = {"type": "array", "items": items, "maxItems": MOST_VALUES}
    return {**_parameter(name, several, [example], **schema), "style": "form", "explode": True}


def _choice(name: str, description: str, values: tuple[str, ...]) -> dict[str, Any]:
    return _several(name, description, values[0], type="string", enum=list(values))


def _number(name: str, description: str, example: float, least: float, most: float) -> dict[str, Any]:
    return _parameter(name, description, example, type="number", minimum=least, maximum=most)


def _whole(name: str, description: str, usual: int, most: int) -> dict[str, Any]:
    return _parameter(name, description, usual, type="integer", minimum=1, maximum=most, default=usual)


def _day(name: str, description: str, example: str) -> dict[str, Any]:
    return _parameter(name, description, example, type="string", format="date")


TYPED = _parameter("q", "What has been typed so far; a hundred characters of it count.", "off ch", type="string")
SEARCH_PARAMETERS: tuple[dict[str, Any], ...] = (
    _parameter("q", "Words to find; slips of a letter are forgiven.", "desk", type="string", maxLength=LONGEST_QUERY),
    _choice("direction", "Offered or wanted.", DIRECTIONS),
    _choice("kind", "What it is.", KINDS),
    _choice("action", "What happens with it.", ACTIONS),
    _several(
        "category",
        "A category path; everything below it counts as well.",
        "furniture/desk",
        type="string",
        pattern=PATH_PATTERN,
        maxLength=LONGEST_PATH,
    ),
    _choice("organisation_type", "Who it is from.", ORGANISATION_TYPES),
    _choice("condition", "Items and equipment only.", CONDITIONS),
    _choice("status", "Available or reserved.", STATUSES),
    _choice("event", "Only what takes place on dates of its own: workshops, drop-ins, open days.", (YES,)),
    _several("organisation", "Key of an organisation.", "Zq81nV0cT4sLw2Ye", type="string", pattern=KEY_PATTERN),
    _several("source", "Number of a source.", 3, type="integer", minimum=0, maximum=LARGEST_SOURCE),
    _parameter(
        "near",
        "Name of a place in which something is listed; lat and lon say it exactly.",
        "Peterborough",
        type="string",
        maxLength=LONGEST_PLACE,
    ),
    _number("lat", "Latitude of a point in degrees (WGS 84); needs lon.", 52.5733, -90, 90),
    _number("lon", "Longitude of the point; needs lat.", -0.2441, -180, 180),
    _number("within", "Kilometres around the point.", 5, NEAREST_KM, FARTHEST_KM),
    _day("from", "First day on which it is wanted.", "2026-12-05"),
    _day("to", "Last day on which it is wanted; not before the first.", "2026-12-06"),
    _parameter(
        "sort",
        "Without it: by words where there are some, else by distance from a point, else the newest.",
        "newest",
        type="string",
        enum=list(SORTS),
    ),
    _whole("page", f"Number of the page; programs follow next. Results are numbered up to {WINDOW}.", 1, WINDOW),
    _whole("limit", "Listings a page.", PAGE_SIZE, LARGEST_PAGE),
    _parameter(
        "cursor",
        "Where to go on: it stands in next, is opaque, and good for the same search only.",
        None,
        type="string",
        pattern=CURSOR_PATTERN,
    ),
)
