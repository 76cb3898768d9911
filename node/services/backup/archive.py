"""The file that a backup is: a compressed archive of the database, the pictures, the settings and a manifest.

Writer and reader stand together. The manifest comes last and names every file with its size and SHA-256. The reader
takes nothing that the manifest does not name, and no link, no path out of its folder and no file larger than it may be.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import orjson

from node.services.pictures.upload_names import FOLDER as MEDIA
from node.settings import SETTINGS_FILE
from schemas.errors import SharefeedError
from schemas.records import dataclass

DATABASE, MANIFEST = "database", "manifest.json"
FORMAT, FORMAT_VERSION = "sharefeed-backup", 1
LARGEST_MANIFEST, LARGEST_SETTINGS, LARGEST_PICTURE = 256 * 2**20, 2**20, 64 * 2**20
SPARE_BYTES = 64 * 2**20
"""What stays free on the disk whatever is unpacked."""
_COMPRESSION = 5
_PIECE = 2**20
_PICTURE = re.compile(rf"{MEDIA}/[A-Za-z0-9_-][A-Za-z0-9._-]{{0,200}}")


class BackupError(SharefeedError):
    """No backup was made, or one cannot be taken; the message says what was kept."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file in a backup or an export: its bytes and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. ``version`` is the program's, ``revision`` that of the database's tables,
    ``counts`` the rows of each of them, ``made_at`` in seconds since 1970."""

    version: str
    revision: str
    database: str
    node_url: str
    made_at: int
    counts: Mapping[str, int]
    files: Mapping[str, Content]

    def as_json(self) -> bytes:
        document = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def read_manifest(data: bytes) -> Manifest:
    """The manifest in these bytes. Raises `BackupError`."""
    try:
        document: dict[str, Any] = orjson.loads(data)
        if document.pop("format") != FORMAT:
            raise ValueError
        version = document.pop("format_version")
        if version != FORMAT_VERSION:
            raise BackupError(
                f"This backup is of form {version}; this sharefeed knows {FORMAT_VERSION}. Nothing was changed. "
                "Restore it with a newer version"
            )
        files = {name: Content(int(told["size"]), str(told["sha256"])) for name, told in document.pop("files").items()}
        counts = {str(name): int(rows) for name, rows in document.pop("counts").items()}
        texts = {name: str(document[name]) for name in ("version", "revision", "database", "node_url")}
        return Manifest(**texts, made_at=int(document["made_at"]), counts=counts, files=files)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged("its manifest cannot be read") from error


def damaged(what: str) -> BackupError:
    return BackupError(f"This is not a whole backup of Sharefeed: {what}. Nothing was changed. Try an older one")


class _Hashing:
    """Reads from a file and sums up what it reads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._sum = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._sum.update(data)
        return data

    def hexdigest(self) -> str:
        return self._sum.hexdigest()


class Writer:
    """Puts files into the archive; `finish` puts the manifest behind them."""

    def __init__(self, archive: tarfile.TarFile, moment: int) -> None:
        self._archive, self._moment = archive, moment
        self.files: dict[str, Content] = {}

    def add(self, name: str, path: Path) -> None:
        """Put this file in; one that has gone meanwhile is left out."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return
        with file:
            info = self._info(name, os.fstat(file.fileno()).st_size)
            read = _Hashing(file)
            self._archive.addfile(info, read)
            self.files[name] = Content(info.size, read.hexdigest())

    def add_pictures(self, folder: Path) -> None:
        """Put in every picture of the folder, and nothing else that may lie there."""
        for path in sorted(folder.iterdir() if folder.is_dir() else ()):
            name = f"{MEDIA}/{path.name}"
            if _PICTURE.fullmatch(name) and path.is_file() and not path.is_symlink():
                self.add(name, path)

    def finish(self, manifest: Manifest) -> None:
        data = manifest.as_json()
        self._archive.addfile(self._info(MANIFEST, len(data)), BytesIO(data))

    def _info(self, name: str, size: int) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._moment, 0o600
        return info


@contextmanager
def writing(path: Path, moment: int) -> Iterator[Writer]:
    """Write a new archive that only its owner may read, and bring it safely onto the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=_COMPRESSION) as archive:
            yield Writer(archive, moment)
        file.flush()
        os.fsync(file.fileno())


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack a backup into an empty folder and check every file of it. Raises `BackupError`."""
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            found = _unpacked(archive, folder)
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {path}. Nothing was changed") from error
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise damaged(str(error) or "it ends too early") from error
    except OSError as error:
        raise damaged(error.strerror or str(error)) from error
    if MANIFEST not in found:
        raise damaged("its manifest is missing")
    manifest = read_manifest((folder / MANIFEST).read_bytes())
    del found[MANIFEST]
    wrong = sorted(name for name in {*found, *manifest.files} if found.get(name) != manifest.files.get(name))
    if wrong:
        raise damaged(f"{wrong[0]} is not what its manifest says")
    if DATABASE not in found:
        raise damaged("it holds no database")
    return manifest


def _unpacked(archive: tarfile.TarFile, folder: Path) -> dict[str, Content]:
    found: dict[str, Content] = {}
    room = shutil.disk_usage(folder).free - SPARE_BYTES
    (folder / MEDIA).mkdir()
    for info in archive:
        _refuse_unexpected(info, found)
        room -= info.size
        if room < 0:
            raise BackupError("There is too little room on the disk to unpack this backup. Nothing was changed")
        found[info.name] = _written(archive, info, folder / info.name)
    return found


def _refuse_unexpected(info: tarfile.TarInfo, found: Mapping[str, Content]) -> None:
    largest = {MANIFEST: LARGEST_MANIFEST, SETTINGS_FILE: LARGEST_SETTINGS, DATABASE: None}
    if info.name not in largest and not _PICTURE.fullmatch(info.name):
        raise damaged(f"it holds {info.name[:200]!r}, which does not belong there")
    if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise damaged(f"{info.name} is no plain file")
    if info.name in found:
        raise damaged(f"{info.name} is there twice")
    limit = largest.get(info.name, LARGEST_PICTURE)
    if limit is not None and info.size > limit:
        raise damaged(f"{info.name} is larger than it can be")


def _written(archive: tarfile.TarFile, info: tarfile.TarInfo, path: Path) -> Content:
    source = archive.extractfile(info)
    if source is None:
        raise damaged(f"{info.name} is no plain file")
    read = _Hashing(source)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        while piece := read.read(_PIECE):
            file.write(piece)
    return Content(info.size, read.hexdigest())
