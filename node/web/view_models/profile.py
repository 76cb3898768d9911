"""The desk's pages about an organisation itself: what it says of itself, and what is to do first.

The conventions are those of ``parts``.
"""

from __future__ import annotations

from node.web.view_models.calendar import OpeningDay
from node.web.view_models.desk import DeskFrame
from node.web.view_models.parts import Choice, Form, Head, Image
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskProfilePage:
    """desk/profile.html. ``form`` has ``name``, ``type`` (one of ``types``), ``description``, ``url`` and ``logo``.

    Of its place it has ``place_name``, ``locality``, ``postcode``, ``lat``, ``lon`` and ``precision`` (of
    ``precisions``); of its hours, for each of ``days``, ``open_N``, ``close_N``, ``again_N`` and ``until_N``,
    ``like_monday`` and ``hours_note``. ``closed_path`` is where closed days are written down;
    ``public_path`` is where visitors see it.
    ``kept_logo`` is a logo that was sent with something else to be put right: it is not saved yet.
    ``without_logo`` says that none is wanted.
    """

    head: Head
    desk: DeskFrame
    form: Form
    types: tuple[Choice, ...]
    logo: Image | None = None
    most_mb: int = 0
    public_path: str = ""
    precisions: tuple[Choice, ...] = ()
    days: tuple[OpeningDay, ...] = ()
    closed_path: str = ""
    kept_logo: str = ""
    without_logo: bool = False
    like_monday: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskNewOrganisationPage:
    """desk/new_organisation.html: another organisation on this node. ``form`` has ``name`` and ``type``.

    ``bring_path`` is for one that has a desk elsewhere.
    """

    head: Head
    desk: DeskFrame
    form: Form
    types: tuple[Choice, ...]
    bring_path: str = ""
