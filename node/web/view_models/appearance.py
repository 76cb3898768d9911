"""The operator's pages about how the node looks: the form, the logo, the preview.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from node.web.view_models.control import ControlFrame
from node.web.view_models.parts import Choice, Form, Head, Image, Link
from schemas.records import dataclass

__all__ = [
    "AppearancePage",
    "ColourVerdict",
    "LogoPage",
    "PreviewPage",
    "ShadeSample",
    "ValueSource",
    "VersionRow",
]


@dataclass(frozen=True, slots=True)
class ValueSource:
    """Where the value of a field comes from: from ``here``, before a ``setting`` (its text, perhaps none)."""

    here: bool = False
    setting: str = ""


@dataclass(frozen=True, slots=True)
class ShadeSample:
    """What becomes of a colour in one ``theme``, light or dark, all as #rrggbb.

    ``on_page`` and ``under_text`` are contrast ratios, with the page and of the words on it; ``moved`` says that it is
    another colour than the one that was chosen.
    """

    theme: str
    colour: str
    ink: str
    paper: str
    page_ink: str
    on_page: float
    under_text: float
    moved: bool = False


@dataclass(frozen=True, slots=True)
class ColourVerdict:
    """What becomes of a colour; ``given`` is empty for the built-in one. ``enough`` is the ratio that is needed."""

    given: str
    samples: tuple[ShadeSample, ...]
    enough: float


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What was published at one moment, and by which session; ``mine`` if by this one.

    ``changed`` are names of settings, none of them where nothing but the past was brought back: ``back_to`` says when
    that had been published, ``to_settings`` that it was the settings alone. ``restore`` has hidden fields.
    """

    at: datetime
    by: str
    mine: bool = False
    current: bool = False
    changed: tuple[str, ...] = ()
    back_to: datetime | None = None
    to_settings: bool = False
    restore: Form | None = None


@dataclass(frozen=True, slots=True)
class AppearancePage:
    """control/appearance.html: what is prepared, what is published, what was.

    ``form`` has a field for each name in ``sources``, the hidden field ``basis``, ``again`` once for each field for
    which the setting is to count again, and ``then`` on its buttons: preview, save, logo or middle. ``language`` is
    what the words are in. ``draft_at`` and ``draft_by`` are there where a draft is; ``publish`` and ``discard`` have
    hidden fields. ``undo`` brings back what was shown before, ``settings_alone`` nothing but the settings.
    """

    head: Head
    control: ControlFrame
    form: Form
    sources: Mapping[str, ValueSource]
    verdict: ColourVerdict
    units: tuple[Choice, ...]
    language: str
    preview_path: str
    colour_path: str
    points_path: str
    logo: Image | None = None
    draft_at: datetime | None = None
    draft_by: str = ""
    draft_mine: bool = False
    draft_changed: tuple[str, ...] = ()
    publish: Form | None = None
    discard: Form | None = None
    undo: Form | None = None
    settings_alone: Form | None = None
    history: tuple[VersionRow, ...] = ()


@dataclass(frozen=True, slots=True)
class LogoPage:
    """control/logo.html: ``form`` has the file ``file``, and ``then`` on its buttons: take, none or again."""

    head: Head
    control: ControlFrame
    form: Form
    source: ValueSource
    back_path: str
    logo: Image | None = None
    most_kb: int = 1000


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """control/preview.html: the real pages in a frame, before they are public.

    ``width`` is 320, 768 or full; ``alone_path`` is the same page without a frame. Without ``publish`` there is no
    draft, and what is shown is public.
    """

    head: Head
    control: ControlFrame
    frame_path: str
    alone_path: str
    pages: tuple[Link, ...] = ()
    themes: tuple[Link, ...] = ()
    widths: tuple[Link, ...] = ()
    width: str = "320"
    publish: Form | None = None
