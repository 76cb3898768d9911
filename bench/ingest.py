"""Cold ingest: from HTTP into SQLite and searchable, against the PyPI package ``reader`` in the same run.

Both read the same feeds from the same server process. ``reader`` reads a smaller part of them, since its rate does not
depend on how many there are and it would take minutes; both figures are listings a second of wall time, from the first
request to the last listing being found by a search.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.sources import node_id
from federation.records import Source
from node.context import Node
from node.search.keeping import IndexKeeper
from node.services.aggregating.polling import Poller
from node.services.configuration import setup
from node.storage import catalogue, sources
from node.worker import FOLLOW_EVERY_S

LIMIT = 4000
PEER_RATIO = 10


@contextmanager
def served(nodes: int, listings: int) -> Iterator[int]:
    """The port of a server of that many nodes; it is stopped at the end."""
    arguments = [sys.executable, "-m", "bench.sources", str(nodes), str(listings), str(int(time.time()))]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.communicate(timeout=10)


def ours(port: int, nodes: int, listings: int, folder: Path) -> float:
    """Seconds until everything is shown and can be found."""
    values = {"node_url": "http://127.0.0.1:1/", "node_name": "Bench", "aggregate": True, "allow_loopback": True}
    node = setup.init(folder / "node", values)
    with node.database.write() as tx:
        for number in range(nodes):
            home = node_id(port, number)
            sources.add(tx, Source(0, home + "changes.json", home, f"Node {number}", "json", "L1"))
    keeper = IndexKeeper(node)
    stop = threading.Event()
    following = threading.Thread(target=_follow, args=(keeper, stop))
    with Poller(node) as poller:
        started = time.perf_counter()
        following.start()
        while _shown(node) < nodes * listings:
            poller.start_due()
            time.sleep(0.1)
        stop.set()
        following.join()
        keeper.catch_up()
        took = time.perf_counter() - started
    keeper.close()
    node.database.close()
    return took


def _follow(keeper: IndexKeeper, stop: threading.Event) -> None:
    while not stop.wait(FOLLOW_EVERY_S):
        keeper.catch_up()


def _shown(node: Node) -> int:
    with node.database.read() as tx:
        return catalogue.state(tx).live_count


def peer(port: int, nodes: int, folder: Path) -> float:
    """Seconds that ``reader`` takes for the same, over the first ``nodes`` nodes."""
    from reader import make_reader

    reader = make_reader(str(folder / "reader.sqlite"))
    for number in range(nodes):
        reader.add_feed(node_id(port, number) + "changes.json")
    reader.enable_search()
    started = time.perf_counter()
    reader.update_feeds(workers=4)
    reader.update_search()
    took = time.perf_counter() - started
    found = sum(1 for _ in reader.get_entries())
    reader.close()
    assert found, "reader read nothing"
    return took


def measure(nodes: int, listings: int, peer_nodes: int) -> dict[str, float]:
    """Both rates in listings a second, and their ratio."""
    with served(nodes, listings) as port, tempfile.TemporaryDirectory() as folder:
        took = ours(port, nodes, listings, Path(folder))
        peer_took = peer(port, peer_nodes, Path(folder))
    rate, peer_rate = nodes * listings / took, peer_nodes * listings / peer_took
    return {
        "listings": nodes * listings,
        "seconds": took,
        "rate": rate,
        "peer_rate": peer_rate,
        "ratio": rate / peer_rate,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench ingest", description=__doc__)
    parser.add_argument("--full", action="store_true", help="200 nodes with 500 listings each, instead of 20")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    figures = measure(200 if options.full else 20, 500, 20 if options.full else 4)
    if options.json:
        print(json.dumps(figures))
        return
    print(f"cold ingest of {figures['listings']:,.0f} listings in {figures['seconds']:.1f} s")
    print(f"  sharefeed  {figures['rate']:8,.0f} listings/s   {figures['rate'] / LIMIT:.2f} of the limit of {LIMIT:,}")
    slower = f"{figures['ratio']:.1f} times slower (wanted: {PEER_RATIO})"
    print(f"  reader     {figures['peer_rate']:8,.0f} listings/s   {slower}")


if __name__ == "__main__":
    main()
