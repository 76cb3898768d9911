"""View models of the desk's pages, full of something realistic, and with as little as there may be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from node.web import view_models as vm
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


BARE = vm.DeskFrame("/desk/", "x", FORM)

FULL: dict[str, tuple[str, Any]] = {
    "desk-sign-in": ("desk/sign_in.html", vm.DeskSignInPage(HEAD, "ask", make.form("email", wrong=True))),
    **{
        f"desk-sign-in-{state}": ("desk/sign_in.html", vm.DeskSignInPage(HEAD, state, FORM))
        for state in ("signed_out", "ready", "used", "expired")
    },
    "desk-home": (
        "desk/home.html",
        vm.DeskHomePage(HEAD, frame(), (vm.DeskPlace("Riverside School", "/desk/riverside-school/", "owner"),)),
    ),
    "desk-overview": ("desk/overview.html", vm.DeskOverviewPage(HEAD, frame("overview"), 12, 3, 1)),
}
MINIMAL: dict[str, tuple[str, Any]] = {
    "desk-sign-in": ("desk/sign_in.html", vm.DeskSignInPage(HEAD, "ask", FORM)),
    "desk-home": ("desk/home.html", vm.DeskHomePage(HEAD, BARE)),
    "desk-overview": ("desk/overview.html", vm.DeskOverviewPage(HEAD, BARE)),
}
