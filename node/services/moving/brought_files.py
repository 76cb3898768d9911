"""The file of an organisation's export, as another node wrote it: opened, checked whole, and read piece by piece.

Refuses what does not belong there: names that lead elsewhere, files that are not what the manifest says, more than
there is room for.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import orjson

from schemas.errors import SharefeedError
from schemas.records import dataclass

FORMAT, FORMAT_VERSION = "sharefeed-export", 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST, LARGEST_DOCUMENT, LONGEST_LINE = 64 * 2**20, 16 * 2**20, 2**20
LARGEST_PICTURE = 64 * 2**20
SPARE_BYTES = 64 * 2**20
_PICTURE = re.compile(r"photos/(?:smaller/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}\.(?:jpg|webp|png)")
_PIECE = 2**18


class BringError(SharefeedError):
    """An organisation was not brought here. Nothing was changed."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message.rstrip('.')}. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Export:
    """An export whose files are what its manifest says. ``node_url`` is the node that it is of, ending in a slash."""

    archive: zipfile.ZipFile
    node_url: str
    pictures: tuple[str, ...]

    def document(self, name: str) -> dict[str, Any]:
        """A file that holds one JSON object."""
        with self._open(name) as file:
            data = file.read(LARGEST_DOCUMENT + 1)
        return _object(data, name)

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        """The objects of a file with one on each line; nothing where there is no such file."""
        if name not in self.archive.namelist():
            return
        with self._open(name) as file:
            while line := file.readline(LONGEST_LINE + 1):
                if line.strip():
                    yield _object(line, name)

    def items(self, name: str) -> Iterator[dict[str, Any]]:
        """The items of a feed that has each on a line of its own."""
        with self._open(name) as file:
            file.readline(LONGEST_LINE)
            while line := file.readline(LONGEST_LINE + 1):
                if line.startswith(b"{"):
                    yield _object(line.rstrip(b"\r\n,"), name)

    def head(self, name: str) -> dict[str, Any]:
        """What stands before the items of such a file."""
        with self._open(name) as file:
            first = file.readline(LARGEST_DOCUMENT)
        return _object(first.rstrip(b"\r\n") + b"]}", name)

    def extract(self, name: str, target: Path) -> None:
        """Write one file, whole or not at all."""
        part = target.with_name(f".{target.name}.part")
        try:
            with self._open(name) as file, part.open("wb") as out:
                shutil.copyfileobj(file, out, _PIECE)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _open(self, name: str) -> IO[bytes]:
        try:
            return self.archive.open(name)
        except KeyError as error:
            raise BringError(f"{name} is missing in it") from error


@contextmanager
def opened(path: Path) -> Iterator[Export]:
    """An export, checked; closed in the end. Raises `BringError`."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield _checked(archive, path)
    except FileNotFoundError as error:
        raise BringError(f"There is no file {path}") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BringError(f"{path.name} is damaged, or no export: {error}") from error
    except OSError as error:
        raise BringError(f"{path.name} could not be read, or there is no room for it: {error.strerror}") from error


def _checked(archive: zipfile.ZipFile, path: Path) -> Export:
    names = archive.namelist()
    if len(set(names)) != len(names) or MANIFEST not in names:
        raise BringError(f"{path.name} is no whole export: its manifest is missing, or a file is there twice")
    with archive.open(MANIFEST) as file:
        manifest = _object(file.read(LARGEST_MANIFEST + 1), MANIFEST)
    if manifest.get("format") != FORMAT or manifest.get("format_version") != FORMAT_VERSION:
        raise BringError(f"{path.name} is no export of a form that this version knows")
    files = manifest.get("files")
    if not isinstance(files, dict) or set(files) != set(names) - {MANIFEST}:
        raise BringError(f"{path.name} holds other files than its manifest says")
    _refuse_too_large(files, path)
    for name, said in files.items():
        _compare(archive, name, said)
    return Export(
        archive, _address(manifest.get("node_url")), tuple(name for name in names if _PICTURE.fullmatch(name))
    )


def _address(url: Any) -> str:
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https") or not url.endswith("/"):
        raise BringError("It does not say of which node it is")
    return url


def _refuse_too_large(files: dict[str, Any], path: Path) -> None:
    sizes = [said.get("size") if isinstance(said, dict) else None for said in files.values()]
    if not all(isinstance(size, int) and size >= 0 for size in sizes):
        raise BringError("Its manifest cannot be read")
    if sum(size for size in sizes if size) > shutil.disk_usage(path.absolute().parent).free - SPARE_BYTES:
        raise BringError("There is too little room on the disk for it")


def _compare(archive: zipfile.ZipFile, name: str, said: dict[str, Any]) -> None:
    if _PICTURE.fullmatch(name) and said["size"] > LARGEST_PICTURE:
        raise BringError(f"{name} is larger than a picture can be")
    size, summed = 0, hashlib.sha256()
    with archive.open(name) as file:
        while size <= said["size"] and (piece := file.read(_PIECE)):
            size += len(piece)
            summed.update(piece)
    if size != said["size"] or summed.hexdigest() != said.get("sha256"):
        raise BringError(f"{name} is not what its manifest says")


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BringError(f"{name} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise BringError(f"{name} cannot be read")
    return found
