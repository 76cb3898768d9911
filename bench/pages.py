"""What the first pages weigh and how much script they run, in the system's Chromium, against the limits for a phone.

The demo's whole network answers. Each page is opened in a browser that has nothing kept: bytes are those that came over
the wire, headers included; photographs, and what the map needs, are told apart, as neither is needed to read the page.
Script is the time that the browser spent in scripts and in compiling them until the page was at rest, once as it is and
once with what the map needs kept away, which tells the page's own from the map's. The peer in the same run is an empty
page: the least that any page costs there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from examples.demo_network import Network, running, wait_until_read
from examples.demo_plan import read_plan
from examples.demo_processes import choose_port
from tools.browser import MISSING, chromium, find_chromium
from tools.pages import addresses

LIMIT_KB, LIMIT_SCRIPT_MS = 90.0, 50.0
SHOWN = ("home", "search", "listing")
WIDTHS = {"phone": (390, 844), "desk": (1280, 800)}
ROUNDS = 5
_EMPTY = "data:text/html,<!doctype html><title>empty</title>"
_MAP = ("leaflet", "/map/", "map.", ".geojson")


@dataclass(frozen=True, slots=True)
class Opened:
    """One page, opened once: kilobytes over the wire by what they are for, and milliseconds of script, with its map."""

    page_kb: float
    photo_kb: float
    map_kb: float
    script_ms: float


@contextmanager
def network() -> Iterator[Network]:
    with tempfile.TemporaryDirectory() as folder, running(read_plan(), Path(folder) / "network", choose_port()) as made:
        wait_until_read(made)
        yield made


def opened(browser: Browser, address: str, size: tuple[int, int], with_map: bool = True) -> Opened:
    """Open ``address`` with nothing kept, and weigh it."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, service_workers="block")
    page = context.new_page()
    if not with_map:
        page.route(_is_of_the_map, lambda route: route.abort())
    session = context.new_cdp_session(page)
    addresses_of: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda told: addresses_of.update({told["requestId"]: _kind(told)}))
    session.on("Network.loadingFinished", lambda told: sizes.update({told["requestId"]: told["encodedDataLength"]}))
    session.send("Network.enable")
    session.send("Performance.enable")
    page.goto(address, wait_until="networkidle")
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    weight = dict.fromkeys(("page", "photo", "map"), 0.0)
    for number, size_b in sizes.items():
        weight[addresses_of.get(number, "page")] += size_b / 1000
    return Opened(weight["page"], weight["photo"], weight["map"], metrics["ScriptDuration"] * 1000)


def _is_of_the_map(url: str) -> bool:
    return any(part in url.partition("?")[0] for part in _MAP)


def _kind(told: dict[str, Any]) -> str:
    response = told["response"]
    if _is_of_the_map(response["url"]):
        return "map"
    return "photo" if response["mimeType"] in ("image/jpeg", "image/png", "image/webp") else "page"


def measure(rounds: int = ROUNDS) -> dict[str, Any]:
    """Medians for each page and width, and of an empty page."""
    program = find_chromium()
    if program is None:
        raise SystemExit(MISSING)
    rows: list[dict[str, Any]] = []
    with network() as made, chromium(program) as browser:
        pages = {name: addresses(made)[name] for name in SHOWN}
        for name, address in {"empty": _EMPTY, **pages}.items():
            for width, size in WIDTHS.items():
                whole = _medians([opened(browser, address, size) for _ in range(rounds)])
                own = _medians([opened(browser, address, size, with_map=False) for _ in range(rounds)])
                map_ms = round(max(0.0, whole["script_ms"] - own["script_ms"]), 1)
                rows.append({"page": name, "at": width, **whole, "script_ms": own["script_ms"], "map_ms": map_ms})
    return {"rows": rows, "rounds": rounds, "measured": datetime.now(UTC).isoformat(timespec="seconds")}


def _medians(found: list[Opened]) -> dict[str, float]:
    names = ("page_kb", "photo_kb", "map_kb", "script_ms")
    return {name: round(statistics.median(getattr(one, name) for one in found), 1) for name in names}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench pages", description=__doc__)
    parser.add_argument("--full", action="store_true", help="three times as many rounds")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    found = measure(3 * ROUNDS if options.full else ROUNDS)
    print(json.dumps(found) if options.json else _table(found["rows"]))


def _table(rows: list[dict[str, Any]]) -> str:
    names = (
        ("page kB", 9),
        ("of limit", 10),
        ("photos kB", 11),
        ("map kB", 8),
        ("script ms", 11),
        ("of limit", 10),
        ("map ms", 8),
    )
    head = " " * 16 + "".join(f"{name:>{width}}" for name, width in names)
    lines = [head]
    for row in rows:
        share, script = row["page_kb"] / LIMIT_KB, row["script_ms"] / LIMIT_SCRIPT_MS
        lines.append(
            f"{row['page']:<8}{row['at']:<8}{row['page_kb']:>9}{share:>10.2f}{row['photo_kb']:>11}{row['map_kb']:>8}"
            f"{row['script_ms']:>11}{script:>10.2f}{row['map_ms']:>8}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
