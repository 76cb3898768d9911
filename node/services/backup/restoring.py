"""A node brought back from a backup: into an empty folder, or with ``replace`` over one that holds something.

What was there is kept aside until the restored node opens, its rows are as many as the manifest says, and it has a new
epoch; where any of that fails it is put back. Where the program itself ends in the middle, the next command that opens
the node puts everything back first: the folder ``.restoring`` says what had been there. The search index is thrown
away, as it can be built again.

A backup knows nothing of what was closed after it was made: a browser that was signed out, an invitation that was
withdrawn. So nobody is signed in on the restored node, and no link that was sent opens it, unless that is asked for.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import orjson

from node.context import Node
from node.services.backup.archive import DATABASE, BackupError, Manifest, unpack
from node.services.configuration.setup import new_epoch, prepare_database, write_private
from node.services.exchanges.people.privacy import forget_again
from node.services.pictures.upload_names import FOLDER as MEDIA
from node.services.stories.consent import take_back_again
from node.settings import RESTORING, SECRET_FILE, SETTINGS, SETTINGS_FILE, Settings, load
from node.storage import copying, invitations, links, migrate, sessions
from node.storage.engine import Database, StorageError
from schemas.records import dataclass

DERIVED = ("index", "downloads")
"""Folders of what is made from the database, and is made again where it is missing."""
_REPLACED = (SETTINGS_FILE, MEDIA)
_LOCK, _JOURNAL, _DONE, _NEW, _BEFORE = "lock", "journal.json", "done", "new", "before"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and whether a new secret key had to be made because there was none."""

    manifest: Manifest
    epoch: str
    new_secret: bool


@dataclass(frozen=True, slots=True)
class _Journal:
    """What stood there before anything was moved: of these ``names`` in the home, and whether the database did."""

    database: str
    existed: bool
    names: tuple[str, ...]


def restore(
    home: Path,
    archive: Path,
    replace: bool = False,
    environment: Mapping[str, str] | None = None,
    keep_sessions: bool = False,
) -> Restored:
    """Bring the node of ``archive`` back into ``home``. Raises `BackupError` and `StorageError`; then nothing changed.

    With ``keep_sessions``, browsers and links that were good when the backup was made are good again. Its settings are
    those of the backup, under those of the environment.
    """
    with _working(home) as work:
        staged = work / _NEW
        staged.mkdir()
        manifest = unpack(archive, staged)
        settings = _settings(home, staged, environment)
        _refuse(settings, manifest, replace)
        new_secret = not (home / SECRET_FILE).exists()
        _write_down(home, work, settings.database)
        try:
            _move(home, work)
            copying.exchange(settings.database, staged / DATABASE)
            with closing(Database(settings.database)) as database:
                epoch = _opened(settings, database, manifest, keep_sessions)
            if new_secret:
                write_private(home / SECRET_FILE, secrets.token_hex(32))
            (work / _DONE).touch()
        finally:
            _settle(home, work)
    return Restored(manifest, epoch, new_secret)


def recover(home: Path) -> bool | None:
    """End what a restore that was cut off had begun: whether it was done already, or None where there was nothing.

    Else everything is as it was before. Raises `BackupError` while one is at work, and `StorageError`.
    """
    work = home / RESTORING
    if not work.is_dir():
        return None
    try:
        with _locked(work):
            done = (work / _DONE).exists()
            _settle(home, work)
            shutil.rmtree(work)
    except OSError as error:
        raise BackupError(
            f"A restore that was cut off could not be undone: {error.strerror or error}. What it moved is in {work}. "
            "Make room, or let the node's user write there, then run any command again"
        ) from error
    return done


@contextmanager
def _working(home: Path) -> Iterator[Path]:
    """A folder in the home, so that what is in it can be moved into place at once; gone in the end."""
    work = home / RESTORING
    try:
        work.mkdir(parents=True, exist_ok=True)
        with _locked(work):
            _settle(home, work)
            for name in (_NEW, _BEFORE):
                shutil.rmtree(work / name, ignore_errors=True)
            (work / _BEFORE).mkdir()
            try:
                yield work
            finally:
                # What could not be put back stays where it is, and the next command tries again.
                if not (work / _JOURNAL).exists():
                    shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise BackupError(
            f"The backup could not be put into place in {home}: {error.strerror or error}. Nothing was changed"
        ) from error


