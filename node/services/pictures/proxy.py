"""Copies of remote photographs: browsers of our readers never ask the sites of others, and those sites see no readers.

Only addresses that a listing here names are ever fetched: `register` is called with those, and the key in a photo's
path is a hash that leads nowhere unless it is registered. A worker fetches; a request never does.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from federation.fetch_error import FetchError
from node.context import Node
from node.services.pictures.shelf import write_whole
from node.services.pictures.shrinking import PictureError, Shrunk, shrink
from node.storage import photos as stored
from node.storage.engine import Tx
from node.storage.photos import READY, StoredPhoto
from schemas.fields import MAX_URL
from schemas.records import dataclass

if TYPE_CHECKING:
    from federation.fetch import Fetcher

FOLDER = "photos"
MAX_BYTES = 10 * 2**20
DEADLINE_S = 15.0
RETRY_S = (3600, 86_400, 7 * 86_400)
LEASE_S = 600
PARALLEL = 4
UNUSED_S = 60 * 86_400
_ROOM = 0.9
_ACCEPT = "image/webp, image/jpeg, image/png, image/gif;q=0.8"
_NAME = re.compile(r"(?P<key>[A-Za-z0-9_-]{43})(?:\.card)?\.jpg")
_FORBIDDEN_TYPES = ("image/svg+xml",)


@dataclass(frozen=True, slots=True)
class Picture:
    """A copy that is ready. Paths are on this site; sizes are in pixels, of the large one."""

    path: str
    card_path: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one round of fetching did."""

    ready: int = 0
    failed: int = 0


def key_of(url: str) -> str:
    """The key of the photograph at ``url``: SHA-256 in base64url, 43 characters."""
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def register(node: Node, urls: Iterable[str]) -> None:
    """Have these photographs copied, if they are not yet. To be called only with what live listings name."""
    wanted = {key_of(url): url for url in urls if _is_foreign(node, url)}
    if not wanted:
        return
    with node.database.read() as tx:
        missing = wanted.keys() - stored.by_keys(tx, wanted).keys()
    if missing:
        with node.database.write() as tx:
            stored.want(tx, {key: wanted[key] for key in missing}, node.now)


def _is_foreign(node: Node, url: str) -> bool:
    is_web = url.lower().startswith(("https://", "http://")) and len(url) <= MAX_URL
    return is_web and not url.startswith(node.settings.url)


def pictures(tx: Tx, urls: Collection[str]) -> dict[str, Picture]:
    """The copies that are ready, by the photograph's own address."""
    keys = {url: key_of(url) for url in urls}
    rows = stored.by_keys(tx, set(keys.values()))
    ready_ones = {url: rows[key] for url, key in keys.items() if key in rows and rows[key].state == READY}
    return {url: _picture(row) for url, row in ready_ones.items()}


def ready(tx: Tx, urls: Collection[str]) -> dict[str, str]:
    """The paths of the copies that are ready, by the photograph's own address."""
    return {url: picture.path for url, picture in pictures(tx, urls).items()}


def _picture(row: StoredPhoto) -> Picture:
    paths = f"/{FOLDER}/{row.key}.jpg", f"/{FOLDER}/{row.key}.card.jpg"
    return Picture(*paths, width=row.width or 0, height=row.height or 0)


