"""Bookings for other programs, each with a token of the organisation that it books for.

No cookie is looked at. What cannot be booked is a problem document (RFC 9457) whose ``code`` says why not, one of
`node.services.bookings.refusals.REASONS`. Programs cannot insist as the desk can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
from flask import Blueprint, Response, abort, request

from node.services.bookings import handing, looking, making
from node.services.bookings.free import Slot
from node.services.bookings.keeping import CalendarError, Kept, UnknownCalendarError, calendar_of, zone_of
from node.services.bookings.making import BookingStateError, UnknownBookingError, Wanted
from node.services.bookings.opening import Span, day_at
from node.services.bookings.refusals import BookingError
from node.services.exchanges import calendar_word
from node.services.identity.api_tokens import BOOKINGS_READ, BOOKINGS_WRITE
from node.storage.bookings import Booking
from node.web import current_node
from node.web.api.moments import EXAMPLE, seconds_of
from node.web.desk import booking_words
from node.web.desk.gate import token_of_request
from node.web.errors import PROBLEMS_URL
from node.web.inside import keep_private
from schemas.errors import Problem
from schemas.problem import MEDIA_TYPE as PROBLEM_TYPE

without_csrf = True
blueprint = Blueprint("bookings_api", __name__, url_prefix="/desk/<slug>/api/listings/<key>")
blueprint.after_request(keep_private)

MOST_DAYS = 62
_TEXTS = ("name", "contact", "note")


@blueprint.get("/bookings")
def every(slug: str, key: str) -> Response:
    """What is booked from the day ``from`` to the day ``to``, called off or not to be seen any more left out."""
    caller = token_of_request(BOOKINGS_READ)
    first, last = _days()
    [seen] = _seen(key, caller.organisation_id, first, last)
    return _json({"bookings": [_members(seen.kept, booking) for booking in seen.bookings]})


@blueprint.get("/free")
def free(slug: str, key: str) -> Response:
    """What can be booked from the day ``from`` to the day ``to``, with how many pieces are left."""
    caller = token_of_request(BOOKINGS_READ)
    first, last = _days()
    [seen] = _seen(key, caller.organisation_id, first, last)
    return _json({"free": _free(looking.free_times(current_node(), seen, first, last), seen.kept)})


def _free(slots: Sequence[Slot], kept: Kept) -> list[dict[str, Any]]:
    return [{**_when(slot.span), "left": slot.free} for slot in slots] if kept.row.open else []


def _day(kept: Kept, wanted: Wanted) -> date:
    return day_at(wanted.span.starts, kept.calendar.zone)


@blueprint.post("/bookings")
def book(slug: str, key: str) -> Response:
    caller = token_of_request(BOOKINGS_WRITE)
    whose, by = caller.organisation_id, caller.name
    return _entered(
        key, whose, lambda _: _wanted(_body()), lambda one: making.book(current_node(), key, whose, one, by), 201
    )


@blueprint.post("/bookings/<int:booking_id>")
def change(slug: str, key: str, booking_id: int) -> Response:
    """Change what is named of a booking; the rest stays as it is. Who asked for it by a request is told of its time."""
    caller = token_of_request(BOOKINGS_WRITE)
    whose, by = caller.organisation_id, caller.name

    def wanted(kept: Kept) -> Wanted:
        with current_node().database.read() as tx:
            before = making.one(tx, kept, booking_id)
        span = Span(before.starts_at, before.ends_at)
        as_it_is = {**_when(span), **{name: getattr(before, name) for name in _TEXTS}}
        return _wanted({**as_it_is, **_body()})

    return _entered(
        key, whose, wanted, lambda one: calendar_word.change(current_node(), key, whose, booking_id, one, by), 200
    )


def _entered(
    key: str, whose: str, read: Callable[[Kept], Wanted], enter: Callable[[Wanted], Booking], status: int
) -> Response:
    """The booking as it is entered, or why it cannot be, with what is free instead."""

    def work(kept: Kept) -> Response:
        wanted = read(kept)
        try:
            return _json(_members(kept, enter(wanted)), status)
        except BookingError as error:
            slots = looking.free_instead(current_node(), whose, key, _day(kept, wanted))
            said = {"code": error.refusal.code, "free": _free(slots, kept) if error.refusal.elsewhen else []}
            return _problem(409, "not-free", booking_words.refused(error.refusal), said)

    return _done(key, whose, work)


def _done(key: str, whose: str, work: Callable[[Kept], Response]) -> Response:
    """What comes of something that is done in the calendar of a listing, or why it cannot be."""
    try:
        return work(calendar_of(current_node(), key, whose))
    except (UnknownCalendarError, UnknownBookingError):
        abort(404)
    except CalendarError as error:
        return _invalid(error.problems)
    except BookingStateError as error:
        return _problem(409, "not-possible", str(error), {})


@blueprint.post("/bookings/<int:booking_id>/mark")
def mark(slug: str, key: str, booking_id: int) -> Response:
    """Say that it is ``out``, ``returned``, that it was a ``no_show``, or ``confirmed`` after all."""
    caller = token_of_request(BOOKINGS_WRITE)
    whose, by = caller.organisation_id, caller.name

    def work(kept: Kept) -> Response:
        state = _text(_body(), "state")
        if state not in handing.STEPS:
            raise CalendarError(Problem("/state", "not-a-choice", f"This is one of {', '.join(handing.STEPS)}."))
        return _json(_members(kept, calendar_word.mark(current_node(), key, whose, booking_id, state, by)))

    return _done(key, whose, work)


@blueprint.post("/bookings/<int:booking_id>/cancel")
def cancel(slug: str, key: str, booking_id: int) -> Response:
    """Call a booking off, with a ``reason``."""
    caller = token_of_request(BOOKINGS_WRITE)
    whose, by = caller.organisation_id, caller.name

    def work(kept: Kept) -> Response:
        reason = _text(_body(), "reason").strip()
        if not reason:
            raise CalendarError(Problem("/reason", "missing", "Say why, for whoever looks at it later."))
        return _json(_members(kept, calendar_word.cancel(current_node(), key, whose, booking_id, reason, by)))

    return _done(key, whose, work)


def _seen(key: str, organisation_id: str, first: date, last: date) -> list[looking.Seen]:
    try:
        return looking.look(current_node(), organisation_id, first, last, key)
    except UnknownCalendarError:
        abort(404)


def _days() -> tuple[date, date]:
    """The days that are asked for: a week from today unless they are named, and no more than 62."""
    node = current_node()
    try:
        first = date.fromisoformat(request.args.get("from") or day_at(node.now, zone_of(node)).isoformat())
        last = date.fromisoformat(request.args["to"]) if "to" in request.args else first + timedelta(days=6)
    except (ValueError, OverflowError):
        abort(400, "from and to are days such as 2026-12-05.")
    if not (2000 <= first.year <= 2999 and 0 <= (last - first).days < MOST_DAYS):
        abort(400, f"to lies on the day from or up to {MOST_DAYS - 1} days after it.")
    return first, last


def _body() -> Mapping[str, Any]:
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        abort(400, "Send a JSON object.")
    return found


def _wanted(body: Mapping[str, Any]) -> Wanted:
    """Raises `CalendarError`."""
    unit = body.get("unit")
    if unit is not None and (type(unit) is not int or not 1 <= unit <= 10_000):
        raise CalendarError(Problem("/unit", "not-a-number", "This must be the number of a piece."))
    span = Span(_moment(body, "starts"), _moment(body, "ends"))
    return Wanted(span, _text(body, "name"), _text(body, "contact"), _text(body, "note"), unit)


def _text(body: Mapping[str, Any], name: str) -> str:
    text = body.get(name, "")
    if not isinstance(text, str) or "\0" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise CalendarError(Problem(f"/{name}", "not-a-text", "This must be text."))
    return text


def _moment(body: Mapping[str, Any], name: str) -> int:
    found = seconds_of(body.get(name))
    if found is None:
        raise CalendarError(Problem(f"/{name}", "bad-date", f"This must be a moment such as {EXAMPLE}."))
    return found


def _members(kept: Kept, booking: Booking) -> dict[str, Any]:
    return {
        "id": booking.id,
        **_when(Span(booking.starts_at, booking.ends_at)),
        "unit": booking.unit,
        "unit_name": kept.rules.unit_name(booking.unit),
        "state": booking.state,
        **{name: getattr(booking, name) for name in _TEXTS},
    }


def _when(span: Span) -> dict[str, str]:
    return {"starts": _utc(span.starts), "ends": _utc(span.ends)}


def _utc(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type="application/json")


def _invalid(problems: tuple[Problem, ...]) -> Response:
    found = [{"pointer": one.pointer, "code": one.code, "message": one.message} for one in problems]
    return _problem(422, "invalid", "What was sent cannot be kept.", {"problems": found})


def _problem(status: int, kind: str, detail: str, members: Mapping[str, Any]) -> Response:
    body = {"type": PROBLEMS_URL + kind, "title": detail, "status": status, "detail": detail, **members}
    return Response(orjson.dumps(body), status, content_type=PROBLEM_TYPE)
