"""Proposed sources, on every database: what is kept, what is not, how an operator looks and answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from sqlalchemy import select

from federation.discovery import DiscoveryError
from federation.fetch import Answer, Fetcher
from federation.plain import Defaults
from node.context import Node
from node.services.aggregating import proposals, sources
from node.services.aggregating.proposals import Proposal, ProposalError, ProposalLimitError, UnknownProposalError
from node.services.aggregating.sources import SourceError
from node.storage import proposals as stored
from node.storage.engine import Database
from node.storage.proposals import ACCEPTED, REFUSED, WAITING
from node.storage.tables import proposals as table
from schemas.organisation import Organisation
from tests.fakes.publisher import clock_of, publisher
from tests.fakes.sites import PARK, RSS, Sites, complete, feed, found, item, json_feed_at, node_site

HERE = "192.0.2.7"
DAY_S = 86_400
DEFAULTS = Defaults(Organisation("https://park.example/", "Park group", "community_group"), category="furniture")


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, aggregate=True)


def propose(node: Node, url: str = PARK, from_address: str = HERE, **words: str) -> Proposal:
    fields = {"name": "Park group", "email": "anna@park.example", "note": "Hello", **words}
    return proposals.propose(node, url, from_address=from_address, **fields)


def problems_of(node: Node, **changes: str) -> list[tuple[str, str]]:
    with pytest.raises(ProposalError) as caught:
        propose(node, **changes)
    return [(problem.pointer, problem.code) for problem in caught.value.problems]


def client(*answers: Answer) -> Fetcher:
    return cast(Fetcher, Sites(*answers))


def test_a_proposal_is_kept_as_it_was_said(node: Node) -> None:
    made = propose(node, " park.example/news#top ", name=" Park group ")
    kept = proposals.get(node, made.id)
    assert (kept.url, kept.name, kept.email, kept.note) == (
        "https://park.example/news",
        "Park group",
        "anna@park.example",
        "Hello",
    )
    assert (kept.state, kept.proposed_at, proposals.preview_of(kept)) == (WAITING, node.now, None)
    assert proposals.waiting(node) == [kept]


def test_only_the_address_is_needed(node: Node) -> None:
    assert propose(node, PARK, name="", email="", note="").state == WAITING


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"url": ""}, [("/url", "missing")], id="no address"),
        pytest.param({"url": "our shop"}, [("/url", "bad-url")], id="no web address"),
        pytest.param({"email": "anna"}, [("/email", "bad-email")], id="no e-mail address"),
        pytest.param({"email": "anna@park"}, [("/email", "bad-email")], id="half an e-mail address"),
        pytest.param({"email": "a@b.example\nBcc: x@y.example"}, [("/email", "bad-email")], id="two lines of e-mail"),
        pytest.param({"name": "a" * 201}, [("/name", "too-long")], id="a long name"),
        pytest.param({"note": "\x1b[2J"}, [("/note", "bad-text")], id="a control character"),
        pytest.param(
            {"url": "", "name": "a" * 201, "note": "\x00"},
            [("/url", "missing"), ("/name", "too-long"), ("/note", "bad-text")],
            id="everything at once",
        ),
    ],
)
def test_is_refused_field_by_field(node: Node, changes: dict[str, str], expected: list[tuple[str, str]]) -> None:
    assert problems_of(node, **changes) == expected
    assert proposals.waiting(node) == []


def test_a_board_can_take_none(database: Database, tmp_path: Path) -> None:
    node = publisher(tmp_path / "home", database, proposals=False)
    assert problems_of(node) == [("", "closed")]


def test_the_same_address_twice_is_one_proposal(node: Node) -> None:
    assert propose(node, "https://park.example/") == propose(node, "park.example", name="Someone else")
    proposals.refuse(node, 1, "Not now")
    assert propose(node).id == 2, "what was answered can be proposed again"


class TestLimits:
    @pytest.mark.parametrize(
        ("others", "more"),
        [
            pytest.param(["192.0.2.7"] * 5, False, id="five from here"),
            pytest.param(["192.0.2.7"] * 4 + ["192.0.2.8"] * 2, True, id="four from here, and some from elsewhere"),
            pytest.param(["2001:db8::1"] * 5, True, id="five from elsewhere"),
        ],
    )
    def test_from_one_address(self, node: Node, others: list[str], more: bool) -> None:
        for number, address in enumerate(others):
            propose(node, f"https://a{number}.example/", address)
        if more:
            assert propose(node).state == WAITING
            return
        with pytest.raises(ProposalLimitError) as caught:
            propose(node)
        assert (caught.value.problems[0].code, caught.value.retry_s) == ("too-many-from-here", 3600)
        clock_of(node).pass_by(hours=1)
        assert propose(node).state == WAITING

    def test_a_household_is_one_address(self, node: Node) -> None:
        for number in range(5):
            propose(node, f"https://a{number}.example/", f"2001:db8:1:2::{number}")
        with pytest.raises(ProposalLimitError):
            propose(node, from_address="2001:db8:1:2:ffff::1")
        assert propose(node, from_address="2001:db8:1:3::1").state == WAITING

    def test_answering_does_not_open_the_door_again(self, node: Node) -> None:
        for number in range(5):
            proposals.refuse(node, propose(node, f"https://a{number}.example/").id, "No")
        with pytest.raises(ProposalLimitError):
            propose(node)

    def test_in_all(self, node: Node) -> None:
        first = propose(node, "https://a0.example/")
        with node.database.write() as tx:
            for number in range(1, 200):
                stored.add(tx, replace(first, url=f"https://a{number}.example/", sender=""))
        with pytest.raises(ProposalLimitError) as caught:
            propose(node, from_address="198.51.100.1")
        assert caught.value.problems[0].code == "too-many-waiting"
        proposals.refuse(node, 1, "No")
        assert propose(node, from_address="198.51.100.1").state == WAITING

    def test_no_address_is_kept(self, node: Node) -> None:
        propose(node)
        with node.database.read() as tx:
            assert HERE not in str(tx.execute(select(table)).all())


class TestLooking:
    def test_what_would_be_shown(self, node: Node) -> None:
        items = [item(f"desk{number}") for number in range(8)] + [
            item("lamp", kind="x"),
            item(expires="2026-11-30T00:00:00Z"),
        ]
        whole = json_feed_at(PARK + "feed.json", feed(items, complete(items)))
        made = propose(node, PARK + "feed.json")
        seen = proposals.preview(node, made.id, fetcher=client(whole))
        assert (seen.level, seen.feed_url, seen.licence, seen.error) == ("L0", PARK + "feed.json", "CC0-1.0", None)
        assert (seen.listings, seen.shown, seen.quarantined, seen.expired, seen.organisations) == (10, 8, 1, 1, 1)
        assert len(seen.samples) == 6
        assert seen.samples[0]["facts"]["title"] == "A desk0"
        [problem] = seen.problems
        assert (problem["title"], problem["reasons"][0]["pointer"]) == ("A lamp", "/_sharefeed/kind")
        assert proposals.preview_of(proposals.get(node, made.id)) == seen

    def test_what_cannot_be_read(self, node: Node) -> None:
        made = propose(node)
        seen = proposals.preview(node, made.id, fetcher=client())
        assert seen.error is not None
        assert "status 404" in seen.error
        assert [PARK, "answered with status 404"] in seen.tried
        assert proposals.get(node, made.id).state == WAITING

    def test_a_plain_feed_needs_words(self, node: Node) -> None:
        made = propose(node, PARK + "rss")
        seen = proposals.preview(node, made.id, fetcher=client(found(PARK + "rss", RSS)))
        assert (seen.level, seen.needs_defaults, seen.shown) == ("plain", True, 1)


class TestAnswering:
    def test_accepting_makes_a_source_of_it(self, node: Node) -> None:
        made = propose(node)
        source = proposals.accept(node, made.id, hold_new=True, name="The park", fetcher=client(*node_site()))
        assert (source.url, source.level, source.name, source.hold_new) == (
            PARK + "changes.json",
            "L1",
            "The park",
            True,
        )
        assert sources.get(node, source.id) == source
        kept = proposals.get(node, made.id)
        assert (kept.state, kept.source_id, kept.decided_at) == (ACCEPTED, source.id, node.now)
        assert proposals.decided(node) == [kept]
        assert proposals.count_waiting(node) == 0

    def test_a_plain_feed_is_accepted_with_what_the_operator_says(self, node: Node) -> None:
        made = propose(node, PARK + "rss")
        rss = client(found(PARK + "rss", RSS))
        with pytest.raises(SourceError):
            proposals.accept(node, made.id, fetcher=rss)
        assert proposals.get(node, made.id).state == WAITING
        source = proposals.accept(node, made.id, lambda url: DEFAULTS, fetcher=rss)
        assert (source.level, source.format) == ("plain", "rss")
        assert Defaults.from_json(source.defaults) == DEFAULTS

    @pytest.mark.parametrize(
        ("url", "answers", "error"),
        [
            pytest.param(PARK, [], DiscoveryError, id="it is gone meanwhile"),
            pytest.param(
                "https://share.example.org/", node_site("https://share.example.org/"), SourceError, id="it is us"
            ),
        ],
    )
    def test_what_cannot_be_accepted_waits_as_before(
        self, node: Node, url: str, answers: list[Answer], error: type[Exception]
    ) -> None:
        made = propose(node, url)
        with pytest.raises(error):
            proposals.accept(node, made.id, fetcher=client(*answers))
        assert proposals.get(node, made.id).state == WAITING
        assert sources.health(node) == []

    def test_accepting_what_is_a_source_already(self, node: Node) -> None:
        proposals.accept(node, propose(node).id, fetcher=client(*node_site()))
        again = propose(node, PARK + "feed.json")
        with pytest.raises(SourceError, match="source 1 already"):
            proposals.accept(node, again.id, fetcher=client(*node_site()))

    def test_refusing(self, node: Node) -> None:
        made = propose(node)
        proposals.refuse(node, made.id, " It sells things. ")
        kept = proposals.get(node, made.id)
        assert (kept.state, kept.reason) == (REFUSED, "It sells things.")

    @pytest.mark.parametrize("reason", ["", "  \n", "a" * 2001, "\x00"])
    def test_refusing_needs_a_reason(self, node: Node, reason: str) -> None:
        made = propose(node)
        with pytest.raises(ProposalError) as caught:
            proposals.refuse(node, made.id, reason)
        assert caught.value.problems[0].pointer == "/reason"
        assert proposals.get(node, made.id).state == WAITING

    def test_an_answer_is_given_once(self, node: Node) -> None:
        made = propose(node)
        proposals.refuse(node, made.id, "No")
        with pytest.raises(UnknownProposalError):
            proposals.refuse(node, made.id, "No, again")
        with pytest.raises(UnknownProposalError):
            proposals.accept(node, made.id, fetcher=client(*node_site()))
        with pytest.raises(UnknownProposalError):
            proposals.get(node, 99)


def test_what_belongs_to_people_is_forgotten(node: Node) -> None:
    made, open_one = propose(node), propose(node, "https://open.example/")
    proposals.refuse(node, made.id, "No")
    stages: list[dict[str, Any]] = []
    for days in (0, 2, 29):
        clock_of(node).pass_by(days=days)
        proposals.forget_people(node)
        kept = proposals.get(node, made.id)
        stages.append({"sender": bool(kept.sender), "email": bool(kept.email), "note": bool(kept.note)})
    assert stages == [
        {"sender": True, "email": True, "note": True},
        {"sender": False, "email": True, "note": True},
        {"sender": False, "email": False, "note": False},
    ]
    assert proposals.get(node, made.id).reason == "No"
    assert proposals.get(node, open_one.id).email == "anna@park.example"


def test_a_preview_survives_storage(node: Node) -> None:
    made = propose(node)
    with node.database.write() as tx:
        stored.set_preview(tx, made.id, orjson.dumps({"at": 5, "error": "gone"}).decode())
    seen = proposals.preview_of(proposals.get(node, made.id))
    assert seen is not None
    assert (seen.at, seen.error, seen.samples) == (5, "gone", [])
