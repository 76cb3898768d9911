"""The map with ten thousand pins, in a real browser, against the same map without any in the same run.

What is looked for is a stutter: tasks that keep the page from answering, and gaps between frames while somebody drags
and zooms. The catalogue is made up, the page and its points come from the real application over HTTP; what the points
cost the server is its processor time, under gzip, without the network.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench.entries import NOW
from bench.search import build, served
from node.context import Node
from node.search.request import SearchRequest
from node.services.catalogue.search_documents import geojson_document
from node.settings import load
from tools.browser import MISSING, chromium, find_chromium

PINS, QUICK_PINS = 10_000, 2_000
LONGEST_TASK_MS = 200.0
SERVER_MS = 150.0
SIZE = {"width": 1280, "height": 900}
EMPTY = '{"type":"FeatureCollection","features":[]}'
_DRAGS, _STEPS, _STEP_MS = 6, 24, 16

_WATCH = """(() => {
    window.tasks = [];
    window.frames = [];
    new PerformanceObserver((list) => {
        for (const one of list.getEntries()) tasks.push([one.startTime, one.duration]);
    }).observe({ type: "longtask", buffered: true });
    const frame = (now) => { frames.push(now); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
})()"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one map did, in milliseconds: until it was drawn, its longest tasks, and the gaps between frames."""

    drawn: float
    loading: tuple[float, ...]
    moving: tuple[float, ...]
    gaps: tuple[float, ...]

    def figures(self) -> dict[str, float]:
        """By name. ``load_task_ms`` leaves out the longest task of the loading, which is the page's own."""
        cuts = statistics.quantiles(self.gaps, n=20)
        return {
            "drawn_ms": round(self.drawn),
            "first_task_ms": round(max(self.loading, default=0.0)),
            "load_task_ms": round(max(sorted(self.loading)[:-1], default=0.0)),
            "move_task_ms": round(max(self.moving, default=0.0)),
            "gap_median_ms": round(statistics.median(self.gaps), 1),
            "gap_p95_ms": round(cuts[18], 1),
            "gap_longest_ms": round(max(self.gaps)),
        }


def server_ms(home: Path, times: int = 5) -> tuple[float, int, int]:
    """Processor time of all points, the least of some; their bytes, and those under gzip."""
    node = Node.open(load(home, {}))
    still = Node(node.settings, node.database, lambda: NOW.astimezone(UTC))
    spent = []
    for _ in range(times):
        started = time.process_time()
        made = geojson_document(still, SearchRequest(), "")
        squeezed = len(made.gzipped)
        spent.append((time.process_time() - started) * 1000)
    node.database.close()
    return round(min(spent), 1), len(made.body), squeezed


def watch(browser: Browser, address: str, empty: bool) -> Seen:
    """Load the page, drag the map about, zoom in and out. ``empty`` leaves out all points but those of the cards."""
    context = browser.new_context(viewport=SIZE, locale="en-GB", service_workers="block")
    context.add_init_script(_WATCH)
    page = context.new_page()
    if empty:
        page.route("**/search.geojson*", lambda route: route.fulfill(body=EMPTY, content_type="application/geo+json"))
    started = time.perf_counter()
    page.goto(address)
    page.locator("#map[data-ready]").wait_for()
    if not empty:
        page.locator("#map .leaflet-marker-icon").first.wait_for()
    drawn = (time.perf_counter() - started) * 1000
    page.wait_for_timeout(1500)
    loaded = float(page.evaluate("performance.now()"))
    page.evaluate("frames.length = 0")
    move(page)
    tasks: list[list[float]] = page.evaluate("tasks")
    frames: list[float] = page.evaluate("frames")
    context.close()
    return Seen(
        drawn,
        tuple(length for start, length in tasks if start < loaded),
        tuple(length for start, length in tasks if start >= loaded),
        tuple(later - earlier for earlier, later in pairwise(frames)),
    )


def move(page: Page) -> None:
    """What somebody does with a map: closer, about, about again, and back."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + min(box["height"], SIZE["height"] - box["y"]) / 2
    for zoom in ("+", "+", "-", "+", "+", "-", "-", "-"):
        _drag(page, middle)
        page.locator("#map").focus()
        page.keyboard.press(zoom)
        page.wait_for_timeout(600)


def _drag(page: Page, middle: tuple[float, float]) -> None:
    x, y = middle
    for turn in range(_DRAGS):
        side = 1 if turn % 2 else -1
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, _STEPS + 1):
            page.mouse.move(x + side * step * 5, y + side * step * 3)
            page.wait_for_timeout(_STEP_MS)
        page.mouse.up()
    page.wait_for_timeout(200)


def measure(count: int, program: str) -> dict[str, Any]:
    """Figures of the full map, of the empty one, and of the server."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "node"
        build(home, count)
        spent, size, squeezed = server_ms(home)
        with served(home) as port, chromium(program) as browser:
            address = f"http://127.0.0.1:{port}/search"
            watch(browser, address, empty=True)
            empty, full = watch(browser, address, empty=True), watch(browser, address, empty=False)
    return {
        "pins": count,
        "server_ms": spent,
        "bytes": size,
        "gzip_bytes": squeezed,
        "full": full.figures(),
        "empty": empty.figures(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench map", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{PINS:,} pins instead of {QUICK_PINS:,}")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    program = find_chromium()
    if program is None:
        sys.exit(MISSING)
    found = measure(PINS if options.full else QUICK_PINS, program)
    print(json.dumps(found)) if options.json else _print_table(found)


_NAMES = {
    "drawn_ms": "until the map is drawn",
    "first_task_ms": "longest task while loading",
    "load_task_ms": "longest of the others",
    "move_task_ms": "longest task while moving",
    "gap_median_ms": "between frames while moving",
    "gap_p95_ms": "in nineteen of twenty",
    "gap_longest_ms": "at the most",
}


def _print_table(found: dict[str, Any]) -> None:
    size, squeezed = found["bytes"] / 1e6, found["gzip_bytes"] / 1e6
    print(f"{found['pins']:,} pins, {size:.2f} MB, {squeezed:.2f} MB under gzip")
    share = found["server_ms"] / SERVER_MS
    print(f"  {'the server spends':<30}{found['server_ms']:>8.0f} ms   {share:.2f} of the limit of {SERVER_MS:g}")
    print(f"  {'':<30}{'pins':>8}{'none':>8}   pins to none")
    for name, words in _NAMES.items():
        full, empty = found["full"][name], found["empty"][name]
        ratio = f"{full / empty:.2f}" if empty else "-"
        limit = f"   limit {LONGEST_TASK_MS:g} ms" if name in ("load_task_ms", "move_task_ms") else ""
        print(f"  {words:<30}{full:>8g}{empty:>8g}   {ratio}{limit}")


if __name__ == "__main__":
    main()
