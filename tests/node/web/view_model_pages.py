"""Which template shows which page, in three flavours: full, minimal and hostile; and the operator's pages.

*Full* fills every field with something realistic, *minimal* leaves out all that may be left out, and *hostile* is the
full one with every text replaced by what a stranger might publish: markup, very long words, text that runs the other
way, addresses that must not be linked to. It is made by walking the dataclasses, so a new field is hostile at once.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from node.web import view_models as vm
from tests.node.web import view_model_factories as make

LONG_WORD = "Donaudampfschifffahrtsgesellschaft" * 6
HOSTILE_TEXT = f'"><script>alert(1)</script><img src=x onerror=alert(2)> {LONG_WORD} مكتب خشبي'
HOSTILE_URL = "javascript:alert(1)"
HOSTILE_PATH = "//evil.example/\\..\"' onmouseover=alert(1)"
KEPT = frozenset({"code", "timezone", "theme", "csrf_token", "media_type", "tiles_url", "jsonld"})
"""Fields that the site's own code fills; an unknown value is a bug there, not something a stranger can send."""


def frame(current: str = "overview", **more: Any) -> vm.ControlFrame:
    known = vm.ControlFrame(
        "/control/", "/control/queue", "/control/proposals", "/control/sources", make.form(), "Operator", 5, 2, current
    )
    return replace(known, **more)


def removal() -> vm.MassRemoval:
    titles = tuple(card.title for card in make.OFFERS[:8])
    return vm.MassRemoval(
        "Eye Village",
        "/sources/4",
        "/control/queue/r1",
        24,
        43,
        make.ago(hours=9),
        make.form(),
        make.form(),
        make.ahead(days=6),
        titles,
    )


def queue_rows() -> tuple[vm.QueueRow, ...]:
    row = vm.QueueRow
    return (
        row(
            "/control/queue/1",
            "Room for talks, £5 a head",
            "Council",
            "/sources/1",
            "held",
            "It may not be free.",
            make.ago(days=2),
            "host",
            2,
        ),
        row(
            "/control/queue/2",
            "Desk, only £20",
            "Council",
            "/sources/1",
            "quarantined",
            "It names a price.",
            make.ago(hours=5),
            "give",
        ),
        row(
            "/control/queue/3", "", "Eye Village", "/sources/4", "quarantined", "It has no title.", make.ago(minutes=50)
        ),
    )


def overview() -> vm.OverviewPage:
    return vm.OverviewPage(
        make.head("Overview"),
        frame(),
        404,
        6,
        3,
        5,
        2,
        (removal(),),
        queue_rows(),
        make.sources()[2:4],
        make.ago(minutes=3),
        12,
    )


def proposal_rows() -> tuple[vm.ProposalRow, ...]:
    row = vm.ProposalRow
    return (
        row(
            "/control/proposals/1",
            "The Mending Room",
            "https://mending.example/blog",
            make.ago(hours=3),
            "waiting",
            "plain",
            12,
            0,
        ),
        row("/control/proposals/2", "", "https://nowhere.example/" + "long/" * 20, make.ago(days=1)),
    )


def decided_rows() -> tuple[vm.ProposalRow, ...]:
    row = vm.ProposalRow
    return (
        row(
            "/control/proposals/3",
            "Cheap Sofas",
            "https://sofas.example",
            make.ago(days=4),
            "refused",
            "L0",
            40,
            38,
            "It sells things.",
        ),
        row(
            "/control/proposals/4", "Nene Canoe Club", "https://canoe.example", make.ago(days=9), "accepted", "L1", 7, 0
        ),
    )


def proposals() -> vm.ProposalsPage:
    add = make.form("url", wrong=True)
    return vm.ProposalsPage(
        make.head("Proposals"), frame("proposals"), proposal_rows(), decided_rows(), add, make.PAGER
    )


def choices() -> dict[str, tuple[vm.Choice, ...]]:
    pick = vm.Choice
    return {
        "organisation_type": (pick("charity", "Charity"), pick("school", "School", True)),
        "kind": (pick("item", "Things"), pick("skill", "Skills")),
        "action": (pick("give", "Give"), pick("lend", "Lend")),
        "category": (pick("furniture", "Furniture"), pick("other", "Everything else")),
    }


