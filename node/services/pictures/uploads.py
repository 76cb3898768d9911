"""Photographs of an organisation's members: taken in, kept with a draft or a listing, and tidied up when unused.

Making them small is done in another process; a photo that costs too much there is refused, and no other one suffers.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from node.context import Node
from node.processes import FullError, GivenUpError
from node.services.pictures.renditions import MAX_BYTES, PhotoFiles, made, too_many_bytes
from node.services.pictures.shelf import write_whole
from node.services.pictures.shrinking import PictureError
from node.services.pictures.upload_names import FOLDER, PhotoName, name_in_path, name_of
from node.storage import uploads as stored
from node.storage.engine import StorageError, Tx
from schemas.errors import SharefeedError
from schemas.listing import Image
from schemas.records import dataclass

MOST_PHOTOS = 20
"""As many as a listing may have."""
MOST_LOOSE = 200
LOOSE_S = 86_400
ENDS = (".jpg", ".webp", ".card.jpg", ".card.webp")


class BusyError(SharefeedError):
    """More photos are being made than can be at once; it is worth trying again in ``retry_s`` seconds."""

    retry_s = 2

    def __init__(self) -> None:
        super().__init__("Many photos are being sent just now. Wait a moment, and send this one again.")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph in a form, a draft or a listing. ``alt`` says what it shows, or nothing.

    ``ref`` is what forms call it: the name of one that was sent here, or the address of any other.
    """

    ref: str
    alt: str = ""

    @property
    def name(self) -> PhotoName | None:
        """Its name, where it was sent here."""
        return name_of(self.ref)


def upload(node: Node, organisation_id: str, data: bytes, by: str = "") -> Photo:
    """Take in a photograph for the organisation; ``by`` is the account of whoever sent it.

    Raises `PictureError` for what is no photo that can be shown, and `BusyError`.
    """
    if len(data) > MAX_BYTES:
        raise too_many_bytes(len(data))
    with node.database.read() as tx:
        if stored.count_loose(tx, organisation_id) >= MOST_LOOSE:
            raise PictureError(
                f"{MOST_LOOSE} photos wait here that no listing has. Remove some of them, or wait a day until they go."
            )
    files = _made(node, data)
    # First the row: whoever tidies up must not take the files of what is being sent for left-overs.
    with node.database.write() as tx:
        stored.put(tx, organisation_id, files.name, by, node.now)
    try:
        _keep(node, files)
    except PictureError:
        # Else a picture that is not there would wait at the desk to be chosen. One that was whole before stays.
        with suppress(StorageError):
            remove(node, organisation_id, files.name)
        raise
    return Photo(files.name)


def _made(node: Node, data: bytes) -> PhotoFiles:
    try:
        return node.workshop.run(made, data)
    except FullError as error:
        raise BusyError from error
    except GivenUpError as error:
        raise PictureError("This photo took too long to read. Send it in a smaller size, or as JPEG.") from error


def _keep(node: Node, files: PhotoFiles) -> None:
    for end, content in files.by_end().items():
        try:
            write_whole(_folder(node) / f"{files.name}{end}", content)
        except OSError as error:
            raise PictureError(
                f"The photo could not be kept: {error.strerror}. Tell whoever looks after this site."
            ) from error


def chosen(
    node: Node, organisation_id: str, wanted: Sequence[tuple[str, str]], known: Sequence[Image] = ()
) -> tuple[Photo, ...]:
    """The photographs that a form names (reference and words), in its order, each once.

    Left out is what the organisation does not have: it must have been sent here for it, or be among ``known``, which a
    listing has already.
    """
    names = {ref for ref, _ in wanted if name_of(ref)}
    with node.database.read() as tx:
        own = stored.by_names(tx, organisation_id, names)
    may = own.keys() | {photo.ref for photo in of_images(node, known)}
    by_ref: dict[str, Photo] = {}
    for ref, alt in wanted:
        if ref in may:
            by_ref.setdefault(ref, Photo(ref, alt.strip()))
    return tuple(by_ref.values())


def images(node: Node, photos: Sequence[Photo]) -> tuple[Image, ...]:
    """The photographs as a listing names them."""
    return tuple(Image(_address(node, photo), photo.alt or None) for photo in photos)


def _address(node: Node, photo: Photo) -> str:
    return node.settings.url + photo.name.path if photo.name else photo.ref


def of_images(node: Node, found: Sequence[Image]) -> tuple[Photo, ...]:
    """The pictures of a listing as a form names them: the way back from `images`."""
    return tuple(Photo(_ref(node, image.url), image.alt or "") for image in found)


def _ref(node: Node, url: str) -> str:
    named = name_in_path(url.removeprefix(f"{node.settings.url}{FOLDER}/"))
    return named.name if named and url == node.settings.url + named.path else url


def keep(node: Node, organisation_id: str, owner: str, photos: Sequence[Photo]) -> None:
    """Let ``owner`` (a draft or a listing, by any name of its own) have these photographs in this order, no others.

    What nothing has any more goes after a day. Photos that a listing or a version of one names stay in any case.
    """
    with node.database.write() as tx:
        keep_in(tx, node, organisation_id, owner, photos)


def keep_in(tx: Tx, node: Node, organisation_id: str, owner: str, photos: Sequence[Photo]) -> None:
    """The same, in a transaction of others."""
    sent = [(photo.name.name, photo.alt) for photo in photos if photo.name]
    stored.use(tx, organisation_id, owner, sent, node.now)


def kept(node: Node, organisation_id: str, owner: str) -> tuple[Photo, ...]:
    """The photographs that were sent here and that ``owner`` has, in order."""
    with node.database.read() as tx:
        return tuple(Photo(name, alt) for name, alt in stored.uses(tx, organisation_id, owner))


def waiting(node: Node, organisation_id: str) -> tuple[Photo, ...]:
    """What was sent and nothing has yet, the newest first."""
    with node.database.read() as tx:
        return tuple(Photo(one.name) for one in stored.loose(tx, organisation_id, MOST_LOOSE))


def remove(node: Node, organisation_id: str, ref: str) -> bool:
    """Delete a photograph that nothing has; whether there was one."""
    with node.database.read() as tx:
        found = stored.by_names(tx, organisation_id, [ref]).get(ref)
    if found is None or found.loose_since is None:
        return False
    return _tidied(node, found)


def tidy(node: Node, limit: int = 200) -> int:
    """Delete photographs that nothing has had for a day; how many."""
    with node.database.read() as tx:
        old = stored.long_loose(tx, node.now - LOOSE_S, limit)
    return sum(_tidied(node, one) for one in old)


def _tidied(node: Node, upload: stored.Upload) -> bool:
    """Delete this one, unless something has it after all."""
    with node.database.write() as tx:
        now = stored.by_names(tx, upload.organisation_id, [upload.name]).get(upload.name)
        if now is None or now.loose_since != upload.loose_since:
            return False
        if stored.is_named(tx, upload):
            stored.hold(tx, upload.organisation_id, [upload.name])
            return False
        if stored.forget(tx, upload):
            for end in ENDS:
                (_folder(node) / f"{upload.name}{end}").unlink(missing_ok=True)
    return True


def _folder(node: Node) -> Path:
    return Path(node.settings.home) / FOLDER
