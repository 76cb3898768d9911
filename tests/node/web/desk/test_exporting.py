"""The page on which everything can be taken along: for each role of one organisation, and for nobody else."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask

from node.context import Node
from node.services.bookings import busy
from node.services.identity.members import ROLES, VIEWER
from node.services.listings.publishing import put_listings
from tests.fakes.bookable import bookable
from tests.fakes.publisher import draft
from tests.node.web.desk.signed_in import send, signed_in

HERE = "/desk/riverside-school/export"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_takes_it_from_the_page(app: Flask, node: Node, role: str) -> None:
    put_listings(node, [draft(node, "a"), draft(node, "b", title="B")])
    client = signed_in(app, node, "riverside-school", role)
    assert "Download everything" in client.get(HERE).text
    answer = send(client, HERE, HERE)
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="riverside-school-2026-12-01.zip"'
    assert answer.headers["Cache-Control"] == "no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert archive.read("listings.csv").count(b"\r\n") == 3


def test_nobody_takes_what_is_anothers_and_none_without_a_token(app: Flask, node: Node) -> None:
    put_listings(node, [draft(node, "a")])
    stranger = signed_in(app, node, "other-club")
    assert stranger.get(HERE).status_code == 404
    assert send(stranger, HERE, "/desk/other-club/export").status_code == 404
    member = signed_in(app, node, "riverside-school")
    assert member.post(HERE, headers={"Referer": "https://share.example.org/"}).status_code == 400


@pytest.mark.parametrize("role", ROLES)
def test_addresses_of_private_calendars_are_for_those_who_set_them(app: Flask, node: Node, role: str) -> None:
    key, organisation = bookable(node)
    busy.add(node, key, organisation, "https://calendar.example/private-7341.ics", 1)
    client = signed_in(app, node, "riverside-school", role)
    told = zipfile.ZipFile(io.BytesIO(send(client, HERE, HERE).data)).read("calendars.json")
    assert (b"private-7341" in told) == (role != VIEWER)
    assert b"https://calendar.example" in told