ACCEPT_FIELDS = (
    "name",
    "organisation",
    "organisation_type",
    "kind",
    "action",
    "category",
    "locality",
    "lat",
    "lon",
    "days",
)


def proposal() -> vm.ProposalPage:
    seen = vm.Preview(
        True, None, "plain", "https://mending.example/feed.xml", "Mending Room news", "CC-BY-4.0", 12, 9, 1, 2, 1,
        make.verdicts()[:2], make.OFFERS[4:8], make.ago(minutes=1),
    )  # fmt: skip
    return vm.ProposalPage(
        make.head("The Mending Room"), frame("proposals", flash="Read again just now."), proposal_rows()[0], seen,
        "We mend on Saturdays.", "someone@mending.example", True, make.form(*ACCEPT_FIELDS), make.form("reason"),
        make.form(), choices(),
    )  # fmt: skip


def wrong_proposal() -> vm.ProposalPage:
    return replace(proposal(), accept=make.form(*ACCEPT_FIELDS, wrong=True))


def unread_proposal() -> vm.ProposalPage:
    failed = vm.Preview(False, "It did not answer within ten seconds.")
    return replace(proposal(), preview=failed, needs_defaults=False, accept=None)


def queue() -> vm.QueuePage:
    filters = (vm.Link("All", "/control/queue", True), vm.Link("Held", "/control/queue?verdict=held"))
    return vm.QueuePage(make.head("Waiting"), frame("queue"), 8, (removal(),), queue_rows(), filters, make.PAGER)


def queue_item() -> vm.QueueItemPage:
    return vm.QueueItemPage(
        make.head("Room for talks"), frame("queue"), queue_rows()[0], None, make.verdicts()[1], make.OFFERS[2], make.OFFERS[3],
        "A room for talks. We ask for £5 a head.", '{\n  "id": "https://council.example/l/90",\n  "title": "Room"\n}',
        make.form(), make.form("reason", wrong=True), "/control/queue/2",
    )  # fmt: skip


def queue_removal() -> vm.QueueItemPage:
    return vm.QueueItemPage(
        make.head("Gone all at once"), frame("queue", flash="Not done.", flash_ok=False), removal=removal()
    )


def login(state: str) -> vm.LoginPage:
    return vm.LoginPage(
        make.head("Sign in", indexed=False),
        state,
        "sharefeed operator link",
        15,
        make.form() if state == "ready" else None,
    )


def publisher() -> vm.PublisherHomePage:
    boxes = (
        make.organisation_box(),
        vm.OrganisationBox("Eye Allotments", "/organisations/eye", "community_group", listings=3),
    )
    links = (vm.Link("Peterborough Shares", "https://shares.example"),)
    return vm.PublisherHomePage(
        make.head("Woodston Scouts"), "", boxes, make.OFFERS[:5], make.WANTS[:1], 6, make.PAGER, make.FEEDS, links
    )


def error(status: int, **more: Any) -> vm.ErrorPage:
    return vm.ErrorPage(make.head("Sorry", indexed=False), status, **more)


