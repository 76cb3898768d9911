"""Where an organisation is and when it is open, from the fields of its profile and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from babel.dates import get_day_names

from node.services.bookings.rules import Opening, Rules, problems_of
from node.services.desk.place import DOOR, PRECISIONS, precision_of, told
from node.services.importing.row_values import parse_cells
from node.services.organisations.opening_times import openings_of, weekly_of
from node.web.desk.calendar_form import clock, field_of, like_nothing
from node.web.view_models.calendar import OpeningDay
from node.web.wording import words
from node.web.wording.phrases import say
from node.web.wording.said import plain
from node.web.wording.typed_times import time_if_any
from schemas.opening import OpeningHours
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.records import dataclass

_CELLS = {"place_name": "place", **{name: name for name in ("locality", "postcode", "lat", "lon")}}
PLACE_FIELDS = (*_CELLS, "precision")
_OF_DAY = (("open", "close"), ("again", "until"))
HOURS_FIELDS = (
    *(f"{name}_{day}" for day in range(7) for pair in _OF_DAY for name in pair),
    "like_monday",
    "hours_note",
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What was typed: ``place`` and ``hours``, or ``errors`` by field."""

    place: Place | None
    hours: OpeningHours | None
    errors: Mapping[str, str]


def typed_of(own: Organisation) -> dict[str, str]:
    """What stands in the fields for this organisation."""
    place, hours = own.place or Place(), own.opening_hours
    typed = dict.fromkeys((*PLACE_FIELDS, *HOURS_FIELDS), "")
    typed |= {"place_name": place.name or "", "locality": place.locality or "", "postcode": place.postcode or ""}
    typed |= {name: f"{value:g}" for name in ("lat", "lon") if (value := getattr(place, name)) is not None}
    typed["precision"] = precision_of(place) if own.place else DOOR
    typed["hours_note"] = (hours.note if hours else None) or ""
    for day in range(7):
        times = sorted((one for one in openings_of(hours) if one.weekday == day), key=lambda one: one.opens)
        for (opens, closes), one in zip(_OF_DAY, times, strict=False):
            typed |= {f"{opens}_{day}": clock(one.opens), f"{closes}_{day}": clock(one.closes)}
    return typed


def read(typed: Mapping[str, str], own: Organisation, today: date, country: str, timezone: str) -> Whereabouts:
    """What the fields say. The point of a place that was told less exactly is not made less exact twice."""
    errors: dict[str, str] = {}
    place = _place(typed, today, country, errors)
    if own.place is not None and typed_of(own).items() >= {name: typed[name].strip() for name in PLACE_FIELDS}.items():
        place = own.place
    openings = _openings(typed, errors)
    like_nothing(typed, errors)
    for problem in problems_of(Rules(openings=openings)):
        errors.setdefault(field_of(problem), plain(problem.message))
    note = " ".join(typed["hours_note"].split())
    closed = own.opening_hours.closed if own.opening_hours else ()
    hours = OpeningHours(timezone, weekly_of(openings) if not errors else (), closed, note or None)
    return Whereabouts(place, hours if openings or note else None, errors)


def opening_days(typed: Mapping[str, str], errors: Mapping[str, str]) -> tuple[OpeningDay, ...]:
    """The weekdays; those with a break are open to be read."""
    names = get_day_names("wide", "stand-alone", words.locale())
    later = ("again", "until")
    return tuple(
        OpeningDay(day, names[day], (), any(typed[f"{name}_{day}"] or f"{name}_{day}" in errors for name in later))
        for day in range(7)
    )


def _place(typed: Mapping[str, str], today: date, country: str, errors: dict[str, str]) -> Place | None:
    values, faults = parse_cells({column: typed[name] for name, column in _CELLS.items() if typed[name].strip()}, today)
    names = {column: name for name, column in _CELLS.items()}
    errors |= {names[fault.column]: plain(fault.message) for fault in faults}
    if not values:
        return None
    for name, other in (("lat", "lon"), ("lon", "lat")):
        if name in values and other not in values:
            errors.setdefault(other, say("A point needs both numbers."))
            return None
    members = {"name": values.get("place"), **{name: values.get(name) for name in ("locality", "postcode")}}
    made = Place(**members, country=country or None, lat=values.get("lat"), lon=values.get("lon"))
    return told(made, typed["precision"] if typed["precision"] in PRECISIONS else DOOR)


def _openings(typed: Mapping[str, str], errors: dict[str, str]) -> tuple[Opening, ...]:
    found = []
    for day in range(7):
        for names in _OF_DAY:
            begins, ends = (f"{name}_{day}" for name in names)
            opens, closes = (time_if_any(typed, name, errors) for name in (begins, ends))
            if opens is not None and closes is not None:
                # Midnight is the end of a day where something closes.
                found.append(Opening(day, opens, closes or 1440))
            elif (opens is None) != (closes is None):
                errors.setdefault(begins if opens is None else ends, say("Say from when and until when."))
    return tuple(found)
