"""The search page as a view model: from a search's result to cards, facets, chips and links. Reads no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from types import MappingProxyType
from urllib.parse import quote, urlencode

from node.search.analysis import words
from node.search.plan import FEW
from node.search.request import WINDOW, SearchRequest
from node.services.catalogue import search_calendar
from node.services.catalogue.search import SearchResult
from node.services.catalogue.wishing import Close
from node.web.portal.listing_page import Scene, pager_of
from node.web.searching.days import days_filter, in_words
from node.web.searching.facets import facet_of, value_label
from node.web.searching.reach import reach_of, within_words
from node.web.view_models.parts import Card, FeedLink, Head, Link, MapView
from node.web.view_models.search import AppliedFilter, DaysFilter, Reach, SearchPage
from node.web.wording.code_words import category
from node.web.wording.phrases import say as _
from node.web.wording.words import clip
from schemas import atom_feed, json_feed
from schemas.errors import Problem
from schemas.records import dataclass
from schemas.vocabulary import home_of

_TICKED = ("direction", "kind", "action", "category", "organisation_type", "condition")
Names = Mapping[tuple[str, str], str]
_NO_NAMES: Names = MappingProxyType({})
_CARRIED = ("status", "organisation", "source")
_SORTS: dict[str, Callable[[], str]] = {
    "relevance": lambda: str(_("Best match")),
    "newest": lambda: str(_("Newest")),
    "nearest": lambda: str(_("Nearest")),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked for: ``stated`` is the search as its address says it, without a point for its ``near``.

    ``problems`` are what had to be left out of it, ``typed`` is what stood in its fields. ``miles`` says in which unit
    distances are offered, ``mails`` whether somebody can be told by mail what is new. ``close`` is what is near to
    words that found nothing, ``names`` has those of organisations and sources by filter and value.
    """

    stated: SearchRequest
    problems: Sequence[Problem]
    typed: Mapping[str, str]
    today: date
    miles: bool = False
    mails: bool = False
    close: Close = field(default_factory=Close)
    names: Names = field(default_factory=dict)


