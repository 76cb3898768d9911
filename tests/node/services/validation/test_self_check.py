"""A site that reads itself as a catalogue would says what came of it, whatever that is."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from node.app import create_app
from node.context import Node
from node.services.listings.publishing import put_listings
from node.services.validation.self_check import ANOTHER, FINE, INSIDE, OPEN, UNREACHED, Checked, check
from tests.fakes.publisher import URL, clock_of, draft, publisher
from tests.fakes.sites import Sites, complete, feed, json_feed_at
from tests.fakes.wire import Wire
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path)
    put_listings(made, [draft(made, "a"), draft(made, "b")])
    return made


def wire(node: Node) -> Wire:
    """The network with this node alone on it, where its address says."""
    made = Wire(clock_of(node))
    made.apps[node.settings.url.rstrip("/")] = create_app(node)
    return made


def test_its_own_feed_is_read_as_a_catalogue_would(node: Node) -> None:
    assert check(node, wire(node)) == Checked(FINE, 2)


def test_what_does_not_answer_is_said_and_no_error(node: Node) -> None:
    assert check(node, Sites()) == Checked(UNREACHED)


def test_another_node_at_our_address_is_not_taken_for_us(node: Node) -> None:
    theirs = json_feed_at(URL, feed([], complete([])))
    assert check(node, Sites(theirs)) == Checked(ANOTHER)


@pytest.mark.parametrize(
    ("url", "state"),
    [
        pytest.param("http://localhost:8000/", INSIDE, id="this machine"),
        pytest.param("https://192.168.1.20/", INSIDE, id="a network at home"),
        pytest.param("http://share.example.org/", OPEN, id="no https"),
    ],
)
def test_an_address_that_no_board_can_read_is_never_asked(tmp_path: Path, url: str, state: str) -> None:
    assert check(publisher(tmp_path, node_url=url)) == Checked(state)


def test_the_owner_is_told_on_the_page_where_they_are(tmp_path: Path) -> None:
    node = publisher(tmp_path, node_url="http://share.example.org/")
    app = create_app(node)
    put_listings(node, [draft(node)])
    page = send(signed_in(app, node, SLUG), f"/desk/{SLUG}/check", f"/desk/{SLUG}/")
    assert page.status_code == 200
    status = html.document_fromstring(page.data).xpath("//*[@role='status']")
    assert "begin with https" in status[0].text_content()
    assert "Check again" in page.text
    assert send(signed_in(app, node, SLUG, "editor"), f"/desk/{SLUG}/check", "/desk/account").status_code == 403
