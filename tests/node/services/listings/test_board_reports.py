"""What catalogues say of our listings: read whole or not at all, kept as their word, and asked of few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_string
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.context import Node
from node.services.health import checks, watch
from node.services.identity import accounts, members
from node.services.listings import board_reports
from node.services.listings.board_reports import EVERY_S, Word, of_listing, read_due
from node.services.listings.publishing import put_listings
from node.services.syndication.feed_readers import Notebook
from node.storage import board_reports as stored
from node.storage import catalogue, outbox
from tests.fakes.publisher import URL, clock_of, draft, publisher
from tests.fakes.sites import Sites, found

CITY = "https://city.example/"
AGENT = f"sharefeed/1.0 (+{CITY})"
AFTER = "00000000-0000-0000-0000-000000000000.7"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = publisher(tmp_path / "home", board_url=CITY.rstrip("/"))
    put_listings(made, [draft(made, "desk"), draft(made, "chair")])
    yield made
    made.database.close()


def id_of(name: str) -> str:
    return f"{URL}listings/riverside-school.{name}"


def hash_of(node: Node, name: str) -> str:
    with node.database.read() as tx:
        return catalogue.by_ids(tx, [id_of(name)])[id_of(name)].entry.hash


def sources(*numbers: tuple[str, object]) -> Any:
    told = [{"node": url, "id": number} for url, number in numbers]
    return found(f"{CITY}api/v1/sources", orjson.dumps({"sources": told}), "application/json")


def report(listings: Any, after: str = "", following: str | None = None, number: int = 7, status: int = 200) -> Any:
    query = f"?after={after}" if after else ""
    body = orjson.dumps({"listings": listings, "next_after": following})
    return found(f"{CITY}sources/{number}/report.json{query}", body, "application/json", status)


def told(node: Node, name: str, verdict: str = "shown", **more: Any) -> dict[str, Any]:
    return {"id": id_of(name), "hash": hash_of(node, name), "verdict": verdict, "reasons": [], **more}


def words(node: Node, name: str) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(one.verdict, one.reasons, one.outdated) for one in of_listing(node, id_of(name))]


def test_each_listing_has_the_word_of_our_city_s_catalogue(node: Node) -> None:
    price = {"pointer": "/price", "code": "not-free", "message": "This states a price."}
    first = report([told(node, "chair", "quarantined", reasons=[price])], "", "a b")
    sites = Sites(sources(("https://other.example/", 1), (URL, 7)), first, report([told(node, "desk")], "a%20b"))
    assert of_listing(node, id_of("desk")) == []
    assert read_due(node, sites) == 1
    assert of_listing(node, id_of("desk")) == [Word(CITY, f"{CITY}sources/7", "shown", (), False, node.now)]
    assert words(node, "chair") == [("quarantined", ("This states a price.",), False)]
    assert read_due(node, sites) == 0
    clock_of(node).pass_by(seconds=EVERY_S)
    assert read_due(node, sites) == 1


def test_our_clock_is_held_against_that_of_the_catalogue(node: Node) -> None:
    watch.beat(node)
    right = replace(sources((URL, 7)), date=node.clock())
    read_due(node, Sites(right, replace(report([]), date=node.clock())))
    assert [one.reason for one in checks.look(node, ["clock"])] == ["ok"]
    clock_of(node).pass_by(seconds=EVERY_S)
    watch.beat(node)
    read_due(node, Sites(right, replace(report([]), date=node.clock() - timedelta(minutes=9))))
    [found_now] = checks.look(node, ["clock"])
    assert (found_now.reason, found_now.values["minutes"]) == ("doubted", 9)


def test_what_it_does_not_have_and_what_it_has_as_it_was_is_said(node: Node) -> None:
    old = told(node, "desk")
    put_listings(node, [draft(node, "desk", title="A desk, mended")])
    read_due(node, Sites(sources((URL, 7)), report([old])))
    assert words(node, "desk") == [("shown", (), True)]
    assert words(node, "chair") == [("unknown", (), False)]


def test_a_catalogue_that_does_not_read_us_says_nothing(node: Node) -> None:
    read_due(node, Sites(sources(("https://other.example/", 1))))
    assert words(node, "desk") == []
    with node.database.read() as tx:
        assert stored.every(tx)[CITY].problem == ""


@pytest.mark.parametrize(
    "sites",
    [
        pytest.param(Sites(), id="nobody"),
        pytest.param(Sites(found(f"{CITY}api/v1/sources", "<html>")), id="a-page"),
        pytest.param(Sites(found(f"{CITY}api/v1/sources", "[]")), id="a-list"),
        pytest.param(Sites(sources((URL, 7)), report([], status=500)), id="half-an-answer"),
        pytest.param(Sites(sources((URL, 7)), report("none")), id="no-list-of-listings"),
    ],
)
def test_what_cannot_be_read_leaves_what_was_known(node: Node, sites: Sites) -> None:
    read_due(node, Sites(sources((URL, 7)), report([told(node, "desk")])))
    clock_of(node).pass_by(seconds=EVERY_S)
    assert read_due(node, sites) == 1
    assert words(node, "desk") == [("shown", (), False)]
    with node.database.read() as tx:
        assert "report" in stored.every(tx)[CITY].problem


def test_only_what_is_ours_is_kept_and_nothing_at_length(node: Node) -> None:
    hostile = told(
        node, "desk", "x" * 900, hash=7, reasons=[{"message": "a\x00\u202eb " * 900}, "x", {}, None, 5, 6, 7]
    )
    rest = [7, {}, {"id": 7}, {"id": "https://other.example/1", "verdict": "shown"}, hostile]
    read_due(node, Sites(sources((URL, 7)), report(rest)))
    [(verdict, reasons, outdated)] = words(node, "desk")
    assert (len(verdict), len(reasons), outdated) == (20, 1, True)
    assert len(reasons[0]) <= 300
    assert reasons[0].isprintable()
    with node.database.read() as tx:
        assert stored.of_listing(tx, "https://other.example/1") == []


def _text_of(message: str) -> str:
    plain: Any = message_from_string(message).get_payload(0)
    return str(plain.get_payload(decode=True).decode())


class TestTellingByMail:
    """Those who may change what our city's catalogue says something new of."""

    @pytest.fixture
    def mailing(self, node: Node) -> Node:
        for name, role in (("Ann", members.OWNER), ("Ben", members.EDITOR), ("Vic", members.VIEWER)):
            person = accounts.add(node, name, f"{name.lower()}@school.example", operator=False)
            members.join(node, person, "riverside-school", role)
        return Node(node.settings.changed(mail_capture=True), node.database, node.clock)

    def mails(self, node: Node) -> list[str]:
        """What Ann was told, the first mail first."""
        with node.database.read() as tx:
            every = [one for one in outbox.captured(tx, 50) if one.recipient == "ann@school.example"]
        return [_text_of(one.message) for one in reversed(every)]

    def says(self, node: Node, *listings: dict[str, Any]) -> list[str]:
        before = len(self.mails(node))
        clock_of(node).pass_by(seconds=EVERY_S)
        read_due(node, Sites(sources((URL, 7)), report(list(listings))))
        return self.mails(node)[before:]

    def bad(self, node: Node, message: str = "This states a price.", verdict: str = "quarantined") -> dict[str, Any]:
        return told(node, "chair", verdict, reasons=[{"pointer": "", "code": "x", "message": message}])

    def test_that_something_is_not_shown_once_for_each_reason(self, mailing: Node) -> None:
        [mail] = self.says(mailing, self.bad(mailing), told(mailing, "desk"))
        assert "is not shown there" in mail
        assert "> This states a price." in mail
        assert "/desk/riverside-school/listings/riverside-school.chair/history" in mail
        assert self.says(mailing, self.bad(mailing)) == []
        assert len(self.says(mailing, self.bad(mailing, "We know you sell these.", "refused"))) == 1
        with mailing.database.read() as tx:
            assert {one.recipient.partition("@")[0] for one in outbox.captured(tx, 50)} == {"ann", "ben"}

    def test_that_it_is_shown_again(self, mailing: Node) -> None:
        self.says(mailing, self.bad(mailing))
        [mail] = self.says(mailing, told(mailing, "chair"))
        assert "is shown there now" in mail
        assert self.says(mailing, told(mailing, "chair")) == []

    def test_nothing_of_what_waits_because_everything_new_does(self, mailing: Node) -> None:
        assert self.says(mailing, self.bad(mailing, "New things wait.", "held")) == []
        assert self.says(mailing, told(mailing, "chair")) == []

    def test_that_a_person_let_doubtful_words_pass(self, mailing: Node) -> None:
        words = "Free, but donations towards the heating are welcome."
        put_listings(mailing, [draft(mailing, "chair", content_text=words)])
        assert self.says(mailing, self.bad(mailing, "A donation is hoped for.", "held")) == []
        assert len(self.says(mailing, told(mailing, "chair"))) == 1

    def test_nothing_of_a_version_that_was_changed_since(self, mailing: Node) -> None:
        old = self.bad(mailing)
        put_listings(mailing, [draft(mailing, "chair", title="A chair, mended")])
        assert self.says(mailing, old) == []

    def test_nothing_of_what_others_say(self, mailing: Node) -> None:
        elsewhere = Node(mailing.settings.changed(board_url=""), mailing.database, mailing.clock)
        notebook = Notebook()
        notebook.note(elsewhere, AGENT, AFTER)
        clock_of(elsewhere).pass_by(days=2)
        notebook.note(elsewhere, AGENT, AFTER)
        assert self.says(elsewhere, self.bad(elsewhere)) == []
        assert words(elsewhere, "chair")[0][0] == "quarantined"


