"""What the desk prints: for the organisation and for its listings, and for nobody else's."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from node.context import Node
from node.services.identity.members import VIEWER
from node.services.listings import publishing
from node.services.listings.publishing import put_listings
from node.services.organisations import hosting
from schemas.event import Event
from tests.fakes.publisher import draft
from tests.node.web.desk.signed_in import signed_in

HERE = "/desk/riverside-school/print"
CHAIRS, DESK = "riverside-school.chairs", "riverside-school.desk"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def viewer(app: Flask, node: Node) -> FlaskClient:
    put_listings(node, [draft(node, "chairs", title="Twelve chairs"), draft(node, "desk", title=HOSTILE)])
    return signed_in(app, node, "riverside-school", VIEWER)


def tree(client: FlaskClient, path: str) -> html.HtmlElement:
    answer = client.get(path)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def titles(page: html.HtmlElement) -> list[str]:
    return [title.text_content() for title in page.xpath("//main//h2")]


def test_it_is_chosen_among_the_listings(viewer: FlaskClient) -> None:
    page = tree(viewer, HERE)
    assert sorted(page.xpath("//input[@name='of']/@value")) == [CHAIRS, DESK]
    found = tree(viewer, f"{HERE}?q=CHAIRS&as=labels")
    assert found.xpath("//input[@name='of']/@value") == [CHAIRS]
    assert found.xpath("//input[@name='as'][@checked]/@value") == ["labels"]
    kept = tree(viewer, f"{HERE}?q=nothing&of={DESK}")
    assert kept.xpath("//input[@name='of'][@checked]/@value") == [DESK], "what was chosen stays in sight"
    assert "No listing has that in its name." in tree(viewer, f"{HERE}?q=nothing").text_content()


def test_the_oldest_of_many_is_found_and_printed(viewer: FlaskClient, node: Node) -> None:
    for start in range(0, 250, 50):
        put_listings(node, [draft(node, f"b{number}", title=f"Box {number}") for number in range(start, start + 50)])
    page = tree(viewer, HERE)
    assert len(page.xpath("//input[@name='of']")) == 60
    assert "60 of 252 listings are shown." in page.text_content()
    assert tree(viewer, f"{HERE}?q=twelve").xpath("//input[@name='of']/@value") == [CHAIRS]
    first = tree(viewer, f"{HERE}?of={CHAIRS}").xpath("//input[@name='of']")
    assert [(one.get("value"), one.get("checked") is not None) for one in first[:1]] == [(CHAIRS, True)]
    assert titles(tree(viewer, f"{HERE}/sheet?as=poster&of={CHAIRS}")) == ["Twelve chairs"]


@pytest.mark.parametrize(
    ("query", "sheets", "shown"),
    [
        pytest.param("as=poster", 1, ["Riverside School"], id="a poster of the organisation"),
        pytest.param(f"as=poster&of={CHAIRS}&of={DESK}", 2, ["Twelve chairs", HOSTILE], id="of two listings"),
        pytest.param(f"as=labels&of={CHAIRS}", 1, ["Twelve chairs"] * 8, id="labels fill a sheet"),
        pytest.param(f"as=labels&of={CHAIRS}&copies=9", 2, ["Twelve chairs"] * 9, id="nine labels"),
        pytest.param("as=cards", 1, ["Riverside School"] * 10, id="cards of the organisation"),
        pytest.param(f"as=signup&of={CHAIRS}&lines=20", 2, ["Twelve chairs"] * 2, id="a list of two pages"),
        pytest.param("as=nonsense&copies=-1&lines=ten", 1, ["Riverside School"], id="nonsense"),
        pytest.param(f"as=cards&copies=9²&of={CHAIRS}&of={CHAIRS}", 1, ["Twelve chairs"] * 10, id="no number"),
    ],
)
def test_sheets(viewer: FlaskClient, query: str, sheets: int, shown: list[str]) -> None:
    page = tree(viewer, f"{HERE}/sheet?{query}")
    assert len(page.find_class("paper")) == sheets
    assert titles(page) == shown
    assert HOSTILE.split(">")[0] + ">alert" not in viewer.get(f"{HERE}/sheet?{query}").text


def test_an_event_says_when_and_where(viewer: FlaskClient) -> None:
    page = tree(viewer, f"{HERE}/sheet?as=signup&of={CHAIRS}&when=Saturday, 2 pm&where=%3Cb%3EThe hall")
    assert page.xpath("//*[@class='paper-facts']/li/text()")[:2] == ["Saturday, 2 pm", "<b>The hall"]
    assert [row.text_content() for row in page.xpath("//tbody//th")] == [str(number) for number in range(1, 17)]
    assert page.xpath("//tbody//td[normalize-space()]") == []


def test_for_a_workshop_there_are_as_many_lines_as_places(viewer: FlaskClient, node: Node) -> None:
    event = Event((date(2026, 12, 3),), "Europe/London", "18:00", "20:00", places=12, sign_up="needed")
    expires = datetime(2026, 12, 3, 20, tzinfo=UTC)
    put_listings(
        node, [draft(node, "mend", kind="skill", action="help", category="skill", event=event, expires=expires)]
    )
    sheet = tree(viewer, f"{HERE}/sheet?as=signup&of=riverside-school.mend")
    assert len(sheet.xpath("//tbody//th")) == 12
    assert len(tree(viewer, f"{HERE}/sheet?as=signup&lines=20&of=riverside-school.mend").xpath("//tbody//th")) == 20
    poster = tree(viewer, f"{HERE}/sheet?as=poster&of=riverside-school.mend").text_content()
    assert "It is free. Sign up here:" in poster
    assert "There is room for 12 people." in poster


@pytest.mark.parametrize("query", ["as=poster", f"as=poster&of={CHAIRS}", "as=cards", "as=labels"])
def test_the_logo_stands_on_paper(viewer: FlaskClient, node: Node, query: str) -> None:
    assert tree(viewer, f"{HERE}/sheet?{query}").find_class("paper-logo") == []
    logo = f"{node.settings.url}media/{'0' * 32}-64x32.png"
    hosting.put_profile(node, "Riverside School", "riverside-school", {"logo": logo})
    shown = tree(viewer, f"{HERE}/sheet?{query}").find_class("paper-logo")
    assert {one.get("src") for one in shown} == {f"/media/{'0' * 32}-64x32.png"}


def test_codes_and_addresses_lead_to_the_public_page(viewer: FlaskClient) -> None:
    page = tree(viewer, f"{HERE}/sheet?as=labels&of={CHAIRS}&copies=1")
    assert page.xpath("string(//*[@class='paper-address'])") == f"share.example.org/listings/{CHAIRS}"
    [code] = page.xpath("//img[@class='paper-code']/@src")
    assert viewer.get(code).mimetype == "image/svg+xml"


def test_a_printed_code_of_what_is_gone_leads_on_to_its_organisation(viewer: FlaskClient, node: Node) -> None:
    publishing.withdraw(node, CHAIRS, "given")
    gone = viewer.get(f"/listings/{CHAIRS}")
    assert gone.status_code == 410
    [whose] = html.document_fromstring(gone.text).xpath("//main//a[contains(@href, '/organisations/')]")
    assert whose.text_content() == "What Riverside School shares now"
    assert viewer.get(whose.get("href")).status_code == 200
    publishing.withdraw(node, DESK, "withdrawn")
    assert "/organisations/" not in viewer.get(f"/listings/{DESK}").text, "there is nothing left to see"


def test_strips_are_torn_off_a_poster(viewer: FlaskClient) -> None:
    assert (
        len(tree(viewer, f"{HERE}/sheet?as=poster&of={CHAIRS}&strips=1").xpath("//*[@class='poster-strips']/li")) == 8
    )
    assert tree(viewer, f"{HERE}/sheet?as=poster&of={CHAIRS}").find_class("poster-strips") == []


def test_other_organisations_are_not_printed(app: Flask, node: Node, viewer: FlaskClient) -> None:
    stranger = signed_in(app, node, "park", VIEWER)
    assert stranger.get(HERE).status_code == 404
    assert stranger.get(f"{HERE}/sheet").status_code == 404
    assert stranger.get(f"/desk/park/print/sheet?of={CHAIRS}").status_code == 404
    assert tree(stranger, "/desk/park/print").xpath("//input[@name='of']") == []
