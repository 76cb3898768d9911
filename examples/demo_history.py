"""What the demo's nodes have lived through before it starts: eight months of asking and handing over between them.

It happens in one process, at the times at which it would have happened, by the services that a running node uses: each
node signs its own half of each receipt with its own key, and what goes from one to the other is a signed message.
Nothing is written into a table by hand. ``history.csv`` says what happens.
"""

from __future__ import annotations

import csv
import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from examples.demo_plan import EXAMPLES, PHOTOS, Member
from federation.fetch import Answer
from federation.fetch_error import FetchError
from node.context import Node
from node.services.exchanges import acting, chasing, measuring
from node.services.exchanges.asking import Wish
from node.services.exchanges.between_nodes import asking_across
from node.services.exchanges.links import Party
from node.services.exchanges.people import privacy
from node.services.identity import accounts, members
from node.services.identity.audit import COMMAND_LINE
from node.services.importing.row_values import Picture
from node.services.listings.drafts import Draft
from node.services.listings.own_ids import new_key, slug_of
from node.services.listings.publishing import put_listings, withdraw
from node.services.mail import postman
from node.services.messages import receiving, sending
from node.services.messages.receiving import MessageError
from node.services.messages.sending import Courier
from node.services.organisations import hosting
from node.services.pictures.shelf import Shelf
from node.services.stories import consent, shelving, writing
from node.services.syndication import node_document
from node.settings import load
from node.storage import listings, messages
from node.storage.stories import YES, OwnStory
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER, Act
from schemas.http_signature import Request
from schemas.listing import Listing, Quantity
from schemas.organisation import Organisation
from schemas.place import Place
from schemas.story import digest

HISTORY = EXAMPLES / "history.csv"
DOCUMENT, LISTINGS = ".well-known/sharefeed.json", "listings/"
_KINDS = {"give": "item", "lend": "equipment", "host": "space", "help": "skill"}
_A_WHILE = timedelta(days=21)
_YES = "Yes, with pleasure. Come to the side door between nine and four."


@dataclass(frozen=True, slots=True)
class Told:
    """A story: of which handover (what it was called), and with which picture."""

    what: str
    title: str
    text: str
    picture: str
    alt: str


STORIES = (
    Told(
        "Workbenches from design and technology",
        "Four benches, sixty bicycles",
        "We were about to pay for a skip. Four benches had to leave the workshop, and nobody liked to see them go.\n\n"
        "Now they stand in the bike kitchen. Sixty bicycles were mended on them since, and two of our sixth-formers "
        "go there on Thursdays to learn how to true a wheel.",
        "bicycle.jpg",
        "Illustration: a bicycle against a wall",
    ),
    Told(
        "Task chairs in grey",
        "Eighteen chairs for the Saturday class",
        "When most of our people began to work from home, thirty chairs had nobody to sit on them.\n\nEighteen went to "
        "the Saturday school, where the older children used to sit on the floor between the bookcases. They came with "
        "two vans and a great many helpers, and it took less than half an hour.",
        "office-chair.jpg",
        "Illustration: a blue office chair on castors with a mesh back",
    ),
)


class _Clock:
    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment


