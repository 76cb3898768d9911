"""View models of the desk's pages about listings, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from node.services.desk.fields import FIELDS, SIGNS
from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make
from tests.node.web.view_model_desk_factories import BARE, FORM, HEAD, WAITING, frame

WAYS = tuple(vm.DeskWay(sign, f"/desk/riverside-school/listings/new/{sign}") for sign in SIGNS)
GROUPS = (
    vm.DeskGroup("Furniture", (vm.Choice("furniture/chair", "Chairs"), vm.Choice("furniture/desk", "Desks"))),
    vm.DeskGroup("Kitchen", (vm.Choice("appliances/kitchen", "Kitchen appliances"),)),
)
ASKS = vm.DeskAsks(
    guesses=(vm.Choice("furniture/chair", "Chairs", True), vm.Choice("events/furniture", "Event furniture")),
    guessed="Chairs",
    condition="fair",
    question="food",
    answers=(vm.Choice("food.in_date", "Yes, and unopened", True), vm.Choice("food.past_best", "It is past that")),
    food=True,
    recall=True,
    weight_kg=4.5,
)
WORDS = vm.DeskWords(
    refused=True,
    reasons=("This reads like a discount: “20% off”.",),
    texts=(vm.MarkedText("Title", (vm.Piece("20% off", True), vm.Piece(" all sofas"))),),
    ideas=(vm.Link("Plan chest", "/listings/1"), vm.Link("Storage for a season", "")),
    belongs_path="/what-belongs-here",
)
CHOICES = (vm.Choice("a", "The first", True), vm.Choice("b", "The second"), vm.Choice("other", "Somewhere else"))


def listing_form(sign: str = "give", **more: Any) -> vm.DeskFormPage:
    names = (
        "title",
        "text",
        "count",
        "place_name",
        "locality",
        "postcode",
        "lat",
        "check",
        "food_until",
        "unit",
        "on",
        "off",
    )
    members: dict[str, Any] = {
        "head": HEAD,
        "desk": frame("listings"),
        "form": make.form(*(name for name in names if name in FIELDS[sign]), wrong=True),
        "sign": sign,
        "fields": frozenset(FIELDS[sign]),
        "categories": GROUPS,
        "asks": ASKS,
        "words": WORDS,
        "conditions": CHOICES[:2],
        "needs": CHOICES[:2],
        "gatherings": CHOICES[:2],
        "repeats": CHOICES,
        "sign_ups": CHOICES[:2],
        "places": CHOICES,
        "precisions": CHOICES[:2],
        "languages": CHOICES[:2],
        "photos": vm.PhotoFields("/desk/riverside-school/photos", WAITING),
        "editing": vm.Link("Twelve chairs", "/listings/riverside-school.1"),
        "saved": make.ago(minutes=3),
        "saved_by": "Anna Nowak",
        "discard": FORM,
    }
    return vm.DeskFormPage(**{**members, **more})


def preview(**more: Any) -> vm.DeskPreviewPage:
    seen = make.listing()
    members = {one.name: getattr(seen, one.name) for one in fields(seen)}
    return vm.DeskPreviewPage(
        **{**members, "back_path": "/desk/riverside-school/drafts/x", "unasked": "closed", **more}
    )


PUBLISHED = vm.DeskPublishedPage(
    HEAD,
    frame("listings"),
    make.OFFERS[0],
    "https://shares.example/listings/1",
    "/listings/1",
    "/listings/1/qr.svg",
    "/listings/1/sheet",
    "/desk/riverside-school/listings/1/edit",
    "/desk/riverside-school/listings/new",
    "/desk/riverside-school/listings",
    FORM,
    doubted=True,
    unasked="mail",
)


def reminded(state: str) -> vm.DeskRemindedPage:
    until, later = make.ahead(days=4), make.ahead(days=90)
    return vm.DeskRemindedPage(HEAD, state, "Chairs", "Riverside School", FORM, until, later, "/listings/1")


REASONS = (vm.Choice("given", "It is given"), vm.Choice("withdrawn", "We do not offer it any more"))
HERE = "/desk/riverside-school/listings"
DIFFERENCES = (vm.DeskDifference("How many?", "12", "11"), vm.DeskDifference("Condition", "", "Fair"))
VERSIONS = (
    vm.DeskVersion(make.ago(days=1), "Anna Nowak", "changed", DIFFERENCES, True),
    vm.DeskVersion(make.ago(days=3), "", "added", (), False, FORM),
)


def row(number: int, state: str = "live", **more: Any) -> vm.DeskRow:
    times = {"changed": make.ago(days=number), "expires": make.ahead(days=number)}
    paths = {"edit_path": f"{HERE}/{number}/edit", "history_path": f"{HERE}/{number}/history"}
    made = vm.DeskRow(str(number), f"Chairs {number}", "give", "Chairs", state, **times, **paths)
    return replace(made, **more)


def listings(state: str = "live", **more: Any) -> vm.DeskListingsPage:
    states = ("live", "drafts", "paused", "withdrawn", "expired")
    members: dict[str, Any] = {
        "head": HEAD,
        "desk": frame("listings"),
        "state": state,
        "tabs": tuple(vm.Choice(f"{HERE}?state={one}", one.title(), one == state, 3) for one in states),
        "search": make.form("q", "sign"),
        "signs": (vm.Choice("give", "Give", True), vm.Choice("lend", "Lend")),
        "roots": (vm.Choice("furniture", "Furniture", True),),
        "rows": (
            row(1, state, soon=True, path="/listings/1", image=vm.Image("/media/a.jpg", "Chairs"), quantity=12),
            row(2, state, root="furniture"),
        ),
        "total": 2,
        "more": True,
        "pager": make.PAGER,
        "bulk": make.form("key", "category", wrong=True),
        "reasons": REASONS,
        "categories": GROUPS,
        "places": CHOICES,
        "new_path": f"{HERE}/new",
    }
    return vm.DeskListingsPage(**{**members, **more})


DRAFTS = (
    vm.DeskDraftRow("Half a sofa", "give", "/desk/riverside-school/drafts/x", make.ago(hours=2), "Anna", FORM, True),
    vm.DeskDraftRow("", "lend", "/desk/riverside-school/drafts/y", make.ago(days=2), "Ben", FORM),
)
HISTORY = vm.DeskHistoryPage(
    HEAD, frame("listings"), "Chairs", "expired", VERSIONS, f"{HERE}/1/edit", HERE, FORM, "/listings/1"
)
TAKEN_DOWN = vm.DeskRuling("taken_down", make.ago(days=1), "It names a <b>price</b>.")
BOARDS = (
    vm.DeskBoardWord("city.example", "https://city.example/sources/7", "shown", make.ago(hours=2)),
    vm.DeskBoardWord(
        "a-very-long-name-of-a-board.county.example",
        "https://county.example/sources/1",
        "quarantined",
        make.ago(days=1),
        ("Only things that are free from end to end belong here.", "<b>Words</b> of somebody else"),
        True,
    ),
    vm.DeskBoardWord("new.example", "https://new.example/sources/2", "unknown", make.ago(hours=1)),
)


def bulk(**more: Any) -> vm.DeskBulkPage:
    made = vm.DeskBulkPage(HEAD, BARE, "pause", "Pause 312 listings?", "Nobody sees them.", 312, FORM, HERE)
    return replace(made, **more)


FULL: dict[str, tuple[str, Any]] = {
    **{f"desk-listings-{state}": ("desk/listings.html", listings(state)) for state in ("live", "paused", "withdrawn")},
    "desk-listings-drafts": ("desk/listings.html", listings("drafts", drafts=DRAFTS, rows=(), bulk=None)),
    "desk-listings-viewer": ("desk/listings.html", listings(bulk=None, may_change=False)),
    "desk-history": ("desk/history.html", replace(HISTORY, boards=BOARDS, ruling=TAKEN_DOWN)),
    "desk-bulk": (
        "desk/bulk.html",
        bulk(
            desk=frame("listings"),
            doing="withdraw",
            form=replace(make.form("count", "at"), errors={"": "The number has changed."}),
            narrowed=("Shown", "“chair”", "Lend"),
            first=("Chairs", "A very long name of a thing that somebody wrote without thinking of whoever reads it"),
            going_on=True,
        ),
    ),
    "desk-bulk-renew": ("desk/bulk.html", bulk(desk=frame("listings"), doing="renew")),
    **{
        f"desk-reminded-{state}": ("desk/reminded.html", reminded(state)) for state in ("ask", "renewed", "gone", "bad")
    },
    "desk-new-listing": ("desk/new_listing.html", vm.DeskNewPage(HEAD, frame("listings"), WAYS, 2, "/desk/x/listings")),
    **{f"desk-form-{sign}": ("desk/listing_form.html", listing_form(sign)) for sign in SIGNS},
    "desk-preview": ("desk/preview.html", preview(publish=FORM, words=WORDS, editing=True)),
    "desk-published": ("desk/published.html", PUBLISHED),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "desk-bulk": ("desk/bulk.html", bulk()),
    "desk-listings": ("desk/listings.html", vm.DeskListingsPage(HEAD, BARE, "live", (), FORM)),
    "desk-reminded": ("desk/reminded.html", vm.DeskRemindedPage(HEAD, "not_shown")),
    "desk-history": (
        "desk/history.html",
        replace(HISTORY, desk=BARE, state="live", versions=(), path=None, ruling=vm.DeskRuling("asked", make.NOW)),
    ),
    "desk-new-listing": ("desk/new_listing.html", vm.DeskNewPage(HEAD, BARE, WAYS)),
    "desk-form": (
        "desk/listing_form.html",
        vm.DeskFormPage(HEAD, BARE, FORM, "host", frozenset(FIELDS["host"]), GROUPS, precisions=CHOICES[:2]),
    ),
    "desk-preview": ("desk/preview.html", preview()),
    "desk-published": (
        "desk/published.html",
        replace(PUBLISHED, desk=BARE, doubted=False),
    ),
}
