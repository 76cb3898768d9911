"""The portal's further pages, filled with what could stand there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make


def downloads() -> vm.DownloadsPage:
    files = (
        vm.DownloadFile("listings.csv", "A table, for spreadsheets", "/downloads/listings.csv", 41_200),
        vm.DownloadFile("listings.ndjson", "For programs", "/downloads/listings.ndjson", 1_412_000),
    )
    return vm.DownloadsPage(
        head=make.head("Take it with you"),
        made_at=make.ago(minutes=12),
        listings=1234,
        licence=vm.Link("Creative Commons Zero", "https://creativecommons.org/publicdomain/zero/1.0/"),
        credit="Peterborough Shares",
        home_url="https://shares.example/",
        descriptor_path="/downloads/datapackage.json",
        changes_path="/changes.json",
        embed_path="/embed/make",
        files=files,
    )


def wanted() -> vm.WantedPage:
    links = (vm.Link("Everything", "/wanted", True), vm.Link("Furniture (2)", "/wanted?category=furniture"))
    met = vm.WantedRow(make.WANTS[0], "3 offers fit now", make.OFFERS[0], "Both name “desks”, about 2 km")
    rows = (met, *(vm.WantedRow(card) for card in make.WANTS[1:]))
    return vm.WantedPage(
        head=make.head("Wanted"),
        total=len(rows),
        rows=rows,
        categories=links,
        places=(
            vm.Link("Everywhere", "/wanted"),
            vm.Link("Eye", "/wanted?near=Eye", True),
            vm.Link("x", "/wanted"),
        ),
        action_path="/wanted",
        category="furniture",
        near="Nowhere",
        place_error="We do not know a place called “Nowhere”.",
        reach=make.reach(),
        sorts=(vm.Link("Nearest", "/wanted", True), vm.Link("Newest", "/wanted?sort=newest")),
        pager=make.PAGER,
        feeds=make.FEEDS,
        alert_path="/alerts/new?direction=want",
        post_path="/wanted/new",
        everything_path="/wanted",
    )


def nothing_wanted() -> vm.WantedPage:
    return vm.WantedPage(make.head("Wanted"), 0, near="Eye", action_path="/wanted", everything_path="/wanted")


def wish() -> vm.WishPage:
    row = "direction,kind,action,title,category\nwant,item,give,Six stacking chairs,furniture/chair\n"
    return vm.WishPage(
        make.head("Post what you need"),
        "/wanted/new",
        "six stacking chairs",
        "Six stacking chairs",
        vm.Link("Chairs", "/categories/furniture/chair"),
        "We are looking for this to keep: Six stacking chairs",
        row,
        "mailto:board@example.org?subject=Wanted",
        "/alerts/new?q=six+stacking+chairs",
    )


def entries() -> tuple[vm.CategoryEntry, ...]:
    below = (vm.CategoryEntry("Desks", "/categories/furniture/desk", "furniture", 12),)
    return (
        vm.CategoryEntry("Furniture", "/categories/furniture", "furniture", 31, below),
        vm.CategoryEntry("Books", "/categories/books", "books"),
    )


def categories() -> vm.CategoriesPage:
    return vm.CategoriesPage(make.head("Everything by kind"), entries())


def category() -> vm.CategoryPage:
    return vm.CategoryPage(
        make.head("Furniture"),
        "Furniture",
        "furniture",
        "/search?category=furniture",
        "/wanted?category=furniture",
        (vm.Link("Everything by kind", "/categories"),),
        ("desk", "wing chair", "biurko"),
        31,
        2,
        make.OFFERS[:4],
        make.WANTS,
        entries()[0].below,
        make.FEEDS,
        "/alerts/new?category=furniture",
    )


def ideas() -> vm.IdeasPage:
    kinds = (vm.Link("Desk (12)", "/search?category=furniture/desk"),)
    rows = (
        vm.IdeaRow("business", 120, "/search?organisation_type=business", kinds, make.OFFERS[:3]),
        vm.IdeaRow("faith_group", elsewhere=("A hall with a kitchen on weekdays",)),
    )
    return vm.IdeasPage(make.head("Ideas"), rows)


def how_it_works(contact: str | None = None) -> vm.HowItWorksPage:
    head = make.head("How it works")
    paths = ("/ideas", "/downloads/", "/.well-known/sharefeed.json")
    return vm.HowItWorksPage(head, *paths, contact, "/sheet", "/what-belongs-here")


def what_belongs() -> vm.BelongsPage:
    return vm.BelongsPage(make.head("What belongs here"), "/ideas", "share@shares.example")


def offline() -> vm.OfflinePage:
    return vm.OfflinePage(make.head("Kept on this device"), 60, 60, 30)


def privacy() -> vm.PrivacyPage:
    return vm.PrivacyPage(
        make.head("Privacy"),
        people_days=30,
        sender_days=1,
        picture_days=60,
        tombstone_days=90,
        unconfirmed_days=2,
        session_hours=12,
        session_days=7,
        contact="share@shares.example",
        elsewhere=("tiles.example",),
        with_alerts=True,
        meeting_days=90,
        with_proposals=True,
        kept=offline(),
    )


def api() -> vm.ApiPage:
    asked = (
        vm.ApiField("q", "Words.", limits="text, 300 characters at most", example="desk", longest=300),
        vm.ApiField("kind", "What it is.", "choices", values=("item", "space")),
        vm.ApiField("sort", "The order.", "choice", values=("newest",)),
        vm.ApiField("lat", "Latitude.", "number", "number, -90 to 90", example="52.5", least="-90", most="90"),
        vm.ApiField("from", "First day.", "day", example="2026-12-05"),
    )
    listing = vm.Link("Listing", "#form-Listing")
    answers = (vm.ApiAnswer("200", "The listing.", listing), vm.ApiAnswer("304", "Unchanged."))
    key = (vm.ApiField("key", "Its key.", example="aB3", typed="desk", needed=True),)
    path = "/api/v1/listings"
    operations = (
        vm.ApiOperation(
            "search", "searchAll", "GET", path, "Search.", "Long.", asked, None, answers, "{}", "curl x", path
        ),
        vm.ApiOperation(
            "one", "getOne", "GET", path + "/{key}", "One.", "", key, None, answers, "{}", "curl x", path + "/desk"
        ),
        vm.ApiOperation(
            "send", "sendOne", "POST", path, "Send.", body='{"url": "https://a.example/"}', answers=answers
        ),
    )
    members = (
        vm.ApiMember("item", "object", "As published.", form=listing),
        vm.ApiMember("item.place", "object", "Where.", needed=False),
    )
    return vm.ApiPage(
        make.head("For programs"),
        "/api/openapi.json",
        "/changes.json",
        "/downloads/",
        (vm.ApiGroup("Listings", "Find them.", operations),),
        (vm.ApiForm("form-Listing", "Listing", "One.", members),),
        600,
    )


def _dates(*days: int) -> tuple[vm.EventDate, ...]:
    first = make.NOW.replace(hour=18, minute=0)
    return tuple(
        vm.EventDate(first + timedelta(days=day), first + timedelta(days=day, hours=2), cancelled=day == days[1])
        for day in days
    )


WORKSHOP = make.card(
    41, "Mend a bicycle", "help", "skill", make.STANGROUND, "Ottersedge Scout Group", event=_dates(2, 9, 16, 23, 30, 37)
)


def events() -> vm.EventsPage:
    later = replace(WORKSHOP, path="/listings/42", title="Open day", event=_dates(20, 27))
    groups = vm.EventGroup("soon", (WORKSHOP,)), vm.EventGroup("later", (later,))
    return vm.EventsPage(
        make.head("What takes place, and when"), groups, make.FEEDS, (vm.Link("Today", "/search?event=yes"),)
    )


def workshop() -> vm.ListingPage:
    box = vm.EventBox(12, "none", "/listings/41/event.ics")
    return replace(make.listing(), card=WORKSHOP, action="help", kind="skill", condition=None, event=box)
