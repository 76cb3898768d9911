"""What holds for every answer of the API, errors too: scripts of any site may read it, and it is JSON or a refusal."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from schemas import problem

BLUEPRINT, START = "api", "/api/"
MEDIA_TYPE = "application/json"
EXPOSED = "ETag, Link, Retry-After, RateLimit, RateLimit-Policy, Server-Timing"
"""Headers of an answer that scripts of other sites may read."""
TAKEN = "Accept, Accept-Language, Content-Type, If-None-Match, If-Modified-Since"
"""Headers that they may send."""
PREFLIGHT_S = 86_400
_USUAL = ("", "*/*", MEDIA_TYPE)
_JSON = frozenset(["*", "*/*", "application/*", MEDIA_TYPE, problem.MEDIA_TYPE, "application/vnd.oai.openapi+json"])


def install(app: Flask) -> None:
    app.before_request(_refuse_other_forms)
    app.after_request(_open)


def _refuse_other_forms() -> None:
    """406 to who takes no JSON. A browser takes anything in the end, and may look."""
    if request.blueprint != BLUEPRINT or request.method == "OPTIONS" or request.headers.get("Accept", "") in _USUAL:
        return
    accepted = request.accept_mimetypes
    if accepted and not any(quality > 0 and _essence(kind) in _JSON for kind, quality in accepted):
        abort(406, f"Answers of the API are {MEDIA_TYPE}.")


def _essence(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()


def _open(response: Response) -> Response:
    if not request.path.startswith(START) or request.path == START:
        return response
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = "*"
    headers["Access-Control-Expose-Headers"] = EXPOSED
    headers["Timing-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow)) or "GET, HEAD, OPTIONS"
        headers["Access-Control-Allow-Headers"] = TAKEN
        headers["Access-Control-Max-Age"] = str(PREFLIGHT_S)
    return response
