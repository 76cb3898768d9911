"""How fast the desk is with 5,000 listings: its list, its other pages, and from the form to the own feed. On SQLite.

Pages are asked of the application itself, in this process, one after the other: what is measured is what a page costs,
without the network. The list is asked for as it stands, searched, filtered and turned over, each page several times,
and so is every other page of an organisation, which has had 5,000 requests; the figure is the 95th percentile. A form
is sent with "publish now", then the change feed is asked for what is new, as a catalogue asks; the figure is the 95th
percentile of both together.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from node.app import create_app
from node.context import Node
from node.services.desk import drafts as desk_drafts
from node.services.exchanges.asking import told_of
from node.services.listings import publishing
from node.services.listings.drafts import Draft
from node.services.listings.own_ids import new_key
from node.services.listings.publishing import put_listings
from node.services.organisations import hosting
from node.storage import exchange_people, exchanges
from node.storage.exchange_people import Person
from node.storage.exchanges import Stored
from schemas import exchange as rules
from schemas.exchange import Exchange
from schemas.place import Place
from tests.fakes.publisher import URL, desk, publisher
from tests.node.web.desk.signed_in import signed_in, token_of

LISTINGS, LIST_LIMIT_MS, FORM_LIMIT_MS = 5000, 60.0, 100.0
REQUESTS = {rules.REQUESTED: 150, rules.ACCEPTED: 200, rules.LENT: 150, rules.RETURNED: 3000, rules.DECLINED: 1500}
"""How many requests are in each state."""
SLUG = "riverside-school"
LIMITS = (
    ("list_p95_ms", f"the list of {LISTINGS:,} listings, p95", LIST_LIMIT_MS),
    ("others_p95_ms", "every other page of the desk, p95", LIST_LIMIT_MS),
    ("form_p95_ms", "from the form to the own feed, p95", FORM_LIMIT_MS),
)
"""The figures, what they are called, and their limits in milliseconds."""
HERE = f"/desk/{SLUG}"
LIST, ONE = f"{HERE}/listings", f"{HERE}/listings/{SLUG}.r4711"
QUERIES = (
    "",
    "?page=40",
    "?q=chair",
    "?q=4711",
    "?sign=lend",
    "?category=furniture",
    "?state=paused",
    "?q=table&page=2",
)
LISTS = tuple(LIST + query for query in QUERIES)
OTHERS = (
    *(f"{HERE}/", "/desk/", "/desk/account", "/desk/health", f"{LIST}/new", f"{LIST}/new/give", f"{LIST}/new/event"),
    *(f"{LIST}/all?q=chair&then=pause", f"{ONE}/edit", f"{ONE}/history", f"{ONE}/published", f"{ONE}/calendar"),
    *(f"{HERE}/{name}" for name in ("calendar", "calendar/closed", "export", "import", "log", "members", "move")),
    *(f"{HERE}/{name}" for name in ("photos", "print", "profile", "recognition", "requests", "stories")),
    *(f"{HERE}/requests?{query}" for query in ("q=cha", "q=per+7", "show=agreed&page=3", "show=over&page=80")),
    *(f"{HERE}/tokens", f"{HERE}/print/sheet?as=poster&of={SLUG}.r4711"),
)
THINGS = (
    ("Twelve stacking chairs", "furniture/chair", "give", "item"),
    ("Folding tables", "furniture/table", "give", "item"),
    ("Gazebo", "events/marquee", "lend", "equipment"),
    ("School hall", "space/hall", "host", "space"),
)


def filled(home: Path) -> Node:
    """A publisher with `LISTINGS` listings of one organisation."""
    node = replace(publisher(home), clock=lambda: datetime.now(UTC))
    hosting.put_profile(node, "Riverside School", SLUG, {})
    host = hosting.organisation(node, SLUG)
    if host is None:
        raise RuntimeError("The organisation was not made.")
    places = [Place(name=f"Store {n}", locality="Werrington", country="GB") for n in range(12)]
    for start in range(0, LISTINGS, 500):
        drafts = []
        for number in range(start, start + 500):
            title, category, action, kind = THINGS[number % len(THINGS)]
            said = {"title": f"{title} {number}", "category": category, "action": action, "kind": kind}
            end = node.clock() + timedelta(days=30 + number % 300)
            listing = desk(host.organisation, **said, expires=end, place=places[number % len(places)])
            drafts.append(Draft(listing, new_key(SLUG, f"r{number}")))
        put_listings(node, drafts, "Anna")
    _ask(node, host.organisation.id)
    return node


def _ask(node: Node, organisation_id: str) -> None:
    """`REQUESTS`, each about another listing; who asked is known of what is open, and of a tenth of the rest."""
    about = publishing.listings(node)[:100]
    with node.database.write() as tx:
        for number, state in enumerate(state for state, many in REQUESTS.items() for _ in range(many)):
            told = {**told_of(about[number % len(about)].listing()), "key": about[number % len(about)].key, "url": URL}
            begun, is_over = node.now - 60 * number, state in rules.CLOSED
            exchange = Exchange("offer", "lend", 1, begun, begun, state, 1, starts_at=begun, ends_at=begun + 86_400)
            listing_id, closed = f"{URL}listings/{told['key']}", begun if is_over else None
            exchanges.add(tx, Stored(f"{number:016}", listing_id, organisation_id, told, exchange, closed_at=closed))
            if not is_over or number % 10 == 0:
                name, mark = f"Person {number}", f"{number % 500:064}"
                email = f"p{number}@x.example"
                exchange_people.add(tx, Person(f"{number:016}", name, email, "", "en", mark, "", begun))


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def pages(client: FlaskClient, paths: Sequence[str], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each of these pages, by its address, after one that nobody counts."""

    def ask(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")

    for path in paths:
        ask(path)
    found: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(rounds):
        for path in paths:
            found[path].append(timed(lambda path=path: ask(path)))  # type: ignore[misc]
    return found


def every(times: Mapping[str, Sequence[float]]) -> list[float]:
    return [one for some in times.values() for one in some]


def slowest(times: Mapping[str, Sequence[float]]) -> tuple[str, float]:
    """The page that takes longest, by its middle time."""
    path = max(times, key=lambda one: statistics.median(times[one]))
    return path, statistics.median(times[path])


def forms(client: FlaskClient, rounds: int) -> list[float]:
    """Milliseconds from sending a form to its listing in the node's own change feed."""
    token = token_of(client, f"{LIST}/new/give")
    cursor = _next(client, "/changes.json")

    def share(number: int) -> None:
        title = f"Bench {number}"
        typed = {"sign": "give", "title": title, "locality": "Werrington", "then": "publish", "csrf_token": token}
        path = f"/desk/{SLUG}/drafts/{desk_drafts.new_id()}"
        answer = client.post(path, data=typed, headers={"Referer": URL})
        if answer.status_code != 303 or title not in client.get(cursor).get_data(as_text=True):
            raise RuntimeError(f"It is not in the feed: {answer.status_code}")

    share(-1)
    return [timed(lambda number=number: share(number)) for number in range(rounds)]  # type: ignore[misc]


def _next(client: FlaskClient, path: str) -> str:
    """Where the change feed goes on once everything in it has been read."""
    address = path
    while True:
        head = client.get(address).get_json()["_sharefeed"]
        address = f"{path}?{urlencode({'after': head['checkpoint']})}"
        if not head["more"]:
            return address


def p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run bench desk", description=__doc__)
    parser.add_argument("--rounds", type=int, default=10, help="how often each page is asked for, and forms are sent")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        node = filled(Path(folder) / "home")
        client = signed_in(create_app(node), node, SLUG, "operator")
        listed, others = pages(client, LISTS, options.rounds), pages(client, OTHERS, options.rounds)
        figures = {
            "list_p95_ms": p95(every(listed)),
            "others_p95_ms": p95(every(others)),
            "form_p95_ms": p95(forms(client, options.rounds * 2)),
        }
        node.database.close()
    path, middle = slowest(others)
    if options.json:
        told = {name: round(value, 1) for name, value in figures.items()}
        print(json.dumps({**told, "slowest": path, "slowest_ms": round(middle, 1), "listings": LISTINGS}))
    else:
        for name, label, limit in LIMITS:
            print(f"{label:46} {figures[name]:6.1f} ms   {figures[name] / limit:.2f} of the limit of {limit:g}")
        print(f"the slowest of the other pages, {path}, takes {middle:.1f} ms")
    return int(any(figures[name] > limit for name, _, limit in LIMITS))


if __name__ == "__main__":
    sys.exit(main())
