"""A stranger asks on a phone, says by mail that it was them, is told yes by the owner's mail, and both meet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.context import Node
from node.services.exchanges import acting, links
from node.services.listings.publishing import listing
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from tests.e2e.boards import Quiet
from tests.e2e.looking import overflow, violations
from tests.e2e.scanning import scan
from tests.e2e.visits import WAIT_MS, visit
from tests.fakes.exchanges import act, asked, last_link, now_of, shared
from tests.fakes.publisher import publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node on this machine whose school gives a desk, and keeps its mails."""
    with served(tmp_path) as made:
        yield made


@contextmanager
def served(tmp_path: Path, **settings: object) -> Iterator[Node]:
    port = choose_port()
    made = publisher(tmp_path / "home", node_url=f"http://127.0.0.1:{port}/", mail_capture=True, **settings)
    server = make_server("127.0.0.1", port, create_app(made), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        made.database.close()


def look(page: Page) -> None:
    assert violations(page) + overflow(page, PHONE) == []


def test_from_the_wish_to_the_handover(node: Node, browser: Browser) -> None:
    what, at = shared(node), node.settings.url.rstrip("/")
    with visit(browser, width=PHONE) as (cem, noted), visit(browser, width=PHONE, theme="dark") as (ann, _):
        cem.goto(f"{at}/listings/{what.row.key}")
        cem.get_by_role("link", name="Ask for this").first.click()
        cem.get_by_label("Your name").fill("Cem")
        cem.get_by_label("Your e-mail address").fill("cem@cem.example")
        look(cem)
        cem.get_by_role("button", name="Go on").click()
        expect(cem.get_by_role("alert")).to_contain_text("have read the notice")
        look(cem)
        expect(cem.get_by_label("Your name")).to_have_value("Cem")
        cem.get_by_label("I have read this and agree").check()
        cem.get_by_role("button", name="Go on").click()
        expect(cem.get_by_role("heading", name="Please look at your mails")).to_be_visible()
        look(cem)
        cem.goto(at + last_link(node, "cem"))
        look(cem)
        cem.get_by_role("button", name="Send it").click()
        expect(cem.get_by_text("It is sent.")).to_be_visible()

        ann.goto(at + last_link(node, "ann"))
        ann.get_by_label("A few words to them").fill("Come on Monday after three, to the side door.")
        look(ann)
        ann.get_by_role("button", name="Yes, they can have it").click()
        expect(ann.get_by_text("You have said yes.")).to_be_visible()
        look(ann)

        cem.goto(at + last_link(node, "cem"))
        expect(cem.get_by_text("Come on Monday after three")).to_be_visible()
        look(cem)
        # A phone that has opened the link of its mail before is known here.
        ann.goto(scan(cem))
        code = cem.locator(".exchange-code").inner_text().removeprefix("Your code:").replace(" ", "")
        expect(ann.get_by_label("The code of the other side")).to_have_value(code.strip())
        look(ann)
        ann.get_by_role("button", name="Handed over", exact=True).click()
        expect(ann.get_by_text("both of you have said so")).to_be_visible()
        cem.reload()
        expect(cem.get_by_text("both of you have said so")).to_be_visible()
        look(cem)
        assert [one for one in noted if "422" not in one] == []
    assert listing(node, what.row.key).state == "withdrawn"


COPIES = "caches.open('sharefeed / bay').then(async (cache) => (await cache.keys()).length)"


def test_at_the_loading_bay_it_is_said_without_a_connection_and_sent_later(tmp_path: Path, browser: Browser) -> None:
    with served(tmp_path, aggregate=True) as node:
        one = asked(node, shared(node), "Zyxwvut", words="For our club.")
        act(node, one, rules.ACCEPT)
        at, code = node.settings.url.rstrip("/"), links.code_of(node, one, ASKER)
        context = browser.new_context(viewport={"width": PHONE, "height": 900}, locale="en-GB")
        context.set_default_timeout(WAIT_MS)
        ann = context.new_page()
        ann.goto(at + last_link(node, "ann"))
        expect(ann.get_by_text("For our club.")).to_be_visible()
        ann.wait_for_function(f"async () => await {COPIES} === 1")
        ann.wait_for_function("() => navigator.serviceWorker.controller !== null")

        context.set_offline(True)
        ann.reload()
        expect(ann.get_by_text("There is no connection.")).to_be_visible()
        assert "Zyxwvut" not in ann.content()
        assert "For our club." not in ann.content()
        ann.goto(f"{at}/exchanges/{one}?for=owner&code={code}")
        expect(ann.get_by_label("The code of the other side")).to_have_value(code)
        expect(ann.get_by_text("There is no connection.")).to_be_visible()
        ann.get_by_role("button", name="Handed over", exact=True).click()
        expect(ann.get_by_role("status").first).to_contain_text("Kept on this phone")
        look(ann)
        ann.goto(at + last_link(node, "ann"))
        expect(ann.get_by_role("status").first).to_contain_text("Kept on this phone")
        expect(ann.get_by_label("The code of the other side")).to_have_value(code)
        assert now_of(node, one).exchange.state == rules.ACCEPTED

        context.set_offline(False)
        expect(ann.get_by_text("both of you have said so")).to_be_visible()
        assert now_of(node, one).exchange.state == rules.RECEIVED
        ann.wait_for_function(f"async () => await {COPIES} === 0")
        assert ann.evaluate("JSON.stringify({...localStorage})") == "{}"
        context.close()


def test_at_the_loading_bay_what_was_called_off_meanwhile_is_shown_as_it_is(tmp_path: Path, browser: Browser) -> None:
    with served(tmp_path, aggregate=True) as node:
        one = asked(node, shared(node), "Cem")
        act(node, one, rules.ACCEPT)
        with visit(browser, width=PHONE) as (cem, _):
            cem.goto(node.settings.url.rstrip("/") + last_link(node, "cem"))
            cem.context.set_offline(True)
            cem.get_by_role("button", name="It was handed over").click()
            expect(cem.get_by_role("status").first).to_contain_text("Kept on this phone")
            acting.act(node, one, Act(rules.CANCEL, OWNER), "The roof leaked.")
            cem.context.set_offline(False)
            expect(cem.get_by_role("status").first).to_contain_text("It could not be sent as it is.")
            expect(cem.get_by_role("alert")).to_contain_text("This is over")
            expect(cem.get_by_role("alert")).to_be_focused()
            expect(cem).to_have_title(re.compile(r"^Error: "))
            expect(cem.get_by_text("The roof leaked.")).to_be_visible()
            expect(cem.get_by_role("button", name="It was handed over")).to_have_count(0)
            look(cem)
