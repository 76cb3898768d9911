"""The photographs of a listing from the form to its page: added, ordered, described, published, taken away again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.app import create_app
from node.context import Node
from node.processes import Workshop
from node.services.desk import drafts
from node.services.listings import publishing
from node.services.listings.own_ids import organisation_id
from node.services.pictures import uploads
from schemas.listing import Image
from tests.fakes import camera
from tests.fakes.publisher import URL, clock_of, draft, publisher
from tests.node.web.desk.signed_in import send, signed_in

DESK = "/desk/riverside-school"
CHAIRS = {"sign": "give", "title": "Twelve chairs", "locality": "Werrington", "count": "12", "photos": "1"}
OURS = organisation_id(URL, "riverside-school")


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    made = Workshop(1, 60)
    yield made
    made.close()


@pytest.fixture
def node(tmp_path: Path, workshop: Workshop) -> Iterator[Node]:
    made = replace(publisher(tmp_path / "home"), workshop=workshop)
    yield made
    made.database.close()


@pytest.fixture
def app(node: Node) -> Flask:
    return create_app(node)


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school", "editor")


def post(browser: FlaskClient, path: str, then: str = "save", **typed: Any) -> TestResponse:
    return send(browser, path, f"{DESK}/listings/new/give", **{**CHAIRS, "then": then, **typed})


def new_path() -> str:
    return f"{DESK}/drafts/{drafts.new_id()}"


def photos(page: TestResponse) -> list[tuple[str, str]]:
    """Name and words of each photograph in a form."""
    fields = html.document_fromstring(page.text).xpath("//ol[@data-photo-list]//input")
    return [(str(field.get("name")).removeprefix("photo:"), field.get("value")) for field in fields]


def jpeg(width: int) -> tuple[BytesIO, str]:
    return BytesIO(camera.jpeg((width, 60))), f"IMG_{width}.jpg"


def test_photos_are_added_put_in_order_and_published(browser: FlaskClient, node: Node) -> None:
    path = new_path()
    added = post(browser, path, photo_file=[jpeg(80), jpeg(90)], photo_do="add")
    assert (added.status_code, added.headers["Location"]) == (303, f"{path}#photos")
    form = browser.get(path)
    (one, _), (other, _) = photos(form)
    assert "Twelve chairs" in form.text, "what else was typed is kept"
    post(browser, path, **{f"photo:{one}": "The chairs", f"photo:{other}": "A torn seat"}, photo_do=f"down:{one}")
    assert photos(browser.get(path)) == [(other, "A torn seat"), (one, "The chairs")]
    done = post(browser, path, "publish", **{f"photo:{other}": "A torn seat", f"photo:{one}": "The chairs"})
    assert done.status_code == 303
    (row,) = publishing.listings(node)
    images = (Image(f"{URL}media/{other}.jpg", "A torn seat"), Image(f"{URL}media/{one}.jpg", "The chairs"))
    assert row.listing().images == images
    page = html.document_fromstring(browser.get(f"/listings/{row.key}").text)
    shown = page.xpath("//a[@data-picture]/img")
    assert [(image.get("alt"), image.get("width")) for image in shown] == [("A torn seat", "90"), ("The chairs", "80")]
    assert uploads.kept(node, OURS, f"listing:{row.key}")[0].ref == other


def test_a_file_that_is_refused_keeps_the_rest_and_publishes_nothing(browser: FlaskClient, node: Node) -> None:
    path, letter = new_path(), (BytesIO(b"Dear all"), "letter.txt")
    answer = post(browser, path, "publish", photo_file=[jpeg(80), letter])
    assert answer.status_code == 422
    assert "letter.txt: This file is not a photo" in answer.text
    assert len(photos(answer)) == 1
    assert publishing.listings(node) == []


def test_words_that_are_too_long_are_said_at_the_photo(browser: FlaskClient, node: Node) -> None:
    path = new_path()
    post(browser, path, photo_file=[jpeg(80)], photo_do="add")
    [(ref, _)] = photos(browser.get(path))
    answer = post(browser, path, "publish", **{f"photo:{ref}": "x" * 501})
    assert answer.status_code == 422
    assert photos(answer) == [(ref, "x" * 501)]
    page = html.document_fromstring(answer.text)
    assert page.xpath("//div[@data-error-summary]//a/@href") == ["#photo-1"]


def test_saving_by_itself_keeps_photos_and_takes_none(browser: FlaskClient, node: Node) -> None:
    path = new_path()
    post(browser, path, photo_file=[jpeg(80)], photo_do="add")
    [(ref, _)] = photos(browser.get(path))
    assert post(browser, path, "autosave", **{f"photo:{ref}": "Chairs"}).status_code == 200
    assert photos(browser.get(path)) == [(ref, "Chairs")]
    # A form without that part, as it is sent again after signing in, leaves them alone.
    assert post(browser, path, "save", photos=[]).status_code == 303
    assert photos(browser.get(path)) == [(ref, "Chairs")]


def test_a_changed_listing_loses_what_was_taken_away_and_keeps_what_came_from_elsewhere(
    browser: FlaskClient, node: Node
) -> None:
    theirs = Image("https://park.example/a.jpg", "From the park")
    ours = uploads.upload(node, OURS, camera.jpeg((80, 60)))
    put = publishing.put_listings(node, [draft(node, "c", images=(theirs, *uploads.images(node, [ours])))])
    form = browser.get(f"{DESK}/listings/{put[0].key}/edit")
    assert [ref for ref, _ in photos(form)] == [theirs.url, ours.ref]
    path = html.document_fromstring(form.text).xpath("//form[@id='listing']/@action")[0]
    fields = {f"photo:{theirs.url}": "From the park", f"photo:{ours.ref}": ""}
    post(browser, path, key=put[0].key, **fields, photo_do=f"remove:{ours.ref}")
    published = post(browser, path, "publish", key=put[0].key, **{f"photo:{theirs.url}": "From the park"})
    assert published.status_code == 303, published.text
    assert publishing.listing(node, put[0].key).listing().images == (theirs,)
    clock_of(node).pass_by(days=2)
    uploads.tidy(node)
    assert list((node.settings.home / "media").glob(f"{ours.ref}*")), "an earlier version still shows it"


def test_what_was_thrown_away_takes_its_photos_along(browser: FlaskClient, node: Node) -> None:
    path = new_path()
    post(browser, path, photo_file=[jpeg(80)], photo_do="add")
    clock_of(node).pass_by(days=2)
    assert uploads.tidy(node) == 0
    post(browser, path, "discard")
    clock_of(node).pass_by(days=2)
    assert uploads.tidy(node) == 1


def test_photos_of_others_are_not_taken(app: Flask, browser: FlaskClient, node: Node) -> None:
    strangers = uploads.upload(node, organisation_id(URL, "park"), camera.jpeg((70, 60)))
    path = new_path()
    post(browser, path, **{f"photo:{strangers.ref}": "", "photo:https://spy.example/a.jpg": ""})
    assert photos(browser.get(path)) == []
