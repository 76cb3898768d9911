"""Claiming, leasing and reading sources over real HTTP, and decoding in other processes."""

from __future__ import annotations

import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from federation.reading import Context, read_page
from federation.records import ACTIVE, PAUSED, SUSPENDED, PollResult, ReadPage
from node.services.aggregating.decoding import DecodePool
from node.services.aggregating.polling import LEASE_S, PARALLEL, Poller
from node.storage import sources
from schemas.errors import DocumentError
from tests.fakes.aggregator import Aggregator, aggregator
from tests.fakes.scripted import ScriptedNode
from tests.fakes.served import served_node
from tests.schemas.made import NOW, desk_item

CONTEXT = Context("https://node.example/", int(NOW.timestamp()))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Aggregator]:
    with aggregator(tmp_path / "home", allow_loopback=True) as one:
        yield one


@pytest.fixture
def nodes() -> Iterator[list[ScriptedNode]]:
    with ExitStack() as stack:
        found = [stack.enter_context(served_node()) for _ in range(2)]
        for node in found:
            node.add("desk", "chair")
        yield found


@pytest.fixture
def poller(made: Aggregator) -> Iterator[Poller]:
    with Poller(made.node) as one:
        yield one


def wait_until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends, "nothing happened in 20 seconds"
        time.sleep(0.01)


def test_what_is_due_is_read_over_http(made: Aggregator, nodes: list[ScriptedNode], poller: Poller) -> None:
    followed = [made.city.follow(node) for node in nodes]
    assert poller.start_due() == 2
    wait_until(lambda: all(made.city.source(number).verified_at for number in followed))
    assert len(made.city.shown()) == 4
    wait_until(lambda: all(made.city.source(number).due_at > made.city.now for number in followed))
    assert poller.start_due() == 0
    made.net.clock.pass_by(hours=2)
    # A thread that is just ending its first source may take the next by itself.
    assert 0 <= poller.start_due() <= 2
    wait_until(lambda: all(made.city.source(number).last_polled_at == made.city.now for number in followed))


def test_node_documents_are_read_again_over_http(made: Aggregator, nodes: list[ScriptedNode], poller: Poller) -> None:
    nodes[0].describe("changes", "json", name="The school", ttl=1800)
    followed = made.city.follow(nodes[0], "L0", document_asked_at=made.city.now)
    poller.read_now([followed])
    assert made.city.source(followed).document_read_at is None
    made.net.clock.pass_by(days=1)
    poller.read_now([followed])
    source = made.city.source(followed)
    assert (source.document_read_at, source.ttl_s, source.level) == (made.city.now, 1800, "L1")
    assert source.url == nodes[0].address("changes.json")
    [(_, result)] = poller.read_now([followed])
    assert (result.code, len(made.city.shown())) == ("ok", 2)


@pytest.mark.parametrize(
    ("state", "due_in", "claimed"),
    [
        pytest.param(ACTIVE, 0, 1, id="active"),
        pytest.param(PAUSED, 0, 0, id="paused"),
        pytest.param("removed", 0, 0, id="removed"),
        pytest.param(SUSPENDED, 1, 0, id="suspended"),
        pytest.param(SUSPENDED, 0, 1, id="suspended for long enough"),
    ],
)
def test_which_sources_are_claimed(
    made: Aggregator, nodes: list[ScriptedNode], state: str, due_in: int, claimed: int
) -> None:
    made.city.follow(nodes[0], state=state, due_at=made.city.now + due_in)
    with made.node.database.write() as tx:
        assert len(sources.claim(tx, made.city.now, LEASE_S, 5)) == claimed


def test_a_source_is_claimed_by_one_worker_until_its_lease_runs_out(
    made: Aggregator, nodes: list[ScriptedNode]
) -> None:
    made.city.follow(nodes[0])

    def claim() -> list[int]:
        with made.node.database.write() as tx:
            return [source.lease_token for source in sources.claim(tx, made.city.now, LEASE_S, 5)]

    assert claim() == [1]
    assert claim() == []
    made.net.clock.pass_by(seconds=LEASE_S - 1)
    assert claim() == []
    made.net.clock.pass_by(seconds=1)
    assert claim() == [2]


