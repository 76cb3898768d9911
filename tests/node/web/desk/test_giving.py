"""Already gave it away: from the list of listings, two presses say who has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from lxml import html

from node.app import create_app
from node.context import Node
from node.services.listings.publishing import listing
from schemas import exchange as rules
from tests.fakes.asked_elsewhere import browser
from tests.fakes.city import CITY
from tests.fakes.exchanges import every, last_link, now_of, shared, subjects
from tests.fakes.far import club
from tests.fakes.publisher import publisher
from tests.node.web.desk.signed_in import signed_in
from tests.node.web.test_asking import DESK, SLUG, send, words


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "node", mail_capture=True)
    yield made
    made.database.close()


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


def page_of(text: str) -> html.HtmlElement:
    return html.fromstring(text)


def buttons(page: html.HtmlElement) -> dict[str, str]:
    """What the buttons of a page that can be seen say and send."""
    found = page.xpath("//main//button[@name='who'][not(@aria-hidden)]")
    return {" ".join(one.text_content().split()): one.get("value") for one in found}


def test_two_presses_from_the_list_to_an_organisation_something_was_given_before(node: Node, app: Flask) -> None:
    club(node)
    first, second = shared(node, "chair"), shared(node, "desk", quantity=3)
    editor = signed_in(app, node, SLUG, "editor")
    path = f"{DESK}/listings/{first.row.key}/given"
    looked = page_of(send(editor, path, path, who="look", name="gladst").get_data(as_text=True))
    send(editor, path, path, who=buttons(looked)["Gladstone Connect Community group"])

    # The first press: the link in the list. The second: the organisation.
    listed = page_of(editor.get(f"{DESK}/listings").get_data(as_text=True))
    links = listed.xpath("//a[contains(., 'Already gave it away?')]/@href")
    [link] = [one for one in links if f"/{second.row.key}/" in one]
    shown = page_of(editor.get(link).get_data(as_text=True))
    pressed = buttons(shown)["Gladstone Connect Community group"]
    done = send(editor, link, link, who=pressed, quantity="3")
    assert done.status_code == 303
    one = done.headers["Location"].rpartition("/")[2]
    told = words(editor.get(done.headers["Location"]))
    assert "We ask them whether it was so." in told
    assert "You have said that they got it." in told
    assert "When you meet" not in told
    assert now_of(node, one).exchange.state == rules.HANDED_OVER
    assert listing(node, second.row.key).state == "withdrawn"
    assert subjects(node)[-1][1].startswith("Did you get this?")


def test_a_slip_is_taken_back_with_one_press_and_the_link_says_so_kindly(node: Node, app: Flask) -> None:
    club(node)
    what = shared(node, quantity=3)
    editor, path = signed_in(app, node, SLUG, "editor"), f"{DESK}/listings/{what.row.key}/given"
    looked = page_of(send(editor, path, path, who="look", name="gladst").get_data(as_text=True))
    pressed = buttons(looked)["Gladstone Connect Community group"]
    at = send(editor, path, path, who=pressed, quantity="3").headers["Location"]
    shown = words(editor.get(at))
    assert "That was a mistake" in shown
    assert "No, that is not so" not in shown
    link = last_link(node, "bo")
    assert send(editor, at, at, do="take_back").status_code == 303
    assert "You have said that this was a mistake." in words(editor.get(at))
    back = listing(node, what.row.key)
    assert (back.state, back.listing().quantity.available) == ("live", 3)
    theirs = words(app.test_client().get(link))
    assert "They had pressed your name by mistake, and have said so." in theirs
    assert "Yes, it was handed over" not in theirs


def test_what_is_typed_stays_and_enter_only_looks(node: Node, app: Flask) -> None:
    what = shared(node, quantity=5)
    editor, path = signed_in(app, node, SLUG, "editor"), f"{DESK}/listings/{what.row.key}/given"
    shown = page_of(editor.get(path).get_data(as_text=True))
    assert shown.xpath("(//form[.//input[@name='name']]//button[@type='submit'])[1]/@value") == ["look"]
    looked = page_of(send(editor, path, path, who="look", name="Nobody <b>", quantity="2").get_data(as_text=True))
    assert looked.xpath("//input[@name='quantity']/@value") == ["2"]
    assert looked.xpath("//input[@name='name']/@value") == ["Nobody <b>"]
    assert "Nobody of this name is known here" in looked.text_content()
    for who in ("to https://nobody.example/x ", "to x https://evil.example/", "", "to "):
        wrong = send(editor, path, path, who=who, name="glad", quantity="2")
        assert wrong.status_code == 422
        assert page_of(wrong.get_data(as_text=True)).xpath("//input[@name='quantity']/@value") == ["2"]
    assert every(node) == []


def test_who_only_looks_on_gives_nothing_away(node: Node, app: Flask) -> None:
    what = shared(node)
    viewer, path = signed_in(app, node, SLUG, "viewer"), f"{DESK}/listings/{what.row.key}/given"
    assert viewer.get(path).status_code == 403


def test_a_catalogue_lists_its_organisations_for_other_nodes(tmp_path: Path) -> None:
    made = publisher(tmp_path / "city", node_url=CITY, node_name="City", aggregate=True, mail_capture=True)
    club(made)
    client = browser(create_app(made))
    [found] = client.get("/organisations.json?name=GLAD").get_json()["organisations"]
    assert (found["name"], found["node"], found["by"]) == ("Gladstone Connect", CITY, "message")
    assert client.get(f"/organisations.json?id={found['id']}").get_json()["organisations"] == [found]
    for query in ("", "?name=", "?name=g", "?name=%00%00", "?id=x", "?name=gladx"):
        assert client.get(f"/organisations.json{query}").get_json() == {"organisations": []}
    made.database.close()
