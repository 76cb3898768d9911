"""How many searches a second one server answers, as a share of what it could answer at all.

The peer is a Flask application with one view that returns a constant, behind the same server (waitress, four threads),
in the same run: that many requests a second this machine takes through Python's web stack when nothing is done. Each of
our requests is another search, so none is answered from memory of itself; pages have 20 cards. Both servers run in
processes of their own, and are asked in turn, round by round, over the same four connections.
"""

from __future__ import annotations

import argparse
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.node_floor import free_port
from bench.search import FULL, SMALL, build, searches, served

CONNECTIONS = 4
ROUNDS, FULL_ROUNDS = 5, 9
CONSTANT_REQUESTS, SEARCH_REQUESTS = 2000, 400
CARDS = 20
SHARES = {"json": 0.25, "html": 0.15}
"""What each is to reach at least, as a share of the constant's rate."""

PEER = """
import sys, flask, waitress
app = flask.Flask("peer")
app.add_url_rule("/", view_func=lambda: "constant")
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=4)
"""


class Connection:
    """A kept connection that does no more than it must, so that the client takes little of the machine."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb", buffering=1 << 16)

    def get(self, path: str) -> int:
        """Ask for ``path``; how many bytes the answer's body has. Raises SystemExit for any status but 200."""
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        status, length = self._file.readline(), -1
        while (line := self._file.readline()) not in (b"\r\n", b""):
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        if b" 200 " not in status or length < 0:
            raise SystemExit(f"{path} was answered with {status!r}")
        return len(self._file.read(length))

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def rate(port: int, paths: Sequence[str]) -> float:
    """Requests a second for these paths, shared out over `CONNECTIONS`."""
    connections = [Connection(port) for _ in range(CONNECTIONS)]

    def ask(number: int) -> int:
        return sum(connections[number].get(path) for path in paths[number::CONNECTIONS])

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        began = time.perf_counter()
        list(pool.map(ask, range(CONNECTIONS)))
        took = time.perf_counter() - began
    for connection in connections:
        connection.close()
    return len(paths) / took


def distinct_searches() -> Iterator[str]:
    """Queries of all kinds in turn, none of them twice."""
    asked: set[str] = set()
    for seed in count(100):
        kinds = searches(seed, 30)
        for pairs in (pairs for row in zip(*kinds.values(), strict=True) for pairs in row):
            query = urlencode([*pairs, ("limit", str(CARDS))])
            if query not in asked:
                asked.add(query)
                yield query


@contextmanager
def constant() -> Iterator[int]:
    """The port on which the peer answers."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", PEER, str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            _await(port)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=10)


def _await(port: int) -> None:
    for _ in range(200):
        try:
            Connection(port).get("/")
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the peer did not answer within ten seconds")


def measure(listings: int, rounds: int) -> dict[str, Any]:
    """Requests a second of the constant, the API and the page, and the shares of each round."""
    found: dict[str, list[float]] = {"constant": [], "json": [], "html": []}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "node"
        build(home, listings)
        queries = distinct_searches()
        with served(home) as ours, constant() as peer:
            paths = {"json": "/api/v1/listings", "html": "/search"}
            for path in paths.values():
                rate(ours, [f"{path}?{query}" for query in islice(queries, SEARCH_REQUESTS)])
            for _ in range(rounds):
                found["constant"].append(rate(peer, ["/"] * CONSTANT_REQUESTS))
                for name, path in paths.items():
                    found[name].append(rate(ours, [f"{path}?{query}" for query in islice(queries, SEARCH_REQUESTS)]))
    shares = {name: [a / b for a, b in zip(found[name], found["constant"], strict=True)] for name in paths}
    return {
        "listings": listings,
        "rounds": rounds,
        "rates": {name: round(statistics.median(some)) for name, some in found.items()},
        "shares": {name: [round(x, 3) for x in (min(s), statistics.median(s), max(s))] for name, s in shares.items()},
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench rates", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} listings instead of {SMALL:,}")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    found = measure(FULL if options.full else SMALL, FULL_ROUNDS if options.full else ROUNDS)
    print(json.dumps(found) if options.json else _table(found))


def _table(found: dict[str, Any]) -> str:
    lines = [
        f"{found['listings']:,} listings, {found['rounds']} rounds",
        f"{'':<12}{'requests/s':>12}{'share of constant':>28}",
    ]
    for name, number in found["rates"].items():
        low, middle, high = found["shares"].get(name, (1, 1, 1))
        wanted = f"   at least {SHARES[name]:g}" if name in SHARES else ""
        lines.append(f"{name:<12}{number:>12,}{f'{middle:.3f} ({low:.3f} to {high:.3f})':>28}{wanted}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
