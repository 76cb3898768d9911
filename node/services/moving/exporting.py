"""Everything that an organisation has here as one file, for whoever looks after it: always, without asking anybody.

What the database says is first written aside, from one state of it, so that a slow reader holds no transaction open;
then everything is sent on with the photos. Memory holds a piece at a time, however much there is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from node import __version__
from node.context import Node
from node.services.identity.audit import COMMAND_LINE, Who, record
from node.services.moving import export_zip as form
from node.services.moving.export_parts import PARTS, Whose
from node.services.moving.export_readme import readme
from node.services.moving.export_zip import Manifest, ZipStream
from node.services.pictures import uploads
from node.services.pictures.upload_names import FOLDER as MEDIA
from node.services.pictures.upload_names import name_of
from node.storage import organisations
from node.storage import uploads as photos
from node.storage.organisations import OwnOrganisation
from schemas.errors import SharefeedError
from schemas.records import dataclass

MEDIA_TYPE = "application/zip"
_PICTURE = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}"
_COUNTED = {"versions": form.HISTORY, "drafts": form.DRAFTS, "bookings": form.BOOKINGS}


class ExportError(SharefeedError):
    """There is nothing that could be exported, or no room to do it. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export that is ready to be sent, once: ``name`` for the file, and its bytes."""

    name: str
    pieces: Iterator[bytes]


def export(node: Node, slug: str, by: Who = COMMAND_LINE, private: bool = True) -> Export:
    """Everything of the organisation with this slug; the log says that it was taken, and by whom. `ExportError`.

    Unless it is ``private``, only the hosts of private calendars are told.
    """
    with ExitStack() as aside:
        own, files, named = _set_aside(node, slug, aside, private)
        with node.database.write() as tx:
            record(tx, node, by, "export-made", "", own.organisation.id)
        name = f"{slug}-{datetime.fromtimestamp(node.now, UTC):%Y-%m-%d}.zip"
        return Export(name, _sent(node, own, files, named, aside.pop_all()))


def _set_aside(
    node: Node, slug: str, aside: ExitStack, private: bool
) -> tuple[OwnOrganisation, dict[str, IO[bytes]], list[str]]:
    """Whose it is, its files as they were written aside, and the names of its pictures."""
    files: dict[str, IO[bytes]] = {}
    with node.database.read() as tx:
        own = organisations.by_slug(tx, slug)
        if own is None:
            raise ExportError(f"There is no organisation {slug} here; `sharefeed organisation list` names them.")
        pictures = _Pictures(node)
        try:
            for name, write in PARTS.items():
                files[name] = aside.enter_context(_scratch(node))
                for piece in write(Whose(node, tx, own, private)):
                    pictures.look(piece)
                    files[name].write(piece)
        except OSError as error:
            raise ExportError(f"The export could not be written: {error.strerror}. Nothing was changed.") from error
        names = sorted({*pictures.found, *photos.names(tx, own.organisation.id)})
    return own, files, names


def _scratch(node: Node) -> IO[bytes]:
    """A file without a name, where there is room for files: elsewhere they might lie in memory."""
    return TemporaryFile(dir=node.settings.home)


class _Pictures:
    """The names of this node's own pictures that a file names. They are short, however many there are."""

    def __init__(self, node: Node) -> None:
        self._address = re.compile(re.escape(f"{node.settings.url}{MEDIA}/".encode()) + _PICTURE.encode())
        self.found: set[str] = set()

    def look(self, piece: bytes) -> None:
        for found in self._address.findall(piece):
            name = found.rpartition(b"/")[2].decode()
            stem = name.partition(".")[0]
            self.found.add(stem if name_of(stem) else name)


def _sent(
    node: Node, own: OwnOrganisation, files: dict[str, IO[bytes]], pictures: list[str], aside: ExitStack
) -> Iterator[bytes]:
    with aside:
        counts = _counted(files, pictures)
        url, made_at = node.settings.url, node.now
        stream = ZipStream(made_at)
        yield from stream.add(form.README, [readme(own.organisation.name, url, made_at, counts)])
        for name, file in files.items():
            file.seek(0)
            yield from stream.add(name, _pieces(file))
        for name, path in _picture_files(node, pictures):
            yield from _picture(stream, name, path)
        yield from stream.finish(
            Manifest(__version__, url, own.organisation.id, own.slug, made_at, counts, stream.files)
        )


def _counted(files: dict[str, IO[bytes]], pictures: list[str]) -> dict[str, int]:
    counts = {name: _lines(files[file]) for name, file in _COUNTED.items()}
    # Around the items, an item a line, stands the feed's own first line.
    files[form.FEED].seek(0)
    listings = sum(line.startswith(b"{") for line in files[form.FEED]) - 1
    return {"listings": listings, **counts, "photos": len(pictures)}


def _lines(file: IO[bytes]) -> int:
    file.seek(0)
    return sum(1 for _ in file)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(form.PIECE):
        yield piece


def _picture_files(node: Node, pictures: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """Name in the export, and file: all sizes of a photograph, or the one file of a picture from before."""
    folder = Path(node.settings.home) / MEDIA
    for name in pictures:
        if not name_of(name):
            yield f"{form.PHOTOS}/{name}", folder / name
            continue
        for end in uploads.ENDS:
            inside = form.PHOTOS if end == ".jpg" else form.SMALLER
            yield f"{inside}/{name}{end}", folder / f"{name}{end}"


def _picture(stream: ZipStream, name: str, path: Path) -> Iterator[bytes]:
    """One picture; one that is not there (any more) is left out."""
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        # It is packed as it is: pictures do not get smaller.
        yield from stream.add(name, _pieces(file), pack=False)
