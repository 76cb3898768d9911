"""An event at the desk: written in its form, looked at, published, changed, copied, and on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.context import Node
from node.services.desk import drafts
from node.services.listings import publishing
from tests.fakes.publisher import clock_of
from tests.node.web.desk.signed_in import send, signed_in

DESK = "/desk/riverside-school"
WORKSHOP = {
    "sign": "event",
    "title": "Mend your bicycle",
    "text": "Bring it along; we have tools and tubes.",
    "gathering": "help",
    "on": "2026-12-03",
    "starts": "18:00",
    "ends": "20:00",
    "repeat": "weekly",
    "repeat_until": "2026-12-31",
    "off": "2026-12-24",
    "people": "12",
    "sign_up": "none",
    "place_name": "Scout hut",
    "locality": "Stanground",
}


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school", "editor")


def post(browser: FlaskClient, then: str, **typed: str) -> TestResponse:
    path = f"{DESK}/drafts/{drafts.new_id()}"
    return send(browser, path, f"{DESK}/listings/new/event", then=then, **typed)


def text(answer: TestResponse) -> str:
    tree = html.document_fromstring(answer.get_data(as_text=True))
    return " ".join(" ".join(tree.itertext()).split())


def publish(browser: FlaskClient, node: Node) -> str:
    """The key of the workshop, once it is published."""
    assert post(browser, "publish", **WORKSHOP).status_code == 303
    (row,) = publishing.listings(node)
    return row.key


def test_a_workshop_is_written_looked_at_and_published(browser: FlaskClient, node: Node) -> None:
    assert f"{DESK}/listings/new/event" in browser.get(f"{DESK}/listings/new").text
    form = text(browser.get(f"{DESK}/listings/new/event"))
    assert "What takes place?" in form
    assert "Show it until" not in form
    assert "Available from" not in form
    looked = post(browser, "preview", **WORKSHOP)
    seen = text(browser.get(looked.headers["Location"]))
    assert "Thu 3 December, 18:00–20:00; then every Thursday until 31 December, but not on 24 December" in seen
    assert "Thu 24 December, 18:00–20:00 Cancelled" in seen
    assert "Add it to your calendar" not in seen
    (draft,) = drafts.drafts(node, publishing_id(node), 9)
    assert "Event" in text(browser.get(f"{DESK}/listings?state=drafts"))
    drafts.discard(node, draft.organisation_id, draft.id)
    key = publish(browser, node)
    listing = publishing.listing(node, key).listing()
    assert (listing.kind, listing.action, listing.status) == ("skill", "help", "available")
    assert listing.event is not None
    assert (len(listing.event.dates), listing.event.cancelled) == (5, (date(2026, 12, 24),))
    assert listing.expires == datetime(2026, 12, 31, 20, tzinfo=UTC)


def publishing_id(node: Node) -> str:
    return f"{node.settings.url}organisations/riverside-school"


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(browser: FlaskClient) -> None:
    answer = post(browser, "publish", **{**WORKSHOP, "starts": "quarter past", "off": "2026-12-25"})
    assert answer.status_code == 422
    tree = html.document_fromstring(answer.get_data(as_text=True))
    links = {link.get("href") for link in tree.xpath("//div[@data-error-summary]//a")}
    assert links == {"#starts", "#off"}
    assert tree.xpath("//input[@name='starts']/@value") == ["quarter past"]
    assert tree.xpath("//textarea[@name='off']")[0].text_content().strip() == "2026-12-25"
    assert tree.xpath("//input[@name='repeat'][@checked]/@value") == ["weekly"]


def test_a_change_begins_with_its_dates_and_a_copy_asks_for_new_ones(browser: FlaskClient, node: Node) -> None:
    key = publish(browser, node)
    tree = html.document_fromstring(browser.get(f"{DESK}/listings/{key}/edit").text)
    assert tree.xpath("//input[@name='on']/@value") == ["2026-12-03"]
    assert tree.xpath("//input[@name='repeat_until']/@value") == ["2026-12-31"]
    answer = send(browser, f"{DESK}/listings/{key}/duplicate", f"{DESK}/listings")
    assert answer.status_code == 303
    (draft,) = drafts.drafts(node, publishing_id(node), 9)
    assert (draft.sign, draft.typed["repeat"], draft.key) == ("event", "weekly", None)


def test_renewing_shows_an_event_no_longer_than_it_takes_place(browser: FlaskClient, node: Node) -> None:
    key = publish(browser, node)
    clock_of(node).pass_by(days=9)
    assert publishing.renew(node, key).listing().expires == datetime(2026, 12, 31, 20, tzinfo=UTC)


def test_paper_says_when_it_takes_place(browser: FlaskClient, node: Node) -> None:
    key = publish(browser, node)
    poster = text(browser.get(f"{DESK}/print/sheet?as=poster&of={key}"))
    assert "Thu 3 December, 18:00–20:00; then every Thursday" in poster
    assert "It is free. Come along; all about it is here:" in poster
    for kind in ("labels", "cards"):
        assert "Thu 3 December, 18:00–20:00" in text(browser.get(f"{DESK}/print/sheet?as={kind}&of={key}"))
    lists = text(browser.get(f"{DESK}/print/sheet?as=signup&of={key}"))
    days = [day for day in (3, 10, 17, 24, 31) if f"Thu {day} December, 18:00–20:00" in lists]
    assert days == [3, 10, 17, 31]
    typed = text(browser.get(f"{DESK}/print/sheet?as=signup&of={key}&when=On+Friday"))
    assert typed.count("On Friday") == 1
    assert "Thu" not in typed
