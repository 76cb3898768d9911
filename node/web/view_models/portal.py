"""The portal's further pages: what can be taken away, what is wanted, what there is of each kind, how it all works.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.parts import ONE_PAGE, Card, FeedLink, Form, Head, Link, Pager
from node.web.view_models.search import Reach
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """One file to take away: ``title`` says what it is for, ``size`` is what is sent, in bytes."""

    name: str
    title: str
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class DownloadsPage:
    """portal/downloads.html: the whole catalogue as files, with ``listings`` of them, as of ``made_at``.

    ``home_url`` is named where the files are cited, ``credit`` whom to name there. ``descriptor_path`` and
    ``changes_path`` are for programs, ``embed_path`` makes a frame of listings for another website.
    """

    head: Head
    made_at: datetime
    listings: int
    licence: Link
    credit: str
    home_url: str
    descriptor_path: str
    changes_path: str
    embed_path: str | None = None
    files: tuple[DownloadFile, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedRow:
    """One want; ``fits`` says how many offers meet it, ``best`` is the best of them, and ``why`` it meets it.

    All but the card are empty where nothing does.
    """

    card: Card
    fits: str = ""
    best: Card | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class WantedPage:
    """portal/wanted.html: one page of what is wanted, of ``total``.

    ``categories`` and ``places`` are links to the wants of one kind or around one place, each time the first to all;
    ``reach`` and ``sorts`` are there where it is known what is near. A GET form to ``action_path`` has ``near``,
    ``lat`` and ``lon``, and carries ``category``. ``everything_path`` leads out of what narrows the board,
    ``post_path`` to how to post a want, ``alert_path`` to mails about new ones. Not ``ready``: the index is being
    built.
    """

    head: Head
    total: int
    rows: tuple[WantedRow, ...] = ()
    categories: tuple[Link, ...] = ()
    places: tuple[Link, ...] = ()
    action_path: str = ""
    category: str = ""
    near: str = ""
    lat: float | None = None
    lon: float | None = None
    place_error: str | None = None
    reach: Reach | None = None
    sorts: tuple[Link, ...] = ()
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()
    alert_path: str | None = None
    post_path: str | None = None
    everything_path: str | None = None
    ready: bool = True


@dataclass(frozen=True, slots=True)
class WishPage:
    """portal/wish.html: what somebody looks for, ready to be posted as wanted; ``title`` is empty until it is said.

    The form asks ``action_path`` by GET for ``q``. ``text`` is the want in words, ``row`` a spreadsheet as text;
    ``mail_url`` writes to whoever runs the board, ``alert_path`` asks for a mail when something fits, and ``category``
    is where it would stand.
    """

    head: Head
    action_path: str
    q: str = ""
    title: str = ""
    category: Link | None = None
    text: str = ""
    row: str = ""
    mail_url: str | None = None
    alert_path: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryEntry:
    """One category in a list, with how many listings it holds now and what is ``below`` it."""

    label: str
    path: str
    root: str
    count: int = 0
    below: tuple[CategoryEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoriesPage:
    """portal/categories.html: everything by kind."""

    head: Head
    roots: tuple[CategoryEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryPage:
    """portal/category.html: one category. ``things`` are words for what is in it, ``offers`` and ``wants`` counts.

    ``alert_path`` asks for mails about what is new of it, where mails can be sent.
    """

    head: Head
    label: str
    root: str
    search_path: str
    wanted_path: str
    trail: tuple[Link, ...] = ()
    things: tuple[str, ...] = ()
    offers: int = 0
    wants: int = 0
    new: tuple[Card, ...] = ()
    wanted: tuple[Card, ...] = ()
    below: tuple[CategoryEntry, ...] = ()
    feeds: tuple[FeedLink, ...] = ()
    alert_path: str | None = None


@dataclass(frozen=True, slots=True)
class IdeaRow:
    """What organisations of one ``type`` share here: ``kinds`` are links to searches with their counts as labels.

    ``elsewhere`` are things that such organisations often share, for where nothing is known here.
    """

    type: str
    offers: int = 0
    search_path: str | None = None
    kinds: tuple[Link, ...] = ()
    examples: tuple[Card, ...] = ()
    elsewhere: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdeasPage:
    """portal/ideas.html: what organisations like yours share here."""

    head: Head
    rows: tuple[IdeaRow, ...] = ()


@dataclass(frozen=True, slots=True)
class HowItWorksPage:
    """portal/how_it_works.html: for those who look for something, and for those who have something."""

    head: Head
    ideas_path: str
    downloads_path: str
    node_document_path: str
    contact: str | None = None
    sheet_path: str | None = None
    belongs_path: str | None = None


@dataclass(frozen=True, slots=True)
class BelongsPage:
    """portal/what_belongs.html: what is free, what only looks like it, and how that is decided."""

    head: Head
    ideas_path: str
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class AccessibilityPage:
    """portal/accessibility.html. ``contact`` is the operator's e-mail address."""

    head: Head
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class OfflinePage:
    """portal/offline.html: what a device keeps for reading without a connection, filled in there.

    At most ``most_pages`` and ``most_pictures``, for ``days``.
    """

    head: Head
    most_pages: int
    most_pictures: int
    days: int


@dataclass(frozen=True, slots=True)
class PrivacyPage:
    """portal/privacy.html: what is kept, and for how long, in days unless a name says otherwise.

    ``elsewhere`` are the hosts of map tiles or of the logo, which the reader's browser asks. ``with_alerts`` says
    that mails about new listings can be asked for, ``with_proposals`` that sources can be proposed. ``kept`` says how
    much a device keeps for reading without a connection, where it does. For ``meeting_days`` a browser is known
    by the link of a mail.
    """

    head: Head
    people_days: int
    sender_days: int
    picture_days: int
    tombstone_days: int
    unconfirmed_days: int
    session_hours: int
    session_days: int
    contact: str | None = None
    elsewhere: tuple[str, ...] = ()
    with_alerts: bool = False
    meeting_days: int = 0
    with_proposals: bool = False
    kept: OfflinePage | None = None


@dataclass(frozen=True, slots=True)
class UnsentForm:
    """What was sent and could not be kept, to be sent again: name and value of each field, in order.

    ``with_secrets`` and ``with_files`` say that there were passwords or files, which ``fields`` has not.
    """

    form: Form
    fields: tuple[tuple[str, str], ...] = ()
    with_secrets: bool = False
    with_files: bool = False


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """portal/error.html: what happened, what was kept, what to do next.

    Without ``what`` the template words the usual statuses (400, 403, 404, 405, 410, 413, 429, 500, 503)
    itself. ``why`` says in a sentence what is the matter on our side. ``retry_s`` is Retry-After in seconds;
    ``reference`` a short code by which the operator finds it in the log. ``again_path`` is where the same search may be
    sent again, ``again`` what it asked for. ``unsent`` is a form that could not be kept, where the person had sent one;
    ``door_path`` is where they sign in first.
    """

    head: Head
    status: int
    what: str | None = None
    why: str | None = None
    kept: str | None = None
    next_step: str | None = None
    retry_s: int | None = None
    reference: str | None = None
    again_path: str | None = None
    again: tuple[tuple[str, str], ...] = ()
    unsent: UnsentForm | None = None
    door_path: str = ""
