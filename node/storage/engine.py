"""Connections and transactions, on SQLite and on PostgreSQL.

A transaction that will write says so from its first statement: on SQLite it begins ``IMMEDIATE`` (begun deferred, 243
of 300 concurrent writers failed when they came to write), on PostgreSQL writers of the catalogue queue on the
publication row. Reading never waits for writing.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from schemas.errors import SharefeedError

Tx: TypeAlias = Connection
"""An open transaction. Services pass it on; only storage looks inside."""

BUSY_TIMEOUT_S = 30
PATIENCE_OF_POSTGRES: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How long a server may say nothing before it is away, in seconds, the last one in milliseconds. By itself the driver
waits for ever, and with it everyone who looks at a page. What the address of the database says comes first.
"""
_WRITES, _PATIENCE, _AFTER = "sharefeed_writes", "sharefeed_patience", "sharefeed_after"


BUSY, FULL, READ_ONLY, AWAY, DAMAGED, UNFIT = "busy", "full", "read-only", "away", "damaged", "unfit"
"""Why a database may not do what it is asked: others hold it, its disk is full, it can only be read, it is not there
or does not answer, its file is broken, or what it was given is nothing that can be kept or asked for."""


def once_kept(tx: Tx, act: Callable[[], None]) -> None:
    """Have something done when this transaction is kept; nothing where it is not. It must not fail."""
    tx.info.setdefault(_AFTER, []).append(act)


class StorageError(SharefeedError):
    """The database did not do what was asked. Nothing of the transaction was kept.

    ``reason`` is `BUSY`, `FULL`, `READ_ONLY`, `AWAY`, `DAMAGED` or `UNFIT`; empty where it is another, or not known.
    """

    def __init__(self, message: str, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason_of(message) if reason is None else reason


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
    def write(self, patience_s: int | None = None) -> Iterator[Tx]:
        """A transaction that is kept whole when the block ends, or not at all when it raises.

        ``patience_s`` is how long it waits for others who write, in seconds, where that is less than usual.
        """
        patience = {} if patience_s is None else {_PATIENCE: patience_s}
        with self._guarded(), self.engine.connect() as connection:
            writing = connection.execution_options(**{_WRITES: True}, **patience)
            writing.info.pop(_AFTER, None)
            with writing.begin():
                yield writing
            after = writing.info.pop(_AFTER, ())
        for act in after:
            act()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            said = _said(error.orig)
            raise StorageError(refusal(said), reason_of(said)) from error
        except PoolTimeout as error:
            raise StorageError(refusal("all of its connections are in use, and stay locked"), BUSY) from error
        except (UnicodeEncodeError, OverflowError) as error:
            # Drivers let these through: half a character, and a number that is too large for SQLite.
            raise StorageError(_CANNOT_BE_KEPT, UNFIT) from error

    def _read_options(self) -> dict[str, Any]:
        # A page, its count and its digest must come from one snapshot; SQLite gives that to any transaction.
        return {_WRITES: False} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}

    def wipe(self) -> bool:
        """Take from the disk what was deleted from the tables; whether it is gone.

        SQLite keeps pages as they were in the log beside its file, until nobody reads them any more and somebody says
        so. Where others are at work it does not wait for them: try again later.
        """
        if not self.is_sqlite:
            return True
        with self._guarded(), closing(self.engine.raw_connection()) as connection:
            cursor: Any = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=0")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
            return not busy

    def close(self) -> None:
        self.engine.dispose()


_LOOK_AT_FOLDER = "Look whether its folder is there, and whether the user that runs this may write in it."
_NOT_KEPT = "What was to be written now was not kept; all else is as it was."
_MAKE_WRITABLE = f"{_NOT_KEPT} The user that runs this must be able to write to the file, and in its folder."
_PUT_BACK = "Put your last copy of it back, then run `sharefeed db epoch`."
_MAKE_ROOM = f"{_NOT_KEPT} Make room on its disk."
_LOOK_AT_DISK = "Look at its disk: it could not be read or written."
_LOOK_AT_SERVER = "Look whether PostgreSQL runs, and whether DATABASE_URL names it as it is."
_CANNOT_BE_KEPT = "This holds a character that cannot be kept, or a number that is too large. Nothing was changed."
_TRY_AGAIN = f"{_NOT_KEPT} Another process holds it; try again."
_SIGNS = (
    ("unable to open", AWAY, _LOOK_AT_FOLDER),
    ("readonly", READ_ONLY, _MAKE_WRITABLE),
    ("read-only", READ_ONLY, f"{_NOT_KEPT} It is set to be read only, as a standby server is: name one that writes."),
    ("disk is full", FULL, _MAKE_ROOM),
    ("No space left", FULL, _MAKE_ROOM),
    ("disk I/O error in writing", READ_ONLY, f"{_NOT_KEPT} Look at its disk: it takes nothing."),
    ("disk I/O", DAMAGED, _LOOK_AT_DISK),
    ("not a database", DAMAGED, _PUT_BACK),
    ("malformed", DAMAGED, _PUT_BACK),
    ("NUL (0x00)", UNFIT, _CANNOT_BE_KEPT),
    ("out of range", UNFIT, _CANNOT_BE_KEPT),
    ("too many clients", BUSY, "It takes no more connections; try again, or let it take more (max_connections)."),
    ("connection to server", AWAY, _LOOK_AT_SERVER),
    ("connection failed", AWAY, _LOOK_AT_SERVER),
    ("connection is bad", AWAY, _LOOK_AT_SERVER),
    ("timeout expired", AWAY, _LOOK_AT_SERVER),
    ("closed the connection", AWAY, _LOOK_AT_SERVER),
    ("terminating connection", AWAY, _LOOK_AT_SERVER),
    ("the connection is closed", AWAY, _LOOK_AT_SERVER),
    ("connection is lost", AWAY, _LOOK_AT_SERVER),
    ("locked", BUSY, _TRY_AGAIN),
    ("lock timeout", BUSY, _TRY_AGAIN),
    ("deadlock", BUSY, _TRY_AGAIN),
    ("could not serialize", BUSY, _TRY_AGAIN),
)
"""What stands in an error of SQLite or PostgreSQL, which reason that is, and what to do about it."""


