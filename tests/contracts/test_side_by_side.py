"""Workers that merge the same listings at the same moment: one after the other, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from federation.pipeline import Limits, Poll
from federation.reading import read_page
from federation.records import MERGED, SHOWN, PollResult
from federation.schedule import Pace
from node.storage.engine import Database
from tests.fakes.city import City
from tests.fakes.scripted import ScriptedNet
from tests.fakes.stores import StoredStore

SCHOOL = "https://school.example/"
WORKERS, LISTINGS, ROUNDS = 4, 40, 6


def test_the_same_listings_by_several_routes_at_once(database: Database) -> None:
    """Each worker puts its own rows and then turns the others': side by side, on PostgreSQL, they wait for each other
    for ever, or each believes that its copy is the only one.
    """
    net = ScriptedNet()
    city = City(net, StoredStore(database))
    school = net.node(SCHOOL)
    hubs = [net.node(f"https://hub{number}.example/") for number in range(WORKERS)]
    sources = [city.follow(hub) for hub in hubs]
    for round_ in range(ROUNDS):
        refs = [f"box{number}" for number in range(LISTINGS)]
        for number, hub in enumerate(hubs):
            for ref in refs if number % 2 else reversed(refs):
                hub.put(school.item(ref, title=f"{ref} in round {round_}"), (SCHOOL,))
        assert [result.code for result in _poll_at_once(city, sources)] == ["ok"] * WORKERS
        city.check()
        states = [[row.state for row, _ in city.store.rows(source_id).values()] for source_id in sources]
        assert sorted(states, reverse=True) == [[SHOWN] * LISTINGS] + [[MERGED] * LISTINGS] * (WORKERS - 1)
        for source_id in sources:
            city.check_source(source_id)


def _poll_at_once(city: City, sources: list[int]) -> list[PollResult]:
    start = Barrier(len(sources))

    def poll(source_id: int) -> PollResult:
        leased = city.store.lease(source_id, city.now)
        one = Poll(city.store.book, city.net, read_page, city.id, Pace(), Limits(), city.now)
        start.wait()
        return one.run(leased)

    with ThreadPoolExecutor(len(sources)) as threads:
        return list(threads.map(poll, sources))
