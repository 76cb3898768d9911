"""The desk's pages about listings: writing one, looking at it, what became of it, all of them.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.control import MarkedText
from node.web.view_models.desk import DeskFrame
from node.web.view_models.desk_photos import NO_PHOTOS, PhotoFields
from node.web.view_models.listing import ListingPage
from node.web.view_models.parts import ONE_PAGE, Card, Choice, Form, Head, Image, Link, Pager
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class DeskWay:
    """One way of sharing, by its ``sign``, and where its form is."""

    sign: str
    path: str


@dataclass(frozen=True, slots=True)
class DeskNewPage:
    """desk/new_listing.html: what is to be shared; ``drafts_path`` leads to ``drafts`` that wait, if any."""

    head: Head
    desk: DeskFrame
    ways: tuple[DeskWay, ...]
    drafts: int = 0
    drafts_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """Categories under one root of the vocabulary."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class DeskAsks:
    """What a form asks further once it is known what the thing is, and what it takes it to be.

    ``guesses`` are the categories that the title suggests, ``guessed`` the one that is taken where none is chosen,
    ``condition`` and ``count`` what the words say of those. ``question`` is one of `schemas.vocabulary.SAFETY`, with
    its ``answers``; ``food`` says that a date is asked for, ``recall`` that the model may be recalled. ``weight_kg`` is
    the usual weight of one.
    """

    guesses: tuple[Choice, ...] = ()
    guessed: str | None = None
    condition: str | None = None
    count: int | None = None
    question: str | None = None
    answers: tuple[Choice, ...] = ()
    food: bool = False
    recall: bool = False
    weight_kg: float | None = None


@dataclass(frozen=True, slots=True)
class DeskWords:
    """What the words of a listing leave in doubt: ``reasons`` as sentences, ``texts`` with the words marked.

    ``refused`` means that it cannot be published like this; ``ideas`` are what could be shared in its place. With
    ``here`` this site is a catalogue itself, and shows it before anybody looks.
    """

    refused: bool = False
    reasons: tuple[str, ...] = ()
    texts: tuple[MarkedText, ...] = ()
    ideas: tuple[Link, ...] = ()
    belongs_path: str | None = None
    here: bool = False


@dataclass(frozen=True, slots=True)
class DeskFormPage:
    """desk/listing_form.html: one listing as it is written.

    The fields of ``form`` are those of `node.services.desk.form.FIELDS` for its ``sign``, besides ``sign`` and ``key``;
    ``then`` says what its buttons do: save, preview, publish, appeal. ``editing`` is the listing that is changed.
    ``asks`` and ``words`` have empty parts where there is nothing to ask or to say yet. ``saved`` is when it was last
    kept, ``discard`` a form that throws it away, once it is kept.
    """

    head: Head
    desk: DeskFrame
    form: Form
    sign: str
    fields: frozenset[str]
    categories: tuple[DeskGroup, ...]
    asks: DeskAsks = DeskAsks()
    words: DeskWords = DeskWords()
    conditions: tuple[Choice, ...] = ()
    needs: tuple[Choice, ...] = ()
    gatherings: tuple[Choice, ...] = ()
    repeats: tuple[Choice, ...] = ()
    sign_ups: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    precisions: tuple[Choice, ...] = ()
    languages: tuple[Choice, ...] = ()
    photos: PhotoFields = NO_PHOTOS
    editing: Link | None = None
    saved: datetime | None = None
    saved_by: str = ""
    discard: Form | None = None
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class DeskPreviewPage(ListingPage):
    """desk/preview.html: a listing as visitors will see it, its page and its card, with what can be done above them.

    ``publish`` and ``appeal`` are forms of one button; there is none of them where there is something to put right.
    ``unasked`` is that of `DeskPublishedPage`.
    """

    back_path: str = ""
    publish: Form | None = None
    words: DeskWords = DeskWords()
    editing: bool = False
    unasked: str = ""