def test_the_longest_due_are_claimed_first_and_no_more_than_there_is_room(
    made: Aggregator, nodes: list[ScriptedNode]
) -> None:
    late, early = made.city.follow(nodes[0], due_at=20), made.city.follow(nodes[1], due_at=10)
    with made.node.database.write() as tx:
        assert [source.id for source in sources.claim(tx, made.city.now, LEASE_S, 1)] == [early]
        assert [source.id for source in sources.claim(tx, made.city.now, LEASE_S, 1)] == [late]


def test_reading_now_does_not_ask_whether_it_is_time(
    made: Aggregator, nodes: list[ScriptedNode], poller: Poller
) -> None:
    followed = [made.city.follow(node, due_at=made.city.now + 9999) for node in nodes]
    read = poller.read_now(followed)
    assert [(source.id, result.code) for source, result in read] == [(number, "ok") for number in followed]
    assert len(made.city.shown()) == 4
    assert poller.read_now([99]) == []


def test_a_fault_of_this_program_ends_one_reading_only(
    made: Aggregator, nodes: list[ScriptedNode], caplog: pytest.LogCaptureFixture
) -> None:
    class Faulty(Poller):
        def poll(self, source: sources.Source) -> PollResult:
            if source.id == broken:
                raise LookupError("a fault")
            return super().poll(source)

    broken, fine = (made.city.follow(node) for node in nodes)
    with Faulty(made.node) as poller:
        results = {source.id: result.code for source, result in poller.read_now([broken, fine])}
    assert results == {broken: "bug", fine: "ok"}
    assert "a fault" in caplog.text


def test_loopback_is_refused_unless_the_setting_for_development_allows_it(
    tmp_path: Path, nodes: list[ScriptedNode]
) -> None:
    with aggregator(tmp_path / "strict") as strict, Poller(strict.node) as poller:
        [(_, result)] = poller.read_now([strict.city.follow(nodes[0])])
        assert result.code == "bad-url"
        assert nodes[0].asked == []


def test_no_more_are_read_at_once_than_there_are_threads_and_each_goes_on_to_the_next(
    made: Aggregator, nodes: list[ScriptedNode]
) -> None:
    with Poller(made.node, parallel=1) as poller:
        followed = [made.city.follow(node) for node in nodes]
        assert poller.start_due() == 1
        assert poller.start_due() == 0
        wait_until(lambda: all(made.city.source(number).verified_at for number in followed))
    assert PARALLEL > 1


def page(count: int) -> bytes:
    items = [desk_item(id=f"https://node.example/{number}") for number in range(count)]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


@pytest.fixture
def pool() -> Iterator[DecodePool]:
    made = DecodePool(workers=1, inline_bytes=1000)
    yield made
    made.close()


def test_a_large_page_is_read_in_another_process(pool: DecodePool) -> None:
    body = page(50)
    assert pool(body, None, CONTEXT) == read_page(body, None, CONTEXT)
    assert len(multiprocessing.active_children()) == 1
    pool.close()
    wait_until(lambda: not multiprocessing.active_children())


def test_a_small_page_is_read_here(pool: DecodePool) -> None:
    with pytest.raises(DocumentError):
        pool(b"{}", None, CONTEXT)
    assert multiprocessing.active_children() == []


def test_a_bad_page_is_refused_in_another_process_as_here(pool: DecodePool) -> None:
    with pytest.raises(DocumentError) as caught:
        pool(b"{" * 2000, None, CONTEXT)
    assert caught.value.problems[0].code == "malformed-json"


def test_a_page_that_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    impatient = DecodePool(workers=1, inline_bytes=1000, longest_s=0.01)
    with pytest.raises(DocumentError) as caught:
        impatient(page(50), None, CONTEXT)
    assert caught.value.problems[0].code == "too-costly"
    impatient._workshop._longest_s = 60
    assert len(impatient(page(50), None, CONTEXT).items) == 50
    impatient.close()


def test_a_page_is_not_blamed_for_a_worker_that_another_page_killed(pool: DecodePool) -> None:
    """Several sources share the workers: what is lost with one is read once more, by itself."""
    pool(page(50), None, CONTEXT)
    with ThreadPoolExecutor(3) as threads:
        waiting: list[Future[ReadPage]] = [threads.submit(pool, page(3000), None, CONTEXT) for _ in range(3)]
        time.sleep(0.2)
        [process] = multiprocessing.active_children()
        process.kill()
        assert [len(future.result(60).items) for future in waiting] == [3000] * 3
