"""Lighthouse's four scores for pages of the demo's catalogue, as a phone on a slow line would see them.

Needs Node.js and npm: the package ``lighthouse`` is installed into a folder of the user's cache when it is first asked
for, and nothing of it into the project. It drives the system's Chromium. Each page is looked at several times, and the
middle score counts, as Lighthouse's own advice is; the limit is 95 of 100 in each category.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.pages import network
from tools.browser import FLAGS, MISSING, find_chromium
from tools.pages import PAGES, addresses

PACKAGE = "lighthouse@13.5.0"
LIMIT = 95
ROUNDS, FULL_ROUNDS = 3, 5
SHOWN = ("home", "search", "listing", "wanted")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PATIENCE_S = 240
ATTEMPTS = 4


def installed() -> Path:
    """The program, installed if it is not yet. Raises SystemExit where there is no npm."""
    if shutil.which("npm") is None:
        raise SystemExit("This needs Node.js and npm: apt-get install nodejs npm")
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "sharefeed" / PACKAGE.replace("@", "-")
    program = folder / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(folder), "--no-save", "--no-package-lock", "--no-audit", PACKAGE]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return program


def look(command: Sequence[str], browser: str) -> None:
    """Run Lighthouse, again where the browser had not begun when it looked (NO_NAVSTART), as it advises itself."""
    for left in reversed(range(ATTEMPTS)):
        looked = subprocess.run(command, timeout=PATIENCE_S, env={**os.environ, "CHROME_PATH": browser}, check=not left)
        if looked.returncode == 0:
            return


def scores(program: Path, browser: str, address: str) -> dict[str, float]:
    """The scores of one look at ``address``, out of 100."""
    with tempfile.TemporaryDirectory() as folder:
        flags = " ".join(("--headless=new", *(flag for flag in FLAGS if flag != "--headless")))
        output = Path(folder) / "report.json"
        command = [str(program), address, "--quiet", "--output=json", f"--output-path={output}"]
        command += [f"--chrome-flags={flags}", f"--only-categories={','.join(CATEGORIES)}"]
        look(command, browser)
        report = json.loads(output.read_bytes())
    return {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}


def measure(rounds: int, pages: tuple[str, ...]) -> dict[str, Any]:
    """The median scores of each page."""
    browser = find_chromium(whole=True)
    if browser is None:
        raise SystemExit(MISSING)
    program = installed()
    found: dict[str, dict[str, float]] = {}
    with network() as made:
        for name in pages:
            looks = [scores(program, browser, addresses(made)[name]) for _ in range(rounds)]
            found[name] = {kind: statistics.median(look[kind] for look in looks) for kind in CATEGORIES}
    return {"scores": found, "rounds": rounds, "measured": datetime.now(UTC).isoformat(timespec="seconds")}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench lighthouse", description=__doc__)
    parser.add_argument("--full", action="store_true", help="all ten pages of the screenshots, five looks at each")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    options = parser.parse_args()
    found = measure(FULL_ROUNDS if options.full else ROUNDS, PAGES if options.full else SHOWN)
    print(json.dumps(found) if options.json else _table(found["scores"]))


def _table(found: dict[str, dict[str, float]]) -> str:
    lines = [f"{'':<14}" + "".join(f"{name:>16}" for name in CATEGORIES) + f"   of the limit of {LIMIT}"]
    for page, row in found.items():
        lowest = min(row.values())
        lines.append(f"{page:<14}" + "".join(f"{row[name]:>16.0f}" for name in CATEGORIES) + f"{lowest / LIMIT:>10.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
