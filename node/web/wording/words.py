"""How dates, distances, counts and addresses are worded in templates.

Every function takes the moment or the place it is asked about and says no more than is known: a distance is
never finer than the precision of the point it is measured to, and every date says how far away it is.
Nothing here reads a clock, a request or a database. What it refuses: an address that a page must not link
to becomes the empty text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta

from node.services.catalogue import distances
from node.voices import Voice, locale_of
from node.web.view_models.parts import Image, MapView, Place, Site
from node.web.wording import phrases
from node.web.wording.code_words import word
from node.web.wording.phrases import say as _
from node.web.wording.phrases import say_many
from node.web.wording.said import isolated, said, spoken

DRAWN_ROOTS = frozenset(
    [
        "appliances",
        "av",
        "baby",
        "bikes",
        "books",
        "events",
        "food",
        "furniture",
        "garden",
        "it",
        "making",
        "materials",
        "medical-mobility",
        "music",
        "office",
        "other",
        "packaging",
        "skill",
        "space",
        "sports",
        "textiles",
        "tools",
        "toys",
        "transport",
    ]
)
"""Category roots that have a drawing of their own in ``static/drawings.svg``."""

SIGNS = ("give", "lend", "host", "help", "wanted")


def locale() -> Locale:
    """The reader's locale. Bare English is read as British: a month before its day would mislead here."""
    return locale_of(phrases.code())


def local(moment: datetime, site: Site) -> datetime:
    """``moment`` on the clock of the site's town."""
    return moment.astimezone(ZoneInfo(site.timezone))


def day_of(when: datetime | date, site: Site) -> date:
    return local(when, site).date() if isinstance(when, datetime) else when


def day(when: datetime | date, site: Site) -> str:
    """ "12 December", with the year where the month alone could mean another one."""
    shown = day_of(when, site)
    return _day(shown, -60 < (shown - day_of(site.now, site)).days < 300, phrases.code())


def full_day(when: datetime | date, site: Site) -> str:
    """ "12 December 2026", for what is printed and kept."""
    return str(format_date(day_of(when, site), "long", locale=locale()))


# A page words the same few days, spans and numbers over and over, and Babel parses its patterns each time.
@lru_cache(maxsize=4096)
def _day(shown: date, this_year: bool, code: str) -> str:
    reader = locale_of(code)
    return format_skeleton("MMMMd", shown, locale=reader) if this_year else format_date(shown, "long", locale=reader)


@lru_cache(maxsize=4096)
def _days(count: int, towards: bool, code: str) -> str:
    """So many days; ``towards`` says whether they are ahead or behind."""
    reader = locale_of(code)
    # Two of a unit before it is used: "in 13 days" says more than "in 2 weeks".
    return format_timedelta(timedelta(days=count), granularity="day", threshold=2, add_direction=towards, locale=reader)


def clock(moment: datetime, site: Site) -> str:
    """The time of day, "14:05"."""
    return format_time(local(moment, site), "short", locale=locale())


def away(when: datetime | date, site: Site) -> str:
    """How far a day is from today: "today", "tomorrow", "in 3 weeks", "2 days ago"."""
    days = (day_of(when, site) - day_of(site.now, site)).days
    if days == 0:
        return _("today")
    if days in (1, -1):
        return _("tomorrow") if days == 1 else _("yesterday")
    return _days(days, True, phrases.code())


def ago(moment: datetime, site: Site) -> str:
    """How long ago a moment was, or how soon it comes: "just now", "5 minutes ago", "in 2 hours"."""
    gap = moment - site.now
    if abs(gap) < timedelta(minutes=1):
        return _("just now")
    if abs(gap) >= timedelta(days=1):
        return away(moment, site)
    return format_timedelta(gap, granularity="minute", threshold=1.5, add_direction=True, locale=locale())


def left(when: datetime | date, site: Site) -> str:
    """How much time is left until a day: "last day", "1 day left", "3 weeks left"."""
    days = (day_of(when, site) - day_of(site.now, site)).days
    if days <= 0:
        return _("last day")
    return _("%(span)s left", span=_days(days, False, phrases.code()))


def machine(when: datetime | date) -> str:
    """The value of a ``time`` element's ``datetime``: RFC 3339 in UTC, or an ISO day."""
    if isinstance(when, datetime):
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return when.isoformat()


def number(value: float) -> str:
    """A number with the separators of the reader's language, at most two decimals."""
    return voice().number(value)


def distance(place: Place, site: Site) -> str:
    """ "about 2.5 km", as exact as the point is, or "within 2 km" where the point is coarser than the
    distance.
    """
    if place.distance_m is None:
        return ""
    return distances.distance(place.distance_m, place.precision_m, voice(), site.miles)


def within(far: float, miles: bool) -> str:
    """ "within 5 miles" or kilometres."""
    return distances.within(far, voice(), miles)


def voice() -> Voice:
    """The reader's language."""
    return Voice(phrases.translations(), phrases.code())


