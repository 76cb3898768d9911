"""Copies of remote photographs, on every database: wanted, fetched, shown, put off, evicted."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from federation.fetch import Fetcher
from node.context import Node
from node.services.pictures import proxy
from node.services.pictures.proxy import Fetched, Uses, key_of
from node.storage import photos as stored
from node.storage.engine import Database
from tests.fakes.fetching import policy
from tests.fakes.hostile_server import HostileServer, Script, answer, redirect
from tests.fakes.publisher import clock_of, publisher

DAY_S = 86_400


def jpeg(size: tuple[int, int] = (1200, 900)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, (30, 110, 70)).save(out, "JPEG")
    return out.getvalue()


PICTURE = answer(jpeg(), "Content-Type: image/jpeg")


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, aggregate=True, photo_cache_mb=1)


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(policy()) as made:
        yield made


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def serve(script: Script) -> HostileServer:
    return HostileServer({"/a.jpg": script, "/b.jpg": PICTURE, "/elsewhere": PICTURE})


def files(node: Node) -> list[str]:
    return sorted(path.name for path in (Path(node.settings.home) / "photos").rglob("*") if path.is_file())


def row(node: Node, url: str) -> stored.StoredPhoto:
    with node.database.read() as tx:
        return stored.by_keys(tx, [key_of(url)])[key_of(url)]


def ready(node: Node, *urls: str) -> dict[str, str]:
    with node.database.read() as tx:
        return proxy.ready(tx, urls)


def test_a_photograph_is_wanted_then_ready(node: Node, fetcher: Fetcher) -> None:
    with serve(PICTURE) as server:
        url = server.url("/a.jpg")
        proxy.register(node, [url, url])
        assert ready(node, url) == {}
        assert proxy.fetch_wanted(node, fetcher) == Fetched(ready=1)
        assert ready(node, url, "https://never.example/") == {url: f"/photos/{key_of(url)}.jpg"}
        with node.database.read() as tx:
            picture = proxy.pictures(tx, [url])[url]
    assert (picture.width, picture.height) == (960, 720)
    assert picture.path == f"/photos/{key_of(url)}.jpg"
    large, card = proxy.file_named(node, f"{key_of(url)}.jpg"), proxy.file_named(node, f"{key_of(url)}.card.jpg")
    assert large is not None
    assert card is not None
    assert (size_of(large), size_of(card)) == ((960, 720), (480, 360))
    assert len(files(node)) == 2, "no half-written file is left"


def test_what_is_ready_is_not_fetched_again(node: Node, fetcher: Fetcher) -> None:
    with serve(PICTURE) as server:
        proxy.register(node, [server.url("/a.jpg")])
        proxy.fetch_wanted(node, fetcher)
        proxy.register(node, [server.url("/a.jpg")])
        clock_of(node).pass_by(days=8)
        assert proxy.fetch_wanted(node, fetcher) == Fetched()
        assert server.paths() == ["/a.jpg"]


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://share.example.org/media/own.jpg", id="a picture of our own"),
        pytest.param("data:image/png;base64,AAAA", id="no web address"),
        pytest.param("file:///etc/passwd", id="a file"),
        pytest.param("https://park.example/" + "a" * 3000, id="far too long"),
    ],
)
def test_is_not_registered(node: Node, fetcher: Fetcher, url: str) -> None:
    proxy.register(node, [url])
    with node.database.read() as tx:
        assert stored.by_keys(tx, [key_of(url)]) == {}


@pytest.mark.parametrize(
    ("script", "why"),
    [
        pytest.param(answer(b"gone", status=404), "status 404", id="not there"),
        pytest.param(answer(jpeg(), "Content-Type: text/html"), "text/html", id="called a page"),
        pytest.param(answer(b"<svg/>", "Content-Type: image/svg+xml"), "image/svg+xml", id="a drawing with scripts"),
        pytest.param(answer(b"<svg/>", "Content-Type: image/jpeg"), "could not be read", id="no picture"),
        pytest.param(answer(jpeg()[:-400], "Content-Type: image/jpeg"), "could not be read", id="cut off"),
        pytest.param(answer(bytes(11 * 2**20), "Content-Type: image/jpeg"), "larger than", id="too large"),
        pytest.param(redirect("http://10.0.0.1/a.jpg"), "10.0.0.1", id="leads inside"),
    ],
)
def test_no_picture(node: Node, fetcher: Fetcher, script: Script, why: str) -> None:
    with serve(script) as server:
        url = server.url("/a.jpg")
        proxy.register(node, [url])
        assert proxy.fetch_wanted(node, fetcher) == Fetched(failed=1)
    assert ready(node, url) == {}
    assert why in (row(node, url).failure or "")
    assert files(node) == []


def test_failures_are_tried_again_ever_more_rarely(node: Node, fetcher: Fetcher) -> None:
    with serve(answer(b"", status=500)) as server:
        url = server.url("/a.jpg")
        proxy.register(node, [url])
        waits = []
        for _ in range(5):
            assert proxy.fetch_wanted(node, fetcher) == Fetched(failed=1)
            waits.append(row(node, url).due_at - node.now)
            clock_of(node).pass_by(seconds=waits[-1] - 1)
            assert proxy.fetch_wanted(node, fetcher) == Fetched()
            clock_of(node).pass_by(seconds=1)
        assert waits == [3600, DAY_S, 7 * DAY_S, 7 * DAY_S, 7 * DAY_S]
        server.scripts["/a.jpg"] = PICTURE
        assert proxy.fetch_wanted(node, fetcher) == Fetched(ready=1)
    assert (row(node, url).failure, row(node, url).tries) == (None, 0)


def test_two_workers_do_not_fetch_the_same(node: Node, fetcher: Fetcher) -> None:
    proxy.register(node, ["https://a.example/1.jpg", "https://a.example/2.jpg", "https://a.example/3.jpg"])
    with node.database.write() as tx:
        first = stored.claim(tx, node.now, node.now + 600, 2)
    with node.database.write() as tx:
        second = stored.claim(tx, node.now, node.now + 600, 2)
    assert len(first) == 2
    assert len(second) == 1
    assert not {photo.key for photo in first} & {photo.key for photo in second}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("../secret.key", id="a way out"),
        pytest.param("a" * 43 + ".png", id="another ending"),
        pytest.param("a" * 42 + ".jpg", id="too short"),
        pytest.param("." + "a" * 42 + ".jpg", id="hidden"),
        pytest.param("a" * 43 + ".jpg", id="not there"),
        pytest.param("a" * 43 + ".jpg\n", id="a line end"),
    ],
)
def test_a_name_leads_to_no_file(node: Node, name: str) -> None:
    assert proxy.file_named(node, name) is None


def put_file(node: Node, key: str, size: int) -> None:
    folder = Path(node.settings.home) / "photos" / key[:2]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key}.jpg").write_bytes(bytes(size))


def test_the_longest_unused_make_room(node: Node) -> None:
    urls = [f"https://a.example/{number}.jpg" for number in range(4)]
    for number, url in enumerate(urls):
        proxy.register(node, [url])
        put_file(node, key_of(url), 300_000)
        with node.database.write() as tx:
            stored.ready(tx, key_of(url), 10, 10, node.now)
            stored.used(tx, [key_of(url)], node.now + (100 if number == 0 else number))
    put_file(node, "Z" * 43, 10_000)
    # 1.21 MB of at most 1: what no row knows of goes first, then what was used longest ago, until 0.9 are left.
    assert proxy.make_room(node) == 2
    left = [urls[0], urls[2], urls[3]]
    assert list(ready(node, *urls)) == left
    assert files(node) == sorted(f"{key_of(url)}.jpg" for url in left)
    assert proxy.make_room(node) == 0


def test_what_nobody_looks_at_is_forgotten_and_comes_back_when_wanted(node: Node) -> None:
    url = "https://a.example/1.jpg"
    proxy.register(node, [url])
    clock_of(node).pass_by(days=61)
    assert proxy.forget_unused(node) == 1
    proxy.register(node, [url])
    assert row(node, url).state == stored.WANTED


def test_looking_is_noted_a_few_at_a_time(node: Node) -> None:
    url, uses = "https://a.example/1.jpg", Uses(every_s=60)
    proxy.register(node, [url])
    began = row(node, url).used_at
    uses.note(node, f"{key_of(url)}.card.jpg")
    assert row(node, url).used_at == began
    clock_of(node).pass_by(seconds=61)
    uses.note(node, f"{key_of(url)}.jpg")
    assert row(node, url).used_at == began + 61


def test_without_room_nothing_is_fetched(database: Database, tmp_path: Path, fetcher: Fetcher) -> None:
    node = publisher(tmp_path / "other", database, photo_cache_mb=0)
    proxy.register(node, ["https://a.example/1.jpg"])
    assert proxy.fetch_wanted(node, fetcher) == Fetched()
