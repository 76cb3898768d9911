"""Pictures that a spreadsheet names: from a folder of the owner's into the node's own, small and without metadata.

Only files directly in that folder are taken, by their names; a path in a cell leads nowhere else. A zip may stand in
for the folder. What is written is named by its content, so that the same picture is one file however often it is
imported.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from node.services.importing.row_values import Picture
from node.services.pictures.shrinking import PictureError, Shrunk, shrink
from node.services.pictures.zip_files import PictureZip, alike, pictures_in
from schemas.listing import Image

MAX_PICTURE_BYTES = 25 * 2**20
PART = ".part"
"""How the names of files end that are not whole yet."""


@dataclass(slots=True)
class Shelf:
    """Where pictures come from (``folder`` or a zip, None if none was named) and go to (``media``, served at ``url``).

    With ``only_try`` nothing is written. ``without`` is what is said of a file name where no folder was named, and
    ``smaller`` makes of a file what is kept. One shelf serves one import; threads do not share it.
    """

    folder: Path | None
    media: Path
    url: str
    only_try: bool = False
    without: str = "No folder or zip of pictures was given; with the command, --images names it."
    smaller: Callable[[bytes], Shrunk] = shrink
    _known: dict[str, str | PictureError] = field(default_factory=dict)
    _names: dict[str, Path] | None = None
    _zip: PictureZip | None = None

    def image(self, picture: Picture) -> Image:
        """The picture as a listing names it. Raises `PictureError` with what is wrong and what to do."""
        if picture.is_address:
            return Image(picture.source, picture.alt)
        if picture.source not in self._known:
            self._known[picture.source] = self._taken(picture.source)
        found = self._known[picture.source]
        if isinstance(found, PictureError):
            raise found
        return Image(self.url + found, picture.alt)

    def _taken(self, source: str) -> str | PictureError:
        try:
            data = self.smaller(self._read(source)).large
        except PictureError as error:
            return error
        name = hashlib.sha256(data).hexdigest()[:32] + ".jpg"
        if not self.only_try:
            write_whole(self.media / name, data)
        return name

    def _read(self, source: str) -> bytes:
        if self.folder is None:
            raise PictureError(self.without)
        if not self.folder.is_file():
            return _read(self._find(source, self.folder))
        if self._zip is None:
            self._zip = pictures_in(self.folder)
        return self._zip.read(source)

    def _find(self, source: str, folder: Path) -> Path:
        name = alike(re.split(r"[/\\]", source)[-1])
        if self._names is None:
            self._names = _files_in(folder)
        if name not in self._names:
            raise PictureError(f"There is no such file in {folder}.")
        return self._names[name]


def _files_in(folder: Path) -> dict[str, Path]:
    """The files directly in a folder by their names in lower case; links that lead out of it are left out."""
    home = folder.resolve()
    try:
        found = sorted(path for path in home.iterdir() if path.is_file() and path.resolve().parent == home)
    except OSError as error:
        raise PictureError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    return {alike(path.name): path for path in found}


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_PICTURE_BYTES:
            raise PictureError(f"The file is larger than {MAX_PICTURE_BYTES // 2**20} MB. Save it smaller.")
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"The file cannot be read: {error.strerror}.") from error


def write_whole(path: Path, data: bytes) -> bool:
    """Write a file that is there whole or not at all; whether anything changed. Folders are made as needed."""
    if path.is_file() and path.read_bytes() == data:
        with suppress(OSError):
            os.utime(path)  # asked for anew: nobody takes it for what nothing names
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=PART, delete=False) as file:
        try:
            file.write(data)
            file.close()
            Path(file.name).chmod(0o644)
            os.replace(file.name, path)
        except BaseException:
            # On a full disk each try would leave a piece of it behind.
            Path(file.name).unlink(missing_ok=True)
            raise
    return True
