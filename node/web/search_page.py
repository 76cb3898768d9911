"""The search page as a view model: from a search's result to cards, facets, chips and links. Reads no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from node.search.request import FARTHEST_KM, WINDOW, SearchRequest
from node.services import calendar
from node.services.search import FacetCount, FacetValue, SearchResult
from node.web import words
from node.web.code_words import word
from node.web.listing_page import Scene, pager_of
from node.web.phrases import say as _
from node.web.view_models import (
    AppliedFilter,
    Card,
    Choice,
    Facet,
    FacetOption,
    FeedLink,
    Head,
    Link,
    MapView,
    SearchPage,
)
from schemas import atom_feed, json_feed
from schemas.vocabulary import home_of, label

DISTANCES_KM = (1, 2, 5, 10, 25, 50)
KM_IN_A_MILE = 1.609344
_TICKED = ("direction", "kind", "action", "category", "organisation_type", "condition")
_CARRIED = ("status", "organisation", "source")
_SORTS: dict[str, Callable[[], str]] = {
    "relevance": lambda: str(_("Best match")),
    "newest": lambda: str(_("Newest")),
    "nearest": lambda: str(_("Nearest")),
}


def search_page(
    result: SearchResult, cards: tuple[Card, ...], scene: Scene, miles: bool = False, mails: bool = False
) -> SearchPage:
    """The page of one search with the cards of its matches; ``scene`` says where pages are.

    ``miles`` says in which unit distances are offered, ``mails`` whether somebody can be told by mail what is new.
    """
    asked, root = result.request, scene.paths.root
    addresses = Addresses(root)
    pages = -(-min(result.total, WINDOW) // asked.limit)
    return SearchPage(
        head=_head(asked, scene, addresses),
        action_path=addresses.of(SearchRequest()),
        total=result.total,
        cards=cards,
        first=asked.offset + 1,
        q=asked.q,
        near=asked.near,
        lat=asked.lat if not asked.near else None,
        lon=asked.lon if not asked.near else None,
        available_from=asked.available_from,
        available_until=asked.available_until,
        distances=tuple(_distances(asked, miles)),
        facets=tuple(_facet(facet) for facet in result.facets),
        applied=tuple(_applied(asked, addresses, miles)),
        clear_path=addresses.of(SearchRequest(q=asked.q, near=asked.near)),
        sorts=tuple(_sorts(asked, addresses)),
        sort=asked.sort,
        carried=tuple((name, str(value)) for name in _CARRIED for value in getattr(asked, name)),
        map=MapView(cards, addresses.of(asked.changed(sort=""), ".geojson"), asked.point, _metres(asked.within)),
        pager=pager_of(asked.page, pages, lambda number: addresses.of(asked.changed(page=number))),
        feeds=(*feeds_of(asked, addresses), *_calendar(result, addresses)),
        suggestions=tuple(_suggestions(result, addresses)),
        place_error=None if result.place_known else _place_error(asked.near),
        notice=_notice(result),
        category=_category(asked, root),
        alert_path=addresses.of_alert(asked) if mails else None,
    )


def said_of(asked: SearchRequest, root: str = "", miles: bool = False) -> str:
    """What a search asks for, in a line: its words, its filters, its place."""
    labels = [filter_.label for filter_ in _applied(asked, Addresses(root), miles)]
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


def _head(asked: SearchRequest, scene: Scene, addresses: Addresses) -> Head:
    title = _("%(words)s: what is free near you", words=asked.q) if asked.q else _("What is free near you")
    canonical = scene.address(addresses.of(asked.changed(sort="", lat=None, lon=None, within=None)))
    return Head(title, canonical_url=canonical, indexed=not asked.point, feeds=feeds_of(asked, addresses))


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
    return Link(_("All about %(category)s", category=home.plural), f"{root}/categories/{home.path}") if home else None


def _calendar(result: SearchResult, addresses: Addresses) -> Iterator[FeedLink]:
    """The calendar of a search that holds rooms or loans."""
    counts = {v.value: v.count for facet in result.facets if facet.name == "action" for v in facet.values}
    if calendar.holds_some(result.request, counts):
        yield FeedLink(_("Calendar"), addresses.of(result.request.changed(sort=""), ".ics"), "text/calendar")


def _metres(kilometres: float | None) -> float | None:
    return None if kilometres is None else kilometres * 1000


def _distances(asked: SearchRequest, miles: bool) -> Iterator[Choice]:
    yield Choice("", _("Any distance"), asked.within is None)
    offered = {f"{_kilometres(number, miles):.4g}": number for number in DISTANCES_KM}
    stated = f"{asked.within:.4g}" if asked.within is not None else ""
    for value, number in offered.items():
        yield Choice(value, _distance_label(number, miles), value == stated)
    if stated and stated not in offered and asked.within is not None:
        yield Choice(f"{asked.within:.10g}", _within_label(asked.within, miles), True)


def _kilometres(number: float, miles: bool) -> float:
    return min(number * (KM_IN_A_MILE if miles else 1), FARTHEST_KM)


def _distance_label(number: float, miles: bool) -> str:
    said = words.within(number, miles)
    return said[:1].upper() + said[1:]


def _within_label(kilometres: float, miles: bool) -> str:
    return _distance_label(round(kilometres / (KM_IN_A_MILE if miles else 1), 2), miles)


def _facet(facet: FacetCount) -> Facet:
    tree = facet.name == "category"
    opened = facet.name in ("action", "category") or any(_is_chosen(value) for value in facet.values)
    return Facet(facet.name, tuple(_option(facet.name, value) for value in facet.values), open=opened or tree)


def _is_chosen(value: FacetValue) -> bool:
    return value.selected or any(_is_chosen(child) for child in value.children)


def _option(name: str, value: FacetValue) -> FacetOption:
    return FacetOption(
        value.value,
        value.label or _value_label(name, value.value),
        value.count,
        value.selected,
        sign=value.value if name == "action" else None,
        children=tuple(_option(name, child) for child in value.children),
    )


def _value_label(name: str, value: str) -> str:
    if name == "category":
        return label(value) if home_of(value) else value
    return word(value, "sign" if name == "action" else name)


def _applied(asked: SearchRequest, addresses: Addresses, miles: bool) -> Iterator[AppliedFilter]:
    for name in _TICKED:
        for value in getattr(asked, name):
            yield AppliedFilter(_value_label(name, value), addresses.of(asked.without(name, value)))
    for name, text in (("organisation", _("One organisation")), ("source", _("One source")), ("status", _("Status"))):
        if getattr(asked, name):
            yield AppliedFilter(text, addresses.of(asked.changed(**{name: ()})))
    if asked.within is not None and asked.point:
        yield AppliedFilter(_within_label(asked.within, miles), addresses.of(asked.changed(within=None)))
    if asked.available_from or asked.available_until:
        ends = (words.date_of(day) if day else "…" for day in (asked.available_from, asked.available_until))
        days = " – ".join(ends)
        yield AppliedFilter(days, addresses.of(asked.changed(available_from=None, available_until=None)))


def _sorts(asked: SearchRequest, addresses: Addresses) -> Iterator[Link]:
    for name, text in _SORTS.items():
        possible = {"relevance": bool(asked.q), "nearest": asked.point is not None}.get(name, True)
        if possible:
            yield Link(text(), addresses.of(asked.changed(sort=name)), current=asked.order == name)


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


def _place_error(near: str) -> str:
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
    if result.how == "category" and result.total:
        return str(_("Nothing is called “%(words)s”, so this is the category it belongs to.", words=said))
    return None
