"""The JSON API, version 1, with its OpenAPI 3.1 document. For reading; the one thing it takes is a proposed source.

A reader that wants everything follows ``/changes.json``: it is exact, and costs only what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import flask_smorest
import orjson
from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.blueprints import BlueprintSetupState

from node.context import Node
from node.search.request import SearchRequest, from_args
from node.services.catalogue import matching, suggesting
from node.services.catalogue import search as searching
from node.services.catalogue import search_documents as documents
from node.services.catalogue import shown as catalogue
from node.services.catalogue.matching import Partner
from node.services.catalogue.search import FacetValue, ParameterError, SearchResult
from node.services.catalogue.shown import Gone
from node.services.syndication.feeds import rendered
from node.storage.catalogue import Shown
from node.web import current_node
from node.web.api import examples as api_examples
from node.web.api import shapes as schemas_of
from node.web.api.document import OPENAPI_VERSION, REFUSES, SUGGESTIONS_KEPT_S, TITLE, VERSION, completed
from node.web.api.rules import BLUEPRINT, MEDIA_TYPE
from node.web.appearance.site import site_of
from node.web.conditional import conditional
from node.web.portal.matches import why
from node.web.view_models.parts import Site
from schemas import vocabulary
from schemas.errors import DocumentError
from schemas.fields import rfc3339_of
from schemas.organisation import dump_organisation
from schemas.strict_json import loads

if TYPE_CHECKING:
    from node.services.aggregating.sources import Health

LONGEST_LINK = 2_000
"""A longer address stands in the answer alone: proxies refuse answers whose headers are large."""
_View = TypeVar("_View", bound=Callable[..., Response])

without_csrf = True
"""No form comes here and no cookie is read."""

blueprint = flask_smorest.Blueprint(BLUEPRINT, __name__, url_prefix="/api", description="The catalogue of this node.")


def _offers(
    path: str, answer: type[Any], *, status: int = 200, method: str = "GET", refuses: Iterable[int] = (), **doc: Any
) -> Callable[[_View], _View]:
    """Register a view with its place in the OpenAPI document; ``refuses`` are statuses of its problem documents.

    ``doc`` are members of the operation: its ``operationId``, which `node.web.api.examples` has an example for, and
    its ``tags``.
    """

    def register(view: _View) -> _View:
        described = blueprint.doc(**doc, **{REFUSES: list(refuses)})(blueprint.response(status, answer)(view))
        blueprint.add_url_rule(path, view_func=described, methods=[method])
        return view

    return register


@_offers(
    "/v1/listings",
    schemas_of.SearchSchema,
    refuses=(400,),
    operationId="searchListings",
    tags=["Listings"],
    parameters=list(schemas_of.SEARCH_PARAMETERS),
)
def listings() -> Response:
    """Search the catalogue.

    The parameters are those of the search page: several values of one mean any of them, different ones must all hold.
    Follow ``next`` until it is null.
    """
    node = current_node()
    asked, problems = from_args(request.args)
    if problems:
        raise ParameterError(problems)
    result = documents.ready(node, asked)
    found = _found(node, asked, result)
    response = _answer({**found, "listings": _matches(node, result)})
    if found["next"] and len(found["next"]) <= LONGEST_LINK:
        response.headers["Link"] = f'<{found["next"]}>; rel="next"'
    response.headers["Server-Timing"] = f"search;dur={result.took_ms}"
    return response


@_offers(
    "/v1/suggestions",
    schemas_of.SuggestionsSchema,
    operationId="suggestWords",
    tags=["Listings"],
    parameters=[schemas_of.TYPED],
)
def suggestions() -> Response:
    """Finish what somebody is typing.

    Of what is suggested the catalogue has something. A slip in the last word is forgiven; a space after it ends it.
    """
    typed = request.args.get("q", "")
    found = [
        {"text": one.text, "kind": one.kind, **({"category": one.path} if one.path else {})}
        for one in suggesting.suggest(current_node(), typed)
    ]
    response = _answer({"suggestions": found})
    response.headers["Cache-Control"] = f"public, max-age={SUGGESTIONS_KEPT_S}"
    return response


@_offers(
    "/v1/listings/<key>", schemas_of.ListingSchema, refuses=(404, 410), operationId="getListing", tags=["Listings"]
)
def listing(key: str) -> Response:
    """One listing.

    410 when it was here and is gone, with the reason.
    """
    node = current_node()
    return _answer(_listing(node, _found_one(node, key)))


def _found_one(node: Node, key: str) -> Shown:
    found = catalogue.listing(node, key)
    if found is None:
        abort(404, "There is no listing with this key.")
    if isinstance(found, Gone):
        abort(410, f"This listing is gone: {found.reason}.")
    return found.shown


@_offers(
    "/v1/listings/<key>/matches",
    schemas_of.MatchesSchema,
    refuses=(404, 410),
    operationId="getMatches",
    tags=["Listings"],
)
def matches(key: str) -> Response:
    """What meets a listing.

    For a want the offers that meet it, for an offer the wants that it meets: the best first, 20 at most.
    """
    node = current_node()
    shown = _found_one(node, key)
    searching.reader(node).snapshot()
    wanted = shown.entry.facts.direction == "want"
    site = site_of(node)
    found = [_match(node, shown, one, site) for one in matching.partners(node, shown, schemas_of.MOST_MATCHES)]
    return _answer({"direction": "offer" if wanted else "want", "matches": found})


@_offers(
    "/v1/organisations/<key>",
    schemas_of.OrganisationPageSchema,
    refuses=(404,),
    operationId="getOrganisation",
    tags=["Organisations"],
)
def organisation(key: str) -> Response:
    """An organisation with its newest listings.

    As it describes itself, with 200 listings at most; search by ``organisation`` for all of them.
    """
    node = current_node()
    host = catalogue.organisation(node, key)
    if host is None:
        abort(404, "There is no organisation with this key.")
    document = {
        "key": key,
        "url": f"{node.settings.url}organisations/{key}",
        "organisation": dump_organisation(host.organisation),
        "listings": [_listing(node, shown) for shown in host.shown],
    }
    return _answer(document)


@_offers("/v1/categories", schemas_of.CategoriesSchema, operationId="getCategories", tags=["Vocabulary"])
def categories() -> Response:
    """The vocabulary of categories.

    With how many listings each holds now, those below it counted as well.
    """
    node = current_node()
    result = documents.ready(node, SearchRequest(limit=1))
    counts = _category_counts(result)
    members = ("path", "root", "label", "plural", "kinds", "synonyms")
    known = vocabulary.categories().values()
    rows = [{**{name: getattr(one, name) for name in members}, "count": counts.get(one.path, 0)} for one in known]
    return _answer({"categories": rows})


@_offers("/v1/sources", schemas_of.SourcesSchema, operationId="getSources", tags=["Network"])
def sources() -> Response:
    """The feeds that this catalogue reads."""
    from node.services.aggregating import sources as services

    node = current_node()
    return _answer({"sources": [_source(node, health) for health in services.health(node)]})


@_offers(
    "/v1/proposals",
    schemas_of.ProposedSchema,
    status=201,
    method="POST",
    refuses=(413, 415, 422, 429),
    operationId="proposeSource",
    tags=["Network"],
    requestBody={
        "required": True,
        "content": {MEDIA_TYPE: {"schema": schemas_of.ProposalSchema, "example": api_examples.PROPOSAL}},
    },
)
def propose() -> Response:
    """Propose a source.

    An operator looks at it before anything of it is shown. Sending the same address again while it waits is the same
    proposal. A few an hour are taken from one connection.
    """
    from node.services.aggregating import proposals

    told = _told()
    node = current_node()
    kept = proposals.propose(node, **told, from_address=request.remote_addr or "")
    document = orjson.dumps({"id": kept.id, "state": kept.state, "url": kept.url})
    return Response(document, status=201, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def description() -> Response:
    """This API's OpenAPI document."""
    return _answer(document_of(current_app))


