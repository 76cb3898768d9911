"""When a workshop, a drop-in or an open day takes place, as the cells of a row and the fields of the desk say it. Pure.

What is read here is not yet checked: `schemas.event.EventSchema` says what is wrong with the event that it makes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from node.services.file_formats.workbook import Cell
from node.services.importing import cells
from node.services.importing.cells import CellError
from schemas.event import MOST_DATES, Event, EventSchema, occurrences

DATES = "event_dates"
COLUMNS = (
    *(DATES, "event_cancelled", "event_starts", "event_ends"),
    *("event_zone", "event_places", "event_sign_up"),
)
"""The columns of an event; without the first of them there is none."""

_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(?::\d\d)?\s*(am|pm)?\Z", re.IGNORECASE | re.ASCII)
_SPAN = re.compile(r"\s*(?:[-–—]|\bto\b|\buntil\b)\s*", re.IGNORECASE)
_EVENT = EventSchema()


def days(cell: Cell, today: date) -> tuple[date, ...]:
    """All the days that a cell names, in order, each once: one, or several with semicolons or commas between."""
    try:
        return (cells.day(cell, today),)
    except CellError:
        text = cells.words(cell)
        parts = cells.several(text, ";" if ";" in text else ",")
        if len(parts) < 2:
            raise
        # One more than can be, so that too many are noticed where the listing is judged.
        return tuple(sorted({cells.day(part, today) for part in parts[: MOST_DATES + 1]}))


def clock(cell: Cell) -> str:
    """A time of day as listings write it: 18:30 of "18.30", of "6:30 pm", of "18:30:00" and of a cell with a time."""
    if isinstance(cell, datetime | time):
        return cell.strftime("%H:%M")
    found = _CLOCK.match(cells.line(cell))
    hour = int(found[1]) if found else 24
    if found and found[3]:
        hour = hour % 12 + (12 if found[3].casefold() == "pm" else 0) if 1 <= hour <= 12 else 24
    minute = int(found[2] or 0) if found else 0
    if hour > 23 or minute > 59:
        raise CellError("This must be a time of day such as 18:30.")
    return time(hour, minute).isoformat("minutes")


def span(cell: Cell) -> tuple[str, str | None]:
    """When it begins, and when it ends where the same cell says that too: "18:30–20:00"."""
    parts = _SPAN.split(cells.line(cell)) if isinstance(cell, str) else []
    if len(parts) == 2 and all(parts):
        return clock(parts[0]), clock(parts[1])
    return clock(cell), None


def event_in(values: Mapping[str, Any], timezone: str) -> Event | None:
    """The event that the values of a row make; None where they name no day. ``timezone`` is that of an empty cell."""
    dates = values.get(DATES)
    if not dates:
        return None
    starts, ends = values.get("event_starts", (None, None))
    return Event(
        dates,
        values.get("event_zone", timezone),
        starts,
        values.get("event_ends", ends),
        values.get("event_cancelled", ()),
        values.get("event_places"),
        values.get("event_sign_up"),
    )


def document_of(event: Event) -> dict[str, Any]:
    """The member ``event`` of a listing."""
    dumped: dict[str, Any] = _EVENT.dump(event)
    return dumped


def over(event: Event) -> datetime | date:
    """When the last of its dates is over: a moment, or the day at whose end it is, where no end is said."""
    known = occurrences(event)
    last = known[-1] if known else None
    return last.ends if last and (event.ends or not event.starts) else event.last


def texts_of(stated: Any) -> dict[str, str]:
    """What the cells of an event hold, of the member ``event`` of a listing of any shape."""
    if not isinstance(stated, Mapping):
        return {}
    lists = {DATES: stated.get("dates"), "event_cancelled": stated.get("cancelled")}
    found = {name: ";".join(map(str, value)) for name, value in lists.items() if isinstance(value, list | tuple)}
    single = {name: stated.get(name.removeprefix("event_")) for name in COLUMNS if name not in lists}
    return found | {name: str(value) for name, value in single.items() if value is not None}