@dataclass(frozen=True, slots=True)
class DeskPublishedPage:
    """desk/published.html: what was just published, where it is now, and its address as a QR code to pass on.

    With ``doubted``, whoever runs a catalogue may look at it first, and who runs this one (``here``) later.
    ``calendar_path`` is where it is said when that can be had which can be booked. ``unasked`` says why nobody can ask
    for it here: ``mail`` where the site sends none, ``closed`` for all other reasons; empty where they can, or are told
    another way.
    """

    head: Head
    desk: DeskFrame
    card: Card
    url: str
    path: str
    qr_path: str
    sheet_path: str
    edit_path: str
    new_path: str
    list_path: str
    duplicate: Form
    doubted: bool = False
    calendar_path: str | None = None
    unasked: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A listing in the desk's list. ``state``: live, paused, withdrawn, expired; ``soon`` if it ends within a week.

    ``given_path`` is where one says that a thing is given away already.
    """

    key: str
    title: str
    sign: str
    category: str
    state: str
    changed: datetime
    expires: datetime
    edit_path: str
    history_path: str
    path: str | None = None
    image: Image | None = None
    root: str = "other"
    quantity: int = 1
    soon: bool = False
    given_path: str = ""


@dataclass(frozen=True, slots=True)
class DeskDraftRow:
    """Something that is still being written; ``changes`` says that it is about a listing that there is already."""

    title: str
    sign: str
    path: str
    saved: datetime
    saved_by: str
    discard: Form
    changes: bool = False


@dataclass(frozen=True, slots=True)
class DeskListingsPage:
    """desk/listings.html: an organisation's listings, or its drafts with ``state`` drafts.

    ``tabs`` are the states, with counts; ``search`` has the fields ``q``, ``sign`` and ``category`` (GET). ``bulk`` is
    the form around the rows: ``key`` is ticked, and is so already for those in ``ticked``; ``then`` is renew, pause,
    resume, withdraw, category, expires or place. ``all`` ticked means all ``total`` of them; it is there where they do
    not fit on this page. ``undo`` takes back what was done last, with so many ``changed``.
    """

    head: Head
    desk: DeskFrame
    state: str
    tabs: tuple[Choice, ...]
    search: Form
    signs: tuple[Choice, ...] = ()
    roots: tuple[Choice, ...] = ()
    rows: tuple[DeskRow, ...] = ()
    drafts: tuple[DeskDraftRow, ...] = ()
    total: int = 0
    filtered: bool = False
    pager: Pager = ONE_PAGE
    bulk: Form | None = None
    ticked: frozenset[str] = frozenset()
    reasons: tuple[Choice, ...] = ()
    categories: tuple[DeskGroup, ...] = ()
    places: tuple[Choice, ...] = ()
    new_path: str = ""
    import_path: str = ""
    may_change: bool = True
    more: bool = False
    undo: Form | None = None
    changed: int = 0


@dataclass(frozen=True, slots=True)
class DeskBulkPage:
    """desk/bulk.html: whether the same is to be done with all ``count`` listings that a search shows.

    ``doing`` is one of `node.services.desk.listings.DOINGS`, ``asked`` the question, ``effect`` what it means,
    ``narrowed`` what was searched for, in words, and ``first`` the names of some. ``going_on`` says that these are
    left of more. ``form`` is one button; its errors stand under "".
    """

    head: Head
    desk: DeskFrame
    doing: str
    asked: str
    effect: str
    count: int
    form: Form
    back_path: str
    narrowed: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    going_on: bool = False


@dataclass(frozen=True, slots=True)
class DeskDifference:
    """What one field said before and after; either may be empty."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class DeskVersion:
    """One change of a listing. ``change``: added, changed, renewed, paused, resumed, withdrawn, given, removed.

    ``restore`` brings back what the listing said then.
    """

    at: datetime
    by: str
    change: str
    differences: tuple[DeskDifference, ...] = ()
    current: bool = False
    restore: Form | None = None


@dataclass(frozen=True, slots=True)
class DeskBoardWord:
    """What a catalogue says of a listing: ``verdict`` is a code of the vocabulary ``verdict``, ``unknown`` where it
    does not have it. ``address`` is its page about us; ``outdated`` says that it speaks of an earlier version.
    """

    board: str
    address: str
    verdict: str
    read: datetime
    reasons: tuple[str, ...] = ()
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class DeskRuling:
    """What whoever runs this site said of a listing: ``ruling`` is asked (nothing yet), kept or taken_down."""

    ruling: str
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DeskHistoryPage:
    """desk/history.html: what a listing said before and who changed what, the latest first; and what ``boards`` say.

    ``ruling`` is what this site itself says, where it is a catalogue.
    """

    head: Head
    desk: DeskFrame
    title: str
    state: str
    versions: tuple[DeskVersion, ...]
    edit_path: str
    list_path: str
    duplicate: Form
    path: str | None = None
    may_change: bool = True
    boards: tuple[DeskBoardWord, ...] = ()
    ruling: DeskRuling | None = None


@dataclass(frozen=True, slots=True)
class DeskRemindedPage:
    """desk/reminded.html: from a mail, without signing in: is it there still?

    ``state``: ask (``form`` has the buttons renew and gone), renewed, gone, not_shown, or bad for a link that is none
    of ours. ``until`` is when it ends, ``renewed_until`` when it would if it is renewed.
    """

    head: Head
    state: str
    title: str = ""
    organisation: str = ""
    form: Form | None = None
    until: datetime | None = None
    renewed_until: datetime | None = None
    path: str | None = None
