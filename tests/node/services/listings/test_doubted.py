"""Words that read like an advert, where they are written: refused, appealed, published with a note, looked at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from node.cli import main
from node.context import Node
from node.services.file_formats.spreadsheet import Sheet, SheetRow
from node.services.identity import accounts, members
from node.services.importing.row_values import Defaults
from node.services.importing.rows import read_table
from node.services.importing.sheets import Options, Report, import_sheet
from node.services.listings.doubted import INSTEAD, LOOKED_AT
from node.services.listings.publishing import PublishingError, edit, listing, put_listings, renew
from node.services.moderation import own_words, reporting
from node.services.pictures.shelf import Shelf
from node.services.syndication import static_site
from node.settings import Settings
from node.storage import catalogue, outbox
from schemas.free.explain import DOUBTFUL_WORDS, NOT_FREE_WORDS
from tests.fakes.publisher import START, draft, publisher

SCHOOL = Options(organisation="Riverside School", organisation_type="school")
ADVERT = {"title": "Hall hire", "description": "From £12 per hour. Half price in May with code MAY."}
HOPED = {"title": "Hall", "description": "Free, but donations towards the heating are welcome."}
WHY = "The sums are what the hall next door asks."


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Node]:
    """A publisher that is a catalogue as well."""
    made = publisher(tmp_path / "city", aggregate=True)
    yield made
    made.database.close()


def sheet_of(*rows: dict[str, Any]) -> Sheet:
    headings = tuple(dict.fromkeys(name for row in rows for name in row))
    cells = [tuple(row.get(name) for name in headings) for row in rows]
    return Sheet(headings, tuple(SheetRow(n, c) for n, c in enumerate(cells, start=2)))


def run(node: Node, *rows: dict[str, Any], **options: Any) -> Report:
    return import_sheet(node, sheet_of(*rows), Options("Riverside School", "school", **options))


def shown(node: Node) -> set[str]:
    with node.database.read() as tx:
        return {one.entry.facts.title for one in catalogue.live(tx)}


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_row_that_is_an_advert_is_refused_with_its_words_and_what_to_do(node: Node, dry_run: bool) -> None:
    report = run(node, {"id": "1", **ADVERT}, {"id": "2", "title": "Desk"}, dry_run=dry_run)
    assert (report.counts["added"], len(report.refusals)) == (1, 1)
    problems = report.refusals[0].problems
    assert {problem.code for problem in problems} == {NOT_FREE_WORDS}
    told = "\n".join(map(str, problems))
    assert "row 2, description: This names a price to pay: “From £12 per hour”." in told
    assert "This reads like a discount: “Half price”, “with code”." in told
    assert INSTEAD in told
    assert "say in the column “appeal” why it is free" in told
    assert shown(node) == (set() if dry_run else {"Desk"})


def test_a_row_in_doubt_is_published_with_a_note(node: Node) -> None:
    report = run(node, {"id": "1", **HOPED})
    notes = [str(note) for note in report.notes]
    assert notes[0] == f"row 2, description: A donation is hoped for: “donations towards the heating”. {LOOKED_AT}"
    assert all(note.endswith(LOOKED_AT) for note in notes)
    assert [doubt.code for doubt in report.results[0].doubts[:1]] == [DOUBTFUL_WORDS]
    assert shown(node) == {"Hall"}


def test_an_appeal_publishes_what_reads_like_an_advert(node: Node) -> None:
    report = run(node, {"id": "1", **ADVERT, "appeal": WHY})
    assert (report.counts["added"], report.refusals) == (1, ())
    assert listing(node, "riverside-school.1").listing().appeal == WHY
    assert report.results[0].doubts[0].code == NOT_FREE_WORDS


def test_what_was_refused_leaves_its_earlier_version(node: Node) -> None:
    run(node, {"id": "1", "title": "Hall"})
    assert len(run(node, {"id": "1", **ADVERT}).refusals) == 1
    assert shown(node) == {"Hall"}


def test_the_same_words_are_looked_at_once(node: Node) -> None:
    run(node, {"id": "1", **HOPED})
    again = run(node, {"id": "1", **HOPED, "weight_kg": "3"})
    assert (again.counts["changed"], again.notes) == (1, ())
    assert run(node, {"id": "1", **HOPED, "locality": "Eye"}).notes == ()
    assert len(run(node, {"id": "1", **HOPED, "tags": "warm room"}).notes) == 1


def test_a_listing_with_an_appeal_can_be_renewed_and_lose_the_appeal(node: Node) -> None:
    run(node, {"id": "1", **ADVERT, "appeal": WHY})
    renew(node, "riverside-school.1")
    assert edit(node, "riverside-school.1", appeal=None).listing().appeal is None


def test_a_change_to_an_advert_is_refused(node: Node) -> None:
    run(node, {"id": "1", "title": "Hall"})
    with pytest.raises(PublishingError) as caught:
        edit(node, "riverside-school.1", title="Hall for hire", content_text=ADVERT["description"])
    assert {problem.code for problem in caught.value.problems} == {NOT_FREE_WORDS}
    assert shown(node) == {"Hall"}


def test_one_advert_refuses_its_batch_and_says_which_it_is(node: Node) -> None:
    with pytest.raises(PublishingError) as caught:
        put_listings(node, [draft(node, "a"), draft(node, "b", title="For sale", content_text=ADVERT["description"])])
    assert {problem.pointer.split("/")[1] for problem in caught.value.problems} == {"1"}
    assert {mark.pointer.split("/")[1] for problem in caught.value.problems for mark in problem.marks} == {"1"}


# On a node that is a catalogue itself


def test_its_operator_is_asked_about_own_listings_in_doubt(city: Node) -> None:
    run(city, {"id": "1", **HOPED}, {"id": "2", "title": "Desk"}, {"id": "3", **ADVERT, "appeal": WHY})
    waiting = {one.shown.entry.facts.title: one for one in reporting.waiting(city)}
    assert waiting.keys() == {"Hall", "Hall hire"}
    (report,) = waiting["Hall"].reports
    assert report.reason == "words"
    assert "A donation is hoped for: “donations towards the heating”." in report.words


def test_its_operator_is_asked_once(city: Node) -> None:
    run(city, {"id": "1", **HOPED})
    (one,) = reporting.waiting(city)
    reporting.keep(city, one.shown.entry.id)
    run(city, {"id": "1", **HOPED, "weight_kg": "3"})
    renew(city, "riverside-school.1")
    assert reporting.count_waiting(city) == 0
    edit(city, "riverside-school.1", content_text="Free. We ask for £10.")
    edit(city, "riverside-school.1", content_text="Free. We ask for £10!")
    (again,) = reporting.waiting(city)
    assert again.count == 1


def takes_down(node: Node, reason: str = "We read a price here.") -> None:
    (one,) = reporting.waiting(node)
    reporting.take_down(node, one.shown.entry.id, reason)
    assert shown(node) == set()


def word_on(node: Node) -> tuple[str, str] | None:
    found = own_words.word_on(node, listing(node, "riverside-school.1"))
    return (found.ruling, found.reason) if found else None


def test_what_was_taken_down_is_not_shown_again_with_the_same_words(city: Node) -> None:
    run(city, {"id": "1", **ADVERT, "appeal": WHY})
    assert word_on(city) == ("asked", "")
    takes_down(city)
    assert word_on(city) == ("taken_down", "We read a price here.")
    for again in (renew, lambda node, key: edit(node, key, appeal=f"{WHY} Truly.")):
        with contextlib.suppress(PublishingError):
            again(city, "riverside-school.1")
        assert shown(city) == set()
    with pytest.raises(PublishingError) as caught:
        renew(city, "riverside-school.1")
    assert "took it down (“We read a price here.”), and its words are still the same" in str(caught.value)
    edit(city, "riverside-school.1", title="Hall", content_text="Free to use in the evening.", appeal=None)
    renew(city, "riverside-school.1")
    assert shown(city) == {"Hall"}
    assert reporting.count_waiting(city) == 0
    assert word_on(city) is None


def test_other_words_in_doubt_come_to_the_operator_anew(city: Node) -> None:
    run(city, {"id": "1", **ADVERT, "appeal": WHY})
    takes_down(city)
    edit(city, "riverside-school.1", content_text=HOPED["description"], appeal=None)
    renew(city, "riverside-school.1")
    assert shown(city) == {"Hall hire"}
    (one,) = reporting.waiting(city)
    assert "A donation is hoped for" in one.reports[0].words


def test_what_was_taken_down_for_what_a_visitor_said_comes_back_with_a_word_to_the_operator(city: Node) -> None:
    run(city, {"id": "1", "title": "Hall"})
    id_ = listing(city, "riverside-school.1").id
    reporting.report(city, id_, reason="unsafe", words="", email="", from_address="203.0.113.9")
    takes_down(city, "The stairs are closed.")
    renew(city, "riverside-school.1")
    (one,) = reporting.waiting(city)
    assert [report.words for report in one.reports] == [
        "It was taken down before (“The stairs are closed.”), and is shown again."
    ]
    reporting.keep(city, id_)
    renew(city, "riverside-school.1")
    assert reporting.count_waiting(city) == 0


def test_who_looks_after_it_is_told_by_mail(city: Node) -> None:
    run(city, {"id": "1", **ADVERT, "appeal": WHY})
    for name, role in (("Ann", members.OWNER), ("Ben", members.EDITOR), ("Vic", members.VIEWER)):
        person = accounts.add(city, name, f"{name.lower()}@school.example", operator=False)
        members.join(city, person, "riverside-school", role)
    mailing = Node(city.settings.changed(mail_capture=True), city.database, city.clock)
    (one,) = reporting.waiting(mailing)
    reporting.keep(mailing, one.shown.entry.id)
    assert word_on(city) == ("kept", "")
    edit(city, "riverside-school.1", content_text=ADVERT["description"] + " Tea is 50p.")
    takes_down(mailing, "A price\nis named.")
    with city.database.read() as tx:
        told = outbox.captured(tx, 10)
    assert {mail.recipient for mail in told} == {"ann@school.example", "ben@school.example"}
    assert len(told) == 4
    down = next(mail.message for mail in told if "Taken down" in mail.message)
    assert "> A price\n> is named." in down.replace("\r\n", "\n")
    assert "/desk/riverside-school/listings/riverside-school.1/history" in down


def test_a_report_that_is_answered_with_a_stay_mails_nobody(city: Node) -> None:
    run(city, {"id": "1", "title": "Hall"})
    person = accounts.add(city, "Ann", "ann@school.example", operator=False)
    members.join(city, person, "riverside-school", members.OWNER)
    id_ = listing(city, "riverside-school.1").id
    reporting.report(city, id_, reason="gone", words="", email="", from_address="203.0.113.9")
    reporting.keep(Node(city.settings.changed(mail_capture=True), city.database, city.clock), id_)
    with city.database.read() as tx:
        assert outbox.captured(tx, 10) == []
    assert word_on(city) is None


def test_nobody_is_asked_where_there_is_no_catalogue(node: Node) -> None:
    run(node, {"id": "1", **HOPED})
    assert reporting.count_waiting(node) == 0


# Without a server


def test_a_site_of_files_leaves_adverts_out_and_keeps_what_was_there(tmp_path: Path) -> None:
    settings = Settings(tmp_path, {"node_url": "https://example.org/free/", "node_name": "Ferry Club"})
    rows = [
        {"id": "1", "organisation": "Ferry Club", "title": "Hall"},
        {"id": "2", "organisation": "Ferry Club", **ADVERT},
    ]

    def made(memory: static_site.Memory, *given: dict[str, Any]) -> static_site.StaticSite:
        table = read_table(sheet_of(*given), Defaults(START))
        shelf = Shelf(None, tmp_path / "media", settings.url + "media/")
        return static_site.assemble(table, memory, settings, START, shelf)

    site = made(static_site.Memory({}), *rows)
    assert [one.entry.facts.title for one in site.shown] == ["Hall"]
    assert [refusal.row.number for refusal in site.refusals] == [3]
    earlier = {one.entry.id: orjson.loads(one.entry.item) for one in site.shown}
    kept = made(static_site.Memory(earlier), {**rows[0], **ADVERT})
    assert [one.entry.facts.title for one in kept.shown] == ["Hall"]
    assert kept.changes["kept"] == 1


# On the command line


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    invoke("init", "--home", home, "--url", "https://share.example.org/", "--name", "Test")
    invoke("organisation", "add", "--home", home, "Ferry Club", "--type", "community_group")
    return home


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_command_line_says_which_words_it_means_and_what_to_do(home: Path) -> None:
    words = ("--title", "Hall hire", "--text", ADVERT["description"])
    refused = invoke("listing", "add", "--home", home, "--organisation", "ferry-club", *words)
    assert refused.exit_code == 1
    assert "--text: This names a price to pay: “From £12 per hour”." in refused.stderr
    assert INSTEAD in refused.stderr
    assert "--appeal" in refused.stderr
    added = invoke("listing", "add", "--home", home, "--organisation", "ferry-club", *words, "--appeal", WHY)
    assert (added.exit_code, added.stdout[:5]) == (0, "added")
    assert LOOKED_AT in added.stderr
    assert "This names a price to pay" in added.stderr


def test_the_command_line_tells_the_author_of_a_doubt(home: Path) -> None:
    words = ("--title", "Hall", "--text", HOPED["description"], "--ref", "hall")
    added = invoke("listing", "add", "--home", home, "--organisation", "ferry-club", *words)
    assert added.exit_code == 0
    assert "A donation is hoped for" in added.stderr
    changed = invoke("listing", "edit", "--home", home, "ferry-club.hall", "--text", "Free, no strings at all.")
    assert (changed.exit_code, changed.stderr) == (0, "")


def test_publish_ends_with_1_where_words_were_refused(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        f"id,title,organisation,description\n1,Hall hire,Ferry Club,{ADVERT['description']}\n2,Desk,Ferry Club,\n"
    )
    done = invoke("publish", file, "--to", tmp_path / "site", "--url", "https://example.org/free/")
    assert done.exit_code == 1
    assert "Refused: row 2, description: This names a price to pay" in done.stderr
    assert "1 listing is in" in done.stdout
