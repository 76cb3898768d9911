"""Who gets in at the desk: by an invitation, which shows one organisation alone; by a code; and by a mailed link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.context import Node
from node.services.identity import accounts, members
from node.services.organisations import hosting
from node.storage.accounts import Account
from tests.e2e.boards import Quiet
from tests.e2e.looking import WIDE, overflow, see_as, violations
from tests.e2e.visits import visit
from tests.fakes.exchanges import mails
from tests.fakes.publisher import clock_of, publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390
EMAIL, PASSWORD, LATER = "anna@school.example", "three otters in a canoe", "seven herons on a wall"
WITHOUT = pytest.param(False, id="without-scripts")


@contextmanager
def served(
    home: Path, first: str = "Riverside School", *, operator: bool = False, **settings: Any
) -> Iterator[tuple[Node, Account]]:
    """A node with two organisations that answers at its own address, and Anna, who looks after the first.

    As an ``operator`` she runs the node, too.
    """
    port = choose_port()
    node = publisher(home, node_url=f"http://127.0.0.1:{port}/", **settings)
    for name in (first, "Mending Room"):
        hosting.put_profile(node, name, name.lower().replace(" ", "-"), {})
    anna = accounts.add(node, "Anna", EMAIL, operator=operator)
    members.join(node, anna, first.lower().replace(" ", "-"), members.OWNER)
    accounts.set_password(node, anna, PASSWORD)
    server = make_server("127.0.0.1", port, create_app(node), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield node, anna
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        node.workshop.close()
        node.database.close()


def well(page: Page, scripts: bool = True) -> None:
    """For pages that only come up on the way: the others are looked at with all of the desk's.

    Axe needs scripts; what is too wide shows without them, too.
    """
    assert (violations(page) if scripts else []) + overflow(page, PHONE) == [], page.url


def well_at_both(page: Page) -> None:
    see_as(page, width=WIDE)
    assert violations(page) + overflow(page, WIDE) == [], page.url
    see_as(page, width=PHONE)
    well(page)


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def status(page: Page, address: str) -> int:
    answer = page.goto(address)
    assert answer is not None
    return answer.status


def test_who_is_invited_sees_one_organisation_and_a_viewer_changes_nothing(tmp_path: Path, browser: Browser) -> None:
    with (
        served(tmp_path / "home") as (node, _anna),
        visit(browser) as (owner, noted),
        visit(browser, width=PHONE) as (guest, _),
    ):
        desk = f"{node.settings.url}desk"
        owner.goto(f"{desk}/sign-in?next=/desk/riverside-school/members")
        sign_in(owner, PASSWORD)
        owner.get_by_label("Their e-mail address").fill("cleo@school.example")
        owner.get_by_label("Viewer").check()
        owner.get_by_role("button", name="Invite").click()
        expect(owner.get_by_text("Hand this link on to")).to_be_visible()
        well_at_both(owner)

        guest.goto(owner.locator(".desk-secret").inner_text())
        expect(guest.get_by_text("Anna")).to_be_visible()
        well_at_both(guest)
        guest.get_by_label("What people call you").fill("Cleo")
        guest.get_by_label("Choose a password").fill("nine lamps behind a hedge")
        guest.get_by_role("button", name="Accept the invitation").click()
        expect(guest.get_by_role("heading", name="Riverside School")).to_be_visible()
        expect(guest.get_by_role("status")).to_contain_text("Welcome.")
        expect(guest.get_by_text("Mending Room")).to_have_count(0)
        well_at_both(guest)
        assert noted == []

        # Neither a button nor an address lets them change anything, and of the other organisation there is nothing.
        guest.goto(f"{desk}/riverside-school/listings")
        expect(guest.get_by_role("link", name="Share something")).to_have_count(0)
        assert status(guest, f"{desk}/riverside-school/listings/new/give") == 403
        assert status(guest, f"{desk}/mending-room/listings") == 404


@pytest.mark.parametrize("scripts", [True, WITHOUT])
def test_a_code_a_lost_browser_and_a_forgotten_password(tmp_path: Path, browser: Browser, scripts: bool) -> None:
    with (
        served(tmp_path / "home", mail_capture=True) as (node, anna),
        visit(browser, width=PHONE, scripts=scripts) as (page, noted),
    ):
        page.goto(f"{node.settings.url}desk/sign-in?next=/desk/account/codes")
        sign_in(page, PASSWORD)
        app, recovery = _turn_codes_on(page, node, scripts)
        with node.database.write() as tx:
            lost = accounts.let_in(tx, node, anna, "Firefox on Android")
        page.get_by_role("link", name="I have kept them").click()
        page.get_by_role("listitem").filter(has_text="Firefox on Android").get_by_role(
            "button", name="Sign out"
        ).click()
        expect(page.get_by_role("status")).to_contain_text("That browser is signed out.")
        if scripts:
            expect(page.get_by_role("status")).to_be_focused()
        assert not accounts.is_open(node, lost)
        well(page, scripts)

        page.locator(".desk-bar").get_by_role("button", name="Sign out").click()
        page.get_by_role("link", name="I do not know my password").click()
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_text("a mail is on its way to it")).to_be_visible()
        page.goto(_mailed_link(node))
        page.get_by_label("New password").fill(LATER)
        page.get_by_role("button", name="Set the password").click()
        expect(page.get_by_text("Your new password is set.")).to_be_visible()

        # Who reads somebody's mails still has no code: neither the app's nor one of those that were written down.
        sign_in(page, LATER)
        expect(page.get_by_role("heading", name="Your code")).to_be_visible()
        well(page, scripts)
        clock_of(node).pass_by(minutes=1)
        wrong = recovery[:-1] + ("b" if recovery[-1] == "a" else "a")
        for code, said in ((wrong, "This code does not fit"), (app.at(node.now), "First steps")):
            page.get_by_label("The six digits that your app shows now").fill(code)
            page.get_by_role("button", name="Sign in", exact=True).click()
            expect(page.get_by_role("main")).to_contain_text(said)
        assert [one for one in noted if "422" not in one] == []


def _turn_codes_on(page: Page, node: Node, scripts: bool) -> tuple[pyotp.TOTP, str]:
    """The app that shows the codes, and one for the day on which it is lost."""
    page.get_by_role("button", name="Set it up").click()
    app = pyotp.TOTP(page.locator(".desk-secret").inner_text().replace(" ", ""))
    well(page, scripts)
    page.get_by_label("The six digits that it shows now").fill(app.at(node.now))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.locator(".desk-codes li")).to_have_count(10)
    well(page, scripts)
    return app, page.locator(".desk-codes code").first.inner_text()


def _mailed_link(node: Node) -> str:
    text = next(text for to, _, text in reversed(mails(node)) if to == EMAIL)
    found = re.search(r"http\S+/desk/reset/\S+", text)
    assert found is not None
    return found[0]
