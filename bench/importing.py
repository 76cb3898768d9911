"""How long an import at the desk takes: 10,000 rows from the bytes of a CSV file to published listings. On SQLite.

The file goes through what the desk's pages call: it is taken in, its columns are taken as they were guessed, every row
is looked at, and every row is published, in pieces as the worker does them. Nothing of a browser, and no waiting for
the worker's next turn, is in the figures. One row in a hundred is wrong, and stays out. The limit is for the whole.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from node.context import Node
from node.services.identity import accounts, members
from node.services.identity.members import Member
from node.services.importing import imports, steps
from node.services.organisations import hosting
from node.storage.imports import CHECKED, DONE
from tests.fakes.publisher import publisher

FULL, SMALL, LIMIT_S = 10_000, 1_000, 60.0
WRONG_EACH = 100
SLUG = "riverside-school"
THINGS = ("Twelve stacking chairs", "Folding table", "Gazebo", "Overhead projector", "Box of wool", "Desk lamp")


def file_of(rows: int) -> bytes:
    """A list as somebody would bring it: a number, a thing, how many, where, and some words."""
    lines = ["id,title,quantity,locality,description"]
    for number in range(rows):
        quantity = "lots" if number % WRONG_EACH == WRONG_EACH - 1 else str(1 + number % 12)
        title = f"{THINGS[number % len(THINGS)]} {number}"
        lines.append(f'{number},{title},{quantity},Werrington,"Used, clean and whole. Kept in store {number % 40}."')
    return "\n".join(lines).encode()


def member_of(node: Node) -> Member:
    hosting.put_profile(node, "Riverside School", SLUG, {})
    account = accounts.add(node, "Anna", "anna@school.example")
    members.join(node, account, SLUG, members.EDITOR)
    found = members.member_of(node, account, SLUG)
    if found is None:
        raise RuntimeError("The member was not made.")
    return found


def measured(node: Node, member: Member, rows: int) -> dict[str, float]:
    """Seconds of each step of an import of so many rows."""
    data = file_of(rows)
    began = time.perf_counter()
    one = imports.begin(node, member, data, "list.csv")
    taken = time.perf_counter()
    imports.check(node, member, one, {at: column for column, at in one.columns.items()}, missing=False)
    _worked(node, member, one.id, CHECKED)
    looked = time.perf_counter()
    imports.run(node, member, one)
    counts = _worked(node, member, one.id, DONE)
    ended = time.perf_counter()
    if counts != (rows - rows // WRONG_EACH, rows // WRONG_EACH):
        raise RuntimeError(f"Not every row came through: {counts}")
    return {"taken_s": taken - began, "looked_s": looked - taken, "published_s": ended - looked, "all_s": ended - began}


def _worked(node: Node, member: Member, import_id: str, state: str) -> tuple[int, int]:
    """Go on until the import is in this state; how many rows are new, and how many refused."""
    while steps.work(node, steps.AT_ONCE_S, import_id):
        pass
    one = imports.one_of(node, member, import_id)
    if one.state != state:
        raise RuntimeError(f"The import ended in another state: {one.state}")
    return int(one.counts.get("added", 0)), int(one.counts.get("refused", 0))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run bench import", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} rows instead of {SMALL:,}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    rows = FULL if options.full else SMALL
    with tempfile.TemporaryDirectory() as folder:
        node = replace(publisher(Path(folder) / "home"), clock=lambda: datetime.now(UTC))
        times = measured(node, member_of(node), rows)
        node.workshop.close()
        node.database.close()
    per_second = round(rows / times["all_s"])
    if options.json:
        told = {name: round(seconds, 2) for name, seconds in times.items()}
        print(json.dumps({"rows": rows, **told, "rows_per_s": per_second}))
    else:
        print(f"| Import of {rows:,} rows | seconds |\n|---|---|")
        for name, label in _LABELS:
            print(f"| {label} | {times[name]:.1f} |")
        share = times["all_s"] * FULL / rows / LIMIT_S
        print(f"\n{per_second:,} rows/s: {FULL:,} rows take {share:.2f} of the limit of {LIMIT_S:g} s")
    return int(times["all_s"] > LIMIT_S)


_LABELS = (
    ("taken_s", "taken in"),
    ("looked_s", "looked at"),
    ("published_s", "published"),
    ("all_s", "in all"),
)

if __name__ == "__main__":
    sys.exit(main())