def file_named(node: Node, name: str) -> Path | None:
    """The file of a copy by its name in a path; None where there is none, or the name is none of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    path = _folder(node) / found["key"][:2] / name
    return path if path.is_file() else None


def fetch_wanted(node: Node, fetcher: Fetcher, limit: int = 8) -> Fetched:
    """Fetch and shrink at most ``limit`` photographs that are due; make room if there are too many then."""
    if node.settings.photo_cache_mb <= 0:
        return Fetched()
    with node.database.write() as tx:
        claimed = stored.claim(tx, node.now, node.now + LEASE_S, limit)
    if not claimed:
        return Fetched()
    with ThreadPoolExecutor(min(PARALLEL, len(claimed)), thread_name_prefix="photo") as pool:
        outcomes = list(pool.map(lambda photo: _fetch(node, fetcher, photo), claimed))
    done = Counter(outcomes)
    if done[True]:
        make_room(node)
    return Fetched(done[True], done[False])


def _fetch(node: Node, fetcher: Fetcher, photo: StoredPhoto) -> bool:
    try:
        shrunk = shrink(downloaded(fetcher, photo.url))
    except (FetchError, PictureError) as error:
        wait = RETRY_S[min(photo.tries, len(RETRY_S) - 1)]
        with node.database.write() as tx:
            stored.failed(tx, photo.key, str(error)[:500], photo.tries + 1, node.now + wait)
        return False
    _keep(node, photo.key, shrunk)
    with node.database.write() as tx:
        stored.ready(tx, photo.key, shrunk.width, shrunk.height, node.now)
    return True


def downloaded(fetcher: Fetcher, url: str) -> bytes:
    """A photograph from another site, as it is there. Raises `FetchError` and `PictureError`."""
    answer = fetcher.get(url, accept=_ACCEPT, max_bytes=MAX_BYTES, deadline_s=DEADLINE_S)
    if answer.status != 200:
        raise PictureError(f"The site answered with status {answer.status}.")
    if not answer.media_type.startswith("image/") or answer.media_type in _FORBIDDEN_TYPES:
        raise PictureError(f"The site calls it {answer.media_type or 'nothing at all'}, which is no photograph.")
    return answer.body


def _keep(node: Node, key: str, shrunk: Shrunk) -> None:
    folder = _folder(node) / key[:2]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / f"{key}.card.jpg", shrunk.card)
    write_whole(folder / f"{key}.jpg", shrunk.large)


def make_room(node: Node) -> int:
    """Delete the longest unused copies until they fit into ``photo_cache_mb``; how many went."""
    limit = node.settings.photo_cache_mb * 10**6
    sizes = _sizes(_folder(node))
    total = sum(sizes.values())
    if total <= limit:
        return 0
    with node.database.read() as tx:
        by_use = stored.least_used(tx, len(sizes) + 1)
    # What no row knows of (left by another database) goes first.
    known = set(by_use)
    order = [key for key in sizes if key not in known] + by_use
    going: list[str] = []
    while order and total > limit * _ROOM:
        going.append(order.pop(0))
        total -= sizes.get(going[-1], 0)
    _forget(node, going)
    return len(going)


def forget_unused(node: Node, limit: int = 5000) -> int:
    """Forget photographs that nobody has looked at for two months; how many. Registered again, they come back."""
    with node.database.read() as tx:
        keys = stored.unused(tx, node.now - UNUSED_S, limit)
    _forget(node, keys)
    return len(keys)


def _forget(node: Node, keys: list[str]) -> None:
    # First the rows: a page must not promise a picture whose file is gone.
    with node.database.write() as tx:
        stored.forget(tx, keys)
    for key in keys:
        for name in (f"{key}.jpg", f"{key}.card.jpg"):
            (_folder(node) / key[:2] / name).unlink(missing_ok=True)


def _sizes(folder: Path) -> Counter[str]:
    """Bytes on disk by key."""
    sizes: Counter[str] = Counter()
    for entry in _files(folder):
        found = _NAME.fullmatch(entry.name)
        if found:
            sizes[found["key"]] += entry.stat().st_size
    return sizes


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    if not folder.is_dir():
        return
    for shelf in os.scandir(folder):
        if shelf.is_dir(follow_symlinks=False):
            yield from os.scandir(shelf)


def _folder(node: Node) -> Path:
    return Path(node.settings.home) / FOLDER


@dataclass(slots=True)
class Uses:
    """Which photographs were looked at lately, noted in the database a few at a time; one per process."""

    every_s: int = 60
    _pending: set[str] = field(default_factory=set)
    _since: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, node: Node, name: str) -> None:
        """Someone looked at the copy in this file. What is pending when the process ends is lost without harm."""
        now = node.now
        with self._lock:
            self._pending.add(name[:43])
            self._since = now if self._since is None else self._since
            if now - self._since < self.every_s:
                return
            keys, self._pending, self._since = self._pending, set(), None
        with node.database.write() as tx:
            stored.used(tx, keys, now)
