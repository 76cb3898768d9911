"""The catalogue's front, its organisations and the form of its search, as people see them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import url_for
from lxml import html

from federation.facts import short_key
from node.search.follow import Follower
from node.services.pictures import proxy as photos
from node.storage import photos as stored_photos
from node.storage import sources as stored
from node.web.static_files import address_of
from node.web.wording.words import even_columns
from tests.fakes.publisher import URL
from tests.fakes.sites import PARK, document, item
from tests.node.web import view_model_factories as make
from tests.node.web.aggregator import Browser, follow, send
from tests.node.web.page_rendering import STATIC, render

GROUP = f"{PARK}organisations/park"
GROUP_PAGE = f"/organisations/{short_key(GROUP)}"
PLACE = {"locality": "Eye", "lat": 52.6, "lon": -0.19}


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "home")


def page(browser: Browser, path: str) -> Any:
    return html.fromstring(browser.text(path))


def words(tree: Any) -> str:
    return " ".join(tree.text_content().split())


def of(number: int) -> dict[str, str]:
    return {"id": f"{PARK}organisations/{number}", "name": f"Group {number}", "type": "charity"}


def fill(browser: Browser, items: list[dict[str, Any]]) -> None:
    send(browser.node, follow(browser.node), items)
    Follower(browser.node).catch_up()


def test_the_front_shows_two_of_each_organisation_and_counts(browser: Browser) -> None:
    offers = [item(f"a{number}") for number in range(5)] + [item("b", organisation=of(1))]
    fill(browser, [*offers, item("c", direction="want")])
    front = page(browser, "/")
    new = front.xpath("//section[@aria-labelledby='new-title']")[0]
    assert sorted(words(line) for line in new.xpath(".//p[.//*[text()='From: ']]/span/bdi")) == [
        "Group 1",
        "Park group",
        "Park group",
    ]
    heads = {line.get("id"): words(line) for line in front.xpath("//h2[@id]")}
    assert heads["new-title"] == "New on the board 6 offers"
    assert heads["wanted-title"] == "Could you help with one of these? 1 wanted"
    assert heads["kinds-title"] == "By kind 1 kind"
    assert [words(count) for count in front.xpath("//ul[@class='ways']//*[contains(@class, 'count')]")] == [
        "(6)",
        "(1)",
    ]


def test_one_of_each_is_not_called_many(browser: Browser) -> None:
    fill(browser, [item()])
    assert "1 listing from 1 organisation, read from 1 source." in words(page(browser, "/"))
    figures = [words(figure) for figure in page(browser, "/sources").xpath("//li[@class='figure']")]
    assert figures == ["1 listing shown", "1 organisation", "1 source read"]
    assert words(page(browser, "/search").get_element_by_id("count")) == "1 listing"
    assert "1 offer" in words(page(browser, "/").get_element_by_id("new-title"))


@pytest.mark.parametrize("count", range(1, 5))
def test_few_wishes_stand_in_a_grid_of_their_number(count: int) -> None:
    view = replace(make.home(), wanted=(make.WANTS * 2)[:count])
    tree = html.fromstring(render("portal/home.html", view, make.site()))
    assert f"notes-{count}" in tree.xpath("//section[@aria-labelledby='wanted-title']/ul/@class")[0].split()


@pytest.mark.parametrize(
    ("count", "columns"),
    [(1, 6), (8, 8), (12, 6), (16, 8), (17, 9), (18, 9), (21, 7)],
)
def test_tiles_leave_few_places_empty(count: int, columns: int) -> None:
    assert even_columns(count) == columns


def test_a_picture_and_a_drawing_are_equally_high() -> None:
    sheet = (STATIC / "css" / "components.css").read_text()
    rule = re.search(r"\.card-picture :is\(img, \.drawing\) \{([^}]*)\}", sheet)
    assert rule is not None
    assert {"position: absolute;", "inset: 0;"} <= {line.strip() for line in rule[1].splitlines()}


def test_an_organisation_has_its_profile_places_source_feeds_and_map(browser: Browser) -> None:
    profile = {"id": GROUP, "name": "Park group", "type": "community_group", "url": "https://park.example/us"}
    profile |= {"description": "We mend swings.", "identifiers": [{"scheme": "GB-CHC", "id": "1234"}]}
    node_document = document(organisations=[profile]).decode()
    source = follow(browser.node, node_document=node_document)
    send(
        browser.node,
        source,
        [item(place=PLACE), item("b", place={**PLACE, "locality": "Orton", "lat": 52.61}), item("c", place=PLACE)],
    )
    tree = page(browser, GROUP_PAGE)
    text = words(tree.get_element_by_id("main"))
    for said in (
        "We mend swings.",
        "Community group",
        "Listings in: Eye, Orton",
        "Read from: Park node",
        "1234",
        "3 listings",
    ):
        assert said in text
    links = tree.xpath("//aside//a/@href")
    key = short_key(GROUP)
    assert {"https://park.example/us", "/sources/1", f"/search.json?organisation={key}"} <= set(links)
    points = json.loads(tree.get_element_by_id("map-data").text)["points"]["features"]
    assert len(points) == 3
    assert "map-small" not in tree.get_element_by_id("map").classes


def test_the_logo_of_an_organisation_is_our_copy_and_initials_until_there_is_one(browser: Browser) -> None:
    logo = "https://park.example/logo.png"
    profile = {"id": GROUP, "name": "Park group", "type": "community_group", "logo": logo}
    source = follow(browser.node, node_document=document(organisations=[profile]).decode())
    send(browser.node, source, [item(organisation=profile)])
    key = photos.key_of(logo)
    pages = [GROUP_PAGE, page(browser, GROUP_PAGE).xpath("//a[starts-with(@href, '/listings/')]/@href")[0]]
    for path in pages:
        assert page(browser, path).xpath("//span[@class='who-logo']/text()") == ["PG"]
    with browser.node.database.write() as tx:
        assert key in stored_photos.by_keys(tx, [key])
        stored_photos.ready(tx, key, 300, 100, browser.node.now)
    for path in pages:
        assert page(browser, path).xpath("//span[@class='who-logo']/img/@src") == [f"/photos/{key}.card.jpg"]


def test_an_organisation_at_one_point_has_a_small_map(browser: Browser) -> None:
    at = {**PLACE, "lat": 52.6, "lon": -0.19}
    send(browser.node, follow(browser.node), [item(place=at), item("b", place=at), item("c")])
    assert "map-small" in page(browser, GROUP_PAGE).get_element_by_id("map").classes


@pytest.mark.parametrize(
    "node_document",
    [
        pytest.param(None, id="none"),
        pytest.param("{}", id="without organisations"),
        pytest.param(json.dumps({"organisations": [7, {"id": "x:1"}, {"id": GROUP, "name": 7}]}), id="nonsense"),
    ],
)
def test_an_organisation_without_a_profile_has_a_page_too(browser: Browser, node_document: str | None) -> None:
    source = follow(browser.node)
    send(browser.node, source, [item()])
    with browser.node.database.write() as tx:
        stored.change(tx, source.id, node_document=node_document)
    assert "Park group" in words(page(browser, GROUP_PAGE))


def test_an_unknown_place_is_told_behind_the_field_and_moves_nothing(browser: Browser) -> None:
    fill(browser, [item()])
    tree = page(browser, "/search?near=Timbuktu")
    error = tree.get_element_by_id("near-error")
    assert "Timbuktu" in words(error)
    field = tree.get_element_by_id("near")
    assert (field.get("aria-invalid"), field.get("aria-describedby")) == ("true", "near-error")
    part = next(above for above in field.iterancestors("div") if above.get("class") == "ask-part")
    assert part.getnext() is error
    assert error not in list(part.iter())


def test_the_postcode_that_the_hint_promises_is_known(browser: Browser) -> None:
    fill(browser, [item(place={**PLACE, "postcode": "PE6 7UW"})])
    for typed in ("PE6 7UW", "pe6"):
        assert not page(browser, f"/search?near={typed}").xpath("//*[@id='near-error']")


@pytest.mark.parametrize("root", ["", "/free"])
@pytest.mark.parametrize(
    "name", ["icons.svg", "css/base.css", "vendor/leaflet/leaflet.js", "no such file.css", "js/ä.js"]
)
def test_static_addresses_are_those_of_url_for(browser: Browser, root: str, name: str) -> None:
    app = browser.client.application
    with app.test_request_context("/", base_url=URL.rstrip("/") + root):
        expected = url_for("static", filename=name)
        assert app.jinja_env.from_string("{{ static(name) }}").render(name=name) == expected
    assert address_of(STATIC, f"{root}/static", name) == expected
