"""From `sharefeed init` to a proposal at the city's board: a link, a password, the first steps, the first chairs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Locator, Page, expect
from werkzeug.serving import make_server

from examples.demo_processes import choose_port
from node.app import create_app
from node.cli import main
from node.context import Node
from node.services.aggregating import proposals
from node.services.listings import publishing
from node.settings import load
from tests.e2e.boards import Place, Quiet, place_with
from tests.e2e.looking import NARROW, WIDE, overflow, violations
from tests.e2e.visits import visit
from tests.fakes import camera

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = 390
TOWN, HOURS = "Werrington", ("09:00", "12:30")


@contextmanager
def new_node(home: Path, board: Place) -> Iterator[tuple[Node, str]]:
    """A node as the command makes it, served at its address, and what the command said."""
    url = f"http://127.0.0.1:{choose_port()}/"
    options = ["--allow-loopback", "--account", "anna@school.example", "--set", f"board_url={board.url}"]
    said = CliRunner().invoke(main, ["--home", str(home), "init", "--url", url, "--name", "Share", *options])
    assert said.exit_code == 0, said.output
    node = Node.open(load(home))
    server = make_server("127.0.0.1", node.settings.port, create_app(node), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield node, said.output
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        node.workshop.close()
        node.database.close()


def well(page: Page, scripts: bool) -> None:
    """Axe needs scripts; what is too wide shows without them, too."""
    for width in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert (violations(page) if scripts else []) + overflow(page, width) == [], (page.url, width)


def rows_of_navigation(page: Page) -> int:
    tops = "links => new Set(links.filter(one => one.checkVisibility()).map(one => Math.round(one.offsetTop / 9))).size"
    found: int = page.locator(".desk-parts > .tabs > li, .tab-more").evaluate_all(tops)
    return found


def step(page: Page, name: str) -> Locator:
    return page.locator(".desk-steps li").filter(has_text=name)


def is_done(page: Page, name: str) -> None:
    expect(step(page, name)).to_have_class("is-done")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_nothing_to_proposed(tmp_path: Path, browser: Browser, scripts: bool) -> None:
    with (
        place_with([], tmp_path / "city") as board,
        new_node(tmp_path / "school", board) as (node, said),
        visit(browser, width=PHONE, scripts=scripts) as (page, noted),
    ):
        come_in(page, said)
        page.get_by_role("link", name="Add an organisation").click()
        page.get_by_label("What is it called?").fill("Riverside School")
        page.get_by_role("button", name="Add it").click()
        say_who_you_are(page)
        for name in ("Say who you are", "Say where you are, and when you are open", "Show your logo"):
            is_done(page, name)
        expect(step(page, "Let it be checked").get_by_role("button")).to_have_count(0)
        if scripts:
            page.set_viewport_size({"width": NARROW, "height": 900})
            assert rows_of_navigation(page) == 1
        well(page, scripts)
        share_chairs(page, node)

        navigation = page.get_by_role("navigation", name="Desk")
        navigation.get_by_text("More").click()
        expect(navigation.get_by_role("link", name="Calendar")).to_be_visible()
        navigation.get_by_role("link", name="Overview").click()
        is_done(page, "Share the first thing")
        step(page, "Let it be checked").get_by_role("button", name="Check it").click()
        expect(page.get_by_text("A board can read you. It would show 1 listing")).to_be_visible()
        is_done(page, "Let it be checked")
        well(page, scripts)
        step(page, "Propose us to the board").get_by_role("link").click()
        expect(page.locator("#url")).to_have_value(node.settings.url)
        page.get_by_role("button", name="Send it to us").click()
        expect(page.get_by_role("heading", name="Thank you, we have it")).to_be_visible()
        assert [one.url for one in proposals.waiting(board.board.node)] == [node.settings.url]
        assert noted == []


def come_in(page: Page, said: str) -> None:
    """By the link that the command printed, which then is used up, to a password of one's own."""
    found = re.search(r"http\S+/desk/sign-in/\S+", said)
    assert found is not None, said
    page.goto(found[0])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("password").fill("three otters in a canoe")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("There is no organisation here yet.")).to_be_visible()


def say_who_you_are(page: Page) -> None:
    page.get_by_label("Who are you, in a few sentences?").fill("A primary school beside the river.")
    page.locator("#logo").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": logo()})
    page.get_by_label("Town, village or part of town").fill(TOWN)
    monday = page.get_by_role("group", name="Monday")
    for label, time in zip(("opens", "closes"), HOURS, strict=True):
        monday.get_by_label(label, exact=True).fill(time)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved. Visitors see it at once.")).to_be_visible()


def logo() -> bytes:
    return camera.encoded(camera.halves(), "PNG")


def share_chairs(page: Page, node: Node) -> None:
    """The place is known already; so it takes three presses, a photo and two words."""
    step(page, "Share the first thing").get_by_role("link").click()
    page.get_by_role("link", name="Give something").click()
    page.locator("#photo_file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": camera.jpeg()})
    page.get_by_label("What is it?").fill("Twelve chairs")
    page.get_by_label("How many?").fill("12")
    page.get_by_role("button", name="Publish now").click()
    expect(page.get_by_role("heading", name="It is online")).to_be_visible()
    (row,) = publishing.listings(node)
    told = row.listing()
    assert told.place is not None
    assert (len(told.images), told.quantity.available, told.place.locality) == (1, 12, TOWN)
