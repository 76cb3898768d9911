"""Every test here that asks for ``database`` runs twice: on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from node.context import Node
from node.storage.engine import Database, sqlite_url
from tests.fakes.postgres import NoServerError, fresh_database, running_server
from tests.fakes.publisher import publisher

_BACKENDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str | NoServerError]:
    """The address of a PostgreSQL server, or why there is none. Started once, and only if a test needs it."""
    with ExitStack() as stack:
        try:
            yield stack.enter_context(running_server())
        except NoServerError as error:
            yield error


@pytest.fixture(params=_BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database without tables."""
    with ExitStack() as stack:
        made = Database(_url(request, tmp_path, stack))
        stack.callback(made.close)
        yield made


def _url(request: pytest.FixtureRequest, tmp_path: Path, stack: ExitStack) -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "test.sqlite")
    server = request.getfixturevalue("postgres_server")
    if isinstance(server, NoServerError):
        pytest.skip(str(server))
    return stack.enter_context(fresh_database(server))


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    """A publisher on ``database``, its tables made and its publication begun; its clock is a `Clock`."""
    return publisher(tmp_path / "home", database)
