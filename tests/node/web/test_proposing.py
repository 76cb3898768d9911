"""Proposing a source by form: what is kept, what is asked again, and what programs meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.services.aggregating import proposals
from tests.node.web.aggregator import Browser

PATH = "/sources/propose"
WORDS = {"url": "park.example", "name": "Park group", "email": "anna@park.example", "note": "Desks & chairs"}


@pytest.fixture
def browser(tmp_path: Path) -> Browser:
    return Browser(tmp_path / "home")


def test_a_proposal_is_thanked_for_and_waits(browser: Browser) -> None:
    answer = browser.post(PATH, PATH, **WORDS)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "https://park.example/" in text
    assert "anna@park.example" in text
    [kept] = proposals.waiting(browser.node)
    assert (kept.name, kept.note) == ("Park group", "Desks & chairs")


def test_sending_the_page_again_changes_nothing(browser: Browser) -> None:
    for _ in range(3):
        assert browser.post(PATH, PATH, **WORDS).status_code == 200
    assert len(proposals.waiting(browser.node)) == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        pytest.param({"url": ""}, "#url", id="no address"),
        pytest.param({"url": "our shop in town"}, "#url", id="no web address"),
        pytest.param({"email": "anna"}, "#email", id="no e-mail address"),
        pytest.param({"note": "a" * 2001}, "#note", id="a long note"),
    ],
)
def test_nothing_typed_is_lost(browser: Browser, changes: dict[str, str], where: str) -> None:
    sent = {**WORDS, **changes}
    answer = browser.post(PATH, PATH, **sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'href="{where}"' in text
    for value in sent.values():
        assert value.replace("&", "&amp;") in text
    assert proposals.waiting(browser.node) == []


def test_a_link_brings_the_address_and_the_name_along(browser: Browser) -> None:
    text = browser.text(f"{PATH}?url=https%3A%2F%2Fpark.example%2F&name=Park+%22group%22&note=Hello")
    assert ('value="https://park.example/"' in text, 'value="Park &#34;group&#34;"' in text) == (True, True)
    assert 'name="note"' in text
    assert ">Hello" not in text


def test_what_is_typed_stays_text(browser: Browser) -> None:
    answer = browser.post(PATH, PATH, url="", note='"><script>alert(1)</script>')
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_a_program_that_fills_in_everything_gets_another_try_and_nothing_is_kept(browser: Browser) -> None:
    answer = browser.post(PATH, PATH, **WORDS, homepage="https://spam.example/")
    assert answer.status_code == 422
    assert "park.example" in answer.get_data(as_text=True)
    assert proposals.waiting(browser.node) == []


def test_the_sixth_within_an_hour_is_asked_to_wait(browser: Browser) -> None:
    for number in range(5):
        assert browser.post(PATH, PATH, url=f"https://a{number}.example/").status_code == 200
    answer = browser.post(PATH, PATH, **WORDS)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")
    assert "Desks &amp; chairs" in answer.get_data(as_text=True)


def test_a_link_can_bring_the_address_along_but_sends_nothing(browser: Browser) -> None:
    assert 'value="https://park.example/"' in browser.text(f"{PATH}?url=https://park.example/")
    assert proposals.waiting(browser.node) == []


def test_without_the_token_nothing_is_taken(browser: Browser) -> None:
    assert browser.client.post(PATH, data=WORDS).status_code == 400
    assert proposals.waiting(browser.node) == []


def test_a_board_that_takes_none(tmp_path: Path) -> None:
    browser = Browser(tmp_path / "home", proposals=False)
    assert browser.get(PATH).status_code == 404
    assert browser.post(PATH, **WORDS).status_code == 404
