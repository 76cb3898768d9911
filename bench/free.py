"""How well offers for sale are told from gifts: listings with a judgement (``bench/data``, CC0).

``./run bench free [--data FOLDER] [--json] [--each]`` imports FOLDER's ``listings.csv`` as `sharefeed import` does, and
sees which rows are refused because of their words (stopped), which are published with a doubt that the operator of a
catalogue looks at (sent), and which pass. What judges the listings (the columns ``label`` and ``label_reason``) is
taken away before the import sees them. The clock stands at the 23rd of November 2026.

``recall`` is the share of promotions that are stopped or sent, ``false_alarms`` the share of genuine listings that are
not passed, ``stopped_genuine`` how many of these are stopped outright, ``borderline_sent`` the share of borderline ones
that are sent. Time is that of the judgement alone, and its ratio to reading the same listing from JSON and to checking
it, measured in the same run.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.relevance import NOW, asked, unjudged
from node.context import Node
from node.services.configuration import setup
from node.services.file_formats.reading import read_file
from node.services.file_formats.spreadsheet import Sheet, text_of
from node.services.importing.sheets import Options, Report, import_sheet
from node.services.listings.publishing import listings
from schemas.free.judge import judge
from schemas.listing import load_listing

PASSED, SENT, STOPPED = "passed", "sent to the operator", "stopped"
LEAST_RECALL, MOST_ALARMS = 0.90, 0.03
GENUINE, PROMOTION, BORDERLINE = "genuine", "promotion", "borderline"
_ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row, and why."""

    id: str
    title: str
    label: str
    verdict: str
    reasons: tuple[str, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether this is not what was judged: passed, or stopped or sent, or sent."""
        right = {GENUINE: (PASSED,), PROMOTION: (SENT, STOPPED), BORDERLINE: (SENT,)}
        return self.verdict not in right.get(self.label, (PASSED, SENT, STOPPED))


def measure(folder: Path) -> tuple[list[Outcome], dict[str, float]]:
    """What became of each row of ``listings.csv``, and how long it took."""
    sheet = read_file(folder / "listings.csv")
    with tempfile.TemporaryDirectory() as temporary:
        made = setup.init(Path(temporary) / "node", {"node_url": "https://bench.example/"}, {})
        node = Node(made.settings, made.database, lambda: NOW)
        try:
            report = import_sheet(node, unjudged(sheet), Options())
            items = [row.item() for row in listings(node)]
        finally:
            node.database.close()
    return list(_outcomes(sheet, report)), _times(items)


def _outcomes(sheet: Sheet, report: Report) -> Iterator[Outcome]:
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for refusal in report.refusals:
        found[refusal.row.number] = STOPPED, tuple(problem.message for problem in refusal.problems)
    for result in report.results:
        if result.row is not None:
            reasons = tuple(doubt.message for doubt in result.doubts)
            found[result.row] = (SENT if reasons else PASSED), reasons
    names = [heading.strip().lower() for heading in sheet.headings]
    for row in sheet.rows:
        told = dict(zip(names, map(text_of, row.cells), strict=False))
        verdict, reasons = found[row.number]
        yield Outcome(told.get("id", str(row.number)), told.get("title", ""), told.get("label", ""), verdict, reasons)


def _times(items: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Seconds of CPU for a listing: judging it, reading it from JSON, checking it."""
    texts = [json.dumps(item) for item in items]
    works: dict[str, tuple[Callable[[Any], Any], Sequence[Any]]] = {
        "judge": (judge, items),
        "json": (json.loads, texts),
        "load": (load_listing, items),
    }
    return {name: _time(work, given) for name, (work, given) in works.items()}


def _time(work: Callable[[Any], Any], given: Sequence[Any]) -> float:
    for one in given:
        work(one)
    return median(min(_once(work, one) for _ in range(_ROUNDS)) for one in given) if given else 0.0


def _once(work: Callable[[Any], Any], one: Any) -> float:
    start = time.process_time()
    work(one)
    return time.process_time() - start


def summary(outcomes: Sequence[Outcome], times: Mapping[str, float]) -> dict[str, Any]:
    """The figures, as JSON values."""
    promotions = [one for one in outcomes if one.label == PROMOTION]
    genuine = [one for one in outcomes if one.label == GENUINE]
    borderline = [one for one in outcomes if one.label == BORDERLINE]
    return {
        "recall": _share(promotions, STOPPED, SENT),
        "false_alarms": _share(genuine, STOPPED, SENT),
        "stopped_genuine": sum(one.verdict == STOPPED for one in genuine),
        "borderline_sent": _share(borderline, SENT),
        "borderline_stopped": sum(one.verdict == STOPPED for one in borderline),
        "stopped": sum(one.verdict == STOPPED for one in promotions),
        "promotions": len(promotions),
        "genuine": len(genuine),
        "borderline": len(borderline),
        "microseconds": round(times["judge"] * 1e6, 1),
        "ratio_to_json": _ratio(times["judge"], times["json"]),
        "ratio_to_check": _ratio(times["judge"], times["load"]),
        "wrong": [
            {"id": one.id, "title": one.title, "label": one.label, "verdict": one.verdict, "reasons": list(one.reasons)}
            for one in outcomes
            if one.is_wrong
        ],
    }


def _share(some: Sequence[Outcome], *verdicts: str) -> float:
    return round(sum(one.verdict in verdicts for one in some) / len(some), 4) if some else 0.0


def _ratio(one: float, other: float) -> float:
    return round(one / other, 2) if other else 0.0


def main() -> None:
    options = asked("free", __doc__, "listings.csv", "every row that did not pass")
    outcomes, times = measure(options.data)
    found = summary(outcomes, times)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    _print_table(found)
    if options.each:
        for one in outcomes:
            if one.verdict != PASSED:
                _print_one(one.id, one.title, one.label, one.verdict, one.reasons)


def _print_table(found: Mapping[str, Any]) -> None:
    rows = (
        (
            "recall",
            found["recall"],
            f"at least {LEAST_RECALL:.2f}",
            found["promotions"],
            "promotions",
            found["stopped"],
        ),
        (
            "false alarms",
            found["false_alarms"],
            f"at most {MOST_ALARMS}",
            found["genuine"],
            "genuine",
            "stopped_genuine",
        ),
        ("borderline", found["borderline_sent"], "sent", found["borderline"], "borderline", "borderline_stopped"),
    )
    for name, figure, limit, count, kind, stopped in rows:
        outright = found.get(stopped, stopped)
        print(f"{name:13} {figure:.4f}   {limit:14} of {count} {kind} listings, {outright} stopped outright")
    ratios = f"{found['ratio_to_json']} of reading it from JSON, {found['ratio_to_check']} of checking it"
    print(f"time          {found['microseconds']} µs for the median listing: {ratios}")
    print(f"not as judged: {len(found['wrong']) or 'none'}")
    for one in found["wrong"]:
        _print_one(one["id"], one["title"], one["label"], one["verdict"], one["reasons"])


def _print_one(row: str, title: str, label: str, verdict: str, reasons: Sequence[str]) -> None:
    print(f"  {row} {title} [{label}]: {verdict}")
    for reason in reasons:
        print(f"      {reason}")


if __name__ == "__main__":
    main()
