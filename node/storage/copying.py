"""A whole database copied while others write to it, and put in the place of another.

SQLite is copied by its online backup API, PostgreSQL by ``pg_dump`` from one exported snapshot, so the copy is one
state of the database. Refuses to put anything in the place of a database that somebody else has open.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import func, inspect, select, table, text
from sqlalchemy.engine import make_url

from node.storage import migrate
from node.storage.engine import Database, StorageError, Tx, connected, refusal, sqlite_url
from schemas.records import dataclass

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_ASIDE = "sharefeed_before"
_ENDS = ("-shm", "-wal", "")
_BUSY_S = 2


@dataclass(frozen=True, slots=True)
class Copied:
    """What was copied: the schema's revision, and how many rows each table has."""

    revision: str
    counts: Mapping[str, int]


def kind_of(url: str) -> str:
    """What kind of database this address names."""
    return SQLITE if make_url(url).get_backend_name() == SQLITE else POSTGRESQL


def sqlite_file(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(str(make_url(url).database))


def begin_private(url: str) -> None:
    """Where there is no SQLite file yet, make an empty one that only its owner may read; its log will be as it is."""
    try:
        os.close(os.open(sqlite_file(url), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return


def counts(tx: Tx) -> dict[str, int]:
    """How many rows each table has, by the table's name."""
    names = sorted(inspect(tx).get_table_names())
    return {name: tx.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}


def copy(database: Database, path: Path) -> Copied:
    """Write the whole database, as it is at one moment, into the new file ``path``. Raises `StorageError`."""
    if database.is_sqlite:
        return _copy_file(sqlite_file(database.url), path)
    with database.read() as tx:
        snapshot = tx.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        wanted = ("--format=custom", "--schema=public", "--no-owner", "--no-privileges")
        _run("pg_dump", database.url, *wanted, f"--snapshot={snapshot}", f"--file={path}")
        return Copied(_revision(tx), counts(tx))


def _copy_file(source: Path, path: Path) -> Copied:
    if not source.exists():
        raise StorageError(f"There is no database at {source}, and no backup was made")
    try:
        with closing(connected(str(source), {})) as own, closing(sqlite3.connect(path)) as made:
            # In one step: in several, each write from elsewhere would make it begin again.
            own.backup(made)
    except sqlite3.Error as error:
        told = refusal(str(error)).removeprefix("the database refused: ")
        raise StorageError(f"The database could not be copied, and no backup was made: {told}") from error
    database = Database(sqlite_url(path))
    try:
        with database.read() as tx:
            return Copied(_revision(tx), counts(tx))
    finally:
        database.close()


def _revision(tx: Tx) -> str:
    return str(tx.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def exists(url: str) -> bool:
    """Whether there is a database to be put aside; of PostgreSQL there always is."""
    return kind_of(url) != SQLITE or sqlite_file(url).exists()


def exchange(url: str, copied: Path) -> None:
    """Put the copy in the file ``copied`` in the place of the database at ``url``; what was there is kept beside it.

    Until `let_go`, `take_back` brings it back, also when this was cut off anywhere. Raises `StorageError` where
    somebody else has the database open, before anything is changed.
    """
    if kind_of(url) == SQLITE:
        _exchange_file(sqlite_file(url), copied)
    else:
        _exchange_schema(url, copied)


def take_back(url: str, existed: bool) -> None:
    """Put back what `exchange` found, or nothing where the database had not ``existed``. May be done again."""
    if kind_of(url) == SQLITE:
        _take_back_file(sqlite_file(url), existed)
    else:
        _take_back_schema(url)


def let_go(url: str) -> None:
    """Remove what was kept aside. May be done again."""
    if kind_of(url) == SQLITE:
        for file in _files(sqlite_file(url)):
            _beside(file).unlink(missing_ok=True)
        return
    with _opened(url) as database, database.write() as tx:
        tx.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_ASIDE} CASCADE")


def _files(path: Path) -> list[Path]:
    """The files of an SQLite database; the one that holds it comes last."""
    return [path.with_name(path.name + end) for end in _ENDS]


def _beside(file: Path) -> Path:
    # In the same folder, so that moving is one step and never half a copy.
    return file.with_name(f"{file.name}.{_ASIDE}")


def _exchange_file(path: Path, copied: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _refuse_open(path)
    for file in _files(path):
        if file.exists():
            file.replace(_beside(file))
    shutil.move(copied, path)
    with _opened(sqlite_url(path)) as database:
        _check_whole(database)


def _take_back_file(path: Path, existed: bool) -> None:
    files = _files(path)
    new = path.exists() and (_beside(path).exists() or not existed)
    if new:
        # Its log goes before it: as long as the new file stands there, what lies beside it is new as well.
        for file in files:
            file.unlink(missing_ok=True)
    for file in files:
        if _beside(file).exists():
            _beside(file).replace(file)


def _refuse_open(path: Path) -> None:
    """SQLite leaves the mode with a log beside only where nobody else has the file open."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_S)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.DatabaseError as error:
        # One that is broken is no reason to refuse: it is what backups are for.
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise _in_use() from error


def _in_use() -> StorageError:
    return StorageError("The database is in use, so nothing was changed. Stop the node, then restore again")


def _check_whole(database: Database) -> None:
    with database.read() as tx:
        found = tx.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise StorageError(f"the copy of the database is damaged: {found}")


def _exchange_schema(url: str, copied: Path) -> None:
    with _opened(url) as database, database.write() as tx:
        if not _is_alone(tx):
            raise _in_use()
        tx.exec_driver_sql(f"ALTER SCHEMA public RENAME TO {_ASIDE}")
        tx.exec_driver_sql("CREATE SCHEMA public")
    wanted = ("--schema=public", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", url, *wanted, str(copied))


def _take_back_schema(url: str) -> None:
    with _opened(url) as database, database.write() as tx:
        if not inspect(tx).has_schema(_ASIDE):
            return
        tx.exec_driver_sql("DROP SCHEMA public CASCADE")
        tx.exec_driver_sql(f"ALTER SCHEMA {_ASIDE} RENAME TO public")


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _is_alone(tx: Tx) -> bool:
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    until = time.monotonic() + _BUSY_S
    # A connection that was closed a moment ago is still counted for a few milliseconds.
    while tx.exec_driver_sql(others).scalar_one():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
        tx.exec_driver_sql("SELECT pg_stat_clear_snapshot()")
    return True


def _run(name: str, url: str, *words: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise StorageError(
            f"A PostgreSQL database is backed up and restored with {name}, which is not on this machine. Nothing was "
            "changed. Install PostgreSQL's own programs, of the server's version or newer, and try again"
        )
    parsed = make_url(url).set(drivername="postgresql")
    # The password goes by the environment: what stands on a command line can be read by everybody on the machine.
    environment = {**os.environ, **({"PGPASSWORD": str(parsed.password)} if parsed.password else {})}
    place = parsed.set(password=None).render_as_string()
    done = subprocess.run(  # noqa: S603 - a program of the machine with words of ours
        [program, f"--dbname={place}", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[:500] or f"it ended with {done.returncode}"
        raise StorageError(f"{name} did not do its work: {said}")


def holds_something(url: str) -> bool:
    """Whether somebody's work is in this database; one that cannot be read counts as if it were."""
    if kind_of(url) == SQLITE and not sqlite_file(url).exists():
        return False
    database = Database(url)
    try:
        if migrate.revision(database) is None:
            return False
        with database.read() as tx:
            found = counts(tx)
        return any(found.get(name) for name in ("organisations", "accounts", "catalogue", "sources"))
    except StorageError:
        return True
    finally:
        database.close()
