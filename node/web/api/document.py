"""The OpenAPI 3.1 document of the API: what the routes say of themselves, completed with what holds for all of them.

Answers, headers, limits and examples stand here as they are sent; tests hold every one of them against real answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from node.services.limits.allowance import WINDOW_S
from node.settings import Settings
from node.web.api import examples as api_examples
from node.web.api import rules as api_rules
from node.web.api.shapes import KEY_PATTERN
from node.web.limits import SUGGESTING, policy_of
from schemas import problem

TITLE, VERSION, OPENAPI_VERSION = "Sharefeed catalogue", "1", "3.1.0"
SUGGESTIONS_KEPT_S = 60
REFUSES = "x-refuses"
"""Under this name a route says which refusals it has beside the usual ones; it does not stay in the document."""
SUMMARY = "What organisations share here for free: search it, read it, follow it."
DESCRIPTION = """Everything on the board, for programs. Nothing needs a key, and scripts of any site may ask (CORS).

`HEAD` gives the head of what `GET` would. An unchanged answer is a 304 to whoever sends its `ETag` as `If-None-Match`.
Errors are problem documents (RFC 9457). More members and more codes may come in this version; none will go.

A program that wants everything reads `/changes.json` instead: it gives the whole catalogue exactly, and afterwards only
what has changed."""
TAGS: Mapping[str, str] = {
    "Listings": "Find what is offered and wanted.",
    "Organisations": "Who it is from.",
    "Vocabulary": "The categories.",
    "Network": "Where the listings are read from.",
}


def _key(description: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": KEY_PATTERN}
    return {
        "name": "key",
        "in": "path",
        "required": True,
        "description": description,
        "schema": schema,
        "example": example,
    }


_KEY: Mapping[str, dict[str, Any]] = {
    path: _key(description, example)
    for path, description, example in (
        ("/api/v1/listings/{key}", "Key of a listing, as it stands in searches.", api_examples.KEY),
        ("/api/v1/listings/{key}/matches", "Key of a listing, as it stands in searches.", api_examples.KEY),
        (
            "/api/v1/organisations/{key}",
            "Key of an organisation; it is in the address of its page.",
            api_examples.ORGANISATION_KEY,
        ),
    )
}
_USUAL_REFUSALS = (406, 500, 503)
_SAID: Mapping[int, tuple[str, str]] = {
    400: ("BadParameter", "A parameter cannot be used; `problems` says which, and why."),
    404: ("NotFound", "There never was anything at this address."),
    406: ("NotAcceptable", "The answer was asked for in another form than JSON."),
    410: ("Gone", "It was here and is gone; `detail` has the reason."),
    413: ("TooLarge", "More than 1 MiB was sent."),
    415: ("UnsupportedMediaType", "What was sent is not `application/json`."),
    422: ("Invalid", "What was sent cannot be kept; `problems` says why."),
    429: ("TooMany", "Too much at once from this network. `Retry-After` says when there is more."),
    500: ("Fault", "A fault of this server. `reference` names it in its log."),
    503: ("Unavailable", "The index is being built or the database is busy. `Retry-After` says when to come back."),
}


def completed(routes: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """The whole document; ``routes`` is what flask-smorest made of them."""
    limited = bool(settings.api_rate_per_minute)
    examples = api_examples.answers(settings.url)
    schemas = _schemas(routes["components"]["schemas"])
    return {
        "openapi": OPENAPI_VERSION,
        "info": _info(settings),
        "servers": [{"url": settings.url.rstrip("/"), "description": settings.node_name}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "security": [],
        "paths": {
            path: {
                **({"parameters": [_KEY[path]]} if path in _KEY else {}),
                **{method: _operation(methods[method], method, examples, limited) for method in _methods(methods)},
            }
            for path, methods in routes["paths"].items()
        },
        "components": {
            "schemas": schemas,
            "headers": dict(_headers(settings)),
            "parameters": {"IfNoneMatch": _IF_NONE_MATCH},
            "responses": {name: _refusal(status, limited) for status, (name, _) in _SAID.items()},
        },
    }


def _info(settings: Settings) -> dict[str, Any]:
    contact = {"contact": {"email": settings.contact_email}} if settings.contact_email else {}
    return {
        "title": TITLE,
        "summary": SUMMARY,
        "description": DESCRIPTION,
        "version": VERSION,
        **contact,
        "license": {"name": f"Listings: {settings.licence}", "identifier": settings.licence},
    }


def _methods(said: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in said if name != "parameters")


def _operation(said: Mapping[str, Any], method: str, examples: Mapping[str, Any], limited: bool) -> dict[str, Any]:
    made = {name: _marked(value) for name, value in said.items() if name != REFUSES}
    statuses = {*said.get(REFUSES, ()), *_USUAL_REFUSALS, *([429] if limited else [])}
    (status, answer), *_ = said["responses"].items()
    made["responses"] = {status: _success(answer, said["operationId"], method, examples, limited)}
    if method == "get":
        made["parameters"] = [*said.get("parameters", ()), {"$ref": "#/components/parameters/IfNoneMatch"}]
        made["responses"]["304"] = _unchanged(said["operationId"], limited)
    made["responses"] |= {str(one): {"$ref": f"#/components/responses/{_SAID[one][0]}"} for one in sorted(statuses)}
    return made


def _success(
    answer: Mapping[str, Any], operation: str, method: str, examples: Mapping[str, Any], limited: bool
) -> dict[str, Any]:
    kept = _KEPT_HEADERS.get(operation, _KEPT) if method == "get" else ("NotStored",)
    names = [*_OWN_HEADERS.get(operation, ()), *kept]
    schema = answer["content"][api_rules.MEDIA_TYPE]["schema"]
    return {
        "description": api_examples.MEANINGS[operation],
        "headers": _named(names, limited),
        "content": {api_rules.MEDIA_TYPE: {"schema": schema, "example": examples[operation]}},
    }


def _unchanged(operation: str, limited: bool) -> dict[str, Any]:
    headers = _named(_KEPT_HEADERS.get(operation, _KEPT), limited)
    return {"description": "It has not changed.", "headers": headers}


def _refusal(status: int, limited: bool) -> dict[str, Any]:
    retry = ["RetryAfter"] if status in (429, 503) else []
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": api_examples.PROBLEMS[status]}
    return {
        "description": _SAID[status][1],
        "headers": _named([*retry, "NotStored"], limited),
        "content": {problem.MEDIA_TYPE: content},
    }


_KEPT = ("ETag", "CacheControl", "Vary")
_KEPT_HEADERS: Mapping[str, tuple[str, ...]] = {"suggestWords": ("ETag", "KeptAMinute", "Vary")}
_OWN_HEADERS: Mapping[str, tuple[str, ...]] = {"searchListings": ("Link", "ServerTiming")}
_CALLED: Mapping[str, str] = {
    "CacheControl": "Cache-Control",
    "NotStored": "Cache-Control",
    "KeptAMinute": "Cache-Control",
    "RetryAfter": "Retry-After",
    "ServerTiming": "Server-Timing",
    "RateLimitPolicy": "RateLimit-Policy",
    "AllowOrigin": "Access-Control-Allow-Origin",
    "ExposeHeaders": "Access-Control-Expose-Headers",
}


def _named(names: Iterable[str], limited: bool) -> dict[str, Any]:
    every = [*names, "AllowOrigin", "ExposeHeaders", *(["RateLimit", "RateLimitPolicy"] if limited else [])]
    return {_CALLED.get(name, name): {"$ref": f"#/components/headers/{name}"} for name in every}


def _headers(settings: Settings) -> Iterable[tuple[str, dict[str, Any]]]:
    quota = settings.api_rate_per_minute
    yield "ETag", _header("Names these bytes; send it as If-None-Match.", '"1f0c2a"', pattern='^"[^"]+"$')
    yield "CacheControl", _header("Keep it, and ask whether it has changed.", "no-cache", const="no-cache")
    brief = f"public, max-age={SUGGESTIONS_KEPT_S}"
    yield "KeptAMinute", _header("It may be used again for so many seconds.", brief, const=brief)
    yield "NotStored", _header("Refusals are not kept.", "no-store", const="no-store")
    yield "Vary", _header("It may come compressed.", "Accept-Encoding", pattern="Accept-Encoding")
    following = f'<{settings.url}api/v1/listings?cursor=WyI1>; rel="next"'
    link = _header(
        "The next page; left out on the last, and where it is very long.", following, pattern='>; rel="next"$'
    )
    yield "Link", {**link, "required": False}
    yield "ServerTiming", _header("How long the search itself took, in milliseconds.", "search;dur=2.1")
    yield "RetryAfter", _header("Seconds to wait.", 2, type="integer", minimum=1)
    yield "AllowOrigin", _header("Scripts of any site may read the answer.", "*", const="*")
    yield "ExposeHeaders", _header("The headers that they may read.", api_rules.EXPOSED)
    if quota:
        left = f'"api";r={quota // 2};t={WINDOW_S // 2}'
        yield "RateLimit", _header(_LEFT, left, pattern=r'^"(api|suggestions)";r=\d+;t=\d+$')
        policies = [policy_of("api", quota), policy_of("suggestions", quota * SUGGESTING)]
        words = "Requests (q) in a window of seconds (w); what is suggested has an allowance of its own."
        yield "RateLimitPolicy", _header(words, policies[0], enum=policies)


_LEFT = "Requests left (r); spread over t seconds they are never refused. See draft-ietf-httpapi-ratelimit-headers-11."
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of an answer that is at hand; unchanged, it is not sent again.",
    "schema": {"type": "string"},
}


def _header(description: str, example: str | int, **schema: Any) -> dict[str, Any]:
    return {
        "description": description,
        "required": True,
        "schema": {"type": "string", **schema},
        "example": example,
    }


def _marked(said: Any) -> Any:
    """The same with the code in docstrings as Markdown has it, and on one line."""
    if isinstance(said, dict):
        return {name: _marked(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_marked(value) for value in said]
    return " ".join(said.replace("``", "`").split()) if isinstance(said, str) and "``" in said else said


_FLASK_SMORESTS_OWN = ("Error", "PaginationMetadata")


def _schemas(made: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the API, and those of the protocol in their places."""
    schemas = {name: _marked(dict(schema)) for name, schema in made.items() if name not in _FLASK_SMORESTS_OWN}
    for name, document in (("Item", "listing"), ("Organisation", "organisation")):
        schemas[name] = _published(document)
    for owner, member in (("Listing", "item"), ("OrganisationPage", "organisation")):
        properties = dict(schemas[owner]["properties"])
        name = "Item" if member == "item" else "Organisation"
        properties[member] = {"$ref": f"#/components/schemas/{name}", "description": api_examples.AS_PUBLISHED}
        schemas[owner] = {**schemas[owner], "properties": properties}
    return dict(sorted(schemas.items()))


@cache
def _published(name: str) -> dict[str, Any]:
    """A schema of the protocol, as others are given it, without its own address."""
    text = files("schemas").joinpath(f"published/{name}.schema.json").read_bytes()
    schema: dict[str, Any] = orjson.loads(text)
    return {member: value for member, value in schema.items() if not member.startswith("$")}
