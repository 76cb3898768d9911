"""Imports at the desk, on every database: looked at, corrected, published in pieces, gone on with, and undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from node.context import Node
from node.services.file_formats.reading import read
from node.services.identity import accounts, members
from node.services.identity.members import Member
from node.services.importing import imports, steps
from node.services.importing.imports import DeskImportError
from node.services.importing.sheets import Options, import_sheet
from node.services.listings import publishing
from node.services.listings.publishing import edit, listings
from node.services.moving import moves
from node.storage import catalogue, handed_on
from node.storage import imports as stored
from node.storage.engine import Database, Tx
from node.storage.handed_on import HandedOver
from node.storage.imports import CHECKED, DONE, REFUSED, UNDONE, Import
from tests.fakes.publisher import clock_of, draft, publisher, school

CSV = "id,title,quantity,organisation,Where\n1,Six chairs,6,,Hall\n2,A tent,lots,,Shed\n3,A lamp,,,Attic\n"


class Here:
    """A workshop that works in this process."""

    def run(self, function: Any, *args: Any) -> Any:
        return function(*args)


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    made = replace(publisher(tmp_path / "home", database), workshop=Here())  # type: ignore[arg-type]
    school(made)
    return made


@pytest.fixture
def member(node: Node) -> Member:
    account = accounts.add(node, "Anna Nowak", "anna@riverside.example")
    members.join(node, account, "riverside-school", members.EDITOR)
    found = members.member_of(node, account, "riverside-school")
    assert found is not None
    return found


def bring(node: Node, member: Member, text: str = CSV, missing: bool = False) -> Import:
    """A file that was looked at, with the columns as they were guessed."""
    one = imports.begin(node, member, text.encode(), "kit.csv")
    imports.check(node, member, one, {at: column for column, at in one.columns.items()}, missing)
    assert steps.work(node, 60)
    return imports.one_of(node, member, one.id)


def run(node: Node, member: Member, one: Import) -> Import:
    imports.run(node, member, one)
    assert steps.work(node, 60)
    return imports.one_of(node, member, one.id)


def undo(node: Node, member: Member, one: Import) -> Import:
    imports.undo(node, member, one)
    assert steps.work(node, 60)
    return imports.one_of(node, member, one.id)


def shown(node: Node) -> dict[str, str]:
    with node.database.read() as tx:
        return {one.entry.key.partition(".")[2]: one.entry.facts.title or "" for one in catalogue.live(tx)}


def counts(one: Import) -> dict[str, int]:
    return {name: number for name, number in one.counts.items() if number}


def test_it_is_looked_at_and_only_then_published(node: Node, member: Member) -> None:
    one = bring(node, member)
    assert (one.state, counts(one)) == (CHECKED, {"added": 2, "refused": 1})
    assert shown(node) == {}
    [wrong] = imports.rows_in(node, one, (REFUSED,), 10)
    assert (wrong.number, wrong.problems[0]["field"], wrong.problems[0]["value"]) == (3, "quantity", "lots")
    done = run(node, member, one)
    assert (done.state, done.open_for, counts(done)) == (DONE, None, {"added": 2, "refused": 1})
    assert shown(node) == {"1": "Six chairs", "3": "A lamp"}
    assert listings(node)[0].listing().place is None
    assert not steps.work(node), "nothing is left to do"


def test_a_second_time_nothing_changes_but_what_did(node: Node, member: Member) -> None:
    run(node, member, bring(node, member))
    clock_of(node).pass_by(days=1)
    again = bring(node, member, CSV.replace("A lamp", "A desk lamp"))
    assert counts(again) == {"unchanged": 1, "changed": 1, "refused": 1}


def test_wrong_cells_are_corrected_before_and_after(node: Node, member: Member) -> None:
    one = bring(node, member)
    said = steps.correct(node, one, {3: {"quantity": "many"}}, (), "Anna")
    assert said == {"good": 0, "refused": 1, "left": 0}
    [wrong] = imports.rows_in(node, one, (REFUSED,), 10)
    assert (wrong.typed["quantity"], wrong.problems[0]["value"]) == ("many", "many"), "what was typed is kept"
    done = run(node, member, imports.one_of(node, member, one.id))
    assert steps.correct(node, done, {3: {"quantity": "2"}}, (), "Anna")["good"] == 1
    assert shown(node).keys() == {"1", "2", "3"}
    assert counts(imports.one_of(node, member, one.id)) == {"added": 3}


def test_a_row_is_left_out(node: Node, member: Member) -> None:
    one = bring(node, member)
    assert steps.correct(node, one, {}, (3,), "Anna")["left"] == 1
    after = imports.one_of(node, member, one.id)
    assert counts(after) == {"added": 2, "left": 1}
    assert counts(run(node, member, after)) == {"added": 2, "left": 1}


def test_an_id_that_is_taken_is_refused_in_corrections_too(node: Node, member: Member) -> None:
    one = bring(node, member)
    steps.correct(node, one, {3: {"quantity": "1", "id": "1"}}, (), "Anna")
    [wrong] = imports.rows_in(node, one, (REFUSED,), 10)
    assert "same id" in wrong.problems[0]["message"]


def test_a_file_name_of_a_photo_speaks_of_no_command(node: Node, member: Member) -> None:
    one = bring(node, member, "title,image\nA lamp,lamp.jpg\n")
    [row] = imports.rows_in(node, one, (), 10)
    assert "or the photo at the listing itself." in row.problems[0]["message"]
    assert "--" not in row.problems[0]["message"]


def test_rows_of_others_are_not_taken(node: Node, member: Member) -> None:
    text = "title,organisation\nA desk,Park Trust\nA chair,Riverside School\nA lamp,\n"
    one = bring(node, member, text)
    assert counts(one) == {"added": 2, "refused": 1}
    assert run(node, member, one).counts["added"] == 2
    assert shown(node).keys() == {"a-chair", "a-lamp"}


class BrokenError(BaseException):
    """The process ends here."""


class Breaking(Database):
    """A database whose n-th writing transaction is lost at its very end."""

    left = 0

    @contextmanager
    def write(self) -> Iterator[Tx]:
        with super().write() as tx:
            yield tx
            self.left -= 1
            if self.left == 0:
                raise BrokenError


@pytest.mark.parametrize("lost", [2, 3, 4])
def test_after_a_crash_it_goes_on_without_double_or_lost_rows(node: Node, member: Member, lost: int) -> None:
    count = steps.PIECE * 2 + 3
    one = bring(node, member, "id,title\n" + "".join(f"{n},Chair {n}\n" for n in range(count)))
    imports.run(node, member, one)
    breaking = Breaking(node.database.url)
    breaking.left = lost
    with pytest.raises(BrokenError):
        steps.work(replace(node, database=breaking), 60)
    breaking.close()
    assert len(shown(node)) == steps.PIECE * (lost - 2), "whole pieces"
    assert not steps.work(node, 60), "whoever died may be alive still"
    clock_of(node).pass_by(seconds=steps.LEASE_S + 1)
    assert steps.work(node, 60)
    done = imports.one_of(node, member, one.id)
    assert (done.state, counts(done)) == (DONE, {"added": count})
    assert len(shown(node)) == len(listings(node)) == count


def failing(node: Node, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """The next pieces fail on a fault of ours; what is returned has one entry for each."""
    whole = steps.bring
    met: list[int] = []

    def broken(*args: Any) -> None:
        if len(met) < times:
            met.append(1)
            raise ZeroDivisionError
        whole(*args)

    monkeypatch.setattr(steps, "bring", broken)
    return met


def test_a_fault_of_ours_is_tried_three_times_and_then_somebody_is_asked(
    node: Node, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bring(node, member)
    imports.run(node, member, one)
    met = failing(node, monkeypatch, steps.MOST_TRIES)
    for _ in range(steps.MOST_TRIES + 2):
        steps.work(node, 60)
        clock_of(node).pass_by(seconds=steps.LEASE_S)
    stopped = imports.one_of(node, member, one.id)
    assert (len(met), len(stopped.stopped), shown(node)) == (steps.MOST_TRIES, 8, {})
    imports.resume(node, member, stopped)
    assert steps.work(node, 60)
    done = imports.one_of(node, member, one.id)
    assert (done.state, done.stopped, counts(done)) == (DONE, "", {"added": 2, "refused": 1})
    with pytest.raises(DeskImportError):
        imports.resume(node, member, done)


def test_one_fault_does_no_harm_and_is_forgotten(node: Node, member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    one = bring(node, member, "id,title\n" + "".join(f"{n},Chair {n}\n" for n in range(steps.PIECE + 1)))
    imports.run(node, member, one)
    failing(node, monkeypatch, 1)
    steps.work(node, 60)
    assert imports.one_of(node, member, one.id).tries == 1
    clock_of(node).pass_by(seconds=steps.LEASE_S)
    steps.work(node, 60)
    done = imports.one_of(node, member, one.id)
    assert (done.state, done.tries, len(shown(node))) == (DONE, 0, steps.PIECE + 1)


def test_an_import_that_stopped_can_be_left_and_undone(
    node: Node, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bring(node, member)
    imports.run(node, member, one)
    failing(node, monkeypatch, steps.MOST_TRIES)
    for _ in range(steps.MOST_TRIES):
        steps.work(node, 60)
        clock_of(node).pass_by(seconds=steps.LEASE_S)
    imports.leave(node, member, one)
    left = imports.one_of(node, member, one.id)
    assert (left.state, left.open_for, counts(left)) == (DONE, None, {"left": 2, "refused": 1})
    assert run(node, member, bring(node, member)).counts["added"] == 2


def test_it_is_undone_but_for_what_somebody_changed_since(node: Node, member: Member) -> None:
    publishing.put_listings(node, [draft(node, "1", title="Four chairs"), draft(node, "9", title="By hand")])
    clock_of(node).pass_by(hours=1)
    text = "id,title,status\n1,Six chairs,\n2,A tent,\n3,A lamp,\n9,By hand,given\n"
    one = run(node, member, bring(node, member, text))
    assert shown(node) == {"1": "Six chairs", "2": "A tent", "3": "A lamp"}
    clock_of(node).pass_by(hours=1)
    edit(node, "riverside-school.3", title="A better lamp")
    back = undo(node, member, one)
    assert back.state == UNDONE
    assert shown(node) == {"1": "Four chairs", "3": "A better lamp", "9": "By hand"}
    assert [row.title for row in imports.rows_in(node, back, (stored.KEPT,), 10)] == ["A lamp"]
    assert back.counts["kept"] == 1


def test_what_the_file_lacks_is_taken_down_and_comes_back(node: Node, member: Member) -> None:
    run(node, member, bring(node, member))
    clock_of(node).pass_by(hours=1)
    one = bring(node, member, "id,title\n1,Six chairs\n", missing=True)
    assert one.counts["absent"] == 1
    assert shown(node).keys() == {"1", "3"}
    done = run(node, member, one)
    assert (shown(node).keys(), done.counts["absent"]) == ({"1"}, 1)
    undo(node, member, done)
    assert shown(node).keys() == {"1", "3"}


def test_another_file_loses_nothing_that_was_typed(node: Node, member: Member) -> None:
    one = bring(node, member)
    refused = imports.rows_in(node, one, (REFUSED,), 1)[0]
    steps.correct(node, one, {refused.number: {"quantity": "still many"}}, [], "Anna Nowak")
    with pytest.raises(DeskImportError, match="which Anna Nowak brought, is not done yet"):
        imports.begin(node, member, CSV.encode(), "b.csv")
    imports.drop(node, member, imports.one_of(node, member, one.id))
    assert imports.begin(node, member, CSV.encode(), "b.csv").file_name == "b.csv"


def test_nobody_throws_away_what_somebody_else_brought(node: Node, member: Member) -> None:
    one = bring(node, member)
    with pytest.raises(DeskImportError, match="which Anna Nowak brought"):
        imports.begin(node, replace(member, name="Ben"), CSV.encode(), "b.csv")
    assert imports.one_of(node, member, one.id) == one


def test_one_at_a_time(node: Node, member: Member) -> None:
    first = bring(node, member)
    imports.run(node, member, first)
    with pytest.raises(DeskImportError, match="going on"):
        imports.begin(node, member, CSV.encode(), "b.csv")
    steps.work(node, 60)
    waits = imports.begin(node, member, CSV.encode(), "b.csv")
    other = imports.begin(node, member, CSV.encode(), "c.csv")
    assert [one.id for one in imports.past(node, member, 10).imports if one.open_for] == [other.id]
    with pytest.raises(imports.UnknownImportError):
        imports.one_of(node, member, waits.id)
    with pytest.raises(DeskImportError, match="not done yet"):
        imports.undo(node, member, imports.one_of(node, member, first.id))


def test_headings_mean_next_time_what_they_meant(node: Node, member: Member) -> None:
    one = imports.begin(node, member, b"Thing,Where\nTent,Shed\n", "a.csv")
    assert one.columns == {}
    with pytest.raises(DeskImportError, match="names the thing"):
        imports.check(node, member, one, {1: "locality"}, False)
    with pytest.raises(DeskImportError, match="the same meaning"):
        imports.check(node, member, one, {0: "title", 1: "title"}, False)
    imports.check(node, member, one, {0: "title", 1: "locality"}, False)
    steps.work(node, 60)
    again = imports.begin(node, member, b"THING,where\nLamp,Hall\n", "b.csv")
    assert again.columns == {"title": 0, "locality": 1}


def test_rows_go_after_a_month_and_the_list_stays(node: Node, member: Member) -> None:
    one = run(node, member, bring(node, member))
    clock_of(node).pass_by(days=29)
    assert imports.tidy(node) == 0
    clock_of(node).pass_by(days=2)
    assert imports.tidy(node) == 1
    assert imports.rows_in(node, one, (), 10) == []
    assert imports.one_of(node, member, one.id).counts["added"] == 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xff\xfe\x00", id="half-a-sign"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"%PDF-1.4", id="pdf"),
        pytest.param(b"PK\x03\x04zip", id="broken-zip"),
        pytest.param(b"title\n", id="no-rows"),
    ],
)
def test_hostile_files_are_refused(node: Node, member: Member, data: bytes) -> None:
    with pytest.raises((DeskImportError, imports.SpreadsheetError)):
        imports.begin(node, member, data, "x")
    assert imports.past(node, member, 10).total == 0


def test_a_million_columns_and_odd_bytes_cost_no_more(node: Node, member: Member) -> None:
    data = b"title," + b"x," * 100_000 + b"\nA \x00<b>\xff\ttent," + b"=1+1," * 100 + b"\n"
    one = imports.begin(node, member, data, "\x00a" * 200)
    assert len(one.headings) <= 60
    imports.check(node, member, one, {0: "title"}, False)
    steps.work(node, 60)
    assert imports.one_of(node, member, one.id).state == CHECKED


def test_nothing_is_imported_for_an_organisation_that_moved(node: Node, member: Member) -> None:
    one = bring(node, member)
    there = HandedOver(member.organisation_id, member.slug, "x", "https://new.example/", node.now, node.now + 60, False)
    with node.database.write() as tx:
        handed_on.put(tx, there)
    with pytest.raises(DeskImportError, match=r"moved to https://new\.example/"):
        imports.run(node, member, one)
    with pytest.raises(DeskImportError, match="moved"):
        imports.begin(node, member, CSV.encode(), "kit.csv")
    assert imports.one_of(node, member, one.id).state == CHECKED
    imports.drop(node, member, one)
    assert not steps.work(node)


def test_an_organisation_does_not_move_while_its_list_is_brought_in(node: Node, member: Member) -> None:
    one = bring(node, member)
    with node.database.read() as tx:
        moves.refuse_at_work(tx, member.organisation_id)
    imports.run(node, member, one)
    with node.database.read() as tx, pytest.raises(moves.MoveError, match="list is being brought in"):
        moves.refuse_at_work(tx, member.organisation_id)


def test_a_column_whose_heading_nobody_knows_is_guessed(node: Node, member: Member) -> None:
    one = imports.begin(node, member, b"Nazwa,Stan\nBiurko,good\nLampa,fair\nNamiot,new\n", "a.csv")
    assert one.columns == {"title": 0, "condition": 1}


def command(node: Node, text: str, **options: Any) -> None:
    import_sheet(node, read(text.encode()), Options("Riverside School", "school", **options), name="kit.csv")


def test_what_was_imported_by_command_stands_in_the_list_and_can_be_undone(node: Node, member: Member) -> None:
    command(node, "id,title,organisation\n1,Six chairs,\n2,A tent,\n3,A lamp,Mill\n4,,\n")
    found = imports.past(node, member, 9)
    [one] = found.imports
    assert (one.file_name, one.by, one.state, one.total, dict(one.counts)) == (
        "kit.csv",
        "command line",
        DONE,
        2,
        {"added": 2},
    )
    clock_of(node).pass_by(minutes=1)
    command(node, "id,title\n1,Six chairs\n", withdraw_missing=True)
    later, _ = imports.past(node, member, 9).imports
    assert dict(later.counts) == {"unchanged": 1, "absent": 1}
    titles = {row.item()["title"]: row.state for row in listings(node)}
    assert titles == {"Six chairs": "live", "A tent": "withdrawn", "A lamp": "live"}
    for past in (later, one):
        imports.undo(node, member, past)
        assert steps.work(node, 60)
    titles = {row.item()["title"]: row.state for row in listings(node)}
    assert titles == {"Six chairs": "withdrawn", "A tent": "live", "A lamp": "live"}
    assert imports.one_of(node, member, one.id).state == UNDONE


def test_what_was_only_tried_stands_in_no_list(node: Node, member: Member) -> None:
    command(node, "id,title\n1,Six chairs\n", dry_run=True)
    assert imports.past(node, member, 9).total == 0


def test_of_past_imports_only_so_many_are_kept(node: Node, member: Member) -> None:
    for number in range(4):
        clock_of(node).pass_by(minutes=1)
        command(node, f"id,title\n{number},Chair {number}\n")
    clock_of(node).pass_by(minutes=1)
    last = bring(node, member)
    imports.tidy(node)
    assert imports.past(node, member, 9).total == 5
    with node.database.write() as tx:
        assert stored.forget_oldest(tx, 2) == 2
    kept = imports.past(node, member, 9).imports
    assert [one.made_at for one in kept] == sorted((one.made_at for one in kept), reverse=True)
    assert (len(kept), kept[0].id) == (3, last.id)