_UNWRITTEN = ("WRITE", "FSYNC", "DIR_FSYNC", "TRUNCATE", "DELETE", "SHMSIZE", "SHMOPEN")


def _said(error: object) -> str:
    """What an error says; of SQLite also whether a disk would not be written, which its words leave open."""
    name = str(getattr(error, "sqlite_errorname", ""))
    return f"{error} in writing" if name.removeprefix("SQLITE_IOERR_") in _UNWRITTEN else str(error)


def refusal(said: str) -> str:
    """What the database said, and what to do about it where that is known."""
    told = f"the database refused: {' '.join(said.split())}"
    if reason_of(said) == UNFIT:
        return _CANNOT_BE_KEPT
    return next((f"{told.rstrip('.?')}. {advice}" for sign, _, advice in _SIGNS if sign in said), told)


def reason_of(said: str) -> str:
    """Which reason an error of the database names; empty for one that is not known."""
    return next((reason for sign, reason, _ in _SIGNS if sign in said), "")


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
        # What is written is not for logs, so errors do not repeat it.
        psycopg = parsed.set(drivername="postgresql+psycopg")
        patience = {name: value for name, value in PATIENCE_OF_POSTGRES.items() if name not in parsed.query}
        engine = create_engine(psycopg, pool_pre_ping=True, pool_size=8, hide_parameters=True, connect_args=patience)
        event.listen(engine, "begin", _begin_postgres)
        return engine
    raise StorageError(f"DATABASE_URL names {parsed.get_backend_name()}; only sqlite and postgresql are known")


class _Still(sqlite3.Connection):
    """A connection to a file that is read as one that nobody can change, as its ``folder`` takes nothing."""

    folder: Path


def _sqlite_engine(url: str) -> Engine:
    parsed = make_url(url)
    arguments, named = parsed.get_dialect()().create_connect_args(parsed)
    named.update(check_same_thread=False, timeout=BUSY_TIMEOUT_S)
    engine = create_engine(
        url,
        creator=lambda: connected(arguments[0], named),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "checkout", _look_again)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def connected(file: str, named: Mapping[str, Any]) -> sqlite3.Connection:
    """A connection to the file. In a folder that takes nothing, SQLite has no place to say who reads and who writes.

    Where others left nothing beside the file, nobody writes, and it is read as one that nobody can change.
    """
    connection: sqlite3.Connection = sqlite3.connect(file, **named)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        connection.close()
        path = Path(file).absolute()
        if not may_be_read_still(error.sqlite_errorname, path):
            raise
        still: _Still = sqlite3.connect(f"{path.as_uri()}?immutable=1", **{**named, "uri": True, "factory": _Still})
        still.folder = path.parent
        return still
    return connection


def may_be_read_still(fault: str, file: Path) -> bool:
    """Whether SQLite met this where the folder of the file takes nothing, by its rights or as its disk is read only.

    Of a disk SQLite says no more than that it cannot open the file; what others left beside that is not read over.
    """
    if fault == "SQLITE_READONLY_DIRECTORY":
        return True
    written = os.access(file.parent, os.W_OK, effective_ids=True) or file.with_name(f"{file.name}-wal").exists()
    return fault == "SQLITE_CANTOPEN" and file.is_file() and not written


def _look_again(connection: Any, _record: Any, _proxy: Any) -> None:
    if isinstance(connection, _Still) and os.access(connection.folder, os.W_OK, effective_ids=True):
        # Others may write there again, and what they write would not be seen.
        raise DisconnectionError


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not begin transactions by itself: `_begin_sqlite` says which kind each one is.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten, so that nobody finds it in the file. Many builds of SQLite do so by themselves.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_WRITES):
        connection.exec_driver_sql("BEGIN")
        return
    if _PATIENCE not in options:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    usual_ms = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    patience_ms = min(usual_ms, options[_PATIENCE] * 1000)
    try:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={usual_ms}")


def _begin_postgres(connection: Connection) -> None:
    patience_s = connection.get_execution_options().get(_PATIENCE)
    if patience_s is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience_s}s'")
