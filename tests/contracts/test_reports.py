"""Reported listings, on every database: what is kept, what is not, and what the operator's word does."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from federation.records import Source
from node.context import Node
from node.services.aggregating import sources
from node.services.listings.publishing import put_listings, withdraw
from node.services.moderation import decisions, reporting
from node.services.moderation.decisions import ModerationError
from node.services.moderation.reporting import ReportError, ReportLimitError
from node.storage import catalogue, own_rulings
from node.storage import reports as stored
from node.storage.engine import Database
from node.storage.own_rulings import OwnRuling
from node.storage.reports import Report
from tests.fakes.publisher import clock_of, draft, publisher
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import follow, send

HERE = "192.0.2.7"
FAR = "https://far.example/"
DESK = f"{PARK}listings/desk"


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    return publisher(tmp_path / "home", database, aggregate=True)


@pytest.fixture
def park(node: Node) -> Source:
    source = follow(node)
    send(node, source, [item(), item("chair")])
    return source


def say(node: Node, listing_id: str = DESK, from_address: str = HERE, **members: str) -> Report:
    said = {"reason": "wrong", "words": "It is a bed.", "email": "anna@park.example", **members}
    return reporting.report(node, listing_id, from_address=from_address, **said)


def shown(node: Node) -> set[str]:
    with node.database.read() as tx:
        return set(catalogue.by_ids(tx, [DESK, f"{PARK}listings/chair"]))


def test_a_report_waits_and_hides_nothing(node: Node, park: Source) -> None:
    say(node, words="  It is a bed. ")
    [one] = reporting.waiting(node)
    assert (one.shown.entry.id, one.source_name, one.count, one.since) == (DESK, "Park node", 1, node.now)
    [said] = one.reports
    assert (said.reason, said.words, said.email) == ("wrong", "It is a bed.", "anna@park.example")
    assert HERE not in said.sender
    assert DESK in shown(node)
    assert reporting.count_waiting(node) == 1
    assert reporting.waiting_one(node, DESK) == one


def test_several_people_make_one_listing_wait(node: Node, park: Source) -> None:
    first = say(node)
    clock_of(node).pass_by(minutes=5)
    assert say(node) == first
    say(node, from_address="192.0.2.8", reason="gone")
    say(node, f"{PARK}listings/chair")
    assert [(one.shown.entry.id, one.count) for one in reporting.waiting(node)] == [
        (DESK, 2),
        (f"{PARK}listings/chair", 1),
    ]
    assert [one.shown.entry.id for one in reporting.waiting(node, 1, 1)] == [f"{PARK}listings/chair"]
    assert reporting.count_waiting(node) == 2


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param({"reason": ""}, ("/reason", "not-a-choice"), id="nothing chosen"),
        pytest.param({"reason": "hate"}, ("/reason", "not-a-choice"), id="no such choice"),
        pytest.param({"reason": "other", "words": " "}, ("/words", "missing"), id="other, without words"),
        pytest.param({"words": "a" * 2001}, ("/words", "too-long"), id="a long text"),
        pytest.param({"words": "\x1b[2J"}, ("/words", "bad-text"), id="a control character"),
        pytest.param({"email": "anna"}, ("/email", "bad-email"), id="no e-mail address"),
        pytest.param({"email": "a@b.example\nBcc: x@y.example"}, ("/email", "bad-email"), id="two lines of e-mail"),
    ],
)
def test_what_cannot_be_kept_is_explained(
    node: Node, park: Source, members: dict[str, str], expected: tuple[str, str]
) -> None:
    with pytest.raises(ReportError) as caught:
        say(node, **members)
    assert [(problem.pointer, problem.code) for problem in caught.value.problems] == [expected]
    assert reporting.waiting(node) == []


def test_neither_words_nor_an_address_are_needed(node: Node, park: Source) -> None:
    assert say(node, words="", email="").id


def test_too_many_from_one_connection(node: Node, park: Source) -> None:
    for number in range(reporting.AN_HOUR):
        say(node, f"{PARK}listings/{number}")
    with pytest.raises(ReportLimitError) as caught:
        say(node)
    assert caught.value.retry_s == 3600
    assert say(node, from_address="192.0.2.8").id
    clock_of(node).pass_by(hours=1)
    assert say(node).id


def test_too_many_in_all(node: Node, park: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "MOST_WAITING", 2)
    say(node)
    say(node, from_address="192.0.2.8")
    with pytest.raises(ReportLimitError):
        say(node, from_address="192.0.2.9")


def test_kept_is_answered_and_can_be_reported_again(node: Node, park: Source) -> None:
    say(node)
    reporting.keep(node, DESK)
    assert reporting.waiting(node) == []
    assert DESK in shown(node)
    with pytest.raises(ModerationError):
        reporting.keep(node, DESK)
    say(node)
    assert reporting.count_waiting(node) == 1


def test_taken_down_is_shown_no_more_and_its_node_reads_why(node: Node, park: Source) -> None:
    say(node)
    reporting.take_down(node, DESK, " It is a bed ")
    assert shown(node) == {f"{PARK}listings/chair"}
    assert reporting.waiting(node) == []
    told = sources.report(node, park.id)
    [row] = [row for row in told["listings"] if row["id"] == DESK]
    assert (row["verdict"], row["reasons"][0]["message"]) == ("refused", "It is a bed")
    assert "anna@park.example" not in orjson.dumps(told).decode()
    send(node, park, [item(), item("chair")])
    assert DESK not in shown(node)


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_taken_down_without_a_reason(node: Node, park: Source, reason: str) -> None:
    say(node)
    with pytest.raises(ModerationError, match="reason"):
        reporting.take_down(node, DESK, reason)
    assert DESK in shown(node)
    assert reporting.count_waiting(node) == 1


def test_what_nobody_reported_is_not_taken_down(node: Node, park: Source) -> None:
    with pytest.raises(ModerationError):
        reporting.take_down(node, DESK, "why not")
    assert DESK in shown(node)


def test_no_other_copy_comes_forward(node: Node) -> None:
    for url in (FAR, "https://near.example/"):
        send(node, follow(node, url), [item()])
    assert DESK in shown(node)
    say(node)
    reporting.take_down(node, DESK, "no")
    assert DESK not in shown(node)


def test_a_listing_whose_removal_waits_is_taken_down_too(node: Node) -> None:
    park = follow(node)
    chairs = [item(f"chair{number}") for number in range(30)]
    send(node, park, [item(), *chairs])
    send(node, park, chairs[:1])
    assert decisions.count_waiting(node)["removals"] == 30
    say(node)
    reporting.take_down(node, DESK, "no")
    assert DESK not in shown(node)
    assert decisions.count_waiting(node)["removals"] == 29


def test_an_own_listing_is_withdrawn(node: Node) -> None:
    [made] = put_listings(node, [draft(node)])
    say(node, made.id)
    assert reporting.waiting(node)[0].source_name is None
    reporting.take_down(node, made.id, "no")
    with node.database.read() as tx:
        grave = catalogue.grave(tx, made.key)
    assert grave is not None
    assert grave.removed_reason == "removed"


def test_reports_of_what_is_gone_wait_no_more(node: Node) -> None:
    [made] = put_listings(node, [draft(node)])
    say(node, made.id)
    withdraw(node, made.key)
    assert (reporting.waiting(node), reporting.count_waiting(node)) == ([], 0)
    with pytest.raises(ModerationError):
        reporting.waiting_one(node, made.id)
    reporting.tidy(node)
    with node.database.read() as tx:
        assert stored.count_all_waiting(tx) == 0


def test_people_are_forgotten_in_time(node: Node, park: Source) -> None:
    say(node)
    clock_of(node).pass_by(days=2)
    reporting.tidy(node)
    [said] = reporting.waiting_one(node, DESK).reports
    assert (said.sender, said.words, said.email) == ("", "It is a bed.", "anna@park.example")
    reporting.keep(node, DESK)
    clock_of(node).pass_by(days=31)
    reporting.tidy(node)
    with node.database.read() as tx:
        rows = list(tx.exec_driver_sql("SELECT words, email, state FROM reports"))
    assert [tuple(row) for row in rows] == [("", "", "kept")]


def test_the_newest_word_on_what_is_written_here_is_kept(node: Node) -> None:
    put_listings(node, [draft(node, "a"), draft(node, "b")])
    ids = [f"{node.settings.url}listings/riverside-school.{ref}" for ref in ("a", "b")]
    with node.database.write() as tx:
        own_rulings.put(tx, ids[0], OwnRuling(own_rulings.KEPT, "", "w" * 43, 1))
        own_rulings.put(tx, ids[0], OwnRuling(own_rulings.TAKEN_DOWN, "A price ž.", "", 2))
        assert own_rulings.of(tx, ids) == {ids[0]: OwnRuling(own_rulings.TAKEN_DOWN, "A price ž.", "", 2)}
        assert own_rulings.of(tx, []) == {}
