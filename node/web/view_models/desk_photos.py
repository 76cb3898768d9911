"""View models of photographs at the desk: the part of a form that holds them, and the page of those that wait."""

from __future__ import annotations

from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Form, Head, Image
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class PhotoItem:
    """A photograph in a form: ``ref`` is what the form calls it, ``alt`` what somebody said that it shows.

    ``image`` is how it is shown there; None for one that is elsewhere and has no copy here.
    """

    ref: str
    alt: str
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class PhotoFields:
    """The photographs of a form, in order; at most ``most``. Their fields are listed in ``macros/desk_photos.html``.

    ``upload_path`` takes one photograph at a time from a script; behind ``media_path`` are those that were sent.
    """

    upload_path: str
    items: tuple[PhotoItem, ...] = ()
    most: int = 20
    most_mb: int = 10
    media_path: str = ""


NO_PHOTOS = PhotoFields("")


@dataclass(frozen=True, slots=True)
class DeskPhotosPage:
    """desk/photos.html: photographs that wait for a listing. ``form`` takes files as ``photo_file``.

    ``waiting`` are shown with a button each that removes it, whose value for ``remove`` is its ``ref``; readers who may
    not change anything have no ``form``. ``new_path`` begins a listing, where there is a page for it.
    """

    head: Head
    desk: DeskFrame
    form: Form | None = None
    waiting: tuple[PhotoItem, ...] = ()
    most_mb: int = 10
    new_path: str = ""
