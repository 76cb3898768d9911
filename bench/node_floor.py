"""The least that a publisher costs: how soon `sharefeed serve` answers, and how much memory it holds when idle.

The peer in the same run is a Flask application with one constant page behind the same server (waitress): what it needs
is the floor of any program of this kind.
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
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import psutil

from node.services import setup

READY_LIMIT_S = 1.2
MEMORY_LIMIT_MB = 75.0
SETTLE_S = 3.0
PATIENCE_S = 20.0

PEER = """
import sys, flask, waitress
app = flask.Flask("peer")
app.add_url_rule("/.well-known/sharefeed.json", view_func=lambda: {"sharefeed": "1.0"})
waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_and_weigh(command: Sequence[str], port: int) -> tuple[float, float]:
    """Seconds until the first 200, and resident megabytes once it has been left alone."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await_answer(f"http://127.0.0.1:{port}/.well-known/sharefeed.json", started)
        ready = time.perf_counter() - started
        time.sleep(SETTLE_S)
        family = psutil.Process(process.pid)
        resident = sum(one.memory_info().rss for one in (family, *family.children(recursive=True)))
    finally:
        process.terminate()
        process.wait(timeout=10)
    return ready, resident / 1_000_000


def _await_answer(url: str, started: float) -> None:
    while time.perf_counter() - started < PATIENCE_S:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise TimeoutError(f"{url} did not answer within {PATIENCE_S:g} s")


def measure(runs: int) -> dict[str, float]:
    """Medians over ``runs`` starts of each."""
    ours, peers = [], []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            port, home = free_port(), Path(folder) / str(run)
            node = setup.init(home, {"node_url": f"http://127.0.0.1:{port}/", "node_name": "Floor", "port": port})
            node.database.close()
            serve = [sys.executable, "-m", "node.cli", "--home", str(home), "serve"]
            ours.append(start_and_weigh(serve, port))
            port = free_port()
            peers.append(start_and_weigh([sys.executable, "-c", PEER, str(port)], port))
    names = ("ready_s", "idle_mb")
    mine = {name: statistics.median(run[i] for run in ours) for i, name in enumerate(names)}
    theirs = {f"peer_{name}": statistics.median(run[i] for run in peers) for i, name in enumerate(names)}
    return {**mine, **theirs}


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


if __name__ == "__main__":
    main()
