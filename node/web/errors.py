"""Errors over HTTP: a problem document (RFC 9457) for machines, a plain page for people, a reference in the log.

Errors are named here by module and class, so that mapping them imports nothing; a test holds the names against the
code. What is not listed is a fault of ours: 500, with nothing of its inside shown.
"""

from __future__ import annotations

import errno
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from node.voices import later
from node.web.view_models.parts import Head
from node.web.view_models.portal import ErrorPage
from node.web.wording.phrases import say
from schemas import problem
from schemas.errors import Problem
from schemas.records import dataclass

PROBLEMS_URL = "https://w3id.org/sharefeed/problems/"
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"


@dataclass(frozen=True, slots=True)
class Answer:
    """``status`` and problem ``type`` (a URI) of one kind of error.

    ``retry_s`` becomes Retry-After; an error that knows better has a ``retry_s`` of its own. ``detail`` is what is said
    of it where the error's own words are for the log alone; ``cause`` is a key of `_CAUSES`, for people.
    """

    status: int
    type: str
    retry_s: int | None = None
    detail: str = "Something went wrong on this side; nothing was changed."
    cause: str = ""


ANSWERS = {
    "node.services.syndication.cursor.CursorError": Answer(400, problem.BAD_CURSOR),
    "node.services.syndication.feeds.ResyncError": Answer(410, problem.RESYNC),
    "node.services.listings.publishing.UnknownListingError": Answer(404, PROBLEMS_URL + "unknown-listing"),
    "node.services.listings.publishing.PublishingError": Answer(422, PROBLEMS_URL + "invalid"),
    "node.services.catalogue.search.ParameterError": Answer(400, PROBLEMS_URL + "bad-parameter"),
    "node.services.limits.allowance.TooFastError": Answer(429, QUOTA_EXCEEDED),
    "node.services.limits.strangers.FormLimitError": Answer(429, PROBLEMS_URL + "too-many", retry_s=3600),
    "node.services.limits.strangers.FormError": Answer(422, PROBLEMS_URL + "invalid"),
    "node.services.alerts.links.AlertLinkError": Answer(404, PROBLEMS_URL + "unknown-link"),
    "node.turns.NoTurnError": Answer(429, PROBLEMS_URL + "too-many"),
    "node.search.errors.IndexUnavailableError": Answer(
        503, PROBLEMS_URL + "index", retry_s=5, detail="The search is being prepared. Ask again in a few seconds."
    ),
    "schemas.errors.DocumentError": Answer(422, PROBLEMS_URL + "invalid"),
    "node.storage.engine.StorageError": Answer(
        503, PROBLEMS_URL + "storage", retry_s=60, detail="The database could not do that; nothing was changed."
    ),
}
_INDEX = PROBLEMS_URL + "index"
STORAGE = ANSWERS["node.storage.engine.StorageError"]
BUSY = replace(STORAGE, retry_s=5, detail="The database is busy. Ask again in a few seconds.", cause="busy")
FULL = replace(
    STORAGE,
    retry_s=300,
    detail="There is no room left on this side; nothing was changed. Ask again later.",
    cause="full",
)
READ_ONLY = replace(
    STORAGE,
    retry_s=300,
    detail="This side can only read at the moment; nothing was changed. Ask again later.",
    cause="read-only",
)
AWAY = replace(
    STORAGE, detail="The database does not answer; nothing was changed. Ask again in a minute.", cause="away"
)
DAMAGED = replace(
    STORAGE, retry_s=300, detail="The database cannot be read as it should; nothing was changed.", cause="damaged"
)
UNFIT = Answer(400, PROBLEMS_URL + "bad-parameter")
BY_REASON = {"busy": BUSY, "full": FULL, "read-only": READ_ONLY, "away": AWAY, "damaged": DAMAGED, "unfit": UNFIT}
"""The reasons of `node.storage.engine.StorageError`."""
UNEXPECTED = Answer(500, "about:blank")
_OF_FILES = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY, errno.EIO: DAMAGED}
_CAUSES = {
    "busy": later("Others are being served at the same moment, and it took too long."),
    "full": later("There is no room left on the disk of this site. Whoever runs it has to make some."),
    "read-only": later("This site can only be read at the moment. Whoever runs it has to look at its disk."),
    "away": later("The part of this site that keeps everything does not answer. It may be starting again."),
    "damaged": later("This site cannot read what it keeps as it should. Whoever runs it has to look at its disk."),
}
"""Why something could not be kept, in words for who had typed it."""
_WHAT = {
    400: later("We could not read that request."),
    401: later("For that one has to be signed in."),
    403: later("That is not open to you."),
    404: later("There is nothing at this address."),
    405: later("This address cannot be used in that way."),
    410: later("This is no longer here."),
    413: later("That is more than we can take at once."),
    429: later("That was a little too fast for us."),
    503: later("The board is being looked after just now."),
}
_FAULT = later("Something went wrong on our side.")
_OLD = later("The page that you sent this from is too old by now.")
_LOOK = later("Nothing was changed, and what you typed is still here. Look at it, then send it again.")
_SECRET_ARGUMENTS = {"token", "secret"}
"""What stands in addresses that were mailed, or are known to one person alone."""
_NO_MEMBERS: Mapping[str, Any] = {}
_MACHINE_ENDS = (".json", ".atom", ".geojson", ".ics", ".xml")
_MACHINE_STARTS = ("/api/", "/.well-known/", "/oembed", "/inbox")
_OF_PROGRAMS = re.compile(r"/desk/[^/]+/api/")
"""What programs of an organisation ask with a token."""
_FOR_PEOPLE = ("/api/",)


