"""Bookings by token: what is free, booking, calling off, and that each token does its own part alone."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from node.context import Node
from node.services.identity import accounts, api_tokens, members
from node.services.identity.api_tokens import BOOKINGS_READ, BOOKINGS_WRITE, LISTINGS_WRITE
from node.services.organisations import hosting
from tests.fakes.bookable import bookable
from tests.fakes.own_client import client_of
from tests.fakes.publisher import school


class Program:
    """A program with a token of an organisation."""

    def __init__(self, app: Flask, node: Node, slug: str, *scopes: str) -> None:
        account = accounts.add(node, "Anna", f"{len(accounts.every(node))}@a.example")
        members.join(node, account, slug, "owner")
        member = members.member_of(node, account, slug)
        assert member is not None
        self.secret = api_tokens.make(node, member, "Door system", scopes)
        self.client: FlaskClient = client_of(app)

    def ask(self, path: str, body: Any = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}", "Accept": "application/json"}
        if body is None:
            return self.client.get(path, headers=headers)
        return self.client.post(path, json=body, headers=headers)


@pytest.fixture
def here(node: Node) -> str:
    key, _ = bookable(node, units=1)
    return f"/desk/riverside-school/api/listings/{key}"


@pytest.fixture
def program(app: Flask, node: Node, here: str) -> Program:
    return Program(app, node, "riverside-school", BOOKINGS_READ, BOOKINGS_WRITE)


NINE = {"starts": "2026-12-02T09:00:00Z", "ends": "2026-12-02T11:00:00+01:00", "name": "Anna", "contact": "a@b.example"}


def test_a_booking_is_changed_and_marked(program: Program, here: str) -> None:
    made = program.ask(f"{here}/bookings", {**NINE, "note": "Bits"}).get_json()
    one = f"{here}/bookings/{made['id']}"
    moved = program.ask(one, {"starts": "2026-12-03T14:00:00Z", "ends": "2026-12-03T15:00:00Z"})
    assert moved.status_code == 200
    assert moved.get_json() == {**made, "starts": "2026-12-03T14:00:00Z", "ends": "2026-12-03T15:00:00Z"}
    assert program.ask(one, {"name": "Bo"}).get_json()["note"] == "Bits"
    other = program.ask(f"{here}/bookings", NINE).get_json()
    taken = program.ask(
        f"{here}/bookings/{other['id']}", {"starts": "2026-12-03T14:00:00Z", "ends": "2026-12-03T15:00:00Z"}
    )
    assert (taken.status_code, taken.get_json()["code"]) == (409, "taken")
    assert taken.get_json()["free"]
    for state in ("out", "returned"):
        assert program.ask(f"{one}/mark", {"state": state}).get_json()["state"] == state
    assert program.ask(one, {"name": "Cem"}).status_code == 409
    assert program.ask(f"{one}/mark", {"state": "confirmed"}).status_code == 409
    assert program.ask(f"{one}/mark", {"state": "lost"}).get_json()["problems"][0]["pointer"] == "/state"
    assert program.ask(f"{here}/bookings/999", {"name": "Bo"}).status_code == 404
    assert program.ask(f"{here}/bookings/999/mark", {"state": "out"}).status_code == 404
    assert program.ask(one, {"starts": "tomorrow"}).status_code == 422


def test_what_is_free_is_booked_and_called_off(program: Program, here: str) -> None:
    day = "?from=2026-12-02&to=2026-12-02"
    free = program.ask(f"{here}/free{day}").get_json()["free"]
    assert free[0] == {"starts": "2026-12-02T09:00:00Z", "ends": "2026-12-02T10:00:00Z", "left": 1}
    made = program.ask(f"{here}/bookings", NINE)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert made.get_json() == {
        "id": 1,
        "starts": "2026-12-02T09:00:00Z",
        "ends": "2026-12-02T10:00:00Z",
        "unit": 1,
        "unit_name": "1",
        "state": "confirmed",
        "name": "Anna",
        "contact": "a@b.example",
        "note": "",
    }
    assert program.ask(f"{here}/bookings{day}").get_json() == {"bookings": [made.get_json()]}
    assert len(program.ask(f"{here}/free{day}").get_json()["free"]) == len(free) - 1
    again = program.ask(f"{here}/bookings", NINE)
    assert (again.status_code, again.get_json()["code"], again.get_json()["detail"]) == (
        409,
        "taken",
        "It is taken then.",
    )
    assert again.get_json()["free"] == program.ask(f"{here}/free{day}").get_json()["free"]
    unsaid = program.ask(f"{here}/bookings/1/cancel", {"reason": " "})
    assert (unsaid.status_code, unsaid.get_json()["problems"][0]["pointer"]) == (422, "/reason")
    assert program.ask(f"{here}/bookings/1/cancel", {"reason": "It rains"}).get_json()["state"] == "cancelled"
    assert program.ask(f"{here}/bookings/1/cancel", {"reason": "x"}).status_code == 409
    assert program.ask(f"{here}/bookings", NINE).status_code == 201


WRONG: dict[str, tuple[Any, int, str]] = {
    "a list": ([], 400, ""),
    "no name": ({**NINE, "name": ""}, 422, "/name"),
    "a name that is a number": ({**NINE, "name": 7}, 422, "/name"),
    "a name with NUL": ({**NINE, "name": "a\0"}, 422, "/name"),
    "half a letter": ({**NINE, "note": "\ud800"}, 422, "/note"),
    "no zone": ({**NINE, "starts": "2026-12-02T09:00:00"}, 422, "/starts"),
    "no end": ({"starts": NINE["starts"], "name": "Anna"}, 422, "/ends"),
    "a piece that is no number": ({**NINE, "unit": True}, 422, "/unit"),
    "a piece that there is not": ({**NINE, "unit": 7}, 409, "no-unit"),
    "insisting": ({**NINE, "insists": True, "starts": "2026-12-02T06:00:00Z"}, 409, "outside"),
}


@pytest.mark.parametrize(("body", "status", "where"), WRONG.values(), ids=WRONG)
def test_what_is_refused(program: Program, here: str, body: Any, status: int, where: str) -> None:
    found = program.ask(f"{here}/bookings", body)
    assert (found.status_code, found.mimetype) == (status, "application/problem+json")
    said = found.get_json()
    if where:
        assert where in (said.get("code"), *(one["pointer"] for one in said.get("problems", ())))


@pytest.mark.parametrize("query", ["from=x", "from=2026-12-02&to=2026-12-01", "to=2027-12-01", "from=9999-12-30"])
def test_days_that_cannot_be_asked_for(program: Program, here: str, query: str) -> None:
    assert program.ask(f"{here}/free?{query}").status_code == 400


def test_each_token_does_its_own_part_alone(app: Flask, node: Node, here: str, program: Program) -> None:
    assert client_of(app).get(f"{here}/bookings").status_code == 401
    reader = Program(app, node, "riverside-school", BOOKINGS_READ)
    other = Program(app, node, "riverside-school", LISTINGS_WRITE)
    assert reader.ask(f"{here}/bookings").status_code == 200
    for path, body in (("bookings", NINE), ("bookings/1/cancel", {"reason": "x"})):
        assert reader.ask(f"{here}/{path}", body).status_code == 403
    assert other.ask(f"{here}/free").status_code == 403
    hosting.put_profile(node, "Mending Room", "mending-room", {})
    stranger = Program(app, node, "mending-room", BOOKINGS_READ, BOOKINGS_WRITE)
    for start in (here, here.replace("riverside-school/", "mending-room/", 1)):
        for path, body in (("bookings", None), ("free", None), ("bookings", NINE), ("bookings/1/cancel", {})):
            assert stranger.ask(f"{start}/{path}", body).status_code == 404
    assert school(node).name == "Riverside School"