HEAD = vm.Head("A page")
FORM = vm.Form("/here", "token")
FULL: MappingProxyType[str, tuple[str, Any]] = MappingProxyType(
    {
        "home": ("portal/home.html", make.home()),
        "search": ("portal/search.html", make.search()),
        "search-empty": ("portal/search.html", make.no_results()),
        "listing": ("portal/listing.html", make.listing()),
        "listing-photos": ("portal/listing.html", make.photographed()),
        "listing-expired": ("portal/listing.html", make.expired()),
        "listing-outdated": ("portal/listing.html", make.outdated()),
        "gone": ("portal/gone.html", vm.GonePage(HEAD, "Plan chest", "given", make.ago(days=2), make.OFFERS[:4])),
        "organisation": ("portal/organisation.html", make.organisation()),
        "sources": ("portal/sources.html", vm.NetworkPage(HEAD, make.sources(), make.home().summary, make.PAGER)),
        "source": ("portal/source.html", make.source()),
        "propose": ("portal/propose.html", vm.ProposePage(HEAD, make.form("url", "email", wrong=True))),
        "propose-done": ("portal/propose_done.html", vm.ProposeDonePage(HEAD, "https://otters.example", "a@b.example")),
        "error-404": ("portal/error.html", error(404)),
        "error-429": ("portal/error.html", error(429, retry_s=90)),
        "error-500": ("portal/error.html", error(500, reference="7f3a", what="It broke.", kept="All kept.", next_step="Wait.")),
        "publisher": ("publisher/home.html", publisher()),
        "login": ("control/login.html", login("explain")),
        "login-ready": ("control/login.html", login("ready")),
        "login-expired": ("control/login.html", login("expired")),
        "login-used": ("control/login.html", login("used")),
        "login-out": ("control/login.html", login("signed_out")),
        "overview": ("control/overview.html", overview()),
        "proposals": ("control/proposals.html", proposals()),
        "proposal": ("control/proposal.html", proposal()),
        "proposal-wrong": ("control/proposal.html", wrong_proposal()),
        "proposal-unread": ("control/proposal.html", unread_proposal()),
        "queue": ("control/queue.html", queue()),
        "queue-item": ("control/queue_item.html", queue_item()),
        "queue-removal": ("control/queue_item.html", queue_removal()),
    }
)  # fmt: skip
MINIMAL: MappingProxyType[str, tuple[str, Any]] = MappingProxyType(
    {
        "home": ("portal/home.html", vm.HomePage(HEAD)),
        "home-card": ("portal/home.html", vm.HomePage(HEAD, new=(vm.Card("/l/1", "", "give"),), wanted=(vm.Card("/l/2", "x", "wanted"),))),
        "search": ("portal/search.html", vm.SearchPage(HEAD, "/search", 0)),
        "search-card": ("portal/search.html", vm.SearchPage(HEAD, "/search", 1, (vm.Card("/l/1", "x", "mend"),), map=vm.MapView())),
        "listing": ("portal/listing.html", vm.ListingPage(HEAD, vm.Card("/l/1", "x", "give"), "give", "item")),
        "gone": ("portal/gone.html", vm.GonePage(HEAD)),
        "organisation": ("portal/organisation.html", vm.OrganisationPage(HEAD, vm.OrganisationBox("x"))),
        "sources": ("portal/sources.html", vm.NetworkPage(HEAD)),
        "source": ("portal/source.html", vm.SourcePage(HEAD, vm.SourceRow("x", "/sources/1"))),
        "propose": ("portal/propose.html", vm.ProposePage(HEAD, FORM)),
        "propose-done": ("portal/propose_done.html", vm.ProposeDonePage(HEAD, "https://a.example")),
        "error": ("portal/error.html", error(418)),
        "publisher": ("publisher/home.html", vm.PublisherHomePage(HEAD)),
        "login": ("control/login.html", vm.LoginPage(HEAD, "explain", "x", 15)),
        "overview": ("control/overview.html", vm.OverviewPage(HEAD, frame(), 0, 0, 0, 0, 0)),
        "proposals": ("control/proposals.html", vm.ProposalsPage(HEAD, frame("proposals"))),
        "proposal": ("control/proposal.html", vm.ProposalPage(HEAD, frame(), proposal_rows()[1], None)),
        "queue": ("control/queue.html", vm.QueuePage(HEAD, frame("queue"))),
        "queue-item": ("control/queue_item.html", vm.QueueItemPage(HEAD, frame("queue"))),
        "queue-row": ("control/queue_item.html", vm.QueueItemPage(HEAD, frame("queue"), row=queue_rows()[2])),
    }
)  # fmt: skip


def spoil_text(name: str) -> str:
    if name.endswith("_url") or name == "url":
        return HOSTILE_URL
    return HOSTILE_PATH if name.endswith("path") or name == "address" else HOSTILE_TEXT


def spoil(value: Any, name: str = "") -> Any:
    """The same value with every text in it replaced by a hostile one; numbers, dates and cleaned HTML stay."""
    if name in KEPT or isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return spoil_text(name)
    if isinstance(value, tuple):
        return tuple(spoil(part, name) for part in value)
    if isinstance(value, dict):
        return {key: spoil(part, "typed") for key, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{part.name: spoil(getattr(value, part.name), part.name) for part in fields(value)})
    return value


HOSTILE = MappingProxyType({name: (template, spoil(page)) for name, (template, page) in FULL.items()})
HOSTILE_SITE = spoil(make.site(logo=make.image(), header_links=(vm.Link("About", "/about"),)))
