"""Alerts on every database: what is kept of them, when they are due, and that each listing is told exactly once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.context import Node
from node.search.follow import Follower
from node.search.request import SearchRequest
from node.services.alerts import asking, choices, links, news
from node.services.alerts.times import REST_S, after_mail, next_due
from node.services.listings.publishing import put_listings, withdraw
from node.storage import alerts as stored
from node.storage import outbox
from node.storage.alerts import ACTIVE, PENDING, Alert
from node.storage.engine import Database, Tx
from tests.fakes.publisher import clock_of, draft, publisher
from tests.thorough import examples

FREQUENCIES = ("instant", "daily", "weekly")
NAMES = ("oak", "elm")
ALERT = Alert("a" * 16, "p" * 64, "anna@park.example", "q=desk", "desk", "en", "instant", PENDING, 0, 0, "s", 1, 100)


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, aggregate=True, mail_capture=True)


# What is kept


def test_an_alert_comes_back_as_it_was_kept(node: Node) -> None:
    other = replace(ALERT, id="b" * 16, person="q" * 64, asked_at=200, confirmed_at=300, state=ACTIVE)
    with node.database.write() as tx:
        for one in (ALERT, other):
            stored.add(tx, one)
    with node.database.read() as tx:
        assert stored.by_id(tx, ALERT.id) == ALERT
        assert stored.by_id(tx, "none") is None
        assert stored.of_person(tx, other.person) == [other]
        assert stored.count_pending(tx) == 1
        assert [stored.count_from(tx, "s", since) for since in (50, 100, 200)] == [2, 1, 0]


def test_an_alert_is_confirmed_once(node: Node) -> None:
    with node.database.write() as tx:
        stored.add(tx, ALERT)
        assert stored.confirm(tx, ALERT.id, 7, 50, 60)
        assert not stored.confirm(tx, ALERT.id, 8, 51, 61)
        kept = stored.by_id(tx, ALERT.id)
    assert kept == replace(ALERT, state=ACTIVE, position=7, due_at=50, confirmed_at=60)


def test_of_two_workers_one_goes_on(node: Node) -> None:
    with node.database.write() as tx:
        stored.add(tx, replace(ALERT, state=ACTIVE))
        assert stored.advance(tx, replace(ALERT, state=ACTIVE), 9, 10)
        assert not stored.advance(tx, replace(ALERT, state=ACTIVE), 9, 10)


@pytest.mark.parametrize(
    ("frequency", "due_at", "position", "found"),
    [
        pytest.param("instant", 10, 5, True, id="due"),
        pytest.param("instant", 11, 5, False, id="not yet"),
        pytest.param("instant", 10, 9, False, id="there already"),
        pytest.param("daily", 10, 9, True, id="there already, but its morning has come"),
    ],
)
def test_who_is_due(node: Node, frequency: str, due_at: int, position: int, found: bool) -> None:
    one = replace(ALERT, state=ACTIVE, frequency=frequency, due_at=due_at, position=position)
    with node.database.write() as tx:
        stored.add(tx, one)
        stored.add(tx, replace(one, id="b" * 16, state=PENDING))
        assert stored.due(tx, 10, 9, "instant", (-1, ""), 5) == ([one] if found else [])
        assert stored.due(tx, 10, 9, "instant", (due_at, one.id), 5) == []


def test_whoever_is_forgotten_leaves_nothing(node: Node) -> None:
    with node.database.write() as tx:
        stored.add(tx, ALERT)
        stored.tell(tx, ALERT.id, ["x", "y"], 1)
        assert stored.told(tx, ALERT.id, ["y", "z"]) == {"y"}
        assert stored.remove(tx, [ALERT.id]) == 1
        stored.add(tx, ALERT)
        assert stored.told(tx, ALERT.id, ["x", "y"]) == set()


def test_people_are_forgotten_in_time(node: Node) -> None:
    with node.database.write() as tx:
        stored.add(tx, ALERT)
        stored.add(tx, replace(ALERT, id="b" * 16, state=ACTIVE))
        stored.tell(tx, "b" * 16, ["gone for long"], 1)
        stored.tidy(tx, 99, 100)
        assert stored.count_pending(tx) == 1
        stored.tidy(tx, 100, 101)
        assert stored.count_pending(tx) == 0
        kept = stored.by_id(tx, "b" * 16)
        assert kept is not None
        assert kept.sender == ""
        assert stored.told(tx, "b" * 16, ["gone for long"]) == set()


# When


@pytest.mark.parametrize(
    ("frequency", "now", "zone", "due"),
    [
        pytest.param("instant", "2026-12-01T09:00", "Europe/London", "2026-12-01T09:00", id="at once"),
        pytest.param("daily", "2026-12-01T07:59", "Europe/London", "2026-12-01T08:00", id="this morning"),
        pytest.param("daily", "2026-12-01T08:00", "Europe/London", "2026-12-02T08:00", id="just now is tomorrow"),
        pytest.param("daily", "2027-03-27T09:00", "Europe/London", "2027-03-28T08:00", id="a night of 23 hours"),
        pytest.param("daily", "2027-10-30T09:00", "Europe/London", "2027-10-31T08:00", id="a night of 25 hours"),
        pytest.param("daily", "2026-12-01T07:59", "Asia/Karachi", "2026-12-01T08:00", id="elsewhere"),
        pytest.param("weekly", "2026-12-01T09:00", "Europe/London", "2026-12-07T08:00", id="Monday"),
        pytest.param("weekly", "2026-12-07T08:00", "Europe/London", "2026-12-14T08:00", id="the next Monday"),
    ],
)
def test_the_morning_is_that_of_the_board(frequency: str, now: str, zone: str, due: str) -> None:
    here = ZoneInfo(zone)
    present = int(datetime.fromisoformat(now).replace(tzinfo=here).timestamp())
    expected = int(datetime.fromisoformat(due).replace(tzinfo=here).timestamp())
    assert next_due(frequency, present, zone) == expected
    assert after_mail(frequency, present, zone) == (present + REST_S if frequency == "instant" else expected)


# Once each


class CrashError(Exception):
    pass


class Fragile(Database):
    """A database whose transaction number ``crash_at`` is lost at its very end."""

    def __init__(self, database: Database, crash_at: int) -> None:
        self.url, self.engine, self.crash_at = database.url, database.engine, crash_at

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with super().write() as tx:
            yield tx
            self.crash_at -= 1
            if self.crash_at < 0:
                raise CrashError


def subscribe(node: Node, frequency: str) -> None:
    network = f"192.0.2.{FREQUENCIES.index(frequency)}"
    asker = asking.Asker(f"{frequency}@park.example", frequency, "en", network)
    asking.ask(node, SearchRequest(q="desk"), "desk", asker)
    with node.database.read() as tx:
        [one] = stored.of_person(tx, links.person_of(node, f"{frequency}@park.example"))
    choices.confirm(node, links.confirm_token(node, one.id, node.now + 60))


def told(node: Node) -> dict[str, Counter[str]]:
    """How often each listing was told, by address."""
    found: dict[str, Counter[str]] = {f"{frequency}@park.example": Counter() for frequency in FREQUENCIES}
    with node.database.read() as tx:
        for mail in outbox.captured(tx, 1000):
            if mail.key.startswith("alert-news"):
                plain = mail.message.partition("text/html")[0].replace("=\r\n", "")
                found[mail.recipient].update(re.findall(r"listings/riverside-school\.(\w+)", plain))
    return found


class World:
    """A board with one alert of each frequency, and a desk that was there before; ``shown`` has titles by name."""

    def __init__(self, node: Node, minutes: float = 10) -> None:
        self.node = node
        self.shown: dict[str, str] = {}
        self.puts = 0
        self.put("before", "desk")
        self.follow()
        clock_of(node).pass_by(minutes=minutes)
        for frequency in FREQUENCIES:
            subscribe(node, frequency)

    def put(self, name: str, title: str) -> None:
        clock_of(self.node).pass_by(minutes=10)
        # A withdrawn listing stays so until it says something else.
        self.puts += 1
        title = f"{title}, number {self.puts}"
        filed = "furniture/desk" if "desk" in title else "tools"
        put_listings(self.node, [draft(self.node, name, title=title, category=filed)])
        self.shown[name] = title

    def take(self, name: str) -> None:
        if self.shown.pop(name, None):
            withdraw(self.node, f"riverside-school.{name}")

    def follow(self) -> None:
        Follower(self.node).catch_up()

    def look(self, crash_at: int | None = None) -> None:
        database = self.node.database if crash_at is None else Fragile(self.node.database, crash_at)
        with suppress(CrashError):
            news.look(Node(self.node.settings, database, self.node.clock))

    def work(self, days: int = 0) -> None:
        self.follow()
        clock_of(self.node).pass_by(days=days)
        self.look()

    def end(self) -> None:
        self.work(8)
        self.work(8)


NAMED = st.sampled_from(NAMES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), NAMED, st.sampled_from(["desk", "desk, repainted", "lamp"])),
        st.tuples(st.just("put"), st.just("before"), st.sampled_from(["desk, waxed", "desk"])),
        st.tuples(st.just("take"), NAMED),
        st.tuples(st.just("follow")),
        st.tuples(st.just("work"), st.sampled_from([0, 0, 1, 7])),
        st.tuples(st.just("look"), st.integers(0, 3)),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=examples(8), deadline=None)
@given(steps=STEPS)
def test_each_new_listing_is_told_once_whatever_happens(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        node = publisher(Path(folder) / "home", aggregate=True, mail_capture=True)
        world = World(node)
        for verb, *details in steps:
            getattr(world, str(verb))(*details)
        world.end()
        due = {name for name, title in world.shown.items() if "desk" in title and name != "before"}
        for counts in told(node).values():
            assert set(counts.values()) <= {1}
            assert due <= set(counts)
            assert "before" not in counts
        node.database.close()


def test_a_crash_at_any_moment_tells_nothing_twice_and_forgets_nothing(node: Node) -> None:
    world = World(node)
    for name in NAMES:
        world.put(name, "desk")
    world.follow()
    clock_of(node).pass_by(days=8)
    for crash_at in range(5):
        world.look(crash_at)
        for counts in told(node).values():
            assert set(counts.values()) <= {1}
    world.end()
    assert [dict(counts) for counts in told(node).values()] == [dict.fromkeys(NAMES, 1)] * 3


def test_what_is_shown_in_the_second_of_the_confirmation_is_told_if_it_came_after(node: Node) -> None:
    world = World(node, minutes=0)
    put_listings(node, [draft(node, "oak", title="desk"), draft(node, "before", title="desk, waxed")])
    world.follow()
    world.end()
    assert [dict(counts) for counts in told(node).values()] == [{"oak": 1}] * 3


def test_an_index_that_lags_behind_delays_and_loses_nothing(node: Node) -> None:
    world = World(node)
    world.put("oak", "desk")
    world.look()
    assert not any(told(node).values())
    world.follow()
    clock_of(node).pass_by(days=8)
    world.look()
    assert all(counts == {"oak": 1} for counts in told(node).values())
