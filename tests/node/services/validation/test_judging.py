"""What a catalogue would make of a feed, and every rule that can be broken."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from federation.fetch import Answer
from node.app import create_app
from node.services.listings.publishing import put_listings
from node.services.validation.examining import ExamineError, examine_address, examine_file
from node.services.validation.judging import ListingVerdict, Report, judge
from node.services.validation.report_text import lines
from schemas.page import with_hash
from tests.fakes.publisher import clock_of, draft, publisher
from tests.fakes.sites import (
    PARK,
    RSS,
    SECONDS,
    Sites,
    changes,
    complete,
    document,
    document_at,
    feed,
    found,
    item,
    json_feed_at,
    node_site,
    sums,
)
from tests.fakes.wire import Wire

L1_URL, L0_URL = PARK + "changes.json", PARK + "feed.json"
WELL_KNOWN = PARK + ".well-known/sharefeed.json"
DESK, CHAIR, LAMP = item("desk"), item("chair"), item("lamp")
DOCUMENT = document_at(WELL_KNOWN, document())
STONE = {"id": PARK + "listings/desk", "at": "2026-11-22T09:00:00Z", "reason": "given"}


def report_on(*answers: Answer, at: str = L1_URL) -> Report:
    return judge(examine_address(Sites(*answers), at, SECONDS))


def codes(report: Report) -> list[str]:
    return [found.problem.code for found in report.problems]


def change_feed(items: list[dict[str, Any]], head: dict[str, Any] | None = None, **page: Any) -> Answer:
    """The only page of a change feed, with a 304 for its ETag."""
    return json_feed_at(L1_URL, feed(items, head or changes(items), **page), etag='"one"')


def resumed(items: list[dict[str, Any]], checkpoint: str = "c.1", **head: Any) -> Answer:
    """What comes for the last checkpoint when nothing has changed."""
    return json_feed_at(f"{L1_URL}?after={checkpoint}", feed([], changes(items, checkpoint=checkpoint, **head)))


def without(head: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in head.items() if name not in names}


def whole(items: list[dict[str, Any]], **head: Any) -> Answer:
    return json_feed_at(L0_URL, feed(items, complete(items, **head)), etag='"one"')


def chain(*pages: bytes) -> list[Answer]:
    """Pages of a change feed: the first at its address, the next ones at /2, /3 and so on."""
    urls = [L1_URL, *(f"{PARK}{number}" for number in range(2, len(pages) + 1))]
    return [json_feed_at(url, body, etag=f'"{url}"') for url, body in zip(urls, pages, strict=True)]


def page(items: list[dict[str, Any]], number: int, everything: list[dict[str, Any]], **head: Any) -> bytes:
    """Page ``number`` of a change feed that goes on at ``number + 1`` unless told otherwise."""
    extra = {"checkpoint": f"c.{number}", "more": True, **sums(everything), **head}
    following = f"{PARK}{number + 1}" if extra["more"] else None
    return feed(items, changes(items, **extra), **({"next_url": following} if following else {}))


def test_a_good_change_feed() -> None:
    report = report_on(DOCUMENT, change_feed([DESK, CHAIR]), resumed([DESK, CHAIR]))
    assert (report.level, report.format, report.licence, report.identical) == ("L1", "json", "CC0-1.0", True)
    assert [(one.title, one.verdict) for one in report.listings] == [("A desk", "shown"), ("A chair", "shown")]
    assert report.fine
    assert report.findings == ()


def test_a_good_complete_document() -> None:
    report = report_on(document_at(WELL_KNOWN, document(feeds={"json": L0_URL})), whole([DESK]), at=L0_URL)
    assert (report.level, report.identical, report.fine, report.findings) == ("L0", True, True, ())


def test_our_own_node_is_fine(tmp_path: Path) -> None:
    node = publisher(tmp_path)
    put_listings(node, [draft(node, str(number), title=f"Desk {number}") for number in range(20)])
    wire = Wire(clock_of(node))
    wire.apps["https://share.example.org"] = create_app(node)
    report = judge(examine_address(wire, "https://share.example.org/changes.json", node.now))
    assert (report.level, report.identical, len(report.listings)) == ("L1", True, 20)
    assert report.problems == ()
    assert report.fine


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([DOCUMENT, change_feed([DESK], changes([CHAIR, DESK]))], ["count-differs"], id="one is missing"),
        pytest.param([DOCUMENT, change_feed([DESK], changes([CHAIR]))], ["digest-differs"], id="it is another one"),
        pytest.param(
            [DOCUMENT, change_feed([DESK], without(changes([DESK]), "count", "digest"))],
            ["no-digest"],
            id="no count and digest",
        ),
        pytest.param([change_feed([DESK])], ["no-node-document"], id="no node document"),
        pytest.param(
            [change_feed([DESK], changes([DESK], licence="ODbL-1.0")), DOCUMENT],
            ["two-licences"],
            id="two licences",
        ),
        pytest.param(
            [DOCUMENT, change_feed([DESK], None, next_url=PARK + "2")], ["needless-next-url"], id="needless next"
        ),
        pytest.param(
            [DOCUMENT, *chain(page([], 1, [DESK]), page([DESK], 2, [DESK], more=False))],
            ["empty-page"],
            id="an empty page with more",
        ),
        pytest.param(
            [DOCUMENT, change_feed([DESK], changes([DESK], more=True))], ["missing"], id="more without a next page"
        ),
        pytest.param(
            [DOCUMENT, change_feed([DESK], changes([DESK], more=True), next_url="https://evil.example/2")],
            ["foreign-page"],
            id="the next page is elsewhere",
        ),
        pytest.param(
            [DOCUMENT, *chain(page([DESK], 1, [DESK, CHAIR]), page([DESK, CHAIR], 2, [DESK, CHAIR], more=False))],
            ["repeated-listing"],
            id="a listing on two pages",
        ),
        pytest.param(
            [DOCUMENT, change_feed([DESK, DESK], changes([DESK]))], ["repeated-id"], id="a listing twice on a page"
        ),
        pytest.param(
            [DOCUMENT, *chain(page([DESK], 1, [DESK]), page([], 2, [DESK], more=False, epoch="other"))],
            ["other-epoch"],
            id="the epoch changes",
        ),
        pytest.param(
            [DOCUMENT, *chain(page([DESK], 1, [DESK]), page([CHAIR], 2, [DESK], more=True, checkpoint="c.1"), b"{}")],
            ["not-a-feed", "repeated-page"],
            id="the checkpoint stands still, and a page is none",
        ),
        pytest.param([DOCUMENT, *chain(page([DESK], 1, [DESK, CHAIR]))], ["http-404"], id="a page is not there"),
        pytest.param(
            [DOCUMENT, change_feed([DESK]), found(L1_URL + "?after=c.1", b"", status=500)],
            ["checkpoint-useless"],
            id="the checkpoint cannot be used",
        ),
        pytest.param(
            [DOCUMENT, change_feed([DESK]), json_feed_at(L1_URL + "?after=c.1", feed([DESK], changes([DESK])))],
            ["checkpoint-ignored"],
            id="the checkpoint is ignored",
        ),
        pytest.param(
            [DOCUMENT, replace(change_feed([DESK]), etag=None), resumed([DESK])], ["no-validator"], id="no ETag"
        ),
        pytest.param(
            [DOCUMENT, change_feed([DESK], changes([DESK], deleted=[{"id": "a b", "at": "?"}])), resumed([DESK])],
            ["bad-uri", "bad-date"],
            id="a tombstone that cannot be read",
        ),
        pytest.param(
            [document_at(WELL_KNOWN, document(ttl=-1)), change_feed([DESK]), resumed([DESK])],
            ["bad-number", "no-node-document"],
            id="the node document breaks a rule",
        ),
    ],
)
def test_a_change_feed_that_breaks_a_rule(answers: list[Answer], expected: list[str]) -> None:
    if not any("after=" in answer.url for answer in answers):
        answers = [*answers, resumed([DESK], count=99), resumed([DESK], "c.2", count=99)]
    report = report_on(*answers)
    assert sorted(codes(report)) == sorted(expected)
    assert not report.fine


NO_LICENCE = json_feed_at(L0_URL, feed([DESK], without(complete([DESK]), "licence")), etag='"1"')
NO_SUMS = json_feed_at(L0_URL, feed([DESK], without(complete([DESK]), "count", "digest")), etag='"1"')


@pytest.mark.parametrize(
    ("answers", "problems", "advice"),
    [
        pytest.param([whole([DESK], complete=False)], ["not-complete"], [], id="not complete"),
        pytest.param([NO_LICENCE], ["no-licence"], [], id="no licence"),
        pytest.param([whole([DESK], count=2)], ["count-differs"], [], id="a wrong count"),
        pytest.param([NO_SUMS], [], ["no-digest"], id="nothing to compare with"),
        pytest.param([replace(whole([DESK]), media_type="text/plain")], [], ["media-type"], id="the wrong type"),
        pytest.param([replace(whole([DESK]), etag=None)], [], ["no-validator"], id="no ETag"),
        pytest.param([whole([item(f"desk{n}") for n in range(20)])], [], ["not-compressed"], id="not compressed"),
        pytest.param([found(PARK + "rss", RSS, "application/rss+xml", etag='"1"')], [], ["plain-feed"], id="plain RSS"),
    ],
)
def test_a_document_that_could_be_better(answers: list[Answer], problems: list[str], advice: list[str]) -> None:
    report = report_on(*answers, at=answers[0].url)
    assert codes(report) == problems
    assert [found.problem.code for found in report.advice] == advice
    assert report.fine is not bool(problems)


def test_a_server_that_ignores_its_own_etag() -> None:
    class Forgetful(Sites):
        def get(self, url: str, **options: Any) -> Answer:
            return super().get(url, accept=options["accept"])

    site = Forgetful(DOCUMENT, change_feed([DESK]), resumed([DESK]))
    assert codes(judge(examine_address(site, L1_URL, SECONDS))) == ["no-304"]


@pytest.mark.parametrize(
    ("sent", "verdict", "reason"),
    [
        pytest.param(item(kind="furniture"), "quarantined", ("/_sharefeed/kind", "not-a-choice"), id="an unknown kind"),
        pytest.param(item(price=5), "quarantined", ("/_sharefeed/price", "not-free"), id="a price"),
        pytest.param(item(expires=None), "quarantined", ("/_sharefeed/expires", "missing"), id="no end"),
        pytest.param(item(hash="x" * 43), "quarantined", ("/_sharefeed/hash", "hash-differs"), id="another hash"),
        pytest.param(
            item(expires="2026-11-01T00:00:00Z"), "expired", ("/_sharefeed/expires", "expired"), id="its time is over"
        ),
        pytest.param(
            item(via=[f"https://{n}.example/" for n in range(9)]), "loop", ("/_sharefeed/via", "loop"), id="a loop"
        ),
    ],
)
def test_what_would_not_be_shown(sent: dict[str, Any], verdict: str, reason: tuple[str, str]) -> None:
    report = report_on(whole([CHAIR, sent]), at=L0_URL)
    chair, other = report.listings
    assert (chair.verdict, other.verdict) == ("shown", verdict)
    assert [(found.pointer, found.code) for found in other.reasons] == [reason]
    assert report.fine is (verdict == "expired")


def test_a_removal_on_a_later_page_takes_the_listing_out_of_the_sum() -> None:
    last = page([CHAIR], 2, [CHAIR], more=False, deleted=[STONE])
    report = report_on(DOCUMENT, *chain(page([DESK], 1, [CHAIR]), last))
    assert ([one.title for one in report.listings], report.identical) == (["A chair"], True)


def test_a_listing_that_changes_while_it_is_read_is_no_repetition() -> None:
    newer = {**DESK, "title": "An oak desk"}
    pages = chain(page([DESK], 1, [newer]), page([newer], 2, [newer], more=False))
    report = report_on(DOCUMENT, *pages, resumed([newer], "c.2"))
    assert ([one.title for one in report.listings], report.identical, codes(report)) == (["An oak desk"], True, [])


def test_only_so_many_pages_are_read_and_nothing_is_said_of_the_rest() -> None:
    pages = [page([item(f"desk{number}")], number, []) for number in range(1, 30)]
    report = report_on(DOCUMENT, *chain(*pages))
    assert (report.pages, len(report.listings), report.identical) == (20, 20, None)
    assert "first 20 pages" in report.notes[0]
    assert codes(report) == []


def test_a_feed_that_breaks_the_rules_of_its_format_is_told_where() -> None:
    report = report_on(json_feed_at(L0_URL, feed([DESK], complete([DESK], node="park", count=-1))), at=L0_URL)
    assert (report.level, report.fine) == ("none", False)
    assert {found.problem.pointer for found in report.problems} == {"/_sharefeed/node", "/_sharefeed/count"}


class TestFiles:
    def examine(self, tmp_path: Path, name: str, body: bytes) -> Report:
        path = tmp_path / name
        path.write_bytes(body)
        return judge(examine_file(path, SECONDS))

    def test_a_complete_document(self, tmp_path: Path) -> None:
        report = self.examine(tmp_path, "feed.json", feed([DESK, CHAIR], complete([DESK, CHAIR])))
        assert (report.level, report.identical, report.fine, len(report.listings)) == ("L0", True, True, 2)

    def test_a_page_of_a_change_feed_is_not_taken_for_the_whole(self, tmp_path: Path) -> None:
        report = self.examine(tmp_path, "feed.json", feed([DESK], changes([DESK, CHAIR])))
        assert (report.level, report.identical, report.fine) == ("L1", None, True)

    def test_a_plain_feed(self, tmp_path: Path) -> None:
        report = self.examine(tmp_path, "feed.xml", RSS.encode())
        assert (report.level, report.format, report.count("shown")) == ("plain", "rss", 1)

    def test_a_node_document(self, tmp_path: Path) -> None:
        report = self.examine(tmp_path, "sharefeed.json", document())
        assert (report.level, report.name, report.fine) == ("document", "Park node", True)

    def test_a_broken_node_document_says_where(self, tmp_path: Path) -> None:
        report = self.examine(tmp_path, "sharefeed.json", document(id="park", licence=None))
        assert {found.problem.pointer for found in report.problems} == {"/id", "/licence"}

    def test_no_feed_says_the_line(self, tmp_path: Path) -> None:
        report = self.examine(tmp_path, "feed.json", b'{\n"version": 1,,}')
        assert (report.level, report.fine) == ("none", False)
        assert report.problems[0].problem.line == 2

    @pytest.mark.parametrize("name", ["listings.csv", "Listings.XLSX"])
    def test_a_spreadsheet_is_for_the_import(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ExamineError, match="import --dry-run"):
            self.examine(tmp_path, name, b"title\nDesk\n")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ExamineError, match="cannot be read"):
            examine_file(tmp_path / "none.json", SECONDS)


class TestText:
    def text(self, report: Report) -> str:
        return "\n".join(lines(report))

    def test_all_is_well(self) -> None:
        text = self.text(report_on(DOCUMENT, change_feed([DESK]), resumed([DESK])))
        assert "Park node: level L1, a change feed" in text
        assert "1 of 1 would be shown" in text
        assert text.endswith("All is well.")

    def test_every_problem_stands_with_its_place(self) -> None:
        text = self.text(report_on(whole([DESK, item("lamp", kind="x")], count=9), at=L0_URL))
        assert "/_sharefeed/kind: This must be one of: item, equipment, space, skill. [not-a-choice]" in text
        assert "/_sharefeed/count: It says that there are 9 listings; 2 were read. [count-differs]" in text
        assert text.endswith("There is something to put right: 1 problem, 1 listing kept back.")

    def test_a_terminal_is_not_told_what_to_do(self) -> None:
        sent = {**item("lamp", kind="x"), "title": "\x1b[2J\u202elamp"}
        assert "\x1b" not in self.text(report_on(whole([sent]), at=L0_URL))

    def test_as_json(self) -> None:
        report = report_on(whole([DESK, item("lamp", kind="x")]), at=L0_URL)
        document = orjson.loads(orjson.dumps(report.as_json()))
        assert document["fine"] is False
        assert document["listings"][1]["reasons"][0]["pointer"] == "/_sharefeed/kind"


def test_what_stands_in_the_sum_is_what_a_reader_counts() -> None:
    sent = with_hash(item("desk"), via=("https://origin.example/",))
    head = changes([]) | {"count": 1, "digest": sums([DESK])["digest"]}
    assert codes(report_on(DOCUMENT, change_feed([sent], head), resumed([]))) == ["digest-differs"]


def test_every_page_of_our_own_fake_site_is_in_order() -> None:
    assert judge(examine_address(Sites(*node_site(), resumed([])), PARK, SECONDS)).problems == ()


@pytest.mark.parametrize(
    ("expired", "said"),
    [
        pytest.param(1, "1 of 3 has expired, so it is not shown", id="one"),
        pytest.param(2, "2 of 3 have expired, so they are not shown", id="two"),
    ],
)
def test_one_is_not_called_several(expired: int, said: str) -> None:
    verdicts = tuple(
        ListingVerdict(f"x:{number}", f"Thing {number}", "expired" if number < expired else "shown")
        for number in range(3)
    )
    report = Report(PARK, "L0", "json", "Park", PARK, None, None, None, 1, 1, verdicts, (), None)
    assert f"  {said}" in list(lines(report))
