"""Backups of a node: made while it runs, kept for a number of days, and never so many that the disk is full.

A backup holds the database, the pictures and the settings. It does not hold the secret key: whoever finds a backup
must not be able to sign in as somebody.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from node import __version__
from node.context import Node
from node.services.backup.archive import DATABASE, BackupError, Manifest, writing
from node.services.pictures.upload_names import FOLDER as MEDIA
from node.settings import SETTINGS_FILE, Settings
from node.storage import copying
from schemas.records import dataclass

DEFAULT_FOLDER = "backups"
DAY_S = 86_400
_EARLY_S = 1800
"""So much less than a day ago the last backup may be, as no day's work begins to the second."""
_MAKING = ".making-"
_NAME = re.compile(r"sharefeed-([0-9]{8}-[0-9]{6})Z(?:-([0-9]{1,3}))?\.tar\.gz")
_STAMP = "%Y%m%d-%H%M%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup in a folder: when it was begun, in seconds since 1970, and how many bytes it has."""

    path: Path
    made_at: int
    size: int


def make(node: Node, folder: Path | None = None) -> Backup:
    """Back up the node into ``folder``. The node may run meanwhile. Raises `BackupError` and `StorageError`."""
    target = folder or folder_of(node.settings)
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(target), TemporaryDirectory(prefix=_MAKING, dir=target) as scratch:
            written = _written(node, Path(scratch))
            path = _free_name(target, node.now)
            os.replace(written, path)
            return Backup(path, node.now, path.stat().st_size)
    except OSError as error:
        raise _not_made(target, error) from error


def _not_made(folder: Path, error: OSError) -> BackupError:
    return BackupError(
        f"No backup was made in {folder}: {error.strerror or error}. Everything is as it was. "
        "Make room, or choose another folder"
    )


def folder_of(settings: Settings) -> Path:
    """Where backups are put that name no other place."""
    return Path(settings.home) / (settings.backup_folder or DEFAULT_FOLDER)


def are_regular(settings: Settings) -> bool:
    """Whether this node backs itself up each day."""
    return bool(settings.backup_folder) and settings.backup_days > 0


def free_bytes(folder: Path) -> int:
    """How many bytes are free on the disk of a folder that may not be there yet."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return shutil.disk_usage(there).free


def make_due(node: Node, free: Callable[[Path], int] = free_bytes) -> Backup | None:
    """Make the day's backup where it is due, and remove those that are too old; None where it is not due.

    Raises `BackupError` where the disk has too little room for it; what is there is kept then.
    """
    if not are_regular(node.settings):
        return None
    folder = folder_of(node.settings)
    made = found(folder)
    # One that a wrong clock dated into the future says nothing of today, and must not put off backups until then.
    if any(0 <= node.now + _EARLY_S - one.made_at < DAY_S for one in made):
        return None
    # By number as well as by age: a clock that jumped ahead makes all of them old at once.
    for old in made[max(1, node.settings.backup_days) :]:
        if old.made_at < node.now - node.settings.backup_days * DAY_S:
            old.path.unlink(missing_ok=True)
    _tidy_up(folder)
    needed = _room_for(node, made)
    if free(folder) < needed:
        raise BackupError(
            f"Today's backup was not made: {folder} has less than {needed / 2**20:,.0f} MB free. The older ones are "
            "still there. Make room, or set backup_folder to a place on another disk"
        )
    return make(node, folder)


def _tidy_up(folder: Path) -> None:
    """What a backup that was killed has left behind takes the room of the next."""
    if not folder.is_dir():
        return
    try:
        with _alone(folder):
            pass
    except OSError as error:
        raise _not_made(folder, error) from error


def _room_for(node: Node, made: Sequence[Backup]) -> int:
    """Twice what the last one took, beside the copy of the database from which it is made."""
    media = node.settings.home / MEDIA
    copied = copying.sqlite_file(node.database.url).stat().st_size if node.database.is_sqlite else 0
    pictures = sum(one.stat().st_size for one in media.iterdir()) if media.is_dir() and not made else 0
    return copied + 2 * (made[0].size if made else copied + pictures)


def _written(node: Node, scratch: Path) -> Path:
    # First the database: a picture that comes in meanwhile is one too many, never one too few.
    copied = copying.copy(node.database, scratch / DATABASE)
    path = scratch / "backup.tar.gz"
    with writing(path, node.now) as archive:
        archive.add(DATABASE, scratch / DATABASE)
        archive.add(SETTINGS_FILE, node.settings.home / SETTINGS_FILE)
        archive.add_pictures(node.settings.home / MEDIA)
        kind = copying.kind_of(node.database.url)
        url = node.settings.url
        manifest = Manifest(__version__, copied.revision, kind, url, node.now, copied.counts, archive.files)
        archive.finish(manifest)
    return path


def _free_name(folder: Path, now: int) -> Path:
    stamp = datetime.fromtimestamp(now, UTC).strftime(_STAMP)
    names = [f"sharefeed-{stamp}Z.tar.gz", *(f"sharefeed-{stamp}Z-{number}.tar.gz" for number in range(2, 1000))]
    return next(folder / name for name in names if not (folder / name).exists())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else make a backup in this folder meanwhile, and tidy up what was begun and never ended."""
    import fcntl

    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is being made in {folder} just now. Wait until it is done") from error
        for left in folder.glob(f"{_MAKING}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def found(folder: Path) -> list[Backup]:
    """The backups in this folder, the newest first."""
    made = []
    for path in folder.iterdir() if folder.is_dir() else ():
        name = _NAME.fullmatch(path.name)
        if name and path.is_file():
            moment = _moment(name[1])
            if moment is not None:
                made.append((moment, int(name[2] or 1), Backup(path, moment, path.stat().st_size)))
    return [backup for _, _, backup in sorted(made, key=lambda each: each[:2], reverse=True)]


def _moment(stamp: str) -> int | None:
    try:
        return int(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
