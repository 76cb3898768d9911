"""A stranger asks on a phone, says by mail that it was them, is told yes by the owner's mail, and both meet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.context import Node
from node.services.publishing import listing
from tests.e2e.boards import Quiet
from tests.e2e.looking import overflow, violations
from tests.e2e.visits import visit
from tests.fakes.exchanges import last_link, shared
from tests.fakes.publisher import publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A node on this machine whose school gives a desk, and keeps its mails."""
    port = choose_port()
    made = publisher(tmp_path / "home", node_url=f"http://127.0.0.1:{port}/", mail_capture=True)
    server = make_server("127.0.0.1", port, create_app(made), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield made
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
        code = cem.locator(".exchange-code").inner_text().removeprefix("Your code:")
        ann.get_by_label("The code of the other side").fill(code)
        ann.get_by_role("button", name="Handed over", exact=True).click()
        expect(ann.get_by_text("both of you have said so")).to_be_visible()
        cem.reload()
        expect(cem.get_by_text("both of you have said so")).to_be_visible()
        look(cem)
        assert [one for one in noted if "422" not in one] == []
    assert listing(node, what.row.key).state == "withdrawn"