def search_page(result: SearchResult, cards: tuple[Card, ...], scene: Scene, asked: Asked) -> SearchPage:
    """The page of one search with the cards of its matches; ``scene`` says where pages are."""
    located, root = result.request, scene.paths.root
    stated = asked.stated.changed(page=located.page)
    addresses = Addresses(root)
    pages = -(-min(result.total, WINDOW) // located.limit)
    return SearchPage(
        head=_head(stated, scene, addresses, asked.names),
        action_path=addresses.of(SearchRequest()),
        total=result.total,
        cards=cards,
        first=located.offset + 1,
        q=located.q,
        near=located.near,
        lat=stated.lat,
        lon=stated.lon,
        reach=_reach(result, stated, addresses, asked.miles),
        days=_days(result, asked, addresses),
        facets=tuple(facet_of(facet) for facet in result.facets),
        applied=tuple(_applied(stated, addresses, asked.miles, asked.names)),
        clear_path=addresses.of(SearchRequest(q=stated.q, near=stated.near)),
        sorts=tuple(_sorts(located, stated, addresses)),
        carried=tuple(_carried(stated)),
        map=_map(cards, located, stated, addresses),
        pager=pager_of(located.page, pages, lambda number: addresses.of(stated.changed(page=number))),
        feeds=(*feeds_of(stated, addresses), *calendar_of(result, stated, addresses)),
        suggestions=tuple(_suggestions(result, addresses)),
        meant=tuple(_meant(result, stated, addresses)),
        close=tuple(Link(category(path).plural, f"{root}/categories/{path}") for path in asked.close.categories),
        who=tuple(Link(name, f"{root}/organisations/{quote(key, safe='')}") for key, name in asked.close.organisations),
        wish_path=_wish_path(located, root),
        place_error=None if result.place_known else place_error(located.near),
        notice=_notice(result),
        category=_category(located, root),
        alert_path=addresses.of_alert(located) if asked.mails else None,
        count_path=f"{root}/api/v1/listings",
        embed_path=scene.embed(stated.changed(sort="", limit=SearchRequest().limit).to_args()),
    )


def said_of(asked: SearchRequest, root: str = "", miles: bool = False, names: Names = _NO_NAMES) -> str:
    """What a search asks for, in a line: its words, its filters, its place."""
    labels = [filter_.label for filter_ in _applied(asked, Addresses(root), miles, names)]
    near = [_("near %(place)s", place=asked.near)] if asked.near else []
    return " · ".join([*([asked.q] if asked.q else []), *labels, *near]) or str(_("everything"))


class Addresses:
    """Where searches are: each has one address, and the same one in every format."""

    def __init__(self, root: str) -> None:
        self.root = root

    def of(self, asked: SearchRequest, format_: str = "") -> str:
        pairs = asked.to_args()
        return f"{self.root}/search{format_}" + (f"?{urlencode(pairs)}" if pairs else "")

    def of_alert(self, asked: SearchRequest) -> str:
        """Where to ask for mails about what is new in a search."""
        pairs = asked.changed(sort="", limit=SearchRequest().limit).to_args()
        return f"{self.root}/alerts/new" + (f"?{urlencode(pairs)}" if pairs else "")


def _head(asked: SearchRequest, scene: Scene, addresses: Addresses, names: Names) -> Head:
    title = _("%(words)s: what is free near you", words=asked.q) if asked.q else _("What is free near you")
    canonical = scene.address(addresses.of(asked.changed(sort="", lat=None, lon=None, within=None)))
    return Head(
        title,
        clip(_described(asked, scene, names), 160),
        canonical,
        indexed=not (asked.point or asked.near),
        feeds=feeds_of(asked, addresses),
        oembed_url=scene.oembed(canonical),
    )


def _described(asked: SearchRequest, scene: Scene, names: Names) -> str:
    """The search in a sentence, for those who list pages."""
    wants, others = asked.direction == ("want",), asked.changed(direction=())
    narrowed = others.q or others.near or any(_applied(others, Addresses(scene.paths.root), False, names))
    said = said_of(others, scene.paths.root, names=names)
    if wants:
        return (
            _("What organisations near you are looking for: %(search)s.", search=said)
            if narrowed
            else _("What organisations near you are looking for, and you may have.")
        )
    if narrowed:
        return _("What organisations near you give, lend and offer for free: %(search)s.", search=said)
    return _("Everything that organisations near you give, lend and offer for free: things, places and help.")


def feeds_of(asked: SearchRequest, addresses: Addresses) -> tuple[FeedLink, ...]:
    """The results of a search as feeds."""
    lasting = asked.changed(sort="")
    return (
        FeedLink("JSON Feed", addresses.of(lasting, ".json"), json_feed.MEDIA_TYPE),
        FeedLink("Atom", addresses.of(lasting, ".atom"), atom_feed.MEDIA_TYPE),
    )


def _category(asked: SearchRequest, root: str) -> Link | None:
    """The page of the one category that this looks through, where it asks for nothing else."""
    home = home_of(asked.category[0]) if len(asked.category) == 1 and not asked.q else None
    if home is None:
        return None
    return Link(_("All about %(category)s", category=category(home.path).plural), f"{root}/categories/{home.path}")


def calendar_of(result: SearchResult, stated: SearchRequest, addresses: Addresses) -> Iterator[FeedLink]:
    """The calendar of a search that holds rooms, loans or events."""
    if _holds_days(result) or any(match.shown.entry.facts.event_until for match in result.matches):
        yield FeedLink(_("Calendar"), addresses.of(stated.changed(sort=""), ".ics"), "text/calendar")


def _holds_days(result: SearchResult) -> bool:
    counts = {v.value: v.count for facet in result.facets if facet.name == "action" for v in facet.values}
    return search_calendar.holds_some(result.request, counts)


def _days(result: SearchResult, asked: Asked, addresses: Addresses) -> DaysFilter | None:
    """The filter of days, where there are rooms, loans or events to which it matters, or where it is in use."""
    in_use = asked.typed.get("from") or asked.typed.get("to") or asked.stated.event
    if not in_use and not result.any_event and not _holds_days(result):
        return None
    made = days_filter(asked.stated, asked.today, addresses.of, asked.typed, asked.problems)
    return replace(made, events=result.any_event or bool(asked.stated.event), only_events=bool(asked.stated.event))


def _reach(result: SearchResult, stated: SearchRequest, addresses: Addresses, miles: bool) -> Reach | None:
    if result.request.point is None:
        return None
    return reach_of(stated, addresses.of, miles, stated.near if stated.point is None else "")


def _carried(stated: SearchRequest) -> Iterator[tuple[str, str]]:
    """What the form keeps without a field of its own that could be seen."""
    yield from ((name, str(value)) for name in _CARRIED for value in getattr(stated, name))
    yield from (pair for pair in stated.to_args() if pair[0] in ("within", "sort"))


def _map(cards: tuple[Card, ...], located: SearchRequest, stated: SearchRequest, addresses: Addresses) -> MapView:
    # With a point, which the map puts in its place: what order is usual depends on whether there is one.
    anywhere = stated.changed(near="", lat=0.0, lon=0.0, within=None)
    return MapView(
        cards,
        addresses.of(stated.changed(sort=""), ".geojson"),
        located.point,
        None if located.within is None else located.within * 1000,
        addresses.of(anywhere),
    )


def _applied(asked: SearchRequest, addresses: Addresses, miles: bool, names: Names) -> Iterator[AppliedFilter]:
    for name in (*_TICKED, "status"):
        for value in getattr(asked, name):
            yield AppliedFilter(value_label(name, value), addresses.of(asked.without(name, value)))
    for name, text in (("organisation", _("One organisation")), ("source", _("One source"))):
        for value in getattr(asked, name):
            yield AppliedFilter(names.get((name, str(value)), text), addresses.of(asked.without(name, value)))
    if asked.within is not None and (asked.point or asked.near):
        yield AppliedFilter(within_words(asked.within, miles), addresses.of(asked.changed(within=None)))
    if asked.point and not asked.near:
        elsewhere = asked.changed(lat=None, lon=None, within=None)
        yield AppliedFilter(_("Around a point on the map"), addresses.of(elsewhere))
    if asked.event:
        yield AppliedFilter(_("Workshops, drop-ins and open days"), addresses.of(asked.changed(event=())))
    if asked.available_from or asked.available_until:
        days = in_words(asked.available_from, asked.available_until)
        yield AppliedFilter(days, addresses.of(asked.changed(available_from=None, available_until=None)))


def _sorts(located: SearchRequest, stated: SearchRequest, addresses: Addresses) -> Iterator[Link]:
    for name, text in _SORTS.items():
        possible = {"relevance": bool(located.q), "nearest": located.point is not None}.get(name, True)
        if possible:
            yield Link(text(), addresses.of(stated.changed(sort=name)), current=located.order == name)


def _suggestions(result: SearchResult, addresses: Addresses) -> Iterator[Link]:
    """Ways on from a search that found nothing."""
    asked = result.request
    if result.total:
        return
    bare = SearchRequest(q=asked.q)
    if asked.q and bare.to_args() != asked.changed(sort="").to_args():
        yield Link(_("Search for %(words)s without filters", words=asked.q), addresses.of(bare))
    if asked.direction != ("want",):
        yield Link(_("See what others are looking for"), addresses.of(SearchRequest(direction=("want",))))
    yield Link(_("See everything that is new"), addresses.of(SearchRequest()))


def _meant(result: SearchResult, stated: SearchRequest, addresses: Addresses) -> Iterator[Link]:
    """The search with its words read as others, where those typed found little and these are likelier."""
    if not result.reading.guesses or result.how == "spelling" or result.total >= FEW:
        return
    said = " ".join(dict(result.reading.guesses).get(word, word) for word in words(stated.q))
    if said != " ".join(words(stated.q)):
        yield Link(said, addresses.of(stated.changed(q=said)))


def _wish_path(asked: SearchRequest, root: str) -> str | None:
    """Where words that found nothing become a want."""
    pairs = [("q", asked.q), *([("near", asked.near)] if asked.near else [])]
    return f"{root}/wanted/new?{urlencode(pairs)}" if asked.q and asked.direction != ("want",) else None


def place_error(near: str) -> str:
    """What is said of a place that nobody knows here."""
    return str(
        _(
            "We do not know a place called “%(near)s”. Distances are left out; try a town or the start of a postcode.",
            near=near,
        )
    )


def _notice(result: SearchResult) -> str | None:
    if not result.ready:
        return str(_("The search is being prepared. Nothing is lost; try again in a few seconds."))
    said = result.request.q
    if result.how == "spelling":
        read = ", ".join(f"{typed} → {taken}" for typed, taken in result.corrected)
        return str(_("Shown with the spelling that the board knows: %(read)s.", read=read))
    if result.how == "most" and result.total:
        return str(_("Nothing has all of “%(words)s”, so these have most of it.", words=said))
    return None
