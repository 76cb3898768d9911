"""The log of who did what, on every database: whoever writes in it without the node is found out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from node.context import Node
from node.services.identity import accounts, audit, leaving
from node.services.identity.audit import AuditError, Who
from node.storage.accounts import Account

ANNA = Who("a1", "Anna (anna@school.example)")
SCHOOL = "https://share.example.org/organisations/riverside-school"


def write(node: Node, number: int = 1) -> None:
    for _ in range(number):
        with node.database.write() as tx:
            audit.record(tx, node, ANNA, "signed-in", "Firefox, Android \ud800 <b>", SCHOOL)


def tamper(node: Node, *statements: str) -> None:
    with node.database.write() as tx:
        for statement in statements:
            tx.execute(text(statement))


def test_an_empty_log_is_whole(node: Node) -> None:
    assert audit.verify(node).entries == 0


def test_what_was_written_is_whole_and_ends_otherwise_each_time(node: Node) -> None:
    ends = set()
    for _ in range(3):
        write(node)
        ends.add(audit.verify(node).end)
    assert len(ends) == 3
    assert audit.verify(node).entries == 3
    assert all(audit.verify(node, known).entries == 3 for known in ends)


@pytest.mark.parametrize(
    ("statements", "position"),
    [
        pytest.param(["UPDATE audit SET who = 'Ben' WHERE position = 2"], 2, id="changed"),
        pytest.param(["UPDATE audit SET at = at - 1 WHERE position = 4"], 4, id="another-time"),
        pytest.param(["UPDATE audit SET account_id = NULL WHERE position = 1"], 1, id="nobody"),
        pytest.param(["UPDATE audit SET who = NULL WHERE position = 2"], 2, id="a-name-taken-out"),
        pytest.param(["UPDATE audit SET subject = NULL WHERE position = 2"], 2, id="a-subject-taken-out"),
        pytest.param(
            ["UPDATE audit SET who = NULL WHERE position > 2", "DELETE FROM audit_names"], 1, id="half-a-name"
        ),
        pytest.param(["UPDATE audit SET who = NULL", "DELETE FROM audit_names"], 1, id="a-name-as-if-closed"),
        pytest.param(["UPDATE audit_names SET key = 'x'"], 1, id="another-key"),
        pytest.param(["DELETE FROM audit WHERE position = 3"], 3, id="removed"),
        pytest.param(["DELETE FROM audit WHERE position = 1"], 1, id="the-first-removed"),
        pytest.param(["DELETE FROM audit WHERE position = 5"], 5, id="cut-off"),
        pytest.param(["DELETE FROM audit"], 1, id="emptied"),
        pytest.param(
            ["DELETE FROM audit WHERE position = 3", "UPDATE audit SET position = position - 1 WHERE position > 3"],
            3,
            id="closed-up",
        ),
        pytest.param(
            [
                "UPDATE audit SET position = 9 WHERE position = 2",
                "UPDATE audit SET position = 2 WHERE position = 3",
                "UPDATE audit SET position = 3 WHERE position = 9",
            ],
            2,
            id="exchanged",
        ),
        pytest.param(
            [
                (
                    "INSERT INTO audit SELECT 6, at, NULL, NULL, who, action, NULL, '', who_digest, subject_digest,"
                    " hash, hash FROM audit WHERE position = 5"
                )
            ],
            6,
            id="added",
        ),
    ],
)
def test_whoever_writes_in_it_is_found_out(node: Node, statements: list[str], position: int) -> None:
    write(node, 5)
    tamper(node, *statements)
    with pytest.raises(AuditError) as caught:
        audit.verify(node)
    assert caught.value.position == position


def test_a_log_that_was_cut_with_its_end_shows_by_a_hash_that_was_noted(node: Node) -> None:
    write(node, 3)
    third = audit.verify(node).end
    tamper(
        node,
        "DELETE FROM audit WHERE position = 3",
        "UPDATE audit_end SET position = 2, hash = (SELECT hash FROM audit WHERE position = 2)",
    )
    assert audit.verify(node).entries == 2
    with pytest.raises(AuditError, match="No entry has the hash"):
        audit.verify(node, third)


def test_those_who_write_at_once_write_one_after_another(node: Node) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: write(node, 3), range(6)))
    assert audit.verify(node).entries == 18


def test_what_is_undone_leaves_no_entry(node: Node) -> None:
    write(node)

    def fail() -> None:
        with node.database.write() as tx:
            audit.record(tx, node, ANNA, "signed-in")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    write(node)
    assert audit.verify(node).entries == 2


def person(node: Node, name: str) -> Account:
    return accounts.add(node, name, f"{name.lower()}@school.example")


def held(node: Node, *words: str) -> bool:
    """Whether any of the words stands in the log or in what belongs to it."""
    with node.database.read() as tx:
        rows = [*tx.execute(text("SELECT * FROM audit")), *tx.execute(text("SELECT * FROM audit_names"))]
    told = " ".join(str(value) for row in rows for value in row)
    return any(word in told for word in words)


def test_a_name_goes_with_the_account_and_the_log_stays_whole(node: Node) -> None:
    anna, ben = person(node, "Anna"), person(node, "Ben")
    with node.database.write() as tx:
        audit.record(tx, node, audit.by(ben), "listings-changed", "12", SCHOOL)
        audit.record(tx, node, audit.by(anna), "member-joined", f"{ben.email}: editor", SCHOOL, about=ben.id)
    known = audit.verify(node).end
    leaving.close(node, ben)
    assert not held(node, "Ben", "ben@")
    assert held(node, "Anna (anna@school.example)")
    assert audit.verify(node, known).entries == 5
    entries, _ = audit.of_organisation(node, SCHOOL, 9)
    assert [(one.who, one.subject) for one in entries] == [("Anna (anna@school.example)", None), (None, "12")]
    assert audit.whole(node, entries) == {one.position for one in entries}


def test_what_was_said_of_an_address_goes_with_the_account_that_came_of_it(node: Node) -> None:
    anna = person(node, "Anna")
    with node.database.write() as tx:
        ids = {audit.named(tx, "Cleo@school.example"), audit.named(tx, "cleo@school.example ")}
        [about] = ids
        audit.record(tx, node, audit.by(anna), "member-invited", "cleo@school.example: editor", SCHOOL, about=about)
        assert audit.named(tx, anna.email) == anna.id
    assert held(node, "cleo@")
    cleo = person(node, "Cleo")
    accounts.remove(node, cleo)
    assert not held(node, "Cleo", "cleo@")
    [invited], _ = audit.of_organisation(node, SCHOOL, 9)
    assert (invited.subject, audit.whole(node, [invited])) == (None, {invited.position})
    audit.verify(node)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE audit SET who = 'Eve' WHERE who IS NULL", id="another-name"),
        pytest.param("UPDATE audit SET account_id = 'x' WHERE who IS NULL", id="somebody-else"),
        pytest.param("UPDATE audit SET who_digest = subject_digest WHERE who IS NULL", id="another-digest"),
        pytest.param("UPDATE audit SET action = 'account-made' WHERE action = 'account-removed'", id="never-closed"),
    ],
)
def test_what_is_left_of_somebody_who_is_gone_cannot_be_changed(node: Node, statement: str) -> None:
    ben = person(node, "Ben")
    with node.database.write() as tx:
        audit.record(tx, node, audit.by(ben), "signed-in", "Firefox", SCHOOL, about=ben.id)
    accounts.remove(node, ben)
    audit.verify(node)
    tamper(node, statement)
    with pytest.raises(AuditError):
        audit.verify(node)


def test_the_log_of_an_organisation_marks_a_name_that_was_taken_out_by_hand(node: Node) -> None:
    write(node, 2)
    tamper(node, "UPDATE audit SET who = NULL WHERE position = 1", "DELETE FROM audit_names")
    entries, _ = audit.of_organisation(node, SCHOOL, 9)
    assert audit.whole(node, entries) == set()
