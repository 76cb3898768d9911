"""Processes beside this one: they outlive Ctrl-C, which is the parent's to answer, but not the parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_PARENT = """
import os, time
from node.processes import spawned

if __name__ == "__main__":
    pool = spawned(1)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def family(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running parent and its child's process id."""
    program = tmp_path / "parent.py"
    program.write_text(_PARENT)
    parent = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True, cwd=os.getcwd())
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    yield parent, child
    parent.kill()
    parent.wait(timeout=10)
    parent.stdout.close()


def test_it_gives_way_to_those_who_wait_for_a_page(family: tuple[subprocess.Popen[str], int]) -> None:
    parent, child = family
    assert os.getpriority(os.PRIO_PROCESS, parent.pid) < os.getpriority(os.PRIO_PROCESS, child)


def test_ctrl_c_is_left_to_the_parent(family: tuple[subprocess.Popen[str], int]) -> None:
    _, child = family
    os.kill(child, signal.SIGINT)
    time.sleep(0.3)
    assert _is_running(child)


def test_a_killed_parent_leaves_nothing_behind(family: tuple[subprocess.Popen[str], int]) -> None:
    parent, child = family
    parent.kill()
    parent.wait(timeout=10)
    deadline = time.monotonic() + 10
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)
