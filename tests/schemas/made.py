"""Listings, items and pages for the tests of schemas: one of each by hand, and Hypothesis strategies for the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from schemas.event import SIGN_UP, Event
from schemas.listing import Available, Image, Listing, Money, Quantity, dump_listing
from schemas.opening import WEEKDAYS, ClosedDays, OpeningHours, WeeklyHours
from schemas.organisation import Identifier, Organisation
from schemas.page import PageHead, Tombstone
from schemas.place import Place
from schemas.vocabulary import ACTIONS_OF_KIND, CONDITIONS, DIRECTIONS, ORGANISATION_TYPES, STATUSES, categories

CORPORA = Path(__file__).resolve().parents[3] / "shared" / "corpora"

NODE = "https://node.example/"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)

PARK = Organisation(
    id="https://node.example/organisations/gladstone",
    name="Gladstone Park community group",
    type="community_group",
    url="https://gladstone.example/",
    identifiers=(Identifier("GB-CHC", "1112223"),),
)
DESK = Listing(
    id="https://node.example/listings/gladstone.desk",
    url="https://node.example/listings/gladstone.desk",
    title="Oak desk",
    content_text="Two drawers, some wear.\nCollect from the hall.",
    language="en",
    images=(Image("https://node.example/media/desk.jpg", "A desk by a window"),),
    tags=("oak", "home office"),
    date_published=NOW - timedelta(days=2),
    date_modified=NOW,
    direction="offer",
    kind="item",
    action="give",
    category="furniture/desk",
    condition="good",
    quantity=Quantity(2, "each"),
    place=Place("Community hall", "Peterborough", "PE1", "GB", 52.57, -0.24, 100),
    available=Available(date(2026, 11, 23), date(2026, 12, 20)),
    expires=NOW + timedelta(days=60),
    organisation=PARK,
    weight_kg=30,
    replacement_value=Money(120, "GBP"),
    terms="First come, first served.",
    accessibility="Step-free.",
    safety="Needs two to lift.",
    appeal="The desk is free, whatever the words say.",
    request_url="https://node.example/listings/gladstone.desk#request",
)


def desk_item(**changes: Any) -> dict[str, Any]:
    """The desk as an item; a name such as ``_sharefeed__place`` reaches inside, and None takes a member away."""
    item = dump_listing(DESK)
    for path, value in changes.items():
        put(item, path.replace("_sharefeed__", "_sharefeed/").split("/"), value)
    return item


def put(document: dict[str, Any], path: list[str], value: Any) -> None:
    """Sets the member at ``path``; None takes it away."""
    for name in path[:-1]:
        document = document[name]
    if value is None:
        document.pop(path[-1], None)
    else:
        document[path[-1]] = value


HEAD = PageHead(
    node=NODE,
    epoch="5a0b3a0e-8f0e-4c58-9d7b-2f6f0f8f3c11",
    checkpoint="c.12",
    complete=True,
    count=1,
    digest="0" * 64,
    licence="CC0-1.0",
    deleted=(Tombstone("https://node.example/listings/gladstone.bed", NOW, "given"),),
)

# What a valid listing may hold: Unicode without controls, surrogates and the two non-characters that XML forbids.
_ALLOWED = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
_LINES = st.one_of(_ALLOWED, st.sampled_from("\n\r\t"), st.sampled_from(" <>&\"'\u00a0\u2028\U0001f33b]]>"))


@cache
def text(limit: int = 60) -> st.SearchStrategy[str]:
    """Text of one or more characters that is not blank, line ends and tabs included."""
    return st.text(_LINES, min_size=1, max_size=limit).filter(lambda value: bool(value.strip()))


@cache
def loose_text() -> st.SearchStrategy[str]:
    """Anything that a JSON string can hold, blank, control characters and lone surrogates included."""
    return st.one_of(st.text(max_size=20), st.text(_LINES, max_size=20), st.text(st.characters(), max_size=8))


@cache
def json_values(strings: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    exact = 2**53 - 1
    numbers = st.one_of(st.integers(-exact, exact), st.floats(-exact, exact))
    return st.recursive(
        st.one_of(st.none(), st.booleans(), numbers, strings),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(strings, inner, max_size=3)),
        max_leaves=8,
    )


@cache
def moments() -> st.SearchStrategy[datetime]:
    """Aware moments in whole seconds, with some years to spare before the last one that a datetime can hold."""
    naive = st.datetimes(datetime(1, 1, 2), datetime(9990, 1, 1))
    return naive.map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC))


_WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=8)
urls = _WORDS.map(lambda word: f"https://node.example/{word}")
_degrees = st.floats(-90, 90)
_amounts = st.one_of(st.integers(0, 1000), st.floats(0, 1000))


@cache
def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@cache
def _several(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(strategy, max_size=most).map(tuple)


_times = st.integers(0, 1440).map(lambda minutes: f"{minutes // 60:02}:{minutes % 60:02}")
_days = st.tuples(st.dates(), st.dates()).map(sorted)
hours = st.builds(
    OpeningHours,
    timezone=st.sampled_from(("Europe/London", "Europe/Warsaw", "Etc/GMT+3")),
    weekly=_several(
        st.builds(
            lambda day, times: WeeklyHours(day, *sorted(times)),
            st.sampled_from(WEEKDAYS),
            st.lists(_times, min_size=2, max_size=2, unique=True),
        )
    ),
    closed=_several(st.builds(lambda days, yearly: ClosedDays(*days, yearly), _days, _maybe(st.booleans()))),
    note=_maybe(text()),
)
organisations = st.builds(
    Organisation,
    id=urls,
    name=text(),
    type=st.sampled_from(ORGANISATION_TYPES),
    url=_maybe(urls),
    logo=_maybe(urls),
    description=_maybe(text()),
    identifiers=_several(st.builds(Identifier, scheme=text(10), id=text(10))),
    place=_maybe(st.deferred(lambda: places)).map(lambda place: None if place == Place() else place),
    opening_hours=_maybe(hours),
)


def _points(place: Place, point: tuple[float, float] | None) -> Place:
    return replace(place, lat=point[0], lon=point[1]) if point else place


places = st.builds(
    _points,
    st.builds(
        Place,
        name=_maybe(text()),
        locality=_maybe(text()),
        postcode=_maybe(text(10)),
        country=_maybe(st.sampled_from(["GB", "PL"])),
        precision_m=_maybe(_amounts),
        lat=st.none(),
        lon=st.none(),
    ),
    _maybe(st.tuples(_degrees, _degrees)),
)


# Strategies stand beside what draws from them: one that is made for each draw takes longer to check than to draw.
_CLOCK = _maybe(st.times().map(lambda time: time.isoformat("minutes")))
_EVENT_DAYS = st.lists(st.dates(), min_size=1, max_size=4)
_ZONES = st.sampled_from(["Europe/London", "Etc/GMT+12", "America/Argentina/Ushuaia", "Mars/Dome", "UTC"])
_PLACES_THERE = _maybe(st.integers(1, 1_000_000))
_SIGN_UPS = _maybe(st.sampled_from(SIGN_UP))


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Any valid event, its dates in any order and some of them cancelled."""
    dates = draw(_EVENT_DAYS)
    starts = draw(_CLOCK)
    return Event(
        dates=tuple(dates),
        zone=draw(_ZONES),
        starts=starts,
        ends=draw(_CLOCK) if starts else None,
        cancelled=draw(st.lists(st.sampled_from(dates), max_size=2).map(tuple)),
        places=draw(_PLACES_THERE),
        sign_up=draw(_SIGN_UPS),
    )


