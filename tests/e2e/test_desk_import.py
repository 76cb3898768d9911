"""A list is imported from a phone, with scripts and without: columns, a look before, a wrong cell, photos, undoing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from examples.demo_processes import choose_port
from node.context import Node
from node.services.importing import steps
from node.services.listings import publishing
from node.services.pictures import fetching
from tests.e2e.boards import Quiet
from tests.e2e.looking import overflow, violations
from tests.e2e.test_desk_photos import node as node
from tests.e2e.test_desk_photos import sign_in
from tests.e2e.visits import visit
from tests.fakes import camera

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE, DESKTOP = 390, 1280
LIST = """Gear,Shape,Quantity,Photo
Six chairs,good,6,chairs.jpg
A tent,like new,lots,
A lamp,good,1,{elsewhere}
"""


@contextmanager
def photo_elsewhere() -> Iterator[str]:
    """The address of a photo at another site."""
    port = choose_port()
    answer = Response(camera.jpeg(), content_type="image/jpeg")
    server = make_server("127.0.0.1", port, answer, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/lamp.jpg"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def well(page: Page) -> None:
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == [], page.url
        assert overflow(page, width) == [], page.url


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, camera.jpeg())
    return out.getvalue()


def shown(node: Node) -> set[str]:
    return {row.item()["title"] for row in publishing.listings(node) if row.state == "live"}


def press(page: Page, node: Node, name: str, then: str) -> None:
    """Press a button, and let the worker do what the request did not come to; ``then`` is the heading afterwards."""
    page.get_by_role("button", name=name).click()
    steps.work(node, 60)
    heading = page.get_by_role("heading", name=then)
    if not heading.is_visible():
        page.reload()
    expect(heading).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_list_is_imported_and_taken_back(node: Node, browser: Browser, scripts: bool) -> None:
    look = well if scripts else lambda _page: None
    with photo_elsewhere() as elsewhere, visit(browser, width=PHONE, scripts=scripts) as (page, noted):
        page.goto(f"{sign_in(page, node)}/import")
        look(page)
        page.get_by_label("Your file").set_input_files(
            {"name": "kit list.csv", "mimeType": "text/csv", "buffer": LIST.format(elsewhere=elsewhere).encode()}
        )
        page.get_by_role("button", name="Look at it").click()
        page.get_by_label("The photos of this list").set_input_files(
            {"name": "photos.zip", "mimeType": "application/zip", "buffer": zipped("chairs.jpg")}
        )
        page.get_by_role("button", name="Add the photos").click()
        expect(page.get_by_role("status")).to_contain_text("The photos are here.")
        # Nobody knows these headings: what the columns mean was guessed from their cells.
        expect(page.get_by_label("Gear")).to_have_value("title")
        expect(page.get_by_label("Shape")).to_have_value("condition")
        page.get_by_label("Gear").select_option(label="What it is")
        look(page)
        press(page, node, "See what would happen", "What would happen")
        look(page)
        assert shown(node) == set()
        page.get_by_role("link", name="Put them right").click()
        expect(page.get_by_text("This must be a number.")).to_be_visible()
        look(page)
        page.get_by_label("How many").first.fill("2")
        page.get_by_role("button", name="Try again").click()
        page.get_by_role("link", name="Back to the import").last.click()
        press(page, node, "Import now", "What was imported")
        look(page)
        assert shown(node) == {"Six chairs", "A tent", "A lamp"}
        expect(page.get_by_text("1 photo from elsewhere is still being fetched")).to_be_visible()
        assert fetching.fetch_due(node) == 1
        page.reload()
        expect(page.get_by_text("still being fetched")).to_have_count(0)
        own = f"{node.settings.url}media/"
        shown_here = {
            row.item()["title"]: [image.url.startswith(own) for image in row.listing().images]
            for row in publishing.listings(node)
        }
        assert shown_here == {"Six chairs": [True], "A tent": [], "A lamp": [True]}
        press(page, node, "Undo this import", "The import is undone")
        look(page)
        assert shown(node) == set()
        assert noted == []
