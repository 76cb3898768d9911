"""An organisation's listings for other programs, each with a token: reading, publishing and taking down.

No cookie is looked at. A listing is known by the program's own id, and said in the columns of an import. What cannot
be published is a problem document (RFC 9457) with a pointer to each column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import orjson
from flask import Blueprint, Response, abort, request

from node.services.identity.api_tokens import LISTINGS_READ, LISTINGS_WRITE
from node.services.importing import listing_cells
from node.services.importing.columns import COLUMNS, PRICE
from node.services.importing.imports import cleaned
from node.services.importing.listing_cells import CellsError, Kept
from node.services.importing.rows import RowProblem
from node.services.listings.publishing import PublishingError, UnknownListingError
from node.storage.listings import EXPIRED, LIVE, PAUSED, WITHDRAWN
from node.web import current_node
from node.web.desk.gate import token_of_request
from node.web.errors import PROBLEMS_URL
from node.web.inside import keep_private
from schemas.problem import MEDIA_TYPE as PROBLEM_TYPE

without_csrf = True
blueprint = Blueprint("listings_api", __name__, url_prefix="/desk/<slug>/api/listings")
blueprint.after_request(keep_private)

LONGEST_ID = 200
STATES = (LIVE, PAUSED, EXPIRED, WITHDRAWN)


@blueprint.get("")
def every(slug: str) -> Response:
    """Listings in any ``state`` or in one, the latest change first, a ``page`` at a time."""
    caller, page = token_of_request(LISTINGS_READ), request.args.get("page", 1, type=int)
    state = request.args.get("state", "")
    if (state and state not in STATES) or not 1 <= page <= 10_000:
        abort(400, f"state is one of {', '.join(STATES)}, and page a number from 1.")
    found = listing_cells.several(current_node(), caller.organisation_id, state, page)
    return _json({"total": found.total, "listings": [_members(kept) for kept in found.kept]})


@blueprint.get("/<ref>")
def one(slug: str, ref: str) -> Response:
    caller = token_of_request(LISTINGS_READ)
    try:
        return _json(_members(listing_cells.one(current_node(), caller.organisation_id, ref)))
    except UnknownListingError:
        abort(404)


@blueprint.put("/<ref>")
def put(slug: str, ref: str) -> Response:
    """Publish a listing, or change the one with this id; the body holds all of its columns."""
    caller, cells = token_of_request(LISTINGS_WRITE), _cells(ref)
    try:
        kept = listing_cells.put(current_node(), caller.organisation_id, ref, cells, caller.name)
    except CellsError as error:
        return _invalid(error.problems)
    except PublishingError as error:
        return _problem(409, "not-possible", str(error), {"code": error.problems[0].code})
    if kept is None:
        return _problem(409, "not-possible", "It is over, and was never shown here.", {"code": "never-shown"})
    return _json({**_members(kept), "change": kept.change, "notes": list(_told(kept.notes, "noted"))})


@blueprint.post("/<ref>/withdraw")
def withdraw(slug: str, ref: str) -> Response:
    """Take a listing down, with a ``reason``: given, withdrawn, expired or removed."""
    caller, body = token_of_request(LISTINGS_WRITE), _body()
    reason = body.get("reason", "withdrawn")
    try:
        kept = listing_cells.withdraw(current_node(), caller.organisation_id, ref, str(reason), caller.name)
    except UnknownListingError:
        abort(404)
    except PublishingError as error:
        status = 409 if error.problems[0].code == "moved" else 422
        found = [{"pointer": one.pointer, "code": one.code, "message": one.message} for one in error.problems]
        return _problem(status, "not-possible", error.problems[0].message, {"problems": found})
    return _json(_members(kept))


def _body() -> Mapping[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        abort(400, "Send a JSON object.")
    return found


def _cells(ref: str) -> dict[str, str]:
    """The columns that were sent, as text."""
    if len(ref) > LONGEST_ID or not ref.isprintable() or not ref.strip():
        abort(400, f"An id has {LONGEST_ID} characters at most, and all of them can be seen.")
    body = _body()
    unknown = [name for name in body if name not in COLUMNS and name != PRICE]
    if unknown:
        abort(400, f"There is no column {cleaned(unknown[0])[:40]!r}; they are: {', '.join(COLUMNS)}.")
    texts = {name: _text(name, value) for name, value in body.items() if value is not None}
    return {name: text for name, text in texts.items() if text.strip()}


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        abort(400, f"{name} is text or a number.")
    return str(value)


def _members(kept: Kept) -> dict[str, Any]:
    return {
        "id": kept.ref,
        "url": kept.row.item()["url"],
        "state": kept.row.state,
        "changed": _utc(kept.row.modified_at),
        "ends": _utc(kept.row.expires_at),
        "columns": kept.cells,
    }


def _told(problems: Iterable[RowProblem], code: str) -> Iterable[dict[str, str]]:
    """What is said of columns; ``code`` stands where the rule has none."""
    for problem in problems:
        known = problem.column in COLUMNS or problem.column == PRICE
        where = f"/{problem.column}" if known else ""
        yield {"pointer": where, "code": problem.code or code, "message": problem.message}


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(body: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(body), content_type="application/json")


def _invalid(problems: Iterable[RowProblem]) -> Response:
    return _problem(
        422, "invalid", "What was sent cannot be published.", {"problems": list(_told(problems, "bad-value"))}
    )


def _problem(status: int, kind: str, detail: str, members: Mapping[str, Any]) -> Response:
    body = {"type": PROBLEMS_URL + kind, "title": detail, "status": status, "detail": detail, **members}
    return Response(orjson.dumps(body), status, content_type=PROBLEM_TYPE)