_KINDS = st.sampled_from(sorted(ACTIONS_OF_KIND))
_ACTIONS = {kind: st.sampled_from(actions) for kind, actions in ACTIONS_OF_KIND.items()}
_TWO_DAYS = st.lists(st.dates(), min_size=2, max_size=2)
_YEAR_OF_SECONDS = st.integers(0, 366 * 86400)
_CONDITIONS = _maybe(st.sampled_from(CONDITIONS))
_HOW_MANY = st.builds(Quantity, st.integers(1, 1_000_000), _maybe(text(20)))
_BOTH_DIRECTIONS = st.sampled_from(DIRECTIONS)
_MAYBE_EVENTS = _maybe(events())
_WHETHER = st.booleans()
_PLAIN = {
    "id": urls,
    "title": text(),
    "category": st.sampled_from(sorted(categories())),
    "organisation": organisations,
    "url": _maybe(urls),
    "content_text": _maybe(text(200)),
    "content_html": _maybe(text(200)),
    "language": _maybe(st.sampled_from(["en", "pl", "pt-BR", "zh-Hant"])),
    "images": _several(st.builds(Image, url=urls, alt=_maybe(text()))),
    "tags": _several(text(20)),
    "date_published": _maybe(moments()),
    "status": st.sampled_from(STATUSES),
    # A place without anything to say is not written, so it is not read back either.
    "place": _maybe(places.filter(lambda place: place != Place())),
    "calendar_url": _maybe(urls),
    "weight_kg": _maybe(_amounts),
    "replacement_value": _maybe(st.builds(Money, amount=_amounts, currency=st.just("GBP"))),
    "hours": _maybe(_amounts),
    "terms": _maybe(text()),
    "accessibility": _maybe(text()),
    "safety": _maybe(text()),
    "appeal": _maybe(text(100)),
    "request_url": _maybe(urls),
}
"""The members of a listing that have nothing to do with each other."""


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    """Any valid listing."""
    kind = draw(_KINDS)
    modified = draw(moments())
    days = sorted(draw(_TWO_DAYS))
    direction = draw(_BOTH_DIRECTIONS)
    expires = modified + timedelta(seconds=draw(_YEAR_OF_SECONDS))
    event = draw(_MAYBE_EVENTS) if kind in ("space", "skill") and direction == "offer" else None
    if event is not None and event.last < expires.date():
        event = replace(event, dates=(*event.dates, expires.date()))
    available = Available(from_=days[0], until=days[1] if draw(_WHETHER) else None)
    return Listing(
        date_modified=modified,
        direction=direction,
        kind=kind,
        action=draw(_ACTIONS[kind]),
        expires=expires,
        event=event,
        condition=draw(_CONDITIONS) if kind in ("item", "equipment") else None,
        quantity=draw(_HOW_MANY),
        available=available if draw(_WHETHER) else None,
        **{name: draw(strategy) for name, strategy in _PLAIN.items()},
    )


