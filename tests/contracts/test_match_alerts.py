"""Alerts of one listing on every database: what newly meets it is told once, after any crash, and they end with it."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.context import Node
from node.search.follow import Follower
from node.services.alerts import asking, choices, links, matches, news
from node.services.listings.publishing import ensure_organisation, put_listings, withdraw
from node.storage import alerts as stored
from node.storage import catalogue, outbox
from node.storage.alerts import ACTIVE, PAUSED, PENDING, Alert
from node.storage.engine import Database
from tests.contracts.test_alerts import ALERT, CrashError, Fragile
from tests.fakes.publisher import clock_of, draft, publisher
from tests.thorough import examples

ANNA = "anna@park.example"
NAMES = ("oak", "elm")
WANT = "riverside-school.want"


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, aggregate=True, mail_capture=True)


# What is kept


def test_alerts_of_what_is_gone_are_found_with_the_reason(node: Node) -> None:
    world = World(node)
    there = replace(ALERT, state=ACTIVE, listing=WANT)
    nowhere = replace(there, id="b" * 16, listing="nothing.here")
    search = replace(there, id="c" * 16, listing="")
    with node.database.write() as tx:
        for one in (there, nowhere, search):
            stored.add(tx, one)
        assert stored.by_id(tx, there.id) == there
        assert stored.of_gone(tx, node.now + 1, 10) == [(nowhere, "")]
    world.take("want")
    with node.database.write() as tx:
        assert stored.of_gone(tx, 0, 10) == [(there, "withdrawn"), (nowhere, "")]
        assert stored.of_gone(tx, 0, 1) == [(there, "withdrawn")]


def test_what_may_come_back_is_gone_only_after_some_days(node: Node) -> None:
    world = World(node)
    world.take("want", "removed")
    with node.database.write() as tx:
        stored.add(tx, replace(ALERT, state=ACTIVE, listing=WANT))
        assert stored.of_gone(tx, node.now, 10) == []
        assert [reason for _, reason in stored.of_gone(tx, node.now + 1, 10)] == ["removed"]


def test_a_paused_alert_is_resumed_once_and_never_due(node: Node) -> None:
    paused = replace(ALERT, state=PAUSED, listing=WANT)
    with node.database.write() as tx:
        stored.add(tx, paused)
        assert stored.due(tx, 10**9, 9, "instant", (-1, ""), 5) == []
        assert not stored.confirm(tx, ALERT.id, 7, 50, 60)
        assert stored.resume(tx, ALERT.id, 7, 50, 60)
        assert not stored.resume(tx, ALERT.id, 8, 51, 61)
        kept = stored.by_id(tx, ALERT.id)
    assert kept == replace(paused, state=ACTIVE, position=7, due_at=50, confirmed_at=60)


# What is told


class World:
    """A board with a want of the club, and offers of the school by name; ``fits`` are those that meet it."""

    def __init__(self, node: Node) -> None:
        self.node, self.puts = node, 0
        self.fits: set[str] = set()
        self.want("Desks for our club")

    def want(self, title: str) -> None:
        club = ensure_organisation(self.node, "Homework club", "charity")
        self._put("want", title, direction="want", organisation=club)

    def offer(self, name: str, title: str) -> None:
        self.puts += 1
        self._put(name, f"{title}, number {self.puts}", category="furniture/desk" if "desk" in title else "tools/hand")
        (self.fits.add if "desk" in title else self.fits.discard)(name)

    def _put(self, name: str, title: str, **members: object) -> None:
        clock_of(self.node).pass_by(minutes=10)
        put_listings(self.node, [draft(self.node, name, title=title, **members)])

    def take(self, name: str, reason: str = "withdrawn") -> None:
        self.fits.discard(name)
        withdraw(self.node, f"riverside-school.{name}", reason)

    def subscribe(self, key: str = WANT, frequency: str = "instant") -> Alert:
        self.follow()
        with self.node.database.read() as tx:
            shown = catalogue.by_key(tx, key)
        assert shown is not None
        asking.ask_for_matches(self.node, shown, asking.Asker(ANNA, frequency, "en", "192.0.2.1"))
        with self.node.database.read() as tx:
            [one] = [alert for alert in self.alerts() if alert.state == PENDING]
        return choices.confirm(self.node, links.confirm_token(self.node, one.id, self.node.now + 60))

    def alerts(self) -> list[Alert]:
        with self.node.database.read() as tx:
            return stored.of_person(tx, links.person_of(self.node, ANNA))

    def follow(self) -> None:
        Follower(self.node).catch_up()

    def look(self, crash_at: int | None = None) -> None:
        clock_of(self.node).pass_by(minutes=10)
        database = self.node.database if crash_at is None else Fragile(self.node.database, crash_at)
        with suppress(CrashError):
            news.look(Node(self.node.settings, database, self.node.clock))

    def work(self) -> None:
        self.follow()
        self.look()

    def told(self) -> Counter[str]:
        """How often each offer was told."""
        return Counter(
            name
            for text in self.mails("alert-news")
            for name in re.findall(r"listings/riverside-school\.(\w+)", text)
            if name != "want"
        )

    def mails(self, key: str) -> list[str]:
        """The plain texts of mails of a kind."""
        with self.node.database.read() as tx:
            mails = [mail for mail in outbox.captured(tx, 1000) if mail.key.startswith(key)]
        return [mail.message.partition("text/html")[0].replace("=\r\n", "") for mail in mails]


def test_what_is_there_already_is_not_told_and_what_comes_is_told_once(node: Node) -> None:
    world = World(node)
    world.offer("old", "Oak desk")
    world.subscribe()
    world.offer("lamp", "Lamp")
    world.offer("oak", "Oak desk")
    world.work()
    world.offer("oak", "Oak desk, waxed")
    world.offer("old", "Oak desk, waxed")
    world.work()
    assert world.told() == {"oak": 1}


def test_an_offer_that_is_edited_into_a_match_is_news(node: Node) -> None:
    world = World(node)
    world.offer("oak", "Oak chest")
    world.subscribe()
    world.offer("oak", "Oak desk")
    world.work()
    assert world.told() == {"oak": 1}


def test_a_want_that_is_edited_finds_what_was_there_before(node: Node) -> None:
    world = World(node)
    world.want("Hammers")
    world.offer("oak", "Oak desk")
    world.subscribe()
    world.want("Hammers or desks")
    world.work()
    world.work()
    assert world.told() == {"oak": 1}


def test_an_offer_is_told_of_wants(node: Node) -> None:
    world = World(node)
    world.take("want")
    world.offer("oak", "Oak desk")
    world.subscribe("riverside-school.oak", "daily")
    world.want("Desks for our club, soon")
    world.work()
    assert world.mails("alert-news") == []
    clock_of(node).pass_by(days=1)
    world.look()
    [mail] = world.mails("alert-news")
    assert "Desks for our club, soon" in mail
    assert "Both name" in mail


def test_what_comes_while_it_is_paused_is_not_told_later(node: Node) -> None:
    world = World(node)
    alert = world.subscribe()
    token = links.manage_token(node, alert.person)
    choices.pause(node, token, alert.id)
    world.offer("oak", "Oak desk")
    world.work()
    choices.resume(node, token, alert.id)
    world.offer("oak", "Oak desk, waxed")
    world.offer("elm", "Elm desk")
    world.work()
    assert world.told() == {"elm": 1}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("offer"), st.sampled_from(NAMES), st.sampled_from(["desk", "desk, repainted", "lamp"])),
        st.tuples(st.just("offer"), st.just("before"), st.sampled_from(["desk, waxed", "desk"])),
        st.tuples(st.just("want"), st.sampled_from(["Desks", "Desks, please", "Desks for us"])),
        st.tuples(st.just("follow")),
        st.tuples(st.just("work")),
        st.tuples(st.just("look"), st.integers(0, 3)),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=examples(8), deadline=None)
@given(steps=STEPS)
def test_each_new_match_is_told_once_whatever_happens(steps: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder:
        node = publisher(Path(folder) / "home", aggregate=True, mail_capture=True)
        world = World(node)
        world.offer("before", "desk")
        world.subscribe()
        for verb, *details in steps:
            getattr(world, str(verb))(*details)
        world.work()
        world.work()
        counts = world.told()
        assert set(counts.values()) <= {1}
        assert world.fits - {"before"} <= set(counts)
        assert "before" not in counts
        node.database.close()


def test_a_crash_at_any_moment_tells_nothing_twice_and_forgets_nothing(node: Node) -> None:
    world = World(node)
    world.subscribe()
    for name in NAMES:
        world.offer(name, "desk")
    world.follow()
    for crash_at in range(4):
        world.look(crash_at)
        assert set(world.told().values()) <= {1}
    world.work()
    assert world.told() == dict.fromkeys(NAMES, 1)


# The end


@pytest.mark.parametrize(
    ("reason", "days", "said"),
    [
        pytest.param("given", 0, "They have what they were looking for.", id="given"),
        pytest.param("withdrawn", 0, "The organisation took it down.", id="withdrawn"),
        pytest.param("removed", 4, "It was taken off the board.", id="removed for days"),
    ],
)
def test_it_ends_with_its_listing_and_says_so_once(node: Node, reason: str, days: int, said: str) -> None:
    world = World(node)
    world.subscribe()
    assert matches.end_of_gone(node) == 0
    world.take("want", reason)
    clock_of(node).pass_by(days=days)
    assert (matches.end_of_gone(node), matches.end_of_gone(node)) == (1, 0)
    [mail] = world.mails("alert-over")
    assert said in mail
    assert "This was the last mail about it. Your address is deleted here." in mail
    assert world.alerts() == []


def test_a_listing_that_comes_back_within_days_is_looked_after_still(node: Node) -> None:
    world = World(node)
    world.subscribe()
    world.take("want", "removed")
    clock_of(node).pass_by(days=2)
    assert matches.end_of_gone(node) == 0
    world.offer("oak", "Oak desk")
    world.work()
    assert world.told() == {}
    world.want("Desks for our club, again")
    world.work()
    assert world.told() == {"oak": 1}


def test_who_never_confirmed_or_paused_gets_no_last_mail(node: Node) -> None:
    world = World(node)
    alert = world.subscribe()
    choices.pause(node, links.manage_token(node, alert.person), alert.id)
    with node.database.write() as tx:
        stored.add(tx, replace(ALERT, listing=WANT))
    world.take("want")
    assert matches.end_of_gone(node) == 2
    assert world.mails("alert-over") == []
    assert world.alerts() == []
