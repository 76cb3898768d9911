"""Photos that come with a list at the desk: a zip beside the rows that name its files, kept until the import is over.

It is never unpacked (see `zip_files`). What a row names is made small in another process, like every photo that
members send, and lies among the node's own pictures then.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from node.context import Node
from node.processes import FullError, GivenUpError
from node.services.pictures.shelf import Shelf
from node.services.pictures.shrinking import PictureError, Shrunk, shrink
from node.services.pictures.zip_files import pictures_in
from node.storage import imports as stored
from node.storage.imports import Import

FOLDER = "imports"
MOST_BYTES = 60 * 2**20
KEPT_S = 86_400
"""So long after the last step of an import its zip is still there, for rows that are put right; of each organisation
the latest.
"""
_WITHOUT = "There is no zip with photos here. Add one to this import, or the photo at the listing itself."
_END = ".zip"
_MOST_LOOKED_AT = 1000


def path_of(node: Node, one: Import) -> Path:
    return Path(node.settings.home) / FOLDER / f"{one.id}{_END}"


def has_photos(node: Node, one: Import) -> bool:
    return path_of(node, one).is_file()


def take(node: Node, one: Import, save: Callable[[Path], object]) -> None:
    """Keep a zip for this import, in place of one before; ``save`` writes it. Raises `PictureError` and `OSError`."""
    path = path_of(node, one)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _forget_others(node, one)
    begun = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        save(begun)
        if begun.stat().st_size > MOST_BYTES:
            raise PictureError(f"The zip is larger than {MOST_BYTES // 2**20} MB. Save the photos smaller.")
        try:
            found = pictures_in(begun)
            found.archive.close()
        except PictureError as error:
            raise PictureError(str(error).replace(begun.name, "This file")) from error
        if found.is_bare:
            raise PictureError("There is no photo in this zip. Pack the photos that your list names into one.")
        os.replace(begun, path)
    finally:
        begun.unlink(missing_ok=True)


def shelf(node: Node, one: Import, only_try: bool) -> Shelf:
    """Where the pictures of this import come from and go to."""
    source = path_of(node, one) if has_photos(node, one) else None
    media, url = node.settings.home / "media", node.settings.url + "media/"

    def elsewhere(data: bytes) -> Shrunk:
        try:
            return node.workshop.run(shrink, data)
        except (FullError, GivenUpError) as error:
            raise PictureError("It took too long to be made small. Add this photo at the listing itself.") from error

    return Shelf(source, media, url, only_try, _WITHOUT, elsewhere)


def forget(node: Node, one: Import) -> None:
    path_of(node, one).unlink(missing_ok=True)


def _forget_others(node: Node, one: Import) -> None:
    """An organisation keeps one zip: the latest."""
    tidy(node)
    with node.database.read() as tx:
        theirs = stored.of_organisation(tx, one.organisation_id, _MOST_LOOKED_AT)
    for other in theirs:
        if other.id != one.id:
            forget(node, other)


def tidy(node: Node) -> int:
    """Remove the zips of imports that are over, or gone; how many."""
    folder = Path(node.settings.home) / FOLDER
    found = list(folder.glob(f"*{_END}")) if folder.is_dir() else []
    if not found:
        return 0
    with node.database.read() as tx:
        needed = stored.touched_since(tx, [path.stem for path in found], node.now - KEPT_S)
    old = [path for path in found if path.stem not in needed]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
