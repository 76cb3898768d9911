"""Every bad and odd document that others have collected, through the real way in: a server, the guarded client, the
engine and SQLite. Nothing crashes, nothing takes long, and nothing that is shown suffers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from federation.fetch import Fetcher
from federation.pipeline import Limits, Poll
from federation.plain import Defaults
from federation.reading import read_page
from federation.records import L0, L1, PLAIN, PollResult
from federation.schedule import Pace
from tests.fakes.change_log import LogRow
from tests.fakes.city import City
from tests.fakes.databases import database_at
from tests.fakes.fetching import LOOPBACK, policy
from tests.fakes.hostile_server import HostileServer, answer
from tests.fakes.scripted import Clock, ScriptedNet, ScriptedNode
from tests.fakes.served import served_node
from tests.fakes.stores import StoredStore
from tests.schemas.made import CORPORA, PARK

LONGEST_S = 2.0
FILES = sorted(path for path in CORPORA.glob("*/**/*") if path.is_file()) if CORPORA.is_dir() else []
PARTS = 8
_PATHS = {L0: "feed.json", L1: "changes.json", PLAIN: "feed.json"}
_TYPES = {".json": "application/json", ".xml": "application/xml"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILES, reason="the corpora are not beside this tree (../shared/corpora)"),
]


@dataclass
class Town:
    """An aggregator that reads a good neighbour, and three sources that serve one document after the other."""

    city: City
    neighbour: ScriptedNode
    server: HostileServer
    fetcher: Fetcher
    good: int
    bad: dict[str, int]

    def poll(self, source_id: int) -> PollResult:
        leased = self.city.store.lease(source_id, self.city.now)
        poll = Poll(self.city.store.book, self.fetcher, read_page, self.city.id, Pace(), Limits(), self.city.now)
        began = time.monotonic()
        result = poll.run(leased)
        assert time.monotonic() - began < LONGEST_S
        return result

    def serve(self, body: bytes, media_type: str) -> None:
        """Every source but the neighbour answers with this from now on."""
        for level, path in _PATHS.items():
            self.server.scripts[f"/{level}/{path}"] = answer(body, f"Content-Type: {media_type}")

    def serve_file(self, path: Path) -> None:
        self.serve(path.read_bytes(), _TYPES.get(path.suffix, "text/plain"))

    def shown(self, *levels: str) -> dict[str, LogRow]:
        sources = {self.good, *(self.bad[level] for level in levels)}
        return {id_: row for id_, row in self.city.shown().items() if row.source_id in sources}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    database = database_at(tmp_path / "city.sqlite")
    client = Fetcher(policy(LOOPBACK, deadline_s=5.0, max_bytes=2**22))
    with served_node() as neighbour, HostileServer({}) as server, client as fetcher:
        neighbour.add("desk", "chair", "lamp")
        city = City(ScriptedNet(), StoredStore(database))
        made = Town(city, neighbour, server, fetcher, city.follow(neighbour), {})
        for level in _PATHS:
            _begin(made, level)
        assert made.poll(made.good).code == "ok"
        yield made
        city.check()
    database.close()


def _begin(town: Town, level: str) -> None:
    """Follow a node that was good once, and whose listing is shown."""
    once_good = ScriptedNode(town.server.url(f"/{level}/"), Clock())
    once_good.add("before")
    town.serve(once_good.answer_at(_PATHS[level]).body, "application/json")
    town.bad[level] = town.city.follow(once_good, level, defaults=Defaults(PARK).to_json())
    assert town.poll(town.bad[level]).code == "ok"
    # So that it is read at the same address again.
    town.city.store.change(town.bad[level], cursor=None)


@pytest.mark.parametrize("part", range(PARTS))
def test_no_document_harms_what_is_shown(town: Town, part: int) -> None:
    shown = town.shown(L0, L1, PLAIN)
    assert len(shown) == 6
    for number, path in enumerate(FILES[part::PARTS]):
        town.serve_file(path)
        refused = town.poll(town.bad[(L0, L1)[number % 2]])
        assert not refused.fine, path
        read = town.poll(town.bad[PLAIN])
        assert read.code != "bug", path
        if number % 10 == 0:
            assert town.poll(town.good).fine, path
        if number % 50 == 0:
            _check(town, shown)
    assert town.poll(town.good).fine
    _check(town, shown)


def _check(town: Town, shown: dict[str, LogRow]) -> None:
    now = town.city.shown()
    assert {id_: now.get(id_) for id_ in shown} == shown
    town.city.check()
    for source_id in (town.good, *town.bad.values()):
        town.city.check_source(source_id)


def test_plain_feeds_of_the_corpora_are_read(town: Town) -> None:
    """Most of them are feeds, after all."""
    feeds = [path for path in FILES if "atom10" in path.parts][:60]
    codes = []
    for path in feeds:
        town.serve_file(path)
        codes.append(town.poll(town.bad[PLAIN]).code)
    assert codes.count("ok") > len(feeds) / 2