class _Wires:
    """What a node fetches and sends reaches the others here, where none of them listens yet."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self._nodes = nodes

    def get(self, url: str, *, accept: str = "*/*", **_: Any) -> Answer:
        node_id, _found, key = url.removesuffix(".json").partition(LISTINGS)
        if url.endswith(DOCUMENT):
            return _answer(url, 200, bytes(node_document.node_document(self._at(url)).body))
        node = self._nodes.get(node_id)
        if node is None:
            raise FetchError(url, "connect", "no connection")
        with node.database.read() as tx:
            row = listings.by_key(tx, key)
        if row is None:
            return _answer(url, 404, b"")
        return _answer(url, 200, asking_across.own_document(node, row.item()))

    def post(self, url: str, body: bytes, headers: Mapping[str, str], **_: Any) -> Answer:
        request = Request("POST", url, {name.lower(): value for name, value in headers.items()})
        try:
            return _answer(url, 202, receiving.receive(self._at(url), request, body, self, receiving.HANDLERS))
        except MessageError as error:
            return _answer(url, error.status, orjson.dumps({"title": error.code, "detail": str(error)}))

    def _at(self, url: str) -> Node:
        place = urlsplit(url)
        return self._nodes[f"{place.scheme}://{place.netloc}/"]


def _answer(url: str, status: int, body: bytes) -> Answer:
    return Answer(url, status, body, "application/json", None, None, None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class _Side:
    """An organisation, and the node that it is at home on."""

    node: Node
    organisation: Organisation
    place: Place


class History:
    """The past of these members, each with its home; the nodes are there, and none of them is served yet."""

    def __init__(self, homes: Mapping[Path, Member]) -> None:
        self._clock = _Clock()
        self._now = self._clock.moment.replace(microsecond=0)
        self._nodes = [Node.open(load(home, {}), clock=self._clock) for home in homes]
        self._wires = _Wires({node.settings.url: node for node in self._nodes})
        self._couriers = [(node, Courier(node, self._wires)) for node in self._nodes]
        self._sides = {
            one["name"]: self._side(node, one["name"], Place(locality=member.locality, country=member.country))
            for node, member in zip(self._nodes, homes.values(), strict=True)
            for one in member.organisations
        }

    def _side(self, node: Node, name: str, place: Place) -> _Side:
        """An organisation with somebody who may answer for it."""
        slug = slug_of(name)
        own = hosting.organisation(node, slug)
        assert own is not None, name
        account = accounts.add(node, name[:80], f"sharing@{slug}.example")
        members.join(node, account, slug, members.OWNER)
        return _Side(node, own.organisation, place)

    def live(self, file: Path = HISTORY) -> int:
        """Let all of it happen, in order; how many exchanges there were. The nodes' databases are closed afterwards."""
        with file.open(encoding="utf-8", newline="") as lines:
            rows = [row for row in csv.DictReader(lines) if {row["from"], row["to"]} <= self._sides.keys()]
        try:
            self._run([self._lived(row) for row in rows] + [self._meanwhile()])
            self._clock.moment = self._now
            self._tidy()
        finally:
            for node, courier in self._couriers:
                courier.close()
                node.workshop.close()
                node.database.close()
        return len(rows)

    def _run(self, courses: list[Iterator[datetime]]) -> None:
        """Take whichever goes on first, again and again: each says when it does."""
        waiting = [(next(course), number, course) for number, course in enumerate(courses)]
        heapq.heapify(waiting)
        while waiting and waiting[0][0] < self._now:
            self._clock.moment, number, course = heapq.heappop(waiting)
            following = next(course, None)
            if following is not None:
                heapq.heappush(waiting, (following, number, course))

    def _meanwhile(self) -> Iterator[datetime]:
        """What a node's worker does by itself."""
        moment = self._now - timedelta(days=245)
        while True:
            yield moment
            self._chase()
            moment += _A_WHILE

    def _chase(self) -> None:
        for node in self._nodes:
            while chasing.chase(node):
                pass
        self._deliver()

    def _tidy(self) -> None:
        """What is over is forgotten as it is on any node: who asked, mails that were kept, nonces."""
        self._chase()
        for node in self._nodes:
            while privacy.purge(node):
                pass
            postman.tidy(node)
            sending.tidy(node)

    def _deliver(self) -> None:
        while sum(courier.deliver() for node, courier in self._couriers if self._has_post(node)):
            pass

    def _has_post(self, node: Node) -> bool:
        with node.database.read() as tx:
            return messages.is_due(tx, node.now)

    def _act(self, side: _Side, exchange_id: str, name: str, of: str = OWNER, words: str = "", **more: Any) -> None:
        acting.act(side.node, exchange_id, Act(name, of, **more), words)
        self._deliver()

    def _lived(self, row: Mapping[str, str]) -> Iterator[datetime]:
        """One exchange from the listing to its end; yields the moment of each step before it is taken."""
        owner, asker = self._sides[row["from"]], self._sides[row["to"]]
        moment = self._now.replace(hour=9, minute=20) - timedelta(days=int(row["days"]))
        yield moment
        key = self._publish(owner, row)
        yield (moment := moment + timedelta(days=int(row["found"]), hours=2))
        made = self._ask(asker, f"{owner.node.settings.url}{LISTINGS}{key}", row)
        yield (moment := moment + timedelta(hours=19))
        if row["end"] in ("declined", "withdrawn", "expired"):
            self._refuse(owner, asker, made, row["end"])
        else:
            self._act(owner, made, rules.ACCEPT, words=_YES, quantity=int(row["granted"]))
            yield (moment := moment + timedelta(days=2, hours=5))
            yield from self._handed(owner, asker, made, row)
        yield max(moment, self._clock.moment) + timedelta(days=1)
        with owner.node.database.read() as tx:
            known = listings.by_key(tx, key)
        if known is not None and known.state != listings.WITHDRAWN:
            withdraw(owner.node, key)

    def _refuse(self, owner: _Side, asker: _Side, made: str, end: str) -> None:
        if end == "declined":
            self._act(owner, made, rules.DECLINE, words="They went to somebody else this morning.")
        elif end == "withdrawn":
            self._act(asker, made, rules.WITHDRAW, ASKER)

    def _handed(self, owner: _Side, asker: _Side, made: str, row: Mapping[str, str]) -> Iterator[datetime]:
        """From the day that was agreed to the end, where both come, one of them or nobody."""
        end, moment = row["end"], self._clock.moment
        if end == "cancelled":
            self._act(asker, made, rules.CANCEL, ASKER, "Our van has broken down, and the next is free in a month.")
        elif end == "no-show":
            yield moment + timedelta(days=3)
            self._act(owner, made, rules.MISS)
        elif end != "unknown":
            self._act(owner, made, rules.HAND_OVER)
        if end:
            return
        self._act(asker, made, rules.HAND_OVER, ASKER)
        if row["measured"]:
            measuring.measure(owner.node, made, Party(OWNER), row["measured"], sure=True)
            self._deliver()
        if row["do"] == "lend":
            yield moment + timedelta(days=4)
            self._act(owner, made, rules.BRING_BACK)
        for story in STORIES:
            if story.what == row["what"]:
                yield moment + timedelta(days=9)
                self._tell(owner, made, story)

    def _publish(self, owner: _Side, row: Mapping[str, str]) -> str:
        made = self._clock.moment
        listing = Listing(
            id="",
            title=row["what"],
            content_text="It is free, and it is yours to ask for.",
            date_modified=made,
            direction="offer",
            kind=_KINDS[row["do"]],
            action=row["do"],
            category=row["category"],
            expires=made + timedelta(days=90),
            quantity=Quantity(int(row["there"])),
            organisation=owner.organisation,
            place=owner.place,
        )
        [outcome] = put_listings(owner.node, [Draft(listing, new_key(slug_of(owner.organisation.name), None))])
        return outcome.key

    def _ask(self, asker: _Side, listing_id: str, row: Mapping[str, str]) -> str:
        far = asking_across.fetch(asker.node, listing_id, self._wires)
        starts = int(self._clock.moment.timestamp()) + 3 * 86_400
        time: dict[str, Any] = {} if row["do"] == "give" else {"starts_at": starts, "ends_at": starts + 4 * 3600}
        words = "They would do us a world of good. We can fetch them in the week."
        wish = Wish("", "", words, quantity=int(row["asked"]), agreed=True, language="en", **time)
        made = asking_across.ask(asker.node, asker.organisation.id, far, wish)
        self._deliver()
        return made

    def _tell(self, owner: _Side, made: str, story: Told) -> None:
        """The giver tells of it, and the other organisation says by its link that it may be named."""
        node = owner.node
        begun = writing.begin(node, owner.organisation.id, f"{node.settings.url}exchanges/{made}")
        assert begun is not None, story.what
        image = Shelf(PHOTOS, node.settings.home / "media", f"{node.settings.url}media/").image(
            Picture(story.picture, story.alt)
        )
        typed = {"title": story.title, "text": story.text, "people": writing.NOBODY, "appeal": ""}
        photos = ({"url": image.url, "alt": story.alt},)
        draft = OwnStory(begun.key, begun.organisation_id, begun.exchange, typed, photos, saved_by="The desk")
        told = writing.publish(node, writing.save(node, draft), COMMAND_LINE)
        asked = consent.by_token(node, consent.url(node, told.key, consent.OTHER).rpartition("/")[2])
        consent.answer(node, asked, YES, digest(shelving.load(told.document or "")))