@pytest.mark.parametrize("number", [True, -1, 2**60, "7", 1.5, None])
def test_a_number_that_is_none_is_not_asked_for(node: Node, number: object) -> None:
    sites = Sites(sources((URL, number)))
    read_due(node, sites)
    assert len(sites.asked) == 1


def test_a_report_without_an_end_ends(node: Node) -> None:
    class Endless(Sites):
        def get(self, url: str, **more: Any) -> Any:
            if "report.json" not in url:
                return super().get(url, **more)
            self.asked.append(url)
            return found(url, orjson.dumps({"listings": [], "next_after": str(len(self.asked))}), "application/json")

    sites = Endless(sources((URL, 7)))
    read_due(node, sites)
    assert len(sites.asked) == 41


def test_of_those_who_read_us_only_who_follows_for_a_while_is_asked(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home")

    def asked() -> list[str]:
        sites = Sites()
        read_due(node, sites)
        return sites.asked

    Notebook().note(node, AGENT, AFTER)
    Notebook().note(node, "sharefeed/1.0 (+https://passer-by.example/)", AFTER)
    assert asked() == []
    clock_of(node).pass_by(days=1)
    Notebook().note(node, AGENT, AFTER)
    assert asked() == [f"{CITY}api/v1/sources"]
    clock_of(node).pass_by(days=15)
    assert asked() == []
    with node.database.read() as tx:
        assert stored.every(tx) == {}
    node.database.close()


def test_many_who_say_that_they_read_us_are_not_all_asked(tmp_path: Path) -> None:
    node = publisher(tmp_path / "home")
    for _ in range(2):
        for number in range(20):
            Notebook().note(node, f"sharefeed/1.0 (+https://n{number}.example/)", AFTER)
        clock_of(node).pass_by(days=1)
    assert read_due(node, Sites()) == board_reports.MOST_BOARDS
    node.database.close()
