"""The parts that pages are built from: the site, cards, places, forms and links.

Every class here is a finished answer: plain values and URL paths, with nothing left for a template to look
up or to decide beyond wording. Words for codes (``give``, ``fair``, ``charity``), dates and distances are
made by ``node.web.wording.words`` in the reader's language, so a view model carries the code and the number, never
the sentence.

Conventions, true of every view model:

* ``*_path`` is a path on this site, beginning with one ``/``; ``*_url`` is an absolute address elsewhere.
  Templates drop a URL that is not http, https or mailto, and a path that leaves the site.
* A moment is an aware UTC ``datetime``; a day is a ``date``. ``None`` means unknown or not stated, and is
  not shown.
* Text is text: templates escape it. Only fields typed ``Markup`` are HTML, and whoever fills them has
  cleaned it.
* ``sign`` is what a tag shows: an action (``give``, ``lend``, ``host``, ``help``), or ``wanted`` for every
  want.
* ``root`` is the first part of a category path (``furniture``); an unknown one is drawn as ``other``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import UTC, date, datetime

from markupsafe import Markup

from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class Image:
    """A picture served by this site, never hot-linked. ``width`` and ``height`` in pixels keep the page
    from jumping. ``small_path`` is the same picture for a place of a few hundred pixels, where there is one.
    """

    path: str
    alt: str
    width: int | None = None
    height: int | None = None
    small_path: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A labelled link. ``address`` is a path on this site or an http(s) URL; ``current`` marks where the
    reader is; ``language`` is that of a label that somebody else wrote, as far as it is stated.
    """

    label: str
    address: str
    current: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class FeedLink:
    """One feed: ``label`` for people ("JSON Feed"), ``media_type`` such as ``application/feed+json``."""

    label: str
    path: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands in the document's head. ``title`` is without the site's name, which is added behind it.

    ``feeds`` become ``<link rel="alternate">``; ``node_document_path`` becomes ``rel="sharefeed"``;
    ``oembed_url`` answers in JSON, and with ``&format=xml`` behind it in XML, how the page is shown elsewhere;
    ``jsonld`` is one JSON text (any characters: the template makes it safe inside a script element).
    ``language`` is the BCP 47 code of ``title`` and ``description``, where they are other people's words; empty where
    those do not say, None where the words are the interface's.
    """

    title: str
    description: str = ""
    canonical_url: str | None = None
    indexed: bool = True
    feeds: tuple[FeedLink, ...] = ()
    node_document_path: str | None = None
    jsonld: str | None = None
    image_url: str | None = None
    language: str | None = None
    oembed_url: str | None = None


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the interface: BCP 47 ``code`` and its own ``name``."""

    code: str
    name: str
    rtl: bool = False
    current: bool = False


_NO_MOMENT = datetime(1, 1, 1, tzinfo=UTC)
ENGLISH = Language("en-GB", "English", current=True)


@dataclass(frozen=True, slots=True)
class LanguageSwitch:
    """Choosing among ``languages``: a POST of ``language`` (a code) and ``to`` (``here``, this page) to ``path``."""

    path: str
    here: str
    languages: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True)
