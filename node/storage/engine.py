"""Connections and transactions, on SQLite and on PostgreSQL.

A transaction that will write says so from its first statement: on SQLite it begins ``IMMEDIATE`` (begun deferred, 243
of 300 concurrent writers failed when they came to write), on PostgreSQL writers of the catalogue queue on the
publication row. Reading never waits for writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from schemas.errors import SharefeedError

Tx: TypeAlias = Connection
"""An open transaction. Services pass it on; only storage looks inside."""

BUSY_TIMEOUT_S = 30
_WRITES = "sharefeed_writes"


class StorageError(SharefeedError):
    """The database did not do what was asked. Nothing of the transaction was kept."""


class Database:
    """One database and its pool of connections. Threads may share it; processes open their own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction that sees one state of the database throughout, and keeps nothing."""
        with self._guarded(), self.engine.connect() as connection:
            reading = connection.execution_options(**self._read_options())
            with reading.begin():
                yield reading

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """A transaction that is kept whole when the block ends, or not at all when it raises."""
        with self._guarded(), self.engine.connect() as connection:
            writing = connection.execution_options(**{_WRITES: True})
            with writing.begin():
                yield writing

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StorageError(refusal(str(error.orig))) from error

    def _read_options(self) -> dict[str, Any]:
        # A page, its count and its digest must come from one snapshot; SQLite gives that to any transaction.
        return {_WRITES: False} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}

    def close(self) -> None:
        self.engine.dispose()


_WHAT_TO_DO = (
    ("unable to open", "Look whether its folder is there, and whether the user that runs this may write in it."),
    ("readonly", "The user that runs this must be able to write to the file, and in its folder."),
    ("disk is full", "Make room on its disk."),
    ("not a database", "Put your last copy of it back, then run `sharefeed db epoch`."),
    ("malformed", "Put your last copy of it back, then run `sharefeed db epoch`."),
    ("connection failed", "Look whether PostgreSQL runs, and whether DATABASE_URL names it as it is."),
    ("locked", "Another process holds it; try again."),
)


def refusal(said: str) -> str:
    """What the database said, and what to do about it where that is known."""
    told = f"the database refused: {' '.join(said.split())}"
    return next((f"{told.rstrip('.?')}. {advice}" for sign, advice in _WHAT_TO_DO if sign in said), told)


def sqlite_url(path: Path) -> str:
    """The address of an SQLite file."""
    return f"sqlite:///{path}"


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # The address itself is not repeated: it may hold a password.
        raise StorageError(
            "DATABASE_URL is no address of a database, such as postgresql://sharefeed@/sharefeed. Nothing was changed."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=8)
    raise StorageError(f"DATABASE_URL names {parsed.get_backend_name()}; only sqlite and postgresql are known")


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_S},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` says which kind each one is.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