def precision(place: Place) -> str:
    """How exact the point on the map is, in a sentence; empty without a point."""
    if place.lat is None or place.lon is None:
        return ""
    if place.precision_m is None:
        return _("How exact this point is was not said.")
    if place.precision_m <= 50:
        return _("The point is the place itself.")
    if place.precision_m < 1000:
        return _("The point is right to about %(metres)s m.", metres=number(place.precision_m))
    return _("The point is right to about %(km)s km.", km=number(round(place.precision_m / 1000, 1)))


def place_line(place: Place) -> str:
    """One line that says where: the name and the locality, or whichever is known."""
    parts = [part for part in (place.name, place.locality) if part]
    return ", ".join(dict.fromkeys(parts)) or (place.postcode or "")


def size(octets: int) -> str:
    """A size in bytes, kB or MB."""
    if octets < 1000:
        return say_many("%(count)s byte", "%(count)s bytes", octets, count=number(octets))
    if octets < 1_000_000:
        return f"{number(round(octets / 1000))}\u00a0kB"
    return f"{number(round(octets / 1_000_000, 1))}\u00a0MB"


def span(seconds: float) -> str:
    """A length of time: "15 minutes", "1 day"."""
    return format_timedelta(timedelta(seconds=seconds), threshold=1.5, granularity="second", locale=locale())


def ahead(seconds: float) -> str:
    """How far off a moment is: "in 15 minutes"."""
    gap = timedelta(seconds=seconds)
    return format_timedelta(gap, threshold=1.5, granularity="second", add_direction=True, locale=locale())


def listings(count: int) -> str:
    return say_many("%(count)s listing", "%(count)s listings", count, count=number(count))


def organisations(count: int) -> str:
    return say_many("%(count)s organisation", "%(count)s organisations", count, count=number(count))


def sources(count: int) -> str:
    return say_many("%(count)s source", "%(count)s sources", count, count=number(count))


def even_columns(count: int) -> int:
    """Of 6, 7, 8 or 9 columns, those in which so many tiles leave the fewest places of the last row empty."""
    return min((8, 7, 9, 6), key=lambda columns: -count % columns)


def clip(text: str, most: int = 60) -> str:
    """``text``, cut at a word with an ellipsis if it is longer than ``most`` characters."""
    tidy = " ".join(text.split())
    if len(tidy) <= most:
        return tidy
    head = tidy[: most - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > most // 2 else head).rstrip(" ,.;:-") + "…"


def initials(name: str) -> str:
    """One or two letters that stand in for a logo."""
    words = [part for part in name.split() if part[0].isalnum()]
    return "".join(part[0] for part in words[:2]).upper() or "·"


def drawing(root: str) -> str:
    """The drawing for a category root: itself where it is drawn, otherwise ``other``."""
    return root if root in DRAWN_ROOTS else "other"


def sign(code: str) -> str:
    """A sign that has a shape: the code itself, or ``give`` for one that this version does not know."""
    return code if code in SIGNS else "give"


@lru_cache(maxsize=4096)
def href(address: str | None) -> str:
    """``address`` if a page may link to it, else the empty text.

    Only http, https and mailto, or a path on this site: a ``javascript:`` address, and one that a browser
    would read as another host (``//elsewhere``, ``/\\elsewhere``), must never reach an attribute.
    """
    if not address or any(ord(char) <= 32 or char == "\\" for char in address) or address.startswith("//"):
        return ""
    try:
        scheme = urlsplit(address).scheme.lower()
    except ValueError:
        return ""
    return address if scheme in ("", "http", "https", "mailto") else ""


def linkable(images: Iterable[Image]) -> list[Image]:
    """Those of several pictures that a page may show and lead to."""
    return [image for image in images if href(image.path)]


def script_json(value: object) -> str:
    """JSON that may stand in a script element: a text is taken as JSON already, anything else is written
    as JSON.
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    escapes = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
    return text.translate({ord(char): escaped for char, escaped in escapes.items()})


def pins(view: MapView) -> Mapping[str, object]:
    """The GeoJSON FeatureCollection of the cards that have a point; its properties as ``MapView`` says."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [card.place.lon, card.place.lat]},
            "properties": {
                "path": href(card.path),
                "title": card.title,
                "sign": sign(card.sign),
                "place": place_line(card.place),
                "organisation": card.organisation,
                "precision_m": card.place.precision_m,
            },
        }
        for card in view.cards
        if card.place.lat is not None and card.place.lon is not None
    ]
    return {"type": "FeatureCollection", "features": features}


FILTERS = {
    function.__name__: function
    for function in (
        ago,
        ahead,
        away,
        clip,
        clock,
        day,
        distance,
        drawing,
        even_columns,
        full_day,
        href,
        initials,
        isolated,
        left,
        linkable,
        listings,
        machine,
        number,
        organisations,
        pins,
        place_line,
        precision,
        said,
        script_json,
        sign,
        size,
        sources,
        span,
        spoken,
        word,
    )
}
"""Filters by the names that templates use."""
