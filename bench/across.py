"""How long it takes from asking at one node's desk until the request stands at the desk of another.

Two nodes on this machine, each a server with its worker in a process of its own, on SQLite. A member of a club asks by
the form of its desk for something that a school shares; the school's desk is asked again and again until it shows the
request. The time is from sending the form to the end of the page that shows it, so what both pages cost is in it.
Requests come at moments of every kind between two looks of a worker.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from examples.demo_processes import choose_port
from node.context import Node
from node.services.identity import accounts, members
from node.services.listings.publishing import put_listings
from node.services.organisations import hosting
from schemas.listing import Quantity
from tests.fakes.publisher import draft, publisher

REQUESTS, LIMIT_S, GIVEN_UP_S = 30, 2.0, 20.0
SCHOOL, CLUB = "riverside-school", "gladstone-connect"
_LOOK_EVERY_S = 0.02
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def node_at(home: Path, port: int) -> Node:
    """The node in this home, at an address of this machine."""
    values = {"node_url": f"http://127.0.0.1:{port}/", "port": port, "allow_loopback": True, "mail_capture": True}
    return replace(publisher(home, **values), clock=lambda: datetime.now(UTC))


def member_of(node: Node, slug: str) -> str:
    """The secret of a session of somebody who may answer for the organisation, which is made."""
    hosting.put_profile(node, slug.replace("-", " ").title(), slug, {})
    account = accounts.add(node, "Ann", f"ann@{slug}.example", operator=False)
    members.join(node, account, slug, members.OWNER)
    with node.database.write() as tx:
        return accounts.let_in(tx, node, account, "")


def answer(home: Path, port: int) -> None:
    """Serve the node in this home, with its worker, as `sharefeed serve` does."""
    from node import serving, worker
    from node.app import create_app

    node = node_at(home, port)
    stop = worker.start(node)
    try:
        serving.serve(create_app(node), node.settings)
    finally:
        stop()


@contextmanager
def served(home: Path, port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "bench.across", "--answer", str(home), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port, process)
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        try:
            Desk(port, "").get("/.well-known/sharefeed.json")
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("a node did not answer within two minutes, or ended")


class Desk:
    """Somebody's browser at a node of this machine, signed in with this secret."""

    def __init__(self, port: int, secret: str) -> None:
        self.port = port
        self.cookies = {accounts.COOKIE: secret}

    def get(self, path: str) -> str:
        return self._ask("GET", path)[1]

    def post(self, path: str, page: str, typed: Mapping[str, str]) -> str:
        """Send a form with the token of ``page``; where it leads."""
        found = _TOKEN.search(page)
        if found is None:
            raise RuntimeError("There is no form.")
        leads, _ = self._ask("POST", path, urlencode({**typed, "csrf_token": found[1]}))
        return leads

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Referer": f"http://127.0.0.1:{self.port}/"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            answered = connection.getresponse()
            text = answered.read().decode()
            for cookie in SimpleCookie("; ".join(answered.headers.get_all("Set-Cookie") or [])).values():
                self.cookies[cookie.key] = cookie.value
            if answered.status != (200 if method == "GET" else 303):
                raise RuntimeError(f"{method} {path}: {answered.status}")
            return answered.getheader("Location") or "", text
        finally:
            connection.close()


def seconds(school: Desk, club: Desk, listings: Sequence[str]) -> Iterator[float]:
    """How long a request for each of these took until it stood at the school's desk; the first one is told too."""
    dice = random.Random(3)
    path, list_path = f"/desk/{CLUB}/ask", f"/desk/{SCHOOL}/requests"
    for number, listing in enumerate(listings):
        page = club.get(f"{path}?{urlencode({'listing': listing})}")
        time.sleep(dice.random())
        began = time.perf_counter()
        made = club.post(path, page, {"listing": listing, "words": f"Request {number}", "agreed": "1"})
        exchange = made.rpartition("/")[2]
        while exchange not in school.get(list_path):
            if time.perf_counter() - began > GIVEN_UP_S:
                raise RuntimeError("A request did not arrive.")
            time.sleep(_LOOK_EVERY_S)
        yield time.perf_counter() - began


def measured(requests: int) -> list[float]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        ports = {name: choose_port() for name in ("school", "club")}
        homes = {name: Path(folder) / name for name in ports}
        school, club = (node_at(homes[name], ports[name]) for name in ports)
        # One for each request: whoever asks for the same again is led to what they have asked already.
        chairs = [draft(school, f"chairs{n}", quantity=Quantity(5), expires=_later()) for n in range(requests + 1)]
        shared = put_listings(school, chairs)
        desks = Desk(ports["school"], member_of(school, SCHOOL)), Desk(ports["club"], member_of(club, CLUB))
        listings = [f"{school.settings.url}listings/{one.key}" for one in shared]
        for node in (school, club):
            node.database.close()
        for name in ports:
            stack.enter_context(served(homes[name], ports[name]))
        # The first one has the nodes get to know each other.
        return list(seconds(*desks, listings))[1:]


def _later() -> datetime:
    return datetime.now(UTC) + timedelta(days=60)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run bench across", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="how many requests are sent")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.answer is not None:
        answer(options.answer, options.port)
        return 0
    times = measured(options.requests)
    middle, most = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    if options.json:
        print(json.dumps({"median_s": round(middle, 3), "p95_s": round(most, 3), "limit_s": LIMIT_S}))
    else:
        told = f"median {middle:.2f} s, p95 {most:.2f} s: {most / LIMIT_S:.2f} of the limit of {LIMIT_S:g} s"
        print(f"from one desk to another's, {len(times)} requests: {told}")
    return int(most > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
