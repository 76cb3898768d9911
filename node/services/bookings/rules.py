"""What an organisation says of when a thing can be booked: the rules of one calendar, and how they are kept.

Times of day are minutes after midnight on the clock of the organisation's town; days are days there. Pure: nothing here
reads a clock. What stands in a kept document and is not understood is a bug, not bad input: only `checked` rules are
kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from datetime import date
from itertools import pairwise
from typing import Any

from schemas.errors import Problem
from schemas.records import dataclass

SLOTS, FREE, DAYS = "slots", "free", "days"
MODES = (SLOTS, FREE, DAYS)
"""Fixed slots one after another; any length in steps; whole days, from opening on the first to closing on the last."""

DAY_MINUTES = 24 * 60
EVERY_WEEK = (1, 2, 3, 4)
NTH = (0, 1, 2, 3, 4, -1)
"""Every one of these weekdays, the first to the fourth of a month, the last of a month."""

MOST_UNITS, MOST_OPENINGS, MOST_AHEAD_DAYS, MOST_BUFFER, MOST_NOTICE, MOST_QUOTA = (
    200,
    60,
    730,
    7 * 1440,
    90 * 1440,
    100,
)
SHORTEST_STEP = 5
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Opening:
    """From ``opens`` to ``closes`` on a weekday, 0 for Monday.

    ``every`` second, third or fourth week counts from the week in which ``since`` lies; ``nth`` is one of `NTH`.
    """

    weekday: int
    opens: int
    closes: int
    every: int = 1
    since: date | None = None
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which nothing begins or ends, both ends among them; ``yearly`` by the calendar, whatever the year."""

    first: date
    last: date
    reason: str = ""
    yearly: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one calendar; 0 stands for "no limit" or "none".

    ``step`` is the length of a slot, or the step in which free lengths go, in minutes. ``longest`` is in minutes, in
    `DAYS` in days. ``stays``: it is used where it is, so the whole of a booking lies in opening times; what is taken
    home only begins and ends in them. ``before`` and ``after`` are minutes that nobody else can have. ``quota`` is how
    many bookings that are not over one borrower may have. ``first_day`` and ``last_day`` bound the season.
    """

    openings: tuple[Opening, ...] = ()
    mode: str = SLOTS
    step: int = 60
    longest: int = 0
    stays: bool = True
    before: int = 0
    after: int = 0
    notice: int = 0
    ahead_days: int = 180
    quota: int = 0
    units: int = 1
    unit_names: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def unit_name(self, unit: int) -> str:
        """What people call a unit, numbered from 1; its number where it has no name."""
        return self.unit_names[unit - 1] if unit <= len(self.unit_names) and self.unit_names[unit - 1] else str(unit)


def dump_rules(rules: Rules) -> dict[str, Any]:
    """The rules as JSON members."""
    return {name: _plain(value) for name, value in asdict(rules).items()}


def load_rules(document: Mapping[str, Any]) -> Rules:
    """The rules as they were dumped."""
    known = {field.name for field in fields(Rules)}
    values = {name: value for name, value in document.items() if name in known}
    values["openings"] = tuple(Opening(**{**one, "since": _day(one["since"])}) for one in document["openings"])
    values["unit_names"] = tuple(document["unit_names"])
    values["first_day"], values["last_day"] = _day(document["first_day"]), _day(document["last_day"])
    return Rules(**values)


def problems_of(rules: Rules) -> list[Problem]:
    """What is wrong with the rules, pointing at their members; none where they can be kept."""
    return [*_limits(rules), *_opening_problems(rules), *_season(rules)]


_RANGES: Mapping[str, tuple[int, int, str]] = {
    "step": (SHORTEST_STEP, DAY_MINUTES, "This must be between 5 minutes and 24 hours."),
    "before": (0, MOST_BUFFER, "This must be between nothing and 7 days."),
    "after": (0, MOST_BUFFER, "This must be between nothing and 7 days."),
    "notice": (0, MOST_NOTICE, "This must be between nothing and 90 days."),
    "ahead_days": (1, MOST_AHEAD_DAYS, "This must be between 1 and 730 days."),
    "quota": (0, MOST_QUOTA, "This must be between 0 and 100."),
    "units": (1, MOST_UNITS, "This must be between 1 and 200."),
}


def _limits(rules: Rules) -> Iterator[Problem]:
    if rules.mode not in MODES:
        yield Problem("/mode", "not-a-choice", "Choose how it is booked.")
    for name, (least, most, message) in _RANGES.items():
        if not least <= getattr(rules, name) <= most:
            yield Problem(f"/{name}", "out-of-range", message)
    if not 0 <= rules.longest <= (366 if rules.mode == DAYS else 366 * DAY_MINUTES):
        yield Problem("/longest", "out-of-range", "This must be between nothing and 366 days.")
    elif 0 < rules.longest < (1 if rules.mode == DAYS else rules.step):
        yield Problem("/longest", "out-of-range", "The longest booking is shorter than the shortest.")
    if len(rules.unit_names) > rules.units or any(len(name) > LONGEST_NAME for name in rules.unit_names):
        yield Problem(
            "/unit_names", "out-of-range", "Give each piece one name of at most 60 letters, and no more names."
        )


def _opening_problems(rules: Rules) -> Iterator[Problem]:
    if len(rules.openings) > MOST_OPENINGS:
        yield Problem("/openings", "too-many", "These are more opening times than can be kept.")
    for opening in rules.openings:
        here = f"/openings/{opening.weekday}"
        if not 0 <= opening.opens < opening.closes <= DAY_MINUTES:
            yield Problem(here, "bad-time", "It must open before it closes.")
        if opening.every not in EVERY_WEEK or opening.nth not in NTH:
            yield Problem(here, "not-a-choice", "Choose how often it is open.")
        elif opening.every > 1 and opening.since is None:
            yield Problem(here, "missing", "Say which day is one of those weeks.")
    for day in range(7):
        hours = sorted((o.opens, o.closes) for o in rules.openings if o.weekday == day and _always(o))
        if any(second[0] < first[1] for first, second in pairwise(hours)):
            yield Problem(f"/openings/{day}", "overlap", "These opening times overlap.")


def _always(opening: Opening) -> bool:
    return opening.every == 1 and opening.nth == 0


def _season(rules: Rules) -> Iterator[Problem]:
    if rules.first_day and rules.last_day and rules.last_day < rules.first_day:
        yield Problem("/last_day", "bad-date", "This lies before the first day.")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value.isoformat() if isinstance(value, date) else value


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
