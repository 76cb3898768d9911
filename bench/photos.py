"""What a photo of 12 megapixels costs who sends it, and what it costs everybody else meanwhile.

`sharefeed serve` answers in a process of its own. A member who is signed in sends photographs to the desk one after the
other, JPEG and HEIC, each of them another one; a figure is the time from the first byte that is sent to the answer, in
which the photo is decoded, turned, made small twice in two formats, and kept. Before that and meanwhile the first page
is asked for at fixed moments, and timed from the moment at which each request was due, so that waiting counts.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from PIL import ImageEnhance

from bench.node_floor import free_port
from node.services.configuration import setup
from node.services.identity import accounts, members
from node.services.organisations import hosting
from tests.fakes.camera import encoded, exif, scene

LIMIT_MS, OTHERS_LIMIT_MS = 1500.0, 60.0
SIZE = (4000, 3000)
SLUG = "riverside-school"
PER_SECOND, SECONDS = 20, 6.0
READY_S = 20.0


def photographs(kind: str, count: int) -> list[bytes]:
    """As many photographs of 12 megapixels as a phone makes them, each a little brighter than the one before."""
    options: dict[str, Any] = {"JPEG": {"quality": 92}, "HEIF": {"quality": 60, "enc_params": {"preset": "ultrafast"}}}
    whole = scene(SIZE)
    note = exif(6) if kind == "JPEG" else exif(1).tobytes()
    return [
        encoded(ImageEnhance.Brightness(whole).enhance(1 + number / 50), kind, exif=note, **options[kind])
        for number in range(count)
    ]


@contextmanager
def desk() -> Iterator[tuple[str, requests.Session]]:
    """The address of a running node, and the browser of somebody who may send photos there."""
    with tempfile.TemporaryDirectory() as folder:
        port, home = free_port(), Path(folder) / "home"
        url = f"http://127.0.0.1:{port}/"
        node = setup.init(home, {"node_url": url, "node_name": "Photos", "port": port})
        hosting.put_profile(node, "Riverside School", SLUG, {})
        account = accounts.add(node, "Anna", "anna@school.example")
        members.join(node, account, SLUG, "editor")
        with node.database.write() as tx:
            secret = accounts.let_in(tx, node, account, "")
        node.database.close()
        browser = requests.Session()
        browser.cookies.set(accounts.COOKIE, secret, path="/desk")
        serve = [sys.executable, "-m", "node.cli", "--home", str(home), "serve"]
        with subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                _await(url)
                yield url, browser
            finally:
                process.terminate()
                process.wait(timeout=20)


def _await(url: str) -> None:
    ends = time.perf_counter() + READY_S
    while time.perf_counter() < ends:
        try:
            requests.get(url, timeout=2)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{url} did not answer within {READY_S:g} s")


class Sender:
    """Sends photographs as the script of a form does."""

    def __init__(self, url: str, browser: requests.Session) -> None:
        self._address, self._browser = f"{url}desk/{SLUG}/photos", browser
        page = browser.get(self._address, timeout=30).text
        self._token = page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def ms(self, photo: bytes) -> float:
        """Milliseconds until it was taken in."""
        began = time.perf_counter()
        answer = self._browser.post(
            self._address,
            data={"csrf_token": self._token},
            files={"photo_file": ("photo", photo)},
            headers={"Accept": "application/json"},
            timeout=60,
        )
        if answer.status_code != 201:
            raise RuntimeError(f"It was not taken: {answer.status_code} {answer.text[:200]}")
        return (time.perf_counter() - began) * 1000


def others(url: str, until: threading.Event) -> list[float]:
    """Milliseconds that the first page took, asked for at fixed moments until the event comes."""
    took: list[float] = []
    with requests.Session() as reader:
        reader.get(url, timeout=30)
        began = time.perf_counter()
        while not until.is_set():
            due = began + len(took) / PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            reader.get(url, timeout=30)
            took.append((time.perf_counter() - due) * 1000)
    return took


def measure(count: int) -> dict[str, Any]:
    photos = {"JPEG": photographs("JPEG", count), "HEIC": photographs("HEIF", count)}
    with desk() as (url, browser):
        sender, times = Sender(url, browser), dict[str, list[float]]()
        # The process that makes photos is there from the second one on.
        first = sender.ms(encoded(scene(SIZE), "JPEG", quality=70))
        at_rest = _meanwhile(url, lambda: time.sleep(SECONDS))

        def send_all() -> None:
            times.update({kind: [sender.ms(photo) for photo in some] for kind, some in photos.items()})

        at_work = _meanwhile(url, send_all)
    rows = {kind: {"median_ms": round(statistics.median(ms)), "most_ms": round(max(ms))} for kind, ms in times.items()}
    return {
        "rows": rows,
        "first_ms": round(first),
        "others_at_rest_ms": round(_p95(at_rest), 1),
        "others_at_work_ms": round(_p95(at_work), 1),
        "photos": count,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _meanwhile(url: str, work: Any) -> list[float]:
    """How long others waited while ``work`` was done."""
    done, took = threading.Event(), list[float]()
    reader = threading.Thread(target=lambda: took.extend(others(url, done)))
    reader.start()
    work()
    done.set()
    reader.join()
    return took


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench photos", description=__doc__)
    parser.add_argument("--full", action="store_true", help="twenty photos of each kind instead of five")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    found = measure(20 if options.full else 5)
    if options.json:
        print(json.dumps(found))
        return
    for kind, row in found["rows"].items():
        share = row["most_ms"] / LIMIT_MS
        print(
            f"  {kind:5} of 12 MP {row['median_ms']:6} ms, at most {row['most_ms']:5} ms   {share:.2f} of {LIMIT_MS:g}"
        )
    print(f"  the first one   {found['first_ms']:6} ms, which starts the process that makes them")
    rest, work = found["others_at_rest_ms"], found["others_at_work_ms"]
    share = work / OTHERS_LIMIT_MS
    print(f"  others meanwhile, p95  {work:.1f} ms   {share:.2f} of {OTHERS_LIMIT_MS:g}; at rest {rest:.1f} ms")


if __name__ == "__main__":
    main()
