"""What each page shows: one frozen dataclass for each template, filled by views and services, read by
templates.

Every template is rendered as ``render_template(name, page=..., site=...)``. This module is the whole
contract: a view fills the page's class completely, and a template reads nothing else. Fields are only ever
added, with defaults. The shared parts and their conventions stand in ``view_model_parts``, the network's
and the operator's pages in their own modules; all are re-exported here, so that callers import from this
module alone.

==============================  ====================
template                        ``page``
==============================  ====================
portal/home.html                HomePage
portal/search.html              SearchPage
portal/listing.html             ListingPage
portal/gone.html                GonePage
portal/organisation.html        OrganisationPage
portal/sources.html             NetworkPage
portal/source.html              SourcePage
portal/propose.html             ProposePage
portal/propose_done.html        ProposeDonePage
portal/error.html               ErrorPage
publisher/home.html             PublisherHomePage
control/login.html              LoginPage
control/overview.html           OverviewPage
control/proposals.html          ProposalsPage
control/proposal.html           ProposalPage
control/queue.html              QueuePage
control/queue_item.html         QueueItemPage
control/sources.html            ControlSourcesPage
control/source.html             ControlSourcePage
==============================  ====================

Not for: deciding anything, reading a request, or building a URL. Those are a view's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup

from node.web.view_model_parts import (
    ONE_PAGE,
    Card,
    Choice,
    FeedLink,
    Form,
    Head,
    Image,
    Language,
    Link,
    MapSettings,
    MapView,
    PageLink,
    Pager,
    Place,
    Site,
)
from node.web.view_models_control import (
    ControlFrame,
    ControlSourcePage,
    ControlSourcesPage,
    LoginPage,
    MassRemoval,
    OverviewPage,
    Preview,
    ProposalPage,
    ProposalRow,
    ProposalsPage,
    QueueItemPage,
    QueuePage,
    QueueRow,
)
from node.web.view_models_network import (
    NetworkPage,
    NetworkSummary,
    PollRow,
    ProposeDonePage,
    ProposePage,
    SourcePage,
    SourceRow,
    Verdict,
)

__all__ = [
    "ActionEntry",
    "AppliedFilter",
    "Card",
    "CategoryTile",
    "Choice",
    "ControlFrame",
    "ControlSourcePage",
    "ControlSourcesPage",
    "ErrorPage",
    "Facet",
    "FacetOption",
    "FeedLink",
    "Form",
    "GonePage",
    "Head",
    "HomePage",
    "Image",
    "Language",
    "Link",
    "ListingPage",
    "LoginPage",
    "MapSettings",
    "MapView",
    "MassRemoval",
    "NetworkPage",
    "NetworkSummary",
    "OrganisationBox",
    "OrganisationPage",
    "OverviewPage",
    "PageLink",
    "Pager",
    "Place",
    "PollRow",
    "Preview",
    "ProposalPage",
    "ProposalRow",
    "ProposalsPage",
    "ProposeDonePage",
    "ProposePage",
    "PublisherHomePage",
    "QueueItemPage",
    "QueuePage",
    "QueueRow",
    "SearchPage",
    "Site",
    "SourcePage",
    "SourceRow",
    "Step",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One of the five ways in: ``sign`` is give, lend, host, help or wanted; ``path`` the search it opens."""

    sign: str
    path: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class CategoryTile:
    """One root category with its name in the reader's language and how many listings it holds."""

    root: str
    label: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """portal/home.html: the catalogue's front page. The search box sends ``q`` and ``near`` to
    ``site.search_path``.
    """

    head: Head
    entries: tuple[ActionEntry, ...] = ()
    new: tuple[Card, ...] = ()
    new_path: str | None = None
    wanted: tuple[Card, ...] = ()
    categories: tuple[CategoryTile, ...] = ()
    summary: NetworkSummary | None = None


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One checkbox of a facet; ``children`` are the next level of a tree. ``sign`` puts an action's
    pictogram before it.
    """

    value: str
    label: str
    count: int | None = None
    selected: bool = False
    sign: str | None = None
    children: tuple[FacetOption, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet:
    """One group of checkboxes. ``name`` is the query parameter, repeated once for each ticked option.

    Known names, whose headings the template words: ``action``, ``kind``, ``direction``, ``category``,
    ``organisation_type``, ``condition``. Another name is shown under ``label``. ``open`` unfolds the group
    at first.
    """

    name: str
    options: tuple[FacetOption, ...]
    label: str = ""
    open: bool = True


@dataclass(frozen=True, slots=True)
class AppliedFilter:
    """A filter in force, as a chip; ``remove_path`` is the same search without it."""

    label: str
    remove_path: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """portal/search.html: results, with everything that narrows them.

    One GET form to ``action_path`` with the fields ``q``, ``near`` (place text), ``lat`` and ``lon`` (set
    by "near me"; where they are sent they win over ``near``), ``within`` (kilometres, from ``distances``),
    ``from`` and ``to`` (ISO days), ``sort``, and one field for each facet. ``carried`` are further
    name/value pairs to keep as hidden fields. ``sorts`` are links with labels in the reader's language.
    ``place_error`` says in a sentence that the place typed is not known, ``notice`` anything else about
    this search ("Shown for desk, as nothing matched dsek"). ``first`` is the 1-based number of the first
    card.
    """

    head: Head
    action_path: str
    total: int
    cards: tuple[Card, ...] = ()
    first: int = 1
    q: str = ""
    near: str = ""
    lat: float | None = None
    lon: float | None = None
    available_from: date | None = None
    available_until: date | None = None
    distances: tuple[Choice, ...] = ()
    facets: tuple[Facet, ...] = ()
    applied: tuple[AppliedFilter, ...] = ()
    clear_path: str | None = None
    sorts: tuple[Link, ...] = ()
    sort: str = ""
    carried: tuple[tuple[str, str], ...] = ()
    map: MapView | None = None
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()
    suggestions: tuple[Link, ...] = ()
    place_error: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class OrganisationBox:
    """An organisation beside its listings. ``type`` is a code of the protocol (charity, school, …) or
    ``None``.
    """

    name: str
    path: str | None = None
    type: str | None = None
    url: str | None = None
    logo: Image | None = None
    locality: str | None = None
    listings: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One node that passed a listing on, the origin first; ``address`` its page here or its own address."""

    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class ListingPage:
    """portal/listing.html: one listing in full, also on a publisher's own site.

    ``card`` carries title, sign, place, dates and status. ``trail`` is the category path as links, the root
    first. Text is ``body_html`` (already cleaned) or, without it, ``paragraphs`` of plain text. ``state``
    is ``shown``, ``expired`` (its day is past) or ``outdated`` (a newer version could not be shown; this is
    the last good one). ``ask_url`` is where a person asks for it, at its origin; ``ask_path`` the same on
    this site; ``home_url`` its page at its own node, called ``home_name``. ``verified_at`` is when its
    source was last found identical.
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
    source_path: str | None = None
    verified_at: datetime | None = None
    modified: datetime | None = None
    report_url: str | None = None
    report_path: str | None = None
    map: MapView | None = None
    similar: tuple[Card, ...] = ()
    back: Link | None = None


@dataclass(frozen=True, slots=True)
class GonePage:
    """portal/gone.html, status 410: ``reason`` is given, withdrawn, expired or removed, or ``None`` if not
    stated.
    """

    head: Head
    title: str | None = None
    reason: str | None = None
    at: datetime | None = None
    similar: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationPage:
    """portal/organisation.html: who they are, what they offer and what they look for."""

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


@dataclass(frozen=True, slots=True)
class PublisherHomePage:
    """publisher/home.html: a small node's own front page."""

    head: Head
    description: str = ""
    organisations: tuple[OrganisationBox, ...] = ()
    offers: tuple[Card, ...] = ()
    wants: tuple[Card, ...] = ()
    total: int = 0
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()
    catalogues: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """portal/error.html: what happened, what was kept, what to do next.

    Without ``what`` the template words the usual statuses (400, 403, 404, 405, 410, 413, 429, 500, 503)
    itself. ``retry_s`` is Retry-After in seconds; ``reference`` a short code by which the operator finds it
    in the log.
    """

    head: Head
    status: int
    what: str | None = None
    kept: str | None = None
    next_step: str | None = None
    retry_s: int | None = None
    reference: str | None = None