def install(app: Flask) -> None:
    app.register_error_handler(Exception, respond)


def respond(error: Exception) -> Response:
    """The answer to any error that a view let through."""
    if isinstance(error, HTTPException):
        return _from_http(error)
    found = answer_to(error)
    reference = _log(error, found) if found.status >= 500 else None
    detail = str(error) if found.status < 500 else found.detail
    found = replace(found, retry_s=getattr(error, "retry_s", found.retry_s))
    return _answer(found, detail, reference, getattr(error, "problems", ()), getattr(error, "members", {}))


def answer_to(error: Exception) -> Answer:
    """What the table says of the error or of what it derives from."""
    for kind in type(error).__mro__:
        found = ANSWERS.get(f"{kind.__module__}.{kind.__qualname__}")
        if found:
            return BY_REASON.get(getattr(error, "reason", ""), found) if found is STORAGE else found
    if isinstance(error, OSError) and error.errno in _OF_FILES:
        return _OF_FILES[error.errno]
    return UNEXPECTED


def _from_http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return current_app.make_response(error.get_response())
    if isinstance(error, CSRFError) and (again := _of_an_old_page()) is not None:
        return again
    is_usual = error.description == type(error).description
    detail = say(_WHAT[error.code]) if is_usual and error.code in _WHAT else error.description or ""
    response = _answer(Answer(error.code, "about:blank"), detail)
    for name, value in error.get_headers():
        # Allow, Retry-After, WWW-Authenticate and their like belong to the answer, whatever form it has.
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    return response


def _of_an_old_page() -> Response | None:
    """What somebody sent from a page of ours whose cookie is gone, to be sent again.

    That the page was ours the browser says itself (Fetch Metadata): no other site can make it say so.
    """
    from node.web.unsent import repeated

    if for_machine() or request.headers.get("Sec-Fetch-Site") != "same-origin":
        return None
    return repeated(400, say(_OLD), say(_LOOK))


