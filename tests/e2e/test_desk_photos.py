"""Photographs from a phone to the board, and paper from the desk, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.context import Node
from node.services.identity import accounts, members
from node.services.identity.members import EDITOR
from node.services.listings import publishing
from node.services.organisations import hosting
from tests.e2e.boards import Quiet
from tests.e2e.looking import overflow, violations
from tests.e2e.visits import visit
from tests.fakes import camera
from tests.fakes.publisher import publisher

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
SLUG = "riverside-school"
PHONE, WIDE = 390, 1280


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A publisher that answers at its own address."""
    port = choose_port()
    made = publisher(tmp_path / "home", node_url=f"http://127.0.0.1:{port}/", allow_loopback=True)
    server = make_server("127.0.0.1", port, create_app(made), threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()
    made.workshop.close()
    made.database.close()


def sign_in(page: Page, node: Node, role: str = EDITOR) -> str:
    """Let the browser in; the address of the desk."""
    hosting.put_profile(node, "Riverside School", SLUG, {})
    account = accounts.add(node, "Anna", "anna@school.example")
    members.join(node, account, SLUG, role)
    with node.database.write() as tx:
        secret = accounts.let_in(tx, node, account, "")
    page.context.add_cookies([{"name": accounts.COOKIE, "value": secret, "url": f"{node.settings.url}desk"}])
    return f"{node.settings.url}desk/{SLUG}"


def photo(name: str, width: int) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": camera.jpeg((width, 90))}


def well(page: Page, width: int) -> None:
    assert violations(page) == [], page.url
    assert overflow(page, width) == [], page.url


def refs(page: Page) -> list[str]:
    return [str(item.get_attribute("data-ref")) for item in page.locator("[data-photo-list] > li").all()]


def test_photos_are_sent_put_in_order_and_published_from_a_phone(node: Node, browser: Browser) -> None:
    letter: FilePayload = {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear all"}
    with visit(browser, width=PHONE) as (page, noted):
        page.goto(f"{sign_in(page, node)}/listings/new/give")
        page.locator("#title").fill("Twelve chairs")
        page.locator("#locality").fill("Werrington")
        page.locator("#photo_file").set_input_files(
            [photo("a.jpg", 120), photo("b.jpg", 130), photo("c.jpg", 140), letter]
        )
        expect(page.locator("[data-photo-queue]")).to_contain_text("letter.jpg")
        expect(page.locator(".photo-refused")).to_contain_text("not a photo that can be read")
        expect(page.locator("[data-photo-list] > li")).to_have_count(3)
        first, second, third = refs(page)
        well(page, PHONE)
        page.get_by_label("What does photo 2 show?").fill("A torn seat")
        page.get_by_role("button", name="Move photo 2 up").press("Enter")
        assert refs(page) == [second, first, third]
        expect(page.locator("[data-photo-status]")).to_have_text("It is photo 1 now.")
        expect(page.get_by_role("button", name="Move photo 1 down")).to_be_focused()
        expect(page.get_by_label("What does photo 1 show?")).to_have_value("A torn seat")
        drag(page, "[data-photo-list] > li:nth-child(3) [data-handle]", onto=2)
        expect(page.locator("[data-photo-status]")).to_have_text("It is photo 2 now.")
        assert refs(page) == [second, third, first]
        drag(page, "[data-photo-list] > li:nth-child(2) .photo-picture", onto=1, past=-60)
        expect(page.locator("[data-photo-status]")).to_have_text("It is photo 1 now.")
        drag(page, "[data-photo-list] > li:nth-child(1) .photo-picture", onto=2)
        expect(page.locator("[data-photo-status]")).to_have_text("It is photo 2 now.")
        assert refs(page) == [second, third, first]
        page.get_by_role("button", name="Remove photo 3").click()
        assert refs(page) == [second, third]
        page.get_by_role("button", name="Leave it out").click()
        expect(page.locator("[data-saved]")).to_have_text("Saved")
        page.get_by_role("button", name="Publish now").click()
        page.wait_for_url("**/published*")
        (row,) = publishing.listings(node)
        assert [image.url.rpartition("/")[2].removesuffix(".jpg") for image in row.listing().images] == [second, third]
        assert row.listing().images[0].alt == "A torn seat"
        # The file that was no photo is answered with an error, which browsers note.
        assert [one for one in noted if "422" not in one] == []


def drag(page: Page, what: str, onto: int, past: float = 0) -> None:
    """Drag a photo over another one in one quick move, to the edge of it that is nearer, or `past` it in pixels."""
    held = page.locator(what)
    held.scroll_into_view_if_needed()
    start, end = held.bounding_box(), page.locator(f"[data-photo-list] > li:nth-child({onto})").bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    edge = end["y"] + (4 if end["y"] < start["y"] else end["height"] - 4)
    page.mouse.move(start["x"] + start["width"] / 2, edge + past)
    page.mouse.up()


def test_paper_is_chosen_and_as_large_as_paper(node: Node, browser: Browser) -> None:
    with visit(browser, width=PHONE) as (page, noted):
        page.goto(f"{sign_in(page, node)}/print")
        well(page, PHONE)
        page.get_by_label("Cards to hand out, ten on a sheet").check()
        page.get_by_role("button", name="Show what is printed").click()
        expect(page.locator(".paper-card")).to_have_count(10)
        well(page, PHONE)
        page.set_viewport_size({"width": WIDE, "height": 900})
        page.emulate_media(media="print")
        card, sheet = (page.locator(name).first.bounding_box() for name in (".paper-card", ".paper"))
        assert card is not None
        assert sheet is not None
        assert [round(card[side] * 25.4 / 96) for side in ("width", "height")] == [85, 55]
        assert [round(sheet[side] * 25.4 / 96) for side in ("width", "x", "y")] == [210, 0, 0]
        assert noted == []