# The names that the codecs know, so that odd values land where readable ones are expected.
_KNOWN = (
    *("url", "language", "image", "images", "tags", "authors", "summary", "content_text", "content_html"),
    *("attachments", "date_published", "_xml", "id", "title"),
)
_KNOWN_INSIDE = (
    *("direction", "kind", "category", "condition", "quantity", "images", "place", "available", "expires"),
    *("organisation", "weight_kg", "hours", "hash", "sig", "via", "replacement_value", "lat", "lon", "from"),
    *("event", "dates", "starts", "cancelled", "places", "sign_up", "zone"),
    *("identifiers", "unit", "name", "json", "page", "content_text", "more"),
)


@cache
def _objects(names: tuple[str, ...], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.one_of(st.sampled_from(names), loose_text()), values, max_size=6)


_ODD = json_values(loose_text())
_INSIDE = _objects(_KNOWN_INSIDE, st.one_of(_ODD, _objects(_KNOWN_INSIDE, _ODD), st.lists(_ODD, max_size=2)))
_MEMBERS = _objects(_KNOWN, _ODD)
_OURS = st.one_of(_ODD, _INSIDE, _INSIDE)
_SPELLINGS = st.sampled_from(
    ["2026-11-22T10:00:00Z", "2026-11-22t10:00:00z", "2026-11-22 10:00:00.5+01:00", "2026-11-22T10:00Z"]
)


@st.composite
def raw_items(draw: st.DrawFn) -> dict[str, Any]:
    """Items with an id, a title and a date, and for the rest whatever JSON can hold, wherever it may stand."""
    item = draw(_MEMBERS)
    if draw(_WHETHER):
        item["_sharefeed"] = draw(_OURS)
    return {**item, "id": draw(urls), "title": draw(text()), "date_modified": draw(_SPELLINGS)}
