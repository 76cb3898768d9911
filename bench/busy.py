"""What ingest costs those who search meanwhile: fifty searches a second, with the worker at rest and at work.

A catalogue is filled and served by a process of its own, and searches are sent to it at fixed moments, whether or not
earlier ones have been answered; each is timed from the moment at which it was due, so that waiting counts. Then the
real worker is started on the same SQLite file and reads new sources as fast as it can, and the same is done again. The
figure is the ratio of the two 95th percentiles; it shall not be more than two. Everything shares this machine: the
worker and its processes, the sources, the one that answers and the one that asks.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.ingest import served as sources_served
from bench.rates import Connection, distinct_searches
from bench.search import FULL, SMALL, build, served
from bench.sources import node_id
from federation.records import Source
from node.context import Node
from node.settings import load
from node.storage import catalogue, sources

LIMIT = 2.0
PER_SECOND = 50
SECONDS = 12
CONNECTIONS = 8
NODES, LISTINGS = 100, 500


class Searcher:
    """Sends searches at fixed moments over a few connections, each of them another search."""

    def __init__(self, port: int, queries: Iterator[str]) -> None:
        self._port, self._queries = port, queries
        self._local = threading.local()

    def times(self, seconds: float) -> list[float]:
        """Milliseconds from the moment each was due to its answer."""
        count = int(seconds * PER_SECOND)
        paths = [f"/api/v1/listings?{query}" for query in islice(self._queries, count)]
        began = time.perf_counter() + 0.05
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return list(pool.map(lambda pair: self._ask(began + pair[0] / PER_SECOND, pair[1]), enumerate(paths)))

    def _ask(self, due: float, path: str) -> float:
        if not hasattr(self._local, "connection"):
            self._local.connection = Connection(self._port)
        time.sleep(max(0.0, due - time.perf_counter()))
        self._local.connection.get(path)
        return (time.perf_counter() - due) * 1000


@contextmanager
def worker(home: Path) -> Iterator[None]:
    """The real worker on this catalogue; stopped at the end."""
    command = [sys.executable, "-m", "node.cli", "--home", str(home), "worker"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def shown(node: Node) -> int:
    with node.database.read() as tx:
        return catalogue.state(tx).live_count


def _wait_for_more_than(node: Node, count: int) -> None:
    for _ in range(600):
        if shown(node) > count:
            return
        time.sleep(0.1)
    raise SystemExit("the worker read nothing within a minute")


def measure(listings: int) -> dict[str, Any]:
    """95th percentiles with the worker at rest and at work, their ratio, and how fast it worked."""
    with tempfile.TemporaryDirectory() as folder, sources_served(NODES, LISTINGS) as origin:
        home = Path(folder) / "node"
        build(home, listings)
        node = Node.open(load(home, {}))
        with node.database.write() as tx:
            for number in range(NODES):
                at = node_id(origin, number)
                sources.add(tx, Source(0, at + "changes.json", at, f"Node {number}", "json", "L1"))
        with served(home) as port:
            searcher = Searcher(port, distinct_searches())
            searcher.times(3)
            quiet = searcher.times(SECONDS)
            with worker(home):
                _wait_for_more_than(node, listings)
                before, began = shown(node), time.perf_counter()
                busy = searcher.times(SECONDS)
                read, took = shown(node) - before, time.perf_counter() - began
        node.database.close()
    if shown_all := read + before >= listings + NODES * LISTINGS:
        raise SystemExit(f"the worker had read everything before the end ({shown_all}); there must be more to read")
    return {
        "listings": listings,
        "quiet": figures(quiet),
        "busy": figures(busy),
        "ratio": round(figures(busy)["p95"] / figures(quiet)["p95"], 2),
        "read_per_second": round(read / took),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def figures(times: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    return {"p50": round(statistics.median(times), 2), "p95": round(statistics.quantiles(times, n=20)[18], 2)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench busy", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} listings instead of {SMALL:,}")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    found = measure(FULL if options.full else SMALL)
    if options.json:
        print(json.dumps(found))
        return
    print(f"{found['listings']:,} listings, {PER_SECOND} searches a second{'':<4}{'p50 ms':>9}{'p95 ms':>9}")
    for name, words in (("quiet", "worker at rest"), ("busy", "worker at work")):
        print(f"  {words:<38}{found[name]['p50']:>9}{found[name]['p95']:>9}")
    print(
        f"  p95 at work / at rest: {found['ratio']} (at most {LIMIT:g}), "
        f"while {found['read_per_second']:,} listings/s came in"
    )


if __name__ == "__main__":
    main()
