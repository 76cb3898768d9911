"""A node brought back from a backup: into an empty folder, or with ``replace`` over one that holds something.

What was there is kept aside until the restored node opens, its rows are as many as the manifest says, and it has a new
epoch; where any of that fails it is put back. The search index is thrown away, as it can be built again.

A backup knows nothing of what was closed after it was made: a browser that was signed out, an invitation that was
withdrawn. So nobody is signed in on the restored node, and no link that was sent opens it, unless that is asked for.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from node.context import Node
from node.services.backup_files import DATABASE, BackupError, Manifest, unpack
from node.services.exchanges.privacy import forget_again
from node.services.photo_names import FOLDER as MEDIA
from node.services.setup import new_epoch, prepare_database, write_private
from node.settings import SECRET_FILE, SETTINGS, SETTINGS_FILE, Settings, load
from node.storage import copying, invitations, links, migrate, sessions
from node.storage.engine import Database, StorageError

DERIVED = ("index", "downloads")
"""Folders of what is made from the database, and is made again where it is missing."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and whether a new secret key had to be made because there was none."""

    manifest: Manifest
    epoch: str
    new_secret: bool


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
    with _scratch(home) as scratch:
        staged = scratch / "new"
        staged.mkdir()
        manifest = unpack(archive, staged)
        settings = _settings(home, staged, environment)
        _refuse(settings, manifest, replace)
        aside = scratch / "before"
        aside.mkdir()
        new_secret = not (home / SECRET_FILE).exists()
        replaced = copying.replaced(settings.database, staged / DATABASE, aside)
        with _files_replaced(home, staged, aside), replaced as database:
            epoch = _opened(settings, database, manifest, keep_sessions)
            for name in DERIVED:
                shutil.rmtree(home / name, ignore_errors=True)
            if new_secret:
                write_private(home / SECRET_FILE, secrets.token_hex(32))
    return Restored(manifest, epoch, new_secret)


@contextmanager
def _scratch(home: Path) -> Iterator[Path]:
    """A folder in the home, so that what is in it can be moved into place at once; gone in the end."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        folder = Path(mkdtemp(prefix=".restoring-", dir=home))
    except OSError as error:
        raise BackupError(f"{home} cannot be written to: {error.strerror}. Nothing was changed") from error
    try:
        yield folder
    except OSError as error:
        raise BackupError(
            f"The backup could not be put into place: {error.strerror or error}. What was there is there again"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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


@contextmanager
def _files_replaced(home: Path, staged: Path, aside: Path) -> Iterator[None]:
    """The settings and the pictures of the backup in the place of those that are here, unless the block raises."""
    moved: list[str] = []
    try:
        for name in (SETTINGS_FILE, MEDIA):
            if (home / name).exists():
                (home / name).rename(aside / name)
            moved.append(name)
            if (staged / name).exists():
                (staged / name).rename(home / name)
        yield
    except BaseException:
        for name in moved:
            if (home / name).exists():
                (home / name).rename(staged / name)
            if (aside / name).exists():
                (aside / name).rename(home / name)
        raise


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
    return new_epoch(node)


def _close_doors(node: Node) -> None:
    with node.database.write() as tx:
        sessions.remove_all(tx)
        links.remove_all(tx)
        invitations.end_all(tx, node.now)
