"""Every test here that asks for ``database`` runs twice: on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

import pytest

from node.context import Node
from node.storage import migrate
from node.storage.engine import Database, sqlite_url
from tests.contracts.convergence import NAMES
from tests.fakes.databases import database_at, empty
from tests.fakes.postgres import NoServerError, fresh_database, running_server
from tests.fakes.publisher import publisher

_BACKENDS = [pytest.param("sqlite", id="sqlite"), pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)]


class Made:
    """The databases that last as long as the tests: one of each kind and name, made when it is first asked for."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._known: dict[tuple[str, str], Database] = {}

    def empty(self, kind: str, name: str = "test") -> Database:
        """The database, as good as new."""
        if (kind, name) not in self._known:
            sqlite = self._folder / f"{name}.sqlite"
            self._known[kind, name] = database_at(sqlite) if kind == "sqlite" else self._postgres()
            self._stack.callback(self._known[kind, name].close)
        empty(self._known[kind, name])
        return self._known[kind, name]

    def _postgres(self) -> Database:
        database = Database(self._stack.enter_context(fresh_database(self.server)))
        migrate.upgrade(database)
        return database

    @cached_property
    def server(self) -> str:
        """The address of a PostgreSQL server; the test is skipped where there is none."""
        try:
            return self._stack.enter_context(running_server())
        except NoServerError as error:
            pytest.skip(str(error))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with ExitStack() as stack:
        yield Made(tmp_path_factory.mktemp("databases"), stack)


@pytest.fixture(params=_BACKENDS)
def database(request: pytest.FixtureRequest, made: Made) -> Database:
    """A database with every table and no row. It is the same for all tests, so none may change its tables."""
    return made.empty(request.param)


@pytest.fixture(params=_BACKENDS)
def blank(request: pytest.FixtureRequest, made: Made, tmp_path: Path) -> Iterator[Database]:
    """A database of its own, without tables."""
    with ExitStack() as stack:
        sqlite = sqlite_url(tmp_path / "blank.sqlite")
        database = Database(sqlite if request.param == "sqlite" else stack.enter_context(fresh_database(made.server)))
        stack.callback(database.close)
        yield database


@pytest.fixture(params=_BACKENDS, scope="session")
def databases(request: pytest.FixtureRequest, made: Made) -> Mapping[str, Database]:
    """A database with tables for each node of the network of `convergence`, by name; its `World` empties them."""
    return {name: made.empty(request.param, name) for name in NAMES}


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    """A publisher on ``database``, its tables made and its publication begun; its clock is a `Clock`."""
    return publisher(tmp_path / "home", database)
