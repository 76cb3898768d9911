"""How well the search answers: listings as a spreadsheet, queries with judged answers (``bench/data``, CC0).

``./run bench relevance [--data FOLDER] [--json] [--each]`` imports FOLDER's ``listings.csv`` as `sharefeed import`
does, into a node of its own that also searches, and asks FOLDER's ``queries.csv`` of the search that answers the page
and the API. The clock stands at the 23rd of November 2026. What judges the listings (the columns ``label`` and
``label_reason``, tags that begin with ``dup:``) is taken away before the import sees them.

A query's point is where it is asked from; its note may begin with ``offer`` or ``want``, which is then what it looks
for. An answer is what the search lists as a result. What a page shows apart from its results, as merely close, is none:
it counts neither for a query that has answers nor against one that has not.

nDCG@10 has binary gain; it and recall@20 are means over the queries that have answers. A query failed when its nDCG@10
is below 0.7, or when it has no answer and was offered one.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import log2
from pathlib import Path
from typing import Any

from werkzeug.datastructures import MultiDict

from node.context import Node
from node.search.follow import Follower
from node.search.request import from_args
from node.services.catalogue.search import search
from node.services.configuration import setup
from node.services.file_formats.reading import read_file
from node.services.file_formats.spreadsheet import Sheet, SheetRow, text_of
from node.services.file_formats.workbook import Cell
from node.services.importing.columns import field_of, folded
from node.services.importing.sheets import Options, Report, import_sheet
from schemas.vocabulary import DIRECTIONS

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD_ENOUGH = 0.85
FAILED_BELOW = 0.7
_JUDGEMENT = ("label", "label_reason")
_MARK = "dup:"
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Judged:
    """One query with its right answers, which are ids of rows. ``args`` are its other parameters."""

    q: str
    args: Mapping[str, str]
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found: ids of rows, the best first. ``how`` says how the words were read."""

    judged: Judged
    found: tuple[str, ...]
    how: str

    @property
    def ndcg10(self) -> float:
        ideal = sum(1 / log2(rank + 2) for rank in range(min(10, len(self.judged.relevant))))
        return self._gain() / ideal if ideal else 0.0

    def _gain(self) -> float:
        ranked = enumerate(self.found[:10])
        return sum(1 / log2(rank + 2) for rank, row in ranked if row in self.judged.relevant)

    @property
    def recall20(self) -> float:
        return len(self.judged.relevant & set(self.found[:20])) / (len(self.judged.relevant) or 1)

    @property
    def failed(self) -> bool:
        return self.ndcg10 < FAILED_BELOW if self.judged.relevant else bool(self.found)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A node with the imported listings: ``rows`` maps keys of listings to ids of rows, ``titles`` those to titles."""

    node: Node
    rows: Mapping[str, str]
    titles: Mapping[str, str]
    refused: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def imported(folder: Path) -> Iterator[Catalogue]:
    """The listings of ``folder`` in a node that lives as long as this."""
    with tempfile.TemporaryDirectory() as temporary:
        sheet = unjudged(read_file(folder / "listings.csv"))
        made = setup.init(Path(temporary) / "node", {"node_url": "https://bench.example/", "aggregate": True}, {})
        node = Node(made.settings, made.database, lambda: NOW)
        report = import_sheet(node, sheet, Options())
        Follower(node).catch_up()
        yield _catalogue(node, report, sheet)
        node.database.close()


def unjudged(sheet: Sheet) -> Sheet:
    """The sheet without what was judged about its rows."""
    kept = [place for place, heading in enumerate(sheet.headings) if folded(heading) not in _JUDGEMENT]
    tags = {place for place, heading in enumerate(sheet.headings) if field_of(heading) == "tags"}

    def hidden(row: SheetRow) -> SheetRow:
        cells = ((place, row.cells[place]) for place in kept if place < len(row.cells))
        return replace(row, cells=tuple(_unmarked(cell) if place in tags else cell for place, cell in cells))

    return replace(sheet, headings=tuple(sheet.headings[place] for place in kept), rows=tuple(map(hidden, sheet.rows)))


def _unmarked(cell: Cell) -> Cell:
    return ";".join(tag for tag in text_of(cell).split(";") if not tag.strip().startswith(_MARK))


def _catalogue(node: Node, report: Report, sheet: Sheet) -> Catalogue:
    ids, titles = _column(sheet, "id"), _column(sheet, "title")
    return Catalogue(
        node,
        {result.key: ids[result.row] for result in report.results if result.row is not None},
        {ids[number]: title for number, title in titles.items()},
        {ids[one.row.number]: "; ".join(map(str, one.problems)) for one in report.refusals},
    )


def _column(sheet: Sheet, name: str) -> dict[int, str]:
    """Number of the row -> what it says in a column."""
    place = next((place for place, heading in enumerate(sheet.headings) if field_of(heading) == name), None)
    if place is None:
        return {row.number: "" for row in sheet.rows}
    return {row.number: text_of(row.cells[place]) if place < len(row.cells) else "" for row in sheet.rows}


def judged_queries(folder: Path) -> list[Judged]:
    """The queries of ``queries.csv``."""
    with (folder / "queries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: value or "" for name, value in row.items() if name} for row in csv.DictReader(file)]
    return [_judged(row) for row in rows if row["query"].strip()]


def _judged(row: Mapping[str, str]) -> Judged:
    said = _WORD.match(row.get("note", "").strip().lower())
    args = {"direction": said[0]} if said and said[0] in DIRECTIONS else {}
    point = row.get("locality_lat", "").strip(), row.get("locality_lon", "").strip()
    if all(point):
        args |= {"lat": point[0], "lon": point[1]}
    return Judged(row["query"].strip(), args, frozenset(_parts(row["relevant_ids"])))


def _parts(text: str) -> Iterator[str]:
    return (part for part in map(str.strip, text.split(";")) if part)


def ask(catalogue: Catalogue, judged: Judged) -> Outcome:
    """The first twenty results of a query, asked as a visitor of the API would."""
    request, problems = from_args(MultiDict({"q": judged.q, "limit": "20", **judged.args}))
    if problems:
        raise SystemExit(f"The query {judged.q!r} cannot be asked: {problems[0].message}")
    result = search(catalogue.node, request)
    return Outcome(judged, tuple(catalogue.rows[match.shown.entry.key] for match in result.matches), result.how)


def measure(folder: Path) -> list[Outcome]:
    """Every query of ``folder`` against its listings."""
    with imported(folder) as catalogue:
        return [ask(catalogue, judged) for judged in judged_queries(folder)]


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """``ndcg10``, ``recall20`` (means), ``failed`` (the queries), ``unexpected`` (offered where nothing is right)."""
    answered = [outcome for outcome in outcomes if outcome.judged.relevant]
    return {
        "ndcg10": _mean([outcome.ndcg10 for outcome in answered]),
        "recall20": _mean([outcome.recall20 for outcome in answered]),
        "failed": [outcome.judged.q for outcome in outcomes if outcome.failed],
        "unexpected": {one.judged.q: len(one.found) for one in outcomes if not one.judged.relevant and one.found},
        "queries": len(answered),
        "without_answer": len(outcomes) - len(answered),
    }


def _mean(figures: Sequence[float]) -> float:
    return round(sum(figures) / len(figures), 4) if figures else 0.0


def asked(name: str, told: str | None, files: str, each: str) -> argparse.Namespace:
    """The arguments of a benchmark that reads judged listings: ``data``, ``json`` and ``each``."""
    parser = argparse.ArgumentParser(
        prog=f"./run bench {name}", description=told, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, metavar="FOLDER", help=f"with {files}")
    parser.add_argument("--full", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--each", action="store_true", help=f"print {each}")
    return parser.parse_args()


def main() -> None:
    options = asked("relevance", __doc__, "listings.csv and queries.csv", "what each query found")
    with imported(options.data) as catalogue:
        outcomes = [ask(catalogue, judged) for judged in judged_queries(options.data)]
    found = {**summary(outcomes), "listings": len(catalogue.rows), "refused": dict(catalogue.refused)}
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    _print_table(found)
    if options.each:
        for outcome in outcomes:
            _print_each(outcome, catalogue.titles)


def _print_table(found: Mapping[str, Any]) -> None:
    print(f"{found['listings']} listings; {found['queries']} queries with answers, {found['without_answer']} without")
    for row, problem in found["refused"].items():
        print(f"  {row} was refused: {problem}")
    print(f"nDCG@10    {found['ndcg10']:.4f}   limit {GOOD_ENOUGH}")
    print(f"recall@20  {found['recall20']:.4f}")
    print(f"failed: {', '.join(found['failed']) or 'none'}")
    print(f"offered where nothing is right: {found['unexpected'] or 'nothing'}")


def _print_each(outcome: Outcome, titles: Mapping[str, str]) -> None:
    relevant = outcome.judged.relevant
    figures = f"nDCG {outcome.ndcg10:.2f}, recall {outcome.recall20:.2f}" if relevant else "nothing is right"
    print(f"\n{outcome.judged.q} [{outcome.how}] {figures}")
    for row in outcome.found[:12]:
        print(f"   {'+' if row in relevant else '-'} {row} {titles[row]}")
    for row in sorted(relevant - set(outcome.found[:12])):
        print(f"   missing {row} {titles.get(row, 'is no listing')}")


if __name__ == "__main__":
    main()
