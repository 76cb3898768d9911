"""Real processes over loopback and a real browser. Each process is stopped by its own id, however the tests end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from bench.search import build, served
from examples.demo_network import Network, running, wait_until_read
from examples.demo_plan import read_plan
from examples.demo_processes import choose_port
from tests.e2e.everything import Everything, everything
from tests.sharing import NETWORK
from tools.browser import MISSING, chromium, find_chromium

MARKET_LISTINGS = 400


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """The demo's whole network: read, indexed and answering. Tests that change something put it back."""
    with running(read_plan(), tmp_path_factory.mktemp("network"), choose_port()) as made:
        wait_until_read(made)
        yield made


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a catalogue of made-up listings: up in a few seconds, for tests that only read."""
    home = tmp_path_factory.mktemp("market") / "node"
    build(home, MARKET_LISTINGS)
    with served(home) as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    """A catalogue that has something to show on every page, for tests that look at pages and change little."""
    with everything(tmp_path_factory.mktemp("board")) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; a test that asks for it is skipped where there is none."""
    program = find_chromium()
    if program is None:
        pytest.skip(MISSING)
    with ExitStack() as stack:
        yield stack.enter_context(chromium(program))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several pytest processes, one of them has the network to itself."""
    for item in items:
        if "network" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(NETWORK))
