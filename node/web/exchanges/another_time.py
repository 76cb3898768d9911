"""Another time for what is agreed, or another end of a loan: what its owner types, and what stands there first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from node.context import Node
from node.services.bookings.keeping import Kept, UnknownCalendarError, calendar_of
from node.services.bookings.opening import Span, are_midnights
from node.services.bookings.rules import DAYS
from node.storage.exchanges import Stored
from node.web.desk.booking_words import local
from node.web.exchanges.asking_times import TIMES, plain_span, span_of_open_days
from node.web.wording.typed_times import typed_day
from schemas import exchange as rules
from schemas.exchange import OWNER, RESCHEDULE, Act


def by_day(node: Node, stored: Stored) -> bool:
    """Whether it is had by the day: as its calendar says, and without one what is lent."""
    kept = _calendar(node, stored)
    if kept is not None:
        return kept.rules.mode == DAYS
    starts, ends = stored.exchange.starts_at, stored.exchange.ends_at
    is_named = starts is not None and ends is not None
    return stored.exchange.is_loan and (not is_named or are_midnights(local(starts or 0), local(ends or 0)))


def only_end(stored: Stored) -> bool:
    """Whether it has begun, so that only its end can be another one."""
    return stored.exchange.state != rules.ACCEPTED


def known(node: Node, stored: Stored) -> dict[str, str]:
    """The fields of the form, with the time that is agreed now."""
    exchange = stored.exchange
    if exchange.starts_at is None or exchange.ends_at is None:
        return dict.fromkeys(TIMES, "")
    first, end = local(exchange.starts_at), local(exchange.ends_at)
    # An end at midnight is that of the day before.
    last = (end - timedelta(seconds=1)).date()
    ends = "00:00" if last != end.date() else end.strftime("%H:%M")
    by_clock = not by_day(node, stored) and ends == "00:00"
    return {
        "first": first.date().isoformat(),
        "starts": first.strftime("%H:%M"),
        "last": (end.date() if by_clock else last).isoformat(),
        "ends": ends,
    }


def named(node: Node, stored: Stored, typed: Mapping[str, str], errors: dict[str, str]) -> Act | None:
    """What the form says; what cannot be read stands in ``errors``."""
    if only_end(stored):
        then = local(stored.exchange.starts_at or stored.exchange.since)
        begun = {"first": then.date().isoformat(), "starts": then.strftime("%H:%M")}
        if not typed["last"].strip():
            typed_day(typed, "last", errors)
        typed = {**typed, **begun}
    span = _span(node, stored, typed, errors)
    return Act(RESCHEDULE, OWNER, starts_at=span.starts, ends_at=span.ends) if span is not None else None


def _span(node: Node, stored: Stored, typed: Mapping[str, str], errors: dict[str, str]) -> Span | None:
    kept, days = _calendar(node, stored), by_day(node, stored)
    if kept is None or not days:
        return plain_span(node, days, typed, errors)
    return span_of_open_days(kept, typed, errors)


def _calendar(node: Node, stored: Stored) -> Kept | None:
    if stored.booking_id is None:
        return None
    try:
        return calendar_of(node, stored.key, stored.organisation_id)
    except UnknownCalendarError:
        return None
