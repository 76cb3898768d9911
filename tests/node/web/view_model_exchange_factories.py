"""View models of asking and of exchanges, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from typing import Any

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_desk_factories as desk
from tests.node.web import view_model_factories as make

HERE = "/asked/token"
LISTING = vm.Link("Gazebo, three metres", "/listings/riverside-school.gazebo", language="en")
FORM = vm.Form(HERE, "token")
CHOICES = (
    vm.Choice("first", "If several ask, who asked first has it.", True),
    vm.Choice("new", "Who had nothing yet."),
)
LETTERS = (
    vm.ExchangeLetter("Cem", "For our club.\nWhen can we come?", make.ago(days=1)),
    vm.ExchangeLetter("Riverside School", "On Monday.", make.ago(hours=2), mine=True),
)


def typed(*fields: str, wrong: bool = False) -> vm.Form:
    errors = dict.fromkeys(fields, "Say it otherwise.") if wrong else {}
    return vm.Form(HERE, "token", dict.fromkeys(fields, "typed"), errors)


def ask(**more: Any) -> vm.AskPage:
    fields = ("quantity", "first", "starts", "last", "ends", "name", "email", "for_whom", "words", "agreed")
    values: dict[str, Any] = {
        "many": 6,
        "asks_days": True,
        "asks_times": True,
        "needs": CHOICES,
        "fairness": "If several ask, who needs it most has it.",
        "waiting": 2,
        "terms": "Bring it back dry.",
        "elsewhere": "The <b>tool</b> library",
    }
    form = typed(*fields, wrong=True)
    return vm.AskPage(make.head("Ask for this"), LISTING, "Riverside School", form, **{**values, **more})


def view(**more: Any) -> vm.ExchangeView:
    presses = (vm.ExchangePress("It was handed over", FORM, True), vm.ExchangePress("Nobody came", FORM))
    values: dict[str, Any] = {
        "facts": (("Who", "Cem"), ("When", "Wed 2 Dec, 10:00–11:00")),
        "letters": LETTERS,
        "presses": presses,
        "write": typed("words", wrong=True),
        "cancel": typed("words", wrong=True),
        "reschedule": typed("first", "starts", "last", "ends", "words", wrong=True),
        "asks_times": True,
        "code": "123456",
        "qr_path": f"{HERE}/qr.svg",
        "meet": typed("code", wrong=True),
        "erase": FORM,
        "here_path": HERE,
        "bay_path": f"{HERE}/bay",
        "note": "Perhaps they do not know us yet.",
        "take_path": f"{HERE}/mine.json",
        "measure": typed("weight", wrong=True),
        "measures": "weight",
        "doubted": True,
        "method_path": "/impact/method",
        "wrong": typed("words", wrong=True),
    }
    return vm.ExchangeView(LISTING, "accepted", "They say yes.", **{**values, **more})


def to_answer() -> vm.ExchangeView:
    answer, hours = typed("quantity", "words", wrong=True), typed("hours")
    return vm.ExchangeView(
        LISTING,
        "requested",
        "They wait.",
        answer=answer,
        many=3,
        write=FORM,
        reschedule=typed("last", "words"),
        only_end=True,
        measure=hours,
        measures="hours",
        measured=True,
    )


def bare(**more: Any) -> vm.ExchangeView:
    return vm.ExchangeView(vm.Link("Gazebo", "/listings/1"), "received", "Thank you.", **more)


def too_late() -> vm.ExchangeView:
    return bare(unsent="Come on <b>Monday</b>.", wrong=vm.Form(HERE, "token", {}, {"": "This is over."}))


def row(**more: Any) -> vm.DeskRequestRow:
    path = "/desk/riverside-school/requests/0123456789abcdef"
    return vm.DeskRequestRow("Gazebo", "Cem", path, "accepted", make.ago(days=1), **more)


def requests() -> vm.DeskRequestsPage:
    press = vm.ExchangePress("It is back", FORM)
    marks = ("had something before", "We need it")
    rows = (row(marks=marks, press=press, day="Back by Fri 4 Dec", is_late=True), row())
    kinds = ("waiting", "agreed", "asked", "over")
    return vm.DeskRequestsPage(
        make.head("Requests"),
        desk.frame("requests"),
        tuple(vm.DeskRequestsSection(kind, rows, 1234, "/desk/x/requests?show=over", make.PAGER) for kind in kinds),
        *(typed("q"), "/desk/x/requests", FORM, CHOICES),
        can_mail=False,
        ask_path="/desk/x/ask",
        turn="If several ask, who needs it most has it.",
    )


def given(**more: Any) -> vm.DeskGivenPage:
    form = typed("who", "name", *(["quantity"] if more else []), wrong=True)
    known = (vm.DeskReceiver("to x y", "Gladstone <b>Connect</b>", "Community group"),)
    members = {"recent": known, "found": known, "looked_for": "glad", **more} if more else {"looked_for": "glad"}
    title = "Already gave it away?"
    return vm.DeskGivenPage(make.head(title), desk.frame("listings"), "Gazebo", form, known, **members)


def asked_already(**more: Any) -> vm.AskedAlreadyPage:
    form = typed("email", wrong="sent_to" not in more)
    return vm.AskedAlreadyPage(make.head("You have asked for it already"), LISTING, form, **more)


def far(**more: Any) -> vm.DeskAskPage:
    fields = ("listing", "quantity", "first", "starts", "last", "ends", "for_whom", "words", "agreed")
    form = typed(*fields, wrong=bool(more))
    return vm.DeskAskPage(make.head("Ask another site"), desk.frame("requests"), "/desk/x/requests", form, **more)


def far_away() -> vm.DeskAskPage:
    listing = vm.Link("Gazebo", "https://other.example/listings/gazebo", language="pl")
    more = {"many": 5, "asks_days": True, "asks_times": True, "terms": "Bring it back dry."}
    return far(listing=listing, organisation="Riverside School", site="other.example", **more)


def of_a_contact() -> vm.ExchangeView:
    listing, answer = vm.Link("Gazebo", "/listings/1"), typed("words")
    return vm.ExchangeView(listing, "requested", "They wait.", answer=answer, stop=FORM, stopped=True, is_copy=True)


FULL: dict[str, tuple[str, Any]] = {
    "ask": ("portal/ask.html", ask()),
    "ask-sent": ("portal/ask.html", ask(sent_to="cem@park.example", mailbox_path="/mailbox")),
    "exchange": ("portal/exchange.html", vm.ExchangePage(make.head("Gazebo"), view())),
    "exchange-contact": ("portal/exchange.html", vm.ExchangePage(make.head("Gazebo"), of_a_contact())),
    "ask-handed-on": ("portal/ask.html", ask(hands_on=True, fairness="", waiting=0)),
    "exchange-handed-on": (
        "portal/exchange.html",
        vm.ExchangePage(make.head("Gazebo"), view(kept_elsewhere="<b>share</b>.example", write=None)),
    ),
    "meeting": ("portal/meeting.html", vm.MeetingPage(make.head("When you meet"), "123456", "/desk/meet/x")),
    "meeting-oneself": ("portal/meeting.html", vm.MeetingPage(make.head("When you meet"), "123456", "", "/asked/x")),
    "meeting-stranger": (
        "portal/meeting.html",
        vm.MeetingPage(make.head("When you meet"), "123456", "", signed_in_as="<b>Cem</b>"),
    ),
    "exchange-too-late": ("portal/exchange.html", vm.ExchangePage(make.head("Gazebo"), too_late())),
    "exchange-scanned": (
        "portal/exchange.html",
        vm.ExchangePage(make.head("Gazebo"), view(scanned=True, meet=typed("code"), wrong=None)),
    ),
    "asked-already": ("portal/asked_already.html", asked_already(ask_as_path="/listings/x/ask-as")),
    "asked-already-sent": ("portal/asked_already.html", asked_already(sent_to="cem@cem.example")),
    "exchange-bad": ("portal/exchange.html", vm.ExchangePage(make.head("This link does not work"))),
    "desk-requests": ("desk/requests.html", requests()),
    "desk-request": (
        "desk/request.html",
        vm.DeskRequestPage(make.head("Gazebo"), desk.frame("requests"), "/desk/x/requests", to_answer()),
    ),
    "desk-given": ("desk/given.html", given(many=5)),
    "ask-as": ("portal/ask_as.html", vm.AskAsPage(make.head("Ask"), LISTING, typed("node", wrong=True))),
    "ask-as-there": (
        "portal/ask_as.html",
        vm.AskAsPage(make.head("Ask"), LISTING, typed("node"), vm.Link("own.example", "https://own.example/desk/ask")),
    ),
    "desk-ask": ("desk/ask.html", far_away()),
    "desk-ask-as": (
        "desk/ask_as.html",
        vm.DeskAskChoicePage(make.head("Ask for this"), desk.frame(), (LISTING, LISTING)),
    ),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "ask": (
        "portal/ask.html",
        vm.AskPage(make.head("Offer this"), vm.Link("Gazebo", "/listings/1"), "School", FORM, is_want=True),
    ),
    "exchange": ("portal/exchange.html", vm.ExchangePage(make.head("Gazebo"), bare())),
    "meeting": ("portal/meeting.html", vm.MeetingPage(make.head("When you meet"), "123456", "")),
    "asked-already": ("portal/asked_already.html", asked_already()),
    "desk-requests": ("desk/requests.html", vm.DeskRequestsPage(make.head("Requests"), desk.frame())),
    "desk-request": (
        "desk/request.html",
        vm.DeskRequestPage(make.head("Gazebo"), desk.frame(), "/desk/x/requests", bare()),
    ),
    "desk-given": ("desk/given.html", given()),
    "ask-as": ("portal/ask_as.html", vm.AskAsPage(make.head("Ask"), LISTING, FORM)),
    "desk-ask": ("desk/ask.html", far()),
    "desk-ask-as": ("desk/ask_as.html", vm.DeskAskChoicePage(make.head("Ask for this"), desk.frame())),
}
