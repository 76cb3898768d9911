"""Regular tasks: none stops the clock, what keeps failing is known, and the log is not filled with it."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path

import pytest

from node import worker
from node.services.listings import expiry
from node.storage.engine import StorageError
from node.tasks import SURE_S, TOLD_AGAIN_S, Tasks, name_of
from tests.fakes.publisher import publisher


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Job:
    """Fails as it is told to."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def work(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def tasks(time: Time) -> Tasks:
    return Tasks(time)


def test_the_same_fault_is_told_once_in_ten_minutes_and_when_it_is_over(
    tasks: Tasks, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    job = Job()
    run = tasks.careful(job.work)
    job.error = StorageError("the database refused: locked")
    for _ in range(int(TOLD_AGAIN_S)):
        run()
        time.now += 1
    assert [record.getMessage() for record in caplog.records] == [
        "test_tasks.Job.work failed: the database refused: locked"
    ]
    run()
    job.error = None
    run()
    run()
    assert [record.getMessage().partition(" ")[2] for record in caplog.records[1:]] == [
        "failed (601 times in a row): the database refused: locked",
        "works again, after it had failed (601 times in a row)",
    ]


def test_another_fault_is_told_at_once_and_what_is_a_bug_with_its_trace(
    tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    job = Job()
    run = tasks.careful(job.work)
    bug = ZeroDivisionError("by 0")
    for job.error in (StorageError("the database refused: locked"), bug, bug):
        run()
    assert [(record.levelno, bool(record.exc_info)) for record in caplog.records] == [
        (logging.WARNING, False),
        (logging.ERROR, True),
    ]


def test_only_what_failed_for_a_while_keeps_failing(tasks: Tasks, time: Time) -> None:
    job, other = Job(), Job()
    run = tasks.careful(job.work)
    job.error = StorageError("the database refused: locked")
    run()
    time.now += SURE_S
    assert tasks.failing() == ""
    run()
    tasks.careful(other.work)()
    assert tasks.failing() == "test_tasks.Job.work: the database refused: locked"
    job.error = None
    run()
    assert tasks.failing() == ""


def test_a_task_is_called_by_what_it_does(tmp_path: Path) -> None:
    node = publisher(tmp_path)
    assert name_of(partial(expiry.prune, node)) == "expiry.prune"
    node.database.close()


def test_what_is_done_once_a_day_is_done_soon_after_a_start_too(tmp_path: Path) -> None:
    node = publisher(tmp_path)
    clock = worker.Clock()
    closers = worker.publisher_jobs(clock, node)
    clock.scheduler.start(paused=True)
    waits = [(job.next_run_time - clock.begun).total_seconds() for job in clock.scheduler.get_jobs()]
    clock.scheduler.shutdown(wait=False)
    for close in closers:
        close()
    assert len(waits) > 20
    assert max(waits) < 600
    # Not all of them at the same moment.
    assert len({round(wait) for wait in waits if wait >= worker.SOON_S}) > 10
    node.database.close()
