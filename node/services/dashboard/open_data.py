"""The sums as open data: a table as fine as they are kept (CSV), its description (Data Package), and a page's as JSON.

Nobody is in them: no person, and no organisation, only how many there were.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from node.context import Node
from node.services.dashboard.narrowing import Narrowing
from node.services.dashboard.reading import Dashboard
from node.services.importing.cells import BOM, guarded
from node.services.syndication.download_rows import Column
from node.services.syndication.downloads import licence_of, source_of
from node.storage import rollups
from schemas.fields import rfc3339_of
from schemas.standings import Standings
from schemas.tally import DAYS, STANDINGS, SUMS, Cell

CSV_NAME, JSON_NAME, DESCRIPTOR = "impact.csv", "impact.json", "impact-datapackage.json"

_KEYS = Cell._fields
_TOLD: Mapping[str, str] = {
    "month": "The month in which the exchanges ended, YYYY-MM.",
    "action": "give, lend, host or help.",
    "category": "Root of the category, such as furniture.",
    "organisation_type": "What kind of organisation gave; person where it was none.",
    "place": "Name of the place as the listing has it; empty where it has none.",
    "standing": "confirmed: both sides confirmed it. one_operator: both did, under one operator's key. one_sided: one "
    "side did, or said so and got no answer. differs: they contradict each other. not_handed_over: nothing was handed "
    "over, or nobody knows. Only confirmed ones are counted on the page.",
    "exchanges": "Exchanges that ended.",
    "asked": "Of them, those that began with a request.",
    "accepted": "Of them, those of which the day of the owner's yes is known.",
    "received": "Outcome: handed over.",
    "returned": "Outcome: lent and brought back.",
    "declined": "Outcome: the owner said no.",
    "withdrawn": "Outcome: who asked took it back.",
    "expired": "Outcome: nobody answered in time.",
    "cancelled": "Outcome: called off after a yes.",
    "no_show": "Outcome: nobody came.",
    "unknown": "Outcome: not known.",
    "given": "Things given, in their units.",
    "weighed": "Gifts whose weight is known.",
    "unweighed": "Gifts whose weight is not known; they are in no sum of weights.",
    "weight_g": "Grams given, where known.",
    "measured_g": "Of them, grams that somebody measured.",
    "stated_g": "Of them, grams that somebody stated.",
    "default_g": "Of them, grams by the usual weight of such things.",
    "co2e_known": "Gifts with a figure for CO2e.",
    "co2e_low_g": "Grams of CO2e avoided, low.",
    "co2e_g": "Grams of CO2e avoided, central.",
    "co2e_high_g": "Grams of CO2e avoided, high.",
    "cost_known": "Gifts with a figure for the cost of disposal.",
    "cost_pence": "Cost of disposal avoided, in hundredths of the currency.",
    "uses": "Loans.",
    "lent": "Things lent, in their units.",
    "space": "Uses of rooms.",
    "space_minutes": "Minutes of rooms, where known.",
    "space_unknown": "Uses of rooms whose time is not known.",
    "skill": "Times that somebody helped.",
    "skill_minutes": "Minutes of help, where known.",
    "skill_unknown": "Times of help whose length is not known.",
    "days_more": f"Gifts promised more than {DAYS[-1]} days after they were listed.",
    "days_unknown": "Gifts of which the days are not known.",
    **{
        f"days_{end}": f"Gifts promised {begin} to {end} days after they were listed."
        for begin, end in zip((0, *(days + 1 for days in DAYS)), DAYS, strict=False)
    },
}
COLUMNS = tuple(Column(name, "string" if name in _KEYS else "integer", _TOLD[name]) for name in (*_KEYS, *SUMS))


def table(node: Node, narrowing: Narrowing) -> Iterator[str]:
    """The sums by all dimensions at once as CSV, some rows at a time; those of one state of the database."""
    yield BOM + _lines([[column.name for column in COLUMNS]])
    with node.database.read() as tx:
        waiting: list[list[object]] = []
        for cell, sums in rollups.finest(tx, narrowing.asked):
            keys = [guarded(value) for value in cell]
            waiting.append([*keys, *(sums[name] for name in SUMS)])
            if len(waiting) == 500:
                yield _lines(waiting)
                waiting = []
        yield _lines(waiting)


def _lines(rows: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def descriptor(node: Node) -> dict[str, Any]:
    """The Data Package descriptor (Frictionless Data, version 1) of the table."""
    settings = node.settings
    fields_ = [{name: value for name, value in asdict(column).items() if value != "default"} for column in COLUMNS]
    return {
        "profile": "data-package",
        "name": "sharefeed-impact",
        "title": f"{settings.node_name}: exchanges and what they came to",
        "description": "Sums over exchanges that ended, a row for each month and combination. Kilograms, loans and "
        "hours are different things and must not be added. Only rows with standing 'confirmed' were confirmed by both "
        "sides. A place that a spreadsheet would run as a formula begins with an apostrophe.",
        "homepage": settings.url,
        "licenses": [licence_of(settings)],
        "sources": [source_of(settings)],
        "resources": [
            {
                "name": "impact",
                "path": CSV_NAME,
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "profile": "tabular-data-resource",
                "schema": {"fields": fields_, "primaryKey": list(_KEYS)},
            }
        ],
    }


def document(node: Node, found: Dashboard, wanted: Mapping[str, int] | None) -> dict[str, Any]:
    """What the page shows, for programs. Numbers are those of the columns of the table."""
    narrowing, funnel = found.narrowing, found.total.funnel
    middle = found.total.middle_span
    return {
        "from": narrowing.first,
        "until": narrowing.last,
        "narrowed": dict(narrowing.chosen),
        "made": rfc3339_of(node.now),
        "licence": node.settings.licence,
        "attribution": node.settings.attribution or node.settings.node_name,
        "organisations": asdict(found.organisations),
        "funnel": asdict(funnel),
        "success": found.total.success,
        "days_until_promised_median": {"from": middle[0], "until": middle[1]} if middle else None,
        "total": _sums(found.total),
        "months": [
            {"month": month, "organisations": found.active.get(month, 0), **_sums(sums)}
            for month, sums in found.months.items()
        ],
        **{
            f"by_{name}": [{name: value, **_sums(sums)} for value, sums in values.items()]
            for name, values in found.by.items()
        },
        "wanted_now": wanted,
    }


def _sums(sums: Standings) -> dict[str, dict[str, int]]:
    """By standing, without what is nothing."""
    told = {standing: sums.sums.get(standing, {}) for standing in STANDINGS}
    return {
        standing: {name: value for name, value in own.items() if value}
        for standing, own in told.items()
        if own.get("exchanges")
    }
