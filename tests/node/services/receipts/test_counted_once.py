"""Two homes and a city that reads them, while messages are lost, doubled and late, and nodes stop and start.

Whatever happens on the way: in the end each exchange that both sides have said to be handed over counts once at the
city, every other one says why it does not, the sums are those of a recount, and whoever works it out anew agrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.fetch import Answer, FetchError
from federation.records import L1, Source
from node.context import Node
from node.services.aggregating import peers
from node.services.dashboard.recounting import recount
from node.services.exchanges import acting
from node.services.exchanges.acting import ExchangeError
from node.services.receipts import open_data
from node.services.receipts.harvest import Harvest
from node.services.receipts.verify import verify
from node.services.syndication import feeds, node_document
from node.services.syndication.feeds import FeedCache
from node.storage import handovers, receipt_halves, receipt_readings, rollups, sources
from node.storage.engine import Database
from node.storage.rollups import Asked
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.tally import CONFIRMED
from tests.fakes.exchanges import now_of, shared
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.peer_nodes import DOUBLED, DROPPED, UNANSWERED, answer, deliver
from tests.fakes.publisher import URL, clock_of, publisher
from tests.thorough import examples

OTHER, CITY = "https://other.example.org/", "https://city.example.org/"
LOST, CUT = "lost", "cut"


@dataclass
class Feeds:
    """What nodes publish, as whoever reads them gets it; ``faults`` are what happens to each answer, in turn."""

    nodes: Mapping[str, Node]
    faults: list[str] = field(default_factory=list)

    def get(self, url: str, **_: Any) -> Answer:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == LOST:
            raise FetchError(url, "connect", "no connection")
        body, link = self._body(url)
        found = answer(url, 200, body[: len(body) // 2] if fault == CUT else body)
        return found if link is None else Answer(**{**_members(found), "link_header": f'<{link}>; rel="next"'})

    def _body(self, url: str) -> tuple[bytes, str | None]:
        parts = urlsplit(url)
        node, after = self.nodes[f"https://{parts.netloc}/"], parse_qs(parts.query).get("after", [""])[0]
        if parts.path == "/receipts.json":
            return feeds.changes(node, after or None, FeedCache(), feeds.RECEIPTS).body, None
        if parts.path == "/handovers.json":
            return open_data.index(node).body, None
        if parts.path == "/handovers.ndjson":
            page, following = open_data.lines(node, after)
            return page.body, following
        return bytes(node_document.node_document(node).body), None


class HarshWires(FarWires):
    """Each message has to go through all of ``plan`` before it arrives in peace."""

    def __init__(self, *nodes: Node) -> None:
        super().__init__(*nodes)
        self.plan: tuple[str, ...] = ()
        self._left: dict[str, list[str]] = {}

    def post(self, url: str, body: bytes, headers: Mapping[str, str], **more: Any) -> Answer:
        left = self._left.setdefault(orjson.loads(body)["id"], list(self.plan))
        self.faults = [left.pop(0)] if left else []
        return super().post(url, body, headers, **more)


def _members(one: Answer) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Answer.__dataclass_fields__}


@dataclass
class World:
    """A school that shares, a club that asks, and a city that reads both.

    ``said`` are the sides that said at their own desk that it was handed over, ``granted`` what was promised there.
    """

    nodes: dict[str, Node] = field(repr=False)
    club_id: str = ""
    made: int = 0
    reads: int = 0
    late: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list, repr=False)
    said: dict[str, set[str]] = field(default_factory=dict, repr=False)
    granted: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.wires = HarshWires(self.nodes[URL], self.nodes[OTHER])
        self.feeds = Feeds(self.nodes)
        self.club_id = club(self.nodes[OTHER])
        for node_id in (URL, OTHER):
            document = bytes(node_document.node_document(self.nodes[node_id]).body).decode()
            source = Source(0, f"{node_id}changes.json", node_id, node_id, "json", L1, added_at=self.city.now)
            with self.city.database.write() as tx:
                sources.change(tx, sources.add(tx, source).id, node_document=document)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For a failing example: all that is in it would be too long to be told, and would hide why it fails."""
        printer.text(repr(self))

    @property
    def city(self) -> Node:
        return self.nodes[CITY]

    def ask(self, quantity: int) -> str:
        """Something new of the school, asked for by the club; the number of the exchange."""
        self.made += 1
        self.later(2)
        school = self.nodes[URL]
        expires = school.clock() + timedelta(days=90)
        what = shared(school, f"thing-{self.made}", quantity=3, weight_kg=4, expires=expires)
        return ask(self.nodes[OTHER], self.wires, self.club_id, what.row.key, quantity=quantity)

    def act(self, one: str, side: str, name: str, quantity: int | None = None) -> None:
        """Let a side do something at its own desk, as far as that lets it."""
        try:
            done = acting.act(self.nodes[URL if side == OWNER else OTHER], one, Act(name, side, quantity))
        except ExchangeError:
            return
        said = self.said.setdefault(one, set())
        if name == rules.HAND_OVER:
            said.add(side)
        elif name == rules.TAKE_BACK:
            said.discard(side)
        elif name == rules.ACCEPT:
            self.granted[one] = done.exchange.asked if quantity is None else quantity

    def deliver(self, node_id: str) -> None:
        before = len(self.wires.sent)
        deliver(self.wires, self.nodes[node_id])
        self.late += self.wires.sent[before:]

    def bring_all(self) -> None:
        """Let all messages arrive, whatever they go through."""
        settle(self.wires, self.nodes[URL], self.nodes[OTHER])
        # It took them a while, and the time is the same everywhere.
        latest = max(node.now for node in self.nodes.values())
        for node in self.nodes.values():
            clock_of(node).pass_by(seconds=latest - node.now)

    def arrive_late(self, number: int) -> None:
        """What was sent once comes, or comes again, after what was sent later."""
        if self.late:
            self.wires.take(*self.late[number % len(self.late)])

    def later(self, hours: float) -> None:
        for node in self.nodes.values():
            clock_of(node).pass_by(hours=hours)

    def restart(self, node_id: str) -> None:
        """Nothing but what is on the disk is known any more."""
        before = self.nodes[node_id]
        before.database.close()
        self.nodes[node_id] = Node(before.settings, Database(before.database.url), before.clock)
        if node_id in self.wires.nodes:
            self.wires.nodes[node_id] = self.nodes[node_id]

    def read(self, faults: list[str]) -> bool:
        """Let the city read both, and count nothing too early; whether it has come to the end of both."""
        read = self._read(faults)
        with self.city.database.read() as tx:
            counted = [one.exchange for one in handovers.every(tx) if one.counted]
            halves = receipt_halves.of_exchanges(tx, counted)
        assert all({half.side for half in halves[one]} == {OWNER, ASKER} for one in counted)
        return read

    def _read(self, faults: list[str]) -> bool:
        city, self.feeds.faults = self.city, list(faults)

        def key_of(node_id: str, key_id: str) -> str | None:
            return peers.key_of(city, node_id, key_id, self.feeds, former=True)

        harvest = Harvest(city, self.feeds, key_of)
        with city.database.read() as tx:
            known = [one.id for one in sources.every(tx)]
        # Now the one first and now the other, for what both say must not depend on that.
        self.reads += 1
        codes = [harvest.now(number).code for number in (known if self.reads % 2 else reversed(known))]
        self.feeds.faults = []
        return all(code in ("ok", "unchanged") for code in codes)

    def _is_unripe(self) -> bool:
        with self.city.database.read() as tx:
            return any(one.unripe for one in receipt_readings.every(tx))

    def settle(self) -> None:
        self.bring_all()
        for _ in range(4):
            self.later(1)
            if self.read([]) and not self._is_unripe():
                return
        raise AssertionError("the city does not come to the end of them")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with ExitStack() as stack:
        nodes = {
            url: publisher(folder / str(number), node_url=url, mail_capture=True, aggregate=url == CITY, page_entries=2)
            for number, url in enumerate((URL, OTHER, CITY))
        }
        made = World(nodes)
        stack.callback(lambda: [node.database.close() for node in made.nodes.values()])
        yield made


