"""Which listings can be booked, and by which rules: their calendars, and the days on which an organisation is closed.

Whoever asks names the organisation that they act for; what is another one's is not there for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from node.context import Node
from node.services.bookings.free import Calendar
from node.services.bookings.rules import Closure, Rules, load_rules
from node.storage import calendars, closures
from node.storage.calendars import StoredCalendar
from node.storage.closures import StoredClosure
from node.storage.engine import Tx
from schemas.canonical import EXTENSION
from schemas.errors import Problem, SharefeedError
from schemas.records import dataclass

BOOKABLE = ("lend", "host", "help")


class CalendarError(SharefeedError):
    """Rules or closed days that cannot be kept: ``problems`` says why, never empty. Nothing was kept."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


class UnknownCalendarError(SharefeedError):
    """This organisation has no calendar for a listing with this ``key``."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"There is no calendar for a listing called {key} here.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A calendar that is kept: its row, with its listing's key, and what is decided by."""

    row: StoredCalendar
    calendar: Calendar

    @property
    def rules(self) -> Rules:
        return self.calendar.rules

    @property
    def title(self) -> str:
        return str(orjson.loads(self.row.document)["title"])


def zone_of(node: Node) -> ZoneInfo:
    """The clock of the organisation's town."""
    return ZoneInfo(node.settings.timezone)


def kept_of(node: Node, tx: Tx, row: StoredCalendar) -> Kept:
    """The calendar of a row, with the closed days that count for it."""
    return _kept(node, row, closures.of(tx, row.organisation_id, row.id))


def _kept(node: Node, row: StoredCalendar, days: Sequence[StoredClosure]) -> Kept:
    closed = tuple(closure_of(one) for one in days)
    return Kept(row, Calendar(load_rules(orjson.loads(row.rules)), closed, zone_of(node)))


def closure_of(row: StoredClosure) -> Closure:
    return Closure(date.fromisoformat(row.first_day), date.fromisoformat(row.last_day), row.reason, row.yearly)


def known(node: Node, tx: Tx, key: str, organisation_id: str) -> Kept:
    """The calendar of a listing of this organisation. Raises `UnknownCalendarError`."""
    row = calendars.by_key(tx, key)
    if row is None or row.organisation_id != organisation_id:
        raise UnknownCalendarError(key)
    return kept_of(node, tx, row)


def calendar_of(node: Node, key: str, organisation_id: str) -> Kept:
    """The same by itself."""
    with node.database.read() as tx:
        return known(node, tx, key, organisation_id)


def calendar_if_any(node: Node, key: str) -> Kept | None:
    """The calendar of a listing of this node; None where it has none."""
    with node.database.read() as tx:
        row = calendars.by_key(tx, key)
        return kept_of(node, tx, row) if row else None


def calendars_of(node: Node, organisation_id: str) -> list[Kept]:
    """Everything of an organisation that has a calendar."""
    with node.database.read() as tx:
        return every_kept(node, tx, organisation_id)


def every_kept(node: Node, tx: Tx, organisation_id: str) -> list[Kept]:
    """The same within a transaction; closed days are read once for all of them."""
    rows = calendars.of_organisation(tx, organisation_id)
    days = closures.every(tx, organisation_id)
    return [_kept(node, row, [one for one in days if one.calendar_id in (None, row.id)]) for row in rows]


def may_have_calendar(item: Mapping[str, Any]) -> bool:
    """Whether a listing is something for a while: an offer to lend, to host or to help."""
    extension = item[EXTENSION]
    return extension["direction"] == "offer" and extension["action"] in BOOKABLE


def closures_of(node: Node, organisation_id: str, key: str | None = None) -> list[StoredClosure]:
    """The closed days of an organisation, and those of one of its calendars where its listing is named."""
    with node.database.read() as tx:
        calendar_id = known(node, tx, key, organisation_id).row.id if key else None
        return closures.of(tx, organisation_id, calendar_id)
