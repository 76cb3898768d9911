"""Photographs that members sent, over HTTP and on pages: in the form that a browser asks for, with their sizes."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from node.context import Node
from node.services.pictures.renditions import made
from node.web.portal.cards import Paths
from node.web.view_models.parts import Image
from tests.fakes import camera
from tests.fakes.publisher import URL

NAME = "0123456789abcdef0123456789abcdef-120x80"
CHROMIUM = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"


@pytest.fixture
def kept(node: Node) -> dict[str, bytes]:
    """The files of a photo, by their names."""
    files = {NAME + end: content for end, content in made(camera.jpeg()).by_end().items()}
    (node.settings.home / "media").mkdir(exist_ok=True)
    for name, content in files.items():
        (node.settings.home / "media" / name).write_bytes(content)
    return files


@pytest.mark.parametrize(
    ("name", "accept", "answered", "kind"),
    [
        pytest.param(".jpg", CHROMIUM, ".webp", "image/webp", id="a browser"),
        pytest.param(".card.jpg", CHROMIUM, ".card.webp", "image/webp", id="a browser, for a card"),
        pytest.param(".jpg", "*/*", ".jpg", "image/jpeg", id="a program"),
        pytest.param(".jpg", "", ".jpg", "image/jpeg", id="nothing said"),
        pytest.param(".webp", "*/*", ".webp", "image/webp", id="by its own name"),
    ],
)
def test_a_photo_comes_as_the_browser_likes_it(
    client: FlaskClient, kept: dict[str, bytes], name: str, accept: str, answered: str, kind: str
) -> None:
    with client.get(f"/media/{NAME}{name}", base_url=URL, headers={"Accept": accept}) as answer:
        assert answer.data == kept[NAME + answered]
        assert answer.mimetype == kind
        assert "Accept" in answer.vary
        assert (answer.cache_control.max_age, answer.cache_control.immutable) == (31_536_000, True)


def test_without_the_lighter_one_it_is_the_other(client: FlaskClient, node: Node, kept: dict[str, bytes]) -> None:
    (node.settings.home / "media" / f"{NAME}.webp").unlink()
    with client.get(f"/media/{NAME}.jpg", base_url=URL, headers={"Accept": CHROMIUM}) as answer:
        assert answer.data == kept[f"{NAME}.jpg"]


@pytest.mark.parametrize(
    "name", [f"{NAME}.png", f"{NAME}.card.card.jpg", f"{NAME}", f"..%2f{NAME}.jpg", f"{NAME[:-1]}1.jpg", "a-1x1.jpg"]
)
def test_other_names_lead_nowhere(client: FlaskClient, kept: dict[str, bytes], name: str) -> None:
    assert client.get(f"/media/{name}", base_url=URL).status_code == 404


def test_pages_know_its_sizes() -> None:
    paths = Paths("/free", URL, "Europe/London")
    large = Image(f"/free/media/{NAME}.jpg", "A chair", 120, 80, f"/free/media/{NAME}.card.jpg")
    assert paths.picture(f"{URL}media/{NAME}.jpg", "A chair") == large
    assert paths.picture(f"{URL}media/{NAME}.jpg", "", small=True) == Image(f"/free/media/{NAME}.card.jpg", "")