Deed = tuple[Any, ...]


@dataclass(frozen=True)
class Story:
    """What the two sides do, each at its own desk: in each moment without having heard of the other; how it ends."""

    moments: tuple[tuple[Deed, ...], ...]
    ends: str
    counted: bool = False


def _story(*moments: Deed, ends: str, counted: bool = False) -> Story:
    return Story(tuple(one if isinstance(one[0], tuple) else (one,) for one in moments), ends, counted)


YES, GAVE, OOPS = (OWNER, rules.ACCEPT, 2), (OWNER, rules.HAND_OVER), (OWNER, rules.TAKE_BACK)
GOT, NEVER_MIND, OFF = (ASKER, rules.HAND_OVER), (ASKER, rules.WITHDRAW), (ASKER, rules.CANCEL)
STORIES = {
    "the asker says it first": _story(YES, GOT, GAVE, ends=rules.RECEIVED, counted=True),
    "the owner says it first": _story(YES, GAVE, GOT, ends=rules.RECEIVED, counted=True),
    "both at the same moment": _story(YES, (GAVE, GOT), ends=rules.RECEIVED, counted=True),
    "said again when it is over": _story(YES, (GOT, GAVE), (GOT, GAVE), ends=rules.RECEIVED, counted=True),
    "all that was asked for": _story((OWNER, rules.ACCEPT), GAVE, GOT, ends=rules.RECEIVED, counted=True),
    "the owner says it twice": _story(YES, GAVE, GAVE, ends=rules.HANDED_OVER),
    "the asker says it twice": _story(YES, GOT, GOT, ends=rules.HANDED_OVER),
    "disputed": _story(YES, GAVE, (ASKER, rules.DISPUTE), GOT, ends=rules.DISPUTED),
    "called off when it was given": _story(YES, GAVE, OFF, ends=rules.HANDED_OVER),
    "called off while it is given": _story(YES, (OFF, GAVE), ends=rules.HANDED_OVER),
    "given when it was called off": _story(YES, OFF, GAVE, ends=rules.CANCELLED),
    "called off while they have it": _story(YES, (GOT, (OWNER, rules.CANCEL)), ends=rules.CANCELLED),
    "nobody came, says one, while the other says it": _story(YES, (GOT, (OWNER, rules.MISS)), ends=rules.NO_SHOW),
    "nobody came": _story(YES, (OWNER, rules.MISS), GOT, ends=rules.NO_SHOW),
    "not wanted any more while it is promised": _story((NEVER_MIND, YES), GAVE, ends=rules.CANCELLED),
    "not wanted any more": _story(NEVER_MIND, YES, ends=rules.WITHDRAWN),
    "declined": _story(((OWNER, rules.DECLINE), NEVER_MIND), GOT, ends=rules.DECLINED),
    "a slip": _story(YES, GAVE, OOPS, GOT, ends=rules.HANDED_OVER),
    "a slip that was believed": _story(YES, GAVE, (OOPS, GOT), ends=rules.HANDED_OVER),
    "a slip, and then in earnest": _story(YES, GAVE, OOPS, GOT, GAVE, ends=rules.RECEIVED, counted=True),
}
_PLANS = ((DROPPED, UNANSWERED, DOUBLED), (UNANSWERED, DROPPED), (DOUBLED,), ())
_TROUBLE = st.one_of(
    st.tuples(st.just("deliver"), st.sampled_from((URL, OTHER))),
    st.tuples(st.just("late"), st.integers(0, 99)),
    st.tuples(st.just("restart"), st.sampled_from((URL, OTHER, CITY))),
    st.tuples(st.just("read"), st.lists(st.sampled_from(("", LOST, CUT)), max_size=4)),
    st.tuples(st.just("later"), st.sampled_from((0.01, 1, 30, 24 * 29))),
)


