"""A database that another program holds, and one in a folder that takes nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from node.storage import copying, heartbeats
from node.storage.engine import (
    AWAY,
    BUSY,
    BUSY_TIMEOUT_S,
    READ_ONLY,
    Database,
    StorageError,
    may_be_read_still,
    sqlite_url,
)
from node.storage.migrate import upgrade

NOBODY = 65_534
UNWRITTEN = """
import resource, signal, sys
from node.storage import heartbeats
from node.storage.engine import Database, StorageError

database = Database(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5, 5))
try:
    with database.write() as tx:
        heartbeats.beat(tx, "probe", 1)
except StorageError as error:
    print(error.reason, error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder outside of those that tests make, as only its owner may look into them."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    made = Database(sqlite_url(folder / "it's a #1.sqlite"))
    upgrade(made)
    made.close()
    yield made
    made.close()


@contextmanager
def taking_nothing(folder: Path) -> Iterator[None]:
    """Nobody may write in the folder; who may everything anyway is nobody in particular for as long."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)


def beat(database: Database, at: int, patience_s: int | None = None) -> None:
    with database.write(patience_s) as tx:
        heartbeats.beat(tx, "probe", at)


def beaten(database: Database) -> int | None:
    with database.read() as tx:
        found = heartbeats.by_name(tx, "probe")
    return found.at if found else None


@pytest.mark.timeout(20)
def test_who_has_little_patience_is_told_soon_and_the_next_one_waits_as_ever(database: Database, folder: Path) -> None:
    begun = time.monotonic()
    with closing(sqlite3.connect(folder / "it's a #1.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError) as caught:
            beat(database, 1, patience_s=1)
    assert time.monotonic() - begun < 10
    assert caught.value.reason == BUSY
    assert "was not kept" in str(caught.value)
    with database.write() as tx:
        assert tx.exec_driver_sql("PRAGMA busy_timeout").scalar() == BUSY_TIMEOUT_S * 1000


def test_little_patience_is_enough_where_nobody_writes(database: Database) -> None:
    beat(database, 1, patience_s=1)
    assert beaten(database) == 1


def test_a_file_in_a_folder_that_takes_nothing_is_read_and_a_change_refused(database: Database, folder: Path) -> None:
    beat(database, 1)
    database.close()
    with taking_nothing(folder):
        assert beaten(database) == 1
        with pytest.raises(StorageError) as caught:
            beat(database, 2)
        assert beaten(database) == 1
    assert caught.value.reason == READ_ONLY
    assert "was not kept; all else is as it was" in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "beside", "is_read"),
    [
        pytest.param("SQLITE_READONLY_DIRECTORY", "", True, id="by its rights"),
        pytest.param("SQLITE_CANTOPEN", "", True, id="on a disk that is read only"),
        pytest.param("SQLITE_CANTOPEN", "-wal", False, id="with something beside it"),
        pytest.param("SQLITE_CANTOPEN", "gone", False, id="no file"),
        pytest.param("SQLITE_CORRUPT", "", False, id="damaged"),
    ],
)
def test_a_file_is_read_still_where_nobody_can_write_beside_it(
    folder: Path, fault: str, beside: str, is_read: bool
) -> None:
    file = folder / "a.sqlite"
    if beside != "gone":
        file.touch()
        file.with_name(f"{file.name}{beside}").touch()
    assert not may_be_read_still("SQLITE_CANTOPEN", file)
    with taking_nothing(folder):
        assert may_be_read_still(fault, file) == is_read


def test_a_disk_that_will_not_be_written_is_no_damage(database: Database) -> None:
    """A limit on the size of files stands for it: SQLite says the same, that there was an I/O error in writing."""
    ran = subprocess.run(
        [sys.executable, "-c", UNWRITTEN, database.url], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.startswith("read-only the database refused: disk I/O error in writing. What was to be written")
    assert beaten(database) is None


def test_a_file_in_a_folder_that_takes_nothing_is_copied(database: Database, folder: Path) -> None:
    beat(database, 1)
    database.close()
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o777)
        with taking_nothing(folder):
            assert copying.copy(database, Path(place) / "copy.sqlite").counts["heartbeats"] == 1


def test_a_folder_that_takes_something_again_is_written_to_without_a_new_start(
    database: Database, folder: Path
) -> None:
    beat(database, 1)
    database.close()
    with taking_nothing(folder):
        assert beaten(database) == 1
    with closing(sqlite3.connect(folder / "it's a #1.sqlite", isolation_level=None)) as other:
        other.execute("UPDATE heartbeats SET at = 5")
        assert beaten(database) == 5
    beat(database, 6)
    assert beaten(database) == 6


def test_what_others_left_beside_the_file_is_never_read_over(database: Database, folder: Path) -> None:
    beat(database, 1)
    left = folder / "left"
    left.mkdir()
    for path in folder.glob("*.sqlite*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, left)
    cut_off = Database(sqlite_url(left / "it's a #1.sqlite"))
    with taking_nothing(left), pytest.raises(StorageError) as caught:
        beaten(cut_off)
    assert caught.value.reason == AWAY
    assert beaten(cut_off) == 1
    cut_off.close()
