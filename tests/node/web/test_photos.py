"""Our copies of other sites' photographs over HTTP: kept long by browsers, and never fetched for a request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.app import create_app
from node.services.pictures import proxy
from node.storage import photos as stored
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of, publisher
from tests.node.web.aggregator import Browser

PHOTO = "https://park.example/desk.jpg"
PATH = f"/photos/{proxy.key_of(PHOTO)}.jpg"


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    made = Browser(tmp_path / "home")
    yield made
    made.node.database.close()


def put(browser: Browser, url: str = PHOTO) -> None:
    """A copy that is ready."""
    node, key = browser.node, proxy.key_of(url)
    proxy.register(node, [url])
    shelf = Path(node.settings.home) / "photos" / key[:2]
    shelf.mkdir(parents=True)
    (shelf / f"{key}.jpg").write_bytes(b"the large one")
    (shelf / f"{key}.card.jpg").write_bytes(b"the small one")
    with node.database.write() as tx:
        stored.ready(tx, key, 960, 720, node.now)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param(PATH, b"the large one", id="large"),
        pytest.param(PATH.replace(".jpg", ".card.jpg"), b"the small one", id="card"),
    ],
)
def test_a_copy_is_kept_for_a_month(browser: Browser, path: str, body: bytes) -> None:
    put(browser)
    answer = browser.get(path)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", body)
    assert "max-age=2592000" in answer.headers["Cache-Control"]
    again = browser.client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(PATH, id="not registered"),
        pytest.param("/photos/..%2F..%2Fsecret.key", id="a way out"),
        pytest.param("/photos/" + "a" * 43 + ".svg", id="another kind"),
        pytest.param("/photos/", id="no name"),
    ],
)
def test_what_is_not_ready_is_not_there(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_a_request_makes_nobody_fetch_anything(browser: Browser) -> None:
    browser.get(f"/photos/{proxy.key_of('http://10.0.0.1/admin')}.jpg")
    with browser.node.database.write() as tx:
        assert stored.claim(tx, browser.node.now, browser.node.now, 10) == []


def test_one_that_is_looked_at_stays(browser: Browser) -> None:
    put(browser)
    for _ in range(3):
        clock_of(browser.node).pass_by(days=40)
        browser.get(PATH)
        clock_of(browser.node).pass_by(minutes=2)
        browser.get(PATH)
        assert proxy.forget_unused(browser.node) == 0
    clock_of(browser.node).pass_by(days=61)
    assert proxy.forget_unused(browser.node) == 1
    assert browser.get(PATH).status_code == 404


def test_a_small_publisher_keeps_no_copies(tmp_path: Path) -> None:
    assert client_of(create_app(publisher(tmp_path / "small"))).get(PATH).status_code == 404
