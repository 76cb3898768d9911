"""A listing can be passed on: by mail, by the system's own way, and as a sheet of paper."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from federation.facts import short_key
from node.app import create_app
from node.services.listings.publishing import put_listings
from schemas.event import Event
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, draft, publisher
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

KEY = short_key(f"{PARK}listings/desk")
HERE = f"{URL}listings/{KEY}"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    marked = {**item(quantity={"available": 3}), "title": "Desk & <b>chair</b>", "content_text": "Four legs."}
    send(made.node, follow(made.node), [marked])
    return made


def page(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def said(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def test_a_listing_is_sent_by_mail_with_its_address_here(browser: Browser) -> None:
    tree = page(browser, f"/listings/{KEY}")
    [mail] = tree.xpath("//main//a[starts-with(@href, 'mailto:')]/@href")
    assert parse_qs(urlsplit(mail).query) == {"subject": ["Desk & <b>chair</b>"], "body": [HERE]}
    assert "+" not in mail
    [button] = tree.xpath("//main//button[@data-share]")
    # Hidden until a script has seen that the browser can do it.
    assert (button.get("data-share"), button.get("hidden")) == (HERE, "")
    [button] = tree.xpath("//main//button[@data-copy]")
    assert (button.get("data-copy"), "needs-js" in button.get("class")) == (HERE, True)
    assert tree.xpath("//main//*[@data-sharing]//*[@role='status'][@data-share-status]")
    assert tree.xpath(f"//main//a[@href='/listings/{KEY}/sheet']")
    assert tree.xpath(f"//main//details//img[@src='/listings/{KEY}/qr.svg'][@alt]")


@pytest.mark.parametrize(
    ("sign_up", "ask"),
    [
        pytest.param("needed", "It is free. Sign up here:", id="sign-up"),
        pytest.param("none", "It is free. Come along; all about it is here:", id="just-come"),
    ],
)
def test_a_sheet_of_a_workshop_says_when(tmp_path: Path, sign_up: str, ask: str) -> None:
    node = publisher(tmp_path / "home")
    event = Event((date(2026, 12, 3),), "Europe/London", "18:00", "20:00", places=12, sign_up=sign_up)
    expires = datetime(2026, 12, 3, 20, tzinfo=UTC)
    title = "Mend a bicycle that has stood in the shed for years"
    made = draft(node, "mend", title=title, kind="skill", action="help", category="skill", event=event, expires=expires)
    [outcome] = put_listings(node, [made])
    tree = html.fromstring(client_of(create_app(node)).get(f"/listings/{outcome.key}/sheet").text)
    text = said(tree)
    for words in ("Thu 3 December, 18:00–20:00", "There is room for 12 people.", ask):
        assert words in text
    assert "To be had" not in text
    assert "On the board until" not in text
    assert tree.xpath("//h1/@class") == ["sheet-title-long"]
    node.database.close()


def test_a_sheet_says_what_from_whom_and_where_to_ask(browser: Browser) -> None:
    tree = page(browser, f"/listings/{KEY}/sheet")
    text = said(tree.xpath("//article[contains(@class, 'sheet')]")[0])
    for words in ("Desk & <b>chair</b>", "Four legs.", "FromPark group", "How many3", "22 March", HERE):
        assert words in text
    assert tree.xpath("//meta[@name='robots'][@content='noindex']")
    assert tree.xpath(f"//article//img[@src='/listings/{KEY}/qr.svg'][@alt]")


def test_an_organisation_hangs_up_what_it_shares(browser: Browser) -> None:
    hall = "https://hall.example/"
    items = [item(f"o{number}", hall) for number in range(10)]
    wanted = {**item("tents", hall, direction="want"), "title": "Tents <b>"}
    send(browser.node, follow(browser.node, hall), [*items, wanted])
    tree = page(browser, f"/listings/{short_key(hall + 'listings/tents')}")
    [path] = tree.xpath("//*[@class='who-name']/a/@href")
    assert page(browser, path).xpath(f"//main//a[@href='{path}/sheet']")
    tree = page(browser, f"{path}/sheet")
    text = said(tree.xpath("//article")[0])
    for words in ("Park group", "What you can have", "Tents <b>", "And 2 more.", f"{URL.rstrip('/')}{path}"):
        assert words in text
    assert len(tree.xpath("//article//li")) == 9
    assert tree.xpath(f"//article//img[@src='{path}/qr.svg'][@alt]")
    assert tree.xpath("//meta[@name='robots'][@content='noindex']")


def test_the_board_has_a_sheet_and_says_where_it_is(browser: Browser) -> None:
    tree = page(browser, "/sheet")
    assert URL in said(tree.xpath("//article")[0])
    assert tree.xpath("//article//img[@src='/qr.svg'][@alt]")
    assert page(browser, "/how-it-works").xpath("//main//a[@href='/sheet']")


@pytest.mark.parametrize("path", ["/listings/riverside-school.a", "/organisations/riverside-school"])
def test_a_small_publisher_has_them_too(tmp_path: Path, path: str) -> None:
    node = publisher(tmp_path / "small")
    put_listings(node, [draft(node)])
    client = client_of(create_app(node))
    tree = html.fromstring(client.get(path).text)
    assert tree.xpath(f"//*[@data-sharing]//a[@href='{path}/sheet']")
    assert client.get(f"{path}/sheet").status_code == client.get(f"{path}/qr.svg").status_code == 200
    assert f"{URL.rstrip('/')}{path}" in client.get(f"{path}/sheet").text


def test_what_is_not_there_has_no_sheet(browser: Browser) -> None:
    assert browser.get("/listings/nothing/sheet").status_code == 404
    assert browser.get("/organisations/nobody/sheet").status_code == 404
    clock_of(browser.node).pass_by(days=400)
    assert browser.get(f"/listings/{KEY}/sheet").status_code == 404