def _log(error: Exception, answer: Answer) -> str:
    reference = secrets.token_hex(4)
    if answer.type == _INDEX:
        # It is being built, which is no fault to be traced: every search until then would write forty lines.
        current_app.logger.warning("%s %s has to wait, reference %s: %s", request.method, _place(), reference, error)
        return reference
    if answer in BY_REASON.values() and not isinstance(error, OSError):
        # The database says what it is in one line, and where it was asked helps nobody who has to mend that.
        current_app.logger.error("%s %s failed, reference %s: %s", request.method, _place(), reference, error)
        return reference
    current_app.logger.error("%s %s failed, reference %s", request.method, _place(), reference, exc_info=error)
    return reference


def _place() -> str:
    """The path that was asked for, without what in it opens something: whoever reads a log may not come in by it."""
    known = request.view_args or {}
    path = request.path
    for name in _SECRET_ARGUMENTS & known.keys():
        path = path.replace(str(known[name]), f"({name})")
    return path


def _answer(
    answer: Answer,
    detail: str,
    reference: str | None = None,
    problems: tuple[Problem, ...] = (),
    members: Mapping[str, Any] = _NO_MEMBERS,
) -> Response:
    """The error in the form that is wanted; ``members`` are those that its type has beside the usual ones."""
    if for_machine():
        response = _document(answer, detail, reference, problems, members)
    else:
        response = _page(answer, reference, problems)
    response.status_code = answer.status
    response.headers["Cache-Control"] = "no-store"
    if answer.retry_s is not None:
        response.headers["Retry-After"] = str(answer.retry_s)
    return response


def for_machine() -> bool:
    """Whether the one who asks would rather read JSON: by the address, else by Accept."""
    if is_for_machines(request.path):
        return True
    offered = ["text/html", "application/json", problem.MEDIA_TYPE]
    return request.accept_mimetypes.best_match(offered, "text/html") != "text/html"


def is_for_machines(path: str) -> bool:
    """Whether what is at this path is read by programs alone: feeds, the API and their like."""
    if _OF_PROGRAMS.match(path):
        return True
    return path.endswith(_MACHINE_ENDS) or (path.startswith(_MACHINE_STARTS) and path not in _FOR_PEOPLE)


def _document(
    answer: Answer, detail: str, reference: str | None, problems: tuple[Problem, ...], members: Mapping[str, Any]
) -> Response:
    document = {
        "type": answer.type,
        "title": HTTPStatus(answer.status).phrase,
        "status": answer.status,
        "detail": detail,
        **({"reference": reference} if reference else {}),
        **({"problems": [found.as_json() for found in problems]} if problems else {}),
        **members,
    }
    return Response(orjson.dumps(document), content_type=problem.MEDIA_TYPE)


def _page(answer: Answer, reference: str | None, problems: tuple[Problem, ...]) -> Response:
    from node.web.unsent import unsent

    again_path, again = _asked() if answer.type == QUOTA_EXCEEDED else (None, ())
    page = ErrorPage(
        head=Head(title=say(_WHAT.get(answer.status, _FAULT)), indexed=False),
        status=answer.status,
        what=problems[0].message if problems else None,
        why=say(_CAUSES[answer.cause]) if answer.cause else None,
        retry_s=answer.retry_s,
        reference=reference,
        again_path=again_path,
        again=again,
        unsent=unsent() if answer.type == STORAGE.type else None,
    )
    try:
        return Response(render_template("portal/error.html", page=page), content_type="text/html; charset=utf-8")
    except Exception as error:
        # The page for errors must not be one itself: a request refused before routing has no addresses to link to.
        current_app.logger.debug("the error page could not be drawn", exc_info=error)
        return Response(
            f"{answer.status} {HTTPStatus(answer.status).phrase}\n", content_type="text/plain; charset=utf-8"
        )


def _asked() -> tuple[str, tuple[tuple[str, str], ...]]:
    """The search that was refused, to be sent again as it was typed."""
    from node.search.request import from_args

    return request.script_root + request.path, tuple(from_args(request.args)[0].to_args())
