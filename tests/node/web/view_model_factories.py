"""View models for template tests and for looking at pages: the site, the parts, and the public pages in full.

``view_model_pages`` adds the operator's pages and says which template shows which page, in three flavours.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup

from node.services.moderation.reporting import REASONS
from node.web.view_models import all_pages as vm
from node.web.view_models.listing import OpeningBox, OpeningLine
from node.web.wording.code_words import word

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)

FEEDS = (
    vm.FeedLink("JSON Feed", "/feed.json", "application/feed+json"),
    vm.FeedLink("Atom", "/feed.atom", "application/atom+xml"),
)


def ago(**gap: float) -> datetime:
    return NOW - timedelta(**gap)


def ahead(**gap: float) -> datetime:
    return NOW + timedelta(**gap)


def place(name: str | None, locality: str, lat: float, lon: float, km: float | None = None) -> vm.Place:
    return vm.Place(name, locality, "PE1 1AA", "GB", lat, lon, 500, None if km is None else km * 1000)


def image(alt: str = "A wooden desk by a window") -> vm.Image:
    return vm.Image("/static/favicon.svg", alt, 400, 300)


def card(number: int, title: str, sign: str, root: str, where: vm.Place, who: str, **more: Any) -> vm.Card:
    known = vm.Card(
        f"/listings/{number}",
        title,
        sign,
        root,
        where,
        who,
        first_shown=ago(days=number),
        expires=ahead(days=9 + 7 * number),
        language="en",
    )
    return replace(known, **more)


WOODSTON = place(None, "Woodston", 52.5622, -0.2527, 2.3)
STANGROUND = place("Scout hut", "Stanground", 52.5533, -0.2181, 3.1)
WERRINGTON = place("Holbein House", "Werrington", 52.6169, -0.2703, 0.3)
ORTON = place(None, "Orton", 52.5480, -0.2850, 5.2)
EYE = place("Village hall", "Eye", 52.6010, -0.1890, 7.7)

OFFERS = (
    card(0, "Six-drawer plan chest, oak", "give", "furniture", WOODSTON, "Quillbury Print & Sign"),
    card(
        1, "Gazebo, 3 × 6 m, with sides", "lend", "events", STANGROUND, "Ottersedge Scout Group", expires=ahead(days=1)
    ),
    card(2, "Hall with a stage, for rehearsals", "host", "space", EYE, "Eye Village Hall Trust"),
    card(3, "Help with your benefits letter", "help", "skill", ORTON, "Nene Advice", first_shown=ago(days=5)),
    card(4, "Twelve office monitors, 24 inch", "give", "it", WERRINGTON, "Fenland Insurance", status="reserved"),
    card(5, "Sewing machine for the weekend", "lend", "making", WOODSTON, "The Mending Room"),
    card(6, "Wheelchair, self-propelled", "lend", "medical-mobility", ORTON, "Red Lodge Care"),
    card(7, "Seed potatoes and a watering can", "give", "garden", EYE, "Eye Allotments", available_from=ahead(days=40)),
    card(8, "Loudspeakers with stands", "lend", "av", STANGROUND, "St Judith’s Church"),
    card(9, "Książki dla dzieci, 40 sztuk", "give", "books", WERRINGTON, "Werrington School", language="pl"),
    card(10, "Cardboard boxes, flat, about 60", "give", "packaging", ORTON, "Fenland Insurance"),
    card(11, "Bicycle trailer", "lend", "bikes", WOODSTON, "Nene Cyclists"),
)
WANTS = (
    card(21, "Folding tables for the winter shelter", "wanted", "furniture", ORTON, "Night Shelter"),
    card(22, "Somebody who can rewire a lamp", "wanted", "skill", EYE, "The Mending Room"),
    card(23, "A dry corner for twelve kayaks", "wanted", "space", WOODSTON, "Nene Canoe Club"),
)
ROOTS = (
    ("furniture", "Furniture", 84),
    ("it", "Computers", 41),
    ("events", "Events", 33),
    ("tools", "Tools", 58),
    ("garden", "Garden", 27),
    ("space", "Rooms and land", 19),
    ("skill", "Skills", 36),
    ("sports", "Sport", 22),
    ("toys", "Toys", 17),
    ("textiles", "Clothes and cloth", 29),
    ("medical-mobility", "Getting about", 8),
    ("other", "Everything else", 4),
)


def site(**more: Any) -> vm.Site:
    known = vm.Site(
        name="Peterborough Shares",
        now=NOW,
        map=vm.MapSettings(52.5739, -0.2508, 12),
        tagline="Things, rooms and skills that organisations around Peterborough give, lend and share.",
        network_name="The Peterborough network",
        search_path="/search",
        wanted_path="/wanted",
        network_path="/sources",
        propose_path="/propose",
        manifest_path="/manifest.webmanifest",
        worker_path="/service-worker.js",
        language_switch=vm.LanguageSwitch(
            "/language",
            "/search?q=desk",
            (vm.Language("en-GB", "English", current=True), vm.Language("ur", "اردو", rtl=True)),
        ),
        footer_links=(vm.Link("About", "/about"),),
        feeds=FEEDS,
        contact_line="Ask Sam in the town hall, 01733 555 010",
        footer_note="Paid for by the city.",
        licence=vm.Link("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    )
    return replace(known, **more)


def bare_site() -> vm.Site:
    """A publisher's own site with nothing set."""
    return vm.Site("Woodston Scouts", NOW, vm.MapSettings(52.5, -0.2))


