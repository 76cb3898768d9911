"""Requests for other programs, each with a token of the organisation that is asked: reading, and answering.

No cookie is looked at. The same rules as at the desk decide; what they do not allow is a problem document (RFC 9457)
whose ``code`` is one of `schemas.exchange_refusals.REFUSALS`. Neither address stands in any answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Blueprint, Response, abort, request

from node.services.bookings.refusals import BookingError
from node.services.exchanges import acting, reading
from node.services.exchanges.acting import ExchangeError
from node.services.exchanges.links import Party
from node.services.exchanges.reading import AGREED, OVER, WAITING, Row
from node.services.identity.api_tokens import REQUESTS_READ, REQUESTS_WRITE, Caller
from node.services.limits.strangers import FormError
from node.services.limits.throttling import TooManyTriesError
from node.web import current_node
from node.web.api.moments import EXAMPLE, seconds_of
from node.web.desk import booking_words
from node.web.desk.gate import token_of_request
from node.web.errors import PROBLEMS_URL
from node.web.inside import keep_private
from schemas import exchange as rules
from schemas.exchange import OWNER, Act
from schemas.problem import MEDIA_TYPE as PROBLEM_TYPE

without_csrf = True
blueprint = Blueprint("requests_api", __name__, url_prefix="/desk/<slug>/api/requests")
blueprint.after_request(keep_private)

MOST, LONGEST_CODE = 100, 20
_STATES = {"waiting": WAITING, "agreed": AGREED, "over": OVER}


@blueprint.get("")
def every(slug: str) -> Response:
    """Those that are ``waiting``, ``agreed`` or ``over``, the latest change first, a page at a time."""
    caller, page = token_of_request(REQUESTS_READ), request.args.get("page", 1, type=int)
    states = _STATES.get(request.args.get("state", "waiting"))
    if states is None or not 1 <= page <= 10_000:
        abort(400, "state is waiting, agreed or over, and page a number from 1.")
    rows, total = reading.others(current_node(), caller.organisation_id, states, MOST, (page - 1) * MOST)
    return _json({"total": total, "requests": [_members(row) for row in rows]})


@blueprint.get("/<exchange_id>")
def one(slug: str, exchange_id: str) -> Response:
    return _one(token_of_request(REQUESTS_READ), exchange_id)


@blueprint.post("/<exchange_id>/accept")
def accept(slug: str, exchange_id: str) -> Response:
    """Say yes, for a ``quantity`` that may be smaller than was asked for, with ``words`` to them."""
    return _done(exchange_id, lambda caller, body: _act(exchange_id, rules.ACCEPT, caller, body))


@blueprint.post("/<exchange_id>/decline")
def decline(slug: str, exchange_id: str) -> Response:
    """Say no, with ``words`` that say why."""
    return _done(exchange_id, lambda caller, body: _act(exchange_id, rules.DECLINE, caller, body, needs_words=True))


@blueprint.post("/<exchange_id>/handed-over")
def handed_over(slug: str, exchange_id: str) -> Response:
    """Say that it was handed over; with the ``code`` of the other side, for both."""

    def say(caller: Caller, body: Mapping[str, Any]) -> None:
        if "code" in body:
            acting.meet(current_node(), exchange_id, Party(OWNER), _text(body, "code")[:LONGEST_CODE])
        else:
            _act(exchange_id, rules.HAND_OVER, caller, body)

    return _done(exchange_id, say)


@blueprint.post("/<exchange_id>/reschedule")
def reschedule(slug: str, exchange_id: str) -> Response:
    """Name another time, from ``starts`` until ``ends``, with ``words`` to them; once it is lent, its end alone."""

    def name(caller: Caller, body: Mapping[str, Any]) -> None:
        starts, ends = _moment(body, "starts"), _moment(body, "ends")
        named = Act(rules.RESCHEDULE, OWNER, starts_at=starts, ends_at=ends)
        acting.act(current_node(), exchange_id, named, _text(body, "words"), caller.name)

    return _done(exchange_id, name)


@blueprint.post("/<exchange_id>/messages")
def write(slug: str, exchange_id: str) -> Response:
    """Write ``words`` to who asked."""
    return _done(exchange_id, lambda _, body: acting.write(current_node(), exchange_id, OWNER, _text(body, "words")))


def _act(exchange_id: str, name: str, caller: Caller, body: Mapping[str, Any], needs_words: bool = False) -> None:
    quantity, words = body.get("quantity"), _text(body, "words")
    if quantity is not None and type(quantity) is not int:
        abort(400, "quantity is a whole number.")
    if needs_words and not words.strip():
        abort(400, "Say why, in words: they read it.")
    acting.act(current_node(), exchange_id, Act(name, OWNER, quantity), words, caller.name)


def _done(exchange_id: str, work: Callable[[Caller, Mapping[str, Any]], None]) -> Response:
    """The request after what was done with it, or why it could not be."""
    caller, body = token_of_request(REQUESTS_WRITE), request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400, "Send a JSON object.")
    if reading.by_organisation(current_node(), caller.organisation_id, exchange_id) is None:
        abort(404)
    try:
        work(caller, body)
    except ExchangeError as error:
        return _problem(409, "not-possible", str(error), {"code": error.refusal.code})
    except BookingError as error:
        return _problem(409, "not-free", booking_words.refused(error.refusal), {"code": error.refusal.code})
    except TooManyTriesError as error:
        return _problem(429, "too-many-tries", str(error), {})
    except FormError as error:
        found = [{"pointer": one.pointer, "code": one.code, "message": one.message} for one in error.problems]
        return _problem(422, "invalid", "What was sent cannot be kept.", {"problems": found})
    return _one(caller, exchange_id)


def _one(caller: Caller, exchange_id: str) -> Response:
    seen = reading.by_organisation(current_node(), caller.organisation_id, exchange_id)
    if seen is None:
        abort(404)
    row = Row(seen.stored, seen.person.name if seen.person else "", seen.had_before)
    letters = [{"at": _utc(one.at), "by": one.side, "words": one.words} for one in seen.letters]
    events = [{"at": _utc(one.at), "by": one.side, "what": one.act, "state": one.state} for one in seen.events]
    whom = seen.person.for_whom if seen.person else ""
    return _json({**_members(row), "for_whom": whom, "messages": letters, "events": events})


def _members(row: Row) -> dict[str, Any]:
    stored, exchange = row.stored, row.stored.exchange
    return {
        "id": stored.id,
        "listing": stored.listing_id,
        "title": stored.title,
        "name": row.name,
        "had_before": row.had_before,
        "state": exchange.state,
        "asked": exchange.asked,
        "granted": exchange.granted,
        "need": stored.need,
        "starts": _utc(exchange.starts_at),
        "ends": _utc(exchange.ends_at),
        "since": _utc(exchange.since),
    }


def _text(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name, "")
    if not isinstance(text, str):
        abort(400, f"{name} is text.")
    return text


def _moment(body: Mapping[str, Any], name: str) -> int | None:
    if body.get(name) is None:
        return None
    found = seconds_of(body[name])
    if found is None:
        abort(400, f"{name} is a moment such as {EXAMPLE}.")
    return found


def _utc(moment: int | None) -> str | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(body: Mapping[str, Any]) -> Response:
    return Response(orjson.dumps(body), content_type="application/json")


def _problem(status: int, kind: str, detail: str, members: Mapping[str, Any]) -> Response:
    body = {"type": PROBLEMS_URL + kind, "title": detail, "status": status, "detail": detail, **members}
    return Response(orjson.dumps(body), status, content_type=PROBLEM_TYPE)
