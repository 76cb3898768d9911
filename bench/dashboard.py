"""How fast the city's view answers over HTTP with many handovers behind it, and what it costs to keep its sums in step.

Handovers of five years, made up by rule, of 600 organisations in 40 places: storage takes them as it takes those that
receipts come to, so that their sums are kept. A server in a process of its own is asked, one request at a time, for the
page as it opens, narrowed in one, two, three and four ways, and for every month there is; for the funder's report, the
data, and the handovers that stand behind a figure. No address is asked for twice in a round. The peer, in the same run,
counts the same months by one query over the handovers themselves.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import func, select

from bench.search import build, served
from node.context import Node
from node.services.dashboard.narrowing import moved
from node.services.dashboard.recounting import recount
from node.settings import load
from node.storage import handovers
from node.storage.receipt_tables import handovers as table
from schemas.handover import Handover

SMALL, FULL = 20_000, 1_000_000
LIMIT_MS = 300.0
MONTHS, ORGANISATIONS, PLACES, AT_ONCE = 60, 600, 40, 5000
LISTINGS = 2000
ROUNDS = 6
DOWNLOAD = "all of it as CSV"
"""Every sum there is, for a spreadsheet; it is told, and not under the limit of pages."""
TYPES = ("business", "charity", "school", "community_group", "faith_group", "public_body")
THINGS = (
    *(
        ("give", path)
        for path in ("furniture/desk", "furniture/chair", "it/laptop", "textiles", "books", "toys", "tools")
    ),
    *(("give", path) for path in ("baby", "garden", "materials", "office", "appliances", "food")),
    *(("lend", path) for path in ("tools", "events/marquee", "av")),
    ("host", "space/hall"),
    ("help", "skill/it"),
)
ENDS = (
    *(("matched", "") for _ in range(12)),
    *(("one_sided", "") for _ in range(3)),
    ("one_operator", ""),
    *(("one_sided", outcome) for outcome in ("declined", "withdrawn", "expired", "cancelled", "no_show", "unknown")),
)


def made_up(count: int, last: str) -> Iterator[Handover]:
    """Handovers that end in the months until ``last``, more and more of them; the same ones each time."""
    chance = random.Random(5)
    months = [moved(last, -number) for number in range(MONTHS)]
    often = [MONTHS - number / 2 for number in range(MONTHS)]
    homes = [min(PLACES - 1, int(chance.expovariate(0.15))) for _ in range(ORGANISATIONS)]
    for number in range(count):
        giver, taker = chance.randrange(ORGANISATIONS), chance.randrange(ORGANISATIONS * 2)
        [month] = chance.choices(months, often)
        yield _handover(number, giver, taker, month, homes[giver], chance)


def _handover(number: int, giver: int, taker: int, month: str, place: int, chance: random.Random) -> Handover:
    (action, category), (state, ended) = chance.choice(THINGS), chance.choice(ENDS)
    outcome = ended or ("returned" if action == "lend" else "received")
    weight = chance.choice((None, 4000, 12_000, 26_000)) if action == "give" else None
    is_person = taker >= ORGANISATIONS
    return Handover(
        exchange=f"https://n{giver % 50}.example/exchanges/{number:020}",
        state=state,
        counted=state == "matched" and not ended,
        outcome=outcome,
        direction="offer",
        action=action,
        kind={"host": "space", "help": "skill"}.get(action, "item"),
        category=category,
        listing_id=f"https://n{giver % 50}.example/listings/{number}",
        title="Something to share",
        owner_id=f"https://n{giver % 50}.example/organisations/{giver}",
        place=f"Place {place}",
        weight_g=weight,
        weight_source="default" if weight else "unknown",
        minutes=120 if action in ("host", "help") else None,
        co2e_low_g=weight,
        co2e_g=weight and weight * 2,
        co2e_high_g=weight and weight * 5,
        giver_id=f"https://n{giver % 50}.example/organisations/{giver}",
        giver_type=TYPES[giver % len(TYPES)],
        giver_name=f"Organisation {giver}",
        taker_id="" if is_person else f"https://n{taker % 50}.example/organisations/{taker}",
        taker_type="person" if is_person else TYPES[taker % len(TYPES)],
        listed_on=f"{moved(month, -1)}-{chance.randrange(1, 29):02}",
        accepted_on=f"{month}-01" if not ended else "",
        asked_on=f"{month}-01",
        ended_on=f"{month}-{chance.randrange(1, 29):02}",
        month=month,
    )


def fill(node: Node, count: int) -> float:
    """Let storage take ``count`` handovers; how many a second it took."""
    waiting: list[Handover] = []
    began = time.perf_counter()
    for one in made_up(count, f"{node.clock():%Y-%m}"):
        waiting.append(one)
        if len(waiting) == AT_ONCE:
            _put(node, waiting)
            waiting = []
    _put(node, waiting)
    return count / (time.perf_counter() - began)


def _put(node: Node, rows: Sequence[Handover]) -> None:
    with node.database.write() as tx:
        handovers.put(tx, rows)


def asked(last: str, seed: int) -> dict[str, list[str]]:
    """Addresses by how they are narrowed; other values in each round."""
    chance = random.Random(seed)

    def some() -> list[tuple[str, str]]:
        action, category = chance.choice(THINGS)
        pairs = [("action", action), ("category", category.partition("/")[0])]
        pairs += [("place", f"Place {chance.randrange(8)}"), ("organisation_type", chance.choice(TYPES))]
        return pairs

    ever = [("from", moved(last, 1 - MONTHS)), ("until", last)]
    narrowed: dict[str, list[list[tuple[str, str]]]] = {
        "as it opens": [[]],
        "one choice": [[pair] for pair in some()],
        "two choices": [chance.sample(some(), 2) for _ in range(4)],
        "three or four": [chance.sample(some(), 3), some()],
        "five years": [ever],
        "five years, one choice": [[*ever, pair] for pair in some()],
        "five years, two choices": [[*ever, *chance.sample(some(), 2)] for _ in range(4)],
    }
    found = {name: [f"/impact?{urlencode(pairs)}" for pairs in lists] for name, lists in narrowed.items()}
    ways = narrowed["as it opens"] + narrowed["one choice"] + narrowed["five years"]
    found["funder's report"] = [f"/impact/report?{urlencode(pairs)}" for pairs in ways]
    found["as JSON"] = [f"/impact.json?{urlencode(pairs)}" for pairs in ways]
    found[DOWNLOAD] = [f"/impact.csv?{urlencode(pairs)}" for pairs in ways]
    months = [[("month", moved(last, -chance.randrange(6))), ("page", str(chance.randrange(1, 4)))] for _ in range(3)]
    found["handovers behind it"] = [
        f"/impact/handovers?{urlencode(pairs)}" for pairs in months + narrowed["one choice"]
    ]
    return found


def times_of(port: int, last: str, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each answer, by how its address is narrowed, after a round that nobody counts."""
    connection = HTTPConnection("127.0.0.1", port)
    found: dict[str, list[float]] = {}
    for number in range(rounds + 1):
        for name, paths in asked(last, number).items():
            for path in paths:
                began = time.perf_counter()
                connection.request("GET", path)
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    raise SystemExit(f"{path} was answered with {answer.status}")
                if number:
                    found.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    connection.close()
    return found