def document_of(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, made when it is first asked for."""
    node: Node = app.extensions["sharefeed"]
    known: dict[str, Any] = app.extensions[_DOCUMENT]
    if "paths" not in known:
        known.update(completed(app.extensions[_ROUTES], node.settings))
    return known


# Flask's own way in: the document does not describe itself.
Blueprint.add_url_rule(blueprint, "/openapi.json", "description", description)


def _told() -> dict[str, str]:
    """What a proposal says. Only JSON is taken: a form on another site can then not send one by itself."""
    if request.mimetype != MEDIA_TYPE:
        abort(415, "Send the proposal as application/json.")
    sent = loads(request.get_data())
    names = ("url", "name", "email", "note")
    if not isinstance(sent, dict) or not all(isinstance(sent.get(name, ""), str) for name in names):
        raise DocumentError.of("not-an-object", "A proposal is an object whose members are text.")
    return {name: sent.get(name, "") for name in names}


def _answer(document: Any) -> Response:
    return conditional(rendered("api", orjson.dumps(document)), MEDIA_TYPE)


def _found(node: Node, asked: SearchRequest, result: SearchResult) -> dict[str, Any]:
    following = asked.changed(cursor=result.next_cursor) if result.next_cursor else None
    return {
        "total": result.total,
        "how": result.how,
        "corrected": dict(result.corrected),
        "next": documents.address(node, "api/v1/listings", following) if following else None,
        "facets": {facet.name: _flat(facet.values) for facet in result.facets},
    }


def _flat(values: Iterable[FacetValue]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for one in values:
        rows.append({"value": one.value, **({"label": one.label} if one.label else {}), "count": one.count})
        rows += _flat(one.children)
    return rows


def _category_counts(result: SearchResult) -> dict[str, int]:
    facet = next(facet for facet in result.facets if facet.name == "category")
    return {row["value"]: row["count"] for row in _flat(facet.values)}


def _matches(node: Node, result: SearchResult) -> list[dict[str, Any]]:
    return [_listing(node, match.shown, match.distance_km) for match in result.matches]


def _listing(node: Node, shown: Shown, distance_km: float | None = None) -> dict[str, Any]:
    entry = shown.entry
    return {
        "key": entry.key,
        "url": f"{node.settings.url}listings/{entry.key}",
        "source": entry.source_id,
        "via": entry.via,
        "first_shown": rfc3339_of(shown.first_shown_at),
        **({} if distance_km is None else {"distance_km": round(distance_km, 2)}),
        "item": orjson.Fragment(entry.item),
    }


def _match(node: Node, shown: Shown, partner: Partner, site: Site) -> dict[str, Any]:
    reasons = [
        {"code": one.code, "values": list(one.values), **({} if one.km is None else {"km": one.km})}
        for one in partner.fit.reasons
    ]
    listing = _listing(node, partner.shown)
    return {"score": partner.fit.score, "why": why(shown, partner, site), "reasons": reasons, "listing": listing}


def _source(node: Node, health: Health) -> dict[str, Any]:
    told = health.source
    return {
        "id": told.id,
        "name": told.name,
        "node": told.node_id,
        "feed": told.url,
        "level": told.level,
        "state": told.state,
        "url": f"{node.settings.url}sources/{told.id}",
        "shown": health.shown,
        "held": health.held,
        "quarantined": health.quarantined,
        "merged": health.merged,
        "last_read": rfc3339_of(told.last_read_at),
        "verified_identical": rfc3339_of(told.verified_at) if health.identical else None,
    }


_ROUTES, _DOCUMENT = "sharefeed.api-routes", "sharefeed.openapi"


def _describe(setup: BlueprintSetupState) -> None:
    """Note what the routes say of themselves once all of them stand."""
    api = flask_smorest.Api()
    # Errors are told by one module for the whole site, in the form that the client prefers.
    api._register_error_handlers = lambda: None
    api.DEFAULT_ERROR_RESPONSE_NAME = None
    api.init_app(setup.app, spec_kwargs={"title": TITLE, "version": VERSION, "openapi_version": OPENAPI_VERSION})
    blueprint.register_views_in_doc(api, setup.app, api.spec, name=setup.name, parameters=None)
    # Named by none of them: what every refusal is.
    api.spec.components.schema("Problem", schema=schemas_of.ProblemSchema)
    setup.app.extensions[_ROUTES], setup.app.extensions[_DOCUMENT] = api.spec.to_dict(), {}


# What is recorded is done in order: this stays the last, after all routes.
blueprint.record_once(_describe)
