"""One's own account at the desk: its name, its password, and the browsers that are signed in."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from node.context import Node
from node.services.identity import accounts
from tests.fakes.publisher import clock_of
from tests.node.web.desk.signed_in import send, signed_in

PASSWORD = "three otters in a canoe"
HOSTILE = '"><script>alert(1)</script>'
PAGE = "/desk/account"


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    made = signed_in(app, node, "riverside-school")
    assert send(made, f"{PAGE}/password", password=PASSWORD).status_code == 303
    return made


def test_a_name_is_changed_and_shown_as_text(browser: FlaskClient, node: Node) -> None:
    assert send(browser, PAGE, name=HOSTILE).status_code == 303
    assert accounts.every(node)[0].name == HOSTILE
    assert HOSTILE not in browser.get(PAGE).text
    answer = send(browser, PAGE, name="x" * 101)
    assert answer.status_code == 422
    assert "x" * 101 in answer.text, "what was typed is still there"


def test_a_password_signs_every_other_browser_out(browser: FlaskClient, app: Flask, node: Node) -> None:
    other = signed_in(app, node, "riverside-school")
    assert other.get(PAGE).status_code == 200
    answer = send(browser, f"{PAGE}/password", password="another canoe")
    assert answer.status_code == 303
    assert other.get(PAGE).status_code == 303
    assert "every other browser is signed out" in browser.get(PAGE).text.lower()


def test_a_weak_password_is_explained_and_not_sent_back(browser: FlaskClient) -> None:
    answer = send(browser, f"{PAGE}/password", password="password123")
    assert answer.status_code == 422
    assert "others would try first" in answer.text
    assert "password123" not in answer.text


def test_browsers_are_listed_and_signed_out_one_by_one(browser: FlaskClient, app: Flask, node: Node) -> None:
    other = signed_in(app, node, "riverside-school")
    stranger = signed_in(app, node, "mending-room")
    page = browser.get(PAGE).text
    assert page.count('name="session"') == 1
    name = page.partition('name="session" value="')[2][:8]
    assert send(stranger, f"{PAGE}/sessions/end", session=name).status_code == 303
    assert other.get(PAGE).status_code == 200, "nobody ends another person's session"
    assert send(browser, f"{PAGE}/sessions/end", session=name).status_code == 303
    assert other.get(PAGE).status_code == 303
    for _ in range(2):
        signed_in(app, node, "riverside-school")
    assert send(browser, f"{PAGE}/sessions/end-others").status_code == 303
    assert 'name="session"' not in browser.get(PAGE).text
    assert stranger.get(PAGE).status_code == 200


def test_dangerous_things_ask_again_after_a_while(browser: FlaskClient, node: Node) -> None:
    clock_of(node).pass_by(minutes=16)
    answer = browser.get(f"{PAGE}/password")
    assert answer.headers["Location"].endswith("/desk/account/prove?next=%2Fdesk%2Faccount%2Fpassword")
    door = f"{PAGE}/prove"
    wrong = send(browser, door, password="wrong", next=f"{PAGE}/password")
    assert wrong.status_code == 422
    assert browser.get(f"{PAGE}/password").status_code == 303
    right = send(browser, door, password=PASSWORD, next=f"{PAGE}/password")
    assert right.headers["Location"].endswith(f"{PAGE}/password")
    assert browser.get(f"{PAGE}/password").status_code == 200
    assert send(browser, door, password=PASSWORD, next="https://evil.example/").headers["Location"].endswith("/desk/")


def test_a_form_that_lay_open_for_long_changes_nothing(browser: FlaskClient, node: Node) -> None:
    before = accounts.every(node)[0].password_hash
    clock_of(node).pass_by(minutes=46)
    answer = send(browser, f"{PAGE}/password", password="another canoe")
    assert "/desk/account/prove" in answer.headers["Location"]
    assert accounts.every(node)[0].password_hash == before


def test_who_has_no_password_is_told_how_to_prove_it(app: Flask, node: Node) -> None:
    browser = signed_in(app, node, "mending-room")
    clock_of(node).pass_by(minutes=16)
    assert "by a new link" in browser.get(f"{PAGE}/password", follow_redirects=True).text
    assert send(browser, f"{PAGE}/prove", password="").status_code == 422
