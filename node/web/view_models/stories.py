"""Success stories: as everyone reads them, as the other organisation is asked about them, and at the desk.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from node.web.view_models.control import ControlFrame
from node.web.view_models.desk import DeskFrame
from node.web.view_models.desk_listings import DeskWords
from node.web.view_models.desk_photos import NO_PHOTOS, PhotoFields
from node.web.view_models.listing import Sharing
from node.web.view_models.parts import ONE_PAGE, Choice, FeedLink, Form, Head, Image, Link, Pager, StoryCard
from schemas.records import dataclass

NO_WORDS = DeskWords()

__all__ = [
    "ControlStoriesPage",
    "ControlStoryRow",
    "DeskStoriesPage",
    "DeskStoryFormPage",
    "DeskStoryPreviewPage",
    "DeskStoryRow",
    "DeskStoryVersion",
    "DeskStoryWordPage",
    "StoriesPage",
    "StoryPage",
    "StoryReportDonePage",
    "StoryReportPage",
    "StoryToTell",
    "StoryView",
    "StoryWordPage",
]


@dataclass(frozen=True, slots=True)
class StoryView:
    """A story in full. ``other`` leads to the other organisation where that is named, ``with_whom`` says who it was.

    ``handed`` is what changed hands, as a link where its listing has a page; ``quantity`` of it, over on ``ended``.
    """

    title: str
    body: Markup
    organisation: Link
    handed: Link
    sign: str = "give"
    root: str = "other"
    language: str | None = None
    images: tuple[Image, ...] = ()
    other: Link | None = None
    with_whom: str = ""
    quantity: int = 1
    ended: date | None = None
    told: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoriesPage:
    """portal/stories.html: all stories, the newest first."""

    head: Head
    cards: tuple[StoryCard, ...] = ()
    total: int = 0
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryPage:
    """portal/story.html: one story. ``more`` are others; ``source`` is where it was read, ``home_url`` its page there.

    ``embed_html`` is what one pastes into one's own website.
    """

    head: Head
    story: StoryView
    sharing: Sharing | None = None
    report_path: str | None = None
    source: Link | None = None
    home_url: str | None = None
    more: tuple[StoryCard, ...] = ()
    all_path: str = ""
    embed_html: str = ""


@dataclass(frozen=True, slots=True)
class StoryWordPage:
    """portal/story_word.html: an organisation is asked whether a story may name it. Without ``story`` the link is bad.

    ``state`` is asked, yes or no. ``yes`` and ``no`` are forms of one button, ``wrong`` is a sentence.
    """

    head: Head
    story: StoryView | None = None
    state: str = ""
    yes: Form | None = None
    no: Form | None = None
    wrong: str = ""
    shown_path: str = ""


@dataclass(frozen=True, slots=True)
class StoryReportPage:
    """portal/story_report.html: the fields of ``form`` are ``reason`` (one of ``reasons``), ``words`` and ``email``."""

    head: Head
    story: Link
    form: Form
    reasons: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class StoryReportDonePage:
    """portal/story_report_done.html: it is reported; ``email`` is the address to which an answer would go."""

    head: Head
    story: Link
    email: str | None = None


@dataclass(frozen=True, slots=True)
class StoryToTell:
    """A handover that nobody has told of yet; ``path`` begins its story."""

    title: str
    path: str
    with_whom: str
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class DeskStoryRow:
    """A story in a list at the desk. ``state`` is draft, published, waiting (for a yes, as its words name the other),
    withdrawn or hidden (by who runs the node, for ``reason``); ``consent`` is none, asked, yes or no, of ``other``.

    ``path`` leads to its form, or to where one answers; ``public_path`` to its page, where it has one.
    ``hide`` is for who runs the node: the field ``reason``; ``show`` takes that back.
    """

    title: str
    path: str
    state: str
    saved: datetime
    consent: str = "none"
    other: str = ""
    public_path: str = ""
    reason: str = ""
    hide: Form | None = None
    show: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskStoriesPage:
    """desk/stories.html: what can be ``to_tell``, what ``told`` is, and what others tell of this organisation."""

    head: Head
    desk: DeskFrame
    to_tell: tuple[StoryToTell, ...] = ()
    told: tuple[DeskStoryRow, ...] = ()
    of_us: tuple[DeskStoryRow, ...] = ()
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class DeskStoryVersion:
    """A change of a story: published, withdrawn, agreed, refused or taken-back."""

    at: datetime
    by: str
    change: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class DeskStoryFormPage:
    """desk/story_form.html: a story as it is written.

    Fields of ``form``: ``title``, ``text``, ``people`` (one of ``people``) and ``appeal``, besides ``story`` and
    ``exchange``; ``then`` says what its buttons do: save, preview, publish, appeal. ``other`` is the other
    organisation, which is asked; empty where that was a person. ``asked`` says whether there is a way to ask it.
    """

    head: Head
    desk: DeskFrame
    form: Form
    handed: str
    with_whom: str
    photos: PhotoFields = NO_PHOTOS
    people: tuple[Choice, ...] = ()
    words: DeskWords = NO_WORDS
    other: str = ""
    consent: str = "none"
    asked: bool = True
    state: str = "draft"
    saved: datetime | None = None
    saved_by: str = ""
    withdraw: Form | None = None
    discard: Form | None = None
    public_path: str = ""
    list_path: str = ""
    reason: str = ""
    versions: tuple[DeskStoryVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class DeskStoryPreviewPage:
    """desk/story_preview.html: a story as people will see it, until the other organisation ``other`` has said yes.

    Without ``story`` nothing is shown until then, as the words themselves name it.
    """

    head: Head
    desk: DeskFrame
    publish: Form
    back_path: str
    story: StoryView | None = None
    card: StoryCard | None = None
    other: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class DeskStoryWordPage:
    """desk/story_word.html: a story of others that names this organisation, with its answer as in `StoryWordPage`."""

    head: Head
    desk: DeskFrame
    story: StoryView
    state: str
    list_path: str
    yes: Form | None = None
    no: Form | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class ControlStoryRow:
    """A story for who runs a catalogue. ``state`` is shown, quarantined (for ``reasons``) or hidden (for ``reason``).

    ``hide`` has the field ``reason``, ``show`` and ``release`` are one button each. ``reports`` are what visitors said.
    """

    id: str
    title: str
    organisation: str
    source: str
    state: str
    changed: datetime
    path: str = ""
    reasons: tuple[str, ...] = ()
    reason: str = ""
    reports: tuple[str, ...] = ()
    hide: Form | None = None
    show: Form | None = None
    release: Form | None = None
    keep: Form | None = None


@dataclass(frozen=True, slots=True)
class ControlStoriesPage:
    """control/stories.html: what visitors reported first, then all stories, the latest change first."""

    head: Head
    control: ControlFrame
    reported: tuple[ControlStoryRow, ...] = ()
    rows: tuple[ControlStoryRow, ...] = ()
    pager: Pager = ONE_PAGE
