"""Listings by token: published, read and taken down by a program, which does its own part alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from node.context import Node
from node.services.file_formats.reading import read
from node.services.identity.api_tokens import BOOKINGS_WRITE, LISTINGS_READ, LISTINGS_WRITE
from node.services.importing.listing_cells import PAGE
from node.services.importing.sheets import Options, import_sheet
from node.services.listings import publishing
from node.services.organisations import hosting
from node.storage import listing_versions
from tests.fakes.own_client import client_of
from tests.fakes.publisher import draft, school
from tests.node.web.test_bookings_api import Program

HERE = "/desk/riverside-school/api/listings"
DESK = {"title": "Six school desks", "quantity": 6, "category": "furniture/desk", "weight_kg": 12.5}


@pytest.fixture
def program(app: Flask, node: Node) -> Program:
    school(node)
    return Program(app, node, "riverside-school", LISTINGS_READ, LISTINGS_WRITE)


def put(program: Program, ref: str, body: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {program.secret}", "Accept": "application/json"}
    return program.client.put(f"{HERE}/{ref}", json=body, headers=headers)


def problems(answer: TestResponse) -> dict[str, str]:
    assert answer.mimetype == "application/problem+json"
    return {one["pointer"]: one["code"] for one in answer.get_json().get("problems", ())}


def test_it_is_published_changed_read_and_taken_down(program: Program, node: Node) -> None:
    made = put(program, "S-17", DESK)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    told = made.get_json()
    assert (told["id"], told["state"], told["change"], told["notes"]) == ("S-17", "live", "added", [])
    assert told["columns"]["quantity"] == "6"
    [item] = client_of(program.client.application).get("/feed.json").get_json()["items"]
    assert (item["title"], item["url"]) == ("Six school desks", told["url"])

    assert put(program, "S-17", DESK).get_json()["change"] == "unchanged"
    assert put(program, "S-17", told["columns"]).get_json()["change"] == "unchanged", "what was read can be sent back"
    assert put(program, "S-17", {**DESK, "quantity": "4"}).get_json()["change"] == "changed"
    with node.database.read() as tx:
        [row] = publishing.listings(node)
        assert {one.by for one in listing_versions.of_listing(tx, row.id)} == {"Door system"}

    assert program.ask(f"{HERE}/S-17").get_json()["columns"]["quantity"] == "4"
    gone = program.ask(f"{HERE}/S-17/withdraw", {"reason": "given"})
    assert (gone.status_code, gone.get_json()["state"]) == (200, "withdrawn")
    assert program.ask(f"{HERE}/S-17/withdraw", {}).get_json()["state"] == "withdrawn"
    assert client_of(program.client.application).get("/feed.json").get_json()["items"] == []
    assert put(program, "S-17", {**DESK, "status": "given"}).get_json()["change"] == "unchanged"
    assert put(program, "S-18", {**DESK, "status": "given"}).get_json()["code"] == "never-shown"


WRONG: dict[str, tuple[Any, int, str]] = {
    "a list": ([], 400, ""),
    "nothing": ({}, 422, "/title"),
    "no such column": ({**DESK, "colour": "red"}, 400, ""),
    "no text": ({**DESK, "title": ["a"]}, 400, ""),
    "yes": ({**DESK, "quantity": True}, 400, ""),
    "not free": ({**DESK, "price": "20"}, 422, "/price"),
    "an advert": (
        {**DESK, "description": "Half price at our shop with code MAY. From £12 each, free delivery over £50."},
        422,
        "/description",
    ),
    "a number that is none": ({**DESK, "quantity": "lots"}, 422, "/quantity"),
    "another organisation": ({**DESK, "organisation": "Mending Room"}, 422, "/organisation"),
}


@pytest.mark.parametrize(("body", "status", "where"), WRONG.values(), ids=WRONG)
def test_what_is_refused(program: Program, node: Node, body: Any, status: int, where: str) -> None:
    answer = put(program, "1", body)
    assert answer.status_code == status, answer.text
    assert where in problems(answer) or not where
    assert publishing.listings(node) == []
    assert [one.slug for one in hosting.organisations(node)] == ["riverside-school"], "nor is one made"


def test_a_file_name_and_odd_letters_are_told(program: Program, node: Node) -> None:
    answer = put(program, "1", {**DESK, "title": "Chairs\u0000 \ud800", "image": "chairs.jpg", "tags": None})
    assert [one["pointer"] for one in answer.get_json()["notes"]] == ["/image"]
    [row] = publishing.listings(node)
    assert row.item()["title"].startswith("Chairs")


@pytest.mark.parametrize("ref", ["a" * 201, "%20", "%00", "%0d%0aSet-Cookie:%20x"])
def test_an_id_that_nobody_could_read_is_refused(program: Program, node: Node, ref: str) -> None:
    assert put(program, ref, DESK).status_code == 400
    assert program.ask(f"{HERE}/{ref}").status_code == 404
    assert publishing.listings(node) == []


@pytest.mark.parametrize("ref", ["A%201", "%20A%201%20", "\u00e9", "\u2603", "a%2bb", "x" * 200])
def test_any_other_id_is_known_again(program: Program, ref: str) -> None:
    made = put(program, ref, DESK).get_json()
    assert program.ask(f"{HERE}/{ref}").get_json()["url"] == made["url"]
    assert program.ask(f"{HERE}/{made['id']}").get_json()["url"] == made["url"]
    assert put(program, ref, DESK).get_json()["change"] == "unchanged"


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"title":' * 50_000 + b"1", b'{"title": "\xff"}', b"", b"null"])
def test_what_is_no_json_of_ours_is_refused(program: Program, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {program.secret}", "Accept": "application/json"}
    answer = program.client.put(f"{HERE}/1", data=body, headers=headers, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")


def test_a_photo_is_named_by_its_address(program: Program, node: Node) -> None:
    put(program, "1", {**DESK, "image": "https://stock.example/17.jpg", "image_alt": "Desks"})
    [row] = publishing.listings(node)
    assert [(one.url, one.alt) for one in row.listing().images] == [("https://stock.example/17.jpg", "Desks")]


def test_pages_and_states(program: Program, node: Node) -> None:
    publishing.put_listings(node, [draft(node, str(number), title=f"Desk {number}") for number in range(PAGE + 1)])
    program.ask(f"{HERE}/0/withdraw", {"reason": "given"})
    whole = program.ask(HERE).get_json()
    assert (whole["total"], len(whole["listings"])) == (PAGE + 1, PAGE)
    assert len(program.ask(f"{HERE}?page=2").get_json()["listings"]) == 1
    assert [one["id"] for one in program.ask(f"{HERE}?state=withdrawn").get_json()["listings"]] == ["0"]
    for query in ("state=x", "page=0", "page=99999"):
        assert program.ask(f"{HERE}?{query}").status_code == 400


def test_what_the_desk_made_is_known_by_the_end_of_its_address(program: Program, node: Node) -> None:
    publishing.put_listings(node, [draft(node, "k3j4", title="A lamp")])
    columns = program.ask(f"{HERE}/k3j4").get_json()["columns"]
    assert put(program, "k3j4", {**columns, "title": "A tall lamp"}).get_json()["change"] == "changed"
    assert [row.item()["title"] for row in publishing.listings(node)] == ["A tall lamp"]


def test_a_list_that_lacks_it_does_not_take_it_down(program: Program, node: Node) -> None:
    put(program, "1", DESK)
    sheet = read(b"id,title\n2,A lamp\n", "list.csv")
    import_sheet(node, sheet, Options("Riverside School", withdraw_missing=True))
    assert {row.item()["title"]: row.state for row in publishing.listings(node)} == {
        "Six school desks": "live",
        "A lamp": "live",
    }


def test_each_token_does_its_own_part_alone(app: Flask, node: Node, program: Program) -> None:
    put(program, "1", DESK)
    assert client_of(app).get(HERE).status_code == 401
    reader = Program(app, node, "riverside-school", LISTINGS_READ)
    assert reader.ask(f"{HERE}/1").status_code == 200
    assert (put(reader, "1", DESK).status_code, reader.ask(f"{HERE}/1/withdraw", {}).status_code) == (403, 403)
    writer = Program(app, node, "riverside-school", LISTINGS_WRITE)
    assert (writer.ask(HERE).status_code, writer.ask(f"{HERE}/1").status_code) == (403, 403)
    other = Program(app, node, "riverside-school", BOOKINGS_WRITE)
    assert (other.ask(HERE).status_code, put(other, "1", DESK).status_code) == (403, 403)
    hosting.put_profile(node, "Mending Room", "mending-room", {})
    stranger = Program(app, node, "mending-room", LISTINGS_READ, LISTINGS_WRITE)
    assert (stranger.ask(f"{HERE}/1").status_code, put(stranger, "1", DESK).status_code) == (404, 404)
    theirs = "/desk/mending-room/api/listings"
    assert stranger.ask(f"{theirs}/1").status_code == 404
    assert stranger.ask(f"{theirs}/1/withdraw", {}).status_code == 404
    assert stranger.ask(f"{theirs}/riverside-school.1").status_code == 404
    assert stranger.ask(theirs).get_json() == {"total": 0, "listings": []}
    assert [row.state for row in publishing.listings(node)] == ["live"]
