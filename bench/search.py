"""Search with facets over HTTP: the JSON API and the page, against the PyPI package ``reader`` in the same run.

A catalogue of made-up listings is written to SQLite and indexed; the real application answers through waitress in a
process of its own, one request at a time. Every search is asked once, so nothing is answered from memory of itself.
``reader`` searches the same listings by the same words inside this process, without HTTP and without facets; it holds
at most 10,000 of them, since filling it takes minutes and its times only grow. Suggestions are asked for by what
somebody has typed so far.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench.entries import NOW, made_up
from bench.node_floor import free_port
from federation.facts import Entry
from node.context import Node
from node.search.follow import Follower
from node.services.configuration import setup
from node.settings import load
from node.storage import catalogue
from schemas import json_feed
from schemas.page import Page
from schemas.vocabulary import categories

MILLION, FULL, SMALL, PEER_MOST = 1_000_000, 100_000, 5_000, 10_000
LIMIT_MS, MILLION_LIMIT_MS, SUGGESTIONS_LIMIT_MS = 20.0, 40.0, 10.0
"""At the 95th percentile: for the API with up to 100,000 listings and with more, and for suggestions."""

WARM_UP, REQUESTS = 20, 150
PEER_KINDS = ("one word", "a thing")
_CHUNK = 2000
_PLACES = ((52.5733, -0.2441), (52.5561, -0.1284), (52.6768, -0.3171), (52.4809, -0.4681))

Asked = list[tuple[str, str]]


def build(home: Path, count: int) -> tuple[float, float]:
    """A catalogue of ``count`` listings with its index; seconds that the index took, and megabytes on disk."""
    node = setup.init(home, {"node_url": "http://127.0.0.1:1/", "aggregate": True, "allow_loopback": True})
    entries = made_up(count)
    while chunk := list(islice(entries, _CHUNK)):
        with node.database.write() as tx:
            catalogue.apply(tx, chunk, [], int(NOW.timestamp()))
    started = time.perf_counter()
    Follower(node).catch_up()
    took = time.perf_counter() - started
    node.database.close()
    return took, sum(file.stat().st_size for file in (home / "index").rglob("*") if file.is_file()) / 1e6


def answer(home: Path, port: int) -> None:
    """Serve the catalogue, at the moment for which it was made."""
    from waitress.server import create_server

    from node.app import create_app
    from node.processes import look_for_cycles_less

    # The limit on how fast one network may search is in force, and too high to be met.
    node = Node.open(load(home, {}).changed(host="127.0.0.1", port=port, api_rate_per_minute=1_000_000))
    still = Node(node.settings, node.database, lambda: NOW.astimezone(UTC))
    server = create_server(create_app(still), host="127.0.0.1", port=port, threads=4, ident=None)
    look_for_cycles_less()
    server.run()


@contextmanager
def served(home: Path) -> Iterator[int]:
    """The port on which the catalogue is answered by another process; it is stopped at the end."""
    port = free_port()
    command = [sys.executable, "-m", "bench.search", "--answer", str(home), "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=10)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it answers: a minute, for a machine that has much else to do."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/api/v1/listings?limit=1")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise SystemExit("the application did not answer within a minute, or ended")


def searches(seed: int, count: int) -> dict[str, list[Asked]]:
    """Searches of several kinds, ``count`` of each, every one different."""
    dice = random.Random(seed)
    things = sorted({thing for one in categories().values() for thing in (*one.examples, *one.synonyms)})
    words = sorted({word for thing in things for word in thing.split() if len(word) > 4 and word.isascii()})

    def thing() -> Asked:
        return [("q", dice.choice(things))]

    def point() -> Asked:
        lat, lon = dice.choice(_PLACES)
        return [("lat", f"{lat + dice.gauss(0, 0.02):.4f}"), ("lon", f"{lon + dice.gauss(0, 0.02):.4f}")]

    def filters() -> Asked:
        chosen = [("action", dice.choice(("give", "lend"))), ("condition", "good"), ("condition", "new")]
        return [*chosen, ("category", dice.choice(("furniture", "it", "garden", "tools")))]

    kinds: dict[str, Callable[[], Asked]] = {
        "one word": lambda: [("q", dice.choice(words))],
        "a thing": thing,
        "as you type": lambda: [("q", dice.choice(words)[: dice.randint(2, 5)])],
        "a slip": lambda: [("q", _slipped(dice, dice.choice(words)))],
        "many words": lambda: [("q", f"{dice.choice(things)} for our {dice.choice(words)} {dice.choice(words)}")],
        "two facets": lambda: [*thing(), *filters()],
        "within a radius": lambda: [*thing(), *point(), ("within", dice.choice(("2", "5", "10")))],
        "nearest, no words": lambda: [*point(), *filters()],
        "newest, no words": lambda: [*filters(), ("sort", "newest"), ("page", str(dice.randint(1, 40)))],
    }
    return {name: [make() for _ in range(count)] for name, make in kinds.items()}


def _slipped(dice: random.Random, word: str) -> str:
    at = dice.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def timed(port: int, path: str, asked: Sequence[Asked]) -> list[float]:
    """Milliseconds of each request, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    for pairs in asked:
        started = time.perf_counter()
        connection.request("GET", f"{path}?{urlencode(pairs)}")
        response = connection.getresponse()
        response.read()
        times.append((time.perf_counter() - started) * 1000)
        if response.status != 200:
            raise SystemExit(f"{path}?{urlencode(pairs)} was answered with {response.status}")
    connection.close()
    return times


