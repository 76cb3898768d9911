"""An index that is lost under a running node is built again, and until then a program is told to come back."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from node.app import create_app
from node.context import Node
from node.search.follow import Follower
from node.search.index import FOLDER, folder_of, read_state
from node.services.listings import publishing
from tests.fakes.own_client import client_of
from tests.fakes.publisher import draft, publisher


@pytest.fixture
def node(tmp_path: Path) -> Node:
    made = publisher(tmp_path / "home", aggregate=True)
    publishing.put_listings(made, [draft(made, "chairs")])
    return made


@pytest.mark.parametrize("how", ["folder", "files"])
def test_a_running_follower_notices_without_a_change_to_write(node: Node, how: str) -> None:
    follower = Follower(node)
    assert (follower.catch_up(), follower.catch_up()) == (1, 0)
    state = read_state(node.settings.home)
    assert state is not None
    folder = folder_of(node.settings.home, state)
    if how == "folder":
        shutil.rmtree(folder)
    else:
        for path in folder.iterdir():
            path.unlink()
    assert follower.catch_up() == 1
    assert read_state(node.settings.home) != state


def test_the_api_says_when_to_come_back_and_the_log_says_it_in_a_line(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    follower, client = Follower(node), client_of(create_app(node))
    follower.catch_up()
    assert client.get("/api/v1/listings").json["total"] == 1  # type: ignore[index]
    shutil.rmtree(node.settings.home / FOLDER)
    with caplog.at_level(logging.WARNING):
        for path in ("/api/v1/listings", "/api/v1/listings?q=chairs", "/search.json"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["Retry-After"], answer.mimetype) == (
                503,
                "5",
                "application/problem+json",
            )
    assert [record.exc_info for record in caplog.records] == [None, None, None]
    page = client.get("/search?q=chairs")
    assert page.status_code == 200
    follower.catch_up()
    assert client.get("/api/v1/listings").json["total"] == 1  # type: ignore[index]
