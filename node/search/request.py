"""What a search asks for, in one place for pages, feeds and the API: read from query parameters and written back.

A parameter that cannot be used is left out and explained, never an exception: a page shows the rest, the API refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypeVar

from schemas.errors import Problem, pointer
from schemas.records import dataclass
from schemas.vocabulary import ACTIONS, CONDITIONS, DIRECTIONS, KINDS, ORGANISATION_TYPES, STATUSES, is_path

LONGEST_QUERY = 300
MOST_VALUES = 50
WINDOW = 10_000
"""Results are numbered up to here; beyond it a search has to be narrowed."""

PAGE_SIZE = 24
LARGEST_PAGE = 100
NEAREST_KM, FARTHEST_KM = 0.05, 1000.0
LONGEST_PLACE = 120
LARGEST_SOURCE = 10**15 - 1
SORTS = ("relevance", "newest", "nearest")
YES = "yes"

_CHOICES: Mapping[str, tuple[str, ...]] = {
    "direction": DIRECTIONS,
    "kind": KINDS,
    "action": ACTIONS,
    "organisation_type": ORGANISATION_TYPES,
    "condition": CONDITIONS,
    "status": STATUSES,
    "event": (YES,),
}
_KEY = re.compile(r"[A-Za-z0-9_.~-]{1,120}\Z")
_WHOLE = re.compile(r"[0-9]{1,15}\Z")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{0,30})?(?:[eE][+-]?[0-9]{1,3})?\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9:.+Zz-]{1,30})?\Z")
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_T = TypeVar("_T")


class Arguments(Protocol):
    """Query parameters that may stand more than once: werkzeug's ``MultiDict`` is one."""

    def getlist(self, key: str, /) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Several values in one tuple mean any of them; different fields must all hold.

    ``near`` is a place as typed, ``lat`` and ``lon`` a point in degrees, ``within`` a radius in kilometres.
    ``available_from`` and ``available_until`` are the days between which it is wanted: a listing is found when it can
    be had on one of them. ``event`` with `YES` is only what takes place on dates of its own. ``sort`` empty means the
    usual one (`SearchRequest.order`). ``cursor`` replaces ``page``.
    """

    q: str = ""
    direction: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    organisation_type: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    event: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    source: tuple[int, ...] = ()
    near: str = ""
    lat: float | None = None
    lon: float | None = None
    within: float | None = None
    available_from: date | None = None
    available_until: date | None = None
    sort: str = ""
    page: int = 1
    limit: int = PAGE_SIZE
    cursor: str = ""

    @property
    def point(self) -> tuple[float, float] | None:
        """(lat, lon) from which distances are measured."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)

    @property
    def order(self) -> str:
        """The sort in force: what was asked for if it can be done, else by words, by distance, by age."""
        if self.sort == "nearest" and self.point is None:
            return "relevance" if self.q else "newest"
        if self.sort == "relevance" and not self.q:
            return "nearest" if self.point else "newest"
        return self.sort or self.usual_order

    @property
    def usual_order(self) -> str:
        """The sort where none is asked for."""
        return "relevance" if self.q else "nearest" if self.point else "newest"

    @property
    def offset(self) -> int:
        """How many results come before the first of this page."""
        return (self.page - 1) * self.limit

    def changed(self, **values: Any) -> SearchRequest:
        """The same search with some fields changed, from its first page unless a page is given."""
        return replace(self, **{"page": 1, "cursor": "", **values})

    def without(self, name: str, value: str | int) -> SearchRequest:
        """The same search without one value of a filter, from its first page."""
        return self.changed(**{name: tuple(kept for kept in getattr(self, name) if kept != value)})

    def to_args(self) -> list[tuple[str, str]]:
        """The parameters in one fixed order, without what is usual: the same search has one address."""
        pairs: list[tuple[str, str]] = [("q", self.q)] if self.q else []
        for name in (*_CHOICES, "category", "organisation", "source"):
            pairs += [(name, str(value)) for value in sorted(getattr(self, name))]
        numbers = (("lat", self.lat), ("lon", self.lon), ("within", self.within))
        pairs += [("near", self.near)] if self.near else []
        pairs += [(name, f"{number:.10g}") for name, number in numbers if number is not None]
        days = (("from", self.available_from), ("to", self.available_until))
        pairs += [(name, day.isoformat()) for name, day in days if day is not None]
        return pairs + self._paging()

    def _paging(self) -> list[tuple[str, str]]:
        # A place by its name has a point as soon as it is looked up, and that is what is usual then.
        usual = "relevance" if self.q else "nearest" if self.point or self.near else "newest"
        values = (
            ("sort", self.sort if self.sort != usual else "", ""),
            ("page", self.page, 1),
            ("limit", self.limit, PAGE_SIZE),
            ("cursor", self.cursor, ""),
        )
        return [(name, str(value)) for name, value, usual in values if value != usual]