LONG_H = 100


@st.composite
def _interleaved(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Three stories at once, each with its own deeds in order, and trouble between them."""
    told = [draw(st.sampled_from(list(STORIES.values()))) for _ in range(3)]
    left = [[("act", at, deed) for moment in one.moments for deed in moment] for at, one in enumerate(told)]
    steps: list[tuple[Any, ...]] = [("plan", draw(st.sampled_from(_PLANS)))]
    while any(left):
        steps += draw(st.lists(_TROUBLE, max_size=2))
        if draw(st.integers(0, 3)):
            # Most often they have heard of each other by now.
            steps.append(("all",))
        steps.append(draw(st.sampled_from([one for one in left if one])).pop(0))
    return [*steps, *draw(st.lists(_TROUBLE, max_size=2))]


def do(world: World, step: tuple[Any, ...], asked: list[str]) -> None:
    match step:
        case ("plan", plan):
            world.wires.plan = plan
        case ("act", number, deed):
            world.act(asked[number], *deed)
        case ("deliver", node_id):
            world.deliver(node_id)
        case ("all",):
            world.bring_all()
        case ("late", number):
            world.arrive_late(number)
        case ("restart", node_id):
            world.restart(node_id)
        case ("read", faults):
            world.read(faults)
        case ("later", hours):
            if hours > LONG_H:
                # A message that nobody tries to bring for a week is given up, which is another story.
                world.bring_all()
            world.later(hours)


def check(world: World, asked: list[str]) -> None:
    """What holds once all has arrived."""
    told = {one.exchange: one for one in _every(world.city)}
    for number in asked:
        kept, copy = (now_of(world.nodes[url], number).exchange for url in (URL, OTHER))
        found = told.get(f"{URL}exchanges/{number}")
        assert kept.state == copy.state
        happened = kept.state in rules.HAPPENED
        assert not happened or world.said[number] == {OWNER, ASKER}, (kept, copy)
        assert (found is not None and found.counted) == happened, (kept, found)
        if found is not None and found.counted:
            assert (found.quantity, found.taker_id) == (world.granted[number], world.club_id)
            assert found.giver_id.startswith(URL)
        assert kept.is_open or found is not None
        assert found is None or found.counted or open_data.why_not(found)
    # By hand, and not by the sums of the program.
    counted = [one for one in told.values() if one.counted]
    with world.city.database.read() as tx:
        by_month = rollups.by_month(tx, Asked(tuple({one.month for one in told.values()}), {}))
    sums = [sums for (_, standing), sums in by_month.items() if standing == CONFIRMED]
    for name, value in (
        ("exchanges", len(counted)),
        ("given", sum(one.quantity for one in counted)),
        ("weight_g", sum(4000 * one.quantity for one in counted)),
    ):
        assert sum(one.get(name, 0) for one in sums) == value, name
    assert recount(world.city).wrong == ()
    found = verify(world.feeds, CITY, world.city.clock().date(), workers=1)
    assert found.agrees, found.compared.differences
    assert found.counted == len(counted)


def _every(node: Node) -> list[handovers.Handover]:
    with node.database.read() as tx:
        return list(handovers.every(tx))


def test_each_story_ends_as_it_must_however_its_messages_get_there(world: World) -> None:
    """All at once: each message is lost, then its answer, then it comes twice; nodes restart and the city reads."""
    before = sum(one.counted for one in _every(world.city))
    world.wires.plan = _PLANS[0]
    asked = {name: world.ask(3) for name in STORIES}
    world.bring_all()
    for at in range(max(len(one.moments) for one in STORIES.values())):
        for name, story in STORIES.items():
            for deed in story.moments[at] if at < len(story.moments) else ():
                world.act(asked[name], *deed)
        world.restart((URL, OTHER, CITY)[at % 3])
        world.deliver((URL, OTHER)[at % 2])
        # Of the one nothing can be read, of the other a page is cut.
        world.read([LOST, "", CUT])
        world.bring_all()
        world.arrive_late(at)
    world.settle()
    check(world, list(asked.values()))
    told = {one.exchange for one in _every(world.city) if one.counted}
    found = {name: now_of(world.nodes[URL], number).exchange.state for name, number in asked.items()}
    assert found == {name: one.ends for name, one in STORIES.items()}
    counted = {name for name, number in asked.items() if f"{URL}exchanges/{number}" in told}
    assert counted == {name for name, one in STORIES.items() if one.counted}
    assert len(told) == before + len(counted)


@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_interleaved())
def test_each_exchange_counts_once_or_says_why_not(world: World, steps: list[tuple[Any, ...]]) -> None:
    asked = [world.ask(3) for _ in range(3)]
    world.wires.plan = ()
    world.bring_all()
    for step in steps:
        do(world, step, asked)
    world.settle()
    check(world, asked)