def head(title: str, **more: Any) -> vm.Head:
    return replace(
        vm.Head(
            title,
            "What is free around Peterborough.",
            canonical_url="https://shares.example/here",
            feeds=FEEDS,
            node_document_path="/.well-known/sharefeed.json",
            oembed_url="https://shares.example/oembed?url=https%3A%2F%2Fshares.example%2Fhere",
        ),
        **more,
    )


def form(*fields: str, wrong: bool = False) -> vm.Form:
    errors = {name: f"Enter the {name} again: it was not understood." for name in fields} if wrong else {}
    return vm.Form("/somewhere", "token", {name: f"typed {name}" for name in fields}, errors)


def facets() -> tuple[vm.Facet, ...]:
    option = vm.FacetOption
    storage = (option("furniture/desk", "Desks", 8, True), option("furniture/storage", "Storage", 12))
    return (
        vm.Facet(
            "action",
            (
                option("give", "Give", 61, True, "give"),
                option("lend", "Lend", 22, False, "lend"),
                option("host", "Host", 4, False, "host"),
                option("help", "Help", 3, False, "help"),
            ),
        ),
        vm.Facet(
            "category",
            (option("furniture", "Furniture", 34, True, None, storage, True), option("it", "Computers and phones", 9)),
            rest=(option("toys", "Toys", 2), option("odd/thing", "thing", 0, True)),
            rest_open=True,
        ),
        vm.Facet("organisation_type", (option("charity", "Charity", 12), option("school", "School", 5)), open=False),
        vm.Facet("condition", (option("good", "Good", 20), option("fair", "Fair", 9)), open=False),
        vm.Facet("colour", (option("red", "Red", 2),), "Colour", open=False),
    )


def reach() -> vm.Reach:
    steps = tuple(vm.ReachStep(f"{km}", f"Within {km} km", f"/search?within={km}", km == 10) for km in (2, 5, 10, 25))
    return vm.Reach((*steps, vm.ReachStep("Any", "Any distance", "/search")), "km", "Woodston")


def days() -> vm.DaysFilter:
    quick = (vm.Link("Today", "/search?from=2026-12-01&to=2026-12-01"), vm.Link("This weekend", "/search", True))
    wrong = "The last day lies before the first, so only the first was used."
    return vm.DaysFilter(quick, "2026-12-24", "2026-12-01", wrong, "to", True)


PAGER = vm.Pager(
    (
        vm.PageLink(1, "/search?page=1"),
        vm.PageLink(2, "/search?page=2", True),
        vm.PageLink(None),
        vm.PageLink(9, "/search?page=9"),
    ),
    "/search?page=1",
    "/search?page=3",
)


def home() -> vm.HomePage:
    signs = (("give", 212), ("lend", 96), ("host", 19), ("help", 36), ("wanted", 41))
    return vm.HomePage(
        head("Peterborough Shares"),
        tuple(vm.ActionEntry(sign, f"/search?action={sign}", count) for sign, count in signs),
        OFFERS[:8],
        "/search?sort=newest",
        WANTS,
        tuple(vm.CategoryTile(root, label, f"/search?category={root}", count) for root, label, count in ROOTS),
        vm.NetworkSummary(404, 57, 6, ago(minutes=3)),
        286,
        41,
        "What do you need today?",
        "Ask your neighbours first.",
        Markup("<p>Run by volunteers since 2019.</p>"),
        "Ask Sam in the town hall, 01733 555 010",
        "Woodston",
        nearby=vm.Nearby("Woodston", "/search?near=Woodston", "/", OFFERS[:4]),
        places=(vm.Link("Woodston", "/?near=Woodston#near-title", True), vm.Link("Eye", "/?near=Eye#near-title")),
    )


def lost_home() -> vm.HomePage:
    """The front page for somebody who named a place that nobody knows."""
    return replace(home(), nearby=None, near="Wodston", place_error="We do not know a place called “Wodston”.")


def search() -> vm.SearchPage:
    return vm.SearchPage(
        head("Search: desk"),
        "/search",
        90,
        OFFERS,
        25,
        "desk",
        "Woodston",
        52.562,
        -0.253,
        reach(),
        days(),
        facets(),
        (vm.AppliedFilter("Give", "/search?q=desk"), vm.AppliedFilter("Furniture", "/search?q=desk&action=give")),
        "/search",
        (vm.Link("Best match", "/search?sort=relevance", True), vm.Link("Newest", "/search?sort=newest")),
        (("lang", "en"), ("within", "10"), ("sort", "relevance")),
        vm.MapView(OFFERS, None, (52.562, -0.253), 10000),
        PAGER,
        FEEDS,
        notice="Also showing results for “bureau”.",
        alert_path="/alerts/new?q=desk",
        count_path="/api/v1/listings",
        embed_path="/embed/make?q=desk",
    )