def from_args(args: Arguments) -> tuple[SearchRequest, list[Problem]]:
    """The search that the parameters ask for, and what was wrong with those that had to be left out."""
    reader = _Reader(args)
    values: dict[str, Any] = {name: reader.choices(name, choices) for name, choices in _CHOICES.items()}
    values |= reader.place() | reader.days() | reader.paging()
    request = SearchRequest(
        q=reader.text("q", LONGEST_QUERY),
        category=reader.many("category", _category),
        organisation=reader.many("organisation", _key),
        source=reader.many("source", _whole),
        near=reader.text("near", LONGEST_PLACE),
        sort=reader.one("sort", lambda value: _choice(value, SORTS)) or "",
        **values,
    )
    return request, reader.problems


class _Reader:
    def __init__(self, args: Arguments) -> None:
        self.args = args
        self.problems: list[Problem] = []

    def refuse(self, name: str, code: str, message: str) -> None:
        self.problems.append(Problem(pointer([name]), code, message))

    def first(self, name: str) -> str:
        values = [_INVISIBLE.sub(" ", value).strip() for value in self.args.getlist(name)]
        return next((value for value in values if value), "")

    def text(self, name: str, longest: int) -> str:
        text = " ".join(self.first(name).split())
        if len(text) > longest:
            self.refuse(name, "too-long", f"Only the first {longest} characters of {name} were used.")
        return text[:longest].rstrip()

    def one(self, name: str, convert: Callable[[str], _T]) -> _T | None:
        text = self.first(name)
        if not text:
            return None
        try:
            return convert(text)
        except ValueError as error:
            self.refuse(name, "invalid", f"{name} was left out: {error}.")
            return None

    def many(self, name: str, convert: Callable[[str], _T]) -> tuple[_T, ...]:
        found: dict[_T, None] = {}
        for value in self.args.getlist(name)[:MOST_VALUES]:
            try:
                if value.strip():
                    found[convert(value.strip())] = None
            except ValueError as error:
                self.refuse(name, "not-a-choice", f"One value of {name} was left out: {error}.")
        if len(self.args.getlist(name)) > MOST_VALUES:
            self.refuse(name, "too-many", f"Only the first {MOST_VALUES} values of {name} were used.")
        return tuple(sorted(found, key=str))

    def choices(self, name: str, allowed: Iterable[str]) -> tuple[str, ...]:
        return self.many(name, lambda value: _choice(value, tuple(allowed)))

    def place(self) -> dict[str, float | None]:
        lat = self.one("lat", lambda text: _number(text, -90, 90))
        lon = self.one("lon", lambda text: _number(text, -180, 180))
        within = self.one("within", lambda text: _number(text, NEAREST_KM, FARTHEST_KM))
        if (lat is None) != (lon is None):
            missing = "lat" if lat is None else "lon"
            self.refuse(missing, "missing", "A point needs both lat and lon, so distances were left out.")
            lat = lon = None
        return {"lat": lat, "lon": lon, "within": within}

    def days(self) -> dict[str, date | None]:
        first, last = self.one("from", _day), self.one("to", _day)
        if first and last and last < first:
            self.refuse("to", "bad-date", "to was left out: it lies before from.")
            last = None
        return {"available_from": first, "available_until": last}

    def paging(self) -> dict[str, Any]:
        limit = self.one("limit", lambda text: _counted(text, LARGEST_PAGE)) or PAGE_SIZE
        page = self.one("page", lambda text: _counted(text, WINDOW)) or 1
        if page * limit > WINDOW:
            self.refuse("page", "too-far", f"Results are numbered up to {WINDOW}; narrow the search to see the others.")
            page = WINDOW // limit
        return {"page": page, "limit": limit, "cursor": self.one("cursor", _cursor) or ""}


def _choice(value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"it must be one of {', '.join(allowed)}")
    return value


def _category(value: str) -> str:
    if not is_path(value):
        raise ValueError("it must be a category path such as furniture/desk")
    return value


def _key(value: str) -> str:
    if not _KEY.match(value):
        raise ValueError("it is not a key of this site")
    return value


def _cursor(value: str) -> str:
    if not _CURSOR.match(value):
        raise ValueError("it is not a cursor of this site")
    return value


def _whole(value: str) -> int:
    if not _WHOLE.match(value):
        raise ValueError("it must be a whole number")
    return int(value)


def _counted(text: str, most: int) -> int:
    if not _WHOLE.match(text) or not 1 <= int(text) <= most:
        raise ValueError(f"it must be a whole number from 1 to {most}")
    return int(text)


def _number(text: str, low: float, high: float) -> float:
    # float() alone would take other digits, underscores and words as well.
    if not _DECIMAL.match(text) or not low <= float(text) <= high:
        raise ValueError(f"it must be a number from {low:g} to {high:g}")
    return float(text)


def _day(text: str) -> date:
    try:
        if _DAY.match(text):
            return date.fromisoformat(text[:10])
    except ValueError:
        pass
    raise ValueError("it must be a date such as 2026-12-05")
