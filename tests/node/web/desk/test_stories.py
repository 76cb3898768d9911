"""Telling a story at the desk in a browser without scripts, and the other organisation's word on its name."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.services.identity import accounts
from node.services.moving.exporting import export
from node.storage import stories
from node.storage.stories import OwnStory
from tests.fakes.camera import jpeg
from tests.fakes.exchanges import mails, subjects
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of, publisher, school
from tests.fakes.stories import TEXT, handed_to, handed_to_person, told
from tests.node.web.desk.signed_in import send, signed_in

SLUG = "riverside-school"
DESK = f"/desk/{SLUG}/stories"
TYPED = {"title": "Chairs for the reading group", "text": TEXT}


@pytest.fixture
def node(tmp_path: Any) -> Node:
    return publisher(tmp_path / "home", mail_capture=True)


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def ann(app: Flask, node: Node) -> FlaskClient:
    school(node)
    return signed_in(app, node, SLUG)


@pytest.fixture
def everyone(app: Flask) -> FlaskClient:
    return client_of(app)


def words(response: TestResponse) -> str:
    return " ".join(html.fromstring(response.get_data(as_text=True)).text_content().split())


def form_of(ann: FlaskClient, exchange: str) -> str:
    """Where the form of a story of this handover is sent."""
    page = html.fromstring(ann.get(f"{DESK}/new?{urlencode({'exchange': exchange})}").get_data(as_text=True))
    [action] = page.xpath("//form[@id='story-form']/@action")
    return str(action)


def write(ann: FlaskClient, exchange: str, then: str = "publish", **changed: Any) -> TestResponse:
    path = form_of(ann, exchange)
    page = f"{DESK}/new?{urlencode({'exchange': exchange})}"
    fields = {"story": path.rpartition("/")[2], "exchange": exchange, "photos": "1", "then": then}
    return send(ann, path, page, **{**TYPED, **fields, **changed})


def of_school(node: Node) -> OwnStory:
    with node.database.read() as tx:
        [found] = stories.of_organisation(tx, school(node).id, 10)
    return found


def problems(response: TestResponse) -> list[str]:
    assert response.status_code == 422, words(response)
    page = html.fromstring(response.get_data(as_text=True))
    return [" ".join(one.text_content().split()) for one in page.xpath("//*[@class='error-summary']//li")]


def page_of(node: Node, everyone: FlaskClient) -> TestResponse:
    return everyone.get(f"/stories/{of_school(node).key}")


def test_a_story_is_told_in_two_presses(node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    exchange = handed_to_person(node)
    assert "There is something to tell" in words(ann.get(DESK))
    assert write(ann, exchange).status_code == 303
    page = words(page_of(node, everyone))
    assert "Chairs for the reading group" in page
    assert "every Tuesday" in page
    assert "Riverside School, with somebody nearby" in page
    assert "Cem" not in page
    assert "Chairs for the reading group" in words(everyone.get("/stories"))
    assert "There is something to tell" not in words(ann.get(DESK))


def test_the_page_says_what_it_is_to_programs(node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    write(ann, handed_to_person(node))
    page = html.fromstring(page_of(node, everyone).get_data(as_text=True))
    key = of_school(node).key
    assert page.xpath("//link[@rel='canonical']/@href") == [f"https://share.example.org/stories/{key}"]
    [said] = page.xpath("//script[@type='application/ld+json']/text()")
    assert '"@type":"Article"' in said
    assert '"headline":"Chairs for the reading group"' in said
    assert page.xpath("//meta[@property='og:title']/@content") == ["Chairs for the reading group"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        pytest.param({"title": " "}, "Give it a title, in a few words.", id="no title"),
        pytest.param({"title": "x" * 121}, "The title has more than 120 letters.", id="long title"),
        pytest.param({"text": ""}, "Tell what happened, in a few sentences.", id="no text"),
        pytest.param({"text": "x" * 4001}, "This has more than 4000 letters.", id="long text"),
        pytest.param({"text": "Cem came by bicycle."}, "This names a person.", id="who asked"),
        pytest.param(
            {"text": "Buy now! Only £9.99 per month, 20% off, call us today for a free quote and visit our shop."},
            "This reads like an advert.",
            id="advert",
        ),
    ],
)
def test_what_cannot_be_told_is_kept_and_explained(
    node: Node, ann: FlaskClient, everyone: FlaskClient, changed: dict[str, str], sentence: str
) -> None:
    exchange = handed_to_person(node)
    response = write(ann, exchange, **changed)
    assert any(one.startswith(sentence) for one in problems(response)), problems(response)
    kept = of_school(node)
    assert {name: kept.typed[name] for name in changed} == changed
    assert page_of(node, everyone).status_code == 404


def test_an_advert_is_told_by_an_appeal(node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    text = "Buy now! Only £9.99 per month, 20% off, call us today for a free quote and visit our shop."
    exchange = handed_to_person(node)
    assert "It is no advert" in words(write(ann, exchange, text=text))
    key = of_school(node).key
    fields = {**TYPED, "text": text, "story": key, "exchange": exchange, "photos": "1", "then": "appeal"}
    assert send(ann, f"{DESK}/{key}", f"{DESK}/{key}", **fields).status_code == 303
    assert page_of(node, everyone).status_code == 200


def test_photos_need_words_and_a_tick(node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    exchange = handed_to_person(node)
    path = form_of(ann, exchange)
    key = path.rpartition("/")[2]
    base = {**TYPED, "story": key, "exchange": exchange, "photos": "1"}
    photo = (BytesIO(jpeg()), "chairs.jpg")
    send(ann, path, f"{DESK}/new?{urlencode({'exchange': exchange})}", **base, then="save", photo_file=photo)
    [image] = of_school(node).images
    ref = re.sub(r".*/media/|\.jpg$", "", image["url"])
    answer = send(ann, path, path, **base, then="publish", **{f"photo:{ref}": ""})
    assert problems(answer) == [
        "Say in a few words what each photo shows, for those who cannot see it.",
        "Say whether anybody can be recognised in the photos, and has agreed.",
    ]
    done = {f"photo:{ref}": "Chairs around a table", "people": "agreed"}
    assert send(ann, path, path, **base, then="publish", **done).status_code == 303
    page = html.fromstring(page_of(node, everyone).get_data(as_text=True))
    assert "Chairs around a table" in page.xpath("//article//img/@alt")
    [og] = page.xpath("//meta[@property='og:image']/@content")
    assert everyone.get(og.removeprefix("https://share.example.org")).status_code == 200


def test_what_is_typed_saves_itself(node: Node, ann: FlaskClient) -> None:
    exchange = handed_to_person(node)
    answer = write(ann, exchange, then="autosave", title="Half a ti", text="")
    assert answer.get_json()["said"] == "Saved"
    assert answer.get_json()["address"] == f"{DESK}/{of_school(node).key}"
    assert of_school(node).title == "Half a ti"
    again = ann.get(f"{DESK}/new?{urlencode({'exchange': exchange})}")
    assert again.headers["Location"] == f"{DESK}/{of_school(node).key}"


def test_who_is_signed_out_meanwhile_gets_everything_back(node: Node, ann: FlaskClient) -> None:
    exchange = handed_to_person(node)
    path = form_of(ann, exchange)
    token = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', ann.get(DESK).get_data(as_text=True))[0]}
    ann.delete_cookie(accounts.COOKIE, domain="share.example.org", path="/desk")
    fields = {**TYPED, **token, "story": "x", "exchange": exchange, "then": "publish"}
    answer = ann.post(path, data=fields, headers={"Referer": "https://share.example.org/"})
    assert answer.status_code == 401
    page = html.fromstring(answer.get_data(as_text=True))
    assert page.xpath("//input[@name='text']/@value") == [TEXT]


def test_a_name_stands_there_only_after_a_yes(app: Flask, node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    bob = signed_in(app, node, "mending-room")
    exchange = handed_to(node)
    write(ann, exchange)
    key = of_school(node).key
    assert "with a community group nearby" in words(page_of(node, everyone))
    assert "Mending" not in page_of(node, everyone).get_data(as_text=True)
    assert ("owner", "May your name stand there? Chairs for the reading group") in subjects(node)
    word = f"/desk/mending-room/stories/{key}/word"
    assert "They ask whether they may name you." in words(bob.get("/desk/mending-room/stories"))
    seen = html.fromstring(bob.get(word).get_data(as_text=True)).xpath("//input[@name='seen']/@value")[0]
    assert send(bob, word, word, says="yes", seen=seen).status_code == 303
    assert "Riverside School, with Mending Room" in words(page_of(node, everyone))
    assert send(bob, word, word, says="no", seen=seen).status_code == 303
    assert "Mending" not in page_of(node, everyone).get_data(as_text=True)
    assert ("owner", "Without their name: Chairs for the reading group") in subjects(node)


def test_a_yes_is_one_to_what_was_read(app: Flask, node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    bob = signed_in(app, node, "mending-room")
    write(ann, handed_to(node))
    key = of_school(node).key
    word = f"/desk/mending-room/stories/{key}/word"
    seen = html.fromstring(bob.get(word).get_data(as_text=True)).xpath("//input[@name='seen']/@value")[0]
    send(bob, word, word, says="yes", seen=seen)
    fields = {**TYPED, "story": key, "exchange": "", "photos": "1", "then": "publish", "text": "Something else."}
    assert send(ann, f"{DESK}/{key}", f"{DESK}/{key}", **fields).status_code == 303
    assert "Mending" not in page_of(node, everyone).get_data(as_text=True)
    late = send(bob, word, word, says="yes", seen=seen)
    assert late.status_code == 422
    assert "changed meanwhile" in words(late)
    assert "Mending" not in page_of(node, everyone).get_data(as_text=True)


def test_words_that_name_the_others_wait_for_their_yes(
    app: Flask, node: Node, ann: FlaskClient, everyone: FlaskClient
) -> None:
    bob = signed_in(app, node, "mending-room")
    write(ann, handed_to(node), text="The MENDING-ROOM sits on them now.")
    assert page_of(node, everyone).status_code == 404
    assert "Waits for their yes" in words(ann.get(DESK))
    word = f"/desk/mending-room/stories/{of_school(node).key}/word"
    seen = html.fromstring(bob.get(word).get_data(as_text=True)).xpath("//input[@name='seen']/@value")[0]
    send(bob, word, word, says="yes", seen=seen)
    assert "The MENDING-ROOM sits" in words(page_of(node, everyone))


def test_the_link_in_the_mail_needs_no_sign_in(app: Flask, node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    signed_in(app, node, "mending-room")
    write(ann, handed_to(node))
    [text] = [text for to, _, text in mails(node) if to.endswith("mending-room.example")]
    link = re.findall(r"https://share\.example\.org(/story-word/\S+)", text)[0]
    before = everyone.get(link)
    assert "Nothing names you until you say yes" in words(before)
    assert before.headers["Cache-Control"] == "no-store"
    assert "Mending" not in page_of(node, everyone).get_data(as_text=True)
    seen = html.fromstring(before.get_data(as_text=True)).xpath("//input[@name='seen']/@value")[0]
    assert send(everyone, link, link, says="yes", seen=seen).status_code == 303
    assert "with Mending Room" in words(page_of(node, everyone))
    assert "You can take that back at any time" in words(everyone.get(link))
    assert everyone.get(f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}").status_code == 404


def test_strangers_answer_for_nobody(app: Flask, node: Node, ann: FlaskClient) -> None:
    write(ann, handed_to(node))
    key = of_school(node).key
    stranger = signed_in(app, node, "somebody-else")
    assert stranger.get(f"/desk/somebody-else/stories/{key}/word").status_code == 404
    assert stranger.get(f"/desk/somebody-else/stories/{key}").status_code == 404
    assert send(stranger, f"/desk/somebody-else/stories/{key}/word", says="yes", seen="").status_code == 404
    assert ann.get(f"{DESK}/{key}/word").status_code == 404, "its teller answers for itself"


def test_a_story_is_taken_down_and_back_and_thrown_away(node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    write(ann, handed_to_person(node))
    key = of_school(node).key
    send(ann, f"{DESK}/{key}", f"{DESK}/{key}", then="withdraw", story=key)
    assert page_of(node, everyone).status_code == 404
    fields = {**TYPED, "story": key, "photos": "1"}
    clock_of(node).pass_by(days=1)
    send(ann, f"{DESK}/{key}", f"{DESK}/{key}", **fields, then="publish")
    assert page_of(node, everyone).status_code == 200
    assert [one.change for one in _versions(node, key)] == ["published", "withdrawn", "published"]
    send(ann, f"{DESK}/{key}", f"{DESK}/{key}", then="withdraw", story=key)
    send(ann, f"{DESK}/{key}", f"{DESK}/{key}", then="discard", story=key)
    with node.database.read() as tx:
        assert stories.by_key(tx, key) is None
    assert "There is something to tell" in words(ann.get(DESK))


def _versions(node: Node, key: str) -> list[stories.StoryVersion]:
    with node.database.read() as tx:
        return stories.versions(tx, key)


def test_who_runs_the_node_hides_a_story_for_good(
    app: Flask, node: Node, ann: FlaskClient, everyone: FlaskClient
) -> None:
    told(node, handed_to_person(node))
    key = of_school(node).key
    assert send(ann, f"{DESK}/{key}/hide", DESK, reason="No").status_code == 404
    operator = signed_in(app, node, SLUG, "operator")
    send(operator, f"{DESK}/{key}/hide", DESK, do="hide", reason="It names a child")
    assert page_of(node, everyone).status_code == 404
    assert "It names a child" in words(ann.get(DESK))
    fields = {**TYPED, "story": key, "photos": "1"}
    send(ann, f"{DESK}/{key}", f"{DESK}/{key}", **fields, then="publish")
    assert page_of(node, everyone).status_code == 404, "publishing again does not bring it back"
    send(operator, f"{DESK}/{key}/hide", DESK, do="show")
    assert page_of(node, everyone).status_code == 200


def test_markup_in_a_story_is_text(node: Node, ann: FlaskClient, everyone: FlaskClient) -> None:
    write(ann, handed_to_person(node), title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>")
    text = page_of(node, everyone).get_data(as_text=True)
    assert "<script>alert(1)" not in text
    assert "<img src=x" not in text


def test_stories_go_along_in_a_copy_of_everything(node: Node, ann: FlaskClient) -> None:
    told(node, handed_to_person(node))
    data = b"".join(export(node, SLUG).pieces)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        [line] = archive.read("stories.ndjson").splitlines()
    story = json.loads(line)
    assert (story["state"], story["typed"]["title"]) == ("published", "Chairs for the reading group")
    assert story["item"]["content_text"] == TEXT
    assert [one["change"] for one in story["versions"]] == ["published"]
