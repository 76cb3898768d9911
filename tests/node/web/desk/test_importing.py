"""Importing a list at the desk: brought, looked at, put right, imported and undone, by members and nobody else."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from node.context import Node
from node.services.file_formats.spreadsheet import MAX_FILE_BYTES
from node.services.identity import accounts, members
from node.services.importing import imports, steps
from node.services.listings import publishing
from node.web import current_node
from tests.fakes import camera
from tests.fakes.publisher import clock_of
from tests.node.web.desk.signed_in import send, signed_in

HERE = "/desk/riverside-school/import"
CSV = (
    "id,title,quantity,description\n1,Six chairs,6,For <b>all</b>\n2,A tent,lots,\n"
    "3,Hall hire,,From £12 per hour. Half price in May with code MAY.\n4,A lamp,2,\n"
)


@pytest.fixture
def browser(app: Flask, node: Node) -> FlaskClient:
    return signed_in(app, node, "riverside-school", "editor")


def bring(browser: FlaskClient, text: str | bytes = CSV, name: str = "kit.csv") -> TestResponse:
    data = text.encode() if isinstance(text, str) else text
    return send(browser, HERE, HERE, file=(io.BytesIO(data), name))


def tree(answer: TestResponse) -> html.HtmlElement:
    return html.document_fromstring(answer.get_data(as_text=True))


def press(browser: FlaskClient, path: str, then: str, **fields: str) -> TestResponse:
    answer = send(browser, path, HERE, then=then, **fields)
    with browser.application.app_context():
        # What a request did not come to on a busy machine, the worker does.
        steps.work(current_node(), 60)
    return answer


def looked_at(browser: FlaskClient, text: str = CSV, **fields: str) -> str:
    """The path of an import whose columns are taken as they were guessed."""
    path = bring(browser, text).headers["Location"]
    page = tree(browser.get(path))
    meant = {one.get("name"): one.xpath("string(option[@selected]/@value)") for one in page.xpath("//select")}
    press(browser, path, "check", **{**meant, **fields})
    return path


def feed(browser: FlaskClient) -> set[str]:
    return {item["title"] for item in browser.get("/feed.json").get_json()["items"]}


def figures(answer: TestResponse) -> dict[str, str]:
    return {
        one.xpath("string(.//*[@class='figure-unit'])"): one.xpath("string(.//*[@class='figure-number'])")
        for one in tree(answer).xpath("//li[contains(@class, 'figure')]")
    }


def test_from_a_file_to_listings_and_back(browser: FlaskClient) -> None:
    path = looked_at(browser)
    page = browser.get(path)
    assert figures(page) == {"new": "2", "to be put right": "2"}
    assert "Nothing has been changed yet." in page.text
    assert feed(browser) == set()
    press(browser, path, "run")
    assert feed(browser) == {"Six chairs", "A lamp"}
    log = browser.get(HERE).text
    assert "kit.csv" in log
    assert "Editor of riverside-school" in log
    press(browser, path, "undo")
    assert feed(browser) == set()
    assert "The import is undone" in browser.get(path).text


def test_what_changed_nothing_is_not_said_to_be_taken_back(browser: FlaskClient) -> None:
    one = "id,title\n1,Six chairs\n"
    press(browser, looked_at(browser, one), "run")
    same = looked_at(browser, one)
    press(browser, same, "run")
    assert "Undo this import" not in browser.get(same).text
    press(browser, same, "undo")
    assert feed(browser) == {"Six chairs"}
    assert figures(browser.get(same)) == {"as before": "1"}
    assert "taken back" not in browser.get(same).text


def test_wrong_cells_stand_in_the_order_of_the_file(browser: FlaskClient) -> None:
    path = looked_at(browser, "title,quantity,lat,lon\nTent,lots,95,200\n")
    fields = tree(browser.get(f"{path}/rows")).xpath("//input[@aria-invalid]/@name")
    assert fields == ["cell-2-quantity", "cell-2-lat", "cell-2-lon"]


def test_a_cell_says_at_once_all_that_is_wrong_with_it(browser: FlaskClient) -> None:
    path = looked_at(browser, "title,description\nSofas,Buy now at www.shop.example. 20% off all sofas\n")
    [told] = tree(browser.get(f"{path}/rows")).xpath("//p[@id='cell-2-description-error']")
    assert "a discount" in told.text_content()
    assert "a price to pay" in told.text_content()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        pytest.param({"cell-3-quantity": "2"}, "1 row is right now.", id="right"),
        pytest.param({"cell-3-quantity": "many"}, "1 row is not right yet.", id="wrong again"),
        pytest.param({"leave": "3"}, "1 row is left out.", id="left out"),
        pytest.param({"cell-2-quantity": "7"}, "Nothing was put right", id="right before"),
    ],
)
def test_what_came_of_a_correction_is_said(browser: FlaskClient, fields: dict[str, str], says: str) -> None:
    answer = send(browser, f"{looked_at(browser)}/rows", HERE, **fields)
    [told] = tree(browser.get(answer.headers["Location"])).xpath("//*[@role='status']//p/text()")
    assert told.startswith(says)


def test_wrong_cells_stand_in_fields_that_say_what_is_wrong(browser: FlaskClient) -> None:
    path = looked_at(browser)
    page = tree(browser.get(f"{path}/rows"))
    [field] = page.xpath("//input[@name='cell-3-quantity']")
    assert (field.get("value"), field.get("aria-invalid")) == ("lots", "true")
    told = " ".join(page.get_element_by_id(one).text_content() for one in field.get("aria-describedby").split())
    assert "This must be a number." in told
    assert "a whole number" in told
    assert page.xpath("//*[@name='cell-4-appeal']"), "who was misread can say so"
    assert page.xpath("//input[@name='cell-3-title'][@value='A tent']")
    fields = {"cell-3-quantity": "2", "cell-3-title": "A tent for two", "cell-4-appeal": "A joke of ours."}
    answer = send(browser, f"{path}/rows", HERE, **fields)
    assert answer.headers["Location"].startswith(f"{path}/rows")
    assert figures(browser.get(path)) == {"new": "4", "may be looked at first": "1"}
    press(browser, path, "run")
    assert feed(browser) == {"Six chairs", "A lamp", "A tent for two", "Hall hire"}


def test_what_is_typed_is_kept_when_it_is_still_wrong(browser: FlaskClient) -> None:
    path = looked_at(browser)
    answer = send(browser, f"{path}/rows", HERE, **{"cell-3-quantity": "a few", "leave": "4", "cell-x-y": "", "z": "1"})
    page = tree(browser.get(answer.headers["Location"]))
    assert page.xpath("string(//input[@name='cell-3-quantity']/@value)") == "a few"
    assert not page.xpath("//input[@name='cell-4-title']")
    wrong = browser.get(f"{path}/refused.csv").get_data(as_text=True)
    assert "a few" in wrong
    assert "problem" in wrong
    assert "Hall hire" not in wrong


def test_a_meaning_that_was_given_twice_stands_where_it_was_chosen(browser: FlaskClient) -> None:
    path = bring(browser, "Gear,Heap\nTent,3\n").headers["Location"]
    wrong = press(browser, path, "check", **{"column-0": "title", "column-1": "title"})
    assert "“Gear” and “Heap” are given the same meaning." in wrong.text
    assert tree(wrong).xpath("//select/option[@selected]/@value") == ["title", "title"]


def test_columns_are_said_again(browser: FlaskClient) -> None:
    path = bring(browser, "Gear,Heap\nTent,3\n").headers["Location"]
    wrong = press(browser, path, "check", **{"column-1": "quantity"})
    assert wrong.status_code == 422
    assert "names the thing" in wrong.text
    assert tree(wrong).xpath("//select[@name='column-1']/option[@selected]/@value") == ["quantity"]
    press(browser, path, "check", **{"column-0": "title", "column-1": "quantity"})
    assert figures(browser.get(path)) == {"new": "1"}
    assert tree(browser.get(f"{path}?columns=1")).xpath("//select")
    press(browser, path, "check", **{"column-0": "title", "column-1": "hours"})
    press(browser, path, "drop")
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"%PDF-1.7", "PDF", id="pdf"),
        pytest.param(b"", "nothing in this file", id="empty"),
        pytest.param(b"title\n", "no row", id="no-rows"),
        pytest.param(b"PK\x03\x04", "damaged", id="no-workbook"),
    ],
)
def test_files_that_cannot_be_read_are_refused_with_a_reason(browser: FlaskClient, data: bytes, said: str) -> None:
    answer = bring(browser, data)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_that_is_too_large_is_not_taken(browser: FlaskClient) -> None:
    kind = "multipart/form-data; boundary=x"
    assert browser.post(HERE, data=b"a" * (MAX_FILE_BYTES + 2**17), content_type=kind).status_code == 413
    assert send(browser, HERE, HERE).status_code == 422


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_brought(browser: FlaskClient, kind: str) -> None:
    data = browser.get(f"{HERE}/template.{kind}").data
    page = tree(browser.get(bring(browser, data, f"a.{kind}").headers["Location"]))
    assert "title" in page.xpath("//select/option[@selected]/@value")


def test_others_see_and_do_nothing(app: Flask, node: Node, browser: FlaskClient) -> None:
    path = looked_at(browser)
    viewer, other = signed_in(app, node, "riverside-school", "viewer"), signed_in(app, node, "park-trust")
    assert viewer.get(HERE).status_code == viewer.get(path).status_code == 200
    assert not tree(viewer.get(HERE)).xpath("//input[@type='file']")
    for blind in (f"{path}/rows", f"{path}/refused.csv"):
        assert viewer.get(blind).status_code == 403
    assert press(viewer, path, "run").status_code in (400, 403)
    assert other.get(path).status_code == 404
    assert other.get(path.replace("riverside-school", "park-trust")).status_code == 404
    assert feed(browser) == set()


def test_html_in_cells_stays_text(browser: FlaskClient) -> None:
    path = looked_at(browser, 'title,<script>x</script>\n"<img src=x onerror=alert(1)>",=cmd()\n')
    for page in (browser.get(path), browser.get(f"{path}?columns=1"), browser.get(HERE)):
        assert not tree(page).xpath("//img[@src='x'] | //script[not(@src)][contains(., 'x')]")


def test_a_page_that_waits_says_how_far_it_is(browser: FlaskClient, node: Node) -> None:
    path = looked_at(browser)
    account = next(one for one in accounts.every(node) if one.email.startswith("editor@"))
    member = members.member_of(node, account, "riverside-school")
    assert member is not None
    found = imports.one_of(node, member, path.rpartition("/")[2])
    imports.run(node, member, found)
    assert "0 of 4 rows are done." in browser.get(path).text
    assert "going on" in bring(browser).text
    assert steps.work(node, 10)
    assert "What was imported" in browser.get(path).text


PHOTO_LIST = "title,image\nSix chairs,chairs.jpg\nA tent,../../tent.jpg\nA lamp,lamp.jpg\n"


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def send_photos(browser: FlaskClient, path: str, data: bytes) -> TestResponse:
    return send(browser, f"{path}/photos", HERE, photos=(io.BytesIO(data), "photos.zip"))


def test_a_zip_without_photos_is_not_said_to_bring_them(browser: FlaskClient) -> None:
    path = looked_at(browser, PHOTO_LIST)
    answer = send_photos(browser, path, zipped(list_xlsx=b"no photo"))
    assert answer.status_code == 422
    assert "There is no photo in this zip." in answer.text


def test_photos_come_in_a_zip_beside_the_list(browser: FlaskClient, node: Node, tmp_path: Path) -> None:
    path = looked_at(browser, PHOTO_LIST)
    assert "There is no zip with photos here." in browser.get(path).text
    photos = zipped(kit__Chairs_JPG=camera.jpeg(), __x__tent_jpg=camera.jpeg((90, 60)), lamp_jpg=b"Dear all")
    answer = send_photos(browser, path, photos)
    assert (answer.status_code, answer.headers["Location"]) == (303, path)
    steps.work(node, 60)
    page = browser.get(path).text
    assert page.count("The picture was left out:") == 1
    assert "It could not be read as a picture" in page
    polish = browser.get(path, headers={"Accept-Language": "pl"}).text
    assert "Zdjęcie pominięto: Nie udało się odczytać tego jako obrazu. Zapisz" in polish
    press(browser, path, "run")
    images = {item["title"]: item.get("image", "") for item in browser.get("/feed.json").get_json()["items"]}
    media = node.settings.home / "media"
    names = {title: url.rpartition("/")[2] for title, url in images.items()}
    assert (bool(names["Six chairs"]), bool(names["A tent"]), names["A lamp"]) == (True, True, "")
    assert {one.name for one in media.iterdir()} == {names["Six chairs"], names["A tent"]}
    assert camera.SECRET not in (media / names["Six chairs"]).read_bytes()
    assert not list(tmp_path.rglob("tent.jpg")), "nothing is unpacked, wherever its name leads"


@pytest.mark.parametrize(
    ("data", "words"), [(b"", "Choose a file"), (b"PK nonsense", "is no zip"), (camera.jpeg(), "is no zip")]
)
def test_what_is_no_zip_is_said_and_the_list_stays(browser: FlaskClient, node: Node, data: bytes, words: str) -> None:
    path = looked_at(browser, PHOTO_LIST)
    name = "photos.zip" if data else ""
    answer = send(browser, f"{path}/photos", HERE, photos=(io.BytesIO(data), name))
    assert answer.status_code == 422
    assert words in answer.text
    assert list((node.settings.home / "imports").glob("*")) == [] or not data
    assert "Nothing has been changed yet." in browser.get(path).text


def test_a_zip_goes_with_its_import_or_a_day_after_it(browser: FlaskClient, node: Node) -> None:
    folder = node.settings.home / "imports"
    path = looked_at(browser, PHOTO_LIST)
    send_photos(browser, path, zipped(chairs_jpg=camera.jpeg()))
    steps.work(node, 60)
    imports.tidy(node)
    assert len(list(folder.iterdir())) == 1
    press(browser, path, "run")
    clock_of(node).pass_by(hours=23)
    imports.tidy(node)
    assert len(list(folder.iterdir())) == 1
    assert send_photos(browser, path, zipped(chairs_jpg=camera.jpeg())).status_code == 409
    clock_of(node).pass_by(hours=2)
    imports.tidy(node)
    assert list(folder.iterdir()) == []
    again = bring(signed_in(browser.application, node, "riverside-school", "editor"), PHOTO_LIST).headers["Location"]
    browser = signed_in(browser.application, node, "riverside-school", "editor")
    send_photos(browser, again, zipped(chairs_jpg=camera.jpeg()))
    send(browser, again, HERE, then="drop")
    assert list(folder.iterdir()) == []


def test_an_organisation_keeps_its_latest_zip_alone(browser: FlaskClient, app: Flask, node: Node) -> None:
    folder = node.settings.home / "imports"
    theirs = signed_in(app, node, "nene-park", "owner")
    there = HERE.replace("riverside-school", "nene-park")
    other = send(theirs, there, there, file=(io.BytesIO(PHOTO_LIST.encode()), "kit.csv")).headers["Location"]
    photos = io.BytesIO(zipped(chairs_jpg=camera.jpeg()))
    send(theirs, f"{other}/photos", there, photos=(photos, "photos.zip"))
    first = looked_at(browser, PHOTO_LIST)
    send_photos(browser, first, zipped(chairs_jpg=camera.jpeg()))
    press(browser, first, "run")
    last = looked_at(browser, PHOTO_LIST)
    send_photos(browser, last, zipped(chairs_jpg=camera.jpeg()))
    assert {path.stem for path in folder.glob("*.zip")} == {path.rpartition("/")[2] for path in (other, last)}


def test_a_row_cannot_speak_for_another_organisation(browser: FlaskClient, app: Flask, node: Node) -> None:
    neighbour = signed_in(app, node, "nene-park", "owner")
    theirs = looked_at(browser, "id,title,organisation\n1,A marquee,Nene Park\n2,Six chairs,Riverside School\n")
    press(browser, theirs, "run")
    whose = {one.listing().title: one.organisation_id for one in publishing.listings(node)}
    assert all(id_.endswith("/riverside-school") for id_ in whose.values()), whose
    assert "A marquee" not in neighbour.get("/desk/nene-park/listings").text
