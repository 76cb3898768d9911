"""How well the search answers: hand-written listings, queries with judged answers (``bench/data``, CC0).

``python -m bench.relevance [--json] [--each]`` prints nDCG@10 (binary gain) and recall@20, over the queries that have
answers. Every row is indexed, also the advertisements among them, as the index has no say in what is shown; a second
line says how it would be if screening had kept those out. Queries that should find nothing are reported apart.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

from bench.entries import NOW, hand_written, hand_written_key, rows
from federation.facts import Entry
from node.context import Node
from node.search.find import find
from node.search.follow import Follower
from node.search.index import IndexReader, Snapshot
from node.search.request import SearchRequest
from node.settings import Settings
from node.storage import catalogue
from node.storage.tables import metadata

GOOD_ENOUGH = 0.85
FAILED_BELOW = 0.7


@dataclass(frozen=True, slots=True)
class Judged:
    """One query, its point, the direction searched and the keys of the right answers."""

    q: str
    direction: str
    lat: float
    lon: float
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    judged: Judged
    keys: tuple[str, ...]
    how: str

    @property
    def ndcg10(self) -> float:
        ideal = sum(1 / log2(rank + 2) for rank in range(min(10, len(self.judged.relevant))))
        return self._gain() / ideal

    def _gain(self) -> float:
        ranked = enumerate(self.keys[:10])
        return sum(1 / log2(rank + 2) for rank, key in ranked if key in self.judged.relevant)

    @property
    def recall20(self) -> float:
        return len(self.judged.relevant & set(self.keys[:20])) / len(self.judged.relevant)


@contextmanager
def indexed(entries: Sequence[Entry]) -> Iterator[Snapshot]:
    """An index of these entries in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        node = Node.open(Settings(Path(folder), {"node_url": "http://bench.example/"}))
        metadata.create_all(node.database.engine)
        with node.database.write() as tx:
            catalogue.begin(tx, int(NOW.timestamp()))
            catalogue.apply(tx, entries, [], int(NOW.timestamp()))
        Follower(node).catch_up()
        yield IndexReader(node.settings.home).snapshot()
        node.database.close()


def judged_queries(shown: frozenset[str]) -> list[Judged]:
    """The queries of ``queries.csv``; answers that are not shown are not asked for."""
    return [
        Judged(
            q=row["query"],
            direction=row["note"].split(";")[0],
            lat=float(row["locality_lat"]),
            lon=float(row["locality_lon"]),
            relevant=frozenset(hand_written_key(one) for one in row["relevant_ids"].split(";") if one) & shown,
        )
        for row in rows("queries.csv")
    ]


def ask(snapshot: Snapshot, judged: Judged) -> Outcome:
    """The first twenty keys for a query."""
    request = SearchRequest(q=judged.q, direction=(judged.direction,), lat=judged.lat, lon=judged.lon, limit=20)
    found = find(snapshot, request, int(NOW.timestamp()))
    return Outcome(judged, tuple(hit.key for hit in found.hits), found.how)


def measure(entries: Sequence[Entry]) -> list[Outcome]:
    """Every query against an index of these entries."""
    with indexed(entries) as snapshot:
        return [ask(snapshot, judged) for judged in judged_queries(frozenset(entry.key for entry in entries))]


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """``ndcg10``, ``recall20`` (means), ``failed`` (queries below 0.7), ``unexpected`` (found where none is right)."""
    answered = [outcome for outcome in outcomes if outcome.judged.relevant]
    return {
        "ndcg10": round(sum(outcome.ndcg10 for outcome in answered) / len(answered), 4),
        "recall20": round(sum(outcome.recall20 for outcome in answered) / len(answered), 4),
        "failed": [outcome.judged.q for outcome in answered if outcome.ndcg10 < FAILED_BELOW],
        "unexpected": {o.judged.q: len(o.keys) for o in outcomes if not o.judged.relevant and o.keys},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--each", action="store_true", help="print every query's figures")
    options = parser.parse_args()
    entries = list(hand_written())
    promoted = {hand_written_key(row["id"]) for row in rows("listings.csv") if row["label"] == "promotion"}
    everything = measure(entries)
    screened = measure([entry for entry in entries if entry.key not in promoted])
    if options.json:
        print(json.dumps({**summary(everything), "screened": summary(screened)}))
        return
    _print_table({"every row": summary(everything), "advertisements kept out": summary(screened)})
    if options.each:
        _print_each(everything, {entry.key: entry for entry in entries})


def _print_table(lines: dict[str, dict[str, Any]]) -> None:
    print(f"{'indexed':<26}{'nDCG@10':>9}{'recall@20':>11}   limit {GOOD_ENOUGH}")
    for name, figures in lines.items():
        print(f"{name:<26}{figures['ndcg10']:>9}{figures['recall20']:>11}")
        print(f"  below {FAILED_BELOW}: {', '.join(map(str, figures['failed'])) or 'none'}")
        print(f"  found where nothing is right: {figures['unexpected'] or 'none'}")


def _print_each(outcomes: Sequence[Outcome], entries: dict[str, Entry]) -> None:
    for outcome in outcomes:
        asked = bool(outcome.judged.relevant)
        print(f"\n{outcome.judged.q} [{outcome.how}] {outcome.ndcg10 if asked else 0:.2f}")
        for key in outcome.keys[:12]:
            mark = "+" if key in outcome.judged.relevant else "-"
            print(f"   {mark} {entries[key].id[-4:]} {entries[key].facts.title} [{entries[key].facts.category}]")
        for key in outcome.judged.relevant - set(outcome.keys[:12]):
            print(f"   missing {entries[key].id[-4:]} {entries[key].facts.title} [{entries[key].facts.category}]")


if __name__ == "__main__":
    main()
