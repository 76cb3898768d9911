"""The page of a listing as it comes, before any script: photos, the drawing in their stead, days, and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import html

from node.web.view_models import all_pages as vm
from tests.node.web import view_model_factories as make
from tests.node.web.page_rendering import render

SITE = make.site()


def shown(page: vm.ListingPage) -> html.HtmlElement:
    return html.document_fromstring(render("portal/listing.html", page, SITE))


def words_of(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def with_photos(*paths: str) -> vm.ListingPage:
    images = tuple(vm.Image(path, f"Side {number}", 400, 300) for number, path in enumerate(paths, 1))
    return replace(make.photographed(), images=images)


def test_photos_are_links_to_themselves() -> None:
    tree = shown(with_photos("/photos/a.jpg", "/photos/b.jpg", "/photos/c.jpg"))
    links = tree.xpath("//*[@data-gallery]//a")
    assert [link.get("href") for link in links] == ["/photos/a.jpg", "/photos/b.jpg", "/photos/c.jpg"]
    assert [words_of(link) for link in links] == [f"Photo {number} of 3:" for number in (1, 2, 3)]
    assert [link.xpath("string(.//img/@alt)") for link in links] == ["Side 1", "Side 2", "Side 3"]
    assert [link.xpath("string(.//img/@loading)") for link in links] == ["", "lazy", "lazy"]


def test_a_photo_alone_has_nothing_to_step_to() -> None:
    tree = shown(with_photos("/photos/a.jpg"))
    assert tree.xpath("//dialog[@data-viewer]//button/@type") == ["button"]
    assert not tree.xpath("//*[contains(@class, 'gallery-more')]")


@pytest.mark.parametrize("paths", [pytest.param((), id="none"), pytest.param(("javascript:alert(1)",), id="unsafe")])
def test_without_a_photo_there_is_a_drawing(paths: tuple[str, ...]) -> None:
    tree = shown(with_photos(*paths))
    assert len(tree.xpath("//*[@class='listing-photo']/*")) == 1
    assert tree.xpath("//*[@class='listing-photo']/*[local-name()='svg']/@class") == ["drawing gallery-drawing"]
    assert not tree.xpath("//script[contains(@src, 'gallery')]")


def test_days_are_drawn_beside_words_that_say_the_same() -> None:
    page = make.listing()
    card = replace(page.card, available_from=make.NOW + timedelta(days=2), available_until=make.NOW + timedelta(days=9))
    [section] = shown(replace(page, card=card)).xpath("//section[@aria-labelledby='when-title']")
    assert "From 24 November (in 2 days) until 1 December (in 9 days)." in words_of(section)
    [days] = section.xpath("./table")
    assert days.get("aria-hidden") == "true"
    assert len(days.xpath(".//td[contains(@class, 'is-open')]")) == 8
    assert not days.xpath(".//a | .//button")


@pytest.mark.parametrize(
    ("page", "button", "says"),
    [
        pytest.param(make.listing(), "Ask for this", "You ask at its home", id="offer"),
        pytest.param(
            replace(make.listing(), card=make.WANTS[0]), "Offer this", "You offer it at its home", id="want at its home"
        ),
        pytest.param(make.outdated(), "Offer this", "You offer it to those who wrote this", id="want without a home"),
    ],
)
def test_an_offer_is_asked_for_and_a_want_is_met(page: vm.ListingPage, button: str, says: str) -> None:
    [panel] = shown(page).xpath("//section[@aria-labelledby='ask-title']")
    assert words_of(panel.xpath(".//a[contains(@class, 'button')]")[0]) == button
    assert says in words_of(panel)
    assert ("It is free." in words_of(panel)) == (button == "Ask for this")


@pytest.mark.parametrize("calendar", [None, "https://school.example/hall.ics"])
def test_where_there_is_a_calendar_the_strip_does_not_claim_to_know_closed_days(calendar: str | None) -> None:
    page = make.listing()
    card = replace(page.card, available_from=make.NOW, available_until=make.NOW + timedelta(days=9))
    tree = shown(replace(page, card=card, calendar_url=calendar))
    [section] = tree.xpath("//section[@aria-labelledby='when-title']")
    assert ("Days on which it is closed as usual" in words_of(section)) == (calendar is not None)
    closed = tuple((make.NOW + timedelta(days=gap)).date() for gap in (2, 3))
    tree = shown(replace(page, card=card, calendar_url=calendar, closed=closed, closed_as_usual=True))
    [section] = tree.xpath("//section[@aria-labelledby='when-title']")
    assert "Days on which it is closed" not in words_of(section)
    assert len(section.xpath(".//td[contains(@class, 'is-open')]")) == 8
