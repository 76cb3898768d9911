"""Every test here that asks for ``database`` runs twice: on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import event

from node.context import Node
from node.storage.engine import Database, sqlite_url
from node.storage.tables import metadata
from tests.contracts.convergence import NAMES
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


@pytest.fixture(params=_BACKENDS, scope="module")
def databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Database]]:
    """A database with tables for each node of the network of `convergence`, by name; its `World` empties them."""
    folder = tmp_path_factory.mktemp("databases")
    with ExitStack() as stack:
        made = {name: Database(_url(request, folder, stack, name)) for name in NAMES}
        for database in made.values():
            stack.callback(database.close)
            _hurry(database)
            metadata.create_all(database.engine)
        yield made


def _hurry(database: Database) -> None:
    """Spare it the care for power cuts: more than half of the time of many small transactions went into it."""
    if database.is_sqlite:
        event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


def _url(request: pytest.FixtureRequest, tmp_path: Path, stack: ExitStack, name: str = "test") -> str:
    if request.param == "sqlite":
        return sqlite_url(tmp_path / f"{name}.sqlite")
    server = request.getfixturevalue("postgres_server")
    if isinstance(server, NoServerError):
        pytest.skip(str(server))
    return stack.enter_context(fresh_database(server))


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    """A publisher on ``database``, its tables made and its publication begun; its clock is a `Clock`."""
    return publisher(tmp_path / "home", database)
