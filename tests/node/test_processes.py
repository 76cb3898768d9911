"""Processes beside this one: they outlive Ctrl-C, which is the parent's to answer, but not the parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from node.processes import FullError, GivenUpError, Workshop

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


# Work that is done in them


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holds()


def _nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def _end() -> None:
    os._exit(3)


def _take(size: int) -> int:
    return len(bytearray(size))


def _address_space() -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0]


@pytest.fixture
def workshop() -> Iterator[Workshop]:
    made = Workshop(1, longest_s=30)
    yield made
    made.close()


def test_work_is_done_elsewhere(workshop: Workshop) -> None:
    assert workshop.run(os.getpid) != os.getpid()


def test_an_error_is_that_of_the_work(workshop: Workshop) -> None:
    with pytest.raises(ZeroDivisionError):
        workshop.run(divmod, 1, 0)


def test_work_that_ends_its_process_fails_alone(workshop: Workshop) -> None:
    with ThreadPoolExecutor(3) as threads:
        doomed = threads.submit(workshop.run, _end)
        others = [threads.submit(workshop.run, _nap, 0.2) for _ in range(2)]
        assert isinstance(doomed.exception(), GivenUpError)
        assert [other.result() for other in others] == [0.2, 0.2]
    assert workshop.run(_nap, 0) == 0


def test_work_that_takes_too_long_is_given_up_and_its_process_ended() -> None:
    hasty = Workshop(1, longest_s=2)
    process = hasty.run(os.getpid)
    with pytest.raises(GivenUpError, match="longer than 2 seconds"):
        hasty.run(_nap, 60)
    wait_until(lambda: not _is_running(process))
    assert hasty.run(_nap, 0) == 0
    hasty.close()


def test_only_so_much_is_done_at_once() -> None:
    small = Workshop(1, longest_s=30, most=1)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(small.run, _nap, 1.0)
        wait_until(lambda: small._busy == 1)
        with pytest.raises(FullError):
            small.run(_nap, 0)
        first.result()
    assert small.run(_nap, 0) == 0
    small.close()


def test_it_ends_when_there_was_nothing_to_do_for_a_while() -> None:
    tired = Workshop(1, longest_s=30, rest_s=0.2)
    process = tired.run(os.getpid)
    wait_until(lambda: not _is_running(process))
    assert tired.run(os.getpid) != process
    tired.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its address space")
def test_no_piece_of_work_takes_all_the_memory() -> None:
    narrow = Workshop(1, longest_s=30, memory_bytes=2**30)
    assert narrow.run(_address_space) == 2**30
    with pytest.raises(MemoryError):
        narrow.run(_take, 2**30)
    assert narrow.run(_take, 2**20) == 2**20
    narrow.close()
