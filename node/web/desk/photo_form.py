"""The photographs of a form: what was sent of them, and how they are shown again. `read` is for views of any such form.

Used by the form of a listing::

    take_large_forms(views)                      # once, for the blueprint that the form is sent to
    sent = read(node, member, known=draft.images)
    images = uploads.images(node, sent.photos)   # what the draft is to keep
    if sent.errors or sent.pressed: ...          # show the form again, whatever else the button said
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from node.context import Node
from node.services.identity import accounts
from node.services.identity.members import Member
from node.services.limits.strangers import text_problems
from node.services.pictures import uploads
from node.services.pictures.renditions import MAX_BYTES
from node.services.pictures.shrinking import PictureError
from node.services.pictures.upload_names import FOLDER
from node.services.pictures.uploads import MOST_PHOTOS, BusyError, Photo
from node.web import current_node
from node.web.portal.cards import Paths
from node.web.security import MOST_BODY_BYTES
from node.web.view_models.desk_photos import PhotoFields, PhotoItem
from node.web.wording.said import plain
from schemas.listing import Image
from schemas.records import dataclass

FILES, PRESSED, PART = "photo_file", "photo_do", "photos"
START = "photo:"
LONGEST_ALT = 500


@dataclass(frozen=True, slots=True)
class SentPhotos:
    """What a form says of its photographs. ``errors`` are sentences by field; ``pressed`` says that one of its own
    buttons was pressed, so that the form is to be shown again.
    """

    photos: tuple[Photo, ...]
    errors: Mapping[str, str] = field(default_factory=dict)
    pressed: bool = False


def take_large_forms(blueprint: Blueprint) -> None:
    """Let those who are signed in send files to the views of this blueprint; others are held to the usual size."""

    @blueprint.url_value_preprocessor
    def enlarge(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
        if request.method == "POST" and accounts.signed_in(current_node(), request.cookies.get(accounts.COOKIE)):
            request.max_content_length = MOST_BODY_BYTES


def read(node: Node, member: Member, known: Sequence[Image] = ()) -> SentPhotos:
    """The photographs of the form that was sent, new files among them; ``known`` are those of the listing before.

    A form without this part leaves them as they are.
    """
    if PART not in request.form:
        return SentPhotos(uploads.of_images(node, known))
    there = [(name.removeprefix(START), alt) for name, alt in request.form.items() if name.startswith(START)]
    photos = uploads.chosen(node, member.organisation_id, there, known)
    action, _sep, ref = request.form.get(PRESSED, "").partition(":")
    photos = moved(photos, action, ref)
    added, errors = _taken(node, member, MOST_PHOTOS - len(photos))
    here = {photo.ref for photo in photos}
    photos = (*photos, *(photo for photo in dict.fromkeys(added) if photo.ref not in here))
    return SentPhotos(photos, {**errors, **dict(_wrong_words(photos))}, bool(action))


def moved(photos: Sequence[Photo], action: str, ref: str) -> tuple[Photo, ...]:
    """The photographs after a button was pressed: ``up``, ``down`` or ``remove`` the one with this reference."""
    order = list(photos)
    at = next((number for number, photo in enumerate(order) if photo.ref == ref), None)
    if at is None:
        return tuple(order)
    to = {"up": at - 1, "down": at + 1}.get(action, at)
    if action == "remove":
        del order[at]
    elif 0 <= to < len(order):
        order[at], order[to] = order[to], order[at]
    return tuple(order)


def _taken(node: Node, member: Member, room: int) -> tuple[list[Photo], dict[str, str]]:
    """The new files as photographs, and what is to be said of those that could not be taken."""
    taken: list[Photo] = []
    refused: list[str] = []
    for name, data in sent_files():
        if len(taken) >= room:
            refused.append(
                _("A listing has at most %(most)s photos; %(name)s is left out.", most=MOST_PHOTOS, name=name)
            )
            continue
        try:
            taken.append(uploads.upload(node, member.organisation_id, data, member.account_id))
        except (PictureError, BusyError) as error:
            refused.append(f"{name}: {plain(str(error))}")
    return taken, {FILES: " ".join(refused)} if refused else {}


def sent_files() -> Iterator[tuple[str, bytes]]:
    """Name and content of each file that was sent; of one that is too large only as much as shows it."""
    for file in request.files.getlist(FILES):
        if file.filename:
            yield file.filename[:80], file.read(MAX_BYTES + 1)


def _wrong_words(photos: Sequence[Photo]) -> Iterator[tuple[str, str]]:
    for number, photo in enumerate(photos, 1):
        problems = text_problems("alt", photo.alt, LONGEST_ALT) if photo.alt else []
        if problems:
            yield f"photo-{number}", plain(problems[0].message)


def photo_fields(node: Node, member: Member, photos: Sequence[Photo], paths: Paths) -> PhotoFields:
    """The photographs as the form shows them."""
    return PhotoFields(
        upload_path=f"{request.script_root}/desk/{member.slug}/photos",
        items=tuple(photo_item(node, photo, paths) for photo in photos),
        most=MOST_PHOTOS,
        most_mb=MAX_BYTES // 2**20,
        media_path=f"{request.script_root}/{FOLDER}/",
    )


def photo_item(node: Node, photo: Photo, paths: Paths) -> PhotoItem:
    [image] = uploads.images(node, [photo])
    return PhotoItem(photo.ref, photo.alt, paths.picture(image.url, photo.alt, small=True))
