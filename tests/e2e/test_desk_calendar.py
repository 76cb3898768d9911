"""A thing gets a calendar and is booked, handed out and taken back: on a phone without scripts, and on a desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.services.identity import accounts, members
from node.services.listings.publishing import put_listings
from tests.e2e.boards import Quiet
from tests.e2e.looking import overflow, violations
from tests.fakes.publisher import draft, publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
DESK = "desk/riverside-school"


@dataclass(frozen=True, slots=True)
class Desk:
    url: str
    key: str
    secret: str


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A node on this machine that lends a tent, and somebody who is signed in at its desk."""
    port = choose_port()
    node = publisher(tmp_path / "home", node_url=f"http://127.0.0.1:{port}/")
    made = draft(node, "tent", title="A tent for six", kind="equipment", action="lend", category="sports/camping")
    [outcome] = put_listings(node, [made])
    account = accounts.add(node, "Anna Nowak", "anna@riverside.example")
    members.join(node, account, "riverside-school", members.OWNER)
    with node.database.write() as tx:
        secret = accounts.let_in(tx, node, account, "")
    server = make_server("127.0.0.1", port, create_app(node), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Desk(node.settings.url, outcome.key, secret)
    server.shutdown()
    thread.join()
    server.server_close()
    node.database.close()


WAYS = [pytest.param(390, False, id="phone-without-scripts"), pytest.param(1280, True, id="desk")]


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_from_nothing_to_booked_out_and_back(desk: Desk, browser: Browser, width: int, scripts: bool) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=scripts)
    cookie = {"name": accounts.COOKIE, "value": desk.secret, "url": f"{desk.url}desk"}
    context.add_cookies([cookie])  # type: ignore[list-item] - a plain dict is what it takes
    page = context.new_page()
    page.goto(f"{desk.url}{DESK}/calendar")
    _look(page, width, scripts)
    page.get_by_role("link", name="A tent for six").click()
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    _look(page, width, scripts)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Later").click()
    day = page.locator(".day", has_text="7 December")
    day.locator("summary").click()
    day.get_by_role("link", name="the whole day").click()
    page.get_by_label("Who has it?").fill("Scouts of the third troop")
    _look(page, width, scripts)
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("status")).to_contain_text("Booked: Mon 7 Dec")
    _look(page, width, scripts)
    page.get_by_role("link", name="Scouts of the third troop").click()
    page.get_by_role("button", name="Hand it out").click()
    expect(page.get_by_role("status")).to_contain_text("It is handed out.")
    _look(page, width, scripts)
    page.get_by_role("button", name="It is back").click()
    expect(page.get_by_role("status")).to_contain_text("It is back.")
    context.close()


def _look(page: Page, width: int, scripts: bool) -> None:
    """What the browser's own tools see works without the page's scripts as well."""
    found = violations(page) + overflow(page, width) if scripts else overflow(page, width)
    assert found == []