def no_results() -> vm.SearchPage:
    links = (vm.Link("Everything near Woodston", "/search?near=Woodston"),)
    return replace(
        search(),
        total=0,
        cards=(),
        first=1,
        pager=vm.Pager(),
        suggestions=links,
        place_error="We do not know a place called “Wodston”.",
        notice=None,
    )


def organisation_box() -> vm.OrganisationBox:
    return vm.OrganisationBox(
        "Ottersedge Scout Group",
        "/organisations/otters",
        "community_group",
        "https://otters.example",
        image("Logo"),
        "Stanground",
        14,
        vm.Place("Old Mill", "Stanground", "PE2 8AA"),
        OpeningBox((OpeningLine("Mon–Fri", "09:00–17:00"),), "Ring the bell.", "Open now, until 17:00"),
    )


def origin(standing: str, **more: Any) -> vm.Origin:
    return vm.Origin("Ottersedge Scouts", "/sources/1", standing, ago(minutes=8), **more)


def report() -> vm.ReportPage:
    reasons = tuple(vm.Choice(code, word(code, "report"), code == "wrong") for code in REASONS)
    return vm.ReportPage(
        head("Report something wrong"), vm.Link("Gazebo", "/listings/1"), form("reason", "email", wrong=True), reasons
    )


def sharing(title: str, path: str) -> vm.Sharing:
    url = f"https://shares.example{path}"
    return vm.Sharing(title, url, f"mailto:?subject=x&body={url}", f"{path}/qr.svg", f"{path}/sheet")


def poster() -> vm.PosterPage:
    back = vm.Link("Ottersedge Scout Group", "/organisations/otters")
    address = "https://shares.example/organisations/otters"
    lead = "We share for free, and so can you."
    return vm.PosterPage(
        head("Otters, to print"), back.label, lead, address, f"{back.address}/qr.svg", back, OFFERS[:8], WANTS, 7
    )


def listing() -> vm.ListingPage:
    shown = replace(OFFERS[1], image=None, available_from=ahead(days=5), available_until=ahead(days=30), quantity=2)
    return vm.ListingPage(
        head("Gazebo", jsonld=json.dumps({"@context": "https://schema.org", "name": "</script><b>"})),
        shown,
        "lend",
        "equipment",
        (vm.Link("Events", "/search?category=events"), vm.Link("Marquees", "/search?category=events/marquee")),
        (),
        Markup("<p>A steel frame with a white roof and four sides.</p><ul><li>Bags, pegs and ropes.</li></ul>"),
        (),
        "good",
        "each",
        32.5,
        "£240",
        None,
        (vm.Link("party", "/search?tag=party"), vm.Link("outdoors", "/search?tag=outdoors")),
        "Bring it back dry, please.",
        "Step-free store, parking at the door.",
        "Not above force 5.",
        "https://otters.example/calendar",
        organisation_box(),
        "shown",
        "https://otters.example/ask/1",
        None,
        "https://otters.example/listings/1",
        "Ottersedge Scouts’ own site",
        (vm.Step("Ottersedge Scouts", "/sources/1"), vm.Step("Scouting East", "https://east.example")),
        origin("identical"),
        ago(days=4),
        ago(days=1),
        "/listings/1/report",
        vm.MapView((shown,)),
        OFFERS[5:9],
        vm.Link("Back to results", "/search?q=gazebo"),
        sharing=sharing("Gazebo", "/listings/1"),
    )


def photographed() -> vm.ListingPage:
    return replace(
        listing(),
        card=OFFERS[4],
        images=(image(), image("The same desk from behind")),
        body_html=None,
        paragraphs=("One.", "Two."),
    )


def expired() -> vm.ListingPage:
    return replace(listing(), card=replace(WANTS[0], expires=ago(days=3)), state="expired")


def outdated() -> vm.ListingPage:
    return replace(
        listing(), card=WANTS[1], state="outdated", ask_url=None, ask_path="/ask/1", origin=origin("quarantined")
    )


def organisation() -> vm.OrganisationPage:
    return vm.OrganisationPage(
        head("Ottersedge Scout Group"),
        organisation_box(),
        "Sixty scouts, one hut and far too many tents.",
        (("Charity number", "1234567"),),
        OFFERS[:6],
        WANTS[:2],
        PAGER,
        FEEDS,
        vm.Link("Peterborough City Council", "/sources/1"),
        vm.MapView(OFFERS[:6]),
        sharing=sharing("Ottersedge Scout Group", "/organisations/otters"),
        embed_path="/embed/make?organisation=otters",
        alert_path="/alerts/new?organisation=otters",
    )
