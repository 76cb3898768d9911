"""The pages about what all sharing comes to: the city's view, its list of handovers, and the report to print.

The conventions are those of ``parts``. Amounts are words already ("1,204 kg"): a unit depends on how much it
is. ``part`` and ``width`` are lengths of bars in hundredths. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.parts import ONE_PAGE, Choice, Head, Link, Pager
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class ImpactFigure:
    """One figure: ``value``, its ``unit``; ``range`` and ``note`` say how exact it is, ``anchor`` names its method."""

    value: str
    unit: str
    range: str = ""
    note: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class ImpactLedger:
    """What is counted in one unit, and never added to another: its figures. ``sign`` is the action that it is about."""

    title: str
    sign: str
    figures: tuple[ImpactFigure, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactRow:
    """What became of the exchanges of one month, kind, place or type of organisation.

    ``ended`` counts all exchanges, ``confirmed`` those that both sides confirmed, ``share`` says the latter in
    hundredths of the former. ``low``, ``central`` and ``high`` are heights of its CO2e in hundredths of the largest.
    """

    label: str
    ended: int
    confirmed: int
    share: int | None = None
    path: str | None = None
    current: bool = False
    weight: str = ""
    co2e: str = ""
    co2e_range: str = ""
    uses: int = 0
    space: str = ""
    skills: str = ""
    organisations: int | None = None
    width: int = 0
    part: int = 0
    low: int = 0
    central: int = 0
    high: int = 0
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class ImpactTable:
    """Rows side by side; ``anchor`` names it in the page, ``heading`` its first column."""

    anchor: str
    title: str
    heading: str
    rows: tuple[ImpactRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactStep:
    """A number with a bar of ``width`` hundredths; ``note`` says more, ``strong`` marks the one that matters."""

    label: str
    number: int
    width: int = 0
    note: str = ""
    strong: bool = False
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ImpactFilter:
    """One thing to narrow by: a select with its parameter ``name``."""

    name: str
    label: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactPeriod:
    """The months that are looked at, as words and as the values of the two fields; ``links`` are usual ones."""

    words: str
    first: str
    last: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ImpactPage:
    """portal/impact.html and portal/impact_report.html: what all exchanges of some months came to.

    ``applied`` leads away from each thing that was narrowed by. ``months`` are in order, ``most_ended`` and
    ``most_co2e`` what their tallest columns stand for. ``funnel`` goes from asking to what both sides confirmed,
    ``lost`` says where others ended, ``days`` how long gifts looked for a home, ``apart`` what is not counted and why.
    ``wanted`` is None while that cannot be said. ``factors_path`` is the page about the method of weights and CO2e, and
    ``method_url`` its whole address, for paper; ``factors_version`` is that of the figures it uses.
    """

    head: Head
    action_path: str
    period: ImpactPeriod
    filters: tuple[ImpactFilter, ...] = ()
    applied: tuple[Link, ...] = ()
    ended: int = 0
    figures: tuple[ImpactFigure, ...] = ()
    ledgers: tuple[ImpactLedger, ...] = ()
    months: ImpactTable | None = None
    most_ended: str = ""
    most_co2e: str = ""
    tables: tuple[ImpactTable, ...] = ()
    funnel: tuple[ImpactStep, ...] = ()
    lost: tuple[ImpactStep, ...] = ()
    days: tuple[ImpactStep, ...] = ()
    middle: str = ""
    apart: tuple[ImpactStep, ...] = ()
    wanted: tuple[ImpactStep, ...] | None = ()
    list_path: str | None = None
    report_path: str | None = None
    csv_path: str | None = None
    json_path: str | None = None
    descriptor_path: str | None = None
    factors_path: str | None = None
    method_url: str | None = None
    factors_version: str = ""
    everything_path: str | None = None
    licence: Link | None = None
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ImpactHandover:
    """One handover: ``day`` in words, who gave to whom (organisations; else that it was a person), what it came to."""

    day: str
    title: str
    category: str
    sign: str
    giver: str
    taker: str
    outcome: str
    standing: str
    confirmed: bool = False
    amount: str = ""
    co2e: str = ""
    place: str = ""
    path: str | None = None


@dataclass(frozen=True, slots=True)
class ImpactHandoversPage:
    """portal/impact_handovers.html: the handovers of one month; ``months`` leads to the others that have any."""

    head: Head
    month: str
    back_path: str
    rows: tuple[ImpactHandover, ...] = ()
    months: tuple[Link, ...] = ()
    applied: tuple[str, ...] = ()
    pager: Pager = ONE_PAGE
