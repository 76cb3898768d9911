"""The desk in a real browser: every page that needs no more than an organisation shuts nobody out, and passkeys."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.context import Node
from node.services.identity import accounts, addresses, invitations, links, members
from node.services.identity.members import EDITOR, OWNER
from node.services.identity.resetting import PURPOSE
from node.services.organisations import hosting
from tests.e2e.boards import Quiet
from tests.e2e.looking import WIDE, overflow, remember, see_as, violations
from tests.e2e.visits import visit
from tests.fakes.publisher import publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SLUG, EMAIL, PASSWORD = "riverside-school", "anna@school.example", "three otters in a canoe"
PHONE = 390
NO_PAGES = {"desk.codes.picture", "desk.signing_in.ask_code"}
"""A picture, and what only who has shown a password sees."""
_DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A node with a name, for without one there are no passkeys, and with somebody who may do everything."""
    port = choose_port()
    home = tmp_path_factory.mktemp("desk") / "home"
    node = publisher(home, node_url=f"http://localhost:{port}/", mail_capture=True)
    _people(node)
    made = create_app(node)
    server = make_server("127.0.0.1", port, made, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    node.workshop.close()
    node.database.close()


def _people(node: Node) -> None:
    for slug in (SLUG, "mending-room"):
        hosting.put_profile(node, slug.replace("-", " ").title(), slug, {})
    anna = accounts.add(node, "Anna", EMAIL, operator=True)
    members.join(node, anna, SLUG, OWNER)
    members.join(node, anna, "mending-room", EDITOR)
    members.join(node, accounts.add(node, "Ben", "ben@school.example"), SLUG, EDITOR)
    accounts.set_password(node, anna, PASSWORD)
    member = members.member_of(node, anna, SLUG)
    assert member is not None
    invitations.invite(node, member, "cleo@school.example", EDITOR)


@pytest.fixture
def node(app: Flask) -> Node:
    made: Node = app.extensions["sharefeed"]
    return made


def at(node: Node, path: str) -> str:
    return node.settings.url.rstrip("/") + path


def sign_in(page: Page, node: Node) -> None:
    page.goto(at(node, "/desk/"))
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/desk/")


def doors(node: Node) -> list[str]:
    """Pages of links that are good, and of those that are not."""
    anna = accounts.by_email(node, EMAIL)
    with node.database.write() as tx:
        reset = links.make(tx, node, PURPOSE, 60, anna.id)
        undo = links.make(tx, node, addresses.UNDO, 60, anna.id, EMAIL)
    good = [urlsplit(accounts.new_link(node, anna)).path, f"/desk/reset/{reset}", f"/desk/reset/address/{undo}"]
    return [*good, "/desk/sign-in/x", "/desk/reset/x", "/desk/invitation/x", "/desk/sign-in", "/desk/reset"]


def inside(app: Flask) -> list[str]:
    """Every page of the desk whose address has no more in it than the organisation."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]
    paths = {rule.rule.replace("<slug>", SLUG) for rule in rules if "GET" in (rule.methods or ())} - {
        rule.rule for rule in rules if rule.endpoint in NO_PAGES
    }
    return sorted(path for path in paths if "<" not in path and not path.startswith(("/desk/sign-in", "/desk/reset")))


def looks_well(page: Page, path: str, *, dark: bool = False) -> list[str]:
    """What is wrong on a phone, and with what a desktop shows besides."""
    found = [*violations(page), *overflow(page, PHONE)]
    remember(page)
    see_as(page, width=WIDE, dark=dark)
    found += [*violations(page, fresh=True), *overflow(page, WIDE)]
    see_as(page, width=PHONE, dark=dark)
    return [f"{path}: {fault}" for fault in found]


def test_no_page_of_the_desk_shuts_anybody_out(app: Flask, node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE, theme="dark") as (stranger, _):
        for path in doors(node):
            stranger.goto(at(node, path))
            assert looks_well(stranger, path, dark=True) == []
    paths = inside(app)
    assert len(paths) > 12
    with visit(browser, width=PHONE) as (page, noted):
        sign_in(page, node)
        for path in paths:
            answer = page.goto(at(node, path))
            assert answer is not None
            assert answer.status == 200, path
            assert looks_well(page, path) == []
        assert [one for one in noted if "asked for http://localhost" not in one] == []


def test_a_passkey_is_made_and_opens_the_door(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": _DEVICE})
        sign_in(page, node)
        page.goto(at(node, "/desk/account/passkeys"))
        page.get_by_role("button", name="Make a passkey on this device").click()
        expect(page.get_by_role("status")).to_contain_text("The passkey is kept")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url("**/desk/")
        expect(page.get_by_role("heading", name="Your organisations")).to_be_visible()
        assert [one for one in noted if "asked for http://localhost" not in one] == []


def test_without_scripts_nothing_speaks_of_passkeys(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE, scripts=False) as (page, _):
        sign_in(page, node)
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
