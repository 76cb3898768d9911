"""The desk's list of requests: what is found there, how it is turned over, and what a row says of its day."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from node.app import create_app
from node.context import Node
from node.web.desk import requests
from schemas import exchange as rules
from schemas.exchange import ASKER, OPERATOR, OWNER
from tests.fakes.exchanges import act, asked, shared
from tests.fakes.publisher import clock_of, publisher
from tests.node.web.desk.signed_in import signed_in

SLUG = "riverside-school"
HERE = f"/desk/{SLUG}/requests"
DAY = 86_400


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", mail_capture=True)


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


def page(client: FlaskClient, query: str = "") -> html.HtmlElement:
    answer = client.get(HERE + query)
    assert answer.status_code == 200
    return html.fromstring(answer.get_data(as_text=True))


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def rows(found: html.HtmlElement, kind: str) -> list[str]:
    section = f"//section[@aria-labelledby='{kind}-title']"
    return [words(one) for one in found.xpath(f"{section}//li[contains(@class, 'request')]")]


def asking(found: html.HtmlElement) -> list[str]:
    return [words(one) for one in found.xpath("//li[contains(@class, 'request')]//bdi")]


def test_more_than_fit_are_turned_over_and_none_is_left_out(
    node: Node, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(requests.AT_FIRST, "waiting", 2)
    monkeypatch.setattr(requests, "PAGE_ROWS", 3)
    what = shared(node, quantity=9)
    for number in range(4):
        clock_of(node).pass_by(minutes=1)
        asked(node, what, f"N{number}")
    client = signed_in(app, node, SLUG)
    first = page(client)
    assert asking(first) == ["N0", "N1"]
    [more] = first.xpath("//section[@aria-labelledby='waiting-title']/p/a")
    assert words(more) == "See all 4: Waiting for your answer"
    assert more.get("href") == f"{HERE}?show=waiting"
    assert asking(page(client, "?show=waiting")) == ["N0", "N1", "N2"]
    assert asking(page(client, "?show=waiting&page=2")) == ["N3"]
    assert "There are none here any more." in words(page(client, "?show=waiting&page=3"))
    assert page(client, "?show=waiting").xpath(f"//a[@href='{HERE}' and text()='All requests']")


def test_a_request_is_found_by_who_asks_and_by_what_it_is(node: Node, app: Flask) -> None:
    asked(node, shared(node, title="A desk"), "Zoë", email="zoe@x.example")
    act(node, asked(node, shared(node, "tent", title="A tent"), "Dai"), rules.ACCEPT)
    client = signed_in(app, node, SLUG)
    assert [len(rows(page(client, "?q=zoe"), kind)) for kind in requests.LISTS] == [1, 0, 0, 0]
    assert [len(rows(page(client, "?q=tent"), kind)) for kind in requests.LISTS] == [0, 1, 0, 0]
    nothing = page(client, "?q=%3Cb%3Eboat")
    assert "Nothing is called that, and nobody who is still known here." in words(nothing)
    assert nothing.xpath("//input[@name='q']/@value") == ["<b>boat"]
    assert client.get(f"{HERE}?show=%00&q=%00&page=x").status_code == 200


def test_by_ear_and_by_keyboard_the_way_to_each_request_is_short(node: Node, app: Flask) -> None:
    what = shared(node, quantity=3, title="A desk")
    for name in ("Ann", "Dai"):
        act(node, asked(node, what, name), rules.ACCEPT)
    found = page(signed_in(app, node, SLUG))
    [skip] = found.xpath("//a[@class='skip']/@href")
    beyond = found.xpath(f"//*[@id='{skip[1:]}']")[0]
    assert [words(one) for one in beyond.xpath(".//h1")] == ["Requests"]
    assert not beyond.xpath(".//nav[@aria-label='Desk'] | .//button[text()='Sign out']")
    pressed = [words(one) for one in found.xpath("//li[contains(@class, 'request')]//button")]
    assert sorted(pressed) == ["It was handed over: A desk, Ann", "It was handed over: A desk, Dai"]


def test_the_first_page_of_the_desk_names_what_is_near_and_what_is_late(node: Node, app: Flask) -> None:
    now, clock = node.now, clock_of(node)
    for name, first, last in (("A late", 1, 2), ("A near", 5, 7), ("A far", 9, 10)):
        what = shared(node, name[2:], action="lend", title=f"{name} tent")
        act(node, one := asked(node, what, starts_at=now + first * DAY, ends_at=now + last * DAY), rules.ACCEPT)
        if name == "A late":
            act(node, one, rules.MEET)
    client = signed_in(app, node, SLUG)
    assert "overdue" not in words(html.fromstring(client.get(f"/desk/{SLUG}/").get_data(as_text=True)))
    clock.pass_by(days=4)
    home = html.fromstring(client.get(f"/desk/{SLUG}/").get_data(as_text=True))
    assert [words(one) for one in home.xpath("//li[contains(@class, 'request')]//strong[@dir]")] == [
        "A late tent",
        "A near tent",
    ]
    assert home.xpath(f"//a[@href='{HERE}?show=agreed']")


def test_who_runs_the_node_finds_what_is_to_be_decided(node: Node, app: Flask) -> None:
    one = asked(node, shared(node, title="A drill"))
    for name, side in ((rules.ACCEPT, OWNER), (rules.HAND_OVER, OWNER), (rules.DISPUTE, ASKER)):
        act(node, one, name, side)
    runs, owner = signed_in(app, node, SLUG, "operator"), signed_in(app, node, SLUG)
    home = html.fromstring(runs.get("/desk/").get_data(as_text=True))
    [link] = home.xpath("//section[@aria-labelledby='disputes-title']//a")
    assert words(link) == "A drill"
    decide = link.get("href").partition("share.example.org")[2]
    assert runs.get(decide).status_code == 200
    assert "disputes-title" not in owner.get("/desk/").get_data(as_text=True)
    act(node, one, rules.SETTLE, OPERATOR, outcome=rules.CANCELLED)
    assert "disputes-title" not in runs.get("/desk/").get_data(as_text=True)


def test_a_row_says_when_it_is_fetched_and_when_it_is_to_be_back(node: Node, app: Flask) -> None:
    clock, now = clock_of(node), node.now
    what = shared(node, action="lend", title="A tent", quantity=5)
    one = asked(node, what, quantity=2, starts_at=now + DAY, ends_at=now + 3 * DAY)
    client = signed_in(app, node, SLUG)
    assert "2 of 5" in rows(page(client), "waiting")[0]
    act(node, one, rules.ACCEPT, quantity=1)
    [agreed] = rows(page(client), "agreed")
    assert "1 of 5" in agreed
    assert " – " in agreed
    act(node, one, rules.HAND_OVER, OWNER)
    act(node, one, rules.HAND_OVER, ASKER)
    assert "Back by" in rows(page(client), "agreed")[0]
    clock.pass_by(days=4)
    assert "is back" in rows(page(client), "agreed")[0]
    [late] = page(client).xpath("//section[@aria-labelledby='agreed-title']//strong[starts-with(., 'Should be back')]")
    assert words(late).startswith("Should be back since ")
    act(node, one, rules.BRING_BACK, OWNER)
    assert "Back by" not in rows(page(client), "over")[0]
