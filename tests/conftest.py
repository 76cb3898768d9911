"""What holds for every test."""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

from tests.fakes.compiled import share_what_is_compiled
from tests.sharing import by_file, dearest_first
from tests.thorough import examples

share_what_is_compiled()
settings.register_profile("usual", max_examples=examples(40))
settings.load_profile("usual")
# Looking for rubbish among all that is imported and collected found none, and took a third of the time of collecting.
gc.disable()
ALLOCATIONS = 20_000
"""How many more things there are before the young ones are looked over; 700 took a tenth of the time of all tests."""

STRICT = "SHAREFEED_CI"
"""Set where everything that tests need is to be there: a browser, PostgreSQL, the corpora beside the tree."""


def _refuse_skips(report: pytest.TestReport | pytest.CollectReport) -> None:
    """A test that is skipped even there is a test that nobody runs: it fails, and says what is missing."""
    if not os.environ.get(STRICT) or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{STRICT} is set, so nothing may be skipped, and this was. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skips(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skips(report)
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        dearest_first(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """From here on there is rubbish; what is there already stays to the end and need not be looked over each time."""
    gc.freeze()
    gc.set_threshold(ALLOCATIONS, 20, 20)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return by_file(config, log) if config.getvalue("dist") == "loadgroup" else None
