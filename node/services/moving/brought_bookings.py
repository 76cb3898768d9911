"""The calendars and bookings of an export: kept with the listings that came, as long as they can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol

import orjson

from node.context import Node
from node.services.bookings.keeping import kept_of
from node.services.bookings.opening import Span
from node.services.bookings.rules import load_rules
from node.services.moving.brought_files import Export
from node.storage import booking_spans, bookings, busy, calendars, closures
from node.storage.bookings import OPEN, STATES
from node.storage.engine import Tx
from node.storage.listings import OwnListing

_TEXTS = {"name": 120, "contact": 200, "borrower": 64, "note": 1000, "reason": 1000, "entered_by": 300}
_MOMENTS = ("starts_at", "ends_at", "entered_at", "changed_at")
_LATEST, MOST_UNITS = 2**40, 10_000


class Remarks(Protocol):
    def remark(self, words: str) -> None: ...


def bring_calendars(
    tx: Tx, export: Export, organisation_id: str, rows: Mapping[str, OwnListing], remarks: Remarks
) -> None:
    """Keep the calendars of these listings (by key), the closed days, and the calendars elsewhere that count."""
    for told in export.items("calendars.json"):
        row = rows.get(str(told.get("listing")))
        try:
            load_rules(told["rules"])
        except (KeyError, TypeError, ValueError):
            row = None
        if row is None:
            remarks.remark("A calendar was left out: its listing did not come, or its rules cannot be read.")
            continue
        rules = orjson.dumps(told["rules"]).decode()
        number = calendars.put(
            tx, row.id, organisation_id, told.get("open") is True, rules, _moment(told, "changed_at")
        )
        _closed(tx, told.get("closed"), organisation_id, number)
        for one in _objects(told.get("elsewhere")):
            unit, url = one.get("unit"), one.get("url")
            is_unit = unit is None or (isinstance(unit, int) and 1 <= unit <= MOST_UNITS)
            if is_unit and isinstance(url, str) and url.startswith("https://") and len(url) <= 2048:
                busy.add(tx, number, unit, url, 0)
    _closed(tx, export.head("calendars.json").get("closed"), organisation_id, None)


def _closed(tx: Tx, days: Any, organisation_id: str, calendar_id: int | None) -> None:
    for day in _objects(days):
        first, last = str(day.get("first_day")), str(day.get("last_day"))
        if _is_day(first) and _is_day(last) and first <= last:
            told = {"yearly": day.get("yearly") is True, "reason": str(day.get("reason", ""))[:300]}
            days_of = {"first_day": first, "last_day": last, "calendar_id": calendar_id}
            closures.add(tx, organisation_id=organisation_id, **days_of, **told)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def bring_bookings(node: Node, tx: Tx, export: Export, rows: Mapping[str, OwnListing], remarks: Remarks) -> int:
    """Keep the bookings, and what they take of their units; how many."""
    kept: dict[str, Any] = {}
    number = 0
    for told in export.lines("bookings.ndjson"):
        key = str(told.get("listing"))
        if key in rows and key not in kept:
            row = calendars.by_key(tx, key)
            kept[key] = kept_of(node, tx, row) if row else None
        calendar = kept.get(key)
        if calendar is None or not _is_booking(told):
            remarks.remark("A booking was left out: its calendar did not come, or it cannot be read.")
            continue
        number += _book(tx, calendar, told, remarks)
    return number


def _is_booking(told: Mapping[str, Any]) -> bool:
    unit = told.get("unit")
    good = isinstance(unit, int) and 1 <= unit <= MOST_UNITS and told.get("state") in STATES
    return good and 0 < _moment(told, "starts_at") < _moment(told, "ends_at")


def _book(tx: Tx, kept: Any, told: Mapping[str, Any], remarks: Remarks) -> int:
    texts = {name: str(told.get(name, ""))[:most] for name, most in _TEXTS.items()}
    moments = {name: _moment(told, name) for name in _MOMENTS}
    held = _moment(told, "held_until") or None
    values = {"unit": told["unit"], "state": told["state"], "held_until": held}
    blocked = kept.calendar.blocked(Span(moments["starts_at"], moments["ends_at"]))
    taken = booking_spans.taken(tx, [kept.row.id], blocked.starts, blocked.ends)
    if told["state"] in OPEN and any(unit == told["unit"] for _, unit, _, _ in taken):
        remarks.remark("A booking was left out: another one has the same piece at the same time.")
        return 0
    number = bookings.add(tx, calendar_id=kept.row.id, **values, **texts, **moments)
    if told["state"] in OPEN:
        booking_spans.place(tx, kept.row.id, told["unit"], blocked.starts, blocked.ends, number)
    return 1


def _moment(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) and 0 <= value < _LATEST else 0


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
