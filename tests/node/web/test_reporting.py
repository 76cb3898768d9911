"""Reporting a listing by form, and the operator's answer: what is kept, what is asked again, what programs meet."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import html

from federation.facts import short_key
from node.services.moderation import reporting
from node.storage.reports import Report
from tests.fakes.publisher import URL, clock_of, publisher
from tests.fakes.sites import item
from tests.node.web.aggregator import Browser, follow, send

DESK = item()
PAGE = f"/listings/{short_key(DESK['id'])}"
FORM = f"{PAGE}/report"
SAID = {"reason": "not_free", "words": "They ask for £5 & a cake", "email": "anna@park.example"}
ITEM = f"?id={quote(DESK['id'], safe='')}"


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    made = Browser(tmp_path / "home")
    send(made.node, follow(made.node), [DESK, item("chair")])
    return made


def reports(browser: Browser) -> list[Report]:
    return [said for one in reporting.waiting(browser.node) for said in one.reports]


def said_on(browser: Browser, path: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", browser.text(path)).split())


def test_a_listing_leads_to_the_form_and_that_back(browser: Browser) -> None:
    assert html.fromstring(browser.text(PAGE)).xpath(f"//a[@href='{FORM}']/@rel") == ["nofollow"]
    form = html.fromstring(browser.text(FORM))
    assert form.xpath("//nav[@class='crumbs']//a/@href") == [PAGE]
    assert form.xpath("//input[@type='radio']/@value") == list(reporting.REASONS)
    assert form.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_a_report_is_thanked_for_and_waits(browser: Browser) -> None:
    answer = browser.post(FORM, FORM, **SAID)
    assert answer.status_code == 200
    assert "anna@park.example" in answer.get_data(as_text=True)
    [kept] = reports(browser)
    assert (kept.reason, kept.words, kept.email) == tuple(SAID.values())
    assert browser.get(PAGE).status_code == 200
    assert "anna@park.example" not in browser.text(PAGE) + browser.text("/sources/1/report.json")


def test_sending_it_again_changes_nothing(browser: Browser) -> None:
    for _ in range(3):
        assert browser.post(FORM, FORM, **SAID).status_code == 200
    assert len(reports(browser)) == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        pytest.param({"reason": ""}, "#reason", id="nothing chosen"),
        pytest.param({"reason": "other", "words": ""}, "#words", id="other, without words"),
        pytest.param({"words": "a" * 2001}, "#words", id="a long text"),
        pytest.param({"email": "anna"}, "#email", id="no e-mail address"),
    ],
)
def test_nothing_typed_is_lost(browser: Browser, changes: dict[str, str], where: str) -> None:
    sent = {**SAID, **changes}
    answer = browser.post(FORM, FORM, **sent)
    tree = html.fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert tree.xpath("//*[@data-error-summary]//a/@href") == [where]
    assert tree.xpath("string(//textarea)") == sent["words"]
    assert tree.get_element_by_id("email").get("value") == sent["email"]
    assert tree.xpath("//input[@checked]/@value") == [sent["reason"]] * bool(sent["reason"])
    assert reports(browser) == []


def test_programs_that_fill_in_everything_are_turned_away(browser: Browser) -> None:
    answer = browser.post(FORM, FORM, **SAID, homepage="https://spam.example/")
    assert answer.status_code == 422
    assert "They ask for £5 &amp; a cake" in answer.get_data(as_text=True)
    assert reports(browser) == []


def test_too_many_are_asked_to_wait(browser: Browser) -> None:
    for number in range(reporting.AN_HOUR):
        reporting.report(browser.node, f"x:{number}", reason="gone", words="", email="", from_address="127.0.0.1")
    answer = browser.post(FORM, FORM, **SAID)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "They ask for £5 &amp; a cake" in answer.get_data(as_text=True)


def test_without_the_token_nothing_is_taken(browser: Browser) -> None:
    assert browser.client.post(FORM, data=SAID).status_code == 400
    assert reports(browser) == []


@pytest.mark.parametrize("path", ["/listings/none/report", "/listings/../report"])
def test_there_is_nothing_to_report_where_nothing_is_shown(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.post(path, FORM, **SAID).status_code == 404


def test_what_is_gone_meanwhile_is_not_reported(browser: Browser) -> None:
    token = browser.token(FORM)
    clock_of(browser.node).pass_by(days=200)
    answer = browser.client.post(FORM, data={"csrf_token": token, **SAID}, headers={"Referer": URL})
    assert answer.status_code == 404


def test_a_publisher_has_no_desk_to_report_to(tmp_path: Path) -> None:
    from node.app import create_app
    from node.services.listings.publishing import put_listings
    from tests.fakes.own_client import client_of
    from tests.fakes.publisher import draft

    node = publisher(tmp_path / "small")
    [made] = put_listings(node, [draft(node)])
    client = client_of(create_app(node))
    assert "report" not in client.get(f"/listings/{made.key}").get_data(as_text=True)
    assert client.get(f"/listings/{made.key}/report").status_code == 404


# The operator


@pytest.fixture
def control(browser: Browser) -> Browser:
    browser.post(FORM, FORM, **SAID)
    browser.sign_in()
    return browser


@pytest.mark.parametrize("path", ["/control/queue/reported", "/control/queue/keep", "/control/queue/take-down"])
def test_nobody_else_answers(browser: Browser, path: str) -> None:
    browser.post(FORM, FORM, **SAID)
    assert browser.get(path + ITEM).status_code in (303, 405)
    browser.post(path + ITEM, FORM, reason="x")
    assert len(reports(browser)) == 1


def test_what_is_reported_waits_beside_the_rest(control: Browser) -> None:
    assert "1 reported" in said_on(control, "/control/")
    for path in ("/control/queue", "/control/queue?verdict=reported"):
        text = said_on(control, path)
        assert "Listings that visitors reported" in text
        assert "It is not free: somebody asks for money" in text
    assert "Listings that visitors reported" not in control.text("/control/queue?verdict=held")
    page = said_on(control, f"/control/queue/reported{ITEM}")
    for words in ("They ask for £5 &amp; a cake", "anna@park.example", "Park node", "A desk"):
        assert words in page


def test_keeping_it_answers_the_reports(control: Browser) -> None:
    page = f"/control/queue/reported{ITEM}"
    assert control.post(f"/control/queue/keep{ITEM}", page).status_code == 303
    assert "It stays on the board." in said_on(control, "/control/queue")
    assert reports(control) == []
    assert control.get(PAGE).status_code == 200
    assert control.post(f"/control/queue/keep{ITEM}", "/control/queue").status_code == 303
    assert "waits no more" in said_on(control, "/control/queue")


def test_taking_it_down_needs_a_reason_and_then_it_is_gone(control: Browser) -> None:
    page = f"/control/queue/reported{ITEM}"
    answer = control.post(f"/control/queue/take-down{ITEM}", page, reason=" ")
    assert answer.status_code == 422
    assert "Give a reason" in answer.get_data(as_text=True)
    assert control.get(PAGE).status_code == 200
    assert control.post(f"/control/queue/take-down{ITEM}", page, reason="Asks for money").status_code == 303
    assert control.get(PAGE).status_code == 410
    assert "Asks for money" in control.text("/sources/1/report.json")
    assert "£5" not in control.text("/sources/1/report.json")


@pytest.mark.parametrize("query", ["", "?id=", f"?id={'x' * 3000}"])
def test_an_address_that_names_nothing_is_not_found(control: Browser, query: str) -> None:
    assert control.get(f"/control/queue/reported{query}").status_code == 404
