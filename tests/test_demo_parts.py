"""The parts of the demo, without its network: its plan, its processes, and its judgement of what it finds."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from examples.demo_members import Site, wait_until_answers
from examples.demo_plan import Member, read_plan
from examples.demo_processes import (
    PROJECT,
    Children,
    DemoError,
    choose_port,
    clean_environment,
    status_of,
    wait_until,
)
from examples.demo_verdict import Row, faults, table

PLAN = read_plan()
BASE = "http://127.0.0.1:20000/"


def member(slug: str) -> Member:
    return next(one for one in PLAN.members if one.slug == slug)


def row(slug: str, **changes: Any) -> Row:
    """A source of which everything is as the plan promises, but for the changes."""
    site = Site(member(slug), BASE)
    good = Row(
        site=site,
        level="L1",
        code="ok",
        message="Read to its end.",
        shown=site.member.expected,
        held=0,
        merged=0,
        quarantined=site.member.quarantined_at(BASE),
        identical=True if site.member.states_digest else None,
    )
    return replace(good, **changes)


def test_the_plan_promises_what_the_examples_hold() -> None:
    assert {one.slug: (one.kind, one.listings, one.expected) for one in PLAN.members} == {
        "council": ("publisher", 151, 151),
        "school": ("publisher", 60, 60),
        "business": ("publisher", 70, 70),
        "charity": ("static", 25, 25),
        "parish": ("plain", 12, 12),
        "swap-shelf": ("static", 6, 4),
    }


def test_a_network_as_promised_is_well() -> None:
    assert faults([row(one.slug) for one in PLAN.members]) == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param(row("school", shown=59), "59 listings are shown, 60 should be", id="one is missing"),
        pytest.param(row("school", held=1), "1 listings are held", id="one is held"),
        pytest.param(row("school", merged=2), "2 merged", id="two are merged"),
        pytest.param(row("school", code="timeout", message="Too slow."), "ended with timeout: Too slow", id="not read"),
        pytest.param(row("school", identical=False), "not verified to be identical", id="it differs"),
        pytest.param(row("charity", identical=None), "not verified to be identical", id="it was never compared"),
        pytest.param(row("swap-shelf", quarantined={}), "quarantined are none", id="nothing is quarantined"),
        pytest.param(row("council", quarantined={"x": "y"}), "none should be", id="something is quarantined"),
    ],
)
def test_whatever_is_not_as_promised_is_said(found: Row, said: str) -> None:
    [fault] = faults([found])
    assert fault.startswith(f"{found.site.member.name}: ")
    assert said in fault


def test_the_summary_adds_up() -> None:
    lines = table([row(one.slug) for one in PLAN.members]).splitlines()
    assert lines[0].split()[:3] == ["Source", "Level", "Shown"]
    assert len({line.index("  L1") for line in lines[1:-1]}) == 1
    assert lines[-1].split() == ["Together", "322", "0", "2", "0"]


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path) as made:
        yield made


def test_a_process_that_ends_by_itself_is_missed_with_its_last_words(children: Children) -> None:
    child = children.start("hasty", [sys.executable, "-c", "print('no more tea'); raise SystemExit(3)"])
    with pytest.raises(DemoError, match=r"hasty stopped by itself \(exit code 3\)\.\n  no more tea"):
        wait_until(lambda: False, "Waiting", child.check)
    with pytest.raises(DemoError, match="hasty"):
        children.check()


def test_a_command_that_fails_says_why(children: Children) -> None:
    with pytest.raises(DemoError, match=r"sums failed \(exit code 1\)(.|\n)*ZeroDivisionError"):
        children.run("sums", [sys.executable, "-c", "1/0"])
    children.run("fine", [sys.executable, "-c", "pass"])
    children.check()


def test_a_program_that_is_not_there_is_said_to_be(children: Children) -> None:
    with pytest.raises(DemoError, match="ghost cannot be started"):
        children.start("ghost", ["/nowhere/at/all"])


def test_what_ignores_the_request_to_stop_is_stopped_with_its_own_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("examples.demo_processes.STOP_S", 0.5)
    deaf = "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf')"
    deaf += "; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    with Children(tmp_path) as children:
        child = children.start("deaf", [sys.executable, "-u", "-c", deaf])
        process = psutil.Process(child.process.pid)
        wait_until(lambda: bool(process.children()), "Starting", child.check)
        family = [process, *process.children()]
    psutil.wait_procs(family, timeout=5)
    assert [one.pid for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_what_an_owner_leaves_that_is_killed_outright_is_stopped(tmp_path: Path) -> None:
    owner = f"""
import os, sys
from pathlib import Path
from examples.demo_processes import Children
child = Children(Path({str(tmp_path)!r})).start("orphan", [sys.executable, "-c", "import time; time.sleep(60)"])
print(child.process.pid, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", owner], cwd=PROJECT, capture_output=True, check=False, timeout=60)
    assert done.returncode == -9
    orphan = int(done.stdout)
    deadline = time.monotonic() + 20
    while psutil.pid_exists(orphan) and psutil.Process(orphan).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_is_started_any_more_once_all_is_stopped(children: Children) -> None:
    children.stop()
    with pytest.raises(DemoError, match="being stopped"):
        children.start("late", [sys.executable, "-c", "pass"])


def test_a_taken_port_is_stepped_over() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", choose_port()))
        listener.listen(1)
        taken = listener.getsockname()[1]
        chosen = choose_port(taken)
    assert taken < chosen < taken + 100


def test_waiting_has_an_end() -> None:
    began = time.monotonic()
    with pytest.raises(DemoError, match="Baking took longer than 0 seconds"):
        wait_until(lambda: False, "Baking", lambda: None, seconds=0.2)
    assert time.monotonic() - began < 5


def test_what_would_change_a_node_is_kept_from_it() -> None:
    given = {"PATH": "/bin", "DATABASE_URL": "postgresql:///mine", "SHAREFEED_PORT": "1", "PYTHONPATH": "/elsewhere"}
    assert clean_environment(given) == {"PATH": "/bin", "PYTHONUNBUFFERED": "1"}


def test_the_static_server_serves_a_folder_with_the_right_types(tmp_path: Path, children: Children) -> None:
    site = tmp_path / "site"
    (site / ".well-known").mkdir(parents=True)
    (site / ".well-known" / "sharefeed.json").write_text("{}")
    port = choose_port()
    child = children.start("shelf", [sys.executable, "-m", "examples.static_server", str(site), str(port)])
    wait_until_answers(f"http://127.0.0.1:{port}/.well-known/sharefeed.json", child)
    assert status_of(f"http://127.0.0.1:{port}/../secrets") == 404
    assert status_of(f"http://127.0.0.1:{port}/nothing.html") == 404
