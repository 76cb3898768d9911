"""Listings one by one: what each is, whom it is from, which way it came, what becomes of it; and their organisations.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import date, datetime

from markupsafe import Markup

from node.web.view_models.effect import EffectBox, EffectLine
from node.web.view_models.events import EventBox
from node.web.view_models.parts import (
    NOWHERE,
    ONE_PAGE,
    Card,
    Choice,
    FeedLink,
    Form,
    Head,
    Image,
    Link,
    MapView,
    Pager,
    Place,
    StoryCard,
)
from node.web.view_models.recognition import RecognitionBox
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """Days in a row, and the times at which it is open on each of them."""

    days: str
    times: str


@dataclass(frozen=True, slots=True)
class OpeningBox:
    """When an organisation is open: a line for days in a row, a ``note`` of its own, and ``now`` if a page says so."""

    lines: tuple[OpeningLine, ...] = ()
    note: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True)
class OrganisationBox:
    """An organisation beside its listings. ``type`` is a code of the protocol (charity, school, …) or
    ``None``. ``place`` and ``opening`` are where and when people find it, as it says itself.
    """

    name: str
    path: str | None = None
    type: str | None = None
    url: str | None = None
    logo: Image | None = None
    locality: str | None = None
    listings: int | None = None
    place: Place = NOWHERE
    opening: OpeningBox | None = None


@dataclass(frozen=True, slots=True)
class Sharing:
    """How a page is passed on: ``url`` is its own address here, ``mail_url`` begins a mail with it.

    ``qr_path`` is that address as a picture for phones, ``sheet_path`` the page as a sheet to print; a site without a
    server has neither.
    """

    title: str
    url: str
    mail_url: str
    qr_path: str | None = None
    sheet_path: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One node that passed a listing on, the origin first; ``address`` its page here or its own address."""

    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a listing of another node was read, and how our copy compares.

    ``name`` is the source's, with its page here at ``path``. ``standing`` is ``identical`` (at the last
    comparison, ``verified_at``), ``differs``, ``silent`` (the source states nothing to compare with), ``unread``
    (not compared yet), ``held`` or ``quarantined`` (a newer version waits, for ``reason``), or ``withdrawn`` (its
    removal waits). Where it was ``passed_on``, the source is not its home.
    """

    name: str
    path: str | None = None
    standing: str = "unread"
    verified_at: datetime | None = None
    reason: str = ""
    passed_on: bool = False


@dataclass(frozen=True, slots=True)
class ListingPage:
    """portal/listing.html: one listing in full, also on a publisher's own site.

    ``card`` carries title, sign, place, dates and status. ``trail`` is the category path as links, the root
    first. Text is ``body_html`` (already cleaned) or, without it, ``paragraphs`` of plain text. ``state``
    is ``shown``, ``expired`` (its day is past), ``handed_over`` (all of it, as this site knows alone) or
    ``outdated`` (a newer version could not be shown; this is the last good one). ``ask_url`` is where a person
    asks for it, at its origin; ``ask_path`` the same on this site, ``ask_as_path`` where an organisation goes on
    to its own desk, ``asked_path`` for who has asked before;
    ``home_url`` its page at its own node, called ``home_name``. ``published`` is when it was new,
    ``changed`` the later day on which it was changed, if any. ``via`` are the nodes that it came through.
    ``checks`` are what its giver answered about its safety, in sentences that are known
    (`node.services.listings.safety`); ``good_until`` is until when food is in date.
    ``event`` says more about a workshop or the like, whose dates are the card's.
    ``partners`` are the offers that meet a want, or the wants that an offer meets, each with its ``why``.
    ``own_path`` answers where a listing of this site is changed, to those alone who may (`js/own.js`).
    ``closed`` are the days of the next weeks on which it is known to be closed, ``closed_as_usual`` whether the usual
    weekdays are among them. ``effect`` is what giving it on would be good for.
    ``stories`` tell what became of what this organisation, or others with such things, handed over before.
    """

    head: Head
    card: Card
    action: str
    kind: str
    trail: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    body_html: Markup | None = None
    paragraphs: tuple[str, ...] = ()
    condition: str | None = None
    unit: str | None = None
    weight_kg: float | None = None
    replacement_value: str | None = None
    hours: float | None = None
    tags: tuple[Link, ...] = ()
    terms: str | None = None
    accessibility: str | None = None
    safety: str | None = None
    calendar_url: str | None = None
    organisation: OrganisationBox | None = None
    state: str = "shown"
    ask_url: str | None = None
    ask_path: str | None = None
    home_url: str | None = None
    home_name: str | None = None
    via: tuple[Step, ...] = ()
    origin: Origin | None = None
    published: datetime | None = None
    changed: datetime | None = None
    report_path: str | None = None
    map: MapView | None = None
    similar: tuple[Card, ...] = ()
    back: Link | None = None
    partners: tuple[Card, ...] = ()
    sharing: Sharing | None = None
    alert_path: str | None = None
    checks: tuple[str, ...] = ()
    good_until: date | None = None
    own_path: str | None = None
    event: EventBox | None = None
    stories: tuple[StoryCard, ...] = ()
    stories_path: str = ""
    effect: EffectLine | None = None
    ask_as_path: str | None = None
    asked_path: str | None = None
    closed: tuple[date, ...] = ()
    closed_as_usual: bool = False


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """portal/organisation.html: who they are, what they offer and what they look for.

    ``places`` are the localities that their listings name, the most frequent first. ``sharing`` is how the page is
    passed on, ``embed_path`` where a frame of it is made for another website, ``alert_path`` where mails about what
    is new of theirs are asked for, ``own_path`` answers those who run it where that is. ``recognition`` is what their
    sharing has become, ``effect`` what it is good for.
    """

    head: Head
    organisation: OrganisationBox
    description: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    offers: tuple[Card, ...] = ()
    wants: tuple[Card, ...] = ()
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()
    source: Link | None = None
    map: MapView | None = None
    places: tuple[str, ...] = ()
    sharing: Sharing | None = None
    embed_path: str | None = None
    alert_path: str | None = None
    calendar_path: str | None = None
    own_path: str | None = None
    recognition: RecognitionBox | None = None
    stories: tuple[StoryCard, ...] = ()
    stories_path: str = ""
    effect: EffectBox | None = None


@dataclass(frozen=True, slots=True)
class PublisherHomePage:
    """publisher/home.html: a small node's own front page. ``embed_path`` makes a frame of it for another website.

    ``events`` are the next to take place, ``events_path`` leads to all of them; ``stories`` and ``stories_path`` alike.
    """

    head: Head
    description: str = ""
    organisations: tuple[OrganisationBox, ...] = ()
    offers: tuple[Card, ...] = ()
    wants: tuple[Card, ...] = ()
    total: int = 0
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()
    catalogues: tuple[Link, ...] = ()
    embed_path: str | None = None
    events: tuple[Card, ...] = ()
    events_path: str | None = None
    stories: tuple[StoryCard, ...] = ()
    stories_path: str | None = None


@dataclass(frozen=True, slots=True)
class GonePage:
    """portal/gone.html, status 410: ``reason`` is given, met, withdrawn, expired or removed, or ``None`` if not
    stated. ``whose`` leads to what its organisation shares now.
    """

    head: Head
    title: str | None = None
    reason: str | None = None
    at: datetime | None = None
    similar: tuple[Card, ...] = ()
    whose: Link | None = None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """portal/report.html: a visitor says what is wrong with a listing. Fields: ``reason`` (one of ``reasons``),
    ``words``, ``email`` (both optional). ``listing`` leads back to it.
    """

    head: Head
    listing: Link
    form: Form
    reasons: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportDonePage:
    """portal/report_done.html. ``email`` is where the answer goes, if given."""

    head: Head
    listing: Link
    email: str | None = None


@dataclass(frozen=True, slots=True)
class SheetPage:
    """portal/sheet.html: a listing to print. ``address`` is shown as text, for people to type, and as a QR code.

    ``when`` says in words when an event takes place.
    """

    head: Head
    listing: ListingPage
    address: str
    qr_path: str | None = None
    when: str = ""


@dataclass(frozen=True, slots=True)
class PosterPage:
    """portal/poster.html: an organisation, or the whole board, as a sheet to print.

    ``name`` stands above, ``lead`` says in a sentence what it is. ``offers`` and ``wants`` are the newest of them;
    ``more`` counts what else there is. ``back`` leads to the page that this is the sheet of.
    """

    head: Head
    name: str
    lead: str
    address: str
    qr_path: str
    back: Link
    offers: tuple[Card, ...] = ()
    wants: tuple[Card, ...] = ()
    more: int = 0
