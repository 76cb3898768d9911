"""Why something cannot be booked: a code for programs, and a plain sentence each. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from node.voices import later
from schemas.errors import SharefeedError
from schemas.records import dataclass

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "off": later("No bookings are taken for it at the moment."),
        "backwards": later("The end lies before the beginning."),
        "endless": later("This is longer than a year."),
        "no-unit": later("There is no piece of that number."),
        "past": later("This begins in the past."),
        "notice": later("This is too soon: it has to be booked at least %(time)s ahead."),
        "ahead": later("This is too far off: it can be booked until %(day)s."),
        "season": later("It can only be had from %(first)s until %(last)s."),
        "season-begins": later("It can only be had from %(first)s on."),
        "season-ends": later("It can only be had until %(last)s."),
        "closed": later("%(day)s is a closed day."),
        "closed-for": later("%(day)s is a closed day: %(reason)s."),
        "not-open": later("It is not open on %(day)s."),
        "outside": later("This is outside the opening times of %(day)s, which are %(hours)s."),
        "slot": later("This does not begin and end with one of the times that can be booked."),
        "whole-days": later("This is booked by the day: from opening on the first day to closing on the last."),
        "longest": later("This is too long: at most %(time)s can be booked at once."),
        "longest-days": later("This is too long: at most %(days)s can be booked at once."),
        "quota": later("%(name)s already has as many bookings as are allowed at once: %(most)s."),
        "taken": later("It is taken then."),
        "all-taken": later("All of them are taken then."),
        "late": later("It is taken then, or out and not back yet."),
        "busy": later("Another calendar says that it is taken then."),
        "unit-taken": later("That piece is taken then; %(free)s is free."),
    }
)
"""The sentences by their codes. Days, spans of time and hours are worded by whoever shows them."""

ALWAYS = frozenset(["backwards", "endless", "no-unit", "taken", "all-taken", "unit-taken"])
"""What nobody can wave through; the desk may decide otherwise about the rest."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """``code`` is one of `REASONS`.

    ``values`` are what its sentence names: days as `date`, ``time`` in minutes, ``hours`` as spans of moments.
    """

    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def elsewhen(self) -> bool:
        """Whether another time could help."""
        return self.code not in ("off", "quota")

    @property
    def final(self) -> bool:
        """Whether the desk cannot decide otherwise either."""
        return self.code in ALWAYS


class BookingError(SharefeedError):
    """What was asked for cannot be: ``refusal`` says why. Nothing was kept."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(f"{REASONS[refusal.code]} ({refusal.code})")
