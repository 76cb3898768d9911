"""View models of the pages about mails, full of something realistic."""

from __future__ import annotations

from typing import Any

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make

SEARCH = vm.Link("desk · Give · within 5 miles · near Eye", "/search?q=desk&near=Eye")


def frequencies() -> tuple[vm.Choice, ...]:
    return (vm.Choice("instant", "At once"), vm.Choice("daily", "Once a day", True), vm.Choice("weekly", "Weekly"))


def new() -> vm.AlertNewPage:
    return vm.AlertNewPage(
        make.head("Tell me"),
        "We write to you about",
        SEARCH,
        make.form("email", wrong=True),
        frequencies(),
        "/alerts/mine",
    )


def asked() -> vm.AlertAskedPage:
    return vm.AlertAskedPage(make.head("Please look"), SEARCH, "anna@park.example", 48, "/mailbox")


def word(state: str, **more: Any) -> vm.AlertWordPage:
    return vm.AlertWordPage(make.head("A word"), state, SEARCH, "daily", **more)


def mine(sent_to: str = "") -> vm.AlertMinePage:
    return vm.AlertMinePage(make.head("Your mails"), make.form("email", wrong=not sent_to), sent_to, "/mailbox")


def manage() -> vm.AlertsPage:
    rows = tuple(
        vm.AlertRow(f"a{number}", SEARCH, "daily", frequencies(), make.form(), make.form(), make.form(), number == 1)
        for number in range(2)
    )
    return vm.AlertsPage(make.head("Your mails"), rows, make.form(), "Changed.")


def mails() -> tuple[vm.KeptMail, ...]:
    link = "https://share.example/alerts/confirm/x"
    first = vm.KeptMail(
        "anna@park.example",
        "Please confirm",
        make.ago(minutes=3),
        f"Hello,\n\n{link}\n",
        f"<p>Hello, <a href='{link}'>yes</a></p>",
        (vm.Link(link, link),),
        "<https://share.example/alerts/stop/x>",
        "/mailbox/1",
    )
    return first, vm.KeptMail("ben@park.example", "", make.ago(days=2), "Text")
