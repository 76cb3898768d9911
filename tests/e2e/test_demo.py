"""The demo itself: all is well in it, and nothing is left behind, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from examples.demo_network import Network, running
from examples.demo_plan import EXAMPLES, read_plan
from examples.demo_processes import PROJECT, DemoError, choose_port
from examples.demo_verdict import faults, page_faults, photo_faults, rows, table

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_all_is_well_in_the_network(network: Network) -> None:
    found = rows(network.catalogue)
    assert faults(found) + page_faults(network.catalogue) + photo_faults(network.catalogue) == []
    assert sum(row.shown for row in found) == 322
    assert sum(len(row.quarantined) for row in found) == 2
    assert [row.site.member.slug for row in found if row.identical] == ["council", "school", "business", "charity"]
    assert table(found).splitlines()[-1].split()[1:] == ["322", "0", "2", "0"]


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The demo as a process whose temporary files lie in ``folder``."""
    command = [sys.executable, "-m", "examples.demo", "--port", str(choose_port()), *options]
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        # It stops what it started; were it killed, its children would go on.
        process.terminate()
        process.communicate(timeout=60)


def children_of(process: subprocess.Popen[bytes], at_least: int) -> list[psutil.Process]:
    """Its children, once there are that many."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = psutil.Process(process.pid).children(recursive=True)
        if len(found) >= at_least:
            return found
        time.sleep(0.05)
    raise AssertionError("the demo started too few processes")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_whoever_stops_it_half_way_finds_nothing_left(tmp_path: Path, number: signal.Signals) -> None:
    with demo(tmp_path) as process:
        started = children_of(process, at_least=4)
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output.decode()
    assert b"Everything is stopped." in output
    assert [child.pid for child in started if child.is_running() and child.status() != psutil.STATUS_ZOMBIE] == []
    assert [path for path in tmp_path.iterdir() if path.name.startswith("sharefeed-demo-")] == []


def test_a_member_that_cannot_start_ends_the_demo_and_leaves_nothing(tmp_path: Path) -> None:
    plan = read_plan()
    broken = replace(plan.members[1], source=EXAMPLES / "network.toml")
    started_before = set(psutil.Process().children())
    with (
        pytest.raises(DemoError, match="school-import failed"),
        running(replace(plan, members=(plan.members[4], broken)), tmp_path, choose_port()),
    ):
        pytest.fail("a network with a broken member came up")
    assert set(psutil.Process().children()) == started_before


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with demo(tmp_path, "--keep", str(tmp_path)) as process:
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"is not empty. Nothing in it was touched." in output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