@contextmanager
def _locked(work: Path) -> Iterator[None]:
    import fcntl

    with (work / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("A backup is being restored here just now. Wait until it is done") from error
        yield


def _write_down(home: Path, work: Path, database: str) -> None:
    """Keep what is there, on the disk, before anything is moved. The address of a database may hold its password."""
    names = tuple(name for name in (*_REPLACED, SECRET_FILE) if (home / name).exists())
    journal = orjson.dumps(asdict(_Journal(database, copying.exists(database), names)))
    begun = work / f"{_JOURNAL}.begun"
    begun.unlink(missing_ok=True)
    write_private(begun, journal.decode())
    with begun.open("rb") as file:
        os.fsync(file.fileno())
    begun.replace(work / _JOURNAL)


def _move(home: Path, work: Path) -> None:
    """The settings and the pictures of the backup in the place of those that are here."""
    for name in _REPLACED:
        if (home / name).exists():
            (home / name).rename(work / _BEFORE / name)
        if (work / _NEW / name).exists():
            (work / _NEW / name).rename(home / name)


def _settle(home: Path, work: Path) -> None:
    """Put everything back that had been moved, or once it was done let go of it. May be cut off and done again."""
    if not (work / _JOURNAL).exists():
        return
    told = orjson.loads((work / _JOURNAL).read_bytes())
    if (work / _DONE).exists():
        copying.let_go(told["database"])
        for name in DERIVED:
            shutil.rmtree(home / name, ignore_errors=True)
    else:
        copying.take_back(told["database"], told["existed"])
        for name in (*_REPLACED, SECRET_FILE):
            _put_back(home / name, work / _BEFORE / name, name in told["names"])
    (work / _JOURNAL).unlink()
    (work / _DONE).unlink(missing_ok=True)


def _put_back(place: Path, before: Path, existed: bool) -> None:
    if before.exists() or not existed:
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    if before.exists():
        before.rename(place)


def _settings(home: Path, staged: Path, environment: Mapping[str, str] | None) -> Settings:
    """The settings that the restored node will have."""
    chosen = staged if (staged / SETTINGS_FILE).exists() else home
    loaded = load(chosen, environment)
    return Settings(home.absolute(), {setting.name: getattr(loaded, setting.name) for setting in SETTINGS})


def _refuse(settings: Settings, manifest: Manifest, replace: bool) -> None:
    kind = copying.kind_of(settings.database)
    if kind != manifest.database:
        raise BackupError(
            f"This backup is of a {manifest.database} database, and the settings name a {kind} one. Nothing was "
            "changed. Name one of that kind in DATABASE_URL, and try again"
        )
    if manifest.revision > migrate.HEAD:
        raise BackupError(
            f"This backup was made by sharefeed {manifest.version}, which is newer than this one. Nothing was changed. "
            "Install that version, then restore"
        )
    media = settings.home / MEDIA
    full = copying.holds_something(settings.database) or (media.is_dir() and any(media.iterdir()))
    if full and not replace:
        raise BackupError(
            f"There is a node in {settings.home} that holds something. It was left as it is. "
            "Choose another folder with --home, or put the backup in its place with --replace"
        )


def _opened(settings: Settings, database: Database, manifest: Manifest, keep_sessions: bool) -> str:
    """Open what was restored and compare it with what was backed up; its new epoch."""
    with database.read() as tx:
        if copying.counts(tx) != manifest.counts:
            raise StorageError("the restored database has other rows than the backup says. What was there is back")
    node = Node.open(settings, database)
    prepare_database(node)
    if not keep_sessions:
        _close_doors(node)
    forget_again(node)
    take_back_again(node)
    return new_epoch(node)


def _close_doors(node: Node) -> None:
    with node.database.write() as tx:
        sessions.remove_all(tx)
        links.remove_all(tx)
        invitations.end_all(tx, node.now)
