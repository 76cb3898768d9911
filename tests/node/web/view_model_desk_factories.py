"""View models of the desk's pages, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from node.web.view_models import all_pages as vm
from node.web.view_models.calendar import OpeningDay
from node.web.view_models.desk import DeskStep, DeskTelling
from node.web.view_models.desk_move import DeskBringPage, DeskBrought, DeskMovePage
from node.web.view_models.health import DeskHealthPage, HealthPart, HealthReader
from node.web.view_models.profile import DeskNewOrganisationPage, DeskProfilePage
from tests.node.web import view_model_factories as make

HEAD = vm.Head("A page", indexed=False)
FORM = vm.Form("/desk/here", "token")


def frame(current: str = "", **more: Any) -> vm.DeskFrame:
    """The frame of a page about one organisation, of somebody who has two."""
    tabs = (vm.DeskTab("Overview", "/desk/riverside-school/", True), vm.DeskTab("Members", "/desk/x/members", False, 2))
    places = (vm.Link("Riverside School", "/desk/riverside-school/", True), vm.Link("Mending Room", "/desk/mending/"))
    made = vm.DeskFrame(
        "/desk/", "Anna Nowak", FORM, "Riverside School", "owner", tabs, places, "Saved.", True, "/desk/account"
    )
    return replace(made, **more)


def health() -> DeskHealthPage:
    amiss = (
        HealthPart(
            "Backup",
            "broken",
            "broken",
            "No backup was made.",
            "All would be lost.",
            "Make one.",
            make.ago(days=3),
            make.ago(hours=2),
        ),
        HealthPart("Mail", "look", "look at it", "The last try failed.", "Mails arrive late.", "Nothing."),
    )
    readers = (
        HealthReader("https://city.example/", make.ago(minutes=4), 0),
        HealthReader("https://other.example/", make.ago(days=4), 12),
        HealthReader("https://third.example/", make.ago(days=9)),
    )
    well = (HealthPart("Clock", "ok", "well", "It has not jumped.", at=make.ago(hours=1)),)
    return DeskHealthPage(HEAD, frame(), "Something is broken.", "broken", amiss, well, readers)


def sessions() -> tuple[vm.DeskSessionRow, ...]:
    return (
        vm.DeskSessionRow("Firefox, Android", make.ago(days=2), make.ago(minutes=1), True),
        vm.DeskSessionRow("", make.ago(days=9), make.ago(days=3), end=replace(FORM, typed={"session": "0f0f0f0f"})),
    )


def roles() -> tuple[vm.Choice, ...]:
    return (vm.Choice("owner", "Owner", hint="does everything"), vm.Choice("viewer", "Viewer", True, hint="looks on"))


def members() -> vm.DeskMembersPage:
    row, about = vm.DeskMemberRow, replace(FORM, typed={"account": "a1"})
    asked = vm.DeskInvitationRow(
        "cleo@school.example", "editor", "Anna", make.ago(days=2), make.ahead(days=5), False, FORM, FORM
    )
    return vm.DeskMembersPage(
        HEAD,
        frame("members"),
        (
            row("Anna Nowak", "anna@school.example", "owner", make.ago(days=90), "a1", True, about, about, roles()),
            row("Ben", "ben@school.example", "viewer", make.ago(days=3), "a2", False, about, about, roles()),
        ),
        (asked, replace(asked, over=True, ends=make.ago(days=1))),
        make.form("email", wrong=True),
        roles(),
        "https://share.example.org/desk/invitation/x",
        "cleo@school.example",
    )


def tokens() -> vm.DeskTokensPage:
    row = vm.DeskTokenRow("Website", ("See bookings",), "Anna", make.ago(days=9), FORM)
    scopes = (vm.Choice("bookings:read", "See bookings", True), vm.Choice("listings:read", "Read listings"))
    rows = (row, replace(row, used=make.ago(minutes=3)))
    return vm.DeskTokensPage(
        HEAD,
        frame("tokens"),
        make.form("name", "scopes", wrong=True),
        scopes,
        rows,
        "sharefeed_x",
        "Website",
        "https://x.example/desk/x/api/",
    )


WHERE = (
    (vm.Choice("door", "The very address", True), vm.Choice("town", "Only the town")),
    (OpeningDay(0, "Monday", (), True), OpeningDay(1, "Tuesday", ())),
    "/desk/x/calendar/closed",
)
PASSKEY = replace(FORM, typed={"next": "/desk/"})


def passkeys() -> vm.DeskPasskeysPage:
    row = vm.DeskPasskeyRow("Anna's phone", make.ago(days=9), FORM)
    return vm.DeskPasskeysPage(
        HEAD, frame(), make.form("name"), "/options", True, (row, replace(row, used=make.ago(days=1)))
    )


def invitation(**more: Any) -> vm.DeskInvitationPage:
    made = vm.DeskInvitationPage(HEAD, "Riverside School", "editor", "Anna", "cleo@school.example", FORM)
    return replace(made, **more)


BARE = vm.DeskFrame("/desk/", "x", FORM)

PHOTO = vm.Image("/media/" + "0" * 32 + "-160x120.card.jpg", "Six chairs")
WAITING = (vm.PhotoItem("0" * 32 + "-160x120", "Six chairs", PHOTO), vm.PhotoItem("1" * 32 + "-160x120", "", PHOTO))

CHAIRS = vm.PaperItem(
    "Twelve blue stacking chairs",
    "https://share.example.org/listings/riverside-school.1",
    "/listings/riverside-school.1/qr.svg",
    "Riverside School",
    "give",
    "Sturdy, one with a torn seat.",
    vm.Place("Main gate", "Werrington"),
    "good",
    12,
    make.ago(days=-20),
    PHOTO,
    "en",
    sign_up=True,
    places=12,
)
SCHOOL = vm.PaperItem(
    "Riverside School",
    "https://share.example.org/organisations/x",
    "/organisations/x/qr.svg",
    lead="Free.",
    rows=make.OFFERS[:2],
    logo=vm.Image("/media/" + "0" * 32 + "-64x32.png", "", 64, 32),
)


def paper(kind: str, *items: vm.PaperItem, lines: tuple[int, ...] = ()) -> tuple[str, Any]:
    sheet = vm.PaperSheet(items, lines)
    return "desk/paper.html", vm.DeskPaperPage(
        HEAD, kind, "/desk/riverside-school/print", (sheet, sheet), "Saturday, 2 pm", "The hall", True
    )


TYPES = (vm.Choice("school", "School", True), vm.Choice("charity", "Charity"))
LOGO = vm.Image("/media/" + "0" * 32 + "-64x32.png", "", 64, 32)


def overview() -> vm.DeskOverviewPage:
    steps = (DeskStep("Say who you are", "/p", True), DeskStep("Share the first thing", "/n"))
    telling = DeskTelling("https://share.example.org/", "https://city.example/sources/propose?url=x")
    page = vm.DeskOverviewPage(HEAD, frame("overview"), 12, 3, 1, steps, telling, "/new", "/organisations/x")
    late = vm.DeskRequestRow("Gazebo", "Cem", "/desk/x/requests/1", "lent", make.ago(days=9), day="Back", is_late=True)
    return replace(page, due=(late,), due_path="/desk/x/requests?show=agreed")


STATES = ("fine", "faulty", "unreached", "inside", "open", "another")


def checked(state: str) -> vm.DeskOverviewPage:
    wrong = (("Oak desk", "It is over."), ("", "No address stands in it.")) if state == "faulty" else ()
    board = "https://city.example/" if state == "fine" else ""
    told = DeskTelling("https://share.example.org/", "", board, FORM, state, 3, wrong)
    return replace(overview(), telling=told)


FULL: dict[str, tuple[str, Any]] = {
    "desk-sign-in": ("desk/sign_in.html", vm.DeskSignInPage(HEAD, "ask", make.form("email", wrong=True))),
    **{
        f"desk-sign-in-{state}": ("desk/sign_in.html", vm.DeskSignInPage(HEAD, state, FORM))
        for state in ("signed_out", "ready", "used", "expired")
    },
    "desk-home": (
        "desk/home.html",
        vm.DeskHomePage(
            HEAD,
            frame(),
            (vm.DeskPlace("Riverside School", "/desk/riverside-school/", "owner"),),
            health_path="/desk/health",
            broken=2,
            disputes=(vm.DeskDispute("Gazebo", "Riverside School", "/desk/x/requests/1", make.ago(days=2)),),
        ),
    ),
    "desk-overview": ("desk/overview.html", overview()),
    **{f"desk-overview-{state}": ("desk/overview.html", checked(state)) for state in STATES},
    "desk-profile": (
        "desk/profile.html",
        DeskProfilePage(
            HEAD,
            frame("profile"),
            make.form("name", wrong=True),
            TYPES,
            LOGO,
            4,
            "/organisations/x",
            *WHERE,
            kept_logo="x",
            like_monday=TYPES,
        ),
    ),
    "desk-new-organisation": (
        "desk/new_organisation.html",
        DeskNewOrganisationPage(HEAD, frame(), make.form("name", wrong=True), TYPES, "/desk/bring"),
    ),
    "desk-bring": ("desk/bring.html", DeskBringPage(HEAD, frame(), make.form("file", wrong=True), 200)),
    "desk-brought": (
        "desk/bring.html",
        DeskBringPage(
            HEAD,
            frame(),
            None,
            200,
            DeskBrought(
                "Riverside School",
                "/desk/riverside-school/",
                "/desk/riverside-school/members",
                "https://share.example/",
                12,
                8,
                1,
                2,
                14,
                ("A listing was left out, as its key is none of this organisation's.",),
            ),
        ),
    ),
    "desk-account": (
        "desk/account.html",
        vm.DeskAccountPage(
            HEAD,
            frame(),
            "anna@school.example",
            make.form("name", wrong=True),
            "/p",
            True,
            sessions(),
            FORM,
            "/c",
            True,
            "/k",
            2,
            (vm.Choice("en", "English", True), vm.Choice("pl", "polski")),
            "/desk/account/address",
            (vm.Link("Riverside School", "/desk/account/leave/riverside-school"),),
            "/desk/account/close",
        ),
    ),
    **{
        f"desk-address-{state}": (
            "desk/address.html",
            vm.DeskAddressPage(
                HEAD, frame(), state, "/a", "a@b.example", make.form("email", wrong=True), "c@d.example"
            ),
        )
        for state in ("ask", "asked", "no_mail", "ready", "used", "expired", "taken")
    },
    **{
        f"desk-address-undo-{state}": ("desk/address_undo.html", vm.DeskAddressUndoPage(HEAD, state, FORM))
        for state in ("ready", "used", "expired", "taken")
    },
    "desk-leaving": (
        "desk/leaving.html",
        vm.DeskLeavingPage(HEAD, frame(), "/a", "School", form=make.form("sure", wrong=True)),
    ),
    "desk-leaving-last": ("desk/leaving.html", vm.DeskLeavingPage(HEAD, frame(), "/a", "", ("School",), True)),
    "desk-password": ("desk/password.html", vm.DeskPasswordPage(HEAD, frame(), make.form("password", wrong=True))),
    "desk-reset": ("desk/reset.html", vm.DeskResetPage(HEAD, "ask", make.form("email", wrong=True))),
    "desk-reset-ready": ("desk/reset.html", vm.DeskResetPage(HEAD, "ready", make.form("password", wrong=True))),
    **{
        f"desk-reset-{state}": ("desk/reset.html", vm.DeskResetPage(HEAD, state, FORM))
        for state in ("used", "expired", "asked", "no_mail")
    },
    "desk-tokens": ("desk/tokens.html", tokens()),
    "desk-code": ("desk/code.html", vm.DeskSignInPage(HEAD, "code", make.form("code", wrong=True))),
    "desk-codes": ("desk/codes.html", vm.DeskCodesPage(HEAD, frame(), FORM, left=3, renew=FORM, off=FORM)),
    "desk-codes-setting-up": (
        "desk/codes.html",
        vm.DeskCodesPage(HEAD, frame(), FORM, make.form("code", wrong=True), "ABCD EFGH", "/desk/account/codes/qr.svg"),
    ),
    "desk-codes-kept": (
        "desk/codes.html",
        vm.DeskCodesPage(HEAD, frame(), FORM, recovery=("abcd-efgh-jk23",), left=10, renew=FORM, off=FORM),
    ),
    "desk-sign-in-passkey": (
        "desk/sign_in.html",
        vm.DeskSignInPage(HEAD, "ask", FORM, "/desk/reset", "That passkey does not fit.", PASSKEY, "/options"),
    ),
    "desk-code-passkey": ("desk/code.html", vm.DeskSignInPage(HEAD, "code", FORM, passkey=PASSKEY, options_path="/o")),
    "desk-prove-passkey": ("desk/prove.html", vm.DeskProvePage(HEAD, frame(), FORM, False, PASSKEY, "/options")),
    "desk-passkeys": ("desk/passkeys.html", passkeys()),
    "desk-members": ("desk/members.html", members()),
    "desk-members-moved": (
        "desk/members.html",
        replace(members(), desk=frame("members", moved_to="https://new.example/")),
    ),
    "desk-invitation": ("desk/invitation.html", invitation(form=make.form("name", "password", wrong=True))),
    "desk-invitation-known": ("desk/invitation.html", invitation(form=None, sign_in_path="/desk/sign-in")),
    "desk-invitation-here": ("desk/invitation.html", invitation(account="Cleo (cleo@school.example)")),
    "desk-invitation-other": ("desk/invitation.html", invitation(account="Ed (ed@school.example)", leave=FORM)),
    "desk-health": ("desk/health.html", health()),
    "desk-log": (
        "desk/log.html",
        vm.DeskLogPage(
            HEAD,
            frame("log"),
            (
                vm.DeskLogRow(make.ago(hours=2), "Anna (a@b.example)", "Invited somebody", "cleo@school.example"),
                vm.DeskLogRow(make.ago(days=2), "command line", "Made an account", "", False),
            ),
            make.PAGER,
        ),
    ),
    "desk-prove": ("desk/prove.html", vm.DeskProvePage(HEAD, frame(), make.form("password", wrong=True))),
    "desk-print": (
        "desk/print.html",
        vm.DeskPrintPage(
            HEAD,
            frame(),
            "/desk/riverside-school/print",
            "/desk/riverside-school/print/sheet",
            "Riverside School",
            tuple(vm.Choice(kind, kind, kind == "labels") for kind in ("poster", "labels", "cards", "signup")),
            (vm.Choice("a", "Twelve chairs", True), vm.Choice("b", "A desk")),
            80,
            "chairs",
        ),
    ),
    "desk-paper-poster": paper("poster", CHAIRS),
    "desk-paper-labels": paper("labels", CHAIRS, SCHOOL),
    "desk-paper-cards": paper("cards", SCHOOL, CHAIRS),
    "desk-paper-signup": paper("signup", CHAIRS, lines=(1, 2, 3)),
    "desk-export": ("desk/export.html", vm.DeskExportPage(HEAD, frame("export"), make.form(), "/desk/a/move")),
    "desk-move": (
        "desk/move.html",
        DeskMovePage(HEAD, frame("export"), 14, "/desk/a/export", make.form("address", wrong=True)),
    ),
    "desk-moved": (
        "desk/move.html",
        DeskMovePage(
            HEAD,
            frame("export"),
            14,
            "/desk/a/export",
            None,
            "https://school.example/",
            make.ahead(days=9),
            make.form(),
        ),
    ),
    "desk-photos": (
        "desk/photos.html",
        vm.DeskPhotosPage(
            HEAD, frame(), make.form("photo_file", wrong=True), WAITING, 10, "/desk/riverside-school/new"
        ),
    ),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "desk-sign-in": ("desk/sign_in.html", vm.DeskSignInPage(HEAD, "ask", FORM)),
    "desk-home": ("desk/home.html", vm.DeskHomePage(HEAD, BARE)),
    "desk-overview": ("desk/overview.html", vm.DeskOverviewPage(HEAD, BARE)),
    "desk-profile": ("desk/profile.html", DeskProfilePage(HEAD, BARE, FORM, TYPES)),
    "desk-new-organisation": ("desk/new_organisation.html", DeskNewOrganisationPage(HEAD, BARE, FORM, TYPES)),
    "desk-account": ("desk/account.html", vm.DeskAccountPage(HEAD, BARE, "a@b.example", FORM)),
    "desk-password": ("desk/password.html", vm.DeskPasswordPage(HEAD, BARE, FORM, True, "/desk/")),
    "desk-leaving": ("desk/leaving.html", vm.DeskLeavingPage(HEAD, BARE, "/a")),
    "desk-address": ("desk/address.html", vm.DeskAddressPage(HEAD, BARE, "asked", "/a")),
    "desk-address-undo": ("desk/address_undo.html", vm.DeskAddressUndoPage(HEAD, "used")),
    "desk-reset": ("desk/reset.html", vm.DeskResetPage(HEAD, "asked")),
    "desk-tokens": ("desk/tokens.html", vm.DeskTokensPage(HEAD, BARE, FORM)),
    "desk-code": ("desk/code.html", vm.DeskSignInPage(HEAD, "code", FORM)),
    "desk-codes": ("desk/codes.html", vm.DeskCodesPage(HEAD, BARE, FORM)),
    "desk-passkeys": ("desk/passkeys.html", vm.DeskPasskeysPage(HEAD, BARE, FORM, "/options", False)),
    "desk-members": ("desk/members.html", vm.DeskMembersPage(HEAD, BARE)),
    "desk-invitation": ("desk/invitation.html", vm.DeskInvitationPage(HEAD)),
    "desk-log": ("desk/log.html", vm.DeskLogPage(HEAD, BARE)),
    "desk-health": ("desk/health.html", DeskHealthPage(HEAD, BARE, "Everything is working.", "ok")),
    "desk-prove": ("desk/prove.html", vm.DeskProvePage(HEAD, BARE, FORM, False)),
    "desk-export": ("desk/export.html", vm.DeskExportPage(HEAD, BARE, FORM)),
    "desk-move": ("desk/move.html", DeskMovePage(HEAD, BARE, 1, "", FORM)),
    "desk-bring": ("desk/bring.html", DeskBringPage(HEAD, BARE, FORM, 1)),
    "desk-moved": ("desk/move.html", DeskMovePage(HEAD, BARE, 1, "", None, "https://x.example/")),
    "desk-photos": ("desk/photos.html", vm.DeskPhotosPage(HEAD, BARE)),
    "desk-print": ("desk/print.html", vm.DeskPrintPage(HEAD, BARE, "/desk/x/print", "/desk/x/print/sheet", "X")),
    "desk-paper": (
        "desk/paper.html",
        vm.DeskPaperPage(HEAD, "poster", "/desk/x/print", (vm.PaperSheet((vm.PaperItem("", "", ""),)),)),
    ),
}