def without_sums(node: Node) -> float:
    """Milliseconds of counting all months by the handovers themselves: one of the dozen questions of the page."""
    weighed = func.sum(table.c.weight_g), func.sum(table.c.co2e_g)
    query = select(table.c.month, table.c.state, func.count(), *weighed).group_by(table.c.month, table.c.state)
    began = time.perf_counter()
    with node.database.read() as tx:
        tx.execute(query).all()
    return (time.perf_counter() - began) * 1000


def figures(times: Sequence[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(times), 1), "p95": round(statistics.quantiles(times, n=20)[18], 1)}


def measure(count: int, rounds: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "node"
        build(home, LISTINGS)
        node = Node.open(load(home, {}))
        before = _size(home)
        rate = fill(node, count)
        if recount(node).wrong:
            raise SystemExit("the sums are not those of a recount")
        with served(home) as port:
            found = times_of(port, f"{node.clock():%Y-%m}", rounds)
        peer = without_sums(node)
        node.database.close()
        size = _size(home) - before
    return {
        "handovers": count,
        "times": {
            "all": figures([one for name, some in found.items() if name != DOWNLOAD for one in some]),
            **{name: figures(times) for name, times in found.items()},
        },
        "kept_per_second": round(rate),
        "megabytes": round(size / 2**20),
        "one_question_without_sums_ms": round(peer, 1),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _size(home: Path) -> int:
    return sum(file.stat().st_size for file in home.glob("*.sqlite*"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run bench dashboard", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} handovers instead of {SMALL:,}")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    found = measure(FULL if options.full else SMALL, ROUNDS)
    print(json.dumps(found) if options.json else _table(found))
    return int(found["times"]["all"]["p95"] > LIMIT_MS)


def _table(found: dict[str, Any]) -> str:
    lines = [f"{found['handovers']:,} handovers" + " " * 14 + "p50 ms    p95 ms"]
    lines += [f"{name:<28}{one['p50']:>10}{one['p95']:>10}" for name, one in found["times"].items()]
    lines.append(f"limit of all, p95: {LIMIT_MS:g} ms")
    lines.append(f"one question of it without sums: {found['one_question_without_sums_ms']} ms")
    lines.append(f"handovers kept a second: {found['kept_per_second']:,}; {found['megabytes']} MB")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