def _begun(pairs: Asked) -> Asked:
    """The words of a search as somebody has typed them so far; empty where it has none."""
    words = dict(pairs).get("q", "")
    return [("q", words[: max(2, 2 * len(words) // 3)])] if words else []


def peer_times(entries: Sequence[Entry], asked: Sequence[Asked], folder: Path) -> list[float]:
    """Milliseconds of the same searches by words in ``reader``, 24 results each."""
    from reader import make_reader

    page = Page(format="json", title="Bench")
    (folder / "feed.json").write_bytes(json_feed.encode(page, [entry.item.encode() for entry in entries]))
    reader = make_reader(str(folder / "reader.sqlite"), feed_root=str(folder))
    reader.add_feed("feed.json")
    reader.update_feeds()
    reader.enable_search()
    reader.update_search()
    times = []
    for pairs in asked:
        started = time.perf_counter()
        list(reader.search_entries(_for_fts(dict(pairs)["q"]), limit=24))
        times.append((time.perf_counter() - started) * 1000)
    reader.close()
    return times


def _for_fts(words: str) -> str:
    """Words as SQLite's full-text syntax takes them."""
    return " ".join(f'"{word}"' for word in words.replace('"', " ").split())


def figures(times: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    cuts = statistics.quantiles(times, n=20)
    return {"p50": round(statistics.median(times), 2), "p95": round(cuts[18], 2)}


def measure(count: int, requests: int = REQUESTS) -> dict[str, Any]:
    """Times of the API and of the page by kind of search and over all, and those of the peer."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "node"
        indexing, megabytes = build(home, count)
        asked = searches(7, requests)
        with served(home) as port:
            timed(port, "/api/v1/listings", [pairs for some in searches(1, WARM_UP // 4).values() for pairs in some])
            kinds = {name: timed(port, "/api/v1/listings", some) for name, some in asked.items()}
            typed = [pairs for some in searches(3, requests).values() for pairs in some if _begun(pairs)]
            suggested = timed(port, "/api/v1/suggestions", [_begun(pairs) for pairs in typed])
            page = timed(port, "/search", [pairs for some in searches(9, requests // 5).values() for pairs in some])
        held = min(count, PEER_MOST)
        alike = [pairs for name in PEER_KINDS for pairs in asked[name]]
        peer = peer_times(list(made_up(held)), alike, Path(folder))
    return {
        "listings": count,
        "indexing_s": round(indexing, 1),
        "index_mb": round(megabytes),
        "api": figures([one for some in kinds.values() for one in some]),
        "kinds": {name: figures(some) for name, some in kinds.items()},
        "page": figures(page),
        "suggestions": figures(suggested),
        "limit_ms": LIMIT_MS if count <= FULL else MILLION_LIMIT_MS,
        "peer": {"listings": held, **figures(peer), "ours": figures([t for n in PEER_KINDS for t in kinds[n]])},
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench search", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} listings instead of {SMALL:,}")
    parser.add_argument("--million", action="store_true", help=f"{MILLION:,}, which takes some ten minutes to make")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer(options.answer, options.port)
        return
    found = measure(MILLION if options.million else FULL if options.full else SMALL)
    if options.json:
        print(json.dumps(found))
        return
    _print_table(found)


def _print_table(found: dict[str, Any]) -> None:
    api, page, peer, kinds = (dict(found[name]) for name in ("api", "page", "peer", "kinds"))
    typed, limit = found["suggestions"], found["limit_ms"]
    print(f"{found['listings']:,} listings; indexed in {found['indexing_s']} s, {found['index_mb']} MB")
    print(f"{'':<34}{'p50 ms':>9}{'p95 ms':>9}   of the limit of {limit:g} ms")
    for name, row in kinds.items():
        print(f"  {name:<32}{row['p50']:>9.1f}{row['p95']:>9.1f}{row['p95'] / limit:>9.2f}")
    print(f"{'JSON API, all of them':<34}{api['p50']:>9.1f}{api['p95']:>9.1f}{api['p95'] / limit:>9.2f}")
    share = typed["p95"] / SUGGESTIONS_LIMIT_MS
    print(f"{'suggestions':<34}{typed['p50']:>9.1f}{typed['p95']:>9.1f}{share:>9.2f} of {SUGGESTIONS_LIMIT_MS:g} ms")
    print(f"{'search page, all of them':<34}{page['p50']:>9.1f}{page['p95']:>9.1f}")
    name = f"reader, {peer['listings']:,} listings"
    ours = peer["ours"]["p95"]
    compared = f"{peer['p95'] / ours:.1f} times ours of {ours:g} ms for the same words"
    print(f"{name:<34}{peer['p50']:>9.1f}{peer['p95']:>9.1f}   {compared}")


if __name__ == "__main__":
    main()
