"""Which part of all exchanges somebody looks at: some months, and one value of what they are told apart by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from datetime import date
from typing import Protocol

from node.services.catalogue.search import ParameterError
from node.storage.rollups import Asked, values
from schemas.errors import Problem
from schemas.records import dataclass
from schemas.tally import DIMENSIONS

USUAL_MONTHS, MOST_MONTHS, LONGEST_PLACE = 12, 120, 80
FROM, UNTIL = "from", "until"
_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])\Z")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff*]")


class Arguments(Protocol):
    """Query parameters that may stand more than once: werkzeug's ``MultiDict`` is one."""

    def getlist(self, key: str, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The months from ``first`` until ``last`` (YYYY-MM), both included; ``chosen`` has a value for each dimension of
    `schemas.tally.DIMENSIONS` that is narrowed.
    """

    first: str
    last: str
    chosen: Mapping[str, str] = field(default_factory=dict)

    @property
    def months(self) -> tuple[str, ...]:
        """Every month of it, in order."""
        return tuple(_months(self.first, self.last))

    @property
    def asked(self) -> Asked:
        return Asked(self.months, self.chosen)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """It as query parameters."""
        chosen = ((name, self.chosen[name]) for name in DIMENSIONS if name in self.chosen)
        return ((FROM, self.first), (UNTIL, self.last), *chosen)

    def with_value(self, dimension: str, value: str | None) -> Narrowing:
        """The same, narrowed to a value, or with None not narrowed there."""
        rest = {name: known for name, known in self.chosen.items() if name != dimension}
        return replace(self, chosen=rest if value is None else {**rest, dimension: value})

    def between(self, first: str, last: str) -> Narrowing:
        return replace(self, first=first, last=last)


def usual(today: date) -> Narrowing:
    """The twelve months that end with this one."""
    last = f"{today:%Y-%m}"
    return Narrowing(moved(last, 1 - USUAL_MONTHS), last)


def moved(month: str, by: int) -> str:
    """The month that is so many after one, or before it."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def from_args(args: Arguments, today: date) -> Narrowing:
    """What the parameters of an address say. Raises `ParameterError` for what cannot be meant."""
    problems: list[Problem] = []
    said = {name: _said(args, name, problems) for name in (FROM, UNTIL, *DIMENSIONS)}
    first, last = _period(said[FROM], said[UNTIL], today, problems)
    chosen = {name: said[name] for name in DIMENSIONS if said[name]}
    for name, value in chosen.items():
        if not _CHECKS[name](value):
            problems.append(Problem(f"/{name}", "bad-value", f"There is no such value for '{name}'."))
    if problems:
        raise ParameterError(problems)
    return Narrowing(first, last, chosen)


def _said(args: Arguments, name: str, problems: list[Problem]) -> str:
    found = [value.strip() for value in args.getlist(name)]
    if len(found) > 1:
        problems.append(Problem(f"/{name}", "repeated", f"'{name}' may be given once."))
    return found[0] if found else ""


def _period(first: str, last: str, today: date, problems: list[Problem]) -> tuple[str, str]:
    for name, month in ((FROM, first), (UNTIL, last)):
        if month and not _MONTH.match(month):
            problems.append(Problem(f"/{name}", "bad-month", f"'{name}' must be a month such as 2026-03."))
    if problems:
        return "", ""
    last = last or (usual(today).last if not first else max(first, usual(today).last))
    first = first or moved(last, 1 - USUAL_MONTHS)
    if first > last:
        problems.append(Problem(f"/{FROM}", "bad-period", "The first month must not be after the last."))
    elif moved(first, MOST_MONTHS) <= last:
        problems.append(
            Problem(f"/{FROM}", "too-long", f"No more than {MOST_MONTHS} months can be looked at together.")
        )
    return first, last


def _months(first: str, last: str) -> Iterator[str]:
    while first <= last:
        yield first
        first = moved(first, 1)


def _is_place(value: str) -> bool:
    return len(value) <= LONGEST_PLACE and not _ODD.search(value)


def _one_of(dimension: str) -> Callable[[str], bool]:
    return lambda value: value in values(dimension)


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "action": _one_of("action"),
    "category": _one_of("category"),
    "organisation_type": _one_of("organisation_type"),
    "place": _is_place,
}
