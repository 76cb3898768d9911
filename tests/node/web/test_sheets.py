"""A listing can be passed on: by mail, by the system's own way, and as a sheet of paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from federation.facts import short_key
from tests.fakes.publisher import URL, clock_of
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
    assert (button.get("data-share"), "needs-js" in button.get("class")) == (HERE, True)
    assert tree.xpath(f"//main//a[@href='/listings/{KEY}/sheet']")


def test_a_sheet_says_what_from_whom_and_where_to_ask(browser: Browser) -> None:
    tree = page(browser, f"/listings/{KEY}/sheet")
    text = said(tree.xpath("//article[contains(@class, 'sheet')]")[0])
    for words in ("Desk & <b>chair</b>", "Four legs.", "FromPark group", "How many3", "22 March", HERE):
        assert words in text
    assert tree.xpath("//meta[@name='robots'][@content='noindex']")


def test_what_is_not_there_has_no_sheet(browser: Browser) -> None:
    assert browser.get("/listings/nothing/sheet").status_code == 404
    clock_of(browser.node).pass_by(days=400)
    assert browser.get(f"/listings/{KEY}/sheet").status_code == 404
