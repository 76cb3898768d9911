"""A search that found nothing: what is close, who has such things, and a want that is ready to be posted."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from node.search.follow import Follower
from node.services.catalogue import wishing
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home", contact_email="board@share.example", mail_capture=True)
    sofa = {**item("sofa", category="furniture/sofa"), "title": "Blue settee"}
    wanted = {**item("want", category="furniture/sofa", direction="want"), "title": "Sofa bed"}
    send(made.node, follow(made.node), [sofa, wanted])
    Follower(made.node).catch_up()
    return made


def tree(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def said(page: Any) -> str:
    return " ".join(page.text_content().split())


def test_nothing_found_leads_to_what_is_close_and_who_has_such_things(browser: Browser) -> None:
    page = tree(browser, "/search?q=armchair&direction=offer")
    assert "Nothing found" in said(page)
    links = {link.text_content(): link.get("href") for link in page.xpath("//main//a")}
    assert links["Post it as wanted"] == "/wanted/new?q=armchair"


def test_close_are_categories_with_something_and_organisations_with_offers(browser: Browser) -> None:
    close = wishing.close_to(browser.node, "velvet sofa")
    assert "furniture/sofa" in close.categories
    assert [name for _, name in close.organisations] == ["Park group"]
    assert wishing.close_to(browser.node, "kayak") == wishing.Close()


@pytest.mark.parametrize(
    ("asked", "kind", "action", "category"),
    [
        ("six  stacking chairs", "item", "give", "furniture/chair"),
        ("projector", "item", "give", "av/projector"),
        ("a hall for our choir", "space", "host", "space/hall"),
        ("zzz qqq", "item", "give", None),
    ],
)
def test_a_wish_is_filed_where_such_things_stand(asked: str, kind: str, action: str, category: str | None) -> None:
    made = wishing.wish(asked)
    assert (made.kind, made.action, made.category) == (kind, action, category)
    assert made.title == asked[:1].upper() + " ".join(asked.split())[1:]


def test_the_row_can_be_imported_and_runs_no_formula() -> None:
    [row] = csv.DictReader(io.StringIO(wishing.wish('=HYPERLINK("x"), chairs').row))
    assert row["title"].startswith("'=HYPERLINK")
    assert (row["direction"], row["category"]) == ("want", "furniture/chair")


def test_the_page_has_it_in_every_form_and_escapes_it(browser: Browser) -> None:
    page = tree(browser, "/wanted/new?q=%3Cscript%3Ealert(1)%3C/script%3E+chairs")
    assert not page.xpath("//script[contains(text(), 'alert')]")
    assert page.xpath("//textarea[@id='wish-row']")[0].text.startswith("direction,kind,action,title,category")
    [mail] = [link for link in page.xpath("//a/@href") if link.startswith("mailto:")]
    assert mail.startswith("mailto:board@share.example?subject=Wanted")
    assert "\n" not in mail
    assert any(link.startswith("/alerts/new?q=") for link in page.xpath("//a/@href"))


def test_without_words_it_asks_for_them(browser: Browser) -> None:
    page = tree(browser, "/wanted/new")
    assert page.xpath("//input[@name='q']")
    assert not page.xpath("//textarea")
    assert "/wanted/new" in tree(browser, "/wanted").xpath("//main//a/@href")
