"""Pictures in a zip, found by their names and read one at a time; nothing of it is ever unpacked onto a disk.

So no name in it can lead anywhere (``../``, absolute paths, links). Refused are zips of too many files or that unpack
to far too much; of single files those that are too large, encrypted, packed as only a bomb is, or no plain files.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from unicodedata import normalize

from node.services.pictures.shrinking import PictureError
from schemas.records import dataclass

MOST_FILES = 20_000
MAX_PICTURE_BYTES = 10 * 2**20
MAX_UNPACKED_BYTES = 20 * 2**30
MAX_DIRECTORY_BYTES = 8 * 2**20
MOST_RATIO = 100
"""How many times larger than packed a file may be. Pictures are packed already, and hardly get smaller."""
_SMALL_BYTES = 2**20
_END, _END64, _LOCATOR = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_SIZE, _END64_SIZE, _LOCATOR_SIZE = 22, 56, 20
_ENDING_BYTES = _END_SIZE + 2**16 + _END64_SIZE + _LOCATOR_SIZE
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    LookupError,
)
PICTURES = (
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".png",
    ".webp",
    ".gif",
    ".heic",
    ".heif",
    ".avif",
    ".tif",
    ".tiff",
    ".bmp",
)
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class PictureZip:
    """The pictures in the zip at ``path``: their entries by their whole name and by its end, in lower case.

    The archive stays open until this is let go: reading its directory anew for each picture would take long.
    """

    path: Path
    archive: zipfile.ZipFile
    entries: dict[str, list[zipfile.ZipInfo]]

    @property
    def is_bare(self) -> bool:
        """Whether no file in it has a picture's name."""
        return not any(name.endswith(PICTURES) for name in self.entries)

    def read(self, source: str) -> bytes:
        """The file that ``source`` names, whatever folder it lies in there. Raises `PictureError`."""
        whole = alike(source.replace("\\", "/"))
        found = self.entries.get(whole) or self.entries.get(_last(whole), [])
        if not found:
            raise PictureError(f"There is no such file in {self.path.name}.")
        if len(found) > 1:
            raise PictureError(f"{self.path.name} holds several files of this name. Give each its own.")
        _refuse(found[0])
        try:
            with self.archive.open(found[0]) as file:
                data = file.read(MAX_PICTURE_BYTES + 1)
        except _BROKEN as error:
            raise PictureError("The zip is damaged here; the file cannot be read.") from error
        if len(data) > MAX_PICTURE_BYTES:
            raise _too_large()
        return data


def alike(name: str) -> str:
    """A file name as it is compared: in lower case, and with letters and marks as one, which macOS writes apart."""
    return normalize("NFC", normalize("NFC", name).casefold())


def pictures_in(path: Path) -> PictureZip:
    """The pictures in a zip. Raises `PictureError` for one that is none, or that claims more than there can be."""
    try:
        _refuse_long_directory(path)
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise PictureError(f"{path.name} is no zip, or is damaged.") from error
    infos = archive.infolist()
    if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
        raise PictureError(f"{path.name} holds more than can be imported at once. Split it into smaller ones.")
    entries: dict[str, list[zipfile.ZipInfo]] = {}
    for info in infos:
        name = alike(info.filename.replace("\\", "/"))
        # What macOS puts beside each picture has the same name, and is none.
        if not info.is_dir() and not name.startswith("__macosx/"):
            for known in {name, _last(name)}:
                entries.setdefault(known, []).append(info)
    return PictureZip(path, archive, entries)


def _refuse_long_directory(path: Path) -> None:
    """Look at how long the list of its files is before that is read into memory."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _ENDING_BYTES))
        ending = file.read()
    if _directory_bytes(ending) > MAX_DIRECTORY_BYTES:
        raise PictureError(f"{path.name} holds more than can be imported at once. Split it into smaller ones.")


def _directory_bytes(ending: bytes) -> int:
    """How long the list of files is by the end of a zip, which is found as `zipfile` finds it."""
    at = len(ending) - _END_SIZE
    if not (ending[at : at + 4] == _END and ending.endswith(b"\0\0")):
        at = ending.rfind(_END)
    if at < 0 or len(ending) < at + _END_SIZE:
        return 0
    before = ending[:at]
    if before[-_LOCATOR_SIZE:][:4] == _LOCATOR:
        record = before[-_LOCATOR_SIZE - _END64_SIZE : -_LOCATOR_SIZE]
        is_known = record.startswith(_END64) and len(record) == _END64_SIZE
        return int(struct.unpack("<Q", record[40:48])[0]) if is_known else MAX_DIRECTORY_BYTES + 1
    return int(struct.unpack("<L", ending[at + 12 : at + 16])[0])


def _refuse(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & 1:
        raise PictureError("This file is encrypted in the zip. Pack it without a password.")
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise PictureError("This is no file but a link in the zip. Pack the picture itself.")
    if info.file_size > MAX_PICTURE_BYTES:
        raise _too_large()
    if info.file_size > _SMALL_BYTES and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        raise PictureError("This file is packed as no picture is; it was not read.")


def _too_large() -> PictureError:
    return PictureError(f"The file is larger than {MAX_PICTURE_BYTES // 2**20} MB. Save it smaller.")


def _last(name: str) -> str:
    return _SEPARATORS.split(name)[-1]
