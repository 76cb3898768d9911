"""The least that a node costs: how soon `sharefeed serve` answers, what its first pages take, how much memory it holds.

The peer in the same run is a Flask application with one constant page behind the same server (waitress): what it needs
is the floor of any program of this kind. Both have been started once before, so that Python has kept what it compiled,
as it has where a package was installed.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from node.services.configuration import setup

READY_LIMIT_S = 1.2
MEMORY_LIMIT_MB = 75.0
DESK_MEMORY_LIMIT_MB = 110.0
SETTLE_S = 3.0
PATIENCE_S = 20.0
DOCUMENT = "/.well-known/sharefeed.json"

PEER = """
import sys, flask, waitress
app = flask.Flask("peer")
app.add_url_rule("/.well-known/sharefeed.json", view_func=lambda: {"sharefeed": "1.0"})
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What one start cost: seconds to the first answer, of a clock and of processors; megabytes at rest; milliseconds
    for the first and the second look at each page, by its address.
    """

    ready_s: float
    cpu_s: float
    idle_mb: float
    pages: dict[str, tuple[float, float]]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_and_weigh(command: Sequence[str], port: int, pages: Sequence[str] = ()) -> Start:
    """Start it, leave it alone, weigh it, and only then look at ``pages``. Raises `TimeoutError`."""
    site = f"http://127.0.0.1:{port}"
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment())
    try:
        _await_answer(site + DOCUMENT, started)
        ready = time.perf_counter() - started
        family = psutil.Process(process.pid)
        busy = family.cpu_times()
        time.sleep(SETTLE_S)
        resident = sum(one.memory_info().rss for one in (family, *family.children(recursive=True)))
        looks = {page: (_look_ms(site + page), _look_ms(site + page)) for page in pages}
    finally:
        process.terminate()
        process.wait(timeout=10)
    return Start(ready, busy.user + busy.system, resident / 1_000_000, looks)


def _environment() -> dict[str, str]:
    """This one, but that Python keeps what it compiles, as it does unless somebody forbids it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _await_answer(url: str, started: float) -> None:
    while time.perf_counter() - started < PATIENCE_S:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise TimeoutError(f"{url} did not answer within {PATIENCE_S:g} s")


def _look_ms(url: str) -> float:
    started = time.perf_counter()
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        answer.read()
    return (time.perf_counter() - started) * 1000


def _node(home: Path, aggregate: bool) -> tuple[list[str], int]:
    """The command that serves a new node in ``home``, and its port."""
    port = free_port()
    values = {"node_url": f"http://127.0.0.1:{port}/", "node_name": "Floor", "port": port, "aggregate": aggregate}
    setup.init(home, values).database.close()
    return [sys.executable, "-m", "node.cli", "--home", str(home), "serve"], port


def measure(runs: int) -> dict[str, float]:
    """Medians over ``runs`` starts of each, after one that does not count."""
    ours, cities, peers = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs + 1):
            ours.append(start_and_weigh(*_node(Path(folder) / f"{run}", False), ("/", "/desk/sign-in")))
            cities.append(start_and_weigh(*_node(Path(folder) / f"city-{run}", True), ("/", "/search?q=chair")))
            port = free_port()
            peers.append(start_and_weigh([sys.executable, "-c", PEER, str(port)], port))
    told = {"": ours, "city_": cities, "peer_": peers}
    return {name: value for prefix, starts in told.items() for name, value in _medians(prefix, starts[1:]).items()}


def _medians(prefix: str, starts: Sequence[Start]) -> dict[str, float]:
    found = {
        f"{prefix}ready_s": statistics.median(start.ready_s for start in starts),
        f"{prefix}cpu_s": statistics.median(start.cpu_s for start in starts),
        f"{prefix}idle_mb": statistics.median(start.idle_mb for start in starts),
    }
    for page in starts[0].pages:
        found[f"{prefix}first {page}"] = statistics.median(start.pages[page][0] for start in starts)
        found[f"{prefix}then {page}"] = statistics.median(start.pages[page][1] for start in starts)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="nine starts instead of three")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    figures = measure(9 if options.full else 3)
    if options.json:
        print(json.dumps(figures))
        return
    for name, limit, unit in (
        ("ready_s", READY_LIMIT_S, "s to the first answer"),
        ("idle_mb", MEMORY_LIMIT_MB, "MB idle"),
    ):
        mine, peer = figures[name], figures[f"peer_{name}"]
        print(
            f"  {mine:7.2f} {unit:24} {mine / limit:.2f} of the limit of {limit:g}, {mine / peer:.1f} times bare Flask"
        )
    print(f"          with a desk, {DESK_MEMORY_LIMIT_MB:g} MB are allowed")
    mine, peer = figures["cpu_s"], figures["peer_cpu_s"]
    print(f"  {mine:7.2f} {'s of processor time':24} of them, {mine / peer:.1f} times bare Flask")
    city = f"s to a city's first answer, {figures['city_cpu_s']:.2f} s of processor time"
    print(f"  {figures['city_ready_s']:7.2f} {city}, {figures['city_idle_mb']:.1f} MB idle")
    for name in figures:
        prefix, first, page = name.partition("first ")
        if first:
            kind = "a city's" if prefix else "a publisher's"
            print(
                f"  {figures[name]:7.1f} ms for {kind} first {page}, {figures[f'{prefix}then {page}']:.1f} for the next"
            )


if __name__ == "__main__":
    main()
