"""The catalogue's front page.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from markupsafe import Markup

from node.web.view_models.effect import EffectStrip
from node.web.view_models.network import NetworkSummary
from node.web.view_models.parts import Card, Head, Link, StoryCard
from schemas.records import dataclass


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
class Nearby:
    """What is near a place that the address names: ``place`` as it was typed, empty for where the reader is.

    ``path`` is the search for all of it, ``home_path`` the front page without a place. Without ``cards`` nothing is.
    """

    place: str
    path: str
    home_path: str
    cards: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class HomePage:
    """portal/home.html: the catalogue's front page. The search box sends ``q`` and ``near`` to
    ``site.search_path``. ``offers`` and ``wants`` count all that there are.

    ``headline``, ``lead``, ``about`` and ``contact`` are the operator's own words, if there are any. ``near``, ``lat``
    and ``lon`` are what the address says, ``place_error`` that it is no place we know; ``places`` are links to this
    page with a place, the current one marked. ``events`` are the next to take place, of all at ``events_path``;
    ``stories`` are the newest of all at ``stories_path``. ``effect`` is what all that was shared was good for.
    """

    head: Head
    entries: tuple[ActionEntry, ...] = ()
    new: tuple[Card, ...] = ()
    new_path: str | None = None
    wanted: tuple[Card, ...] = ()
    categories: tuple[CategoryTile, ...] = ()
    summary: NetworkSummary | None = None
    offers: int = 0
    wants: int = 0
    headline: str = ""
    lead: str = ""
    about: Markup | None = None
    contact: str = ""
    near: str = ""
    lat: float | None = None
    lon: float | None = None
    nearby: Nearby | None = None
    place_error: str | None = None
    places: tuple[Link, ...] = ()
    events: tuple[Card, ...] = ()
    events_path: str | None = None
    stories: tuple[StoryCard, ...] = ()
    stories_path: str | None = None
    effect: EffectStrip | None = None
