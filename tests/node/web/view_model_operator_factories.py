"""View models of sources and of the operator's pages, full of something realistic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from node.web.view_models import all_pages as vm
from schemas.errors import Problem
from tests.node.web import view_model_factories as make

BADGES = ("partly", "identical", "static", "differs", "plain", "unread", "differs")


def sources() -> tuple[vm.SourceRow, ...]:
    sized = enumerate(zip(_sources(), BADGES, strict=True), 1)
    return tuple(replace(row, badge=badge, organisations=number) for number, (row, badge) in sized)


def _sources() -> tuple[vm.SourceRow, ...]:
    row = vm.SourceRow
    return (
        row(
            "Peterborough City Council",
            "/sources/1",
            "Peterborough",
            "L1",
            212,
            3,
            4,
            2,
            make.ago(minutes=3),
            make.ago(minutes=3),
        ),
        row(
            "Werrington School", "/sources/2", "Werrington", "L1", 41, 0, 0, 0, make.ago(minutes=18), make.ago(hours=2)
        ),
        row(
            "Fenland Insurance",
            "/sources/3",
            "Woodston",
            "L0",
            38,
            0,
            1,
            0,
            make.ago(hours=7),
            None,
            "late",
            "It was due 2 hours make.ago.",
        ),
        row(
            "Eye Village",
            "/sources/4",
            "Eye",
            "L0",
            19,
            24,
            0,
            0,
            make.ago(days=2),
            make.ago(days=2),
            "failing",
            "No answer since Friday.",
        ),
        row("Mending Room blog", "/sources/5", "", "plain", 12, 0, 0, 0, make.ago(minutes=40), None, "paused"),
        row("Nene Canoe Club", "/sources/6", "Orton", "L2", health="new"),
        row("Old Market", "/sources/7", "Fletton", "L1", 9, health="suspended", health_note="Its address is gone."),
    )


def verdicts() -> tuple[vm.Verdict, ...]:
    price = Problem("/_sharefeed/price", "not-free", "It names a price, and only free things belong here.", 41)
    late = Problem("/_sharefeed/expires", "too-late", "It expires more than a year ahead.")
    return (
        vm.Verdict(
            "https://council.example/l/88", "Desk, only £20", "quarantined", (price, late), None, make.ago(hours=5)
        ),
        vm.Verdict(
            "https://council.example/l/90",
            "Deposit-free room",
            "held",
            (late,),
            "/control/queue/90",
            make.ago(days=2),
            "mailto:share@shares.example?subject=Words",
        ),
        vm.Verdict("https://council.example/l/91", "Two chairs", "merged", (), "/listings/91"),
        vm.Verdict("https://council.example/l/92", "", "outdated", (late,)),
    )


def source() -> vm.SourcePage:
    poll = vm.PollRow
    return vm.SourcePage(
        make.head("Peterborough City Council"),
        sources()[0],
        "https://council.example/",
        "https://council.example/changes.json",
        "Listings of eleven organisations that the council hosts.",
        "CC-BY-4.0",
        "Peterborough City Council",
        900,
        make.ahead(minutes=12),
        (
            poll(make.ago(minutes=3), "changed", 200, 84, 18_400, 2, 1, 0),
            poll(make.ago(minutes=18), "unchanged", 304, 21, 0),
            poll(
                make.ago(hours=1),
                "failed",
                None,
                10_000,
                None,
                message="It did not answer within ten seconds. We keep what we have.",
            ),
            poll(make.ago(days=1), "resync", 200, 900, 2_400_000, 212, 0, 3),
            poll(make.ago(days=2), "held", 200, 90, 900, 0, 0, 0, "24 of 43 listings went at once."),
        ),
        verdicts(),
        make.PAGER,
        (vm.Link("Night Shelter", "/organisations/1"), vm.Link("Nene Advice", "/organisations/2")),
        "/search?source=1",
        "/sources/1/report.json",
        make.ago(hours=20),
        (
            vm.EventRow(make.ago(days=3), "moved", "From https://old.example/ to https://council.example/."),
            vm.EventRow(make.ago(days=9), "renamed", "Peterborough Council is called otherwise now."),
        ),
    )


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
        sources()[2:4],
        make.ago(minutes=3),
        12,
        1,
        True,
        2,
        1,
        "550 no such user",
        "/control/mailbox",
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
        True,
        None,
        "plain",
        "https://mending.example/feed.xml",
        "Mending Room news",
        "CC-BY-4.0",
        12,
        9,
        1,
        2,
        1,
        verdicts()[:2],
        make.OFFERS[4:8],
        make.ago(minutes=1),
    )
    return vm.ProposalPage(
        make.head("The Mending Room"),
        frame("proposals", flash="Read again just now."),
        proposal_rows()[0],
        seen,
        "We mend on Saturdays.",
        "someone@mending.example",
        True,
        make.form(*ACCEPT_FIELDS),
        make.form("reason"),
        make.form(),
        choices(),
    )


def wrong_proposal() -> vm.ProposalPage:
    return replace(proposal(), accept=make.form(*ACCEPT_FIELDS, wrong=True))


def unread_proposal() -> vm.ProposalPage:
    failed = vm.Preview(False, "It did not answer within ten seconds.")
    return replace(proposal(), preview=failed, needs_defaults=False, accept=None)


def queue() -> vm.QueuePage:
    filters = (vm.Link("All", "/control/queue", True), vm.Link("Held", "/control/queue?verdict=held"))
    reported = (replace(queue_rows()[1], verdict="reported"),)
    return vm.QueuePage(
        make.head("Waiting"), frame("queue"), 8, (removal(),), queue_rows(), filters, make.PAGER, reported
    )


def queue_item() -> vm.QueueItemPage:
    return vm.QueueItemPage(
        make.head("Room for talks"),
        frame("queue"),
        queue_rows()[0],
        None,
        verdicts()[1],
        make.OFFERS[2],
        make.OFFERS[3],
        "A room for talks. We ask for £5 each.",
        '{\n  "id": "https://council.example/l/90",\n  "title": "Room"\n}',
        make.form(),
        make.form("reason", wrong=True),
        "/control/queue/2",
        (vm.MarkedText("Description", (vm.Piece("We ask for "), vm.Piece("£5 each", True), vm.Piece("."))),),
        "It pays for the tea and nothing else.",
    )


def reported() -> vm.ReportedPage:
    said = (
        vm.ReportRow("It is not what it says", make.ago(days=1), "It is a bed.", "anna@otters.example"),
        vm.ReportRow("Something else", make.ago(hours=2)),
    )
    return vm.ReportedPage(
        make.head("Plan chest"),
        frame("queue"),
        make.OFFERS[0],
        make.ago(days=1),
        make.form(),
        make.form("reason", wrong=True),
        said,
        vm.Link("Council", "/control/sources/1"),
        "Six drawers, oak.",
        "/control/queue/2",
        queue_item().marked,
        "It pays for the tea and nothing else.",
    )


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


def unsent(**more: Any) -> vm.UnsentForm:
    fields = ("title", make.OFFERS[0].title), ("check", "fire_label.there"), ("note", "")
    return vm.UnsentForm(vm.Form("/desk/woodston-scouts/drafts/1", "token"), fields, with_files=True, **more)


def control_sources() -> vm.ControlSourcesPage:
    return vm.ControlSourcesPage(make.head("Sources"), frame("sources"), sources(), "/control/proposals")


def control_source() -> vm.ControlSourcePage:
    return vm.ControlSourcePage(
        make.head("Peterborough City Council"),
        frame("sources"),
        sources()[3],
        "https://council.example/changes.json",
        "/sources/1",
        False,
        make.form(),
        make.form(),
        make.form("reason"),
        None,
        make.form("sure", wrong=True),
        asks=make.form("contact", wrong=True),
        published="post@school.example",
        contact_state="stopped",
    )


def paused_source() -> vm.ControlSourcePage:
    return replace(control_source(), source=sources()[4], holds=True, read=None, pause=None, resume=make.form())
