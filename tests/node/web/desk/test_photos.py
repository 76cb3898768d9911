"""Photographs at the desk: sent by script or by form, put in order without a script, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, get_template_attribute
from flask.testing import FlaskClient
from lxml import html
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from node.app import create_app
from node.context import Node
from node.processes import Workshop
from node.services.identity.members import EDITOR, VIEWER, Member
from node.services.organisations import hosting
from node.services.pictures import uploads
from node.services.pictures.uploads import Photo
from node.web.desk import photo_form
from node.web.desk.photo_form import SentPhotos
from node.web.form_state import form_at
from node.web.portal.cards import Paths
from schemas.listing import Image
from tests.fakes import camera
from tests.fakes.publisher import URL, publisher
from tests.node.web.desk.signed_in import signed_in, token_of

HERE = "/desk/riverside-school/photos"


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
def editor(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school", EDITOR)


def organisation(node: Node) -> str:
    found = hosting.organisation(node, "riverside-school")
    assert found is not None
    return found.organisation.id


def form_of(*files: tuple[bytes, str], **fields: str) -> dict[str, Any]:
    """The body of a form and its type; made here, because what the test client makes of large files stays open."""
    data = {**fields, "photo_file": [FileStorage(BytesIO(content), name) for content, name in files]}
    boundary, body = encode_multipart(data)
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


def post(client: FlaskClient, *files: tuple[bytes, str], script: bool = False, **fields: str) -> TestResponse:
    headers = {"Referer": URL, **({"Accept": "application/json"} if script else {})}
    return client.post(HERE, headers=headers, **form_of(*files, csrf_token=token_of(client, HERE), **fields))


PHOTO = (camera.jpeg(), "IMG_0001.JPG")


def test_a_script_sends_one_and_learns_its_name(editor: FlaskClient, node: Node) -> None:
    answer = post(editor, PHOTO, script=True)
    assert answer.status_code == 201
    [photo] = uploads.waiting(node, organisation(node))
    assert answer.json == {"ref": photo.ref, "path": f"/media/{photo.ref}.card.jpg"}
    with editor.get(answer.json["path"], headers={"Accept": "*/*"}) as picture:
        assert picture.data[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    ("file", "says"),
    [
        pytest.param((b"<svg onload='alert(1)'>", "a.svg"), "drawing or a web page", id="svg"),
        pytest.param((camera.jpeg()[:-300], "a.jpg"), "broken or was cut off", id="cut off"),
        pytest.param((bytes(11 * 2**20), "a.jpg"), "at most 10 MB", id="too large"),
        pytest.param((b"", ""), "Choose a photo first", id="nothing"),
    ],
)
def test_a_script_is_told_why_a_file_is_refused(
    editor: FlaskClient, node: Node, file: tuple[bytes, str], says: str
) -> None:
    answer = post(editor, file, script=True)
    assert answer.status_code == 422
    assert answer.json is not None
    assert says in answer.json["error"]
    assert uploads.waiting(node, organisation(node)) == ()


def test_a_script_is_asked_to_wait_while_many_are_made(node: Node) -> None:
    busy = replace(node, workshop=Workshop(1, 60, most=0))
    answer = post(signed_in(create_app(busy), busy, "riverside-school", EDITOR), PHOTO, script=True)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_without_a_script_several_are_sent_and_one_is_removed(editor: FlaskClient, node: Node) -> None:
    answer = post(editor, PHOTO, (camera.jpeg((90, 60)), "b.jpg"))
    assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    page = html.document_fromstring(editor.get(HERE).text)
    refs = page.xpath("//button[@name='remove']/@value")
    assert len(page.xpath("//main//img")) == len(refs) == 2
    assert post(editor, remove=refs[0]).status_code == 303
    assert [photo.ref for photo in uploads.waiting(node, organisation(node))] == [refs[1]]


def test_what_is_refused_is_said_beside_what_is_taken(editor: FlaskClient, node: Node) -> None:
    answer = post(editor, PHOTO, (b"Dear all", "<b>letter.txt"))
    assert answer.status_code == 422
    page = html.document_fromstring(answer.text)
    assert "<b>letter.txt: This file is not a photo" in page.xpath("string(//*[@id='photo_file-error'])")
    assert len(uploads.waiting(node, organisation(node))) == 1


def test_whoever_only_looks_may_send_nothing(app: Flask, node: Node) -> None:
    viewer = signed_in(app, node, "riverside-school", VIEWER)
    page = html.document_fromstring(viewer.get(HERE).text)
    assert page.xpath("//input[@name='photo_file']") == []
    form = form_of(PHOTO, csrf_token=token_of(viewer, "/desk/"))
    answer = viewer.post(HERE, headers={"Referer": URL}, **form)
    assert answer.status_code == 403
    assert uploads.waiting(node, organisation(node)) == ()


def test_nobody_sends_to_another_organisation(app: Flask, node: Node, editor: FlaskClient) -> None:
    stranger = signed_in(app, node, "park", EDITOR)
    form = form_of(PHOTO, csrf_token=token_of(stranger, "/desk/"))
    answer = stranger.post(HERE, headers={"Referer": URL}, **form)
    assert answer.status_code == 404
    assert stranger.get(HERE).status_code == 404


def test_strangers_send_no_more_than_any_form(app: Flask, editor: FlaskClient) -> None:
    answer = app.test_client().post(HERE, base_url=URL, **form_of((bytes(2 * 2**20), "a.jpg")))
    assert answer.status_code == 413


# The part of a form


def sent(node: Node, app: Flask, fields: list[tuple[str, Any]], known: tuple[Image, ...] = ()) -> SentPhotos:
    member = Member("account-1", "Ada", "ada@example.org", "en", organisation(node), "riverside-school", EDITOR)
    with app.test_request_context("/", method="POST", data=MultiDict(fields), base_url=URL):
        return photo_form.read(node, member, known)


@pytest.fixture
def three(node: Node, editor: FlaskClient) -> list[str]:
    """The references of three photographs that were sent."""
    return [uploads.upload(node, organisation(node), camera.jpeg((width, 60))).ref for width in (80, 90, 100)]


@pytest.mark.parametrize(
    ("pressed", "order"),
    [
        pytest.param("", "012", id="nothing"),
        pytest.param("up:{1}", "102", id="up"),
        pytest.param("down:{1}", "021", id="down"),
        pytest.param("up:{0}", "012", id="up from the top"),
        pytest.param("down:{2}", "012", id="down from the end"),
        pytest.param("remove:{1}", "02", id="away"),
        pytest.param("remove:nothing", "012", id="away with what is not there"),
        pytest.param("shuffle:{1}", "012", id="no such button"),
        pytest.param("up", "012", id="half a button"),
    ],
)
def test_buttons_put_photos_in_order(node: Node, app: Flask, three: list[str], pressed: str, order: str) -> None:
    fields = [("photos", "1"), *((f"photo:{ref}", f"No. {n}") for n, ref in enumerate(three))]
    found = sent(node, app, [*fields, ("photo_do", pressed.format(*three))])
    assert found == SentPhotos(tuple(Photo(three[int(n)], f"No. {n}") for n in order), {}, bool(pressed))


def test_new_files_come_last_and_what_is_refused_is_said(node: Node, app: Flask, three: list[str]) -> None:
    new, bad = (BytesIO(camera.jpeg((70, 60))), "new.jpg"), (BytesIO(b"Dear all"), "letter.txt")
    again = (BytesIO(camera.jpeg((80, 60))), "again.jpg")
    fields = [("photos", "1"), (f"photo:{three[0]}", "First"), *(("photo_file", file) for file in (new, bad, again))]
    found = sent(node, app, [*fields, ("photo_do", "add")])
    assert [photo.alt for photo in found.photos] == ["First", ""]
    assert found.photos[1].ref.endswith("-70x60")
    assert found.errors == {
        "photo_file": "letter.txt: This file is not a photo that can be read. "
        "JPEG, PNG, WebP, GIF, HEIC and AVIF can be."
    }
    assert found.pressed


def test_no_more_than_a_listing_may_have(node: Node, app: Flask, three: list[str]) -> None:
    known = tuple(Image(f"https://park.example/{number}.jpg") for number in range(20))
    fields = [("photos", "1"), *((f"photo:{image.url}", "") for image in known)]
    found = sent(node, app, [*fields, ("photo_file", (BytesIO(camera.jpeg()), "one.jpg"))], known)
    assert len(found.photos) == 20
    assert "one.jpg is left out" in found.errors["photo_file"]


def test_words_that_cannot_be_kept_are_said_where_they_are(node: Node, app: Flask, three: list[str]) -> None:
    found = sent(node, app, [("photos", "1"), (f"photo:{three[0]}", "ok"), (f"photo:{three[1]}", "x" * 501)])
    assert list(found.errors) == ["photo-2"]
    assert found.photos[1].alt == "x" * 501, "what was typed stays"


def test_a_form_without_photos_leaves_them(node: Node, app: Flask, three: list[str]) -> None:
    known = (Image("https://park.example/a.jpg", "A chair"),)
    assert sent(node, app, [("title", "x")], known).photos == (Photo("https://park.example/a.jpg", "A chair"),)
    assert sent(node, app, [("photos", "1")], known).photos == ()


def test_the_part_shows_what_it_is_sent(node: Node, app: Flask, three: list[str]) -> None:
    hostile = '"><script>alert(1)</script>'
    photos = (Photo(three[0], hostile), Photo("https://park.example/a.jpg", ""), Photo(three[1], ""))
    member = Member("account-1", "Ada", "ada@example.org", "en", organisation(node), "riverside-school", EDITOR)
    with app.test_request_context("/", base_url=URL):
        fields = photo_form.photo_fields(node, member, photos, Paths("", URL, "Europe/London"))
        form = form_at("/", errors={"photo_file": "It is too large."})
        part = html.fragment_fromstring(get_template_attribute("macros/desk_photos.html", "fields")(fields, form))
    shown = part.xpath(".//ol/li//input")
    assert [(field.get("name"), field.get("value")) for field in shown] == [
        (f"photo:{three[0]}", hostile),
        ("photo:https://park.example/a.jpg", ""),
        (f"photo:{three[1]}", ""),
    ]
    assert part.xpath(".//ol//img/@src") == [f"/media/{ref}.card.jpg" for ref in three[:2]]
    assert part.xpath(".//ol//button/@value")[:3] == [f"up:{three[0]}", f"down:{three[0]}", f"remove:{three[0]}"]
    assert part.xpath(".//ol//button[@disabled]/@value") == [f"up:{three[0]}", f"down:{three[1]}"]
    assert [part.xpath(f"string(.//label[@for='{field.get('id')}'])") for field in shown] == [
        f"What does photo {number} show?" for number in (1, 2, 3)
    ]
    assert "It is too large." in part.xpath("string(.//*[@id='photo_file-error'])")