class MapSettings:
    """Where maps begin, and what lies beneath the pins.

    ``tiles_url`` is a Leaflet template (``https://…/{z}/{x}/{y}.png``) whose host the content security
    policy must list under ``img-src``; without it pins stand on plain paper. ``attribution`` is text, shown
    on the map.
    """

    lat: float
    lon: float
    zoom: int = 12
    tiles_url: str | None = None
    attribution: str | None = None
    attribution_url: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form's state: where it goes, what was typed, what was wrong.

    ``action_path`` receives a POST with ``csrf_token``. ``typed`` keeps what the person entered, by field
    name; ``errors`` one sentence for each wrong field, in the fields' order, and under "" what is wrong
    with the whole. The fields of each form are listed with the page that carries it.
    """

    action_path: str
    csrf_token: str
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PreviewBar:
    """Over a page that is a preview: ``publish`` has the hidden field ``mark``, ``back_path`` leads to the form.

    ``sizes_path`` shows the same at several widths; with ``framed``, that is where it is, and no bar is shown.
    Without ``publish`` there is nothing that is not public yet.
    """

    back_path: str
    sizes_path: str
    publish: Form | None = None
    framed: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """The site itself, the same on every page; given to every template as ``site``.

    ``now`` is the moment against which all dates are worded, ``timezone`` an IANA name in which days are
    shown. ``brand_css_path`` is a stylesheet of this site that sets ``--brand`` and ``--on-brand`` for both
    themes (contrast checked when the setting was made), ``brand_colour`` its light value, ``#rrggbb``, for
    the browser's own frame, ``brand_colour_dark`` the dark one, ``icon_path`` the site's mark in it
    and ``touch_icon_path`` a picture of that for home screens.
    ``theme`` is ``system``, ``light`` or ``dark``. A path that is ``None`` is not linked: a publisher's own
    site has no ``network_path`` and, without a search of its own, no ``search_path``. ``own_language`` is the
    code of the language in which the site's own texts, and listings that name none, are taken to be.
    ``manifest_path`` lets the board be installed, ``worker_path`` keeps pages for reading without a connection.
    ``desk_path`` is where organisations sign in; a folder of files has no such door.
    With ``preview`` it is not what everyone sees.
    """

    name: str
    now: datetime
    map: MapSettings
    home_path: str = "/"
    tagline: str = ""
    network_name: str = ""
    timezone: str = "Europe/London"
    miles: bool = False
    theme: str = "system"
    logo: Image | None = None
    brand_colour: str | None = None
    brand_css_path: str | None = None
    brand_colour_dark: str | None = None
    icon_path: str | None = None
    touch_icon_path: str | None = None
    contact_line: str = ""
    footer_note: str = ""
    preview: PreviewBar | None = None
    search_path: str | None = None
    suggest_path: str | None = None
    wanted_path: str | None = None
    network_path: str | None = None
    propose_path: str | None = None
    desk_path: str | None = None
    manifest_path: str | None = None
    worker_path: str | None = None
    language: Language = ENGLISH
    own_language: str = "en"
    language_switch: LanguageSwitch | None = None
    header_links: tuple[Link, ...] = ()
    footer_links: tuple[Link, ...] = ()
    feeds: tuple[FeedLink, ...] = ()
    licence: Link | None = None

    @property
    def lasting(self) -> Site:
        """The site without what differs from page to page, as a key for what is the same on all of them."""
        switch = None if self.language_switch is None else replace(self.language_switch, here="")
        return replace(self, now=_NO_MOMENT, language_switch=switch, preview=None)

    @property
    def inside(self) -> Site:
        """The same for whoever is in already, and needs no door."""
        return replace(self.lasting, desk_path=None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, as exactly as its publisher said.

    ``precision_m`` is the declared uncertainty in metres; ``distance_m`` how far the point is from where
    the reader looks from, in metres. A distance is never worded more exactly than the precision allows.
    """

    name: str | None = None
    locality: str | None = None
    postcode: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    precision_m: float | None = None
    distance_m: float | None = None


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class EventDate:
    """One date of an event, on the clock of where it is. Without ``ends`` it is not said how long it goes on.

    ``elsewhere``: the clocks of this site show another time then.
    """

    starts: datetime
    ends: datetime | None = None
    all_day: bool = False
    cancelled: bool = False
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One listing in a list. The whole card is one link to ``path``.

    ``language`` is the BCP 47 code of the title where the publisher said it. ``first_shown`` is when it was
    published, ``expires`` when it goes, ``available_from``/``available_until`` when it can be had, but for days
    that are ``full``.
    ``status`` is ``available`` or ``reserved``. ``note`` is a word of the operator's own ("Held"), used in
    control only. ``why`` says in a line why it stands here: why it matches, or how many offers fit. ``far``
    is the distance in words, where somebody worded it already; ``found`` what a search found in its text;
    ``html`` the whole card, where it is drawn
    already. ``event`` are the dates of a workshop or the like, in order; empty for all else.
    """

    path: str
    title: str
    sign: str
    root: str = "other"
    place: Place = NOWHERE
    organisation: str = ""
    status: str = "available"
    image: Image | None = None
    first_shown: datetime | None = None
    expires: datetime | None = None
    available_from: datetime | None = None
    available_until: datetime | None = None
    full: tuple[date, ...] = ()
    quantity: int = 1
    language: str | None = None
    note: str | None = None
    why: str = ""
    far: str = ""
    found: str = ""
    event: tuple[EventDate, ...] = ()
    html: Markup | None = None


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A story in a list; the whole card is one link. ``with_whom`` says in words who the other side was."""

    path: str
    title: str
    excerpt: str
    organisation: str
    with_whom: str = ""
    sign: str = "give"
    root: str = "other"
    image: Image | None = None
    told: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class MapView:
    """The pins beside a list. ``cards`` with a point become pins; ``geojson_path`` may add the rest, read
    by the browser.

    It answers ``application/geo+json``: a FeatureCollection of Points (lon, lat) with the properties
    ``path``, ``title``, ``sign``, ``place``, ``organisation`` (text) and ``precision_m`` (number or null).
    At most ten thousand features; the map clusters them. ``centre`` is (lat, lon) when the reader
    searches near a point. ``area_path`` is the same search anywhere, to which the map adds what it shows.
    """

    cards: tuple[Card, ...] = ()
    geojson_path: str | None = None
    centre: tuple[float, float] | None = None
    radius_m: float | None = None
    area_path: str | None = None

    @property
    def one_place(self) -> bool:
        """Whether everything on it is at one point, for which a small map will do."""
        return not self.geojson_path and len({(card.place.lat, card.place.lon) for card in self.cards}) == 1


@dataclass(frozen=True, slots=True)
class PageLink:
    """One step of a pager; ``number`` ``None`` is a gap, and has no path."""

    number: int | None
    path: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list goes on. Absent paths mean the first or the last page."""

    steps: tuple[PageLink, ...] = ()
    previous_path: str | None = None
    next_path: str | None = None


ONE_PAGE = Pager()


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a select, radio or checkbox group. ``count`` says how many results it would leave."""

    value: str
    label: str
    selected: bool = False
    count: int | None = None
    hint: str | None = None
