"""The page of a search: what was found, and everything that narrows it.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from node.web.view_models.parts import ONE_PAGE, Card, FeedLink, Head, Link, MapView, Pager
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One checkbox of a facet; ``children`` are the next level of a tree, unfolded where ``open``. ``sign`` puts an
    action's pictogram before it.
    """

    value: str
    label: str
    count: int | None = None
    selected: bool = False
    sign: str | None = None
    children: tuple[FacetOption, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One group of checkboxes. ``name`` is the query parameter, repeated once for each ticked option.

    Known names, whose headings the template words: ``action``, ``kind``, ``direction``, ``category``,
    ``organisation_type``, ``condition``. Another name is shown under ``label``. ``open`` unfolds the group
    at first. ``rest`` are further options that are folded away unless ``rest_open``.
    """

    name: str
    options: tuple[FacetOption, ...]
    label: str = ""
    open: bool = True
    rest: tuple[FacetOption, ...] = ()
    rest_open: bool = False


@dataclass(frozen=True, slots=True)
class AppliedFilter:
    """A filter in force, as a chip; ``remove_path`` is the same search without it."""

    label: str
    remove_path: str


@dataclass(frozen=True, slots=True)
class DaysFilter:
    """On which days something is wanted: ``quick`` are links to the usual ones, ``first`` and ``last`` what stands in
    the fields ``from`` and ``to``, as typed. With ``events`` it can be narrowed to what takes place on dates of its own
    (``event``), and is with ``only_events``. ``error`` says in a sentence what was wrong in the field ``wrong``.
    """

    quick: tuple[Link, ...] = ()
    first: str = ""
    last: str = ""
    error: str | None = None
    wrong: str = ""
    open: bool = False
    events: bool = False
    only_events: bool = False


@dataclass(frozen=True, slots=True)
class ReachStep:
    """One distance: ``number`` stands on the step, ``words`` say it in full; ``path`` is the search within it."""

    number: str
    words: str
    path: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Reach:
    """How far away something may be, as steps from near to far, the last of them any distance.

    ``place`` is where distances are measured from, where that has a name; ``unit`` is ``miles`` or ``km``.
    """

    steps: tuple[ReachStep, ...]
    unit: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class SearchPage:
    """portal/search.html: results, with everything that narrows them.

    One GET form to ``action_path`` with the fields ``q``, ``near`` (place text), ``lat`` and ``lon`` (set
    by "near me" and by the map; ``near`` wins where it is a place that is known), ``from`` and ``to`` (ISO days),
    and one field for each facet. ``carried`` are further name/value pairs to keep as hidden fields. ``reach`` is
    there where there is a point to measure from, ``days`` where there are rooms, loans or events. ``sorts`` are links
    with labels in the reader's language.
    ``place_error`` says in a sentence that the place typed is not known, ``notice`` anything else about
    this search ("Shown for desk, as nothing matched dsek"). ``first`` is the 1-based number of the first
    card. ``alert_path`` asks for mails about it, where mails can be sent. ``category`` is the page of the one
    category that is looked through, where no words are given. ``count_path`` answers in JSON how many there would be
    (``total``) to the same parameters. ``embed_path`` makes a frame of it for another website. ``meant`` are searches
    for what may have been meant. Where nothing was found, ``close`` are categories near to the words, ``who``
    organisations with offers there, and ``wish_path`` makes a want of them.
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
    reach: Reach | None = None
    days: DaysFilter | None = None
    facets: tuple[Facet, ...] = ()
    applied: tuple[AppliedFilter, ...] = ()
    clear_path: str | None = None
    sorts: tuple[Link, ...] = ()
    carried: tuple[tuple[str, str], ...] = ()
    map: MapView | None = None
    pager: Pager = ONE_PAGE
    feeds: tuple[FeedLink, ...] = ()
    suggestions: tuple[Link, ...] = ()
    meant: tuple[Link, ...] = ()
    close: tuple[Link, ...] = ()
    who: tuple[Link, ...] = ()
    wish_path: str | None = None
    place_error: str | None = None
    notice: str | None = None
    alert_path: str | None = None
    category: Link | None = None
    count_path: str | None = None
    embed_path: str | None = None
