"""The desk: what surrounds each of its pages, signing in, and its first pages.

The conventions are those of ``view_model_parts``. Import these from ``node.web.view_models``.
"""

from __future__ import annotations

from dataclasses import dataclass

from node.web.view_model_parts import Form, Head, Link


@dataclass(frozen=True, slots=True)
class DeskTab:
    """A part of the desk in its navigation; ``count`` is how much waits there."""

    label: str
    path: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True)
class DeskFrame:
    """What surrounds every page of the desk. ``sign_out`` is a form without fields.

    ``organisation`` is the one that the page is about, if any, and ``role`` (owner, editor or viewer) what the reader
    is there; ``places`` are all that they may open. ``flash`` is one sentence about what was just done, with
    ``flash_ok`` false if it did not work.
    """

    home_path: str
    account: str
    sign_out: Form
    organisation: str = ""
    role: str = ""
    tabs: tuple[DeskTab, ...] = ()
    places: tuple[Link, ...] = ()
    flash: str | None = None
    flash_ok: bool = True
    account_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskSignInPage:
    """desk/sign_in.html. ``state``: ask, signed_out, or that of a link: ready, used or expired.

    ``form`` has the fields ``email`` and ``password`` and carries ``next``; of a link that is ready it is one button.
    """

    head: Head
    state: str
    form: Form


@dataclass(frozen=True, slots=True)
class DeskPlace:
    """An organisation that somebody may open, and what they are there."""

    name: str
    path: str
    role: str


@dataclass(frozen=True, slots=True)
class DeskHomePage:
    """desk/home.html: the organisations of who is signed in."""

    head: Head
    desk: DeskFrame
    places: tuple[DeskPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskOverviewPage:
    """desk/overview.html: how many listings an organisation has ``live``, ``over`` (expired) and ``withdrawn``."""

    head: Head
    desk: DeskFrame
    live: int = 0
    over: int = 0
    withdrawn: int = 0
